"""分办、签收、退件."""

from collections.abc import Collection
from typing import Annotated, ClassVar

from pydantic import Field, StrictBool

from domain.codes import AssignmentMode
from domain.commands.base import EXISTING, ProposalCommand, after_last, assigned, deadline, in_order, open_case
from domain.events import (
    AssignmentAcknowledged,
    AssignmentReturned,
    ObjectionRejected,
    ObjectionUpheld,
    UnitAssigned,
)
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, TaskStatus
from domain.rules import (
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    MODE_CHANGES_BY_REASSIGNMENT,
    MODES_COMPATIBLE,
    OBJECTION_BEFORE_HANDLING,
    OBJECTION_NAMES_UNIT,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    TRANSFERRED_BEFORE_ASSIGNMENT,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Frozen, Note


class Assignment(Frozen):
    """One unit and how it takes part."""

    unit: Code
    mode: AssignmentMode


class AssignUnits(ProposalCommand):
    """Assign units: one alone, one lead with assisting ones, or several that each answer."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        TRANSFERRED_BEFORE_ASSIGNMENT,
        KNOWN_UNIT,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        MODES_COMPATIBLE,
        MODE_CHANGES_BY_REASSIGNMENT,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    assignments: Annotated[tuple[Assignment, ...], Field(min_length=1, max_length=30)]
    basis: Note
    leader: Code | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        require(proposal.transferred is not None, TRANSFERRED_BEFORE_ASSIGNMENT, "尚未交办，不能分办")
        in_order(setting, proposal.transferred_at, "交办")
        modes = {task.unit: task.mode for task in proposal.active_tasks}
        new = []
        for index, wanted in enumerate(self.assignments):
            setting.knows_unit(wanted.unit, f"assignments.{index}.unit")
            field = f"assignments.{index}.mode"
            same = modes.get(wanted.unit, wanted.mode) is wanted.mode
            require(same, MODE_CHANGES_BY_REASSIGNMENT, "该单位已以另一方式承办，须经改办变更", field)
            if self.leader is not None:
                setting.speaks_for(self.leader, wanted.unit, "leader")
            known = proposal.tasks.get(wanted.unit)
            if wanted.unit not in modes:
                if known is not None:
                    after_last(setting, known)
                new.append(wanted)
            elif known is not None and known.assigned is not None:
                led = self.leader in (None, known.assigned.leader)
                require(led, MODE_CHANGES_BY_REASSIGNMENT, "该单位已有分管领导，变更须经改办", "leader")
            modes[wanted.unit] = wanted.mode
        require(_compatible(modes.values()), MODES_COMPATIBLE, _MODES, "assignments")
        replied = any(task.mode is AssignmentMode.LEAD and task.round.issued for task in proposal.active_tasks)
        require(not (new and replied), MODES_COMPATIBLE, "主办单位已答复，不能再增加会办单位", "assignments")
        return [self._assign(proposal, setting, wanted, index) for index, wanted in enumerate(new)]

    def _assign(self, proposal: Proposal, setting: Setting, wanted: Assignment, index: int) -> UnitAssigned:
        kind = DeadlineKind.REPLY if wanted.mode.answers else DeadlineKind.CO_OPINION
        due = deadline(kind, setting.rulebook(proposal), proposal, setting, "UnitAssigned", index)
        return UnitAssigned(unit=wanted.unit, mode=wanted.mode, basis=self.basis, leader=self.leader, deadline=due)


_MODES = "一件案只能由一个单位独办，或一个主办加若干会办，或若干单位分办"


def _compatible(modes: Collection[AssignmentMode]) -> bool:
    kinds = set(modes)
    if AssignmentMode.SOLE in kinds:
        return len(modes) == 1
    if AssignmentMode.SPLIT in kinds:
        return kinds == {AssignmentMode.SPLIT}
    return list(modes).count(AssignmentMode.LEAD) == 1


class AcknowledgeAssignment(ProposalCommand):
    """The unit signs for the case."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, ONLY_ASSIGNED_UNIT_ACTS, OCCURRED_IN_ORDER)

    unit: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        if task.status is TaskStatus.ACKNOWLEDGED:
            return []
        in_order(setting, task.assigned_at, "分办")
        return [AssignmentAcknowledged(unit=self.unit)]


class ReturnAssignment(ProposalCommand):
    """The unit objects: not ours, and whose it is."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_UNIT,
        KNOWN_OFFICIAL,
        OBJECTION_NAMES_UNIT,
        OBJECTION_BEFORE_HANDLING,
        OBJECTION_OPEN,
        SIGNER_OF_UNIT,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    reason: Note
    suggested_unit: Code
    signed_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        returned = self.told(AssignmentReturned)
        pending = proposal.tasks.get(self.unit)
        if pending is not None and pending.status is TaskStatus.RETURNED:
            require(pending.objection == returned, OBJECTION_OPEN, "该单位已退件，待裁定，不能另提理由", "unit")
            return []
        task = assigned(proposal, self.unit, setting)
        setting.knows_unit(self.suggested_unit, "suggested_unit")
        setting.speaks_for(self.signed_by, self.unit, "signed_by")
        elsewhere = self.suggested_unit != self.unit
        require(elsewhere, OBJECTION_NAMES_UNIT, "建议承办单位不能是退件单位自己", "suggested_unit")
        require(task.untouched, OBJECTION_BEFORE_HANDLING, "已拟稿或已提会办意见，不能再退件", "unit")
        after_last(setting, task)
        return [returned]


class DecideObjection(ProposalCommand):
    """The office decides a unit's objection: upheld, and the unit leaves; or rejected, and it stays."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, OBJECTION_OPEN, OCCURRED_IN_ORDER)

    unit: Code
    upheld: StrictBool
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = proposal.tasks.get(self.unit)
        kind = ObjectionUpheld if self.upheld else ObjectionRejected
        decided = kind(unit=self.unit, reason=self.reason)
        if task is None or task.status is not TaskStatus.RETURNED:
            again = task is not None and task.decided == decided
            require(again, OBJECTION_OPEN, f"“{setting.unit_name(self.unit)}”没有待裁定的退件", "unit")
            return []
        after_last(setting, task)
        return [decided]
