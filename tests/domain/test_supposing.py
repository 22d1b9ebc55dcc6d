"""The same history under two rulebooks: what would be due by another, and why."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Restart
from domain.events import RehandlingOrdered
from domain.explanation import deadlines_of, explain
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, Rulebook
from domain.streams import calendar_stream, session_stream
from domain.supposing import deadlines_under
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    LEDGER,
    MAYOR,
    MEETING,
    World,
    assign,
    assigned,
    contacted,
    decide_objection,
    dissatisfied,
    hand_back,
    leader_of,
    limit,
    opened,
    reassign,
    ruled,
)

K, A, DAY, MONTH = DeadlineKind, AnchorKind, CountedIn.DAY, CountedIn.MONTH
EVERY = ruled(
    deadlines=(
        limit(K.ACKNOWLEDGEMENT, A.ASSIGNMENT, CountedIn.WORKDAY, 3),
        limit(K.OBJECTION, A.ASSIGNMENT, DAY, 5),
        limit(K.OBJECTION_ANSWER, A.RETURN, DAY, 7),
        limit(K.FIRST_CONTACT, A.ASSIGNMENT, DAY, 15),
        limit(K.REPLY, A.TRANSFER, MONTH, 3),
        limit(K.CO_OPINION, A.REPLY_DUE, DAY, 20, backwards=True),
        limit(K.REHANDLING, A.ORDER, MONTH, 1),
        limit(K.FEEDBACK, A.FORM, DAY, 10),
        limit(K.PUBLICATION, A.ISSUE, DAY, 20),
    )
)
FROM_ASSIGNMENT = limit(K.REPLY, A.ASSIGNMENT, MONTH, 3)
FIVE_MONTHS = ruled(id="elsewhere", deadlines=(limit(K.REPLY, A.SESSION_CLOSE, MONTH, 5),))


def under(rulebook: Rulebook, world: World) -> list[tuple[int, Deadline]]:
    session, calendar = session_stream(LEDGER, MEETING), calendar_stream(LEDGER)
    found = deadlines_under(rulebook, world.story, world.state(session), world.state(calendar))
    return [(recorded.version, deadline) for recorded, deadline in found]


def as_set(world: World) -> list[tuple[int, Deadline]]:
    """The limits as the case's events first set them."""
    first: dict[tuple[str, Deadline], int] = {}
    for recorded in world.story:
        if recorded.version not in world.case.retracted:
            for found in deadlines_of(recorded.event):
                first.setdefault((getattr(recorded.event, "unit", ""), found), recorded.version)
    return [(version, found) for (_, found), version in first.items() if found.supersedes is None]


def handed_back() -> World:
    world = assigned(opened(EVERY))
    world.do(hand_back())
    return world


def given_to_another() -> World:
    """Another unit has the case from March on, and its clock begins with that."""
    anew = EVERY.deadlines[4].model_copy(update={"restarts": (Restart.REASSIGNMENT,)})
    world = assigned(opened(ruled(deadlines=(*EVERY.deadlines[:4], anew))))
    world.do(reassign(((CITY, AssignmentMode.SOLE),), EDU))
    return world


def in_another_way(*modes: tuple[str, AssignmentMode]) -> Callable[[], World]:
    def given() -> World:
        world = assigned(opened(EVERY))
        world.do(reassign(modes))
        return world

    return given


def order_taken_back() -> World:
    world = dissatisfied(opened(EVERY))
    world.do(c.TakeBackStep(version=world.last(RehandlingOrdered).version, reason="误操作", approver=MAYOR))
    return world


def contact_retracted() -> World:
    world = contacted(opened(EVERY))
    world.do(c.RetractReport(version=world.case.version, reason="误登"))
    return world


def round_taken_over() -> World:
    """Another unit goes on with the round that handles the matter again, and the first comes back for it."""
    world = dissatisfied(opened(EVERY))
    world.do(reassign(((CITY, AssignmentMode.SOLE),), EDU))
    world.do(reassign(((EDU, AssignmentMode.SOLE),), CITY))
    return world


def round_handed_on() -> World:
    """Its objection upheld, the unit that took the round over leaves it to a third; the first assists that, and leads
    again."""
    world = dissatisfied(opened(EVERY))
    for command in (
        reassign(((HEALTH, AssignmentMode.SOLE),), EDU),
        hand_back(HEALTH),
        decide_objection(HEALTH, upheld=True),
        assign(((CITY, AssignmentMode.SOLE),)),
        reassign(((CITY, AssignmentMode.CO), (EDU, AssignmentMode.LEAD))),
        reassign(((CITY, AssignmentMode.LEAD), (EDU, AssignmentMode.CO))),
    ):
        world.do(command)
    return world


def joined_after_more_time() -> World:
    """Under this very rulebook the lead was given more time, and another unit joined."""
    world = assigned(opened(EVERY), LED[:2])
    until = {"until": "2024-06-20", "reason": "需调研", "signed_by": leader_of(EDU)}
    world.do(c.RequestExtension(unit=EDU, **until))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.do(assign(((CITY, AssignmentMode.CO),)))
    return world


