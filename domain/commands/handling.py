"""办理方案、会办意见、重新办理、办结."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import AssignmentMode, Gate, Rank, Rating
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_last,
    answering,
    assigned,
    deadline,
    gated,
    in_order,
    in_scheme,
    open_case,
    with_proposers,
)
from domain.commands.before_handling import handling_breach
from domain.commands.recomputation import following
from domain.events import (
    CaseReassigned,
    DifficultyRaised,
    DifficultyResolved,
    Event,
    FieldVisitRecorded,
    HandlingClosed,
    HandlingPlanApproved,
    HandlingPlanFiled,
    RehandlingOrdered,
    UnitAssigned,
)
from domain.labels import label
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.proposal import Proposal, TaskStatus, UnitTask, identity
from domain.rules import (
    ADDITION_OPEN,
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    CONTACT_BEFORE_HANDLING,
    CONTACT_IS_WITH_PROPOSERS,
    DIFFICULTY_COORDINATED_ABOVE,
    DIFFICULTY_OPEN,
    DISSATISFIED_IS_REHANDLED,
    FEEDBACK_BEFORE_CLOSING,
    FINISH_AHEAD,
    KEY_REPORT_BEFORE_CLOSING,
    KNOWN_OFFICIAL,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PLAN_APPROVED_BY_LEADER,
    PLAN_FILED,
    REHANDLE_AFTER_REPLY,
    REPLIED_BEFORE_CLOSING,
    RULEBOOK_IN_FORCE,
    SETTLED_BEFORE_CLOSING,
    SIGNER_OF_UNIT,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Flagged, Setting
from domain.values import (
    ClassCode,
    Code,
    Day,
    EvidenceClaim,
    LongText,
    Moment,
    Note,
    PersonClaim,
    Title,
    day_of,
)

UNHAPPY = "委员不满意"
"""The cause of a round that the rulebook orders."""


class FileHandlingPlan(ProposalCommand):
    """File what the unit will do, by when, and who answers for it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        CONTACT_BEFORE_HANDLING,
        OCCURRED_IN_ORDER,
        FINISH_AHEAD,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    goal: Note
    measures: Annotated[tuple[Note, ...], Field(min_length=1, max_length=20)]
    finish_on: Day | None = None
    responsible_leader: Code
    desk_officer: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        setting.speaks_for(self.responsible_leader, self.unit, "responsible_leader")
        setting.speaks_for(self.desk_officer, self.unit, "desk_officer")
        filed = self.told(HandlingPlanFiled)
        if proposal.filed.get((HandlingPlanFiled, self.unit)) == filed:
            return []
        in_order(setting, task.assigned_at, "分办")
        ahead = self.finish_on is None or self.finish_on >= day_of(setting.occurred_at)
        require(ahead, FINISH_AHEAD, "完成日早于报送方案之日", "finish_on")
        return [gated(filed, handling_breach(proposal, task, setting, setting.rulebook(proposal)))]


class ApproveHandlingPlan(ProposalCommand):
    """Approve the unit's plan as it was filed last; a plan that changes needs a new approval (S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        PLAN_FILED,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        PLAN_APPROVED_BY_LEADER,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        assigned(proposal, self.unit, setting)
        plan = proposal.filed.get((HandlingPlanFiled, self.unit))
        require(plan is not None, PLAN_FILED, f"“{setting.unit_name(self.unit)}”尚未报送办理方案", "unit")
        approver = setting.speaks_for(self.approver, self.unit, "approver")
        leads = approver.rank.height >= Rank.UNIT_PORTFOLIO_LEADER.height
        low = setting.outranked(self.approver, Rank.UNIT_PORTFOLIO_LEADER)
        require(leads, PLAN_APPROVED_BY_LEADER, low, "approver")
        if proposal.approved.get(self.unit) == plan:
            return []
        in_order(setting, proposal.last(HandlingPlanFiled, unit=self.unit), "报送办理方案")
        return [self.told(HandlingPlanApproved)]


class RaiseDifficulty(ProposalCommand):
    """Say what stands in the unit's way, and what it asks for."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, ONLY_ASSIGNED_UNIT_ACTS, OCCURRED_IN_ORDER)

    unit: Code
    text: Note
    asks: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        told = (self.unit, self.text, self.asks)
        still_open = [d for number, d in proposal.difficulties.items() if number not in proposal.resolved]
        if any((known.unit, known.text, known.asks) == told for known in still_open):
            return []
        in_order(setting, task.assigned_at, "分办")
        return [self.told(DifficultyRaised, number=proposal.entries.count("DifficultyRaised") + 1)]


