"""更正: what was recorded by mistake is named and set right, and stays."""

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Gate, Heard, Outcome, Rating
from domain.events import (
    ClericalErrorCorrected,
    CommitmentBroken,
    CommitmentFulfilled,
    CommitmentMade,
    FaceToFaceMediationHeld,
    FeedbackFormIssued,
    HandlingReopened,
    MemberContacted,
    ProposalSubmitted,
    RehandlingOrdered,
    ReplyDelivered,
    ReportRetracted,
    SatisfactionRecorded,
    SatisfactionRevised,
    StepTakenBack,
)
from domain.proposal import Proposal, evolve
from domain.rules import (
    CITY_LEADER_APPROVES,
    CORRECTS_TEXT,
    DISSATISFIED_IS_REHANDLED,
    HANDLING_CLOSED,
    KNOWN_OFFICIAL,
    RATED_BY_OTHERS,
    REOPENED_BEFORE_ARCHIVE,
    RETRACTS_REPORT,
)
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_commitment as commitment
from tests.domain import test_feedback as feedback
from tests.domain import test_follow_up as follow_up
from tests.domain import test_handling as handling
from tests.domain import test_issue as issuing
from tests.domain import test_scoring as scoring
from tests.domain.given import (
    EDU,
    LEAD,
    MAYOR,
    OFFICE,
    SECOND,
    Attempt,
    Given,
    World,
    attempt,
    close,
    closed,
    contact,
    contacted,
    dissatisfied,
    draft,
    form,
    form_out,
    head_of,
    issued,
    officer_of,
    opened,
    rate,
    reassign,
    refuses,
    registered,
    rehandle,
    ruled,
    signed,
)


def retract(version: int) -> c.RetractReport:
    return c.RetractReport(version=version, reason="误登在本案")


def correct(version: int = 1, **change: Any) -> c.CorrectClericalError:
    usual = {"field": "title", "correct": "关于整治城市小广告的提案", "reason": "录入有误"}
    return c.CorrectClericalError(**{"version": version, **usual, **change})


def reopen(approver: str = MAYOR) -> c.ReopenHandling:
    return c.ReopenHandling(reason="误办结", approver=approver)


def last(world: World, kind: type) -> int:
    return world.last(kind).version


def version_of_contact(world: World) -> int:
    """The last contact's version; one that is not there where there is none."""
    facts = world.all(MemberContacted)
    return facts[-1].version if facts else 1


def take_back(version: int, approver: str = MAYOR) -> c.TakeBackStep:
    return c.TakeBackStep(version=version, reason="误办", approver=approver)


def given_up(world: World, *units: str) -> World:
    """The units are on the case no more, and nobody else is."""
    world.do(reassign((), *units))
    return world


# reports


def test_a_contact_that_never_was_counts_no_longer() -> None:
    world = issued()
    assert world.verdict().outcome is Outcome.PASS
    version = last(world, MemberContacted)
    [fact] = world.do(retract(version))
    assert fact.event == ReportRetracted(version=version, type="MemberContacted", reason="误登在本案", unit=EDU)
    assert world.verdict().outcome is Outcome.FAIL
    assert world.do(retract(version)) == []


def test_the_gate_asks_for_a_contact_again_where_the_only_one_was_a_mistake() -> None:
    world = contacted()
    world.do(retract(last(world, MemberContacted)))
    world.do(c.DraftReply(unit=EDU, text="答复", result_class="A"))
    world.do(c.ReviewReply(unit=EDU, draft=1), by="official:shen-gao")
    assert world.refused(c.SignReply(unit=EDU, draft=1, signer=f"{EDU}-fu")).rule.id == "contact-before-reply"


def test_what_was_taken_back_may_be_reported_again() -> None:
    world = contacted()
    told = contact(world.last(MemberContacted).occurred_at)
    assert world.do(told) == []
    world.do(retract(last(world, MemberContacted)))
    assert world.do(told)


def test_an_answer_entered_for_the_wrong_member_is_awaited_again() -> None:
    world = form_out()
    world.do(rate(rating=Rating.BASIC))
    world.do(retract(last(world, SatisfactionRecorded)))
    assert LEAD in world.case.tasks[EDU].unanswered
    assert world.do(rate(rating=Rating.SATISFIED))


