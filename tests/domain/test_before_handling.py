"""先沟通后办理: whoever answers a case speaks with its proposers before beginning to handle it."""

from collections.abc import Callable
from importlib.resources import files

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate
from domain.policy.rulebook import parse
from domain.rules import CONTACT_BEFORE_HANDLING
from tests.domain.given import (
    EDU,
    HEALTH,
    LED,
    OFFICE,
    SECOND,
    Attempt,
    Modes,
    World,
    assigned,
    attempt,
    contact,
    draft,
    opened,
    plan,
    reassign,
    refuses,
    ruled,
    waive,
)
from tests.domain.test_handling import look

BROKEN = (CONTACT_BEFORE_HANDLING.id,)
SOLE, LEADS, CO = AssignmentMode.SOLE, AssignmentMode.LEAD, AssignmentMode.CO


def handed(gate: Gate = Gate.FLAG, modes: Modes = ((EDU, SOLE),)) -> World:
    """A unit has a case to answer in a place that asks whom it has spoken with."""
    return assigned(opened(ruled(gates={"contact_before_handling": gate}, contact={"gate": Gate.OFF})), modes)


STEPS: list[Callable[[World], c.Command]] = [lambda _: plan(), lambda world: look(world.now), lambda _: draft()]
steps = pytest.mark.parametrize("step", STEPS, ids=["plan", "visit", "draft"])


def flags(world: World, command: c.Command, **how: str) -> tuple[str, ...]:
    fact = world.do(command, **how)[0]
    return tuple(fact.flags)


@steps
def test_who_begins_without_having_spoken_is_flagged_once(step: Callable[[World], c.Command]) -> None:
    world = handed()
    assert flags(world, step(world)) == BROKEN
    assert [flags(world, later(world)) for later in STEPS if later is not step] == [(), ()], "that was the beginning"


@steps
def test_who_has_spoken_begins(step: Callable[[World], c.Command]) -> None:
    world = handed(Gate.REFUSE)
    world.do(contact(world.now, members=(SECOND,), mode="ONLINE", stage="BEFORE_HANDLING"))
    assert flags(world, step(world)) == ()


@steps
def test_who_was_let_off_begins(step: Callable[[World], c.Command]) -> None:
    world = handed(Gate.REFUSE)
    world.do(waive())
    assert flags(world, step(world)) == ()


@steps
@pytest.mark.parametrize("silent", [Gate.OFF, None])
def test_where_the_rulebook_does_not_ask_nobody_is_flagged(
    step: Callable[[World], c.Command], silent: Gate | None
) -> None:
    world = assigned(opened(ruled(gates={"contact_before_handling": silent}, contact={"gate": Gate.OFF})))
    assert flags(world, step(world)) == ()


@refuses(c.FileHandlingPlan, CONTACT_BEFORE_HANDLING)
def test_no_plan_is_filed_before_anybody_was_spoken_with() -> Attempt:
    return attempt(handed(Gate.REFUSE), plan())


@refuses(c.RecordFieldVisit, CONTACT_BEFORE_HANDLING)
def test_nobody_goes_to_see_before_anybody_was_spoken_with() -> Attempt:
    world = handed(Gate.REFUSE)
    return attempt(world, look(world.now))


@refuses(c.DraftReply, CONTACT_BEFORE_HANDLING)
def test_no_reply_is_drafted_before_anybody_was_spoken_with() -> Attempt:
    return attempt(handed(Gate.REFUSE), draft())


@pytest.mark.parametrize(
    "spoken",
    [
        lambda world: contact(world.now, unit=None),
        lambda world: contact(world.now, declined_by_member=True),
        lambda world: contact(world.now, HEALTH),
    ],
    ids=["the government's office", "declined", "the assisting unit"],
)
def test_what_is_no_talk_of_the_units_own_does_not_count(spoken: Callable[[World], c.Command]) -> None:
    world = handed(modes=LED)
    world.do(spoken(world))
    assert flags(world, plan()) == BROKEN


def test_the_sample_city_asks_it() -> None:
    shipped = parse((files("domain") / "rulebooks" / "dehui-15-3.toml").read_text(encoding="utf-8"))
    assert shipped.gates.contact_before_handling is Gate.FLAG, "its report demands it (S0)"


def test_who_assists_need_not_speak_with_anybody() -> None:
    world = handed(Gate.REFUSE, LED)
    assert flags(world, plan(HEALTH)) == ()


def test_a_talk_after_the_step_is_none_before_it() -> None:
    world = handed()
    world.do(contact("2024-03-05 14:30"), at="2024-03-06 09:00")
    assert flags(world, look("2024-03-04", late_entry_reason="补录"), at="2024-03-06 10:00") == BROKEN
    assert flags(world, plan()) == ()


def test_a_visit_told_afterwards_that_came_before_everything_was_the_beginning() -> None:
    world = handed()
    world.do(contact("2024-03-05 14:30"), at="2024-03-06 09:00")
    assert flags(world, plan()) == ()
    assert flags(world, look("2024-03-04", late_entry_reason="补录"), at="2024-03-06 10:00") == BROKEN


def test_who_comes_back_to_a_case_speaks_again() -> None:
    world = handed()
    world.do(contact(world.now))
    assert flags(world, plan()) == ()
    world.do(reassign(((HEALTH, SOLE),), EDU))
    world.do(reassign(((EDU, SOLE),), HEALTH))
    assert flags(world, draft()) == BROKEN


def test_who_leads_instead_of_answering_alone_has_begun_already() -> None:
    world = handed()
    world.do(contact(world.now))
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    assert flags(world, plan()) == ()


def test_a_later_round_is_the_same_handling() -> None:
    world = handed()
    assert flags(world, draft()) == BROKEN
    assert flags(world, draft(text="另一稿"), by=OFFICE) == ()
