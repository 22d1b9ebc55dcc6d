"""重点提案."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.proposal.state import Proposal, reported
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.KeyProposalEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.KeyProposalSelected():
            return replace(proposal, key=event, key_at=proposal.key_at or recorded.occurred_at)
        case events.KeyProposalReleased():
            return replace(proposal, key=None, key_at=None)
        case events.LeaderAppointed():
            return replace(proposal, leaders={**proposal.leaders, event.duty: event.leader})
        case events.SupervisionMeetingHeld() | events.SupervisionReportFiled():
            return reported(proposal, recorded)
        case _:
            assert_never(event)
