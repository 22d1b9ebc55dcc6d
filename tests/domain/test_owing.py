"""What is owed, by whom, until when: given what has happened, these limits are open and no others."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given

from domain import commands as c
from domain.codes import AssignmentMode, Gate
from domain.communication import follows
from domain.explanation import deadlines_of
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule
from domain.proposal import Debtor, Duty, Owed, Proposal, TaskStatus, Undated, owed, undated
from domain.streams import proposal_stream
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_publication as publication
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    SECOND,
    SHIPPED,
    SPLIT,
    Given,
    World,
    acknowledged,
    assign,
    assigned,
    close,
    closed,
    contact,
    contacted,
    decide_objection,
    draft,
    escalate,
    form,
    form_out,
    hand_back,
    issue,
    issued,
    kind_of,
    left,
    opened,
    opinion,
    plan,
    rate,
    reassign,
    registered,
    rehandle,
    review,
    ruled,
    sign,
    transferred,
    waive,
)
from tests.domain.test_domain_laws import law
from tests.domain.walks import histories, limit

K = DeadlineKind
JUNE_1 = date(2024, 6, 1)


def within(kind: DeadlineKind, anchor: AnchorKind, days: int) -> DeadlineRule:
    return limit(kind, anchor, (CountedIn.DAY, {"value": days}))


LIMITS = (
    *SHIPPED.deadlines,
    within(K.ACKNOWLEDGEMENT, AnchorKind.ASSIGNMENT, 5),
    within(K.OBJECTION, AnchorKind.ASSIGNMENT, 6),
    within(K.FIRST_CONTACT, AnchorKind.ASSIGNMENT, 10),
    within(K.OBJECTION_ANSWER, AnchorKind.RETURN, 7),
    within(K.PUBLICATION, AnchorKind.ISSUE, 20),
)


def limited() -> World:
    """Every kind of limit there is. The clock stands on the first of March."""
    return opened(ruled(deadlines=LIMITS))


def open_limits(world: World, *units: str) -> dict[tuple[str, DeadlineKind | None], date]:
    units = units or (EDU,)
    return {(due.unit, due.about): due.until for due in owed(world.case) if due.unit in units}


def kinds(world: World, unit: str = EDU) -> set[DeadlineKind | None]:
    return {about for _, about in open_limits(world, unit)}


def test_a_unit_that_was_assigned_owes_receipt_contact_and_reply() -> None:
    world = assigned(limited())
    assert open_limits(world) == {
        (EDU, K.ACKNOWLEDGEMENT): date(2024, 3, 6),
        (EDU, K.FIRST_CONTACT): date(2024, 3, 11),
        (EDU, K.REPLY): JUNE_1,
    }
    assert {due.debtor for due in owed(world.case)} == {Debtor.UNIT}


@pytest.mark.parametrize(
    ("command", "met"),
    [
        (lambda _: c.AcknowledgeAssignment(unit=EDU), {K.ACKNOWLEDGEMENT}),
        (lambda world: contact(world.now), {K.FIRST_CONTACT}),
        (lambda world: contact(world.now, None), set()),
        (lambda _: waive(), {K.FIRST_CONTACT}),
        (lambda _: draft(), {K.ACKNOWLEDGEMENT}),
        (lambda _: plan(), set()),
    ],
    ids=["receipt", "contact", "the office's contact", "waiver", "draft", "plan"],
)
def test_what_is_done_is_owed_no_more(command: Callable[[World], c.Command], met: set[DeadlineKind]) -> None:
    world = assigned(limited())
    before = kinds(world)
    world.do(command(world))
    assert before - kinds(world) == met


def back(world: World) -> World:
    """The unit has left the case and been given it again."""
    world.do(reassign(((HEALTH, AssignmentMode.SOLE),), EDU))
    world.do(reassign(ALONE, HEALTH))
    return world


def come_back() -> World:
    return back(contacted(limited()))


def come_back_for_the_second_round() -> World:
    world = issued(limited())
    for command in (rehandle(), contact(world.now)):
        world.do(command)
    return back(world)


def let_off_before() -> World:
    world = acknowledged(limited())
    for command in (waive(), draft()):
        world.do(command)
    return back(world)


@pytest.mark.parametrize("given", [come_back, come_back_for_the_second_round, let_off_before])
def test_a_unit_that_comes_back_speaks_with_the_member_again(given: Given) -> None:
    world = given()
    assert K.FIRST_CONTACT in kinds(world)
    world.do(contact(world.now))
    assert K.FIRST_CONTACT not in kinds(world)


def test_a_unit_that_goes_on_in_another_way_has_spoken_with_the_member() -> None:
    world = contacted(limited())
    world.do(reassign(((EDU, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO))))
    assert K.FIRST_CONTACT not in kinds(world)


def test_a_lead_that_assists_from_now_on_need_not_speak_with_the_member() -> None:
    world = assigned(limited(), LED[:2])
    world.do(reassign(((EDU, AssignmentMode.CO), (HEALTH, AssignmentMode.LEAD))))
    assert K.FIRST_CONTACT not in kinds(world)
    assert K.FIRST_CONTACT in kinds(world, HEALTH)


def test_a_reply_that_is_out_is_to_be_published_and_nothing_else() -> None:
    world = issued(limited())
    assert open_limits(world) == {(EDU, K.PUBLICATION): date(2024, 3, 21)}
    world.do(publication.decide())
    assert kinds(world) == {K.PUBLICATION}
    world.do(publication.publish())
    assert list(owed(world.case)) == []


def test_a_reply_that_is_withheld_is_not_owed_to_the_public() -> None:
    world = issued(limited())
    world.do(publication.hide())
    world.do(publication.withhold())
    assert list(owed(world.case)) == []


def test_the_next_round_has_a_limit_of_its_own() -> None:
    world = issued()
    world.do(rehandle())
    assert list(owed(world.case)) == [Owed(Debtor.UNIT, EDU, date(2024, 4, 1), K.REHANDLING, round=2)]


def test_a_clock_that_stands_still_is_pressing_nobody() -> None:
    world = clock.limited()
    assert K.REPLY in kinds(world)
    world.do(clock.pause())
    assert K.REPLY not in kinds(world)
    world.do(clock.resume())
    assert K.REPLY in kinds(world)


def test_more_time_is_owed_until_later() -> None:
    world = clock.asked()
    world.do(clock.answer())
    assert open_limits(world)[EDU, K.REPLY] == date(2024, 7, 1)


def test_an_assisting_unit_owes_its_opinion_as_long_as_the_lead_owes_its_reply() -> None:
    world = contacted(limited(), LED)
    assert open_limits(world, HEALTH) == {(HEALTH, K.CO_OPINION): date(2024, 4, 1)}
    world.do(opinion())
    assert open_limits(world, HEALTH) == {}
    world.do(c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="未说明经费来源"))
    assert kinds(world, HEALTH) == {K.CO_OPINION}


def test_an_opinion_that_the_lead_did_not_wait_for_is_owed_no_more() -> None:
    world = contacted(
        opened(ruled(gates={"co_opinion_before_issue": Gate.OFF, "countersigned_before_issue": Gate.OFF})), LED
    )
    for command in (draft(), review(), sign()):
        world.do(command)
    assert kinds(world, HEALTH) == {K.CO_OPINION}
    world.do(issue())
    assert kinds(world, HEALTH) == set()


def test_while_an_objection_waits_the_office_owes_and_the_unit_does_not() -> None:
    world = assigned(limited(), SPLIT)
    world.do(hand_back())
    mine = [due for due in owed(world.case) if due.unit == EDU]
    assert mine == [Owed(Debtor.OFFICE, EDU, date(2024, 3, 8), K.OBJECTION_ANSWER)]
    assert K.REPLY in kinds(world, HEALTH)
    world.do(decide_objection(upheld=False))
    assert K.REPLY in kinds(world)
    world.do(escalate())
    assert kinds(world) == set(), "the office has answered"


def test_a_unit_that_has_left_owes_nothing() -> None:
    world = assigned(limited(), SPLIT)
    world.do(hand_back())
    world.do(decide_objection(upheld=True))
    assert {due.unit for due in owed(world.case)} == {HEALTH}


def test_proposers_owe_the_latest_form_they_had() -> None:
    world = form_out()
    due = Owed(Debtor.PROPOSERS, EDU, date(2024, 3, 16), K.FEEDBACK, round=1, members=(LEAD, SECOND))
    assert list(owed(world.case)) == [due]
    world.do(rate(member=LEAD, rating="DISSATISFIED"))
    assert [(due.about, due.members) for due in owed(world.case)] == [(K.FEEDBACK, (SECOND,)), (K.REHANDLING, ())]
    world.now = datetime(2024, 3, 10, 1, tzinfo=UTC)
    for command in (contact(world.now), draft(text="重新办理后的答复"), review(), sign(), issue()):
        world.do(command)
    assert [(due.round, due.members) for due in owed(world.case)] == [(1, (SECOND,))]
    world.do(form())
    assert [(due.round, due.members) for due in owed(world.case)] == [(2, (LEAD, SECOND))]


def test_a_promise_is_owed_until_it_is_kept_or_explained_also_after_closing() -> None:
    world = closed(result_class="B")
    for command in (
        commitment.promise(),
        commitment.promise(text="经费"),
        commitment.promise(text="无期", finish_on=None),
    ):
        world.do(command)
    end = date(2024, 12, 31)
    first, second = (Owed(Debtor.UNIT, EDU, end, commitment=number) for number in (1, 2))
    assert list(owed(world.case)) == [first, second]
    world.do(commitment.keep(1))
    assert list(owed(world.case)) == [second]
    world.do(commitment.fail(2))
    assert list(owed(world.case)) == []


def test_of_a_closed_case_publication_alone_is_owed_and_of_an_archived_one_nothing() -> None:
    world = issued(limited())
    for command in (form(), rate(member=LEAD), rate(member=SECOND), close()):
        world.do(command)
    assert kinds(world) == {K.PUBLICATION}
    world.do(archive.archive())
    assert list(owed(world.case)) == []


def test_of_a_unit_that_has_left_the_office_owes_the_publication_of_its_last_reply_alone() -> None:
    world = issued(limited())
    again = (rehandle(), contact(world.now), draft(text="重新办理后的答复"), review(), sign(), issue(), rehandle())
    for command in again:
        world.do(command)
    world.do(reassign(((HEALTH, AssignmentMode.SOLE),), EDU))
    owing = [due for due in owed(world.case) if due.about is K.PUBLICATION]
    assert [(due.debtor, due.unit, due.round) for due in owing] == [(Debtor.OFFICE, EDU, 2)]


def test_a_case_with_the_government_that_nobody_answers_is_the_offices_to_assign() -> None:
    for world in (transferred(), left(ALONE)):
        assert list(undated(world.case)) == [Undated(Debtor.OFFICE, Duty.ASSIGNMENT)]
        world.do(assign(((HEALTH, AssignmentMode.SOLE),)))
        assert list(undated(world.case)) == []


def test_who_only_has_the_case_for_its_information_owes_none_of_the_limits_it_had() -> None:
    world = assigned(limited(), LED)
    assert kinds(world, HEALTH)
    lead, assists, informed = AssignmentMode.LEAD, AssignmentMode.CO, AssignmentMode.REFERENCE_ONLY
    world.do(reassign(((EDU, lead), (HEALTH, informed), (CITY, assists))))
    assert kinds(world, HEALTH) == set()


def test_a_case_with_somebody_else_is_not_the_offices_to_assign() -> None:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient="COURT"))
    assert list(undated(world.case)) == []


# laws


def states(world: World) -> list[Proposal]:
    """Every state that every case went through."""
    found = []
    for history in world.streams.values():
        kind = kind_of(history[0])
        if kind.name != "proposal":
            continue
        state = kind.empty
        for recorded in history:
            state = kind.evolve(state, recorded)
            found.append(state)
    return found


@law
@given(histories())
def test_nothing_is_owed_on_a_case_that_has_ended(world: World) -> None:
    for case in states(world):
        if case.ended is not None or case.archived is not None:
            assert list(owed(case)) == []
        if case.closed is not None:
            assert {due.about for due in owed(case)} <= {K.PUBLICATION, None}


@law
@given(histories())
def test_nobody_owes_what_is_done(world: World) -> None:
    for case in states(world):
        for due in owed(case):
            task = case.tasks[due.unit]
            # of who has left, what their reply asks of proposers and the public
            assert task.active or (task.answered and due.about in (K.FEEDBACK, K.PUBLICATION))
            match due.about:
                case K.ACKNOWLEDGEMENT:
                    assert task.status is TaskStatus.ASSIGNED
                case K.FIRST_CONTACT:
                    begun = case.communication.round_of(due.unit, task.begun)
                    own = [known.mark for known in case.communication.contacts if known.unit == due.unit]
                    assert not any(follows(mark, begun.assigned) for mark in own)
                case K.REPLY | K.REHANDLING:
                    assert task.mode.answers
                    assert not task.round.issued
                    assert task.round.paused is None
                case K.CO_OPINION:
                    assert not task.mode.answers
                    assert task.co_opinion is None
                case K.FEEDBACK:
                    assert due.members
                    assert not set(due.members) & set(task.rounds[due.round].ratings)
                case K.PUBLICATION:
                    assert task.answered.published is None
                case K.OBJECTION_ANSWER:
                    assert (due.debtor, task.status) == (Debtor.OFFICE, TaskStatus.RETURNED)
                case None:
                    assert not case.commitments[due.commitment].settled
                case _:
                    raise AssertionError(due)


@law
@given(histories())
def test_whoever_waits_for_a_decision_owes_nothing(world: World) -> None:
    for case in states(world):
        waiting = {task.unit for task in case.tasks.values() if task.status is TaskStatus.RETURNED}
        assert not [due for due in owed(case) if due.unit in waiting and due.debtor is Debtor.UNIT]


@law
@given(histories())
def test_every_day_that_is_owed_was_told_by_an_event(world: World) -> None:
    for stream, history in world.streams.items():
        if kind_of(history[0]).name == "proposal":
            told = {(found.kind, found.due_on) for recorded in history for found in deadlines_of(recorded.event)}
            case = world.state(proposal_stream(stream))
            assert {(due.about, due.until) for due in owed(case) if due.about} <= told


@law
@given(histories())
def test_nothing_is_owed_twice(world: World) -> None:
    for case in states(world):
        named = [(due.unit, due.about, due.round, due.until, due.commitment, due.members) for due in owed(case)]
        assert len(set(named)) == len(named)
