"""分办、签收、改办."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import AssignmentMode, Gate, Recipient, Restart
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_last,
    assigned,
    deadline,
    gated,
    in_order,
    late,
    open_case,
)
from domain.commands.recomputation import as_known, following
from domain.events import (
    AssignmentAcknowledged,
    CaseReassigned,
    Event,
    UnitAssigned,
)
from domain.labels import label
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, TaskStatus, UnitTask
from domain.rules import (
    DECIDER_LEADS_CITY,
    DONE_IN_TIME,
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    MODE_CHANGES_BY_REASSIGNMENT,
    MODES_COMPATIBLE,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    REASSIGNED_BEFORE_REPLY,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    TRANSFERRED_BEFORE_ASSIGNMENT,
    Rule,
    require,
)
from domain.setting import Decision, Flagged, Setting
from domain.values import Code, Frozen, Note


class Assignment(Frozen):
    """One unit and how it takes part."""

    unit: Code
    mode: AssignmentMode


class AssignUnits(ProposalCommand):
    """Assign units: one alone, one lead with assisting ones, or several that each answer; others may have the case for
    their information."""

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
        new = self._new(proposal, setting)
        _lead_has_not_replied(proposal, [one for one in new if one.mode.handles])
        _after_leaving(proposal, setting, new)
        return assign_all(proposal, setting, new, self.basis, self.leader)

    def _new(self, proposal: Proposal, setting: Setting) -> list[Assignment]:
        """Who begins; refused where all of them together make no sense."""
        modes, new = {task.unit: task.mode for task in proposal.active_tasks}, []
        for index, wanted in enumerate(self.assignments):
            setting.knows_unit(wanted.unit, f"assignments.{index}.unit")
            same = modes.get(wanted.unit, wanted.mode) is wanted.mode
            told = "该单位已以另一方式承办，须经改办变更"
            require(same, MODE_CHANGES_BY_REASSIGNMENT, told, f"assignments.{index}.mode")
            self._fits(wanted.unit, proposal, setting)
            if wanted.unit not in modes:
                new.append(wanted)
            modes[wanted.unit] = wanted.mode
        require(_compatible(modes.values()), MODES_COMPATIBLE, _MODES, "assignments")
        return new

    def _fits(self, unit: str, proposal: Proposal, setting: Setting) -> None:
        """Refuse a leader who is not the unit's, another for a unit that has one, and a return before the leaving."""
        if self.leader is not None:
            setting.speaks_for(self.leader, unit, "leader")
        known = proposal.tasks.get(unit)
        if known is None or known.assigned is None:
            return
        if not known.active:
            after_last(setting, known)
            return
        led = self.leader in (None, known.assigned.leader)
        require(led, MODE_CHANGES_BY_REASSIGNMENT, "该单位已有分管领导，变更须经改办", "leader")


def assign_all(
    proposal: Proposal,
    setting: Setting,
    new: Sequence[Assignment],
    basis: str,
    leader: str | None = None,
    restart: Restart | None = None,
    leaving: Collection[str] = (),
) -> list[Event | Flagged]:
    """The assignments of one decision, and the limits of other units that follow a new lead's. The lead is dealt with
    first: limits of assisting units may be counted back from its. What `restart` names comes before them."""
    made, reply = {}, proposal.reply_due
    ceasing = (*leaving, *(one.unit for one in new if not one.mode.answers))
    for index, one in sorted(enumerate(new, 1 if restart else 0), key=lambda at: not at[1].mode.answers):
        made[index] = assign(proposal, setting, one, index, basis, leader, restart, ceasing, reply)
        reply = made[index].deadline if one.mode is AssignmentMode.LEAD else reply
    assigned = [gated(made[index], _of_another_side(made[index], proposal, setting)) for index in sorted(made)]
    return [*assigned, *following(reply, proposal, setting, besides=(*leaving, *(one.unit for one in new)))]


def assign(
    proposal: Proposal,
    setting: Setting,
    wanted: Assignment,
    index: int,
    basis: str,
    leader: str | None = None,
    restart: Restart | None = None,
    ceasing: Collection[str] = (),
    reply: Deadline | None = None,
) -> UnitAssigned:
    """The assignment of one unit, with the limits that begin with it; `index` is its place in the decision. A unit that
    goes on in another way keeps the limits it has; one that goes on with a round that it, or a unit that answers no
    more or is `ceasing` to, was to handle again, the limit of that; one that comes back after its last round was
    answered owes nothing. `reply` is the limit of the lead's reply."""
    rulebook, known = setting.rulebook(proposal), proposal.tasks.get(wanted.unit)
    stays = known if known is not None and known.active and known.mode.handles else None
    leader = leader or (stays.leader if stays else None)

    def given(**limits: Any) -> UnitAssigned:
        return UnitAssigned(unit=wanted.unit, mode=wanted.mode, basis=basis, leader=leader, **limits)

    if stays is not None and stays.mode.answers and wanted.mode.answers:
        return given(deadline=stays.round.deadline, round=stays.assigned.round if stays.assigned else None)

    if known is not None and known.round.issued and wanted.mode.answers:  # no order stands
        return given(round=known.round.number)

    if not wanted.mode.handles:
        return given(round=_first_round(known))

    def due(kind: DeadlineKind) -> Deadline | None:
        return deadline(kind, rulebook, proposal, setting, "UnitAssigned", index, restart, reply)

    own = due(DeadlineKind.REPLY if wanted.mode.answers else DeadlineKind.CO_OPINION)
    if wanted.mode.answers:
        own = _to_answer(proposal, setting, wanted.unit, ceasing, own)
    kinds = [] if stays else [DeadlineKind.ACKNOWLEDGEMENT, DeadlineKind.OBJECTION]
    kinds += [DeadlineKind.FIRST_CONTACT] if wanted.mode.answers else []
    begun = tuple(limit for kind in kinds if (limit := due(kind)))
    return given(deadline=own, further=begun, round=_first_round(known))


