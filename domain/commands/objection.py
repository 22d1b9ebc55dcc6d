"""异议: 退件、增办建议、呈报领导."""

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field, StrictBool

from domain.codes import Gate, Restart
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_last,
    assigned,
    deadline,
    decided_above,
    gated,
    in_order,
    open_case,
)
from domain.commands.recomputation import reopened, restarted
from domain.events import (
    AssignmentReturned,
    CoOpinionReturned,
    ObjectionEscalated,
    ObjectionRejected,
    ObjectionUnanswered,
    ObjectionUpheld,
    OfficialAppointed,
    UnitAdditionGranted,
    UnitAdditionRefused,
    UnitAdditionRequested,
)
from domain.labels import label
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.proposal import Proposal, TaskStatus, UnitTask, open_limits, owed
from domain.rules import (
    ADDITION_DECIDED_ABOVE,
    ADDITION_NAMES_OTHERS,
    ADDITION_OPEN,
    DECIDER_LEADS_CITY,
    ESCALATED_AFTER_DECISION,
    ESCALATED_DECIDED_BY_LEADER,
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    OBJECTION_BEFORE_HANDLING,
    OBJECTION_IN_TIME,
    OBJECTION_NAMES_UNIT,
    OBJECTION_OPEN,
    OBJECTION_SIGNER_RANK,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Note, day_of


class ReturnAssignment(ProposalCommand):
    """The unit objects: not ours, and whose it is. Too late is as the rulebook says (S16, S18)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_UNIT,
        KNOWN_OFFICIAL,
        OBJECTION_NAMES_UNIT,
        OBJECTION_BEFORE_HANDLING,
        OBJECTION_OPEN,
        ESCALATED_AFTER_DECISION,
        OBJECTION_IN_TIME,
        SIGNER_OF_UNIT,
        OBJECTION_SIGNER_RANK,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    reason: Note
    suggested_unit: Code
    signed_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        pending = proposal.tasks.get(self.unit)
        if pending is not None and pending.status is TaskStatus.RETURNED and pending.objection is not None:
            same = self.told(AssignmentReturned, deadline=pending.objection.deadline) == pending.objection
            require(same, OBJECTION_OPEN, "该单位已退件，待裁定，不能另提理由", "unit")
            return []
        task = assigned(proposal, self.unit, setting)
        require(task.escalated is None, ESCALATED_AFTER_DECISION, "领导已经裁定，应当服从", "unit")
        setting.knows_unit(self.suggested_unit, "suggested_unit")
        signer = setting.speaks_for(self.signed_by, self.unit, "signed_by")
        elsewhere = self.suggested_unit != self.unit
        require(elsewhere, OBJECTION_NAMES_UNIT, "建议承办单位不能是退件单位自己", "suggested_unit")
        require(task.untouched, OBJECTION_BEFORE_HANDLING, "已拟稿或已提会办意见，不能再退件", "unit")
        after_last(setting, task)
        in_order(setting, proposal.last(CoOpinionReturned, unit=self.unit), "退回会办意见")
        rulebook = setting.rulebook(proposal)
        due = deadline(DeadlineKind.OBJECTION_ANSWER, rulebook, proposal, setting, "AssignmentReturned")
        returned = self.told(AssignmentReturned, deadline=due)
        return [gated(returned, [*_late(task, setting, rulebook), *_low(signer, rulebook)])]


class NoteObjectionUnanswered(ProposalCommand):
    """Note that a unit's objection was not decided in time; once for each return."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, OBJECTION_OPEN)

    unit: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = proposal.tasks.get(self.unit)
        if task is None or task.status is not TaskStatus.RETURNED:
            refuse(OBJECTION_OPEN, f"“{setting.unit_name(self.unit)}”没有待裁定的退件", "unit")
        late = [
            due.until
            for due in owed(proposal)
            if due.about is DeadlineKind.OBJECTION_ANSWER and due.unit == self.unit
            if due.until < day_of(setting.occurred_at)
        ]
        return [self.told(ObjectionUnanswered, due_on=day) for day in late if day != task.unanswered_on]


class DecideObjection(ProposalCommand):
    """Decide a unit's objection: upheld, and the unit leaves; or rejected, and it stays. One that was put to a leader
    is the leader's to decide, and final (S15, S18)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        OBJECTION_OPEN,
        KNOWN_OFFICIAL,
        DECIDER_LEADS_CITY,
        ESCALATED_DECIDED_BY_LEADER,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    upheld: StrictBool
    reason: Note
    decided_by: Code | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = proposal.tasks.get(self.unit)
        decided = self.told(ObjectionUpheld if self.upheld else ObjectionRejected)
        if task is None or task.status is not TaskStatus.RETURNED:
            again = task is not None and task.decided == decided
            require(again, OBJECTION_OPEN, f"“{setting.unit_name(self.unit)}”没有待裁定的退件", "unit")
            return []
        if self.decided_by is not None:
            setting.city_leader(self.decided_by, "decided_by", DECIDER_LEADS_CITY)
        if task.escalated is not None:
            own = self.decided_by == task.escalated.leader
            named = setting.official_name(task.escalated.leader)
            require(own, ESCALATED_DECIDED_BY_LEADER, f"已呈报“{named}”，由其裁定", "decided_by")
        after_last(setting, task)
        if self.upheld:
            return [decided]
        limits = [known for known in open_limits(proposal) if known.unit == self.unit]
        anew = restarted(Restart.OBJECTION_REJECTED, limits, proposal, setting, "ObjectionRejected")
        return [decided, *anew, *reopened(proposal, _as(task, TaskStatus.ASSIGNED, proposal), setting)]


class EscalateObjection(ProposalCommand):
    """Put a rejected objection to a leader of the city, in writing (S15, S18)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        DECIDER_LEADS_CITY,
        ESCALATED_AFTER_DECISION,
        OBJECTION_BEFORE_HANDLING,
        OBJECTION_SIGNER_RANK,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    statement: Note
    signed_by: Code
    leader: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        escalated = self.told(ObjectionEscalated)
        pending = proposal.tasks.get(self.unit)
        if pending is not None and pending.status is TaskStatus.RETURNED and pending.escalated == escalated:
            return []
        task = assigned(proposal, self.unit, setting)
        rejected = isinstance(task.decided, ObjectionRejected)
        require(rejected, ESCALATED_AFTER_DECISION, "退件尚未裁定，或未被驳回", "unit")
        require(task.escalated is None, ESCALATED_AFTER_DECISION, "领导已经裁定，应当服从", "unit")
        require(task.untouched, OBJECTION_BEFORE_HANDLING, "已拟稿或已提会办意见，不能再提异议", "unit")
        signer = setting.speaks_for(self.signed_by, self.unit, "signed_by")
        setting.city_leader(self.leader, "leader", DECIDER_LEADS_CITY)
        after_last(setting, task)
        in_order(setting, proposal.last(CoOpinionReturned, unit=self.unit), "退回会办意见")
        again = reopened(proposal, _as(task, TaskStatus.RETURNED, proposal), setting)
        return [gated(escalated, _low(signer, setting.rulebook(proposal), escalating=True)), *again]


class RequestUnitAddition(ProposalCommand):
    """The unit accepts the case and asks that other units take part (P2)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_UNIT,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        ADDITION_NAMES_OTHERS,
        ADDITION_OPEN,
        OBJECTION_IN_TIME,
        OBJECTION_SIGNER_RANK,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    units: Annotated[tuple[Code, ...], Field(min_length=1, max_length=10)]
    reason: Note
    signed_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        requested = self.told(UnitAdditionRequested)
        if task.addition == requested:
            return []
        pending = task.addition is not None and task.addition_decided is None
        require(not pending, ADDITION_OPEN, "已有增办建议待裁定", "unit")
        active = {known.unit for known in proposal.active_tasks}
        for index, unit in enumerate(self.units):
            setting.knows_unit(unit, f"units.{index}")
            require(unit not in active, ADDITION_NAMES_OTHERS, "该单位已在本案承办", f"units.{index}")
        signer, rulebook = setting.speaks_for(self.signed_by, self.unit, "signed_by"), setting.rulebook(proposal)
        in_order(setting, task.assigned_at, "分办")
        decided = proposal.last(UnitAdditionGranted, UnitAdditionRefused, unit=self.unit)
        in_order(setting, decided, "裁定增办建议")
        return [gated(requested, [*_late(task, setting, rulebook), *_low(signer, rulebook)])]


class DecideUnitAddition(ProposalCommand):
    """Decide a unit's request, however the unit takes part by then; where it is granted, assign the units next.
    `decided_by`, if named, is of the office or leads the city (S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ADDITION_OPEN,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_OFFICIAL,
        ADDITION_DECIDED_ABOVE,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    granted: StrictBool
    reason: Note
    decided_by: Code | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        asking = (task for task in proposal.active_tasks if task.unit == self.unit and task.addition is not None)
        task = next(asking, None) or assigned(proposal, self.unit, setting)
        decided = self.told(UnitAdditionGranted if self.granted else UnitAdditionRefused)
        if task.addition_decided == decided:
            return []
        pending = task.addition is not None and task.addition_decided is None
        require(pending, ADDITION_OPEN, "没有待裁定的增办建议", "unit")
        if self.decided_by is not None:
            decided_above(proposal, self.decided_by, setting, ADDITION_DECIDED_ABOVE)
        in_order(setting, proposal.last(UnitAdditionRequested, unit=self.unit), "增办建议")
        return [decided]


def _as(task: UnitTask, status: TaskStatus, proposal: Proposal) -> Proposal:
    """The case once the unit stands so."""
    return replace(proposal, tasks={**proposal.tasks, task.unit: replace(task, status=status)})


def _low(signer: OfficialAppointed, rulebook: Rulebook, *, escalating: bool = False) -> list[Breach]:
    """A signer of too low a rank to speak for the unit about its assignment."""
    asked = rulebook.rank_to_object(escalating=escalating)
    if signer.rank.height >= asked.height:
        return []
    return [Breach(rulebook.gates.signer_rank, OBJECTION_SIGNER_RANK, f"须由{label(asked)}以上签署", "signed_by")]


def _late(task: UnitTask, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    limit, gate = task.limit(DeadlineKind.OBJECTION), rulebook.gates.objection_in_time or Gate.REFUSE
    if limit is None or day_of(setting.occurred_at) <= limit.due_on:
        return []
    return [Breach(gate, OBJECTION_IN_TIME, f"退件期限至 {limit.due_on}，已逾期", "occurred_at")]
