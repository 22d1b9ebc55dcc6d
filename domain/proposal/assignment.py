"""分办、签收、退件."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.proposal.state import Proposal, Round, TaskStatus, UnitTask, task_of, with_task
from domain.record import Recorded
from domain.values import later


def evolve(proposal: Proposal, event: events.AssignmentEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.UnitAssigned():
            rounds = {1: Round(1, event.deadline)} if event.mode.answers else {}
            known = proposal.tasks.get(event.unit)
            before = known.last.at if known and known.last else proposal.transferred_at
            at = later(before, recorded.occurred_at)
            task = UnitTask(event.unit, event.mode, assigned=event, assigned_at=at, rounds=rounds)
            filed = {key: known for key, known in proposal.filed.items() if key[1] != event.unit}
            return replace(with_task(proposal, task), filed=filed)
        case events.AssignmentAcknowledged():
            return with_task(proposal, replace(task_of(proposal, event.unit), status=TaskStatus.ACKNOWLEDGED))
        case events.AssignmentReturned():
            task = replace(task_of(proposal, event.unit), status=TaskStatus.RETURNED, objection=event)
            return with_task(proposal, task)
        case events.ObjectionUpheld():
            return with_task(proposal, replace(task_of(proposal, event.unit), status=TaskStatus.LEFT, decided=event))
        case events.ObjectionRejected():
            return with_task(
                proposal, replace(task_of(proposal, event.unit), status=TaskStatus.ASSIGNED, decided=event)
            )
        case _:
            assert_never(event)
