"""办理方案、困难、踏勘、重新办理、办结."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Round
from domain.proposal.state import Proposal, reported, task_of, with_round
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.HandlingEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.HandlingPlanFiled():
            return changed(proposal, filed={**proposal.filed, (events.HandlingPlanFiled, event.unit): event})
        case events.HandlingPlanApproved():
            plan = proposal.filed.get((events.HandlingPlanFiled, event.unit))
            if not isinstance(plan, events.HandlingPlanFiled):
                return proposal
            return changed(proposal, approved={**proposal.approved, event.unit: plan})
        case events.DifficultyRaised():
            return changed(proposal, difficulties={**proposal.difficulties, event.number: event})
        case events.DifficultyResolved():
            return changed(proposal, resolved={**proposal.resolved, event.number: event})
        case events.FieldVisitRecorded():
            return reported(proposal, recorded)
        case events.RehandlingOrdered():
            task = task_of(proposal, event.unit)
            return with_round(proposal, task, Round(event.round, event.deadline, recorded.version, cause=event.cause))
        case events.HandlingClosed():
            return changed(
                proposal, closed=event, closed_at=recorded.occurred_at, result_class=event.result_class, reopened=None
            )
        case _:
            assert_never(event)
