"""A reply that is out is answered, delivered and published, though the unit answers no more."""

from datetime import date

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Rating
from domain.events import (
    FeedbackOverdue,
    PublicationDecided,
    RehandlingOrdered,
    ReplyDelivered,
    ReplyPublished,
    SatisfactionRecorded,
    SatisfactionRevised,
)
from domain.policy.rulebook import DeadlineKind
from domain.policy.working_days import WorkingDays
from domain.proposal import Debtor, owed
from domain.reactions import Today
from domain.reactions.when_a_form_is_overdue_then_note_who_is_silent import react
from domain.rules import (
    DISSATISFIED_IS_REHANDLED,
    DRAFT_EXISTS,
    FEEDBACK_BEFORE_CLOSING,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
)
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LONG_AFTER,
    MAYOR,
    SECOND,
    SHIPPED,
    SPLIT,
    Attempt,
    World,
    attempt,
    close,
    contact,
    dissatisfied,
    draft,
    form,
    form_out,
    hand_back,
    issue,
    moment,
    rate,
    reassign,
    refuses,
    rehandle,
    review,
    sign,
)
from tests.domain.test_feedback import late, revise
from tests.domain.test_issue import deliver
from tests.domain.test_owing import limited
from tests.domain.test_publication import decide, publish

SOLE, LEADS, CO = AssignmentMode.SOLE, AssignmentMode.LEAD, AssignmentMode.CO


def gone(world: World | None = None) -> World:
    """The lead proposer was not satisfied, the second has not answered; another unit has the case now."""
    world = dissatisfied(world)
    world.do(reassign(((HEALTH, SOLE),), EDU))
    return world


def one_part_less() -> World:
    """Two units have each answered a part; one was taken off the case, and the second signer has not answered it."""
    world = form_out(modes=SPLIT)
    for command in (rate(), rate(HEALTH), rate(HEALTH, SECOND), rehandle(), reassign((), EDU)):
        world.do(command)
    return world


def test_what_a_member_thinks_of_the_letter_is_recorded_though_the_unit_has_left() -> None:
    world = gone()
    [fact] = world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    assert isinstance(fact.event, SatisfactionRecorded), "who answers no more is not told to handle it again"
    assert world.case.disregarded == {EDU: {LEAD, SECOND}}
    [fact] = world.do(revise(Rating.BASIC))
    assert isinstance(fact.event, SatisfactionRevised)
    assert world.case.disregarded == {EDU: {SECOND}}


def test_nor_is_it_recorded_less_where_the_unit_assists_now_or_waits_for_its_objection() -> None:
    world = dissatisfied()
    world.do(reassign(((HEALTH, LEADS), (EDU, CO))))
    assert world.do(rate(member=SECOND))
    world = gone()
    world.do(reassign(((EDU, SOLE),), HEALTH))
    world.do(hand_back())
    assert world.do(rate(member=SECOND))


def test_a_mistaken_answer_about_a_unit_that_left_is_told_anew_as_it_was() -> None:
    world = gone()
    world.do(c.RetractReport(version=world.last(SatisfactionRecorded).version, reason="误登"))
    [fact] = world.do(rate(rating=Rating.BASIC))
    assert fact.event.overall is Rating.BASIC


def test_an_answer_about_a_unit_that_left_and_that_stands_again_orders_nothing() -> None:
    world = dissatisfied()
    revised, order = world.do(revise(Rating.SATISFIED))[-1], world.last(RehandlingOrdered)
    world.do(reassign((), EDU))
    world.do(c.TakeBackStep(version=order.version, reason="误办", approver=MAYOR))
    told = world.do(c.RetractReport(version=revised.version, reason="误登"))
    assert not [fact for fact in told if isinstance(fact.event, RehandlingOrdered)]


@refuses(c.CloseHandling, FEEDBACK_BEFORE_CLOSING)
def test_a_case_does_not_close_over_who_has_not_answered_a_unit_that_left() -> Attempt:
    return attempt(one_part_less(), close())


def test_it_closes_when_they_have_answered() -> None:
    world = one_part_less()
    world.do(rate(EDU, SECOND))
    assert world.do(close())


