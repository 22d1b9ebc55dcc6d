"""催办、督办."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Action
from domain.proposal.state import Proposal
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.SupervisionEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case (
            events.ReminderIssued()
            | events.SupervisionNoticeIssued()
            | events.LeaderInterviewHeld()
            | events.OnSiteSupervisionHeld()
        ):
            action = Action(event, recorded.occurred_at)
            return changed(proposal, actions={**proposal.actions, event.number: action})
        case events.SupervisionAnswered():
            known = proposal.actions.get(event.number)
            if known is None:
                return proposal
            answered = changed(known, answer=event)
            return changed(proposal, actions={**proposal.actions, event.number: answered})
        case _:
            assert_never(event)
