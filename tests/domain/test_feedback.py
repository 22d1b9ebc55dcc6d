"""征询意见."""

from datetime import date

import pytest

from domain import commands as c
from domain.codes import EnteredBy, Heard, Rating
from domain.events import FeedbackFormIssued, RehandlingOrdered, SatisfactionRecorded
from domain.policy.rulebook import DeadlineKind
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    FORM_BEFORE_RATING,
    NO_RESPONSE_AFTER_DUE,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RATED_ONCE,
    RATING_IN_SCALE,
    REPLIED_BEFORE_FEEDBACK,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    LONG_AFTER,
    SECOND,
    SPLIT,
    STRANGER,
    Attempt,
    Given,
    assigned,
    attempt,
    close,
    dissatisfied,
    form,
    form_out,
    issued,
    left,
    opened,
    rate,
    refuses,
    ruled,
    signed,
    transferred,
)


def test_the_form_goes_to_all_proposers_where_none_is_named() -> None:
    world = issued()
    [fact] = world.do(form(), at="2024-03-20 09:00")
    due = fact.event.deadline
    assert fact.event == FeedbackFormIssued(unit=EDU, round=1, members=(LEAD, SECOND), deadline=due)
    assert (due.kind, due.due_on, due.anchor.version) == (DeadlineKind.FEEDBACK, date(2024, 4, 4), fact.version)


def test_the_form_goes_only_to_proposers_not_yet_asked() -> None:
    world = issued()
    world.do(form(members=(SECOND,)))
    [fact] = world.do(form())
    assert fact.event.members == (LEAD,)


def test_nobody_is_asked_twice() -> None:
    assert form_out().do(form()) == []


def test_a_signer_named_twice_is_asked_once() -> None:
    [fact] = issued().do(form(members=(LEAD, LEAD)))
    assert fact.event.members == (LEAD,)


@refuses(c.IssueFeedbackForm, REPLIED_BEFORE_FEEDBACK, "unit")
@pytest.mark.parametrize("given", [assigned, signed, dissatisfied], ids=["assigned", "signed", "second round"])
def test_nobody_is_asked_about_a_reply_that_is_not_out(given: Given) -> Attempt:
    return attempt(given(), form())


@refuses(c.IssueFeedbackForm, CONTACT_IS_WITH_PROPOSERS, "members")
def test_only_proposers_are_asked() -> Attempt:
    return attempt(issued(), form(members=(STRANGER,)))