def test_the_answer_before_stands_again_where_its_revision_was_a_mistake() -> None:
    world = form_out()
    world.do(rate(heard=Heard.NOT_CONTACTED))
    world.do(feedback.revise())
    world.do(retract(last(world, SatisfactionRevised)))
    assert world.case.tasks[EDU].round.ratings[LEAD].overall is Rating.SATISFIED
    assert world.verdict().outcome is Outcome.CONTESTED
    assert world.do(rate(heard=Heard.NOT_CONTACTED)) == []


def test_dissatisfaction_is_not_lost_with_a_mistaken_revision() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(feedback.revise())
    world.do(retract(last(world, SatisfactionRevised)))
    assert world.case.tasks[EDU].dissatisfied == {LEAD}
    world.do(rehandle())
    assert world.case.communication.round_of(EDU, 2).since.version == last(world, SatisfactionRecorded)


def test_the_revision_before_stands_where_only_the_last_was_a_mistake() -> None:
    world = form_out()
    world.do(rate())
    first = feedback.revise(Rating.BASIC)
    world.do(first)
    world.do(feedback.revise(Rating.UNDERSTOOD))
    world.do(retract(last(world, SatisfactionRevised)))
    assert world.case.tasks[EDU].round.ratings[LEAD].overall is Rating.BASIC
    assert world.do(first) == []


def test_a_form_that_went_to_the_wrong_member_is_taken_back() -> None:
    world = issued()
    world.do(form(members=(LEAD,)))
    world.do(form(members=(SECOND,)))
    world.do(retract(last(world, FeedbackFormIssued)))
    assert set(world.case.tasks[EDU].round.forms) == {LEAD}
    assert world.refused(rate(member=SECOND)).field == "member"
    assert world.do(form())[0].event.members == (SECOND,)


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_form_is_not_taken_back_under_its_answer() -> Attempt:
    world = form_out()
    world.do(rate(member=SECOND))
    return attempt(world, retract(last(world, FeedbackFormIssued)))


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_form_is_not_taken_back_under_the_note_that_it_was_not_answered() -> Attempt:
    world = feedback.silent()
    world.do(feedback.late())
    return attempt(world, retract(last(world, FeedbackFormIssued)))


def test_the_answer_to_one_form_does_not_hold_another() -> None:
    world = issued()
    world.do(form(members=(SECOND,)))
    other = last(world, FeedbackFormIssued)
    world.do(form(members=(LEAD,)))
    world.do(rate(member=LEAD))
    assert world.do(retract(other))


def test_a_review_of_the_other_side_that_never_was_is_none() -> None:
    world = closed()
    [told] = world.do(scoring.think())
    before = dict(world.case.scores)
    world.do(retract(told.version))
    assert before
    assert world.case.scores == {}
    assert world.do(scoring.think())


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
@pytest.mark.parametrize("version", [1, 999])
def test_only_a_report_of_this_case_is_taken_back(version: int) -> Attempt:
    return attempt(contacted(), retract(version))


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_an_answer_is_not_taken_back_under_a_closed_case() -> Attempt:
    world = closed()
    return attempt(world, retract(last(world, SatisfactionRecorded)))


# what rested on a report


@pytest.mark.parametrize(
    ("by", "flags"),
    [
        (OFFICE, ()),
        (f"member:{LEAD}", ()),
        (f"member:{SECOND}", (RATED_BY_OTHERS.id,)),
        (f"official:{officer_of(EDU)}", (RATED_BY_OTHERS.id,)),
    ],
)
def test_an_answer_that_the_rated_unit_or_another_member_takes_back_is_flagged(by: str, flags: tuple[str, ...]) -> None:
    world = dissatisfied(opened(ruled(rehandling_automatic=False)))
    [retracted] = world.do(retract(last(world, SatisfactionRecorded)), by=by)
    assert retracted.flags == flags


@refuses(c.RetractReport, RATED_BY_OTHERS, "version")
def test_a_unit_does_not_take_back_what_is_thought_of_it() -> Attempt:
    world = dissatisfied(opened(ruled(gates={"rated_by_others": Gate.REFUSE})))
    return attempt(world, retract(last(world, SatisfactionRecorded)), by=f"official:{officer_of(EDU)}")


def test_a_round_ordered_for_an_answer_that_never_was_is_ordered_no_more() -> None:
    world = dissatisfied()
    order = world.last(RehandlingOrdered)
    assert order.event.automatic
    _, taken_back = world.do(retract(last(world, SatisfactionRecorded)))
    told = {"type": "RehandlingOrdered", "unit": EDU, "reason": "误登在本案"}
    assert taken_back.event == StepTakenBack(version=order.version, **told)
    assert world.case.tasks[EDU].round.number == 1
    assert world.case.communication.round_of(EDU, 2) is None
    for member in (LEAD, SECOND):
        world.do(rate(member=member))
    assert world.do(close())


