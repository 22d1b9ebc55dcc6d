"""征询意见."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, EnteredBy, Gate, Heard, MediationForm, Rating
from domain.events import (
    FaceToFaceMediationHeld,
    FeedbackFormIssued,
    FeedbackOverdue,
    RehandlingOrdered,
    SatisfactionRecorded,
    SatisfactionRevised,
)
from domain.policy.rulebook import DeadlineKind
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    DISSATISFIED_IS_REHANDLED,
    FORM_BEFORE_RATING,
    MEDIATED_AFTER_REHANDLING,
    NO_RESPONSE_AFTER_DUE,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RATED_BEFORE_REVISION,
    RATED_BY_OTHERS,
    RATED_ONCE,
    RATING_IN_SCALE,
    REPLIED_BEFORE_FEEDBACK,
)
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    LONG_AFTER,
    OFFICE,
    SECOND,
    SPLIT,
    STRANGER,
    Attempt,
    Given,
    World,
    assigned,
    attempt,
    close,
    contact,
    dissatisfied,
    draft,
    drafted,
    form,
    form_out,
    issue,
    issued,
    leader_of,
    left,
    moment,
    officer_of,
    opened,
    rate,
    reassign,
    refuses,
    review,
    ruled,
    sign,
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
    assert ordered.event == RehandlingOrdered(unit=EDU, round=2, cause="委员不满意", deadline=due, automatic=True)
    assert (due.anchor.version, due.due_on) == (ordered.version, date(2024, 4, 30))
    assert (rated.position, world.case.tasks[EDU].round.number) == (ordered.position - 1, 2)


def test_a_rulebook_may_leave_the_next_round_to_the_office() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    assert len(world.do(rate(rating=Rating.DISSATISFIED))) == 1
    [ordered] = world.do(c.OrderRehandling(unit=EDU, cause="委员不满意"))
    assert ordered.event.round == 2


def test_a_rulebook_may_have_half_hearted_approval_handled_again_too() -> None:
    """Jingxian (S34)."""
    world = form_out(opened(ruled(rehandled_ratings=(Rating.DISSATISFIED, Rating.BASIC))))
    assert len(world.do(rate(member=SECOND))) == 1
    _, ordered = world.do(rate(rating=Rating.BASIC))
    assert (ordered.event.round, ordered.event.cause, ordered.event.automatic) == (2, "委员评价为基本满意", True)
    assert world.case.tasks[EDU].dissatisfied == frozenset()


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


def asked_by_the_office_alone() -> World:
    return form_out(opened(ruled(gates={"rated_by_others": Gate.REFUSE})))


BY_THE_UNIT = [f"official:{officer_of(EDU)}", officer_of(EDU)]


@refuses(c.RecordSatisfaction, RATED_BY_OTHERS, "entered_by")
@pytest.mark.parametrize("by", BY_THE_UNIT)
def test_a_unit_does_not_enter_what_is_thought_of_it(by: str) -> Attempt:
    return attempt(asked_by_the_office_alone(), rate(), by=by)


@refuses(c.ReviseSatisfaction, RATED_BY_OTHERS, "entered_by")
@pytest.mark.parametrize("by", BY_THE_UNIT)
def test_nor_that_it_is_thought_of_otherwise(by: str) -> Attempt:
    world = asked_by_the_office_alone()
    world.do(rate())
    return attempt(world, revise(), by=by)


@pytest.mark.parametrize(
    ("by", "flags"),
    [
        (OFFICE, ()),
        (f"member:{LEAD}", ()),
        (f"official:{officer_of(HEALTH)}", ()),
        (f"member:{SECOND}", (RATED_BY_OTHERS.id,)),
        (f"member:{officer_of(EDU)}", (RATED_BY_OTHERS.id,)),
        (f"official:{leader_of(EDU)}", (RATED_BY_OTHERS.id,)),
    ],
)
def test_where_the_rulebook_says_nothing_a_rating_from_the_units_own_hand_is_flagged(
    by: str, flags: tuple[str, ...]
) -> None:
    [fact] = form_out().do(rate(), by=by)
    assert fact.flags == flags


def test_a_rating_from_the_hand_of_a_unit_that_assists_is_flagged_too() -> None:
    [fact] = form_out(modes=LED).do(rate(), by=f"official:{officer_of(HEALTH)}")
    assert fact.flags == (RATED_BY_OTHERS.id,)


def test_a_unit_that_only_reads_the_case_has_no_part_in_the_reply() -> None:
    world = assigned(modes=(*ALONE, (CITY, AssignmentMode.REFERENCE_ONLY)))
    for step in (contact(world.now), draft(), review(), sign(), issue(), form()):
        world.do(step)
    [fact] = world.do(rate(), by=f"official:{officer_of(CITY)}")
    assert fact.flags == ()


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


def test_attitude_and_result_may_have_scales_of_their_own() -> None:
    """As in Hongkou (P1)."""
    own = {"attitude_ratings": (Rating.SATISFIED, Rating.DISSATISFIED), "result_ratings": (Rating.AGREED,)}
    world = form_out(opened(ruled(**own)))
    assert world.refused(rate()).field == "result"
    assert world.refused(rate(attitude=Rating.BASIC, result=Rating.AGREED)).field == "attitude"
    assert world.refused(rate(result=Rating.AGREED, overall=Rating.AGREED)).field == "overall"
    assert world.do(rate(result=Rating.AGREED, overall=Rating.BASIC))


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


@refuses(c.RecordSatisfaction, RATING_IN_SCALE, "attitude")
def test_silence_judges_nothing() -> Attempt:
    told = {"attitude": Rating.SATISFIED, "result": Rating.SATISFIED}
    return attempt(form_out(), rate(rating=Rating.NO_RESPONSE, **told), at=LONG_AFTER)


@refuses(c.RecordSatisfaction, RATING_IN_SCALE, "comment")
def test_silence_has_no_comment() -> Attempt:
    return attempt(form_out(), rate(rating=Rating.NO_RESPONSE, comment="基本认可"), at=LONG_AFTER)


# another view


def revise(rating: Rating = Rating.BASIC, member: str = LEAD, **change: Any) -> c.ReviseSatisfaction:
    answer = rate(member=member, rating=rating).model_dump(exclude={"occurred_at", "late_entry_reason", "on_behalf_of"})
    return c.ReviseSatisfaction(**{**answer, "reason": "又来电说明", **change})


def rated(rating: Rating = Rating.SATISFIED) -> World:
    world = form_out()
    world.do(rate(rating=rating))
    return world


def test_a_member_may_think_otherwise_and_both_views_stay() -> None:
    world = rated()
    [fact] = world.do(revise())
    assert isinstance(fact.event, SatisfactionRevised)
    assert (fact.event.overall, fact.event.reason) == (Rating.BASIC, "又来电说明")
    assert world.do(revise()) == []
    assert len(world.all(SatisfactionRecorded)) == 1
    assert world.case.tasks[EDU].round.ratings[LEAD].overall is Rating.BASIC


def test_a_view_that_turns_to_dissatisfaction_is_handled_again() -> None:
    revised, ordered = rated().do(revise(Rating.DISSATISFIED))
    assert isinstance(ordered.event, RehandlingOrdered)
    assert (ordered.event.round, ordered.version) == (2, revised.version + 1)


def test_a_view_that_stays_dissatisfied_is_not_ordered_again() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    assert len(world.do(revise(Rating.DISSATISFIED))) == 1


def test_a_case_closes_after_a_member_has_come_round() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(rate(member=SECOND))
    assert world.refused(close()).rule is DISSATISFIED_IS_REHANDLED
    world.do(revise())
    assert world.do(close())


def test_a_view_repeated_after_it_was_revised_is_the_revised_one() -> None:
    world = rated()
    world.do(revise())
    assert world.refused(rate()).rule is RATED_ONCE
    assert world.do(rate(rating=Rating.BASIC)) == []


@refuses(c.ReviseSatisfaction, RATED_BEFORE_REVISION, "member")
def test_a_view_that_was_never_given_is_not_revised() -> Attempt:
    return attempt(form_out(), revise())


@refuses(c.ReviseSatisfaction, RATED_BEFORE_REVISION, "overall")
def test_who_was_not_satisfied_is_not_turned_into_somebody_silent() -> Attempt:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    return attempt(world, revise(Rating.NO_RESPONSE))


def test_who_was_silent_may_be_noted_as_silent_again_by_somebody_else() -> None:
    world = form_out()
    world.do(rate(rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"), at=LONG_AFTER)
    assert world.do(revise(Rating.NO_RESPONSE, entered_by="OFFICE"))


@refuses(c.ReviseSatisfaction, FORM_BEFORE_RATING, "unit")
def test_nothing_is_revised_before_anybody_was_asked() -> Attempt:
    return attempt(issued(), revise())


@refuses(c.ReviseSatisfaction, RATING_IN_SCALE, "attitude")
def test_a_revised_view_uses_the_scale_of_the_rulebook() -> Attempt:
    return attempt(rated(), revise(Rating.ABSTAINED))


@refuses(c.ReviseSatisfaction, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_view_of_a_unit_that_does_not_answer_is_not_revised() -> Attempt:
    return attempt(rated(), revise(unit=HEALTH))


def test_a_five_step_scale_knows_abstention_and_great_satisfaction() -> None:
    """The meeting's vote of Suixian."""
    five = (Rating.VERY_SATISFIED, Rating.SATISFIED, Rating.BASIC, Rating.DISSATISFIED, Rating.ABSTAINED)
    world = form_out(opened(ruled(ratings=five)))
    assert world.do(rate(rating=Rating.VERY_SATISFIED))
    assert world.do(rate(member=SECOND, rating=Rating.ABSTAINED))


