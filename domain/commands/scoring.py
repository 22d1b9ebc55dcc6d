"""考核、评议."""

from decimal import Decimal
from typing import Annotated, ClassVar, assert_never

from pydantic import Field, StrictInt

from domain.codes import AssignmentMode, MutualReview, Rating
from domain.commands.base import STANDING, ProposalCommand, SessionCommand, in_order, standing
from domain.events import (
    Event,
    MutualReviewRecorded,
    ProposalQualityScored,
    ScoreItemRecorded,
    ScoringEvent,
    UnitScored,
)
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal, subject
from domain.rules import (
    KNOWN_SESSION,
    KNOWN_UNIT,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    RATING_IN_SCALE,
    REVIEWED_BY_PARTIES,
    RULEBOOK_IN_FORCE,
    SCORE_HAS_EVIDENCE,
    SCORE_ITEM_KNOWN,
    SCORE_WITHIN,
    SCORED_ONCE_EACH,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, Setting
from domain.values import Code, Frozen, Note, PointsClaimed, Title


class PointsClaim(Frozen):
    """Points for one item, with the limits of the door."""

    item: Code
    points: PointsClaimed


Version = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Items = Annotated[tuple[PointsClaim, ...], Field(min_length=1, max_length=100)]


class RecordScoreItem(ProposalCommand):
    """Give a unit points for one item of the rulebook's list in this case, on the evidence of its events."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        ONLY_ASSIGNED_UNIT_ACTS,
        SCORE_ITEM_KNOWN,
        SCORE_WITHIN,
        SCORE_HAS_EVIDENCE,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    item: Code
    points: PointsClaimed
    evidence: Annotated[
        tuple[Annotated[StrictInt, Field(ge=0, le=1_000_000)], ...], Field(min_length=1, max_length=100)
    ]
    note: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        name = setting.unit_name(self.unit)
        require(self.unit in proposal.tasks, ONLY_ASSIGNED_UNIT_ACTS, f"“{name}”没有承办本案", "unit")
        _admitted(setting.rulebook(proposal), PointsClaim(item=self.item, points=self.points))
        for index, version in enumerate(self.evidence):
            there = 1 <= version <= proposal.version
            require(there, SCORE_HAS_EVIDENCE, f"本案没有第 {version} 个事件", f"evidence.{index}")
            stands = version not in proposal.retracted
            require(stands, SCORE_HAS_EVIDENCE, f"第 {version} 个事件已撤回", f"evidence.{index}")
            fact = proposal.history[version - 1]
            whose = _units(fact.event)
            own = not whose or self.unit in whose
            require(own, SCORE_HAS_EVIDENCE, f"第 {version} 个事件是其他单位的", f"evidence.{index}")
            in_order(setting, fact.occurred_at, f"第 {version} 个事件")
        return _unless_so(proposal, self.told(ScoreItemRecorded, points=_written(self.points)))


class ScoreProposalQuality(ProposalCommand):
    """Score the proposal itself, item by item (P8)."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, SCORED_ONCE_EACH, OCCURRED_IN_ORDER)

    scorer: Title
    items: Items
    note: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        in_order(setting, proposal.submitted_at, "提交")
        return _unless_so(proposal, self.told(ProposalQualityScored, **_totalled(self.items)))


class RecordMutualReview(ProposalCommand):
    """Record what one side thinks of the other: proposer and unit, lead and assisting unit (S34, S40)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        REVIEWED_BY_PARTIES,
        RATING_IN_SCALE,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    direction: MutualReview
    by: Code
    about: Code
    rating: Rating
    note: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        by, about = self._sides(proposal)
        require(self.by in by, REVIEWED_BY_PARTIES, f"“{setting.party_name(self.by)}”不是本案的评议方", "by")
        require(
            self.about in about, REVIEWED_BY_PARTIES, f"“{setting.party_name(self.about)}”不是本案的被评议方", "about"
        )
        in_scale = self.rating in setting.rulebook(proposal).ratings
        require(in_scale, RATING_IN_SCALE, "评价不在本规则的等次之内", "rating")
        for side in (self.by, self.about):
            in_order(setting, proposal.tasks[side].assigned_at if side in proposal.tasks else None, "分办")
        return _unless_so(proposal, self.told(MutualReviewRecorded))

    def _sides(self, proposal: Proposal) -> tuple[set[str], set[str]]:
        """Who may review, and who may be reviewed."""
        leads = {unit for unit, task in proposal.tasks.items() if task.mode is AssignmentMode.LEAD}
        assisting = {unit for unit, task in proposal.tasks.items() if task.mode is AssignmentMode.CO}
        units, proposers = set(proposal.tasks), set(proposal.proposers)
        match self.direction:
            case MutualReview.UNIT_ON_PROPOSAL:
                return units, proposers
            case MutualReview.PROPOSER_ON_UNIT:
                return proposers, units
            case MutualReview.LEAD_ON_CO:
                return leads, assisting
            case MutualReview.CO_ON_LEAD:
                return assisting, leads
            case _:
                assert_never(self.direction)


class ScoreUnit(SessionCommand):
    """Score a unit's year by the rulebook's list; a later score takes the place of the one before."""

    rules: ClassVar[tuple[Rule, ...]] = (
        KNOWN_SESSION,
        KNOWN_UNIT,
        RULEBOOK_IN_FORCE,
        SCORED_ONCE_EACH,
        SCORE_ITEM_KNOWN,
        SCORE_WITHIN,
    )

    unit: Code
    items: Items
    note: Note | None = None

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        setting.knows_unit(self.unit)
        rulebook = session.rulebook(None)
        if rulebook is None:
            refuse(RULEBOOK_IN_FORCE, "本届次尚未采用办理规则")
        for index, claim in enumerate(self.items):
            _admitted(rulebook, claim, f"items.{index}.")
        scored = self.told(UnitScored, **_totalled(self.items))
        return [] if session.scores.get(self.unit) == scored else [scored]


def _units(event: Event) -> set[str]:
    """Whom an event is about; nobody where it is about the case."""
    named = {getattr(event, field, None) for field in ("unit", "answering_unit", "asked_by")}
    return {unit for unit in named if unit is not None}


def _admitted(rulebook: Rulebook, claim: PointsClaim, field: str = "") -> None:
    """Refuse points for what the rulebook does not score, or more than it gives."""
    item = rulebook.score_item(claim.item)
    if item is None:
        refuse(SCORE_ITEM_KNOWN, f"本规则没有考核项目“{claim.item}”", f"{field}item")
    bounds = f"-{item.most} 至 0" if item.deducts else f"0 至 {item.most}"
    require(item.admits(claim.points), SCORE_WITHIN, f"“{item.title}”的分值须在 {bounds} 之间", f"{field}points")


def _totalled(claims: tuple[PointsClaim, ...]) -> dict[str, object]:
    """The items of a score with their sum; each item once."""
    for index, claim in enumerate(claims):
        once = claim.item not in [other.item for other in claims[:index]]
        require(once, SCORED_ONCE_EACH, f"考核项目“{claim.item}”重复", f"items.{index}.item")
    items = [{"item": claim.item, "points": _written(claim.points)} for claim in claims]
    return {"items": items, "total": _written(sum((claim.points for claim in claims), Decimal(0)))}


def _written(points: Decimal) -> Decimal:
    """One way of writing an amount: `0.40` is 0.4, `1E+1` is 10."""
    return Decimal(f"{points.normalize():f}")


def _unless_so(proposal: Proposal, event: ScoringEvent) -> Decision:
    return [] if proposal.scores.get(subject(event)) == event else [event]
