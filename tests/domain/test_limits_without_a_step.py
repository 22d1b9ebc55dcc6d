"""期限与撤销: a step that is taken back leaves no limit behind, and every other one due on the right day."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.codes import AssignmentMode, Recomputation, Restart
from domain.events import (
    DeadlineRecomputed,
    ExtensionGranted,
    FeedbackFormIssued,
    ProposalWithdrawn,
    RehandlingOrdered,
    SatisfactionRecorded,
    StepTakenBack,
)
from domain.explanation import deadlines_of
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind
from domain.proposal import open_limits
from domain.rules import TAKES_BACK_STEP, Refused
from tests.domain import test_admission as admission
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    MAYOR,
    NOTICES,
    SECOND,
    Attempt,
    World,
    assigned,
    attempt,
    close,
    decide_objection,
    dissatisfied,
    form_out,
    hand_back,
    leader_of,
    limit,
    opened,
    rate,
    reassign,
    refuses,
    rehandle,
    ruled,
)
from tests.domain.test_correction import last, retract, take_back
from tests.domain.test_recomputation import (
    ANEW,
    REPLY,
    TEN_DAYS,
    due,
    grant,
    late_december,
    recompute,
)
from tests.domain.walks import reshuffled, retracting, taking_back

AGAIN = limit(DeadlineKind.REHANDLING, AnchorKind.ORDER, CountedIn.WORKDAY, 30)
SOLE = AssignmentMode.SOLE
KNOWN = c.AnnounceCalendar(notice=NOTICES[2024])


def ask(until: date, unit: str = EDU) -> c.RequestExtension:
    return c.RequestExtension(unit=unit, until=until, reason="需调研", signed_by=leader_of(unit))


def granted(world: World, until: date) -> World:
    for command in (ask(until), grant()):
        world.do(command)
    return world


def set_again() -> World:
    """The rulebook ordered a second round for an answer; then a notice came and set its limit on another day."""
    world = dissatisfied(opened(ruled(deadlines=(REPLY, AGAIN))))
    before = due(world)
    for command in (KNOWN, recompute()):
        world.do(command)
    assert due(world) != before
    return world


def test_a_round_ordered_for_an_answer_that_never_was_goes_though_its_limit_was_set_again() -> None:
    world = set_again()
    world.do(retract(last(world, SatisfactionRecorded)))
    assert (world.case.tasks[EDU].round.number, open_limits(world.case)) == (1, [])
    for member in (LEAD, SECOND):
        world.do(rate(member=member))
    assert world.do(close())


def test_an_order_is_taken_back_though_its_limit_was_set_again_and_the_next_has_one_of_its_own() -> None:
    world = set_again()
    world.do(take_back(last(world, RehandlingOrdered)))
    assert open_limits(world.case) == []
    [again] = world.do(rehandle())
    assert world.case.tasks[EDU].round.deadline == again.event.deadline
    world.do(take_back(again.version))
    assert open_limits(world.case) == []


def test_no_limit_of_a_round_that_was_taken_back_stands_for_anybody() -> None:
    world = set_again()
    world.do(take_back(last(world, RehandlingOrdered)))
    about = [due.kind for known in world.case.standing for due in deadlines_of(known.event)]
    assert about == [DeadlineKind.REPLY]


def test_a_form_that_is_retracted_takes_along_the_day_it_was_due_by() -> None:
    back = limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, CountedIn.WORKDAY, 30)
    world = form_out(opened(ruled(deadlines=(REPLY, back))))
    world.do(KNOWN)
    [again] = world.do(recompute())
    form = world.last(FeedbackFormIssued)
    world.do(retract(form.version))
    assert {form.version, again.version} <= world.case.retracted
    assert [due.kind for known in world.case.standing for due in deadlines_of(known.event)] == [DeadlineKind.REPLY]


def test_more_time_is_taken_back_though_an_objection_has_started_the_clock_anew() -> None:
    world = granted(assigned(opened(ruled(deadlines=(ANEW,)))), date(2024, 6, 10))
    world.now = world.now.replace(month=4, day=2)
    for command in (hand_back(), decide_objection(upheld=False)):
        world.do(command)
    assert due(world) == date(2024, 7, 2)
    world.do(take_back(last(world, ExtensionGranted)))
    current = world.case.tasks[EDU].round.deadline
    assert (current.due_on, current.anchor.restart) == (date(2024, 7, 2), Restart.OBJECTION_REJECTED)


def test_a_case_withdrawn_by_mistake_is_due_by_the_days_that_became_known_meanwhile() -> None:
    world = late_december(TEN_DAYS)
    before = due(world)
    for command in (admission.withdraw(), c.AnnounceCalendar(notice=NOTICES[2025])):
        world.do(command)
    _, moved = world.do(take_back(last(world, ProposalWithdrawn)))
    assert isinstance(moved.event, DeadlineRecomputed)
    told = moved.event.deadline
    assert (told.moved_from, told.recomputed, due(world)) == (before, Recomputation.CALENDAR, told.due_on)
    assert world.do(recompute()) == []


def test_a_limit_that_was_kept_is_not_set_again_with_a_step_that_is_taken_back() -> None:
    first = limit(DeadlineKind.FIRST_CONTACT, AnchorKind.ASSIGNMENT, CountedIn.WORKDAY, 30)
    world = dissatisfied(opened(ruled(deadlines=(REPLY, first, AGAIN))))
    world.do(KNOWN)
    [fact] = world.do(take_back(last(world, RehandlingOrdered)))
    assert isinstance(fact.event, StepTakenBack)


def inherited() -> World:
    """More time was granted for a round that another unit has then taken over, with the day that was granted."""
    month = limit(
        DeadlineKind.REHANDLING,
        AnchorKind.ORDER,
        CountedIn.MONTH,
        1,
        extension={"limit": {"counted_in": "MONTH", "value": 3}},
    )
    world = granted(dissatisfied(opened(ruled(deadlines=(REPLY, month)))), date(2024, 5, 20))
    world.do(reassign(((HEALTH, SOLE),), EDU))
    assert due(world, HEALTH) == date(2024, 5, 20)
    return world


def stood_still(world: World) -> World:
    """The clock of the unit that took over has stood for ten days."""
    world.do(c.PauseClock(unit=HEALTH, reason="等待批复", approver=MAYOR))
    world.now = world.now.replace(day=world.now.day + 10)
    world.do(c.ResumeClock(unit=HEALTH, reason="已批复"))
    assert due(world, HEALTH) != date(2024, 5, 20)
    return world


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
@pytest.mark.parametrize("since", [lambda world: world, stood_still], ids=["as it was", "its clock stood still"])
def test_more_time_is_not_taken_back_under_the_unit_that_took_the_round_over(
    since: Callable[[World], World],
) -> Attempt:
    world = since(inherited())
    return attempt(world, take_back(last(world, ExtensionGranted)))


def test_more_time_is_taken_back_where_who_takes_over_has_a_day_of_its_own() -> None:
    world = granted(assigned(opened(ruled(deadlines=(REPLY,)))), date(2024, 8, 20))
    world.do(reassign(((HEALTH, SOLE),), EDU))
    before = due(world, HEALTH)
    assert world.do(take_back(last(world, ExtensionGranted)))
    assert due(world, HEALTH) == before < date(2024, 8, 20)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(reshuffled(), st.booleans(), st.sampled_from((retracting, taking_back)))
def test_right_after_a_step_was_taken_back_no_limit_is_due_on_another_day(
    world: World, noticed: bool, setting_right: Callable[[World], c.Command]
) -> None:
    if noticed:
        world.do(KNOWN)
    try:
        told = world.do(setting_right(world))
    except Refused:
        return
    if any(isinstance(fact.event, StepTakenBack) for fact in told):
        assert world.do(recompute()) == []