def test_a_round_that_another_member_calls_for_stays_ordered() -> None:
    world = dissatisfied()
    world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    first = world.all(SatisfactionRecorded)[0].version
    assert len(world.do(retract(first))) == 1
    since = world.case.communication.round_of(EDU, 2).since
    assert since.version == last(world, RehandlingOrdered), "the answer it came after never was"


def test_a_round_that_another_member_calls_for_otherwise_stays_ordered() -> None:
    rehandled = (Rating.DISSATISFIED, Rating.BASIC, Rating.UNDERSTOOD)
    world = form_out(opened(ruled(rehandled_ratings=rehandled, ratings=(Rating.SATISFIED, *rehandled))))
    world.do(rate(rating=Rating.BASIC))
    world.do(rate(member=SECOND, rating=Rating.UNDERSTOOD))
    assert len(world.do(retract(world.all(SatisfactionRecorded)[0].version))) == 1
    assert world.case.tasks[EDU].round.number == 2


def test_a_round_goes_with_the_last_answer_that_called_for_it() -> None:
    world = dissatisfied()
    world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    first, second = (fact.version for fact in world.all(SatisfactionRecorded))
    assert len(world.do(retract(first))) == 1
    assert len(world.do(retract(second))) == 2
    assert world.case.tasks[EDU].round.number == 1


def test_a_round_stays_with_the_answer_that_began_it_though_it_was_revised() -> None:
    world = dissatisfied()
    world.do(feedback.revise(rating=Rating.SATISFIED))
    world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 1
    assert world.case.tasks[EDU].round.number == 2


def test_a_round_does_not_go_with_an_answer_that_never_called_for_it() -> None:
    world = dissatisfied()
    world.do(rate(member=SECOND, rating=Rating.DISSATISFIED))
    world.do(retract(world.all(SatisfactionRecorded)[0].version))
    world.do(feedback.revise(member=SECOND, rating=Rating.SATISFIED))
    world.do(rate())
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 1
    assert world.case.tasks[EDU].round.number == 2


def test_a_round_that_has_begun_goes_on() -> None:
    world = dissatisfied()
    world.do(contact(world.now))
    world.do(draft(text="重新办理后的答复"))
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 1
    assert world.case.tasks[EDU].round.number == 2


def test_a_round_that_somebody_ordered_is_not_taken_back_with_an_answer() -> None:
    world = form_out(opened(ruled(rehandling_automatic=False)))
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(rehandle())
    assert world.last(RehandlingOrdered).event.automatic is False
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 1
    assert world.do(take_back(last(world, RehandlingOrdered)))


def test_an_order_of_the_time_before_orders_said_so_is_known_by_its_cause() -> None:
    world = dissatisfied()
    old = world.case.history[:-1]
    order = replace(world.story[-1], event=world.story[-1].event.model_copy(update={"automatic": None}))
    case = reduce(evolve, (*old, order), Proposal())
    weighed = replace(world.weigh(retract(last(world, SatisfactionRecorded))), state=case)
    assert len(weighed.decide()) == 2


def test_an_order_once_taken_back_is_not_taken_back_again() -> None:
    world = dissatisfied()
    world.do(take_back(last(world, RehandlingOrdered)))
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 1


def come_round() -> World:
    """Who was not satisfied is said to have come round, and the order to handle it again was taken back."""
    world = dissatisfied()
    world.do(feedback.revise(rating=Rating.BASIC))
    world.do(take_back(last(world, RehandlingOrdered)))
    assert world.case.tasks[EDU].round.number == 1
    return world


def test_a_round_comes_back_with_the_answer_that_calls_for_it_and_stands_again() -> None:
    world = come_round()
    _, order = world.do(retract(last(world, SatisfactionRevised)))
    assert (order.event.unit, order.event.round, order.event.automatic) == (EDU, 2, True)
    assert world.case.tasks[EDU].dissatisfied == {LEAD}
    assert world.case.communication.round_of(EDU, 2).since.version == last(world, SatisfactionRecorded)
    assert len(world.do(retract(last(world, SatisfactionRecorded)))) == 2
    assert world.case.tasks[EDU].round.number == 1


def test_a_round_comes_back_where_a_member_says_once_more_what_calls_for_it() -> None:
    world = dissatisfied()
    world.do(take_back(last(world, RehandlingOrdered)))
    _, order = world.do(feedback.revise(rating=Rating.DISSATISFIED))
    assert (order.event.round, order.event.automatic) == (2, True)


