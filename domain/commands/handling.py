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
    APPROVER_RANK,
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    CONTACT_IS_WITH_PROPOSERS,
    DIFFICULTY_OPEN,
    DISSATISFIED_IS_REHANDLED,
    FEEDBACK_BEFORE_CLOSING,
    KNOWN_OFFICIAL,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
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
from domain.setting import Decision, Setting
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
        OCCURRED_IN_ORDER,
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
        return [filed]


class ApproveHandlingPlan(ProposalCommand):
    """Approve the unit's plan as it was filed last; a plan that changes needs a new approval (S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        PLAN_FILED,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        APPROVER_RANK,
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
        require(leads, APPROVER_RANK, setting.outranked(self.approver, Rank.UNIT_PORTFOLIO_LEADER), "approver")
        return [] if proposal.approved.get(self.unit) == plan else [self.told(HandlingPlanApproved)]


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
    """Note what came of a difficulty, and which leader coordinated it."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, DIFFICULTY_OPEN, KNOWN_OFFICIAL)

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
        setting.knows_official(self.coordinated_by, "coordinated_by")
        return [resolved]


class RecordFieldVisit(ProposalCommand):
    """Report that people of the unit went to see for themselves, alone or with members."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, ONLY_ASSIGNED_UNIT_ACTS, CONTACT_IS_WITH_PROPOSERS)

    occurred_at: Moment
    unit: Code
    place: Title
    unit_people: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=30)]
    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    finding: LongText
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        assigned(proposal, self.unit, setting)
        with_proposers(proposal, self.members, setting)
        visited = self.told(FieldVisitRecorded, members=tuple(dict.fromkeys(self.members)))
        return [] if identity(visited, setting.occurred_at) in proposal.told else [visited]


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
        return [rehandling(proposal, setting, self.unit, current.number + 1, self.cause)]


def rehandling(
    proposal: Proposal, setting: Setting, unit: str, number: int, cause: str, index: int = 0, automatic: bool = False
) -> RehandlingOrdered:
    """The order for round `number`, with its deadline; `index` is its place in the decision, `automatic` that it is the
    rulebook's."""
    rulebook = setting.rulebook(proposal)
    due = deadline(DeadlineKind.REHANDLING, rulebook, proposal, setting, "RehandlingOrdered", index)
    return RehandlingOrdered(unit=unit, round=number, cause=cause, deadline=due, automatic=automatic)


def called_for(proposal: Proposal, setting: Setting, unit: str, number: int, rating: Rating) -> RehandlingOrdered:
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
        _nobody_disregarded(proposal, setting)
        rulebook = setting.rulebook(proposal)
        scheme = in_scheme(rulebook, self.result_class)
        self._as_promised(proposal, rulebook)
        closing = HandlingClosed(basis=self.basis, class_scheme=scheme, result_class=self.result_class)
        return [gated(closing, _parts_of_nobody(proposal, setting))]

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
            self._answered(task, proposal, setting)

    def _answered(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse to close over a round without a reply, a member who is not satisfied, or one who was not heard."""
        name, current = setting.unit_name(task.unit), task.round
        require(current.issued, REPLIED_BEFORE_CLOSING, f"“{name}”第 {current.number} 轮尚未答复")
        for answered in task.rounds.values():
            in_order(setting, answered.rated_at, "委员评价")
        unhappy = setting.member_names(*sorted(task.dissatisfied))
        require(not unhappy, DISSATISFIED_IS_REHANDLED, f"委员 {unhappy} 对“{name}”不满意，须重新办理并再次征询")
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


def _says_who_answers(event: Event) -> bool:
    return isinstance(event, CaseReassigned) or (isinstance(event, UnitAssigned) and event.mode.answers)


def _nobody_disregarded(proposal: Proposal, setting: Setting) -> None:
    """Refuse to close over a member whom a unit has not satisfied that answers no more: who took over asks again."""
    for unit, members in proposal.disregarded.items():
        who, name = setting.member_names(*sorted(members)), setting.unit_name(unit)
        again = f"委员 {who} 对“{name}”不满意，该单位已不再答复，须由现承办单位答复后再次征询"
        refuse(DISSATISFIED_IS_REHANDLED, again)