# silence


def late(unit: str = EDU) -> c.NoteFeedbackOverdue:
    return c.NoteFeedbackOverdue(unit=unit)


def silent() -> World:
    """The lead proposer has not answered in time."""
    world = form_out()
    world.do(rate(member=SECOND))
    world.now = moment(LONG_AFTER)
    return world


def test_who_has_not_answered_in_time_is_noted_once() -> None:
    world = silent()
    [fact] = world.do(late())
    assert fact.event == FeedbackOverdue(unit=EDU, round=1, members=(LEAD,))
    assert world.do(late()) == []
    assert world.do(rate()), "an answer that is late is an answer"


def test_nobody_is_late_on_the_last_day() -> None:
    world = form_out()
    due = world.case.tasks[EDU].round.forms[LEAD].due
    assert world.do(late(), at=f"{due} 23:59") == []


def test_who_answers_the_form_of_the_next_round_is_not_late_with_the_one_before() -> None:
    world = form_out()
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(contact(world.now))
    for step in (draft(text="重新办理后的答复"), review(), sign(), issue(), form(), rate(member=SECOND)):
        world.do(step)
    world.now = moment(LONG_AFTER)
    [fact] = world.do(late())
    assert fact.event == FeedbackOverdue(unit=EDU, round=2, members=(LEAD,))


