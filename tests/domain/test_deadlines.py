"""Due dates and how each was derived."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain import commands as c
from domain.codes import Rating
from domain.events import CaseTransferredToGovernment, SessionOpened, UnitAssigned
from domain.policy.deadlines import Anchor, Deadline, add_months, derive
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, Rulebook, problems
from domain.streams import session_stream
from domain.values import EARLIEST, LATEST
from tests.domain.given import (
    LED,
    LEDGER,
    MEETING,
    SHIPPED,
    World,
    assign,
    assigned,
    form_out,
    opened,
    rate,
    ruled,
    transferred,
)


def limit(kind: DeadlineKind, anchor: AnchorKind, counted_in: CountedIn, **numbers: int) -> DeadlineRule:
    return DeadlineRule(kind=kind, rule="a-limit", anchor=anchor, counted_in=counted_in, source="S10", **numbers)


def replying(anchor: AnchorKind, counted_in: CountedIn, **numbers: int) -> Rulebook:
    """A rulebook with this limit for the reply and no other."""
    return ruled(deadlines=(limit(DeadlineKind.REPLY, anchor, counted_in, **numbers),))


def due(start: str, counted_in: CountedIn, **numbers: int) -> str:
    anchor = Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=date.fromisoformat(start))
    derived = derive(DeadlineKind.REPLY, replying(AnchorKind.TRANSFER, counted_in, **numbers), anchor)
    assert derived is not None
    return derived.due_on.isoformat()


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        ("2024-03-05", 3, "2024-06-05"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-02-29", 1, "2024-03-29"),
        ("2024-08-31", 3, "2024-11-30"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-11-30", 1, "2024-12-30"),
        ("2099-11-30", 3, "2100-02-28"),
    ],
)
def test_a_period_of_months_ends_on_the_same_day_number_or_at_the_months_end(start: str, months: int, day: str) -> None:
    assert due(start, CountedIn.MONTH, value=months) == day
    assert add_months(date.fromisoformat(start), months).isoformat() == day


@pytest.mark.parametrize(
    ("start", "days", "day"),
    [
        ("2024-03-01", 1, "2024-03-02"),
        ("2024-02-28", 1, "2024-02-29"),
        ("2023-02-28", 1, "2023-03-01"),
        ("2024-12-20", 15, "2025-01-04"),
    ],
)
def test_the_first_day_of_a_period_is_not_counted(start: str, days: int, day: str) -> None:
    assert due(start, CountedIn.DAY, value=days) == day


@pytest.mark.parametrize(
    ("start", "month", "day_number", "day"),
    [
        ("2024-03-05", 9, 30, "2024-09-30"),
        ("2024-09-29", 9, 30, "2024-09-30"),
        ("2024-09-30", 9, 30, "2024-09-30"),
        ("2024-10-01", 9, 30, "2025-09-30"),
        ("2024-01-15", 2, 29, "2024-02-29"),
        ("2025-01-15", 2, 29, "2025-02-28"),
        ("2024-02-29", 2, 29, "2024-02-29"),
        ("2024-12-31", 12, 31, "2024-12-31"),
    ],
)
def test_a_fixed_date_is_the_next_one_or_the_day_itself(start: str, month: int, day_number: int, day: str) -> None:
    assert due(start, CountedIn.FIXED_DATE, month=month, day=day_number) == day


def test_a_deadline_says_how_it_was_derived() -> None:
    anchor = Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=date(2024, 3, 5))
    assert derive(DeadlineKind.REPLY, SHIPPED, anchor) == Deadline(
        kind=DeadlineKind.REPLY,
        rule="reply-within-three-months",
        rulebook=SHIPPED.id,
        rulebook_version=SHIPPED.version,
        anchor=anchor,
        counted_in=CountedIn.MONTH,
        value=3,
        due_on=date(2024, 6, 5),
        source="虚拟",
    )


def test_a_rulebook_without_a_limit_of_this_kind_sets_none() -> None:
    anchor = Anchor(stream=UUID(int=1), version=1, event="FeedbackFormIssued", on=date(2024, 3, 5))
    assert derive(DeadlineKind.FEEDBACK, replying(AnchorKind.TRANSFER, CountedIn.DAY, value=1), anchor) is None


def assigned_under(rulebook: Rulebook, world: World | None = None) -> Deadline:
    """The deadline of a reply: transferred on 1 March, assigned at half past midnight of 12 March."""
    world = transferred(world or opened(rulebook))
    [fact] = world.do(assign(), at="2024-03-12 00:30")
    assert fact.event.deadline is not None
    return fact.event.deadline


def test_the_clock_may_start_with_the_transfer() -> None:
    world = opened(replying(AnchorKind.TRANSFER, CountedIn.MONTH, value=3))
    deadline = assigned_under(SHIPPED, world)
    handover = world.last(CaseTransferredToGovernment)
    assert deadline.anchor == Anchor(
        stream=world.proposal, version=handover.version, event="CaseTransferredToGovernment", on=date(2024, 3, 1)
    )
    assert deadline.due_on == date(2024, 6, 1)


def test_the_clock_may_start_with_the_assignment_on_its_shanghai_day() -> None:
    world = opened(replying(AnchorKind.ASSIGNMENT, CountedIn.DAY, value=10))
    deadline = assigned_under(SHIPPED, world)
    version = world.last(UnitAssigned).version
    assert deadline.anchor == Anchor(stream=world.proposal, version=version, event="UnitAssigned", on=date(2024, 3, 12))
    assert deadline.due_on == date(2024, 3, 22)


def test_the_clock_may_start_with_the_close_of_the_session() -> None:
    world = opened(replying(AnchorKind.SESSION_CLOSE, CountedIn.MONTH, value=6))
    deadline = assigned_under(SHIPPED, world)
    opening = world.last(SessionOpened)
    assert deadline.anchor == Anchor(
        stream=session_stream(LEDGER, MEETING).id, version=opening.version, event="SessionOpened", on=date(2024, 1, 11)
    )
    assert deadline.due_on == date(2024, 7, 11)


def test_a_session_that_has_not_closed_lets_the_clock_start_with_the_event_itself_and_says_so() -> None:
    world = opened(replying(AnchorKind.SESSION_CLOSE, CountedIn.MONTH, value=6), closed_on=None)
    deadline = assigned_under(SHIPPED, world)
    assert (deadline.anchor.event, deadline.anchor.on) == ("UnitAssigned", date(2024, 3, 12))


@pytest.mark.parametrize(
    ("counted_in", "numbers"),
    [
        (CountedIn.DAY, {"value": 3650}),
        (CountedIn.MONTH, {"value": 3650}),
        (CountedIn.FIXED_DATE, {"month": 1, "day": 1}),
    ],
)
def test_no_closing_day_that_passes_the_door_makes_a_case_impossible_to_assign(
    counted_in: CountedIn, numbers: dict[str, int]
) -> None:
    rulebook = replying(AnchorKind.SESSION_CLOSE, counted_in, **numbers)
    assert list(problems(rulebook)) == []
    assert assigned_under(rulebook, opened(rulebook, closed_on=LATEST)).due_on > LATEST


@pytest.mark.parametrize("closed_on", [date.max, LATEST + timedelta(days=1), EARLIEST - timedelta(days=1)])
def test_a_session_does_not_close_at_the_end_of_time(closed_on: date) -> None:
    with pytest.raises(ValidationError):
        opened(closed_on=closed_on)


def test_each_unit_of_one_assignment_is_anchored_at_its_own_event() -> None:
    facts = transferred().do(assign(LED))
    anchors = [fact.event.deadline.anchor for fact in facts if fact.event.deadline.kind is DeadlineKind.CO_OPINION]
    assert [anchor.version for anchor in anchors] == [facts[1].version, facts[2].version]


def test_the_clock_of_a_form_and_of_a_new_round_start_with_their_own_events() -> None:
    world = form_out()
    form_due = world.story[-1].event.deadline
    assert (form_due.anchor.event, form_due.anchor.version) == ("FeedbackFormIssued", world.story[-1].version)
    _, ordered = world.do(rate(rating=Rating.DISSATISFIED))
    anchor = ordered.event.deadline.anchor
    assert (anchor.event, anchor.version) == ("RehandlingOrdered", ordered.version)


def test_a_deadline_counts_from_the_day_the_fact_occurred_not_from_its_entry() -> None:
    world = transferred(opened(replying(AnchorKind.ASSIGNMENT, CountedIn.DAY, value=10)))
    [fact] = world.do(assign(occurred_at="2024-03-04", late_entry_reason="补录"), at="2024-03-20 09:00")
    assert fact.event.deadline.due_on == date(2024, 3, 14)


def test_a_deadline_stays_as_it_was_derived_when_the_rulebook_changes() -> None:
    world = assigned()
    before = world.case.tasks["jiaoyuju"].round.deadline
    world.do(c.AdoptRulebook(rulebook=ruled(version=2, deadlines=SHIPPED.deadlines[:1])))
    assert world.case.tasks["jiaoyuju"].round.deadline == before
