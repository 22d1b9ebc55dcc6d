"""承诺：从答复到兑现."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate
from domain.events import (
    CommitmentBroken,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    LetterNumber,
    SecondReplyIssued,
)
from domain.rules import (
    COMMITMENT_AHEAD,
    COMMITMENT_OPEN,
    COMMITTED_IN_REPLY,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PASSED_DOWN_BY_OFFICE,
    SECOND_REPLY_SETTLES,
    SIGNER_OF_UNIT,
    SIGNER_RANK,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    MAYOR,
    SECOND,
    SPLIT,
    Attempt,
    World,
    attempt,
    closed,
    issue,
    issued,
    leader_of,
    officer_of,
    refuses,
    rehandle,
    signed,
)
from tests.domain.test_issue import passed_down


def promise(unit: str = EDU, **change: Any) -> c.MakeCommitment:
    usual = {"text": "年底前每校配一名心理教师", "finish_on": date(2024, 12, 31)}
    return c.MakeCommitment(**{"unit": unit, **usual, **change})


def progress(world: World, number: int = 1) -> c.ReportCommitmentProgress:
    return c.ReportCommitmentProgress(occurred_at=world.now, number=number, progress="已到岗八名")


def keep(number: int = 1, **change: Any) -> c.FulfilCommitment:
    return c.FulfilCommitment(**{"number": number, "outcome": "全部到岗", **change})


def fail(number: int = 1, **change: Any) -> c.BreakCommitment:
    return c.BreakCommitment(**{"number": number, "reason": "编制未批", **change})


def answer_again(*commitments: int, **change: Any) -> c.IssueSecondReply:
    usual = {"unit": EDU, "text": "所承诺的教师已全部到岗。", "signer": leader_of(EDU)}
    return c.IssueSecondReply(**{**usual, "commitments": commitments or (1,), **change})


def promised() -> World:
    world = issued()
    world.do(promise())
    return world


def kept() -> World:
    world = promised()
    world.do(keep())
    return world


def test_a_promise_of_a_reply_is_numbered() -> None:
    world = issued()
    [fact] = world.do(promise())
    told = {"text": "年底前每校配一名心理教师", "finish_on": date(2024, 12, 31)}
    assert fact.event == CommitmentMade(unit=EDU, number=1, round=1, **told)
    assert world.do(promise()) == []
    [fact] = world.do(promise(text="每学期一次培训"))
    assert fact.event.number == 2


def test_a_promise_may_be_noted_after_the_case_was_closed() -> None:
    assert closed(result_class="B").do(promise())


def test_a_promise_belongs_to_the_reply_that_went_out() -> None:
    world = issued()
    world.do(rehandle())
    [fact] = world.do(promise())
    assert fact.event.round == 1


@refuses(c.MakeCommitment, COMMITTED_IN_REPLY, "unit")
def test_nothing_is_promised_before_the_reply() -> Attempt:
    return attempt(signed(), promise())


@refuses(c.MakeCommitment, COMMITMENT_AHEAD, "finish_on")
def test_a_promise_is_for_later() -> Attempt:
    return attempt(issued(), promise(finish_on=date(2024, 2, 29)))


@refuses(c.MakeCommitment, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_promises_nothing() -> Attempt:
    return attempt(issued(), promise(HEALTH))


def test_progress_told_twice_is_recorded_once() -> None:
    world = promised()
    told = progress(world)
    [fact] = world.do(told)
    assert fact.event == CommitmentProgressed(number=1, progress="已到岗八名")
    assert world.do(told) == []


def test_a_promise_is_kept_once() -> None:
    world = promised()
    [fact] = world.do(keep())
    assert fact.event == CommitmentFulfilled(number=1, outcome="全部到岗")
    assert world.do(keep()) == []


def test_a_promise_that_was_broken_may_still_be_kept() -> None:
    world = promised()
    [fact] = world.do(fail())
    assert fact.event == CommitmentBroken(number=1, reason="编制未批")
    assert world.do(fail()) == []
    assert world.do(fail(reason="经费未到位"))
    assert world.do(keep())


@refuses(c.ReportCommitmentProgress, COMMITMENT_OPEN, "number")
def test_there_is_no_progress_after_the_end() -> Attempt:
    world = kept()
    return attempt(world, progress(world))


@refuses(c.FulfilCommitment, COMMITMENT_OPEN, "number")
@pytest.mark.parametrize("command", [keep(2), keep(outcome="另有结果")])
def test_only_an_open_promise_is_kept(command: c.Command) -> Attempt:
    return attempt(kept(), command)


@refuses(c.BreakCommitment, COMMITMENT_OPEN, "number")
@pytest.mark.parametrize("command", [fail(), fail(2)])
def test_only_an_open_promise_is_broken(command: c.Command) -> Attempt:
    return attempt(kept(), command)


# the second reply


def test_a_second_reply_tells_what_became_of_promises() -> None:
    world = kept()
    fact, _ = world.do(answer_again())
    assert fact.event == SecondReplyIssued(
        unit=EDU,
        commitments=(1,),
        text="所承诺的教师已全部到岗。",
        signer=leader_of(EDU),
        letter=LetterNumber(unit=EDU, year=2024, number=2),
        recipients=(LEAD, SECOND),
    )
    assert world.do(answer_again()) == []


def test_a_second_reply_also_explains_why_a_promise_was_not_kept() -> None:
    world = promised()
    world.do(fail())
    assert world.do(answer_again(text="因编制未批，未能兑现，特此说明。"))


def test_a_promise_named_twice_is_told_of_once() -> None:
    world = kept()
    fact, _ = world.do(answer_again(1, 1))
    assert fact.event.commitments == (1,)
    assert world.do(answer_again(1, 1)) == []
    assert world.do(answer_again(1)) == []


@refuses(c.IssueSecondReply, OCCURRED_IN_ORDER, "occurred_at")
def test_a_second_reply_is_not_older_than_what_it_tells() -> Attempt:
    world = promised()
    world.do(keep(), at="2024-06-03 09:00")
    return attempt(world, answer_again(occurred_at=date(2024, 5, 1), late_entry_reason="补录"))


@refuses(c.IssueSecondReply, SECOND_REPLY_SETTLES, "commitments.0")
def test_a_second_reply_has_something_to_tell() -> Attempt:
    return attempt(promised(), answer_again())


@refuses(c.IssueSecondReply, SECOND_REPLY_SETTLES, "commitments.1")
def test_a_second_reply_is_about_the_units_own_promises() -> Attempt:
    world = issued(modes=SPLIT)
    for command in (promise(), promise(HEALTH), keep(1), keep(2)):
        world.do(command)
    return attempt(world, answer_again(1, 2))


@refuses(c.IssueSecondReply, KNOWN_OFFICIAL, "signer")
def test_a_listed_official_signs_the_second_reply() -> Attempt:
    return attempt(kept(), answer_again(signer="nobody"))


@refuses(c.IssueSecondReply, SIGNER_OF_UNIT, "signer")
def test_the_second_reply_is_signed_in_the_unit() -> Attempt:
    return attempt(kept(), answer_again(signer=leader_of(HEALTH)))


@refuses(c.IssueSecondReply, SIGNER_RANK, "signer")
def test_the_second_reply_is_signed_by_the_rank_that_signs_the_first() -> Attempt:
    return attempt(kept(), answer_again(signer=officer_of(EDU)))


@refuses(c.IssueSecondReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_sends_no_second_reply() -> Attempt:
    return attempt(kept(), answer_again(unit=HEALTH))


def kept_from_above(**gates: Gate) -> World:
    """A promise in the office's reply to a case of the province has been kept."""
    world = passed_down(**gates)
    for command in (issue(approved_by=MAYOR), promise(), keep()):
        world.do(command)
    return world


