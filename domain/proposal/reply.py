"""拟稿、会签、审核、签发、答复."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Countersigned, Draft, DraftStatus, Limit
from domain.proposal.state import Proposal, draft_of, round_of, with_draft, with_round
from domain.record import Recorded
from domain.values import later, visible


def evolve(proposal: Proposal, event: events.DraftEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.ReplyDrafted():
            words = visible(event.text)
            drafted = (
                *(who for known in proposal.drafts if known.words == words for who in known.drafted),
                recorded.context,
            )
            draft = Draft(
                event.draft, event.text, words, event.result_class, event.openness, drafted, recorded.occurred_at
            )
            draft = changed(
                draft,
                commits=event.commits,
                contact_person=event.contact_person,
                contact_phone=event.contact_phone,
            )
            return with_draft(proposal, event.unit, event.round, draft)
        case events.ReplyCountersigned():
            draft = draft_of(proposal, event.answering_unit, event.round, event.draft)
            given = Countersigned(event.countersignature, event.reason, recorded.occurred_at, recorded.version)
            signed = {**draft.countersigned, event.unit: given}
            return with_draft(proposal, event.answering_unit, event.round, changed(draft, countersigned=signed))
        case events.ReplyReviewed():
            change = {"result_class": event.result_class} if event.result_class else {}
            return with_status(proposal, event, DraftStatus.REVIEWED, **change)
        case events.ReplyReturned():
            version = recorded.version
            return with_status(proposal, event, DraftStatus.RETURNED, returned=event, returned_version=version)
        case events.ReplySigned():
            return with_status(proposal, event, DraftStatus.SIGNED, signer=event.signer)
        case events.ReplyIssued():
            issued = with_status(proposal, event, DraftStatus.ISSUED, issued=event)
            task, current = round_of(issued, event.unit, event.round)
            at = later(task.last.at if task.last else None, recorded.occurred_at)
            limit = next((Limit(limit, recorded.version) for limit in event.further), None)
            return with_round(issued, task, changed(current, issued_at=at, publish_by=limit))
        case events.ReplyDelivered():
            task, current = round_of(proposal, event.unit, event.round)
            return with_round(proposal, task, changed(current, delivered=current.delivered | set(event.members)))
        case _:
            assert_never(event)


def with_status(
    proposal: Proposal,
    event: events.ReplyReviewed | events.ReplyReturned | events.ReplySigned | events.ReplyIssued,
    status: DraftStatus,
    **change: Any,
) -> Proposal:
    draft = draft_of(proposal, event.unit, event.round, event.draft)
    return with_draft(proposal, event.unit, event.round, changed(draft, status=status, **change))
