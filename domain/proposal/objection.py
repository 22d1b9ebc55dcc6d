"""异议."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Limit, TaskStatus, UnitTask
from domain.proposal.state import Proposal, task_of, with_task
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.ObjectionEvent, recorded: Recorded[Any]) -> Proposal:
    return with_task(proposal, _task(task_of(proposal, event.unit), event, recorded.version))


def _task(task: UnitTask, event: events.ObjectionEvent, version: int) -> UnitTask:
    match event:
        case events.AssignmentReturned():
            own = {event.deadline.kind: Limit(event.deadline, version)} if event.deadline else {}
            limits = {**task.limits, **own}
            returned = changed(task, status=TaskStatus.RETURNED, objection=event, escalated=None, limits=limits)
            return changed(returned, unanswered_on=None)
        case events.ObjectionUnanswered():
            return changed(task, unanswered_on=event.due_on)
        case events.ObjectionUpheld():
            return changed(task, status=TaskStatus.LEFT, decided=event, ceased=version)
        case events.ObjectionRejected():
            return changed(task, status=TaskStatus.ASSIGNED, decided=event)
        case events.ObjectionEscalated():
            return changed(task, status=TaskStatus.RETURNED, escalated=event)
        case events.UnitAdditionRequested():
            return changed(task, addition=event, addition_decided=None)
        case events.UnitAdditionGranted() | events.UnitAdditionRefused():
            return changed(task, addition_decided=event)
        case _:
            assert_never(event)
