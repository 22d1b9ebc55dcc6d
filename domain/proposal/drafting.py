"""撰写、附议."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Drafting
from domain.proposal.state import Proposal
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.DraftingEvent, _: Recorded[Any]) -> Proposal:
    return changed(proposal, drafting=_drafting(proposal.drafting, event))


def _drafting(known: Drafting, event: events.DraftingEvent) -> Drafting:
    match event:
        case events.ProposalDraftSaved():
            return changed(known, latest=event)
        case events.CoSignatureInvited():
            declined = known.declined - set(event.members)
            return changed(known, invited={**known.invited, **dict.fromkeys(event.members, event)}, declined=declined)
        case events.CoSignatureGiven():
            signed = {**known.signed, event.member: event.draft}
            return changed(known, signed=signed, declined=known.declined - {event.member})
        case events.CoSignatureDeclined():
            return changed(known, signed=_without(known.signed, event.member), declined=known.declined | {event.member})
        case events.CoSignatureExpired():
            invited = {member: asked for member, asked in known.invited.items() if member not in event.members}
            return changed(known, invited=invited)
        case _:
            assert_never(event)


def _without(signed: dict[str, int], member: str) -> dict[str, int]:
    return {name: draft for name, draft in signed.items() if name != member}