class ResolveDifficulty(ProposalCommand):
    """Note what came of a difficulty, and who coordinated it: a leader, or the office."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        DIFFICULTY_OPEN,
        KNOWN_OFFICIAL,
        DIFFICULTY_COORDINATED_ABOVE,
        OCCURRED_IN_ORDER,
    )

    number: Annotated[StrictInt, Field(ge=1, le=10_000)]
    outcome: Note
    coordinated_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        resolved = self.told(DifficultyResolved)
        if proposal.resolved.get(self.number) == resolved:
            return []
        pending = self.number in proposal.difficulties and self.number not in proposal.resolved
        require(pending, DIFFICULTY_OPEN, f"没有第 {self.number} 项待协调的困难", "number")
        above = setting.above_units(self.coordinated_by, "coordinated_by") is not None
        told = f"“{setting.official_name(self.coordinated_by)}”是承办单位的人员，须由政府办公室或市领导、政协领导协调"
        require(above, DIFFICULTY_COORDINATED_ABOVE, told, "coordinated_by")
        in_order(setting, proposal.last(DifficultyRaised, number=self.number), "提出困难")
        return [resolved]


class RecordFieldVisit(ProposalCommand):
    """Report that people of the unit went to see for themselves, alone or with members."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        CONTACT_IS_WITH_PROPOSERS,
        CONTACT_BEFORE_HANDLING,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    occurred_at: Moment
    unit: Code
    place: Title
    unit_people: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=30)]
    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    finding: LongText
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        with_proposers(proposal, self.members, setting)
        in_order(setting, task.assigned_at, "分办")
        visited = self.told(FieldVisitRecorded, members=tuple(dict.fromkeys(self.members)))
        if identity(visited, setting.occurred_at) in proposal.told:
            return []
        return [gated(visited, handling_breach(proposal, task, setting, setting.rulebook(proposal)))]


class OrderRehandling(ProposalCommand):
    """Order a further round of a unit's reply."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        REHANDLE_AFTER_REPLY,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    cause: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        current = task.round
        if current.number > 1 and not current.drafts and current.cause == self.cause:
            return []
        running = f"第 {current.number} 轮尚未答复，不能再次责成重新办理"
        require(current.issued, REHANDLE_AFTER_REPLY, running, "unit")
        after_last(setting, task)
        in_order(setting, current.rated_at, "委员评价")
        return rehandling(proposal, setting, self.unit, current.number + 1, self.cause)


def rehandling(
    proposal: Proposal, setting: Setting, unit: str, number: int, cause: str, index: int = 0, automatic: bool = False
) -> list[Event]:
    """The order for round `number`, with its deadline, and the limits that follow that; `index` is its place in the
    decision, `automatic` that it is the rulebook's."""
    rulebook = setting.rulebook(proposal)
    due = deadline(DeadlineKind.REHANDLING, rulebook, proposal, setting, "RehandlingOrdered", index)
    order = RehandlingOrdered(unit=unit, round=number, cause=cause, deadline=due, automatic=automatic)
    return [order, *following(due, proposal, setting)]


def called_for(proposal: Proposal, setting: Setting, unit: str, number: int, rating: Rating) -> list[Event]:
    """The rulebook's order for round `number` because of such an answer; it comes right after what makes that stand."""
    cause = UNHAPPY if rating is Rating.DISSATISFIED else f"委员评价为{label(rating)}"
    return rehandling(proposal, setting, unit, number, cause, index=1, automatic=True)


