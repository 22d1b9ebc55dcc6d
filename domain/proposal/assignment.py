"""分办、签收、改办."""

from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.proposal.parts import Limit, Round, TaskStatus, UnitTask
from domain.proposal.state import Proposal, task_of, with_task
from domain.record import Recorded
from domain.values import later


def evolve(proposal: Proposal, event: events.AssignmentEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.UnitAssigned():
            rounds = {1: Round(1, event.deadline, recorded.version)} if event.mode.answers else {}
            known = proposal.tasks.get(event.unit)
            before = known.last.at if known and known.last else proposal.transferred_at
            at = later(before, recorded.occurred_at)
            own = (*event.further, *((event.deadline,) if event.deadline and not rounds else ()))
            limits = {limit.kind: Limit(limit, recorded.version) for limit in own}
            task = UnitTask(event.unit, event.mode, assigned=event, assigned_at=at, limits=limits, rounds=rounds)
            filed = {key: known for key, known in proposal.filed.items() if key[1] != event.unit}
            return replace(with_task(proposal, task), filed=filed)
        case events.AssignmentAcknowledged():
            return with_task(proposal, replace(task_of(proposal, event.unit), status=TaskStatus.ACKNOWLEDGED))
        case events.CaseReassigned():
            for unit in event.left:
                proposal = with_task(proposal, replace(task_of(proposal, unit), status=TaskStatus.LEFT))
            return proposal
        case events.ResponsibilityNamed():
            return with_task(proposal, replace(task_of(proposal, event.unit), responsible=event))
        case events.CasesHandledJointly():
            others = frozenset(event.cases) - {recorded.stream}
            joint = {**proposal.joint, event.unit: proposal.joint.get(event.unit, frozenset()) | others}
            return replace(proposal, joint=joint)
        case _:
            assert_never(event)
