"""催办、督办单、约谈、现场督办、通报."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain.codes import Gate, Pressure, ReminderMode
from domain.events import (
    CircularIssued,
    LeaderInterviewHeld,
    OnSiteSupervisionHeld,
    ReminderIssued,
    SupervisionAnswered,
    SupervisionNoticeIssued,
)
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, LadderStep
from domain.rules import (
    ANSWER_BY_AHEAD,
    CASE_OPEN,
    COMMITMENT_OPEN,
    KNOWN_OFFICIAL,
    KNOWN_SESSION,
    KNOWN_UNIT,
    LADDER_IN_ORDER,
    LEADER_RANK,
    LIMIT_NAMED,
    ONLY_ASSIGNED_UNIT_ACTS,
    PROPOSAL_EXISTS,
    SIGNER_OF_UNIT,
    STEP_IN_LADDER,
    STEP_ON_ITS_DAY,
    SUPERVISION_NUMBERED,
)
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_publication as publication
from tests.domain.given import (
    EDU,
    HEALTH,
    LED,
    MAYOR,
    SHIPPED,
    SPLIT,
    Attempt,
    World,
    assigned,
    attempt,
    closed,
    head_of,
    issued,
    leader_of,
    moment,
    officer_of,
    opened,
    refuses,
    ruled,
)
from tests.domain.walks import limit

DUE = date(2024, 6, 1)
"""When the reply of a case that was assigned on the first of March is due."""

LADDER = (
    LadderStep(
        rule="phone-three-days-before", pressure=Pressure.REMINDER, about=DeadlineKind.REPLY, before=True,
        counted_in=CountedIn.DAY, value=3, source="S49",
    ),
    LadderStep(
        rule="notice-the-day-after", pressure=Pressure.NOTICE, about=DeadlineKind.REPLY, counted_in=CountedIn.DAY,
        value=1, source="S49",
    ),
    LadderStep(
        rule="criticism", pressure=Pressure.NOTICE, about=DeadlineKind.REPLY, since="notice-the-day-after",
        counted_in=CountedIn.DAY, value=5, source="S49",
    ),
)  # fmt: skip
STEP = {"step": "phone-three-days-before", "about": "REPLY", "due_on": DUE}
NOTICE = {"step": "notice-the-day-after", "about": "REPLY", "due_on": DUE, "answer_by": None}
CRITICISM = {**NOTICE, "step": "criticism"}


def remind(unit: str = EDU, **change: Any) -> c.IssueReminder:
    return c.IssueReminder(**{"unit": unit, "mode": "PHONE", "ask": "请于期限前答复", **change})


def notify(unit: str = EDU, **change: Any) -> c.IssueSupervisionNotice:
    return c.IssueSupervisionNotice(**{"unit": unit, "ask": "请说明逾期原因", "answer_by": date(2024, 9, 1), **change})


def call_in(world: World, unit: str = EDU, leader: str = MAYOR) -> c.RecordLeaderInterview:
    person = {"name": "孙䶮", "title": "局长"}
    return c.RecordLeaderInterview(occurred_at=world.now, unit=unit, leader=leader, person=person, summary="限期答复")


def go_there(world: World, unit: str = EDU) -> c.RecordOnSiteSupervision:
    told = {"place": "市第一中学", "people": ({"name": "王喆"},), "finding": "教师未到岗", "ask": "月底前到岗"}
    return c.RecordOnSiteSupervision(occurred_at=world.now, unit=unit, **told)


def answer(number: int = 1, unit: str = EDU, **change: Any) -> c.AnswerSupervision:
    return c.AnswerSupervision(
        **{"unit": unit, "number": number, "text": "已安排", "signer": leader_of(unit), **change}
    )


def circular(**change: Any) -> c.IssueCircular:
    return c.IssueCircular(**{"title": "关于办理进度的通报", "text": "逾期未答复", "units": (EDU, HEALTH), **change})


def reminded(world: World | None = None) -> World:
    world = assigned(world)
    world.do(remind())
    return world


def strict() -> World:
    """Pressure begins mildly here, by the steps of a ladder."""
    return opened(ruled(gates={"ladder_in_order": Gate.REFUSE}, ladder=LADDER))


# the ladder


def test_what_is_done_to_press_a_unit_is_numbered_within_the_case() -> None:
    world = assigned(modes=LED)
    kinds = []
    for command in (remind(), notify(HEALTH), call_in(world), go_there(world)):
        [fact] = world.do(command)
        kinds.append((type(fact.event), fact.event.number))
    assert kinds == [
        (ReminderIssued, 1),
        (SupervisionNoticeIssued, 2),
        (LeaderInterviewHeld, 3),
        (OnSiteSupervisionHeld, 4),
    ]


def test_the_same_reminder_twice_a_day_is_one() -> None:
    world = reminded()
    assert world.do(remind()) == []
    assert world.do(remind(ask="请报送办理方案"))
    assert world.do(remind(), at="2024-03-02 09:00")


def test_a_step_of_the_ladder_is_taken_once_for_each_last_day() -> None:
    world = assigned(strict())
    [fact] = world.do(remind(mode="SYSTEM", **STEP), at="2024-05-29 09:00")
    assert (fact.event.mode, fact.event.about, fact.event.due_on) == (ReminderMode.SYSTEM, DeadlineKind.REPLY, DUE)
    assert world.do(remind(**STEP), at="2024-05-30 09:00") == []


@refuses(c.IssueReminder, STEP_IN_LADDER, "step")
@pytest.mark.parametrize("step", ["no-such-step", "notice-the-day-after"])
def test_a_reminder_is_a_step_of_the_ladder_that_reminds(step: str) -> Attempt:
    return attempt(assigned(strict()), remind(step=step))


@refuses(c.IssueSupervisionNotice, STEP_IN_LADDER, "step")
def test_a_notice_is_a_step_of_the_ladder_about_its_own_limit() -> Attempt:
    return attempt(reminded(strict()), notify(step="notice-the-day-after", about="FEEDBACK"))


@refuses(c.IssueReminder, STEP_ON_ITS_DAY, "step")
def test_a_step_before_the_limit_does_not_come_before_its_day() -> Attempt:
    return attempt(assigned(strict()), remind(**STEP), at="2024-05-28 23:00")


@refuses(c.IssueReminder, STEP_ON_ITS_DAY, "due_on")
def test_a_step_says_which_last_day_it_is_about() -> Attempt:
    return attempt(assigned(strict()), remind(**{**STEP, "due_on": None}), at="2024-05-30 09:00")


@refuses(c.IssueSupervisionNotice, STEP_ON_ITS_DAY, "step")
def test_no_notice_says_that_a_limit_has_passed_which_has_not() -> Attempt:
    return attempt(reminded(strict()), notify(**NOTICE), at="2024-06-01 23:00")


def noticed() -> World:
    world = reminded(strict())
    world.do(notify(**NOTICE), at="2024-06-02 09:00")
    return world


def test_who_has_not_answered_a_notice_is_criticised_when_so_many_days_have_passed() -> None:
    world = noticed()
    refused = world.refused(notify(**CRITICISM), at="2024-06-06 23:00")
    assert (refused.rule, refused.reason) == (STEP_ON_ITS_DAY, "“criticism”不得早于 2024-06-07")
    assert world.do(notify(**CRITICISM), at="2024-06-07 09:00")


@refuses(c.IssueSupervisionNotice, STEP_ON_ITS_DAY, "step")
@pytest.mark.parametrize("answered", [False, True], ids=["no notice", "answered"])
def test_nobody_is_criticised_but_for_a_notice_left_unanswered(answered: bool) -> Attempt:
    world = noticed() if answered else reminded(strict())
    if answered:
        world.do(answer(number=2))
    return attempt(world, notify(**CRITICISM), at="2024-07-01 09:00")


@refuses(c.IssueReminder, LIMIT_NAMED, "due_on")
@pytest.mark.parametrize(
    "named",
    [{**STEP, "due_on": date(2030, 1, 1)}, {"about": "REPLY", "due_on": date(2024, 5, 31)}, {"due_on": DUE}],
    ids=["a step", "another day", "a day of nothing"],
)
def test_a_reminder_names_no_day_that_nobody_set(named: dict[str, Any]) -> Attempt:
    return attempt(assigned(strict()), remind(**named), at="2024-05-30 09:00")


@refuses(c.IssueSupervisionNotice, LIMIT_NAMED, "about")
def test_a_notice_names_no_limit_that_the_unit_never_had() -> Attempt:
    return attempt(reminded(), notify(about="CO_OPINION", due_on=date(2024, 4, 1)))


@refuses(c.IssueReminder, LIMIT_NAMED, "due_on")
def test_a_reminder_about_a_promise_names_its_day() -> Attempt:
    return attempt(commitment.promised(), remind(commitment=1, due_on=date(2024, 12, 30)))


@refuses(c.IssueReminder, LIMIT_NAMED, "due_on")
def test_who_is_not_on_the_case_has_no_day_to_be_reminded_of() -> Attempt:
    return attempt(assigned(), remind(HEALTH, due_on=DUE))


LATER = date(2024, 7, 1)


@pytest.mark.parametrize(
    ("told", "named", "known"),
    [
        ("2024-05-29 09:00", DUE, True),
        ("2024-05-29 09:00", LATER, False),
        ("2024-05-30 09:00", DUE, True),
        ("2024-05-30 09:00", LATER, True),
        ("2024-05-31 09:00", DUE, False),
        ("2024-05-31 09:00", LATER, True),
    ],
)
def test_a_reminder_names_the_limit_of_its_day(told: str, named: date, known: bool) -> None:
    world = clock.asked()
    world.do(clock.answer(), at="2024-05-30 09:00")
    reminder = remind(about="REPLY", due_on=named, occurred_at=moment(told), late_entry_reason="补录")
    if known:
        assert world.do(reminder, at="2024-06-03 09:00")
    else:
        assert world.refused(reminder, at="2024-06-03 09:00").rule is LIMIT_NAMED


@refuses(c.IssueReminder, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_is_reminded() -> Attempt:
    return attempt(assigned(), remind(HEALTH))


@refuses(c.IssueSupervisionNotice, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_gets_a_notice() -> Attempt:
    return attempt(assigned(), notify(HEALTH))


@refuses(c.RecordLeaderInterview, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_is_called_in() -> Attempt:
    world = assigned()
    return attempt(world, call_in(world, HEALTH))


@refuses(c.RecordOnSiteSupervision, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_is_supervised_on_site() -> Attempt:
    world = assigned()
    return attempt(world, go_there(world, HEALTH))


@refuses(c.IssueSupervisionNotice, LADDER_IN_ORDER, "unit")
def test_where_the_rulebook_says_so_a_notice_comes_after_a_reminder() -> Attempt:
    return attempt(assigned(strict()), notify())


@refuses(c.RecordLeaderInterview, LADDER_IN_ORDER, "unit")
def test_where_the_rulebook_says_so_nobody_is_called_in_unwarned() -> Attempt:
    world = assigned(strict())
    return attempt(world, call_in(world))


@refuses(c.RecordOnSiteSupervision, LADDER_IN_ORDER, "unit")
def test_where_the_rulebook_says_so_nobody_comes_unannounced() -> Attempt:
    world = assigned(strict())
    return attempt(world, go_there(world))


def test_pressure_rises_step_by_step() -> None:
    world = reminded(strict())
    assert world.do(notify())
    assert world.do(call_in(world))
    assert world.do(go_there(world))


def test_pressure_on_one_unit_does_not_warn_another() -> None:
    world = assigned(strict(), LED)
    world.do(remind())
    assert world.refused(notify(HEALTH)).rule is LADDER_IN_ORDER


@refuses(c.IssueSupervisionNotice, ANSWER_BY_AHEAD, "answer_by")
def test_a_notice_leaves_time_to_answer() -> Attempt:
    return attempt(assigned(), notify(answer_by=date(2024, 2, 29)))


@refuses(c.RecordLeaderInterview, KNOWN_OFFICIAL, "leader")
def test_who_calls_in_is_listed() -> Attempt:
    world = assigned()
    return attempt(world, call_in(world, leader="nobody"))


@refuses(c.RecordLeaderInterview, LEADER_RANK, "leader")
def test_who_calls_in_leads_the_city_or_the_cppcc() -> Attempt:
    world = assigned()
    return attempt(world, call_in(world, leader=head_of(EDU)))


# what outlives closing


def done_but_promised() -> World:
    """Closed, with a promise that is still to be kept."""
    world = closed(result_class="B")
    world.do(commitment.promise())
    return world


@pytest.mark.parametrize("press", [remind, notify], ids=["reminder", "notice"])
def test_a_unit_is_pressed_about_a_promise_after_the_case_was_closed(press: Any) -> None:
    world = done_but_promised()
    [fact] = world.do(press(commitment=1))
    assert fact.event.commitment == 1
    assert world.do(answer())
    assert world.refused(press()).rule is CASE_OPEN


def test_a_unit_is_pressed_about_a_promise_that_was_broken_until_it_is_kept() -> None:
    world = done_but_promised()
    world.do(commitment.fail())
    assert world.do(remind(commitment=1))


@refuses(c.IssueReminder, COMMITMENT_OPEN, "commitment")
@pytest.mark.parametrize(("unit", "number"), [(EDU, 2), (HEALTH, 1)], ids=["no such promise", "another unit's"])
def test_a_reminder_is_about_the_units_own_promise(unit: str, number: int) -> Attempt:
    world = issued(modes=SPLIT)
    world.do(commitment.promise())
    return attempt(world, remind(unit, commitment=number))


@refuses(c.IssueSupervisionNotice, COMMITMENT_OPEN, "commitment")
def test_no_notice_is_about_a_promise_that_was_kept() -> Attempt:
    return attempt(commitment.kept(), notify(commitment=1))


@refuses(c.IssueReminder, CASE_OPEN)
def test_nobody_is_pressed_about_a_promise_whose_file_was_put_away() -> Attempt:
    world = done_but_promised()
    world.do(commitment.fail())
    assert world.copy().do(remind(commitment=1))
    world.do(archive.archive())
    return attempt(world, remind(commitment=1))


def test_a_unit_is_pressed_to_publish_after_the_case_was_closed() -> None:
    within = limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, (CountedIn.DAY, {"value": 20}))
    world = closed(opened(ruled(deadlines=(*SHIPPED.deadlines, within))))
    assert world.do(remind(about=DeadlineKind.PUBLICATION))
    assert world.refused(remind(about=DeadlineKind.REPLY)).rule is CASE_OPEN
    world.do(publication.decide())
    world.do(publication.publish())
    assert world.refused(notify(about=DeadlineKind.PUBLICATION)).rule is CASE_OPEN


# answers


def test_a_unit_answers_what_was_done_and_may_say_more() -> None:
    world = reminded()
    [fact] = world.do(answer())
    assert fact.event == SupervisionAnswered(unit=EDU, number=1, text="已安排", signer=leader_of(EDU))
    assert world.do(answer()) == []
    assert world.do(answer(text="已答复"))


def test_a_notice_may_be_answered_after_the_case_was_closed() -> None:
    world = assigned()
    world.do(remind())
    assert world.case.actions[1].answer is None
    done = closed()
    assert done.refused(remind()).rule.id == "case-open"


@refuses(c.AnswerSupervision, SUPERVISION_NUMBERED, "number")
@pytest.mark.parametrize(("number", "unit"), [(2, EDU), (1, HEALTH)])
def test_a_unit_answers_what_was_done_to_itself(number: int, unit: str) -> Attempt:
    world = assigned(modes=LED)
    world.do(remind())
    return attempt(world, answer(number, unit))


@refuses(c.AnswerSupervision, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_answers() -> Attempt:
    return attempt(reminded(), answer(unit=HEALTH))


@refuses(c.AnswerSupervision, KNOWN_OFFICIAL, "signer")
def test_who_signs_an_answer_is_listed() -> Attempt:
    return attempt(reminded(), answer(signer="nobody"))


@refuses(c.AnswerSupervision, SIGNER_OF_UNIT, "signer")
def test_who_signs_an_answer_is_of_the_unit() -> Attempt:
    return attempt(reminded(), answer(signer=officer_of(HEALTH)))


# circulars


def test_a_circular_names_units_before_everybody() -> None:
    world = assigned()
    told = circular(cases=(world.proposal,))
    [fact] = world.do(told)
    assert isinstance(fact.event, CircularIssued)
    assert fact.event.number == 1
    assert world.do(told) == []
    [fact] = world.do(circular(title="第二次通报"))
    assert fact.event.number == 2


@refuses(c.IssueCircular, KNOWN_SESSION)
def test_no_circular_without_a_session() -> Attempt:
    return attempt(World(), circular())


@refuses(c.IssueCircular, KNOWN_UNIT, "units.1")
def test_a_circular_names_listed_units() -> Attempt:
    return attempt(opened(), circular(units=(EDU, "nowhere")))


@refuses(c.IssueCircular, PROPOSAL_EXISTS, "cases.0")
def test_a_circular_names_cases_of_its_session() -> Attempt:
    return attempt(opened(), circular(cases=(UUID(int=1),)))
