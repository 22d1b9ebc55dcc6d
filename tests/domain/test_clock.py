"""延期、中止: more time, asked for and granted within the rulebook's limits, and clocks that stand still."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate, Rank, Recomputation, Restart
from domain.events import (
    ClockPaused,
    ClockResumed,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    UnitAssigned,
)
from domain.explanation import before, deadlines_of, explain
from domain.policy.rulebook import AnchorKind, Count, CountedIn, DeadlineKind, Extension, Rulebook, parse
from domain.policy.soundness import problems
from domain.policy.working_days import WorkingDays
from domain.rules import (
    APPROVER_RANK,
    CITY_LEADER_APPROVES,
    CLOCK_RUNS_OR_STANDS,
    EXTENSION_BEFORE_DUE,
    EXTENSION_IS_LATER,
    EXTENSION_OPEN,
    EXTENSION_WITHIN_CAP,
    KNOWN_OFFICIAL,
    NOT_YET_REPLIED,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PAUSED_BEFORE_DUE,
    SIGNER_OF_UNIT,
    TOLD_BEFORE_DUE,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LED,
    MAYOR,
    NOTICES,
    OFFICE,
    SHIPPED,
    Attempt,
    World,
    assign,
    assigned,
    attempt,
    contact,
    contacted,
    decide_objection,
    draft,
    hand_back,
    issue,
    issued,
    leader_of,
    opened,
    reassign,
    refuses,
    registered,
    rehandle,
    review,
    ruled,
    sign,
    transferred,
)

SIX = Count(counted_in=CountedIn.MONTH, value=6)


def limited_opened(**gates: Gate) -> World:
    """A reply within three months; with consent within six (S9)."""
    reply, *rest = SHIPPED.deadlines
    extended = reply.model_copy(update={"extension": Extension(limit=SIX), "cap": SIX})
    return opened(ruled(deadlines=(extended, *rest), gates=gates))


def limited(**gates: Gate) -> World:
    """Counted from 1 March."""
    return assigned(limited_opened(**gates))


def ask(until: str = "2024-07-01", **change: Any) -> c.RequestExtension:
    usual = {"unit": EDU, "until": date.fromisoformat(until), "reason": "需省厅批复", "signed_by": leader_of(EDU)}
    return c.RequestExtension(**{**usual, **change})


def answer(granted: bool = True, approver: str = MAYOR) -> c.DecideExtension:
    return c.DecideExtension(unit=EDU, granted=granted, approver=approver, reason="情况属实")


def pause(**change: Any) -> c.PauseClock:
    return c.PauseClock(**{"unit": EDU, "reason": "委员出国，须待其回国听取意见", "approver": MAYOR, **change})


def resume() -> c.ResumeClock:
    return c.ResumeClock(unit=EDU, reason="委员已回国")


def asked() -> World:
    world = limited()
    world.do(ask())
    return world


def standing() -> World:
    """The clock has stood still since 10 March."""
    world = limited()
    world.do(pause(), at="2024-03-10 09:00")
    return world


def test_more_time_is_asked_for_and_granted_and_the_old_deadline_is_superseded() -> None:
    world = limited()
    [request] = world.do(ask())
    assert isinstance(request.event, ExtensionRequested)
    assert world.do(ask()) == []
    [granted] = world.do(answer())
    assert isinstance(granted.event, ExtensionGranted)
    moved = granted.event.deadline
    assert (moved.due_on, moved.moved_from) == (date(2024, 7, 1), date(2024, 6, 1))
    assert (moved.supersedes, moved.rule) == (world.last(UnitAssigned).version, "reply-within-three-months")
    assert world.case.tasks[EDU].round.deadline == moved
    assert "经批准，由 2024-06-01 延期至 2024-07-01。" in explain(moved, WorkingDays())
    assert world.do(answer()) == []


def test_more_time_may_be_refused_and_asked_for_again() -> None:
    world = asked()
    [fact] = world.do(answer(granted=False))
    assert isinstance(fact.event, ExtensionRefused)
    assert world.do(answer(granted=False)) == []
    assert world.case.tasks[EDU].round.deadline.due_on == date(2024, 6, 1)
    assert world.do(ask("2024-06-15"))


@refuses(c.RequestExtension, EXTENSION_WITHIN_CAP, "until")
def test_nobody_asks_for_more_than_the_rulebook_admits() -> Attempt:
    return attempt(limited(), ask("2024-09-02"))


@refuses(c.DecideExtension, EXTENSION_WITHIN_CAP, "until")
def test_nobody_grants_more_than_the_rulebook_in_force_admits() -> Attempt:
    world = asked()
    reply, *rest = SHIPPED.deadlines
    short = reply.model_copy(update={"extension": Extension(limit=SIX.model_copy(update={"value": 3}))})
    world.do(c.AdoptRulebook(rulebook=ruled(version=2, deadlines=(short, *rest))))
    world.do(c.ChangeCaseRulebook(rulebook=SHIPPED.id, version=2, reason="改用新规则"))
    return attempt(world, answer())


def paused_since_asked() -> World:
    """More time was asked for until 5 June; meanwhile a pause has moved the limit to 1 August."""
    world = limited()
    world.do(ask("2024-06-05"))
    world.do(pause(), at="2024-03-11 09:00")
    world.do(resume(), at="2024-05-11 09:00")
    return world


@refuses(c.DecideExtension, EXTENSION_IS_LATER, "until")
def test_more_time_granted_is_more_than_the_limit_then_gives() -> Attempt:
    return attempt(paused_since_asked(), answer())


def test_a_request_that_was_overtaken_is_refused_by_whoever_decides_and_asked_anew() -> None:
    world = paused_since_asked()
    world.do(answer(granted=False))
    assert world.do(ask("2024-08-20"))


@refuses(c.DecideExtension, OCCURRED_IN_ORDER, "occurred_at")
def test_more_time_is_not_granted_before_it_was_asked_for() -> Attempt:
    world = limited()
    world.do(ask(), at="2024-05-20 09:00")
    back = c.DecideExtension(**{**dict(answer()), "occurred_at": date(2024, 5, 19), "late_entry_reason": "补录"})
    return attempt(world, back, at="2024-05-21 09:00")


def stricter() -> World:
    """Meanwhile the case goes over to rules with the same day, but four months at most, by the mayor."""
    world = limited()
    four = Extension(limit=SIX.model_copy(update={"value": 4}), approver=Rank.MAYOR)
    reply, *rest = SHIPPED.deadlines
    rule = reply.model_copy(update={"rule": "three-then-four", "extension": four, "cap": four.limit})
    world.do(c.AdoptRulebook(rulebook=ruled(version=2, deadlines=(rule, *rest))))
    world.do(c.ChangeCaseRulebook(rulebook=SHIPPED.id, version=2, reason="改用新规则"))
    return world


def test_other_rules_hold_for_extensions_even_where_the_day_is_the_same() -> None:
    world = stricter()
    due = world.case.tasks[EDU].round.deadline
    assert (due.rule, due.due_on, due.cap) == ("three-then-four", date(2024, 6, 1), date(2024, 7, 1))
    assert world.refused(ask("2024-07-02")).rule is EXTENSION_WITHIN_CAP
    world.do(ask("2024-07-01"))
    assert world.refused(answer()).rule is APPROVER_RANK


def test_a_fixed_last_day_is_the_next_after_the_day_it_extends() -> None:
    world = registered(opened(book("xian-2011-like")))
    world.do(c.TransferCase(occasion="平时交办"), at="2024-05-20 09:00")
    world.do(assign())
    assert world.case.tasks[EDU].round.deadline.due_on == date(2025, 5, 15)
    assert world.refused(ask("2025-07-01")).rule is EXTENSION_WITHIN_CAP
    world.do(ask("2025-06-30"))
    world.do(answer())
    assert world.refused(ask("2026-06-30")).rule is EXTENSION_WITHIN_CAP


def test_no_extension_goes_beyond_the_cap() -> None:
    reply, *rest = SHIPPED.deadlines
    until_june = Count(counted_in=CountedIn.FIXED_DATE, month=6, day=30)
    both = reply.model_copy(update={"extension": Extension(limit=SIX), "cap": until_june})
    world = assigned(opened(ruled(deadlines=(both, *rest))))
    assert world.refused(ask("2024-07-01")).rule is EXTENSION_WITHIN_CAP
    assert world.do(ask("2024-06-30"))


@pytest.mark.parametrize("numbers", [{"cap": SIX.model_copy(update={"value": 3})}, {"value": 7}])
def test_a_rulebook_whose_extension_contradicts_its_limits_is_not_adopted(numbers: dict[str, Any]) -> None:
    reply, *rest = SHIPPED.deadlines
    wrong = reply.model_copy(update={"extension": Extension(limit=SIX), **numbers})
    assert [field for field, _ in problems(ruled(deadlines=(wrong, *rest)))] == ["deadlines.0.extension.limit"]


def test_more_time_that_no_rule_admits_is_flagged() -> None:
    world = assigned()
    [asked_for] = world.do(ask("2090-01-01"))
    [granted] = world.do(answer())
    assert (asked_for.flags, granted.flags) == ((EXTENSION_WITHIN_CAP.id,), (EXTENSION_WITHIN_CAP.id,))


@refuses(c.RequestExtension, EXTENSION_IS_LATER, "until")
def test_more_time_is_more() -> Attempt:
    return attempt(limited(), ask("2024-06-01"))


@refuses(c.RequestExtension, EXTENSION_BEFORE_DUE, "occurred_at")
def test_more_time_is_asked_for_in_time_where_the_rulebook_insists() -> Attempt:
    return attempt(limited(extension_in_time=Gate.REFUSE), ask(), at="2024-06-02 09:00")


def test_more_time_asked_for_too_late_is_flagged_where_the_rulebook_says_nothing() -> None:
    [fact] = limited().do(ask(), at="2024-06-02 09:00")
    assert fact.flags == (EXTENSION_BEFORE_DUE.id,)


def test_more_time_told_only_after_the_last_day_is_flagged_when_asked_for_and_when_granted() -> None:
    world = limited()
    back = {"occurred_at": date(2024, 3, 2), "late_entry_reason": "补录"}
    [asked_for] = world.do(ask(**back), at="2024-09-01 09:00")
    [granted] = world.do(answer().model_copy(update=back), at="2024-09-01 10:00")
    assert (asked_for.flags, granted.flags) == ((TOLD_BEFORE_DUE.id,), (TOLD_BEFORE_DUE.id,))


def test_more_time_granted_on_the_day_it_is_told_is_no_late_entry() -> None:
    [granted] = asked().do(answer(), at="2024-06-02 09:00")
    assert granted.flags == ()


def test_more_time_told_late_while_the_clock_stands_still_is_not_too_late() -> None:
    world = standing()
    [asked_for] = world.do(ask(occurred_at=date(2024, 3, 11), late_entry_reason="补录"), at="2024-09-01 09:00")
    assert asked_for.flags == ()


@refuses(c.RequestExtension, EXTENSION_OPEN, "unit")
def test_one_request_at_a_time() -> Attempt:
    return attempt(asked(), ask("2024-08-01"))


@refuses(c.DecideExtension, EXTENSION_OPEN, "unit")
def test_nothing_is_granted_that_nobody_asked_for() -> Attempt:
    return attempt(limited(), answer())


@refuses(c.DecideExtension, APPROVER_RANK, "approver")
def test_more_time_is_granted_by_the_rank_the_rulebook_asks_for() -> Attempt:
    return attempt(asked(), answer(approver=leader_of(EDU)))


@refuses(c.DecideExtension, APPROVER_RANK, "approver")
def test_a_unit_does_not_grant_itself_more_time_whatever_rank_the_rulebook_asks_for() -> Attempt:
    reply, *rest = SHIPPED.deadlines
    by_officers = reply.model_copy(update={"extension": Extension(limit=SIX, approver=Rank.OFFICER), "cap": SIX})
    world = assigned(opened(ruled(deadlines=(by_officers, *rest))))
    world.do(ask())
    assert world.copy().do(answer(approver=OFFICE.removeprefix("official:")))
    return attempt(world, answer(approver=leader_of(EDU)))


@refuses(c.DecideExtension, KNOWN_OFFICIAL, "approver")
def test_who_grants_more_time_is_listed() -> Attempt:
    return attempt(asked(), answer(approver="nobody"))


@refuses(c.RequestExtension, KNOWN_OFFICIAL, "signed_by")
def test_who_signs_the_request_is_listed() -> Attempt:
    return attempt(limited(), ask(signed_by="nobody"))


def test_a_leader_of_the_cppcc_hears_that_the_government_decides() -> None:
    world = limited()
    world.do(c.AppointOfficial(official="zhuxi", name="郑镕", title="市政协主席", rank=Rank.CPPCC_CHAIR))
    world.do(ask())
    refused = world.refused(answer(approver="zhuxi"))
    assert refused.rule is APPROVER_RANK
    assert refused.reason == "“郑镕”是政协领导，不属政府，须为政府的副市长或更高"


@refuses(c.RequestExtension, SIGNER_OF_UNIT, "signed_by")
def test_the_request_is_signed_in_the_unit() -> Attempt:
    return attempt(limited(), ask(signed_by=leader_of(HEALTH)))


@refuses(c.RequestExtension, NOT_YET_REPLIED, "unit")
def test_what_has_been_answered_needs_no_more_time() -> Attempt:
    return attempt(issued(), ask())


@refuses(c.RequestExtension, NOT_YET_REPLIED, "unit")
def test_where_there_is_no_limit_there_is_none_to_move() -> Attempt:
    unlimited = tuple(rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.REHANDLING)
    world = issued(opened(ruled(deadlines=unlimited)))
    world.do(rehandle())
    return attempt(world, ask())


@refuses(c.DecideExtension, NOT_YET_REPLIED, "unit")
def test_nothing_is_granted_after_the_reply() -> Attempt:
    world = asked()
    for command in (contact(world.now), draft(), review(), sign(), issue()):
        world.do(command)
    return attempt(world, answer())


@refuses(c.RequestExtension, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_a_unit_that_answers_asks_for_more_time() -> Attempt:
    return attempt(assigned(modes=LED), ask(unit=HEALTH, signed_by=leader_of(HEALTH)))


@refuses(c.DecideExtension, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_a_unit_that_answers_is_given_more_time() -> Attempt:
    return attempt(transferred(), answer())


# pauses


@pytest.mark.parametrize(("until", "due_on"), [("2024-03-25 09:00", "2024-06-16"), ("2024-08-30 09:00", "2024-09-01")])
def test_a_clock_that_stood_still_makes_the_deadline_later_up_to_the_cap(until: str, due_on: str) -> None:
    world = standing()
    assert isinstance(world.last(ClockPaused).event, ClockPaused)
    assert world.do(pause()) == []
    [fact] = world.do(resume(), at=until)
    assert isinstance(fact.event, ClockResumed)
    assert fact.event.deadline.due_on.isoformat() == due_on
    assert any("中止计时" in sentence for sentence in explain(fact.event.deadline, WorkingDays()))
    assert world.do(resume()) == []


def test_days_that_a_clock_stood_still_are_given_once() -> None:
    world = standing()
    world.do(resume(), at="2024-04-10 09:00")
    assert world.case.tasks[EDU].round.deadline.due_on == date(2024, 7, 2)
    again = pause(reason="等待另一批复", occurred_at=date(2024, 3, 11), late_entry_reason="补录")
    refused = world.refused(again, at="2024-04-11 09:00")
    assert (refused.rule, refused.field) == (OCCURRED_IN_ORDER, "occurred_at")
    assert world.do(pause(reason="等待另一批复"), at="2024-04-12 09:00")


@refuses(c.PauseClock, PAUSED_BEFORE_DUE, "occurred_at")
def test_a_clock_that_has_run_out_is_not_stopped() -> Attempt:
    return attempt(limited(), pause(), at="2024-06-02 09:00")


def test_a_pause_told_only_after_the_last_day_is_flagged() -> None:
    world = limited()
    [fact] = world.do(pause(occurred_at=date(2024, 3, 2), late_entry_reason="补录"), at="2024-09-01 09:00")
    assert fact.flags == (TOLD_BEFORE_DUE.id,)
    [in_time] = limited().do(pause(), at="2024-06-01 09:00")
    assert in_time.flags == ()


def test_a_clock_stood_still_no_longer_than_until_the_reply() -> None:
    world = contacted(limited_opened())
    world.do(pause(), at="2024-05-20 09:00")
    world.do(draft(), at="2024-06-10 09:00")
    for command in (review(), sign(), issue()):
        world.do(command)
    [fact] = world.do(resume(), at="2024-07-30 09:00")
    assert (fact.event.deadline.paused_days, fact.event.deadline.due_on) == (21, date(2024, 6, 22))


def from_assignment(*restarts: Restart) -> World:
    """A reply within three months of the assignment; its clock has been stopped on 1 March."""
    rule = SHIPPED.deadlines[0].model_copy(update={"anchor": AnchorKind.ASSIGNMENT, "restarts": restarts})
    world = assigned(opened(ruled(deadlines=(rule, *SHIPPED.deadlines[1:]))))
    world.do(pause())
    return world


def given_back_in_may() -> World:
    world = from_assignment()
    world.do(reassign(((HEALTH, AssignmentMode.SOLE),), EDU), at="2024-03-11 09:00")
    world.do(reassign(((EDU, AssignmentMode.SOLE),), HEALTH), at="2024-05-06 09:00")
    return world


def rejected_in_may() -> World:
    world = from_assignment(Restart.OBJECTION_REJECTED)
    world.do(hand_back())
    world.do(decide_objection(upheld=False), at="2024-05-06 09:00")
    return world


@pytest.mark.parametrize("begun_anew", [given_back_in_may, rejected_in_may])
@pytest.mark.parametrize(
    ("resumed", "stood"), [("2024-05-08 09:00", 2), ("2024-05-06 10:00", 0), (date(2024, 4, 30), 0)]
)
def test_a_clock_stood_still_no_longer_than_since_it_began(
    begun_anew: Callable[[], World], resumed: str | date, stood: int
) -> None:
    world = begun_anew()
    late = {"occurred_at": resumed, "late_entry_reason": "补录"} if isinstance(resumed, date) else {}
    command = resume().model_copy(update=late)
    [fact] = world.do(command) if late else world.do(command, at=resumed)
    due = fact.event.deadline
    assert (due.paused_days, due.due_on) == (stood, date(2024, 8, 6) + timedelta(days=stood))


def test_a_clock_that_stood_still_ends_on_a_working_day_where_its_rule_rolls() -> None:
    world = opened(book("sichuan-2024-like"))
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    assigned(world)
    before = world.case.tasks[EDU].round.deadline.due_on
    days = (date(2024, 8, 10) - before).days  # a Saturday
    world.do(pause(), at="2024-03-10 09:00")
    [fact] = world.do(resume(), at=f"2024-03-{10 + days} 09:00")
    assert fact.event.deadline.due_on == date(2024, 8, 12)
    told = explain(fact.event.deadline, WorkingDays().with_notice(NOTICES[2024]))
    assert any("2024-08-10 为非工作日，顺延至最近的工作日" in sentence for sentence in told)


@refuses(c.PauseClock, CLOCK_RUNS_OR_STANDS, "unit")
def test_a_clock_that_stands_is_not_stopped_again() -> Attempt:
    return attempt(standing(), pause(reason="另一理由"))


@refuses(c.ResumeClock, CLOCK_RUNS_OR_STANDS, "unit")
def test_a_clock_that_runs_is_not_started() -> Attempt:
    return attempt(limited(), resume())


@refuses(c.PauseClock, NOT_YET_REPLIED, "unit")
def test_no_clock_runs_after_the_reply() -> Attempt:
    return attempt(issued(), pause())


@refuses(c.PauseClock, KNOWN_OFFICIAL, "approver")
def test_who_stops_a_clock_is_listed() -> Attempt:
    return attempt(limited(), pause(approver="nobody"))


@refuses(c.PauseClock, CITY_LEADER_APPROVES, "approver")
def test_a_clock_is_stopped_by_a_leader_of_the_city() -> Attempt:
    return attempt(limited(), pause(approver=leader_of(EDU)))


@refuses(c.PauseClock, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_the_clock_of_a_unit_that_answers_is_stopped() -> Attempt:
    return attempt(transferred(), pause())


@refuses(c.ResumeClock, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_the_clock_of_a_unit_that_answers_is_started() -> Attempt:
    return attempt(transferred(), resume())


@pytest.mark.parametrize(
    ("name", "until", "beyond"),
    [
        ("sichuan-2024-like", "2024-09-01", "2024-09-02"),
        ("xian-2011-like", "2024-06-30", "2024-07-01"),
        ("shanghai-2007-like", "2024-06-01", "2024-06-02"),
    ],
)
def test_each_place_has_its_own_last_day(name: str, until: str, beyond: str) -> None:
    world = assigned(opened(book(name)))
    assert world.case.tasks[EDU].round.deadline.kind is DeadlineKind.REPLY
    assert world.refused(ask(beyond)).rule is EXTENSION_WITHIN_CAP
    assert world.do(ask(until))


def book(name: str) -> Rulebook:
    return parse((files("domain") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8"))


def test_what_was_counted_stays_told_however_often_the_deadline_moves() -> None:
    world = limited()
    for until in ("2024-06-15", "2024-07-01"):
        world.do(ask(until))
        world.do(answer())
    moved = world.case.tasks[EDU].round.deadline
    told = explain(moved, WorkingDays())
    assert "自交办（2024-03-01）起算 3 个月，当日不计入，至 2024-06-01。" in told
    assert "经批准，由 2024-06-15 延期至 2024-07-01。" in told


def test_why_a_limit_is_this_day_tells_every_step_since_it_was_counted() -> None:
    world = limited()
    for command in (ask("2024-06-15"), answer(), c.PauseClock(unit=EDU, reason="待批复", approver=MAYOR)):
        world.do(command)
    world.do(resume(), at=world.now + timedelta(days=5))
    moved = world.case.tasks[EDU].round.deadline
    known = {(due.kind, fact.version): due for fact in world.story for due in deadlines_of(fact.event)}
    replaced = before(moved, known)
    assert [due.due_on.isoformat() for due in replaced] == ["2024-06-01", "2024-06-15"]
    told = explain(moved, WorkingDays(), replaced=replaced)
    steps = told.index("经批准，由 2024-06-01 延期至 2024-06-15。")
    assert told[steps + 1] == "中止计时 5 天，由 2024-06-15 顺延至 2024-06-20。"
    recounted = moved.model_copy(update={"recomputed": Recomputation.RULEBOOK, "paused_days": None})
    told = explain(recounted, WorkingDays(), replaced=replaced)
    assert not any("延期" in sentence for sentence in told), "a limit counted anew has no such steps"
    assert "最迟不得晚于 2024-09-01，未到此限。" in told


@refuses(c.DecideExtension, APPROVER_RANK, "approver")
def test_where_the_rulebook_says_nothing_a_leader_of_the_city_grants_more_time() -> Attempt:
    world = assigned()
    world.do(ask())
    return attempt(world, answer(approver=leader_of(EDU)))