@refuses(c.IssueFeedbackForm, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_nobody_is_asked_about_a_unit_that_is_not_on_the_case(given: Given) -> Attempt:
    return attempt(given(), form())


def test_a_proposers_view_is_kept_as_it_was_given() -> None:
    world = form_out()
    told = rate(rating=Rating.BASIC, attitude=Rating.SATISFIED, heard=Heard.PHONED, comment="望尽快落实")
    [fact] = world.do(told)
    assert fact.event == SatisfactionRecorded(
        unit=EDU,
        round=1,
        member=LEAD,
        attitude=Rating.SATISFIED,
        result=Rating.BASIC,
        overall=Rating.BASIC,
        heard=Heard.PHONED,
        comment="望尽快落实",
        entered_by=EnteredBy.MEMBER,
    )


def test_a_signer_who_is_not_satisfied_begins_the_next_round_at_once() -> None:
    world = form_out()
    rated, ordered = world.do(rate(rating=Rating.DISSATISFIED), at="2024-03-31 09:00")
    due = ordered.event.deadline
    assert ordered.event == RehandlingOrdered(unit=EDU, round=2, cause="委员不满意", deadline=due)
    assert (due.anchor.version, due.due_on) == (ordered.version, date(2024, 4, 30))
    assert (rated.position, world.case.tasks[EDU].round.number) == (ordered.position - 1, 2)


def test_a_rulebook_may_leave_the_next_round_to_the_office() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    assert len(world.do(rate(rating=Rating.DISSATISFIED))) == 1
    [ordered] = world.do(c.OrderRehandling(unit=EDU, cause="委员不满意"))
    assert ordered.event.round == 2


def test_only_the_unit_that_disappointed_handles_again() -> None:
    world = dissatisfied(modes=SPLIT)
    assert [world.case.tasks[unit].round.number for unit in (EDU, HEALTH)] == [2, 1]


def test_a_second_signer_who_is_not_satisfied_orders_no_third_round() -> None:
    world = dissatisfied()
    [fact] = world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    assert fact.event.round == 1


@pytest.mark.parametrize("given", [form_out, dissatisfied], ids=["satisfied", "after rehandling was ordered"])
def test_a_view_told_twice_is_recorded_once(given: Given) -> None:
    world = given()
    told = rate(rating=Rating.SATISFIED if given is form_out else Rating.DISSATISFIED)
    if given is form_out:
        world.do(told)
    assert world.do(told) == []


@refuses(c.RecordSatisfaction, RATED_ONCE, "overall")
def test_a_view_is_not_overwritten() -> Attempt:
    world = form_out()
    world.do(rate())
    return attempt(world, rate(rating=Rating.DISSATISFIED))


@refuses(c.RecordSatisfaction, RATED_ONCE, "heard")
def test_a_view_that_differs_only_in_how_the_member_was_heard_is_not_passed_over() -> Attempt:
    world = form_out()
    world.do(rate(heard=Heard.VISITED))
    return attempt(world, rate(heard=Heard.NOT_CONTACTED))


@refuses(c.RecordSatisfaction, RATING_IN_SCALE, "result")
def test_a_view_uses_the_scale_of_the_rulebook() -> Attempt:
    scale = (Rating.SATISFIED, Rating.BASIC, Rating.DISSATISFIED)
    return attempt(form_out(opened(ruled(ratings=scale))), rate(result=Rating.UNDERSTOOD))


def test_no_response_is_an_answer_on_every_scale() -> None:
    [fact] = form_out().do(rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"), at=LONG_AFTER)
    assert fact.event.overall is Rating.NO_RESPONSE


@refuses(c.RecordSatisfaction, NO_RESPONSE_AFTER_DUE, "overall")
def test_nobody_is_noted_as_silent_before_the_form_is_due() -> Attempt:
    return attempt(form_out(), rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"))


def test_a_late_answer_takes_the_place_of_silence() -> None:
    world = form_out()
    world.do(rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"), at=LONG_AFTER)
    assert [type(fact.event) for fact in world.do(rate(rating=Rating.DISSATISFIED))] == [
        SatisfactionRecorded,
        RehandlingOrdered,
    ]


@refuses(c.RecordSatisfaction, FORM_BEFORE_RATING, "unit")
def test_nobody_rates_before_any_form_went_out() -> Attempt:
    return attempt(issued(), rate())


@refuses(c.RecordSatisfaction, FORM_BEFORE_RATING, "round")
def test_nobody_rates_a_round_without_a_form() -> Attempt:
    return attempt(form_out(), rate(round=2))


@refuses(c.RecordSatisfaction, FORM_BEFORE_RATING, "member")
def test_only_a_signer_who_was_asked_rates() -> Attempt:
    world = issued()
    world.do(form(members=(LEAD,)))
    return attempt(world, rate(member=SECOND))


@refuses(c.RecordSatisfaction, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_nobody_rates_a_unit_that_is_not_on_the_case(given: Given) -> Attempt:
    return attempt(given(), rate())


@refuses(c.RecordSatisfaction, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_an_assisting_unit_is_not_rated() -> Attempt:
    return attempt(form_out(modes=LED), rate(HEALTH))


def test_only_the_view_of_the_whole_decides_whether_a_case_is_handled_again() -> None:
    world = form_out()
    for member in (LEAD, SECOND):
        assert len(world.do(rate(member=member, rating=Rating.BASIC, result=Rating.DISSATISFIED))) == 1
    assert len(world.do(close())) == 1


BEFORE_THE_REPLY = {"occurred_at": date(2024, 2, 1), "late_entry_reason": "补录"}


@refuses(c.IssueFeedbackForm, OCCURRED_IN_ORDER, "occurred_at")
def test_nobody_is_asked_about_a_reply_before_it_went_out() -> Attempt:
    return attempt(issued(), form().model_copy(update=BEFORE_THE_REPLY))


@refuses(c.RecordSatisfaction, OCCURRED_IN_ORDER, "occurred_at")
def test_nobody_rates_a_reply_before_it_went_out() -> Attempt:
    return attempt(form_out(), rate().model_copy(update=BEFORE_THE_REPLY))


def test_each_form_has_its_own_day_and_its_own_term() -> None:
    world = issued()
    world.do(form(members=(LEAD,)), at="2024-03-20 09:00")
    world.do(form(members=(SECOND,)), at="2024-04-06 09:00")
    late = {"occurred_at": date(2024, 3, 25), "late_entry_reason": "纸质表后补"}
    assert len(world.copy().do(rate(**late), at="2024-04-07 09:00")) == 1
    world.do(rate(rating=Rating.NO_RESPONSE), at="2024-04-07 09:00")
    assert world.refused(rate(member=SECOND, rating=Rating.NO_RESPONSE)).rule is NO_RESPONSE_AFTER_DUE


@refuses(c.RecordSatisfaction, RATING_IN_SCALE, "heard")
def test_silence_says_nothing_about_how_somebody_was_heard() -> Attempt:
    return attempt(form_out(), rate(rating=Rating.NO_RESPONSE, heard=Heard.NOT_CONTACTED), at=LONG_AFTER)