def _to_answer(
    proposal: Proposal, setting: Setting, unit: str, ceasing: Collection[str], fresh: Deadline | None
) -> Deadline | None:
    """The limit of a unit that answers from here on: a fresh one, unless it goes on with a round that was to be handled
    again, or somebody has granted it a later day."""
    order = None if fresh and fresh.started_anew else _handled_again(proposal, unit, ceasing)
    own = as_known(order, proposal, setting) if order else fresh
    return _granted(proposal.tasks.get(unit), own) or own


def _first_round(known: UnitTask | None) -> int | None:
    """The round an assignment begins with, if it is not the first: that under way when the unit ceased to answer, or
    where it has written something in it the next."""
    if known is None:
        return None
    number = known.round.number + 1 if known.round.drafts else known.round.number
    return number if number > 1 else None


def _granted(task: UnitTask | None, fresh: Deadline | None) -> Deadline | None:
    """The limit of the round that the unit has still to answer, where somebody has given it a later day than a fresh
    limit: that stands though the unit has only assisted for a while, or was off the case."""
    known = task.round.deadline if task and not task.round.issued else None
    later = known and known.granted and (fresh is None or known.due_on > fresh.due_on)
    return known if later else None


def _handled_again(proposal: Proposal, unit: str, ceasing: Collection[str]) -> Deadline | None:
    """The limit of the order that this unit goes on with: its own, or what a unit leaves behind that is `ceasing` to
    answer, or did before where nobody has taken that over. An order that was answered or taken back binds nobody."""
    rounds = [(task, current) for task in proposal.tasks.values() for current in task.rounds.values()]
    answered = {current.deadline.anchor for _, current in rounds if current.deadline and current.issued}
    going_on = [task.round.deadline for task in proposal.answering if task.unit not in ceasing]
    taken_over = {due.anchor for due in going_on if due}

    def left_to(task: UnitTask, due: Deadline) -> bool:
        if task.unit in ceasing:
            return True
        return due.anchor not in answered and (task.unit == unit or due.anchor not in taken_over)

    standing = [
        ((task.unit == unit, task.unit in ceasing, task.round.deadline_version), due)
        for task in proposal.tasks.values()
        if (due := _order(proposal, task)) and left_to(task, due)
    ]
    return max(standing, key=lambda found: found[0])[1] if standing else None


def _order(proposal: Proposal, task: UnitTask) -> Deadline | None:
    """The limit of the round that the unit was to handle again and has not answered, while the order stands."""
    due = task.round.deadline
    again = due is not None and due.kind is DeadlineKind.REHANDLING and not task.round.issued
    return due if again and due and due.anchor.version not in proposal.retracted else None


def _of_another_side(assigned: UnitAssigned, proposal: Proposal, setting: Setting) -> list[Breach]:
    """A case that went to a court, a Party office or a mass organisation and is to be answered by a unit that is none
    of theirs; or one of the government's by a court. A Party office or a mass organisation may answer for the
    government."""
    to, listed = proposal.recipient, setting.directory.units.get(assigned.unit)
    side = listed.side if listed else None
    another = side is not to if to else side in (Recipient.COURT, Recipient.PROCURATORATE)
    if not another or not assigned.mode.answers:
        return []
    told = f"本案已交办{label(to or Recipient.GOVERNMENT)}，“{setting.unit_name(assigned.unit)}”不是该方的单位"
    return [Breach(Gate.FLAG, TRANSFERRED_BEFORE_ASSIGNMENT, told, "assignments")]


_MODES = "一件案只能由一个单位独办，或一个主办加若干会办，或若干单位分办，此外可有参阅单位"


def _lead_has_not_replied(proposal: Proposal, new: Collection[Assignment]) -> None:
    replied = any(task.mode is AssignmentMode.LEAD and task.round.issued for task in proposal.active_tasks)
    require(not (new and replied), MODES_COMPATIBLE, "主办单位已答复，不能再增加会办单位", "assignments")