@refuses(c.NoteFeedbackOverdue, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_a_unit_that_answers_waits_for_answers() -> Attempt:
    return attempt(silent(), late(HEALTH))


# face to face


def mediate(world: World, *members: str, unit: str = EDU) -> c.RecordMediation:
    return c.RecordMediation(
        occurred_at=world.now,
        unit=unit,
        conveners=({"name": "赵䶮", "title": "督查室主任"},),
        members=members or (LEAD,),
        outcome="说明政策限制，委员表示理解",
        member_position="UNDERSTAND",
    )


def unhappy_again(world: World | None = None) -> World:
    """The lead proposer is not satisfied with the second round either, and nobody has ordered a third."""
    world = world or opened(ruled(automatic_rehandlings=1))
    dissatisfied(world)
    world.do(contact(world.now))
    world.do(draft(text="重新办理后的答复"))
    for command in (review(), sign(), issue(), form()):
        world.do(command)
    world.do(rate(rating=Rating.DISSATISFIED))
    return world


def test_where_handling_again_has_not_helped_people_talk() -> None:
    world = unhappy_again()
    assert world.case.tasks[EDU].round.number == 2
    told = mediate(world)
    [fact] = world.do(told)
    assert isinstance(fact.event, FaceToFaceMediationHeld)
    assert fact.event.round == 2
    assert world.do(told) == []


def test_a_case_closes_over_a_member_who_was_talked_to_after_it_was_handled_again() -> None:
    world = unhappy_again()
    world.do(rate(member=SECOND))
    assert world.refused(close()).rule is DISSATISFIED_IS_REHANDLED
    world.do(mediate(world))
    assert world.do(close())


def test_a_case_closes_over_a_member_to_whom_it_was_specially_explained() -> None:
    world = unhappy_again()
    world.do(rate(member=SECOND))
    explained = mediate(world).model_copy(update={"form": MediationForm.SPECIAL_EXPLANATION})
    [fact] = world.do(explained)
    assert fact.event.form is MediationForm.SPECIAL_EXPLANATION
    assert world.do(close())


def test_a_talk_and_an_explanation_on_one_day_are_two_facts() -> None:
    world = unhappy_again()
    talk = mediate(world)
    assert len(world.do(talk)) == 1
    assert len(world.do(talk.model_copy(update={"form": MediationForm.SPECIAL_EXPLANATION}))) == 1


def test_people_talk_where_a_further_round_was_ordered_at_once() -> None:
    world = unhappy_again(opened())
    assert world.case.tasks[EDU].round.number == 3
    [fact] = world.do(mediate(world))
    assert fact.event.round == 2
    assert world.case.tasks[EDU].dissatisfied == frozenset()


def test_one_talk_ends_what_members_said_of_different_rounds() -> None:
    world = opened()
    dissatisfied(world)
    for number in (2, 3):
        world.do(contact(world.now))
        world.do(draft(text=f"第{number}轮答复"))
        for command in (review(), sign(), issue(), form()):
            world.do(command)
        world.do(rate(member=SECOND if number == 2 else LEAD, rating=Rating.DISSATISFIED))
    [fact] = world.do(mediate(world, LEAD, SECOND))
    assert fact.event.round == 3
    assert world.case.tasks[EDU].dissatisfied == frozenset()


@refuses(c.RecordMediation, MEDIATED_AFTER_REHANDLING, "members.0")
def test_a_matter_is_handled_again_before_people_are_brought_together() -> Attempt:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    return attempt(world, mediate(world))


def unhappy_with_the_first_letter(rehandled: bool) -> World:
    """The unit drafted, left and came back: its first reply is of round two, and does not satisfy."""
    world = drafted(opened(ruled(automatic_rehandlings=1 if rehandled else None, rehandling_automatic=rehandled)))
    world.do(reassign(((HEALTH, AssignmentMode.SOLE),), EDU))
    world.do(reassign(ALONE, HEALTH))
    world.do(contact(world.now))
    for command in (draft(), review(), sign(), issue(), form(), rate(rating=Rating.DISSATISFIED)):
        world.do(command)
    return world


def test_a_round_that_was_left_without_a_reply_is_no_handling_again() -> None:
    world = unhappy_with_the_first_letter(rehandled=True)
    order = world.last(RehandlingOrdered)
    assert (order.event.round, order.event.automatic) == (3, True)


@refuses(c.RecordMediation, MEDIATED_AFTER_REHANDLING, "members.0")
def test_people_are_not_brought_together_over_a_first_reply_of_a_later_round() -> Attempt:
    world = unhappy_with_the_first_letter(rehandled=False)
    return attempt(world, mediate(world))


@refuses(c.RecordMediation, MEDIATED_AFTER_REHANDLING, "members.1")
def test_only_a_member_who_is_not_satisfied_needs_the_talk() -> Attempt:
    world = unhappy_again()
    return attempt(world, mediate(world, LEAD, SECOND))


@refuses(c.RecordMediation, CONTACT_IS_WITH_PROPOSERS, "members")
def test_only_proposers_are_brought_together_with_the_unit() -> Attempt:
    world = unhappy_again()
    return attempt(world, mediate(world, STRANGER))


@refuses(c.RecordMediation, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_is_not_brought_together() -> Attempt:
    world = unhappy_again()
    return attempt(world, mediate(world, unit=HEALTH))
