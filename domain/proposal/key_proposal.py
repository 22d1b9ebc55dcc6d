"""重点提案."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Limit
from domain.proposal.state import Proposal, reported
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.KeyProposalEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.KeyProposalSelected():
            at, limit = proposal.key_at or recorded.occurred_at, proposal.key_limit
            limit = Limit(event.deadline, recorded.version) if event.deadline else limit
            return changed(proposal, key=event, key_at=at, key_limit=limit)
        case events.KeyProposalReleased():
            return changed(proposal, key=None, key_at=None, key_limit=None, key_reported=False)
        case events.LeaderAppointed():
            return changed(proposal, leaders={**proposal.leaders, event.duty: event.leader})
        case events.SupervisionMeetingHeld():
            return reported(proposal, recorded)
        case events.SupervisionReportFiled():
            return changed(reported(proposal, recorded), key_reported=True)
        case _:
            assert_never(event)
