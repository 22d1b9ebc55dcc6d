"""回到本案: what a unit left behind when it left a case is none of its next assignment."""

from collections.abc import Callable

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Countersignature, Gate
from domain.events import CasesHandledJointly, CoOpinionRequested, HandlingPlanApproved, ReplyCountersigned
from domain.rules import (
    COUNTERSIGNED_BEFORE_ISSUE,
    COUNTERSIGNED_BEFORE_SIGNING,
    DISAGREEMENT_EXISTS,
    MODES_COMPATIBLE,
    OCCURRED_IN_ORDER,
    OPINION_GIVEN,
)
from domain.streams import proposal_stream
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    Attempt,
    World,
    assign,
    assigned,
    attempt,
    contact,
    countersign,
    draft,
    drafted,
    issue,
    issued,
    leader_of,
    opened,
    opinion,
    plan,
    reassign,
    refuses,
    review,
    ruled,
    sign,
)
from tests.domain.test_assignment import together
from tests.domain.test_co_opinion import ask_opinion, disagree, return_opinion

CO, SOLE, FOR_READING = AssignmentMode.CO, AssignmentMode.SOLE, AssignmentMode.REFERENCE_ONLY
HELD = ruled(gates={"countersigned_before_signing": Gate.REFUSE})


def away_and_back(world: World, unit: str = HEALTH) -> World:
    """The unit assists, leaves the case and is given it again."""
    world.do(reassign((), unit))
    world.do(reassign(((unit, CO),)))
    return world


def for_reading_and_back(world: World) -> World:
    """The unit assists, has the case for a while for its information, and assists again."""
    for mode in (FOR_READING, CO):
        world.do(reassign(((HEALTH, mode),)))
    return world


def agreed() -> World:
    """Both assisting units have agreed to the lead's draft."""
    world = drafted(opened(HELD), LED)
    for unit in (HEALTH, CITY):
        world.do(opinion(unit))
        world.do(countersign(unit))
    return world


@refuses(c.SignReply, COUNTERSIGNED_BEFORE_SIGNING, "draft")
@pytest.mark.parametrize("again", [away_and_back, for_reading_and_back])
def test_an_agreement_of_an_earlier_assignment_lets_no_draft_go_on(again: Callable[[World], World]) -> Attempt:
    world = again(agreed())
    world.do(review())
    world.do(opinion(text="反对"))
    return attempt(world, sign())


@refuses(c.IssueReply, COUNTERSIGNED_BEFORE_ISSUE)
def test_an_agreement_of_an_earlier_assignment_lets_no_signed_draft_out() -> Attempt:
    world = agreed()
    for command in (review(), sign()):
        world.do(command)
    away_and_back(world)
    world.do(opinion(text="反对"))
    return attempt(world, issue())


def test_a_unit_that_comes_back_agrees_anew_and_the_others_have_agreed() -> None:
    world = away_and_back(agreed())
    [fact] = world.do(countersign())
    assert isinstance(fact.event, ReplyCountersigned)
    for command in (review(), opinion(text="补充意见"), sign(), issue()):
        world.do(command)
    letter = world.case.tasks[EDU].round.draft
    assert set(letter.countersigned) == {HEALTH, CITY}


def test_a_letter_that_is_out_keeps_what_was_agreed() -> None:
    world = issued(modes=LED)
    world.do(c.OrderRehandling(unit=EDU, cause="委员要求"))
    away_and_back(world)
    assert set(world.case.tasks[EDU].rounds[1].draft.countersigned) == {HEALTH, CITY}


@refuses(c.CountersignReply, OCCURRED_IN_ORDER, "occurred_at")
def test_nobody_agrees_before_being_given_the_case_again() -> Attempt:
    world = agreed()
    before = world.now
    world.now = before.replace(day=before.day + 3)
    away_and_back(world)
    return attempt(world, countersign(occurred_at=before, late_entry_reason="补录"))


def spoken() -> World:
    """An assisting unit was asked, spoke and was asked to say it otherwise; its plan was approved. Then it left, and is
    on the case again."""
    world = assigned(modes=LED)
    for command in (ask_opinion(), opinion(), return_opinion(), plan(HEALTH), approve()):
        world.do(command)
    return away_and_back(world)


def approve() -> c.ApproveHandlingPlan:
    return c.ApproveHandlingPlan(unit=HEALTH, approver=leader_of(HEALTH))


def test_a_unit_that_comes_back_is_asked_anew() -> None:
    [fact] = spoken().do(ask_opinion())
    assert isinstance(fact.event, CoOpinionRequested)


@refuses(c.ReturnCoOpinion, OPINION_GIVEN, "unit")
def test_nothing_is_sent_back_to_a_unit_that_has_not_spoken_since_it_came_back() -> Attempt:
    return attempt(spoken(), return_opinion())


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "unit")
def test_there_is_no_disagreement_with_a_unit_that_has_not_spoken_since_it_came_back() -> Attempt:
    return attempt(spoken(), disagree())


@refuses(c.EscalateDisagreement, DISAGREEMENT_EXISTS, "unit")
def test_a_word_on_a_draft_before_a_unit_left_is_no_disagreement_now() -> Attempt:
    world = drafted(modes=LED)
    world.do(countersign(countersignature=Countersignature.WITHHELD, reason="未采纳"))
    return attempt(away_and_back(world), disagree())


def test_a_unit_that_comes_back_may_give_the_opinion_that_was_once_sent_back() -> None:
    assert spoken().do(opinion())


def test_a_plan_is_approved_anew_for_a_new_assignment() -> None:
    world = spoken()
    world.do(plan(HEALTH))
    [fact] = world.do(approve())
    assert isinstance(fact.event, HandlingPlanApproved)


def test_what_the_others_were_asked_and_said_stands() -> None:
    world = assigned(modes=LED)
    for command in (ask_opinion(CITY), opinion(CITY), return_opinion(CITY)):
        world.do(command)
    away_and_back(world)
    assert (world.do(ask_opinion(CITY)), world.do(return_opinion(CITY))) == ([], [])


def test_cases_are_handled_together_anew_by_a_unit_that_comes_back_to_one_of_them() -> None:
    world = assigned(assigned())
    here, [there] = world.proposal, together(world).cases
    world.do(together(world))
    for command in (reassign(((HEALTH, SOLE),), EDU), reassign(((EDU, SOLE),), HEALTH)):
        world.do(command)
    world.proposal = there
    assert [type(fact.event) for fact in world.do(together(world))] == [CasesHandledJointly] * 2
    assert world.state(proposal_stream(here)).joint[EDU] == {there}
    assert world.do(together(world)) == []


@refuses(c.ReassignCase, MODES_COMPATIBLE, "assignments")
@pytest.mark.parametrize("out", ["left", "for reading"])
def test_no_unit_comes_back_to_assist_a_lead_that_has_replied(out: str) -> Attempt:
    world = assigned(modes=LED)
    world.do(reassign((), CITY) if out == "left" else reassign(((CITY, FOR_READING),)))
    for command in (contact(world.now), draft(), opinion(), countersign(), review(), sign(), issue()):
        world.do(command)
    assert out != "left" or world.refused(assign(((CITY, CO),))).rule is MODES_COMPATIBLE
    return attempt(world, reassign(((CITY, CO),)))
