"""异议."""

from dataclasses import replace
from typing import assert_never

from domain import events
from domain.proposal.parts import TaskStatus, UnitTask
from domain.proposal.state import Proposal, task_of, with_task


def evolve(proposal: Proposal, event: events.ObjectionEvent) -> Proposal:
    return with_task(proposal, _task(task_of(proposal, event.unit), event))


def _task(task: UnitTask, event: events.ObjectionEvent) -> UnitTask:
    match event:
        case events.AssignmentReturned():
            return replace(task, status=TaskStatus.RETURNED, objection=event, escalated=None)
        case events.ObjectionUpheld():
            return replace(task, status=TaskStatus.LEFT, decided=event)
        case events.ObjectionRejected():
            return replace(task, status=TaskStatus.ASSIGNED, decided=event)
        case events.ObjectionEscalated():
            return replace(task, status=TaskStatus.RETURNED, escalated=event)
        case events.UnitAdditionRequested():
            return replace(task, addition=event, addition_decided=None)
        case events.UnitAdditionGranted() | events.UnitAdditionRefused():
            return replace(task, addition_decided=event)
        case _:
            assert_never(event)
