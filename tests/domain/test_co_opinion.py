"""会办意见."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, LetterSeries
from domain.events import CoOpinionRequested, CoOpinionReturned, CoOpinionSubmitted, LetterNumber
from domain.rules import (
    CO_UNIT_GIVES_OPINION,
    KNOWN_OFFICIAL,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    OPINION_GIVEN,
    RETURNED_OPINION_CHANGES,
    SIGNER_OF_UNIT,
)
from domain.streams import letter_register
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    LEDGER,
    Attempt,
    Given,
    World,
    assigned,
    attempt,
    issue,
    issued,
    leader_of,
    opinion,
    refuses,
    ruled,
    signed,
    transferred,
)

BY_HAND = ruled(rehandling_automatic=False)


def test_an_assisting_unit_gives_the_lead_its_opinion() -> None:
    world = assigned(modes=LED)
    fact, number = world.do(opinion())
    letter = LetterNumber(unit=HEALTH, year=2024, number=1, series=LetterSeries.CO_OPINION)
    assert fact.event == CoOpinionSubmitted(
        unit=HEALTH, text="建议与医院共建心理门诊", signer=leader_of(HEALTH), letter=letter
    )
    assert number.stream == letter_register(LEDGER, HEALTH, 2024, LetterSeries.CO_OPINION).id


def test_opinions_and_replies_have_letter_numbers_of_their_own() -> None:
    world = issued(issued(modes=LED), ((HEALTH, AssignmentMode.SOLE),))
    letters = [fact.event.letter for fact in world.history if hasattr(fact.event, "letter")]
    own = [(letter.series, letter.number) for letter in letters if letter.unit == HEALTH]
    assert own == [(LetterSeries.CO_OPINION, 1), (None, 1)]


def test_an_opinion_is_given_once_and_a_changed_one_again() -> None:
    world = assigned(modes=LED)
    world.do(opinion())
    assert world.do(opinion()) == []
    assert world.do(opinion(text="补充意见"))


def test_an_assisting_unit_may_go_back_to_its_first_opinion() -> None:
    world = assigned(modes=LED)
    world.do(opinion())
    world.do(opinion(text="补充意见"))
    assert world.do(opinion())


@refuses(c.SubmitCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [transferred, assigned], ids=["unassigned", "another unit alone"])
def test_only_a_unit_on_the_case_gives_an_opinion(given: Given) -> Attempt:
    return attempt(given(), opinion())


@refuses(c.SubmitCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_the_lead_gives_no_opinion_to_itself() -> Attempt:
    return attempt(assigned(modes=LED), opinion(EDU))


@refuses(c.SubmitCoOpinion, KNOWN_OFFICIAL, "signer")
def test_a_listed_official_signs_an_opinion() -> Attempt:
    return attempt(assigned(modes=LED), opinion(signer="nobody"))


@refuses(c.SubmitCoOpinion, SIGNER_OF_UNIT, "signer")
def test_an_opinion_is_signed_by_somebody_of_the_unit() -> Attempt:
    return attempt(assigned(modes=LED), opinion(signer=leader_of(CITY)))


def test_a_supplement_to_an_opinion_does_not_bar_the_day_on_which_the_reply_went_out() -> None:
    world = signed(modes=LED)
    signed_at = world.now
    world.do(opinion(text="补充意见"), at=world.now + timedelta(days=1))
    assert world.do(issue(occurred_at=signed_at, late_entry_reason="补录"))


# approval of plans


def ask_opinion(unit: str = HEALTH, asked_by: str = EDU) -> c.RequestCoOpinion:
    return c.RequestCoOpinion(unit=unit, asked_by=asked_by, points="心理门诊的设置")


def return_opinion(unit: str = HEALTH, asked_by: str = EDU) -> c.ReturnCoOpinion:
    return c.ReturnCoOpinion(unit=unit, asked_by=asked_by, reason="未说明经费来源")


def given() -> World:
    world = assigned(modes=LED)
    world.do(opinion())
    return world


def test_the_lead_asks_for_an_opinion() -> None:
    world = assigned(modes=LED)
    assert isinstance(world.do(ask_opinion())[0].event, CoOpinionRequested)
    assert world.do(ask_opinion()) == []


def test_an_opinion_that_was_sent_back_is_missing_until_it_comes_again_changed() -> None:
    world = given()
    assert isinstance(world.do(return_opinion())[0].event, CoOpinionReturned)
    assert world.do(return_opinion()) == []
    assert world.case.tasks[HEALTH].co_opinion is None
    world.do(opinion(text="建议与医院共建心理门诊，经费由市级财政承担"))
    assert world.case.tasks[HEALTH].co_opinion is not None


@refuses(c.SubmitCoOpinion, RETURNED_OPINION_CHANGES, "text")
@pytest.mark.parametrize("text", ["建议与医院共建心理门诊", "建议与医院 共建心理门诊"])
def test_an_opinion_that_was_sent_back_must_change(text: str) -> Attempt:
    world = given()
    world.do(return_opinion())
    return attempt(world, opinion(text=text))


@refuses(c.ReturnCoOpinion, OPINION_GIVEN, "unit")
def test_no_opinion_is_sent_back_that_was_not_given() -> Attempt:
    return attempt(assigned(modes=LED), return_opinion())


@refuses(c.ReturnCoOpinion, OPINION_GIVEN, "asked_by")
def test_no_opinion_is_sent_back_after_the_reply() -> Attempt:
    return attempt(issued(modes=LED), return_opinion())


@refuses(c.RequestCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_only_an_assisting_unit_is_asked_for_its_opinion() -> Attempt:
    return attempt(given(), ask_opinion(EDU))


@refuses(c.RequestCoOpinion, ONLY_ASSIGNED_UNIT_REPLIES, "asked_by")
def test_only_a_unit_that_answers_asks_for_an_opinion() -> Attempt:
    return attempt(given(), ask_opinion(HEALTH, CITY))


@refuses(c.RequestCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_a_unit_that_is_not_on_the_case_is_not_asked() -> Attempt:
    return attempt(assigned(), ask_opinion())


@refuses(c.ReturnCoOpinion, CO_UNIT_GIVES_OPINION, "unit")
def test_only_an_assisting_units_opinion_is_sent_back() -> Attempt:
    return attempt(given(), return_opinion(EDU))


@refuses(c.ReturnCoOpinion, ONLY_ASSIGNED_UNIT_REPLIES, "asked_by")
def test_only_a_unit_that_answers_sends_an_opinion_back() -> Attempt:
    return attempt(given(), return_opinion(HEALTH, CITY))


@refuses(c.ReturnCoOpinion, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_nothing_is_sent_back_to_a_unit_that_is_not_on_the_case() -> Attempt:
    return attempt(assigned(), return_opinion())


# difficulties, visits to the place
