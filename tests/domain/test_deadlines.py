"""Due dates and how each was derived."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import commands as c
from domain.codes import Rating, Recomputation, Timing
from domain.events import CaseTransferredToGovernment, FeedbackFormIssued, SessionOpened, UnitAssigned
from domain.explanation import explain
from domain.policy.deadlines import Anchor, Deadline, add_months, derive
from domain.policy.rulebook import AnchorKind, Count, CountedIn, DeadlineKind, DeadlineRule, Rulebook, When, parse
from domain.policy.soundness import problems
from domain.policy.working_days import WorkingDays
from domain.streams import session_stream
from domain.values import EARLIEST, LATEST
from tests.domain.given import (
    LED,
    LEDGER,
    MEETING,
    NOTICES,
    SHIPPED,
    World,
    assign,
    assigned,
    form_out,
    opened,
    rate,
    ruled,
    submit,
    transferred,
)


def limit(kind: DeadlineKind, anchor: AnchorKind, counted_in: CountedIn, **numbers: Any) -> DeadlineRule:
    return DeadlineRule(kind=kind, rule="a-limit", anchor=anchor, counted_in=counted_in, source="S10", **numbers)


def replying(anchor: AnchorKind, counted_in: CountedIn, **numbers: int) -> Rulebook:
    """A rulebook with this limit for the reply and no other."""
    return ruled(deadlines=(limit(DeadlineKind.REPLY, anchor, counted_in, **numbers),))


def due(start: str, counted_in: CountedIn, **numbers: int) -> str:
    anchor = Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=date.fromisoformat(start))
    rule = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, counted_in, **numbers)
    return derive(rule, "a-rulebook", 1, anchor, WorkingDays()).due_on.isoformat()


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
    rule = SHIPPED.deadline(DeadlineKind.REPLY)
    assert rule is not None
    assert derive(rule, SHIPPED.id, SHIPPED.version, anchor, WorkingDays()) == Deadline(
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
    world = form_out(opened(replying(AnchorKind.TRANSFER, CountedIn.DAY, value=1)))
    assert world.last(FeedbackFormIssued).event.deadline is None


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


def test_a_closing_day_set_right_moves_what_counts_from_it() -> None:
    world = opened(replying(AnchorKind.SESSION_CLOSE, CountedIn.MONTH, value=6), closed_on=None)
    world.do(c.CloseSession(closed_on=date(2024, 1, 11)))
    assigned_under(SHIPPED, world)
    world.do(c.CloseSession(closed_on=date(2024, 1, 12), reason="登记有误"))
    [moved] = world.do(c.RecomputeDeadlines())
    deadline = moved.event.deadline
    assert (deadline.due_on, deadline.recomputed) == (date(2024, 7, 12), Recomputation.SESSION_CLOSE)


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


ALL = WorkingDays()
for _, notice in sorted(NOTICES.items()):
    ALL = ALL.with_notice(notice)

MONTH, DAY, WORKDAY, FIXED = CountedIn.MONTH, CountedIn.DAY, CountedIn.WORKDAY, CountedIn.FIXED_DATE


def derived(start: str, counted_in: CountedIn, **numbers: Any) -> Deadline:
    anchor = Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=date.fromisoformat(start))
    kind = DeadlineKind.CO_OPINION if numbers.get("backwards") else DeadlineKind.REPLY
    return derive(limit(kind, AnchorKind.TRANSFER, counted_in, **numbers), "a-rulebook", 1, anchor, ALL)


@pytest.mark.parametrize(
    ("start", "counted_in", "numbers", "due_on"),
    [
        ("2026-03-02", WORKDAY, {"value": 3}, "2026-03-05"),
        ("2026-02-11", WORKDAY, {"value": 3}, "2026-02-14"),  # a Saturday on which people work
        ("2026-02-11", WORKDAY, {"value": 4}, "2026-02-24"),  # over the Spring Festival
        ("2026-02-26", WORKDAY, {"value": 2}, "2026-02-28"),  # the second Saturday
        ("2026-09-18", WORKDAY, {"value": 10}, "2026-10-09"),  # two festivals and a working Sunday
        ("2026-07-01", MONTH, {"value": 3, "rolls": True}, "2026-10-08"),  # over National Day
        ("2026-07-01", MONTH, {"value": 3}, "2026-10-01"),
        ("2026-07-10", MONTH, {"value": 3, "rolls": True}, "2026-10-10"),  # a Saturday on which people work
        ("2026-11-30", MONTH, {"value": 3, "rolls": True}, "2027-03-01"),
        ("2026-01-31", MONTH, {"value": 1, "rolls": True}, "2026-02-28"),
        ("2026-03-20", FIXED, {"month": 6, "day": 20, "rolls": True}, "2026-06-22"),  # the Dragon Boat Festival
        ("2026-03-02", MONTH, {"value": 5, "cap": Count(counted_in=MONTH, value=6)}, "2026-08-02"),
        ("2026-03-02", MONTH, {"value": 8, "cap": Count(counted_in=MONTH, value=6)}, "2026-09-02"),
        ("2026-03-02", MONTH, {"value": 3, "cap": Count(counted_in=FIXED, month=5, day=15)}, "2026-05-15"),
        ("2026-07-01", MONTH, {"value": 3, "rolls": True, "cap": Count(counted_in=MONTH, value=3)}, "2026-10-01"),
        ("2026-06-30", DAY, {"value": 20, "backwards": True}, "2026-06-10"),
        ("2026-10-27", DAY, {"value": 20, "backwards": True, "rolls": True}, "2026-09-30"),
    ],
)
def test_each_way_of_counting_knows_the_days_on_which_nobody_works(
    start: str, counted_in: CountedIn, numbers: dict[str, Any], due_on: str
) -> None:
    assert derived(start, counted_in, **numbers).due_on.isoformat() == due_on


@given(
    start=st.dates(date(2015, 1, 1), date(2026, 6, 1)),
    value=st.integers(1, 60),
    backwards=st.booleans(),
)
def test_so_many_working_days_lie_between(start: date, value: int, backwards: bool) -> None:
    found = derived(start.isoformat(), WORKDAY, value=value, backwards=backwards or None)
    low, high = sorted((start, found.due_on))
    between = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    assert sum(ALL.works(day) for day in between if day != start) == value
    assert set(found.skipped) == {day for day in between if day != start and not ALL.works(day)}
    assert ALL.works(found.due_on)


def test_a_deadline_through_a_year_not_announced_is_provisional_and_says_so() -> None:
    found = derived("2026-12-21", WORKDAY, value=10)
    assert (found.provisional, found.calendar) == (True, "2026@1,2027@0")
    assert any("暂定" in sentence for sentence in explain(found, ALL))
    assert not derived("2026-03-02", WORKDAY, value=10).provisional
    assert derived("2026-12-21", MONTH, value=3).calendar is None, "nobody asked which days people work"


def test_why_it_is_this_day_is_told_step_by_step() -> None:
    moved = explain(derived("2026-07-01", MONTH, value=3, rolls=True, cap=Count(counted_in=MONTH, value=6)), ALL)
    assert moved == [
        "答复期限为 2026-10-08（当日 24 时止）。",
        "依据 a-rulebook 第 1 版规则“a-limit”，出处 S10。",
        "自交办（2026-07-01）起算 3 个月，当日不计入，至 2026-10-01。",
        "该日为非工作日（国庆节 2026-10-01 至 2026-10-07），顺延至最近的工作日。",
        "最迟不得晚于 2027-01-01，未到此限。",
        "所用节假日安排：2026 年（第 1 版）。",
    ]
    counted = explain(derived("2026-02-11", WORKDAY, value=4), ALL)
    assert counted[2:4] == [
        "自交办（2026-02-11）起算 4 个工作日，当日不计入，至 2026-02-24。",
        "其间不计的非工作日 9 天：春节 2026-02-15 至 2026-02-23。",
    ]
    backwards = explain(derived("2026-10-27", DAY, value=20, backwards=True, rolls=True), ALL)
    assert backwards[0] == "会办意见期限为 2026-09-30（当日 24 时止）。"
    assert backwards[2] == "自答复期限（2026-10-27）倒推 20 日，当日不计入，至 2026-10-07。"
    assert "提前至最近的工作日" in backwards[3]
    capped = explain(derived("2026-03-02", MONTH, value=8, cap=Count(counted_in=MONTH, value=6)), ALL)
    assert "最迟不得晚于 2026-09-02，已按此截止。" in capped
    assert explain(derived("2026-03-02", FIXED, month=5, day=15), ALL)[2] == (
        "以每年 5 月 15 日为准，自交办（2026-03-02）起的第一个为 2026-05-15。"
    )
    assert explain(derived("2026-05-20", FIXED, month=5, day=15), ALL)[2] == (
        "以每年 5 月 15 日为准，交办（2026-05-20）时当年的这一天已过，为次年的 2027-05-15。"
    )


def test_days_off_are_told_apart_and_weekends_worked_are_named() -> None:
    weekends = explain(derived("2024-03-13", WORKDAY, value=10), ALL)
    assert "其间不计的非工作日 4 天：周末 2024-03-16 至 2024-03-17、周末 2024-03-23 至 2024-03-24。" in weekends
    festival = explain(derived("2024-04-01", WORKDAY, value=5), ALL)
    assert "其间不计的非工作日 3 天：清明节 2024-04-04 至 2024-04-06。" in festival
    assert "调休上班的 2024-04-07 计入。" in festival
    rolled = explain(derived("2024-01-04", MONTH, value=1, rolls=True), ALL)
    assert "2024-02-04 虽为周末，是调休上班日。" in rolled


@pytest.mark.parametrize(
    ("when", "title"),
    [
        (None, "答复期限"),
        ({"timing": "IN_SESSION"}, "大会提案的答复期限"),
        ({"timing": "INTER_SESSION", "key_proposal": True}, "平时提案、重点提案的答复期限"),
        ({"key_proposal": False, "passed_down": "PROVINCE"}, "非重点提案、省级交办的提案的答复期限"),
        ({"collective": "PARTY", "body": "民革"}, "党派提案、“民革”提出的提案的答复期限"),
    ],
)
def test_the_rule_is_named_in_words_beside_its_code(when: dict[str, Any] | None, title: str) -> None:
    rule = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, MONTH, value=3, when=When(**when) if when else None)
    rulebook = SHIPPED.model_copy(update={"deadlines": (rule,)})
    told = explain(derived("2026-03-02", MONTH, value=3), ALL, rulebook)
    assert told[1] == f"依据《{SHIPPED.title}》（a-rulebook 第 1 版）中的“{title}”（a-limit），出处 S10。"


def test_the_last_of_february_is_named_as_the_rule_names_it() -> None:
    rule = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, FIXED, month=2, day=29)
    rulebook = SHIPPED.model_copy(update={"deadlines": (rule,)})
    told = explain(derived("2026-01-05", FIXED, month=2, day=29), ALL, rulebook)
    assert told[2] == "以每年 2 月 29 日（平年为 28 日）为准，自交办（2026-01-05）起的第一个为 2026-02-28。"


def test_a_day_beyond_the_cap_was_granted() -> None:
    capped = derived("2026-03-02", MONTH, value=8, cap=Count(counted_in=MONTH, value=6))
    assert "最迟不得晚于 2026-09-02，经批准逾此限。" in explain(capped.moved(date(2026, 10, 9), supersedes=4), ALL)


def book(name: str) -> Rulebook:
    return parse((files("domain") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "timing", "reply", "opinion"),
    [
        ("sichuan-2024-like", Timing.IN_SESSION, "2026-08-06", None),
        ("sichuan-2024-like", Timing.INTER_SESSION, "2026-06-08", None),
        ("xian-2011-like", Timing.IN_SESSION, "2026-05-15", None),
        ("shanghai-2007-like", Timing.IN_SESSION, "2026-05-06", "2026-04-16"),
        ("national-like", Timing.IN_SESSION, "2026-08-31", "2026-04-07"),
        ("national-like", Timing.INTER_SESSION, "2026-06-08", "2026-04-07"),
    ],
)
def test_the_same_case_is_due_on_another_day_in_another_place(
    name: str, timing: Timing, reply: str, opinion: str | None
) -> None:
    world = opened(book(name))
    for year in (2026, 2027):
        if year in NOTICES:
            world.do(c.AnnounceCalendar(notice=NOTICES[year]), at="2026-03-01 09:00")
    for command in (submit(timing=timing), c.RegisterProposal(), c.TransferCase(occasion="交办会")):
        world.do(command, at="2026-03-02 09:00")
    lead, assisting, _ = world.do(assign(LED), at="2026-03-06 09:00")
    assert lead.event.deadline.due_on.isoformat() == reply
    due = assisting.event.deadline
    assert (due.due_on.isoformat() if due else None) == opinion
