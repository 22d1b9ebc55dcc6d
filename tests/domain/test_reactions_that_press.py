"""What follows of days: given a case and a day, these reminders, notices and notes and no others."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.codes import Gate, Pressure, ReminderMode
from domain.events import ReminderIssued, SupervisionNoticeIssued, UnitAssigned
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, LadderStep, Rulebook
from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.proposal import owed
from domain.reactions import Due, OnDay, Today
from domain.reactions.when_a_commitment_is_past_its_date_then_press import (
    WHEN_A_COMMITMENT_IS_PAST_ITS_DATE_THEN_PRESS as PROMISE,
)
from domain.reactions.when_a_key_proposal_has_no_plan_then_remind import (
    WHEN_A_KEY_PROPOSAL_HAS_NO_PLAN_THEN_REMIND as PLAN,
)
from domain.reactions.when_a_limit_nears_or_passes_then_press import WHEN_A_LIMIT_NEARS_OR_PASSES_THEN_PRESS as LADDER
from domain.reactions.when_an_objection_is_unanswered_then_note_it import (
    WHEN_AN_OBJECTION_IS_UNANSWERED_THEN_NOTE_IT as OBJECTION,
)
from domain.streams import session_stream
from domain.values import SHANGHAI
from tests.domain import test_admission as admission
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_objection as objection
from tests.domain import test_supervision as supervision
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    LEDGER,
    MEETING,
    NOTICES,
    SECOND,
    SHIPPED,
    SPLIT,
    World,
    assigned,
    close,
    closed,
    decide_objection,
    form_out,
    hand_back,
    issued,
    opened,
    plan,
    rate,
    ruled,
)
from tests.domain.test_domain_laws import law
from tests.domain.walks import histories, limit

K = DeadlineKind
JUNE = date(2024, 6, 1)
"""When the reply of a case that was assigned on the first of March is due: a Saturday."""

WORKING = WorkingDays().with_notice(NOTICES[2024])


def step(rule: str, about: DeadlineKind = K.REPLY, **change: Any) -> LadderStep:
    usual = {"pressure": Pressure.REMINDER, "counted_in": CountedIn.DAY, "value": 3, "source": "S49"}
    return LadderStep(rule=rule, about=about, **{**usual, **change})


BEFORE = step("three-days-before", before=True)
AFTER = step("the-day-after", pressure=Pressure.NOTICE, value=1)
AGAIN = step("five-working-days-after", counted_in=CountedIn.WORKDAY, value=5)
STEPS = (BEFORE, AFTER, AGAIN)


def stepped(*steps: LadderStep, **change: Any) -> Rulebook:
    return ruled(ladder=steps or STEPS, **change)


def on(reaction: OnDay, world: World, day: date) -> Sequence[Due]:
    """What comes due on this day, the clock standing at its morning."""
    world.now = max(world.now, datetime.combine(day, time(8), SHANGHAI).astimezone(UTC))
    rulebook = world.state(session_stream(LEDGER, MEETING)).rulebook(world.case.rulebook)
    return reaction.react(world.case, Today(day, rulebook, WORKING))


def passed(reaction: OnDay, world: World, first: date, last: date) -> list[tuple[date, str]]:
    """Let days pass and everything that comes due be done; which steps came on which day."""
    told, day = [], first
    while day <= last:
        for due in on(reaction, world, day):
            told += [(day, due.step) for _ in world.do(due.command)]
        day += ONE_DAY
    return told


def test_a_unit_is_pressed_by_the_ladder_before_its_limit_and_after() -> None:
    world = assigned(opened(stepped()))
    assert passed(LADDER, world, date(2024, 5, 20), date(2024, 7, 1)) == [
        (date(2024, 5, 29), f"{EDU}/three-days-before"),
        (date(2024, 6, 2), f"{EDU}/the-day-after"),
        (date(2024, 6, 7), f"{EDU}/five-working-days-after"),
    ]
    first, last = world.all(ReminderIssued)
    assert first.event == ReminderIssued(
        unit=EDU,
        number=1,
        mode=ReminderMode.SYSTEM,
        ask="答复期限为 2024-06-01，请按期办理",
        step="three-days-before",
        about=K.REPLY,
        due_on=JUNE,
    )
    assert last.event.ask == "答复期限 2024-06-01 已过，请尽快办理并说明原因"
    assert world.last(SupervisionNoticeIssued).event.due_on == JUNE


def test_a_step_that_was_missed_is_taken_late_but_not_after_the_last_day_it_speaks_of() -> None:
    for day, steps in ((date(2024, 6, 1), ["three-days-before"]), (date(2024, 6, 2), ["the-day-after"])):
        world = assigned(opened(stepped()))
        assert [due.step for due in on(LADDER, world, day)] == [f"{EDU}/{rule}" for rule in steps]


def test_who_has_let_everything_pass_is_pressed_step_by_step() -> None:
    world = assigned(opened(stepped()))
    autumn = date(2024, 9, 1)
    assert passed(LADDER, world, autumn, autumn + 5 * ONE_DAY) == [
        (autumn, f"{EDU}/the-day-after"),
        (autumn + ONE_DAY, f"{EDU}/five-working-days-after"),
    ]


def test_a_step_that_somebody_has_taken_is_not_taken_again() -> None:
    world = assigned(opened(stepped()))
    world.do(supervision.remind(step=BEFORE.rule, about="REPLY", due_on=JUNE), at="2024-05-29 08:00")
    assert on(LADDER, world, date(2024, 5, 30)) == []


def test_more_time_is_another_last_day() -> None:
    world = clock.asked()
    ladder = stepped(deadlines=world.state(session_stream(LEDGER, MEETING)).rulebook(world.case.rulebook).deadlines)
    world.do(c.AdoptRulebook(rulebook=ladder.model_copy(update={"version": 2})))
    world.do(c.ChangeCaseRulebook(rulebook=ladder.id, version=2, reason="增设督办阶梯"))
    [due] = on(LADDER, world, date(2024, 5, 30))
    world.do(due.command)
    world.do(clock.answer())
    assert on(LADDER, world, date(2024, 6, 27)) == []
    [due] = on(LADDER, world, date(2024, 6, 28))
    assert (due.due_on, due.step) == (date(2024, 7, 1), f"{EDU}/three-days-before")
    assert world.do(due.command)


CRITICISM = step("criticism", pressure=Pressure.NOTICE, since=AFTER.rule, counted_in=CountedIn.WORKDAY, value=5)
"""Five working days after the notice, which comes on Sunday the second of June."""


def test_who_answers_nothing_after_a_notice_is_criticised_so_many_days_after_the_notice() -> None:
    world = assigned(opened(stepped(AFTER, CRITICISM)))
    assert passed(LADDER, world, date(2024, 6, 2), date(2024, 7, 1)) == [
        (date(2024, 6, 2), f"{EDU}/the-day-after"),
        (date(2024, 6, 7), f"{EDU}/criticism"),
    ]
    told = world.last(SupervisionNoticeIssued).event
    assert told.ask == "答复期限 2024-06-01 已过，经督办仍未办理，也未回复，予以书面批评，请立即办理并说明原因"


def test_a_notice_that_came_late_is_waited_for_as_long() -> None:
    world = assigned(opened(stepped(AFTER, CRITICISM)))
    assert passed(LADDER, world, date(2024, 6, 17), date(2024, 7, 1)) == [
        (date(2024, 6, 17), f"{EDU}/the-day-after"),
        (date(2024, 6, 24), f"{EDU}/criticism"),
    ]


def test_who_has_answered_the_notice_or_never_had_one_is_not_criticised() -> None:
    world = assigned(opened(stepped(AFTER, CRITICISM)))
    passed(LADDER, world, date(2024, 6, 2), date(2024, 6, 2))
    world.do(supervision.answer(number=1))
    assert passed(LADDER, world, date(2024, 6, 3), date(2024, 7, 1)) == []
    assert not list(
        on(
            LADDER,
            assigned(opened(stepped(step("never", value=90, pressure=Pressure.NOTICE), step("x", since="never")))),
            date(2024, 7, 1),
        )
    )


@pytest.mark.parametrize("before", [BEFORE, AGAIN], ids=["before the limit", "a reminder"])
def test_nothing_follows_of_what_is_no_notice_after_the_limit_whatever_an_earlier_door_let_in(
    before: LadderStep,
) -> None:
    world = assigned(opened(stepped(before)))
    passed(LADDER, world, date(2024, 5, 29), date(2024, 6, 10))
    old = ruled(ladder=(CRITICISM.model_copy(update={"since": before.rule}),))
    assert world.all(ReminderIssued)
    assert LADDER.react(world.case, Today(date(2024, 7, 1), old, WORKING)) == []


def test_a_reminder_after_a_notice_criticises_nobody() -> None:
    world = assigned(opened(stepped(AFTER, step("again", since=AFTER.rule))))
    passed(LADDER, world, date(2024, 6, 2), date(2024, 6, 10))
    told = world.last(ReminderIssued).event
    assert told.ask == "答复期限 2024-06-01 已过，经督办仍未办理，也未回复，请立即办理并说明原因"


def test_every_unit_is_pressed_for_what_it_owes_itself() -> None:
    ladder = stepped(BEFORE, step("opinion", K.CO_OPINION, before=True))
    world = assigned(opened(ladder), LED)
    told = passed(LADDER, world, date(2024, 3, 20), date(2024, 6, 1))
    assert [unit for day, unit in told if day == date(2024, 3, 29)] == [f"{HEALTH}/opinion", "zhifaju/opinion"]
    assert [unit for day, unit in told if day > date(2024, 4, 1)] == [f"{EDU}/three-days-before"]


@pytest.mark.parametrize("pressure", [Pressure.CIRCULAR, Pressure.INTERVIEW, Pressure.ON_SITE])
def test_what_needs_people_is_left_to_people(pressure: Pressure) -> None:
    world = assigned(opened(stepped(step("later", pressure=pressure))))
    assert on(LADDER, world, date(2024, 9, 1)) == []


def test_nobody_is_pressed_for_what_others_owe() -> None:
    decided = SHIPPED.deadlines[0].model_copy(update={"kind": K.OBJECTION_ANSWER, "anchor": AnchorKind.RETURN})
    limits = (*SHIPPED.deadlines, decided)
    rulebook = stepped(step("forms", K.FEEDBACK), step("decision", K.OBJECTION_ANSWER), deadlines=limits)
    world = form_out(opened(ruled(deadlines=limits)))
    assert [due.about for due in owed(world.case)] == [K.FEEDBACK]
    assert LADDER.react(world.case, Today(date(2024, 9, 1), rulebook, WORKING)) == []
    world = objection.unanswered()
    assert LADDER.react(world.case, Today(date(2024, 9, 1), rulebook, WORKING)) == []


def test_while_a_clock_stands_still_and_while_an_objection_waits_nobody_is_pressed() -> None:
    paused = clock.standing()
    returned = assigned(opened(stepped()), SPLIT)
    returned.do(hand_back())
    today = Today(date(2024, 9, 1), stepped(), WORKING)
    assert LADDER.react(paused.case, today) == []
    assert [due.step for due in LADDER.react(returned.case, today)] == [f"{HEALTH}/the-day-after"]


def test_a_notice_that_the_rulebook_would_refuse_waits_until_somebody_has_reminded() -> None:
    world = assigned(opened(stepped(AFTER, gates={"ladder_in_order": Gate.REFUSE})))
    assert on(LADDER, world, date(2024, 6, 2)) == []
    world.do(supervision.remind())
    [due] = on(LADDER, world, date(2024, 6, 3))
    assert world.do(due.command)


def test_a_reply_may_be_owed_to_the_public_after_the_case_was_closed() -> None:
    deadlines = (*SHIPPED.deadlines, limit(K.PUBLICATION, AnchorKind.ISSUE, (CountedIn.DAY, {"value": 20})))
    world = issued(opened(stepped(step("publish", K.PUBLICATION), deadlines=deadlines)))
    for command in (c.IssueFeedbackForm(unit=EDU), rate(member=LEAD), rate(member=SECOND), close()):
        world.do(command)
    assert passed(LADDER, world, date(2024, 3, 20), date(2024, 5, 1)) == [(date(2024, 3, 24), f"{EDU}/publish")]


@pytest.mark.parametrize("rulebook", [ruled(ladder=None), ruled(ladder=())], ids=["silent", "empty"])
def test_where_there_is_no_ladder_nobody_is_pressed(rulebook: Rulebook) -> None:
    assert on(LADDER, assigned(opened(rulebook)), date(2024, 9, 1)) == []


def test_a_step_that_nobody_can_cite_is_passed_over() -> None:
    world = assigned(opened(ruled(ladder=None)))
    old = Today(date(2024, 9, 1), ruled(ladder=(step("期限前三日"),)), WORKING)
    assert LADDER.react(world.case, old) == []


# promises


def test_the_day_after_a_promise_was_to_be_kept_its_unit_is_asked_also_on_a_closed_case() -> None:
    world = closed(result_class="B")
    world.do(commitment.promise())
    end = date(2024, 12, 31)
    assert on(PROMISE, world, end) == []
    [due] = on(PROMISE, world, end + ONE_DAY)
    assert (due.due_on, due.step) == (end, f"{EDU}/1")
    [fact] = world.do(due.command)
    assert (fact.event.mode, fact.event.commitment, fact.event.due_on) == (ReminderMode.SYSTEM, 1, end)
    assert on(PROMISE, world, end + 9 * ONE_DAY) == [], "it is told"


@pytest.mark.parametrize("settle", [commitment.keep(), commitment.fail()], ids=["kept", "explained"])
def test_a_promise_with_an_outcome_is_not_asked_about(settle: c.Command) -> None:
    world = commitment.promised()
    world.do(settle)
    assert on(PROMISE, world, date(2025, 6, 1)) == []


def test_a_promise_without_a_date_or_of_which_it_was_said_why_not_is_not_asked_about() -> None:
    world = issued()
    world.do(commitment.promise(finish_on=None))
    assert on(PROMISE, world, date(2025, 6, 1)) == []
    world = closed(result_class="B")
    world.do(commitment.promise())
    assert on(PROMISE, world, date(2025, 6, 1))
    world.do(commitment.fail())
    assert on(PROMISE, world, date(2025, 6, 1)) == []


# objections


def test_an_objection_that_nobody_decides_is_noted_the_day_after_and_once() -> None:
    world = objection.undecided()
    last = date(2024, 3, 11)
    assert on(OBJECTION, world, last) == []
    [due] = on(OBJECTION, world, last + ONE_DAY)
    assert (due.due_on, due.step) == (last, EDU)
    assert world.do(due.command)
    assert on(OBJECTION, world, last + 5 * ONE_DAY) == []


@pytest.mark.parametrize("upheld", [True, False])
def test_an_objection_that_is_decided_late_but_before_anybody_looks_is_not_noted(upheld: bool) -> None:
    world = objection.unanswered()
    world.do(decide_objection(upheld=upheld))
    assert on(OBJECTION, world, date(2024, 4, 1)) == []


def test_an_objection_that_comes_again_may_go_unanswered_again() -> None:
    world = objection.limited(Gate.OFF)
    for day in (date(2024, 3, 9), date(2024, 3, 17)):
        world.do(hand_back())
        [due] = on(OBJECTION, world, day)
        assert world.do(due.command)
        world.do(decide_objection(upheld=False))


# plans of key proposals


def watched(days: int | None = 15) -> World:
    """A key proposal since the first of March, with so many days to file a plan."""
    return key_proposal.key(opened(ruled(key_plan_days=days)))


def test_a_unit_that_files_no_plan_for_a_key_proposal_is_reminded_once() -> None:
    world = watched()
    told = passed(PLAN, world, date(2024, 3, 10), date(2024, 4, 10))
    assert told == [(date(2024, 3, 17), EDU)]
    reminder = world.last(ReminderIssued).event
    assert (reminder.ask, reminder.due_on) == (
        "重点提案报送办理方案的期限 2024-03-16 已过，请尽快报送",
        date(2024, 3, 16),
    )


def test_the_days_begin_when_the_case_becomes_a_key_proposal() -> None:
    world = assigned(opened(ruled(key_plan_days=15)))
    world.do(key_proposal.select(), at="2024-04-01 09:00")
    world.do(key_proposal.select(basis="主席会议第 13 次会议"), at="2024-04-05 09:00")
    assert on(PLAN, world, date(2024, 4, 16)) == []
    assert [due.due_on for due in on(PLAN, world, date(2024, 4, 17))] == [date(2024, 4, 16)]


@pytest.mark.parametrize("done", [plan(), key_proposal.release(), hand_back(), admission.withdraw()], ids=str)
def test_who_has_filed_a_plan_or_need_not_is_not_reminded(done: c.Command) -> None:
    world = watched()
    world.do(done)
    assert on(PLAN, world, date(2024, 9, 1)) == []


def test_where_the_rulebook_gives_no_days_nobody_waits_for_a_plan() -> None:
    assert on(PLAN, watched(None), date(2024, 9, 1)) == []


def test_a_case_that_is_no_key_proposal_needs_no_plan() -> None:
    assert on(PLAN, assigned(opened(ruled(key_plan_days=15))), date(2024, 9, 1)) == []


# laws


@settings(law, max_examples=60)
@given(histories(), st.sampled_from((13, 16, 30, 93, 400)))
def test_whatever_comes_due_is_found_due_by_its_command_and_told_by_the_case(world: World, days: int) -> None:
    """Nothing is asked for that a rule refuses or that adds nothing; asked again that day, it is not asked for."""
    world.now += timedelta(days=days)
    session, day = world.state(session_stream(LEDGER, MEETING)), world.now.astimezone(SHANGHAI).date()
    for stream in sorted({fact.stream for fact in world.all(UnitAssigned)}):
        world.proposal = stream
        today = Today(day, session.rulebook(world.case.rulebook), WorkingDays())
        for reaction in (OBJECTION, LADDER, PROMISE, PLAN):
            if world.case.closed is None or reaction.after_closing:
                for due in reaction.react(world.case, today):
                    assert world.do(due.command), (reaction.name, due)
                    again = reaction.react(world.case, today)
                    assert (due.due_on, due.step) not in [(other.due_on, other.step) for other in again]