def _after_leaving(proposal: Proposal, setting: Setting, new: Collection[Assignment]) -> None:
    """Refuse a moment before a unit left that comes back, or beside which one of these could not have begun."""
    for task in proposal.tasks.values():
        if task.active:
            continue
        barred = any(one.unit == task.unit or not _beside(one.mode, task.mode) for one in new)
        left_at = proposal.history[task.ceased - 1].occurred_at
        in_order(setting, left_at if barred else None, f"“{setting.unit_name(task.unit)}”退出")


def _beside(one: AssignmentMode, other: AssignmentMode) -> bool:
    """Whether two units may have a case at the same time, each in its way."""
    both = {one, other}
    if not (one.handles and other.handles):
        return True
    if both & {AssignmentMode.SOLE, AssignmentMode.SPLIT}:
        return both == {AssignmentMode.SPLIT}
    return both != {AssignmentMode.LEAD}


def _compatible(all_modes: Collection[AssignmentMode]) -> bool:
    modes = [mode for mode in all_modes if mode.handles]
    kinds = set(modes)
    if AssignmentMode.SOLE in kinds:
        return len(modes) == 1
    if AssignmentMode.SPLIT in kinds:
        return kinds == {AssignmentMode.SPLIT}
    return modes.count(AssignmentMode.LEAD) == 1


class AcknowledgeAssignment(ProposalCommand):
    """The unit signs for the case."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, ONLY_ASSIGNED_UNIT_ACTS, OCCURRED_IN_ORDER, DONE_IN_TIME)

    unit: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        if task.status is TaskStatus.ACKNOWLEDGED:
            return []
        in_order(setting, task.assigned_at, "分办")
        breaches = late(task.limit(DeadlineKind.ACKNOWLEDGEMENT), setting)
        return [gated(AssignmentAcknowledged(unit=self.unit), breaches)]


class ReassignCase(ProposalCommand):
    """Change who handles a case, or how, before the units concerned have replied (改办). Where all units leave and none
    is assigned, the office has the case back: to assign it anew, or to take back what was wrong before."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        TRANSFERRED_BEFORE_ASSIGNMENT,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_UNIT,
        KNOWN_OFFICIAL,
        DECIDER_LEADS_CITY,
        MODES_COMPATIBLE,
        REASSIGNED_BEFORE_REPLY,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    leaving: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    assignments: Annotated[tuple[Assignment, ...], Field(max_length=30)] = ()
    reason: Note
    decided_by: Code | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        require(proposal.transferred is not None, TRANSFERRED_BEFORE_ASSIGNMENT, "尚未交办，无从改办")
        active = {task.unit: task.mode for task in proposal.active_tasks}
        leaving, new = [unit for unit in self.leaving if unit in active], self._new(active, proposal, setting)
        if not leaving and not new:
            return []
        handling = {unit for unit, mode in active.items() if mode.handles}
        _lead_has_not_replied(proposal, [one for one in new if one.unit not in handling and one.mode.handles])
        self._not_replied(proposal, setting, [*leaving, *(wanted.unit for wanted in new)])
        _after_leaving(proposal, setting, new)
        if self.decided_by is not None:
            setting.city_leader(self.decided_by, "decided_by", DECIDER_LEADS_CITY)
        changed = tuple(wanted.unit for wanted in new if wanted.unit in active)
        assigned = assign_all(proposal, setting, new, self.reason, restart=Restart.REASSIGNMENT, leaving=leaving)
        return [self.told(CaseReassigned, left=tuple(leaving), changed=changed or None), *assigned]

    def _new(self, active: Mapping[str, AssignmentMode], proposal: Proposal, setting: Setting) -> list[Assignment]:
        """Who begins, or goes on in another way; refused where all of them together make no sense."""
        for index, unit in enumerate(self.leaving):
            known = unit in proposal.tasks
            require(known, ONLY_ASSIGNED_UNIT_ACTS, "不是本案承办单位", f"leaving.{index}")
        modes = {unit: mode for unit, mode in active.items() if unit not in self.leaving}
        new = []
        for index, wanted in enumerate(self.assignments):
            setting.knows_unit(wanted.unit, f"assignments.{index}.unit")
            stays = wanted.unit not in self.leaving
            require(stays, MODES_COMPATIBLE, "不能既退出又承办", f"assignments.{index}.unit")
            if modes.get(wanted.unit) is not wanted.mode:
                new.append(wanted)
            modes[wanted.unit] = wanted.mode
        given_up = bool(self.leaving) and not modes
        require(given_up or _compatible(modes.values()), MODES_COMPATIBLE, _MODES, "assignments")
        return new

    def _not_replied(self, proposal: Proposal, setting: Setting, units: Sequence[str]) -> None:
        for unit in units:
            task = proposal.tasks.get(unit)
            if task is None:
                in_order(setting, proposal.transferred_at, "交办")
                continue
            replied = f"“{setting.unit_name(unit)}”已经答复，不能改办"
            require(not (task.active and task.round.issued), REASSIGNED_BEFORE_REPLY, replied)
            after_last(setting, task)
