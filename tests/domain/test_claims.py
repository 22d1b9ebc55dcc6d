"""What a person may claim about time, whatever the command."""

import pytest

from domain.codes import Origin, Rating
from domain.events import RehandlingOrdered, RulebookAdopted, SatisfactionRecorded
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    KNOWN_PERSON,
    LATE_ENTRY_NEEDS_REASON,
    OCCURRED_NOT_IN_FUTURE,
    OCCURRED_PLAUSIBLE,
    Refused,
    Rule,
)
from tests.domain.given import (
    EDU,
    LEAD,
    STRANGER,
    World,
    assigned,
    contact,
    form_out,
    moment,
    officer_of,
    opened,
    rate,
    ruled,
    submit,
)

NOON = "2024-03-05 12:00"
MIDNIGHT = "2024-03-06 00:00"


def claimed(
    occurred_at: str, at: str, world: World | None = None, reason: str | None = None, **how: str
) -> Rule | None:
    """The rule that refuses a proposal handed in then and entered at that time; none where it is taken."""
    world = world or opened()
    command = submit(occurred_at=moment(occurred_at), late_entry_reason=reason, timing="INTER_SESSION")
    origin = Origin.IMPORTED if how else Origin.NATIVE
    try:
        world.do(command, at=at, origin=origin, **how)
    except Refused as refused:
        return refused.rule
    return None


@pytest.mark.parametrize(
    ("occurred_at", "at", "rule"),
    [
        (NOON, NOON, None),
        ("2024-03-05 12:00:05", NOON, None),
        ("2024-03-05 12:00:06", NOON, OCCURRED_NOT_IN_FUTURE),
        ("2024-03-06 12:00", NOON, OCCURRED_NOT_IN_FUTURE),
        ("2024-03-05", NOON, None),
        ("2024-03-06", NOON, OCCURRED_NOT_IN_FUTURE),
        ("2024-03-06", "2024-03-05 23:59:59.999999", OCCURRED_NOT_IN_FUTURE),
        ("2024-03-06", MIDNIGHT, None),
        ("9999-12-31", NOON, OCCURRED_NOT_IN_FUTURE),
        ("9999-12-31 23:59:59", NOON, OCCURRED_NOT_IN_FUTURE),
    ],
)
def test_nothing_occurred_in_the_future(occurred_at: str, at: str, rule: Rule | None) -> None:
    assert claimed(occurred_at, at) is rule


@pytest.mark.parametrize(
    ("occurred_at", "rule"),
    [
        ("1949-09-21", None),
        ("1949-09-21 00:00", None),
        ("1949-09-20 23:59:59", OCCURRED_PLAUSIBLE),
        ("1949-09-20", OCCURRED_PLAUSIBLE),
        ("0001-01-01", OCCURRED_PLAUSIBLE),
    ],
)
def test_nothing_occurred_before_there_was_a_consultative_conference(occurred_at: str, rule: Rule | None) -> None:
    assert claimed(occurred_at, NOON, reason="旧档补录") is rule


@pytest.mark.parametrize(
    ("occurred_at", "at", "rule"),
    [
        ("2024-03-04 12:00", NOON, None),
        ("2024-03-04 11:59:59", NOON, LATE_ENTRY_NEEDS_REASON),
        ("2024-03-04", "2024-03-05 23:59:59.999999", None),
        ("2024-03-04", MIDNIGHT, LATE_ENTRY_NEEDS_REASON),
    ],
)
def test_what_is_entered_more_than_a_day_later_needs_a_reason(occurred_at: str, at: str, rule: Rule | None) -> None:
    assert claimed(occurred_at, at) is rule
    assert claimed(occurred_at, at, reason="出差归来补录") is None


@pytest.mark.parametrize(
    "person", ["ghost", f"{LEAD}.", "official:ghost", f"official:{LEAD}", f"member:{officer_of(EDU)}"]
)
def test_nobody_acts_for_somebody_who_is_not_listed(person: str) -> None:
    world = opened()
    refused = world.refused(submit(on_behalf_of=person))
    assert (refused.rule, refused.field) == (KNOWN_PERSON, "on_behalf_of")


