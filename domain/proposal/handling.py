"""办理方案、会办意见、重新办理、办结."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.codes import AssignmentMode
from domain.proposal.state import Proposal, Round, identity, task_of, with_round, with_task
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.HandlingEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.HandlingPlanFiled():
            return replace(proposal, filed={**proposal.filed, (events.HandlingPlanFiled, event.unit): event})
        case events.HandlingPlanApproved():
            plan = proposal.filed.get((events.HandlingPlanFiled, event.unit))
            if not isinstance(plan, events.HandlingPlanFiled):
                return proposal
            return replace(proposal, approved={**proposal.approved, event.unit: plan})
        case events.CoOpinionRequested():
            return replace(proposal, asked={**proposal.asked, event.unit: event})
        case events.CoOpinionReturned():
            opinion = proposal.filed.get((events.CoOpinionSubmitted, event.unit))
            task = replace(task_of(proposal, event.unit, AssignmentMode.CO), co_opinion=None)
            if isinstance(opinion, events.CoOpinionSubmitted):
                proposal = replace(proposal, returned={**proposal.returned, event.unit: opinion})
            return with_task(proposal, task)
        case events.DifficultyRaised():
            return replace(proposal, difficulties={**proposal.difficulties, event.number: event})
        case events.DifficultyResolved():
            return replace(proposal, resolved={**proposal.resolved, event.number: event})
        case events.FieldVisitRecorded():
            return replace(proposal, told=proposal.told | {identity(event, recorded.occurred_at)})
        case events.CoOpinionSubmitted():
            task = task_of(proposal, event.unit, AssignmentMode.CO)
            task = replace(task, co_opinion=task.co_opinion or recorded.occurred_at)
            return replace(
                with_task(proposal, task), filed={**proposal.filed, (events.CoOpinionSubmitted, event.unit): event}
            )
        case events.RehandlingOrdered():
            task = task_of(proposal, event.unit)
            return with_round(proposal, task, Round(event.round, event.deadline, recorded.version, cause=event.cause))
        case events.HandlingClosed():
            return replace(proposal, closed=event, closed_at=recorded.occurred_at)
        case _:
            assert_never(event)
