"""承诺."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Commitment
from domain.proposal.state import Proposal, reported
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.CommitmentEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.CommitmentMade():
            made = Commitment(event, recorded.occurred_at)
            return changed(proposal, commitments={**proposal.commitments, event.number: made})
        case events.CommitmentProgressed():
            return reported(proposal, recorded)
        case events.CommitmentFulfilled():
            return _changed(proposal, event.number, fulfilled=event)
        case events.CommitmentBroken():
            return _changed(proposal, event.number, broken=event)
        case events.SecondReplyIssued():
            return changed(proposal, second_replies=(*proposal.second_replies, event))
        case _:
            assert_never(event)


def _changed(proposal: Proposal, number: int, **change: Any) -> Proposal:
    known = proposal.commitments.get(number)
    if known is None:
        return proposal
    return changed(proposal, commitments={**proposal.commitments, number: changed(known, **change)})