@pytest.mark.parametrize("person", [LEAD, f"member:{LEAD}", officer_of(EDU), f"official:{officer_of(EDU)}"])
def test_one_acts_for_a_member_or_an_official_who_is_listed(person: str) -> None:
    [fact] = opened().do(submit(on_behalf_of=person))
    assert fact.context.person == person


def test_a_reason_is_kept_with_the_fact() -> None:
    world = opened()
    claimed("2024-03-01", NOON, world, reason="出差归来补录")
    assert world.story[0].context.late_entry_reason == "出差归来补录"


@pytest.mark.parametrize(("hours", "rule"), [(0, LATE_ENTRY_NEEDS_REASON), (48, None), (1_000_000, None)])
def test_the_rulebook_says_what_is_late(hours: int, rule: Rule | None) -> None:
    assert claimed("2024-03-03 12:01", NOON, opened(ruled(late_entry_hours=hours))) is rule


def test_without_a_rulebook_a_day_is_late() -> None:
    world = opened(ruled(late_entry_hours=1_000)).without(RulebookAdopted)
    assert claimed("2024-03-04 11:00", NOON, world) is LATE_ENTRY_NEEDS_REASON


# limits of single events

LENIENT = ruled(late_entry_hours=24, late_entry={"hours": {"MemberContacted": 72, "SatisfactionRecorded": 240}})


def test_an_event_the_rulebook_names_has_its_own_limit() -> None:
    world = assigned(opened(LENIENT))
    [fact] = world.do(contact("2024-03-05 12:00"), at="2024-03-08 12:00")
    assert fact.context.late_entry_reason is None
    refused = world.refused(contact("2024-03-05 12:00", content="又一次"), at="2024-03-08 12:01")
    assert (refused.rule, refused.field, "72 小时" in refused.reason) == (
        LATE_ENTRY_NEEDS_REASON,
        "late_entry_reason",
        True,
    )
    world.do(contact("2024-03-05 12:00", content="又一次", late_entry_reason="出差"), at="2024-03-08 12:01")


def test_events_it_does_not_name_keep_the_limit_of_all() -> None:
    assert claimed("2024-03-04 11:59", NOON, opened(LENIENT)) is LATE_ENTRY_NEEDS_REASON
    assert claimed("2024-03-04 12:01", NOON, opened(LENIENT)) is None


def test_a_limit_may_be_stricter_than_that_of_all() -> None:
    world = assigned(opened(ruled(late_entry_hours=240, late_entry={"hours": {"MemberContacted": 1}})))
    refused = world.refused(contact("2024-03-05 12:00"), at="2024-03-05 13:01")
    assert refused.rule is LATE_ENTRY_NEEDS_REASON


def test_the_fact_that_was_told_sets_the_limit_not_what_follows_from_it() -> None:
    world = form_out(opened(LENIENT))
    at = world.now.replace(microsecond=0)
    told = rate(rating=Rating.DISSATISFIED, occurred_at=at)
    added = world.do(told, at=at.replace(day=at.day + 3))
    assert [type(fact.event) for fact in added] == [SatisfactionRecorded, RehandlingOrdered]


def test_what_is_known_already_needs_no_reason() -> None:
    world = assigned()
    world.do(contact("2024-03-05 12:00"), at="2024-03-05 12:30")
    assert world.do(contact("2024-03-05 12:00"), at="2024-03-20 12:00") == []


def test_what_may_not_be_is_told_before_that_it_is_late() -> None:
    refused = assigned().refused(contact("2024-03-05 12:00", members=(STRANGER,)), at="2024-03-20 12:00")
    assert refused.rule is CONTACT_IS_WITH_PROPOSERS


@pytest.mark.parametrize(
    ("occurred_at", "rule"),
    [
        ("2024-03-05 10:00", None),
        ("2024-03-03 10:00", LATE_ENTRY_NEEDS_REASON),
        ("2024-03-06", OCCURRED_NOT_IN_FUTURE),
    ],
)
def test_an_imported_fact_is_measured_by_the_time_of_entry_it_claims(occurred_at: str, rule: Rule | None) -> None:
    assert claimed(occurred_at, "2025-01-01 00:00", entered=NOON) is rule