def led_by_another() -> World:
    world = joined_after_more_time()
    world.do(reassign(((EDU, AssignmentMode.CO), (HEALTH, AssignmentMode.LEAD))))
    return world


def test_under_others_what_was_granted_counts_for_nothing() -> None:
    world = joined_after_more_time()
    four = limit(K.REPLY, A.TRANSFER, MONTH, 4)
    found = under(ruled(version=2, deadlines=(four, EVERY.deadlines[5])), world)
    assert {due.due_on.isoformat() for _, due in found if due.kind is K.CO_OPINION} == {"2024-06-11"}


def back_after_an_order_taken_back() -> World:
    """The round that another unit had taken over was never to be; the first comes back to the reply it has given."""
    world = dissatisfied(opened(EVERY))
    world.do(reassign(((CITY, AssignmentMode.SOLE),), EDU))
    world.do(reassign((), CITY))
    world.do(c.TakeBackStep(version=world.last(RehandlingOrdered).version, reason="误操作", approver=MAYOR))
    world.do(reassign(((EDU, AssignmentMode.SOLE),)))
    return world


def chosen_again() -> World:
    """A key proposal is chosen once more, on another basis, and later released and chosen anew."""
    world = assigned(opened(ruled(deadlines=(*EVERY.deadlines, limit(K.KEY_SUPERVISION, A.SELECTION, MONTH, 3)))))
    for command in (
        c.SelectKeyProposal(basis="主席会议"),
        c.SelectKeyProposal(basis="常委会会议"),
        c.ReleaseKeyProposal(reason="并入专题协商"),
        c.SelectKeyProposal(basis="主席会议"),
    ):
        world.do(command)
        world.now += timedelta(days=10)
    return world


@pytest.mark.parametrize(
    "given",
    [
        lambda: dissatisfied(opened(EVERY), LED),
        handed_back,
        given_to_another,
        in_another_way((EDU, AssignmentMode.LEAD), (CITY, AssignmentMode.CO)),
        in_another_way((CITY, AssignmentMode.LEAD), (EDU, AssignmentMode.CO)),
        in_another_way((CITY, AssignmentMode.SOLE), (EDU, AssignmentMode.REFERENCE_ONLY)),
        order_taken_back,
        round_taken_over,
        round_handed_on,
        joined_after_more_time,
        led_by_another,
        lambda: assigned(opened(ruled(deadlines=(FROM_ASSIGNMENT, EVERY.deadlines[5]))), LED[1::-1]),
        back_after_an_order_taken_back,
        contact_retracted,
        chosen_again,
    ],
    ids=[
        "led",
        "back",
        "moved",
        "leads",
        "assists",
        "informed",
        "taken back",
        "round taken over",
        "round handed on",
        "more time",
        "led by another",
        "lead named last",
        "back again",
        "contact retracted",
        "chosen again",
    ],
)
def test_under_its_own_rules_a_case_is_due_as_it_was(given: Callable[[], World]) -> None:
    world = given()
    [own] = world.state(session_stream(LEDGER, MEETING)).rulebooks.values()
    assert sorted(under(own, world), key=_place) == sorted(as_set(world), key=_place)


def _place(found: tuple[int, Deadline]) -> tuple[int, str]:
    return found[0], found[1].kind


def test_under_others_a_round_taken_over_is_due_as_their_order_says() -> None:
    world = round_taken_over()
    two_months = limit(K.REHANDLING, A.ORDER, MONTH, 2)
    [ordered, taken_over] = [due for _, due in under(ruled(deadlines=(EVERY.deadlines[4], two_months)), world)][1:]
    assert (ordered.kind, taken_over) == (K.REHANDLING, ordered)


@pytest.mark.parametrize("restarts", [(), (Restart.REASSIGNMENT,)])
def test_under_others_that_know_no_such_round_who_takes_over_has_the_time_of_a_reply(restarts: Any) -> None:
    world = round_taken_over()
    reply = limit(K.REPLY, A.TRANSFER, MONTH, 3, restarts=restarts)
    found = under(ruled(deadlines=(reply,)), world)
    assert [due.kind for _, due in found] == [K.REPLY] * 3


def test_under_others_that_begin_anew_a_round_taken_over_begins_anew() -> None:
    world = round_taken_over()
    anew = limit(K.REPLY, A.TRANSFER, MONTH, 3, restarts=(Restart.REASSIGNMENT,))
    found = under(ruled(deadlines=(anew, EVERY.deadlines[6])), world)
    assert [(due.kind, due.started_anew) for _, due in found][2:] == [(K.REPLY, True)] * 2


def test_under_others_it_is_due_on_another_day_and_says_why() -> None:
    world = assigned(opened(EVERY))
    [(version, other)] = under(FIVE_MONTHS, world)
    assert version == world.case.version
    own = world.case.tasks[EDU].round.deadline
    assert (own.anchor.event, other.anchor.event) == ("CaseTransferredToGovernment", "SessionOpened")
    assert other.due_on.isoformat() == "2024-06-11"
    told = explain(other, world.state(calendar_stream(LEDGER)).days)
    assert told[1] == "依据 elsewhere 第 1 版规则“reply-month-5”，出处 S16。"
