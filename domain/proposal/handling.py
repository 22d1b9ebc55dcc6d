"""办理方案、会办意见、重新办理、办结."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.codes import AssignmentMode
from domain.proposal.state import Proposal, Round, task_of, with_round, with_task
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.HandlingEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.HandlingPlanFiled():
            return replace(proposal, filed={**proposal.filed, (events.HandlingPlanFiled, event.unit): event})
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