def test_what_became_of_a_promise_in_a_case_passed_down_the_office_tells() -> None:
    world = kept_from_above(passed_down_by_office=Gate.REFUSE)
    fact, _ = world.do(answer_again(approved_by=MAYOR))
    assert (fact.event.approved_by, fact.flags) == (MAYOR, ())
    assert world.do(answer_again(approved_by=MAYOR)) == []
    assert world.refused(answer_again()).field == "approved_by"


def test_a_unit_that_writes_again_itself_of_a_case_passed_down_is_flagged() -> None:
    assert kept_from_above().do(answer_again())[0].flags == (PASSED_DOWN_BY_OFFICE.id,)


@refuses(c.IssueSecondReply, PASSED_DOWN_BY_OFFICE, "approved_by")
def test_a_rulebook_may_refuse_that_a_unit_writes_again_of_a_case_passed_down() -> Attempt:
    return attempt(kept_from_above(passed_down_by_office=Gate.REFUSE), answer_again())


def test_letters_of_both_replies_share_the_units_numbers() -> None:
    world = kept()
    world.do(answer_again())
    later = issued(world, ((EDU, AssignmentMode.SOLE),))
    numbers = [fact.event.letter.number for fact in later.history if hasattr(fact.event, "letter")]
    assert numbers == [1, 2, 3]