def test_a_round_stays_away_where_the_answer_before_calls_for_none() -> None:
    world = form_out()
    world.do(rate())
    world.do(feedback.revise(rating=Rating.BASIC))
    assert len(world.do(retract(last(world, SatisfactionRevised)))) == 1


def test_a_round_stays_away_from_a_unit_that_answers_no_more() -> None:
    world = come_round()
    version = last(world, SatisfactionRevised)
    world.do(rehandle())
    given_up(world, EDU)
    assert len(world.do(retract(version))) == 1


def test_a_round_stays_away_from_a_member_who_was_talked_to() -> None:
    world = feedback.unhappy_again(opened())
    world.do(take_back(last(world, RehandlingOrdered)))
    for command in (feedback.mediate(world), feedback.revise()):
        world.do(command)
    assert len(world.do(retract(last(world, SatisfactionRevised)))) == 1


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_promise_is_not_taken_back_over_what_came_of_it() -> Attempt:
    return attempt(commitment.kept(), retract(last(commitment.kept(), CommitmentMade)))


def test_a_promise_that_was_never_made_leaves_its_number_behind() -> None:
    world = commitment.promised()
    world.do(retract(last(world, CommitmentMade)))
    assert world.case.commitments == {}
    [fact] = world.do(commitment.promise())
    assert fact.event.number == 2


def test_a_promise_that_was_not_kept_after_all_is_open_again() -> None:
    world = commitment.kept()
    world.do(retract(last(world, CommitmentFulfilled)))
    assert world.case.commitments[1].fulfilled is None
    assert world.do(commitment.keep(outcome="改期兑现"))


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_promise_is_not_opened_again_in_a_file_that_was_put_away() -> Attempt:
    world = closed(result_class="B")
    for command in (commitment.promise(), commitment.keep(), archive.archive()):
        world.do(command)
    return attempt(world, retract(last(world, CommitmentFulfilled)))


@pytest.mark.parametrize("kind", [CommitmentFulfilled, CommitmentMade])
@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_promise_is_not_taken_back_under_the_letter_that_told_of_it(kind: type) -> Attempt:
    world = commitment.kept()
    world.do(commitment.answer_again())
    return attempt(world, retract(last(world, kind)))


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_broken_promise_is_not_mended_under_the_letter_that_told_of_it() -> Attempt:
    world = commitment.promised()
    for command in (commitment.fail(), commitment.answer_again()):
        world.do(command)
    return attempt(world, retract(last(world, CommitmentBroken)))


def test_a_letter_about_one_promise_does_not_hold_another() -> None:
    world = commitment.kept()
    for command in (commitment.promise(text="每学期一次培训"), commitment.keep(2), commitment.answer_again(1)):
        world.do(command)
    assert world.do(retract(last(world, CommitmentFulfilled)))


def turned_better() -> World:
    world = closed(result_class="B")
    for command in (commitment.promise(), commitment.keep(), follow_up.reassess("A")):
        world.do(command)
    return world


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_kept_promise_is_not_taken_back_under_the_class_it_earned() -> Attempt:
    world = turned_better()
    return attempt(world, retract(last(world, CommitmentFulfilled)))


def test_a_kept_promise_is_taken_back_after_the_class_was_put_back() -> None:
    world = turned_better()
    world.do(follow_up.reassess("B"))
    assert world.do(retract(last(world, CommitmentFulfilled)))
    assert world.case.commitments[1].fulfilled is None


def closed_better(result_class: str = "A") -> World:
    """The reply was of class B; what it promised was kept, and the case closed."""
    world = handling.promising()
    for command in (commitment.keep(), close(result_class)):
        world.do(command)
    return world


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_kept_promise_is_not_taken_back_under_the_class_the_case_was_closed_in_for_it() -> Attempt:
    world = closed_better()
    return attempt(world, retract(last(world, CommitmentFulfilled)))


@pytest.mark.parametrize(
    ("given", "then"),
    [
        (closed_better, reopen()),
        (closed_better, follow_up.reassess("B")),
        (lambda: closed_better("B"), None),
        (turned_better, reopen()),
    ],
)
def test_a_kept_promise_is_taken_back_where_no_class_rests_on_it(given: Given, then: c.Command | None) -> None:
    world = given()
    if then is not None:
        world.do(then)
    assert world.do(retract(last(world, CommitmentFulfilled)))


