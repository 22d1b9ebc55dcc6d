"""逾期: what is done after its last day is done all the same, and says so."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule
from domain.rules import DONE_IN_TIME
from tests.domain.given import (
    EDU,
    HEALTH,
    LED,
    MAYOR,
    World,
    acknowledged,
    assigned,
    contact,
    issue,
    issued,
    opened,
    opinion,
    reassign,
    ruled,
    signed,
)

K, A = DeadlineKind, AnchorKind


def days(kind: DeadlineKind, anchor: AnchorKind) -> DeadlineRule:
    named = f"{kind.lower()}-within-five-days"
    return DeadlineRule(kind=kind, rule=named, anchor=anchor, counted_in=CountedIn.DAY, value=5, source="S16")


FIVE = tuple(
    days(kind, anchor)
    for kind, anchor in (
        (K.REPLY, A.ASSIGNMENT),
        (K.CO_OPINION, A.ASSIGNMENT),
        (K.ACKNOWLEDGEMENT, A.ASSIGNMENT),
        (K.FIRST_CONTACT, A.ASSIGNMENT),
        (K.PUBLICATION, A.ISSUE),
    )
)
IN_TIME, LATE = "2024-03-06 09:00", "2024-03-07 09:00"
"""The fifth day after 1 March, and the sixth."""


def hurried() -> World:
    """Everything is to be done within five days."""
    return opened(ruled(deadlines=FIVE))


def decided() -> World:
    world = issued(hurried())
    world.do(c.DecidePublication(unit=EDU, openness="PUBLISH_FULL"))
    return world


def withholding() -> World:
    world = issued(hurried())
    world.do(c.DecidePublication(unit=EDU, openness="WITHHOLD", withholding_ground="SECRET"))
    return world


ACTS: dict[str, tuple[Any, c.Command]] = {
    "receipt": (lambda: assigned(hurried()), c.AcknowledgeAssignment(unit=EDU)),
    "contact": (lambda: assigned(hurried()), contact(date(2024, 3, 6))),
    "opinion": (lambda: acknowledged(hurried(), LED), opinion(HEALTH)),
    "reply": (lambda: signed(hurried()), issue()),
    "publication": (decided, c.PublishReply(unit=EDU, url="https://example.invalid/1")),
    "withholding": (withholding, c.WithholdReply(unit=EDU)),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_is_done_after_its_last_day_says_so(name: str) -> None:
    given, command = ACTS[name]
    in_time, *_ = given().do(command, at=IN_TIME)
    late = command.model_copy(update={"occurred_at": date(2024, 3, 7)} if command.occurred_at else {})
    too_late, *_ = given().do(late, at=LATE)
    assert (in_time.flags, too_late.flags) == ((), (DONE_IN_TIME.id,))


def test_only_the_first_contact_has_a_day() -> None:
    world = assigned(hurried())
    world.do(contact("2024-03-02"), at="2024-03-02 09:00")
    [again] = world.do(contact("2024-03-08"), at="2024-03-08 09:00")
    [of_the_office] = world.do(contact("2024-03-08", unit=None), at="2024-03-08 10:00")
    assert (again.flags, of_the_office.flags) == ((), ())


def test_the_first_contact_of_a_unit_that_came_back_has_its_own_day() -> None:
    world = assigned(hurried())
    world.do(contact("2024-03-02"), at="2024-03-02 09:00")
    world.do(reassign(((HEALTH, AssignmentMode.SOLE),), EDU), at="2024-03-03 09:00")
    world.do(reassign(((EDU, AssignmentMode.SOLE),), HEALTH), at="2024-03-04 09:00")
    [late] = world.do(contact("2024-03-10"), at="2024-03-10 09:00")
    assert late.flags == (DONE_IN_TIME.id,)


def test_a_contact_of_a_unit_that_assists_from_now_on_has_no_day() -> None:
    world = assigned(hurried(), LED[:2])
    world.do(reassign(((EDU, AssignmentMode.CO), (HEALTH, AssignmentMode.LEAD))), at="2024-03-03 09:00")
    [late] = world.do(contact("2024-03-10"), at="2024-03-10 09:00")
    assert late.flags == ()


def test_a_reply_is_not_late_while_its_clock_stands_still() -> None:
    world = signed(hurried())
    world.do(c.PauseClock(unit=EDU, reason="待省厅批复", approver=MAYOR), at="2024-03-05 09:00")
    reply, *_ = world.do(issue(), at=LATE)
    assert reply.flags == ()
