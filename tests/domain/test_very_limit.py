"""The last day itself, the lowest rank, the longest text: what is still allowed, and the next thing that is not."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Rating
from domain.events import FeedbackFormIssued, ObjectionUnanswered
from domain.rules import EXTENSION_BEFORE_DUE, NO_RESPONSE_AFTER_DUE
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_correction as correction
from tests.domain import test_handling as handling
from tests.domain import test_objection as objection
from tests.domain import test_session as session
from tests.domain.given import (
    EDU,
    LEAD,
    SECOND,
    Attempt,
    Given,
    World,
    assigned,
    attempt,
    contact,
    form_out,
    issued,
    leader_of,
    officer_of,
    opened,
    plan,
    rate,
    registered,
    revisit,
    submit,
    submitted,
    waive,
    write,
)

TODAY, YESTERDAY = date(2024, 3, 1), date(2024, 2, 29)


def drafting() -> World:
    world = opened()
    world.do(write())
    return world


def invited(sign_by: date) -> Attempt:
    return attempt(drafting(), c.InviteCoSigners(members=(SECOND,), sign_by=sign_by))


def handed_in(at: str) -> Attempt:
    return attempt(opened(in_session_until=TODAY), submit(), at=at)


def met(opened_on: date, closed_on: date) -> Attempt:
    days = {"opened_on": opened_on, "closed_on": closed_on}
    return attempt(World(), c.OpenSession(session="15-4", cppcc="德惠市政协", term=15, meeting=4, **days))


def noticed(answer_by: date) -> Attempt:
    return attempt(assigned(), c.IssueSupervisionNotice(unit=EDU, ask="请按期答复", answer_by=answer_by))


def silent(at: str) -> Attempt:
    silence = rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE")
    return attempt(form_out(), silence, at=at)


LIMITS: Mapping[str, tuple[Callable[[], Attempt], Callable[[], Attempt]]] = {
    "co-signing ends today": (lambda: invited(TODAY), lambda: invited(YESTERDAY)),
    "the last minute of handing in": (lambda: handed_in("2024-03-01 23:59"), lambda: handed_in("2024-03-02 00:00")),
    "a meeting of one day": (lambda: met(TODAY, TODAY), lambda: met(TODAY, YESTERDAY)),
    "closed on the day it opened": (
        lambda: attempt(opened(closed_on=None), session.close_session(date(2024, 1, 8))),
        lambda: attempt(opened(closed_on=None), session.close_session(date(2024, 1, 7))),
    ),
    "a notice to be answered today": (lambda: noticed(TODAY), lambda: noticed(YESTERDAY)),
    "the lowest rank that waives": (
        lambda: attempt(assigned(), waive(approver=leader_of(EDU))),
        lambda: attempt(assigned(), waive(approver=officer_of(EDU))),
    ),
    "the longest title": (
        lambda: attempt(submitted(), correction.correct(correct="提" * 200)),
        lambda: attempt(submitted(), correction.correct(correct="提" * 201)),
    ),
    "figures of the whole history": (
        lambda: attempt(submitted(), archive.snapshot(as_known=len(submitted().history))),
        lambda: attempt(submitted(), archive.snapshot(as_known=len(submitted().history) + 1)),
    ),
    "a plan for today": (
        lambda: attempt(assigned(), plan(finish_on=TODAY)),
        lambda: attempt(assigned(), plan(finish_on=YESTERDAY)),
    ),
    "a promise for today": (
        lambda: attempt(issued(), commitment.promise(finish_on=TODAY)),
        lambda: attempt(issued(), commitment.promise(finish_on=YESTERDAY)),
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_very_limit_is_allowed_and_what_is_beyond_is_not(name: str) -> None:
    at_the_limit, beyond = LIMITS[name]
    assert at_the_limit().do()
    assert beyond().refused()


def test_nobody_is_late_on_the_last_day_itself() -> None:
    world = objection.undecided()
    world.now = world.now.replace(month=3, day=11, hour=15)
    assert world.copy().do(objection.note()) == []
    world.now = world.now.replace(day=12)
    [fact] = world.do(objection.note())
    assert isinstance(fact.event, ObjectionUnanswered)


def test_more_time_may_be_asked_for_on_the_last_day_itself() -> None:
    world = clock.limited()
    [fact] = world.copy().do(clock.ask(), at="2024-06-01 23:00")
    assert fact.flags == ()
    [fact] = world.do(clock.ask(), at="2024-06-02 00:00")
    assert fact.flags == (EXTENSION_BEFORE_DUE.id,)


def test_while_the_clock_stands_no_request_for_more_time_is_late() -> None:
    world = clock.limited()
    world.do(clock.pause(), at="2024-04-01 09:00")
    [fact] = world.do(clock.ask(), at="2024-06-15 09:00")
    assert fact.flags == ()


def test_silence_is_told_after_the_last_day_and_not_on_it() -> None:
    deadline = form_out().last(FeedbackFormIssued).event.deadline
    assert deadline is not None
    due = deadline.due_on
    assert silent(f"{due} 23:59").refused().rule is NO_RESPONSE_AFTER_DUE
    assert silent(f"{due + timedelta(days=1)} 00:00").do()


TWICE = (LEAD, SECOND, LEAD)


@pytest.mark.parametrize(
    ("given", "command"),
    [
        (assigned, lambda world: contact(world.now, members=TWICE)),
        (assigned, lambda world: handling.look(world.now, members=TWICE)),
        (issued, lambda world: revisit(world.now, members=TWICE)),
    ],
    ids=["contact", "visit", "revisit"],
)
def test_who_is_named_twice_was_there_once(given: Given, command: Callable[[World], Any]) -> None:
    world = given()
    [fact] = world.do(command(world))
    assert fact.event.members == (LEAD, SECOND)


def test_a_case_is_handed_over_once_however_often_it_is_named() -> None:
    world = registered()
    held, *handed = world.do(session.meeting(world, cases=(world.proposal, world.proposal)))
    assert held.event.cases == (world.proposal,)
    assert len(handed) == 1
