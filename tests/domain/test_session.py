"""届次、办理规则. What a rulebook may hold stands in test_rulebook."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain.events import (
    CaseTransferredToGovernment,
    HandoverMeetingHeld,
    ProposalRegistered,
    RulebookAdopted,
    RulebookVersionFixed,
    SessionClosed,
    SessionOpened,
)
from domain.policy.rulebook import ClassScheme, ResultClass
from domain.rules import (
    KNOWN_SESSION,
    KNOWN_UNIT,
    PROPOSAL_EXISTS,
    REGISTERED_BEFORE_TRANSFER,
    RULEBOOK_CONSISTENT,
    RULEBOOK_VERSION_FINAL,
    SESSION_CLOSED_ONCE,
    SESSION_DAYS_IN_ORDER,
    SESSION_OPENED_ONCE,
    TRANSFERRED_ONCE,
    Refused,
)
from domain.streams import directory_stream, session_stream
from tests.domain.given import (
    EDU,
    HEALTH,
    LEDGER,
    MAYOR,
    MEETING,
    SHIPPED,
    Attempt,
    World,
    assign,
    attempt,
    opened,
    refuses,
    registered,
    ruled,
    submit,
    submitted,
    transferred,
)

OPEN = c.OpenSession(
    session=MEETING, cppcc="德惠市政协", term=15, meeting=3, opened_on=date(2024, 1, 8), closed_on=date(2024, 1, 11)
)


def test_a_session_is_opened() -> None:
    [fact] = World().do(OPEN)
    assert fact.event == SessionOpened(
        session=MEETING, cppcc="德惠市政协", term=15, meeting=3, opened_on=date(2024, 1, 8), closed_on=date(2024, 1, 11)
    )


def test_a_session_opened_as_it_is_stays_so() -> None:
    assert opened().do(OPEN) == []


@refuses(c.OpenSession, SESSION_OPENED_ONCE, "session")
def test_a_session_is_not_opened_otherwise() -> Attempt:
    return attempt(opened(), OPEN.model_copy(update={"meeting": 4}))


def test_what_was_told_of_a_session_by_mistake_is_set_right() -> None:
    world = opened()
    told = OPEN.model_copy(update={"meeting": 4, "opened_on": date(2024, 1, 9), "reason": "录入有误"})
    [fact] = world.do(told)
    assert (fact.event.meeting, fact.event.opened_on, fact.event.reason) == (4, date(2024, 1, 9), "录入有误")
    assert world.state(session_stream(LEDGER, MEETING)).opened == fact.event
    assert world.do(told) == []


def test_a_closing_day_that_is_not_known_after_all_is_known_no_more() -> None:
    world = opened()
    world.do(OPEN.model_copy(update={"closed_on": None, "reason": "尚未闭幕"}))
    known = world.state(session_stream(LEDGER, MEETING))
    assert (known.closed_on, known.closing) == (None, None)


def test_a_closing_day_told_by_itself_stands_when_the_session_is_set_right() -> None:
    world = opened(closed_on=None)
    world.do(close_session())
    before = world.state(session_stream(LEDGER, MEETING))
    world.do(OPEN.model_copy(update={"closed_on": None, "meeting": 4, "reason": "录入有误"}))
    known = world.state(session_stream(LEDGER, MEETING))
    assert (known.closed_on, known.closing) == (before.closed_on, before.closing)
    world.do(OPEN.model_copy(update={"closed_on": date(2024, 1, 12), "reason": "会议延长一天"}))
    assert world.state(session_stream(LEDGER, MEETING)).closed_on == date(2024, 1, 12)


@refuses(c.OpenSession, SESSION_DAYS_IN_ORDER, "closed_on")
def test_a_session_is_not_set_right_to_open_after_it_closed() -> Attempt:
    world = opened(closed_on=None)
    world.do(close_session())
    return attempt(world, OPEN.model_copy(update={"opened_on": date(2024, 1, 20), "closed_on": None, "reason": "误"}))


@refuses(c.OpenSession, SESSION_DAYS_IN_ORDER, "closed_on")
def test_a_session_does_not_close_before_it_opens() -> Attempt:
    return attempt(World(), OPEN.model_copy(update={"closed_on": date(2024, 1, 7)}))


@refuses(c.OpenSession, SESSION_DAYS_IN_ORDER, "in_session_until")
def test_no_proposal_of_the_session_comes_before_it_opens() -> Attempt:
    return attempt(World(), OPEN.model_copy(update={"in_session_until": date(2024, 1, 7)}))


@pytest.mark.parametrize(
    "days",
    [
        {"in_session_until": date(2024, 1, 8)},
        {"in_session_until": date(2024, 1, 10), "opened_on": None},
        {"in_session_until": date(2024, 2, 10)},
    ],
)
def test_proposals_of_the_session_may_come_on_its_first_day_or_after_its_last(days: dict[str, Any]) -> None:
    assert World().do(OPEN.model_copy(update=days))


def test_a_rulebook_is_adopted_whole_with_its_digest() -> None:
    world = World()
    world.do(OPEN)
    fact, fixed = world.do(c.AdoptRulebook(rulebook=SHIPPED))
    assert fact.event == RulebookAdopted(rulebook=SHIPPED, digest=SHIPPED.ref().digest)
    assert fact.stream == session_stream(LEDGER, MEETING).id
    assert (fixed.event, fixed.stream) == (RulebookVersionFixed(rulebook=SHIPPED.ref()), directory_stream(LEDGER).id)


def test_a_rulebook_adopted_as_it_is_stays_so() -> None:
    assert opened().do(c.AdoptRulebook(rulebook=SHIPPED)) == []


def test_a_later_version_is_in_force_and_the_earlier_is_kept() -> None:
    world = opened()
    second = SHIPPED.model_copy(update={"version": 2, "late_entry_hours": 48})
    world.do(c.AdoptRulebook(rulebook=second))
    session = world.state(session_stream(LEDGER, MEETING))
    assert session.rulebook(None) == second
    assert session.rulebook(SHIPPED.ref()) == SHIPPED


@refuses(c.AdoptRulebook, RULEBOOK_VERSION_FINAL, "rulebook.version")
def test_an_earlier_version_does_not_come_into_force_again() -> Attempt:
    world = opened()
    world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 3})))
    return attempt(world, c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 2})))


@refuses(c.AdoptRulebook, RULEBOOK_VERSION_FINAL, "rulebook.version")
def test_an_adopted_version_does_not_change() -> Attempt:
    return attempt(opened(), c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"late_entry_hours": 48})))


NEXT = session_stream(LEDGER, "15-4")


def two_sessions() -> World:
    """Two sessions of one ledger, and a rulebook that the first has adopted."""
    world = opened()
    world.do(OPEN.model_copy(update={"session": "15-4", "meeting": 4}), stream=NEXT)
    return world


def test_another_session_adopts_the_same_text_of_a_version() -> None:
    world = two_sessions()
    [fact] = world.do(c.AdoptRulebook(rulebook=SHIPPED), stream=NEXT)
    assert isinstance(fact.event, RulebookAdopted)
    assert world.do(c.AdoptRulebook(rulebook=SHIPPED), stream=NEXT) == []


def test_another_session_adopts_no_other_text_of_a_version() -> None:
    world = two_sessions()
    altered = SHIPPED.model_copy(update={"late_entry_hours": 48})
    with pytest.raises(Refused) as refused:
        world.do(c.AdoptRulebook(rulebook=altered), stream=NEXT)
    assert (refused.value.rule, refused.value.field) == (RULEBOOK_VERSION_FINAL, "rulebook.version")
    assert world.do(c.AdoptRulebook(rulebook=altered.model_copy(update={"version": 2})), stream=NEXT)


@refuses(c.AdoptRulebook, KNOWN_SESSION)
def test_a_rulebook_needs_a_session() -> Attempt:
    return attempt(World(), c.AdoptRulebook(rulebook=SHIPPED))


@refuses(c.AdoptRulebook, RULEBOOK_CONSISTENT, "rulebook.version")
def test_a_rulebook_that_contradicts_itself_is_not_adopted() -> Attempt:
    return attempt(opened(), c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 0})))


@refuses(c.AdoptRulebook, RULEBOOK_CONSISTENT, "rulebook.class_scheme.id")
def test_a_scheme_keeps_its_meaning() -> Attempt:
    other = ClassScheme(id=SHIPPED.class_scheme.id, classes=(ResultClass(code="A", title="采纳"),))
    return attempt(opened(), c.AdoptRulebook(rulebook=ruled(version=2, class_scheme=other)))


# closing


def close_session(closed_on: date = date(2024, 1, 12)) -> c.CloseSession:
    return c.CloseSession(closed_on=closed_on)


def test_a_session_closes_on_a_day_known_later() -> None:
    world = opened(closed_on=None)
    [fact] = world.do(close_session())
    assert fact.event == SessionClosed(closed_on=date(2024, 1, 12))
    assert world.do(close_session()) == []


def test_a_closing_day_known_from_the_start_need_not_be_told_again() -> None:
    assert opened().do(close_session(date(2024, 1, 11))) == []


@refuses(c.CloseSession, KNOWN_SESSION)
def test_a_session_that_was_never_opened_does_not_close() -> Attempt:
    return attempt(World(), close_session())


@refuses(c.CloseSession, SESSION_DAYS_IN_ORDER, "closed_on")
def test_a_session_is_not_closed_before_it_ends() -> Attempt:
    return attempt(opened(closed_on=None), close_session(date(2199, 12, 31)))


def test_a_closing_day_told_by_mistake_is_set_right() -> None:
    world = opened()
    told = c.CloseSession(closed_on=date(2024, 1, 12), reason="会议延长一天")
    [fact] = world.do(told)
    assert fact.event == SessionClosed(closed_on=date(2024, 1, 12), reason="会议延长一天")
    assert world.state(session_stream(LEDGER, MEETING)).closed_on == date(2024, 1, 12)
    assert world.do(told) == []


@refuses(c.CloseSession, SESSION_CLOSED_ONCE, "closed_on")
def test_a_session_closes_once() -> Attempt:
    return attempt(opened(), close_session())


@refuses(c.CloseSession, SESSION_DAYS_IN_ORDER, "closed_on")
def test_a_closing_day_told_later_is_not_before_the_opening() -> Attempt:
    return attempt(opened(closed_on=None), close_session(date(2024, 1, 7)))


# handover meeting


def meeting(world: World, **change: Any) -> c.RecordHandoverMeeting:
    """All registered cases of the world are handed over now."""
    cases = tuple(fact.stream for fact in world.all(ProposalRegistered)) or (UUID(int=1),)
    usual = {"occurred_at": world.now, "occasion": "提案交办会", "place": "政府礼堂", "units": (EDU, HEALTH)}
    return c.RecordHandoverMeeting(**{**usual, "cases": cases, "reply_by": date(2024, 6, 30), **change})


def two_registered() -> World:
    return registered(registered())


@refuses(c.RecordHandoverMeeting, SESSION_DAYS_IN_ORDER, "reply_by")
def test_a_meeting_asks_for_no_reply_before_it_was_held() -> Attempt:
    world = two_registered()
    return attempt(world, meeting(world, reply_by=date(2020, 1, 1)))


def test_what_a_meeting_asks_for_sets_no_limit() -> None:
    world = two_registered()
    world.do(meeting(world, reply_by=date(2024, 4, 30)))
    world.do(assign())
    assert world.case.tasks[EDU].round.deadline.due_on == date(2024, 6, 1)


def test_a_meeting_hands_over_every_case_it_names() -> None:
    world = two_registered()
    held, *handed = world.do(meeting(world))
    assert isinstance(held.event, HandoverMeetingHeld)
    assert [fact.stream for fact in handed] == list(held.event.cases)
    assert {fact.event for fact in handed} == {CaseTransferredToGovernment(occasion="提案交办会")}
    assert world.case.transferred == (handed[-1].version, handed[-1].occurred_at)
    assert world.do(assign())


def test_a_meeting_told_twice_is_held_once() -> None:
    world = two_registered()
    told = meeting(world)
    world.do(told)
    assert world.do(told) == []


@refuses(c.RecordHandoverMeeting, KNOWN_SESSION)
def test_no_meeting_without_a_session() -> Attempt:
    world = World()
    return attempt(world, meeting(world))


@refuses(c.RecordHandoverMeeting, KNOWN_UNIT, "units.0")
def test_units_at_the_meeting_are_listed() -> Attempt:
    world = two_registered()
    return attempt(world, meeting(world, units=("nowhere",)))


@refuses(c.RecordHandoverMeeting, REGISTERED_BEFORE_TRANSFER)
def test_a_proposal_without_a_number_is_not_handed_over() -> Attempt:
    world = submitted(registered())
    return attempt(world, meeting(world, cases=(world.proposal,)))


@refuses(c.RecordHandoverMeeting, TRANSFERRED_ONCE, "cases.1")
def test_a_case_that_was_handed_over_is_not_again_and_nor_are_the_others() -> Attempt:
    world = transferred(registered())
    return attempt(world, meeting(world))


@refuses(c.RecordHandoverMeeting, PROPOSAL_EXISTS, "cases.0")
def test_a_meeting_hands_over_cases_of_its_session() -> Attempt:
    world = opened()
    world.do(
        c.OpenSession(session="15-4", cppcc="德惠市政协", term=15, meeting=4), stream=session_stream(LEDGER, "15-4")
    )
    world.do(c.AdoptRulebook(rulebook=SHIPPED), stream=session_stream(LEDGER, "15-4"))
    world.do(submit(session="15-4"))
    world.do(c.RegisterProposal())
    return attempt(world, meeting(world))


def test_a_case_whose_handover_was_taken_back_is_handed_over_by_the_same_meeting() -> None:
    world = registered(registered())
    command = meeting(world)
    world.do(command)
    world.do(c.TakeBackStep(version=world.case.version, reason="误交办", approver=MAYOR))
    [again] = world.do(command)
    assert (again.stream, type(again.event)) == (world.proposal, CaseTransferredToGovernment)
    assert world.do(command) == []