def test_a_talk_does_not_end_what_a_member_says_after_it() -> None:
    world = feedback.unhappy_again()
    mistaken = last(world, SatisfactionRecorded)
    for command in (rate(member=SECOND), feedback.mediate(world), retract(mistaken)):
        world.do(command)
    world.do(rate(rating=Rating.BASIC))
    assert world.case.tasks[EDU].dissatisfied == frozenset()
    world.do(feedback.revise(rating=Rating.DISSATISFIED))
    assert world.case.tasks[EDU].dissatisfied == {LEAD}
    assert world.refused(close()).rule is DISSATISFIED_IS_REHANDLED
    world.do(feedback.mediate(world))
    assert world.do(close())


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_a_talk_is_not_taken_back_under_a_case_that_was_closed_upon_it() -> Attempt:
    world = feedback.unhappy_again()
    for command in (rate(member=SECOND), feedback.mediate(world), close()):
        world.do(command)
    return attempt(world, retract(last(world, FaceToFaceMediationHeld)))


def test_a_letter_that_did_not_arrive_is_delivered_when_it_does() -> None:
    world = issued()
    world.do(issuing.deliver(world))
    world.do(retract(last(world, ReplyDelivered)))
    assert world.case.tasks[EDU].round.delivered == frozenset()
    assert world.do(issuing.deliver(world))


# texts


def test_a_title_reads_as_it_should() -> None:
    world = registered()
    [fact] = world.do(correct())
    told = {"type": "ProposalSubmitted", "field": "title", "correct": "关于整治城市小广告的提案", "reason": "录入有误"}
    assert fact.event == ClericalErrorCorrected(version=1, **told)
    assert world.case.title == "关于整治城市小广告的提案"
    assert world.last(ProposalSubmitted).event.title == "关于整治城市“牛皮癣”的提案"
    assert world.do(correct()) == []


@pytest.mark.parametrize(("version", "field"), [(1, "body"), (2, "topic")])
def test_the_proposals_other_texts_can_be_set_right(version: int, field: str) -> None:
    world = registered()
    world.do(correct(version, field=field))
    assert getattr(world.case, field) == "关于整治城市小广告的提案"


def test_the_words_of_a_report_can_be_set_right() -> None:
    world = contacted()
    assert world.do(correct(last(world, MemberContacted), field="content"))


@refuses(c.CorrectClericalError, CORRECTS_TEXT, "field")
@pytest.mark.parametrize(("version", "field"), [(1, "lead_proposer"), (999, "title"), (2, "title")])
def test_only_texts_that_are_there_are_corrected(version: int, field: str) -> Attempt:
    return attempt(registered(), correct(version, field=field))


@refuses(c.CorrectClericalError, CORRECTS_TEXT, "correct")
def test_a_title_stays_a_title() -> Attempt:
    return attempt(registered(), correct(correct="长" * 201))


@refuses(c.CorrectClericalError, CORRECTS_TEXT, "version")
def test_what_was_handed_in_anew_is_corrected_there() -> Attempt:
    world = admission.revising()
    world.do(c.ResubmitProposal(title="另一案由"))
    return attempt(world, correct())


# closing


def test_a_case_closed_by_mistake_goes_on() -> None:
    world = closed()
    [fact] = world.do(reopen())
    assert fact.event == HandlingReopened(reason="误办结", approver=MAYOR)
    assert world.do(reopen()) == []
    assert world.do(close("B"))


def test_an_answer_is_taken_back_after_the_case_was_reopened() -> None:
    world = closed()
    world.do(reopen())
    world.do(retract(last(world, SatisfactionRecorded)))
    assert world.refused(close()).rule.id == "feedback-before-closing"
    world.do(rate(member=SECOND))
    assert world.do(close())


@refuses(c.ReopenHandling, HANDLING_CLOSED)
def test_a_case_that_is_open_is_not_opened() -> Attempt:
    return attempt(signed(), reopen())


@refuses(c.ReopenHandling, REOPENED_BEFORE_ARCHIVE)
def test_a_case_that_was_put_away_is_not_opened() -> Attempt:
    return attempt(archive.archived(), reopen())


@refuses(c.ReopenHandling, KNOWN_OFFICIAL, "approver")
def test_who_reopens_a_case_is_listed() -> Attempt:
    return attempt(closed(), reopen("nobody"))


@refuses(c.ReopenHandling, CITY_LEADER_APPROVES, "approver")
def test_a_leader_of_the_city_reopens_a_case() -> Attempt:
    return attempt(closed(), reopen(head_of(EDU)))
