"""回访、核查、回头看、重新定类."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.state import Proposal, reported
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.FollowUpEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.MemberRevisited() | events.OnSiteCheckRecorded():
            return reported(proposal, recorded)
        case events.ClassReassessed():
            return changed(proposal, result_class=event.result_class)
        case events.LookbackRecorded():
            return changed(proposal, lookbacks={**proposal.lookbacks, (event.campaign, event.unit): event})
        case _:
            assert_never(event)
