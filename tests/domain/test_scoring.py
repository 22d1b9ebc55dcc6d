"""考核、双向评议."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from domain import commands as c
from domain.codes import MutualReview, Rating
from domain.events import (
    ItemPoints,
    MemberContacted,
    MutualReviewRecorded,
    ProposalQualityScored,
    ReplyIssued,
    ScoreItemRecorded,
    UnitScored,
)
from domain.policy.rulebook import Rulebook, ScoreItem
from domain.policy.soundness import problems
from domain.rules import (
    KNOWN_SESSION,
    KNOWN_UNIT,
    ONLY_ASSIGNED_UNIT_ACTS,
    RATING_IN_SCALE,
    REVIEWED_BY_PARTIES,
    RULEBOOK_IN_FORCE,
    SCORE_HAS_EVIDENCE,
    SCORE_ITEM_KNOWN,
    SCORE_WITHIN,
    SCORED_ONCE_EACH,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    SPLIT,
    STRANGER,
    Attempt,
    World,
    attempt,
    closed,
    opened,
    refuses,
    ruled,
)

FACE = ScoreItem(id="face-to-face", title="面商率", most=Decimal(5), source="S35")
LATE = ScoreItem(id="late", title="逾期", most=Decimal("0.4"), deducts=True, source="S36")


def scoring(**change: Any) -> Rulebook:
    return ruled(scoring=(FACE, LATE), **change)


def score(points: str = "4.5", item: str = "face-to-face", **change: Any) -> c.RecordScoreItem:
    return c.RecordScoreItem(**{"unit": EDU, "item": item, "points": points, "evidence": (8,), **change})


def quality(**change: Any) -> c.ScoreProposalQuality:
    usual = {"scorer": "第三方评估组", "items": ({"item": "topic", "points": "8"}, {"item": "advice", "points": "9.5"})}
    return c.ScoreProposalQuality(**{**usual, **change})


def think(direction: str = "PROPOSER_ON_UNIT", by: str = LEAD, about: str = EDU, **change: Any) -> c.RecordMutualReview:
    return c.RecordMutualReview(**{"direction": direction, "by": by, "about": about, "rating": "SATISFIED", **change})


def year(**change: Any) -> c.ScoreUnit:
    items = ({"item": "face-to-face", "points": "4.50"}, {"item": "late", "points": "-0.1"})
    return c.ScoreUnit(**{"unit": EDU, "items": items, **change})


def scored_place() -> World:
    return closed(opened(scoring()))


def test_points_rest_on_events_of_the_case() -> None:
    world = scored_place()
    [fact] = world.do(score("4.50"))
    assert fact.event == ScoreItemRecorded(unit=EDU, item="face-to-face", points=Decimal("4.5"), evidence=(8,))
    assert str(fact.event.points) == "4.5"
    assert world.do(score("4.5")) == []
    assert world.do(score("5"))


def test_what_is_taken_off_is_a_negative_number() -> None:
    world = scored_place()
    assert world.do(score("-0.4", "late"))
    assert world.refused(score("0.1", "late")).rule is SCORE_WITHIN


@refuses(c.RecordScoreItem, SCORE_HAS_EVIDENCE, "evidence.0")
def test_what_one_unit_did_is_no_evidence_for_another() -> Attempt:
    world = closed(opened(scoring()), SPLIT)
    theirs = [fact.version for fact in world.all(ReplyIssued) if fact.event.unit == HEALTH]
    return attempt(world, score(evidence=tuple(theirs)))


@refuses(c.RecordScoreItem, SCORE_HAS_EVIDENCE, "evidence.1")
def test_what_was_taken_back_is_no_evidence() -> Attempt:
    world = scored_place()
    contact = world.last(MemberContacted).version
    world.do(c.RetractReport(version=contact, reason="误登"))
    return attempt(world, score(evidence=(1, contact)))


@refuses(c.RecordScoreItem, SCORE_WITHIN, "points")
@pytest.mark.parametrize("points", ["5.01", "-0.01"])
def test_no_more_points_are_given_than_the_item_has(points: str) -> Attempt:
    return attempt(scored_place(), score(points))


@refuses(c.RecordScoreItem, SCORE_ITEM_KNOWN, "item")
def test_points_are_for_items_of_the_rulebook() -> Attempt:
    return attempt(scored_place(), score(item="charm"))


@refuses(c.RecordScoreItem, SCORE_HAS_EVIDENCE, "evidence.1")
@pytest.mark.parametrize("version", [0, 999])
def test_points_need_events_that_are_there(version: int) -> Attempt:
    return attempt(scored_place(), score(evidence=(1, version)))


@refuses(c.RecordScoreItem, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_a_unit_that_had_nothing_to_do_with_the_case_gets_no_points_for_it() -> Attempt:
    return attempt(scored_place(), score(unit=HEALTH))


def test_a_proposal_is_scored_item_by_item() -> None:
    world = closed()
    [fact] = world.do(quality())
    items = (ItemPoints(item="topic", points=Decimal(8)), ItemPoints(item="advice", points=Decimal("9.5")))
    assert fact.event == ProposalQualityScored(scorer="第三方评估组", items=items, total=Decimal("17.5"))
    assert world.do(quality()) == []


@refuses(c.ScoreProposalQuality, SCORED_ONCE_EACH, "items.1.item")
def test_an_item_of_quality_is_scored_once() -> Attempt:
    return attempt(closed(), quality(items=({"item": "topic", "points": "8"}, {"item": "topic", "points": "9"})))


@pytest.mark.parametrize(
    ("direction", "by", "about"),
    [
        ("PROPOSER_ON_UNIT", LEAD, EDU),
        ("UNIT_ON_PROPOSAL", HEALTH, LEAD),
        ("LEAD_ON_CO", EDU, HEALTH),
        ("CO_ON_LEAD", HEALTH, EDU),
    ],
)
def test_both_sides_say_what_they_think_of_each_other(direction: str, by: str, about: str) -> None:
    world = closed(modes=LED)
    [fact] = world.do(think(direction, by, about))
    assert fact.event == MutualReviewRecorded(
        direction=MutualReview(direction), by=by, about=about, rating=Rating.SATISFIED
    )
    assert world.do(think(direction, by, about)) == []
    assert world.do(think(direction, by, about, rating="BASIC"))


@refuses(c.RecordMutualReview, REVIEWED_BY_PARTIES, "by")
@pytest.mark.parametrize(("direction", "by"), [("PROPOSER_ON_UNIT", STRANGER), ("LEAD_ON_CO", HEALTH)])
def test_only_a_party_reviews(direction: str, by: str) -> Attempt:
    return attempt(closed(modes=LED), think(direction, by))


@refuses(c.RecordMutualReview, REVIEWED_BY_PARTIES, "about")
def test_only_a_party_is_reviewed() -> Attempt:
    return attempt(closed(), think(about=HEALTH))


@refuses(c.RecordMutualReview, RATING_IN_SCALE, "rating")
def test_a_review_uses_the_scale_of_the_rulebook() -> Attempt:
    return attempt(closed(), think(rating="ABSTAINED"))


def test_a_units_year_is_added_up() -> None:
    world = opened(scoring())
    [fact] = world.do(year())
    items = (ItemPoints(item="face-to-face", points=Decimal("4.5")), ItemPoints(item="late", points=Decimal("-0.1")))
    assert fact.event == UnitScored(unit=EDU, items=items, total=Decimal("4.4"))
    assert world.do(year()) == []
    assert world.do(year(note="复核后"))


@refuses(c.ScoreUnit, KNOWN_SESSION)
def test_no_score_without_a_session() -> Attempt:
    return attempt(World(), year())


@refuses(c.ScoreUnit, KNOWN_UNIT, "unit")
def test_a_unit_that_is_scored_is_listed() -> Attempt:
    return attempt(opened(scoring()), year(unit="nowhere"))


@refuses(c.ScoreUnit, SCORE_ITEM_KNOWN, "items.0.item")
def test_a_year_is_scored_by_the_rulebooks_items() -> Attempt:
    return attempt(opened(), year())


@refuses(c.ScoreUnit, SCORE_WITHIN, "items.0.points")
def test_a_year_is_scored_within_the_items() -> Attempt:
    return attempt(opened(scoring()), year(items=({"item": "face-to-face", "points": "6"},)))


@refuses(c.ScoreUnit, SCORED_ONCE_EACH, "items.1.item")
def test_a_year_is_scored_once_an_item() -> Attempt:
    twice = ({"item": "late", "points": "-0.1"}, {"item": "late", "points": "-0.1"})
    return attempt(opened(scoring()), year(items=twice))


@refuses(c.ScoreUnit, RULEBOOK_IN_FORCE)
def test_a_year_is_scored_by_some_rulebook() -> Attempt:
    world = World()
    world.do(c.OpenSession(session="15-3", cppcc="德惠市政协", term=15, meeting=3))
    world.do(c.ListUnit(unit=EDU, name="市教育局"))
    return attempt(world, year())


@pytest.mark.parametrize(
    ("items", "field"),
    [((FACE, FACE), "scoring.1.id"), ((FACE.model_copy(update={"most": Decimal(0)}),), "scoring.0.most")],
)
def test_a_scoring_sheet_that_cannot_be_is_not_adopted(items: tuple[ScoreItem, ...], field: str) -> None:
    assert [found for found, _ in problems(ruled(scoring=items))] == [field]


ODD = ["0_4", "３", "٣", " 1 ", "1e0", "+1", "1.", ".5", "1234567", "1.234", "NaN", "", 1.5, 4, True, None]


@pytest.mark.parametrize("written", ODD)
def test_points_are_written_as_people_write_them(written: Any) -> None:
    with pytest.raises(ValidationError):
        score(points=written)


@pytest.mark.parametrize("written", ["0", "4", "4.5", "-0.25", "007", "999999.99"])
def test_points_written_so_are_taken(written: str) -> None:
    assert score(points=written).points == Decimal(written)


@pytest.mark.parametrize("written", ["1_0", "５", "1e1", 5, 0.4])
def test_so_are_the_points_of_a_rulebook(written: Any) -> None:
    with pytest.raises(ValidationError):
        ScoreItem.model_validate({"id": "late", "title": "逾期", "most": written, "source": "S36"})


def test_whatever_an_event_was_written_with_still_loads() -> None:
    for stored in ("1E+2", "0.10", "-3", "1234567.891"):
        assert str(ItemPoints.model_validate({"item": "topic", "points": stored}).points) == stored


def test_a_rulebook_writes_its_points_without_exponent() -> None:
    large = FACE.model_copy(update={"most": Decimal("1E+2")})
    assert ("scoring.0.most", "满分须大于 0，小数至多两位，写作普通的数") in problems(ruled(scoring=(large,)))
