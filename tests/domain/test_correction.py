"""更正: what was recorded by mistake is named and set right, and stays."""

from typing import Any

import pytest

from domain import commands as c
from domain.codes import Heard, Outcome, Rating
from domain.events import (
    ClericalErrorCorrected,
    HandlingReopened,
    MemberContacted,
    ProposalSubmitted,
    ReportRetracted,
    SatisfactionRecorded,
    SatisfactionRevised,
)
from domain.rules import (
    ARCHIVED_ONCE,
    CORRECTS_TEXT,
    HANDLING_CLOSED,
    KNOWN_OFFICIAL,
    RETRACTS_REPORT,
    SIGNER_OF_UNIT,
)
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_feedback as feedback
from tests.domain.given import (
    EDU,
    LEAD,
    MAYOR,
    SECOND,
    Attempt,
    World,
    attempt,
    close,
    closed,
    contact,
    contacted,
    form_out,
    head_of,
    issued,
    opened,
    rate,
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


# reports


def test_a_contact_that_never_was_counts_no_longer() -> None:
    world = issued()
    assert world.verdict().outcome is Outcome.PASS
    version = last(world, MemberContacted)
    [fact] = world.do(retract(version))
    assert fact.event == ReportRetracted(version=version, type="MemberContacted", reason="误登在本案")
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


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
@pytest.mark.parametrize("version", [1, 999])
def test_only_a_report_of_this_case_is_taken_back(version: int) -> Attempt:
    return attempt(contacted(), retract(version))


@refuses(c.RetractReport, RETRACTS_REPORT, "version")
def test_an_answer_is_not_taken_back_under_a_closed_case() -> Attempt:
    world = closed()
    return attempt(world, retract(last(world, SatisfactionRecorded)))


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


@refuses(c.ReopenHandling, ARCHIVED_ONCE)
def test_a_case_that_was_put_away_is_not_opened() -> Attempt:
    return attempt(archive.archived(), reopen())


@refuses(c.ReopenHandling, KNOWN_OFFICIAL, "approver")
def test_who_reopens_a_case_is_listed() -> Attempt:
    return attempt(closed(), reopen("nobody"))


@refuses(c.ReopenHandling, SIGNER_OF_UNIT, "approver")
def test_a_leader_of_the_city_reopens_a_case() -> Attempt:
    return attempt(closed(), reopen(head_of(EDU)))