class CloseHandling(ProposalCommand):
    """Close the reply track, with the class the case ends in."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        REPLIED_BEFORE_CLOSING,
        DISSATISFIED_IS_REHANDLED,
        FEEDBACK_BEFORE_CLOSING,
        OBJECTION_OPEN,
        ADDITION_OPEN,
        SETTLED_BEFORE_CLOSING,
        CLASS_IN_SCHEME,
        COMMITMENTS_BEFORE_BETTER_CLASS,
        KEY_REPORT_BEFORE_CLOSING,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    basis: Note
    result_class: ClassCode

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        closed = proposal.closed
        if closed is not None and (closed.basis, closed.result_class) == (self.basis, self.result_class):
            return []
        open_case(proposal)
        _settled(proposal)
        for task in proposal.active_tasks:
            self._done(task, proposal, setting)
        require(bool(proposal.answering), REPLIED_BEFORE_CLOSING, "尚无承办单位答复")
        _after_every_answer(proposal, setting)
        closing = self._closing(proposal, setting)
        for task in proposal.answering:
            self._heard(task, proposal, setting)
        _nobody_unheard(proposal, setting)
        self._as_promised(proposal, setting.rulebook(proposal))
        return [closing]

    def _closing(self, proposal: Proposal, setting: Setting) -> Event | Flagged:
        rulebook = setting.rulebook(proposal)
        closing = self.told(HandlingClosed, class_scheme=in_scheme(rulebook, self.result_class))
        breaches = [*_over_the_dissatisfied(proposal, setting, rulebook), *_parts_of_nobody(proposal, setting)]
        return gated(closing, [*breaches, *_unreported(proposal, rulebook)])

    def _as_promised(self, proposal: Proposal, rulebook: Rulebook) -> None:
        """Refuse a better class than the reply of a unit that has still to keep a promise (S30)."""
        for number, promise in proposal.commitments.items():
            task = proposal.tasks.get(promise.made.unit)
            given = task.answered.result_class if task and task.answered else None
            better = given is not None and rulebook.has_class(given) and rulebook.better(self.result_class, given)
            kept = promise.fulfilled is not None or not better
            require(kept, COMMITMENTS_BEFORE_BETTER_CLASS, f"第 {number} 项承诺尚未兑现", "result_class")

    def _done(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse to close while something of the unit's waits."""
        after_last(setting, task)
        undecided = f"“{setting.unit_name(task.unit)}”的退件尚未裁定"
        require(task.status is not TaskStatus.RETURNED, OBJECTION_OPEN, undecided)
        asked = task.addition is not None and task.addition_decided is None
        require(not asked, ADDITION_OPEN, f"“{setting.unit_name(task.unit)}”的增办建议尚未裁定")
        if task.mode.answers:
            self._answered(task, setting)

    def _answered(self, task: UnitTask, setting: Setting) -> None:
        """Refuse to close over a round without a reply."""
        name, current = setting.unit_name(task.unit), task.round
        require(current.issued, REPLIED_BEFORE_CLOSING, f"“{name}”第 {current.number} 轮尚未答复")

    def _heard(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse to close while a member was not heard about the unit's reply."""
        name = setting.unit_name(task.unit)
        waiting = setting.member_names(*sorted(task.unanswered))
        require(not waiting, FEEDBACK_BEFORE_CLOSING, f"委员 {waiting} 尚未反馈对“{name}”的意见，也未注明未反馈")
        asked = proposal.lead_proposer in task.asked
        require(asked, FEEDBACK_BEFORE_CLOSING, f"“{name}”尚未向领衔委员征询意见")


def _settled(proposal: Proposal) -> None:
    """Refuse to close over a disagreement that waits to be decided, whether or not its unit is still on the case."""
    pending = [str(number) for number, known in sorted(proposal.disagreements.items()) if known.settled is None]
    require(not pending, SETTLED_BEFORE_CLOSING, f"第 {'、'.join(pending)} 项意见分歧尚未裁定")


def _parts_of_nobody(proposal: Proposal, setting: Setting) -> list[Breach]:
    """The parts of units that handed theirs back, where nobody has been assigned since and the office has not said who
    goes on."""
    later = max((known.version for known in proposal.standing if _says_who_answers(known.event)), default=0)
    left = [task for task in proposal.tasks.values() if not task.active and task.ceased > later]
    parts = [setting.unit_name(task.unit) for task in left if task.mode is AssignmentMode.SPLIT]
    told = "“{}”退件之后，其分办的部分没有单位承办"
    return [Breach(Gate.FLAG, REPLIED_BEFORE_CLOSING, told.format(name)) for name in parts]


def _unreported(proposal: Proposal, rulebook: Rulebook) -> list[Breach]:
    """A key proposal whose supervision has not been reported on (S27)."""
    if proposal.key is None or proposal.key_reported:
        return []
    gate = rulebook.gates.key_report_before_closing or Gate.OFF
    return [Breach(gate, KEY_REPORT_BEFORE_CLOSING, "重点提案尚未报送督办报告")]


def _says_who_answers(event: Event) -> bool:
    return isinstance(event, CaseReassigned) or (isinstance(event, UnitAssigned) and event.mode.answers)


def _after_every_answer(proposal: Proposal, setting: Setting) -> None:
    for task in proposal.tasks.values():
        for answered in task.rounds.values():
            in_order(setting, answered.rated_at, "委员评价")


def _nobody_unheard(proposal: Proposal, setting: Setting) -> None:
    """Refuse to close over a member who was not heard about the reply of a unit that answers no more."""
    for unit, members in proposal.unheard.items():
        who, name = setting.member_names(*sorted(members)), setting.unit_name(unit)
        waiting = f"委员 {who} 尚未反馈对“{name}”的意见，也未注明未反馈；该单位已不再答复，也没有单位再次征询"
        refuse(FEEDBACK_BEFORE_CLOSING, waiting)


def _over_the_dissatisfied(proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    """Members whom a unit has not satisfied; of one that answers no more, who took over asks again."""
    again, gone = "须重新办理并再次征询", "该单位已不再答复，须由现承办单位答复后再次征询"
    told = [(task.unit, task.dissatisfied, again) for task in proposal.answering if task.dissatisfied]
    told += [(unit, members, gone) for unit, members in proposal.disregarded.items()]
    people = [(setting.member_names(*sorted(members)), setting.unit_name(unit), must) for unit, members, must in told]
    gate, reason = rulebook.gates.satisfied_before_closing or Gate.REFUSE, "委员 {} 对“{}”不满意，{}"
    return [Breach(gate, DISSATISFIED_IS_REHANDLED, reason.format(*person)) for person in people]
