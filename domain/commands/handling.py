"""办理方案、会办意见、重新办理、办结."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import Rank, Rating
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    after_last,
    answering,
    assigned,
    deadline,
    gated,
    in_order,
    open_case,
    with_proposers,
)
from domain.commands.before_handling import handling_breach
from domain.commands.recomputation import following
from domain.events import (
    DifficultyRaised,
    DifficultyResolved,
    Event,
    FieldVisitRecorded,
    HandlingPlanApproved,
    HandlingPlanFiled,
    RehandlingOrdered,
)
from domain.labels import label
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, identity
from domain.rules import (
    CONTACT_BEFORE_HANDLING,
    CONTACT_IS_WITH_PROPOSERS,
    DIFFICULTY_COORDINATED_ABOVE,
    DIFFICULTY_OPEN,
    FINISH_AHEAD,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PLAN_APPROVED_BY_LEADER,
    PLAN_FILED,
    REHANDLE_AFTER_REPLY,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import (
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