def test_or_when_it_was_noted_that_they_did_not() -> None:
    world = one_part_less()
    world.now = moment(LONG_AFTER)
    world.do(rate(EDU, SECOND, Rating.NO_RESPONSE))
    assert world.do(close())


@refuses(c.CloseHandling, DISSATISFIED_IS_REHANDLED)
def test_nor_over_who_was_not_satisfied_with_it() -> Attempt:
    world = one_part_less()
    world.do(rate(EDU, SECOND, Rating.DISSATISFIED))
    return attempt(world, close())


@refuses(c.CloseHandling, OCCURRED_IN_ORDER, "occurred_at")
def test_nor_before_they_have_answered() -> Attempt:
    world = one_part_less()
    before = world.now
    world.do(rate(EDU, SECOND), at="2024-03-04 09:00")
    return attempt(world, close().model_copy(update={"occurred_at": before}))


def test_who_took_over_has_asked_them_all_again() -> None:
    world = gone()
    for command in (contact(world.now, HEALTH), draft(HEALTH, "另一答复"), review(HEALTH), sign(HEALTH), issue(HEALTH)):
        world.do(command)
    silent = [due for due in owed(world.case) if due.debtor is Debtor.PROPOSERS]
    assert [(due.unit, due.members) for due in silent] == [(EDU, (SECOND,))]
    world.do(form(HEALTH))
    silent = [due for due in owed(world.case) if due.debtor is Debtor.PROPOSERS]
    assert [(due.unit, due.members) for due in silent] == [(HEALTH, (LEAD, SECOND))]
    for member in (LEAD, SECOND):
        world.do(rate(HEALTH, member))
    assert world.do(close())


def test_the_letter_is_delivered_and_published_though_the_unit_has_left() -> None:
    world = gone()
    [delivered] = world.do(deliver(world))
    [decided] = world.do(decide())
    [published] = world.do(publish())
    kinds = [type(fact.event) for fact in (delivered, decided, published)]
    assert kinds == [ReplyDelivered, PublicationDecided, ReplyPublished]
    assert {fact.event.round for fact in (delivered, decided, published)} == {1}


@pytest.mark.parametrize(
    "change",
    [reassign(((HEALTH, SOLE),), EDU), reassign(((HEALTH, SOLE), (EDU, AssignmentMode.REFERENCE_ONLY)))],
    ids=["left", "only reads"],
)
def test_that_it_is_not_yet_published_is_the_offices_to_see_to(change: c.ReassignCase) -> None:
    world = dissatisfied(limited())
    world.do(change)
    due = [due for due in owed(world.case) if due.about is DeadlineKind.PUBLICATION]
    assert [(one.debtor, one.unit, one.round) for one in due] == [(Debtor.OFFICE, EDU, 1)]
    world.do(decide())
    world.do(publish())
    assert not [due for due in owed(world.case) if due.about is DeadlineKind.PUBLICATION]


def test_who_is_silent_about_it_is_noted() -> None:
    world = gone()
    world.now = moment(LONG_AFTER)
    today = Today(date(2024, 9, 2), SHIPPED, WorkingDays())
    [due] = react(world.case, today)
    [fact] = world.do(due.command)
    assert fact.event == FeedbackOverdue(unit=EDU, round=1, members=(SECOND,))
    assert list(react(world.case, today)) == []


def test_also_while_the_unit_waits_for_its_objection_to_be_decided() -> None:
    world = gone()
    world.do(reassign(((EDU, SOLE),), HEALTH))
    world.do(hand_back())
    world.now = moment(LONG_AFTER)
    [fact] = world.do(late())
    assert fact.event == FeedbackOverdue(unit=EDU, round=1, members=(SECOND,))


@refuses(c.RecordSatisfaction, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_left_without_a_letter_is_not_rated() -> Attempt:
    world = one_part_less()
    world.do(reassign(((CITY, AssignmentMode.SPLIT),)))
    world.do(reassign((), CITY))
    return attempt(world, rate(CITY))


@refuses(c.DecidePublication, DRAFT_EXISTS, "unit")
def test_of_a_unit_that_answers_it_is_the_round_under_way_that_is_decided_about() -> Attempt:
    return attempt(dissatisfied(), decide())
