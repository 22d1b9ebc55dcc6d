"""改办: what stands when a unit goes on in another way, leaves, or comes back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate, Outcome, Rating, Restart
from domain.events import (
    CaseReassigned,
    ExtensionGranted,
    RehandlingOrdered,
    ReportRetracted,
    SatisfactionRecorded,
    UnitAssigned,
)
from domain.policy.rulebook import DeadlineKind
from domain.proposal import TaskStatus, evolve, owed
from domain.rules import (
    CONTACT_BEFORE_REPLY,
    DISSATISFIED_IS_REHANDLED,
    FEEDBACK_BEFORE_CLOSING,
    RETURNED_DRAFT_CHANGES,
    TAKES_BACK_STEP,
    WITHDRAWN_BEFORE_REPLY,
)
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    SECOND,
    SHIPPED,
    SPLIT,
    Attempt,
    Modes,
    World,
    acknowledged,
    assign,
    assigned,
    attempt,
    close,
    contact,
    countersign,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    form,
    form_out,
    hand_back,
    issue,
    leader_of,
    opened,
    opinion,
    rate,
    reassign,
    refuses,
    review,
    ruled,
    send_back,
    sign,
    transferred,
    waive,
)

SOLE, LEADS, CO = AssignmentMode.SOLE, AssignmentMode.LEAD, AssignmentMode.CO
SPLIT_PART = AssignmentMode.SPLIT


def test_a_change_of_mode_keeps_what_the_unit_has_replied_and_heard() -> None:
    world = dissatisfied()
    assert world.do(reassign(((EDU, LEADS), (HEALTH, CO))))[1].event.first_round == 1
    task = world.case.tasks[EDU]
    assert (task.rounds[1].issued, set(task.rounds[1].ratings), task.round.number) == (True, {LEAD}, 2)
    assert task.dissatisfied == {LEAD}
    assert world.refused(draft()).rule is RETURNED_DRAFT_CHANGES
    assert world.refused(c.WithdrawProposal(member=LEAD, reason="撤回")).rule is WITHDRAWN_BEFORE_REPLY
    assert world.verdict(number=2).outcome is Outcome.PENDING
    world.do(contact(world.now))
    [again] = world.do(draft(text="重新办理后的答复"))
    assert (again.event.round, again.event.draft) == (2, 1)


def test_a_change_of_mode_keeps_limits_pauses_and_contacts() -> None:
    world = drafted()
    until = date(2024, 8, 20)
    world.do(c.RequestExtension(unit=EDU, until=until, reason="需调研", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.do(send_back())
    world.do(c.PauseClock(unit=EDU, reason="等待批复", approver=MAYOR))
    version = world.case.tasks[EDU].round.deadline_version
    [_, changed, _] = world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    task = world.case.tasks[EDU]
    assert (changed.event.deadline, changed.event.further) == (task.round.deadline, ())
    assert (task.round.deadline.due_on, task.round.deadline_version) == (until, version)
    assert task.round.paused is not None
    assert task.status is TaskStatus.ACKNOWLEDGED
    assert world.refused(draft()).rule is RETURNED_DRAFT_CHANGES
    world.do(draft(text="修改后的答复"))
    for command in (opinion(), countersign(number=2), review(number=2), sign(number=2)):
        world.do(command)
    assert world.verdict().outcome is Outcome.PASS


def helping_for_a_while(until: date) -> World:
    """A unit that had been granted more time assists, and then leads again."""
    world = assigned(modes=LED[:2])
    world.do(c.RequestExtension(unit=EDU, until=until, reason="需调研", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    for modes in (((EDU, CO), (HEALTH, LEADS)), ((EDU, LEADS), (HEALTH, CO))):
        world.do(reassign(modes))
    return world


def test_more_time_stands_though_the_unit_has_assisted_for_a_while() -> None:
    until = date(2024, 8, 20)
    world = helping_for_a_while(until)
    assert [due.until for due in owed(world.case) if due.about is DeadlineKind.REPLY] == [until]


@pytest.mark.parametrize("written", [False, True], ids=["nothing written", "something written"])
def test_more_time_stands_though_the_unit_was_off_the_case_for_a_while(written: bool) -> None:
    until = date(2024, 8, 20)
    world = drafted() if written else assigned()
    world.do(c.RequestExtension(unit=EDU, until=until, reason="需调研", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.do(reassign(((HEALTH, SOLE),), EDU))
    assert world.case.tasks[HEALTH].round.deadline.due_on < until, "it was granted to the other unit"
    world.do(reassign(((EDU, SOLE),), HEALTH))
    assert [(due.unit, due.until) for due in owed(world.case) if due.about is DeadlineKind.REPLY] == [(EDU, until)]
    grant = c.TakeBackStep(version=world.last(ExtensionGranted).version, reason="误批", approver=MAYOR)
    assert world.refused(grant).rule is TAKES_BACK_STEP


def stopped(world: World | None = None) -> World:
    """A leader has let the unit's clock stand still."""
    world = assigned(world, modes=((EDU, LEADS),))
    world.do(c.PauseClock(unit=EDU, reason="等待批复", approver=MAYOR))
    return world


def off_the_case(world: World) -> None:
    world.do(reassign(((HEALTH, SOLE),), EDU))
    world.do(reassign(((EDU, SOLE),), HEALTH))


def assisting_for_a_while(world: World) -> None:
    world.do(reassign(((EDU, CO), (HEALTH, LEADS))))
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))))


AWAY_FOR_A_WHILE = pytest.mark.parametrize("away", [off_the_case, assisting_for_a_while])


@AWAY_FOR_A_WHILE
def test_a_clock_that_stands_still_does_not_run_on_because_the_unit_was_away(away: Callable[[World], None]) -> None:
    world = stopped()
    due = world.case.tasks[EDU].round.deadline.due_on
    away(world)
    assert world.case.tasks[EDU].round.paused is not None
    [resumed] = world.do(c.ResumeClock(unit=EDU, reason="已批复"), at="2024-03-11 09:00")
    assert resumed.event.deadline.due_on == due + timedelta(days=10)


@AWAY_FOR_A_WHILE
def test_a_clock_that_starts_anew_runs(away: Callable[[World], None]) -> None:
    anew = SHIPPED.deadlines[0].model_copy(update={"restarts": (Restart.REASSIGNMENT,)})
    world = stopped(opened(ruled(deadlines=(anew, *SHIPPED.deadlines[1:]))))
    away(world)
    current = world.case.tasks[EDU].round
    assert (current.deadline.started_anew, current.paused) == (True, None)


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_more_time_is_not_taken_back_where_it_went_on_with_an_assignment() -> Attempt:
    world = helping_for_a_while(date(2024, 8, 20))
    version = world.last(ExtensionGranted).version
    return attempt(world, c.TakeBackStep(version=version, reason="误批", approver=MAYOR))


def test_who_leads_again_has_no_less_time_than_who_is_assigned() -> None:
    anew = SHIPPED.deadlines[0].model_copy(update={"restarts": (Restart.REASSIGNMENT,)})
    world = assigned(opened(ruled(deadlines=(anew, *SHIPPED.deadlines[1:]))), LED[:2])
    soon = world.case.tasks[EDU].round.deadline.due_on + timedelta(days=1)
    world.do(c.RequestExtension(unit=EDU, until=soon, reason="需调研", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.do(reassign(((EDU, CO), (HEALTH, LEADS))))
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))), at="2024-05-06 09:00")
    assert world.case.tasks[EDU].round.deadline.started_anew


def test_a_leading_unit_that_assists_from_now_on_owes_its_opinion_and_no_reply() -> None:
    world = assigned(modes=LED)
    world.do(reassign(((EDU, CO), (HEALTH, LEADS))))
    kinds = {(due.unit, due.about) for due in owed(world.case) if due.about is not DeadlineKind.ACKNOWLEDGEMENT}
    opinions = {(unit, DeadlineKind.CO_OPINION) for unit in (EDU, CITY)}
    assert kinds == {(HEALTH, DeadlineKind.REPLY), *opinions}
    assert world.verdict(EDU).outcome is Outcome.NOT_APPLICABLE


def test_a_unit_that_comes_back_counts_its_rounds_on() -> None:
    world = drafted()
    world.do(reassign(((CITY, SOLE),), EDU))
    [_, back] = world.do(reassign(((EDU, SOLE),), CITY))
    assert (back.event.round, set(world.case.tasks[EDU].rounds)) == (2, {1, 2})
    assert world.case.tasks[EDU].untouched, "it may object to the new assignment"
    assert world.verdict(number=1).outcome is Outcome.NOT_APPLICABLE
    assert world.verdict(number=2).outcome is Outcome.PENDING
    [again] = world.do(draft())
    assert (again.event.round, again.event.draft) == (2, 1)
    world.do(review())
    assert world.refused(sign()).rule is CONTACT_BEFORE_REPLY, "the contact was for the assignment that ended"


def test_a_waiver_stays_with_the_round_it_was_approved_for() -> None:
    world = acknowledged()
    for command in (waive(), draft(), review(), sign(), reassign(((CITY, SOLE),), EDU)):
        world.do(command)
    world.do(reassign(((EDU, SOLE),), CITY))
    assert world.verdict(number=1).outcome is Outcome.WAIVED
    assert (world.case.tasks[EDU].round.number, world.verdict(number=2).outcome) == (2, Outcome.PENDING)


def test_a_unit_that_comes_back_for_its_second_round_goes_on_with_it() -> None:
    world = dissatisfied()
    world.do(reassign(((CITY, SOLE),), EDU))
    [_, back] = world.do(reassign(((EDU, SOLE),), CITY))
    current = world.case.tasks[EDU].round
    assert (back.event.round, current.number, current.cause) == (2, 2, "委员不满意")
    assert world.case.tasks[EDU].rounds[1].issued


def test_a_round_that_handles_again_keeps_its_limit_with_whoever_goes_on_with_it() -> None:
    world = dissatisfied()
    due = world.case.tasks[EDU].round.deadline
    assert due is not None
    assert due.kind is DeadlineKind.REHANDLING
    world.do(reassign(((HEALTH, SOLE),), EDU))
    assert world.case.tasks[HEALTH].round.deadline == due
    world.do(reassign(((EDU, SOLE),), HEALTH))
    assert world.case.tasks[EDU].round.deadline == due


def objected(world: World) -> None:
    """The unit that took over hands the case back, and is right."""
    world.do(reassign(((HEALTH, SOLE),), EDU))
    world.do(hand_back(HEALTH))
    world.do(decide_objection(HEALTH, upheld=True))
    world.do(assign(((CITY, SOLE),)))


def assigned_after_it_left(world: World) -> None:
    world.do(reassign((), EDU))
    world.do(assign(((CITY, SOLE),)))


def assisting_the_next(world: World) -> None:
    world.do(reassign(((CITY, LEADS), (EDU, CO))))


def assisting_then_gone(world: World) -> None:
    world.do(reassign(((HEALTH, LEADS), (EDU, CO))))
    world.do(reassign((), HEALTH, EDU))
    world.do(reassign(((CITY, SOLE),)))


HANDED_ON = pytest.mark.parametrize(
    "hand_on", [objected, assigned_after_it_left, assisting_the_next, assisting_then_gone]
)


@HANDED_ON
def test_a_round_that_handles_again_keeps_its_limit_however_it_is_handed_on(hand_on: Callable[[World], None]) -> None:
    world = dissatisfied()
    due = world.case.tasks[EDU].round.deadline
    hand_on(world)
    assert world.case.tasks[CITY].round.deadline == due


def test_a_round_handed_on_takes_along_the_time_given_to_who_had_it_last() -> None:
    world = dissatisfied()
    world.do(reassign(((HEALTH, SOLE),), EDU))
    later = world.case.tasks[HEALTH].round.deadline.due_on + timedelta(days=9)
    world.do(c.RequestExtension(unit=HEALTH, until=later, reason="需调研", signed_by=leader_of(HEALTH)))
    world.do(c.DecideExtension(unit=HEALTH, granted=True, approver=MAYOR, reason="同意"))
    world.do(reassign((), HEALTH))
    world.do(assign(((CITY, SOLE),)))
    assert world.case.tasks[CITY].round.deadline.due_on == later


def test_who_takes_over_a_part_goes_on_with_the_order_for_that_part() -> None:
    """Both units were ordered to handle their part again; the one whose order is the later has left before."""
    world = dissatisfied(modes=SPLIT)
    due = world.case.tasks[EDU].round.deadline
    for command in (form(HEALTH), rate(HEALTH, rating=Rating.DISSATISFIED), reassign((), HEALTH)):
        world.do(command)
    world.do(reassign(((CITY, SPLIT_PART),), EDU))
    assert world.case.tasks[CITY].round.deadline == due


def test_an_order_that_was_answered_binds_nobody_any_more() -> None:
    """The lead assists the unit that answers its order; it leads again once that is to answer another."""
    world = dissatisfied()
    world.do(reassign(((HEALTH, LEADS), (EDU, CO))))
    world.do(opinion(EDU))
    for command in (
        contact(world.now, HEALTH),
        draft(HEALTH, "另一答复"),
        countersign(EDU, HEALTH),
        review(HEALTH),
        sign(HEALTH),
        issue(HEALTH),
        form(HEALTH),
    ):
        world.do(command)
    world.do(rate(HEALTH, rating=Rating.DISSATISFIED), at="2024-05-06 09:00")
    second = world.case.tasks[HEALTH].round.deadline
    assert second.due_on == date(2024, 6, 6)
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    assert world.case.tasks[EDU].round.deadline == second


def test_who_takes_over_a_round_whose_order_was_taken_back_has_the_time_of_a_reply() -> None:
    world = taken_over()
    world.do(reassign((), HEALTH))
    world.do(order_back(world))
    world.do(assign(((CITY, SOLE),)))
    assert world.case.tasks[CITY].round.deadline.kind is DeadlineKind.REPLY


def taken_over(world: World | None = None) -> World:
    """A round that handles again was ordered for an answer that was never given; another unit has taken it over."""
    world = dissatisfied(world)
    world.do(reassign(((HEALTH, SOLE),), EDU))
    return world


def order_back(world: World) -> c.TakeBackStep:
    return c.TakeBackStep(version=world.last(RehandlingOrdered).version, reason="误登的不满意", approver=MAYOR)


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_an_order_is_not_taken_back_under_the_unit_that_took_its_round_over() -> Attempt:
    world = taken_over()
    return attempt(world, order_back(world))


@refuses(c.TakeBackStep, TAKES_BACK_STEP, "version")
def test_nor_under_one_that_was_given_more_time_for_it() -> Attempt:
    world = taken_over()
    later = world.case.tasks[HEALTH].round.deadline.due_on + timedelta(days=9)
    world.do(c.RequestExtension(unit=HEALTH, until=later, reason="需调研", signed_by=leader_of(HEALTH)))
    world.do(c.DecideExtension(unit=HEALTH, granted=True, approver=MAYOR, reason="同意"))
    world.do(reassign(((CITY, SOLE),), HEALTH))
    return attempt(world, order_back(world))


def test_an_order_taken_over_stays_though_the_answer_was_a_mistake() -> None:
    world = taken_over()
    [fact] = world.do(c.RetractReport(version=world.last(SatisfactionRecorded).version, reason="误登"))
    assert isinstance(fact.event, ReportRetracted)
    assert world.case.tasks[HEALTH].round.deadline.anchor.version not in world.case.retracted


def test_an_order_that_set_no_limit_is_taken_back_whoever_has_the_case() -> None:
    replies = tuple(rule for rule in SHIPPED.deadlines if rule.kind is DeadlineKind.REPLY)
    world = taken_over(opened(ruled(deadlines=replies)))
    assert world.do(order_back(world))


def test_an_order_is_taken_back_beside_who_joined_with_a_limit_of_its_own() -> None:
    world = dissatisfied(modes=SPLIT)
    world.do(assign(((CITY, SPLIT_PART),)))
    assert world.do(order_back(world))


def nobody_has_it(world: World) -> None:
    for command in (reassign((), HEALTH), order_back(world), assign(((EDU, SOLE),))):
        world.do(command)


def the_first_has_it_back(world: World) -> None:
    for command in (reassign(((EDU, SOLE),), HEALTH), order_back(world)):
        world.do(command)


@pytest.mark.parametrize("mend", [nobody_has_it, the_first_has_it_back])
def test_who_comes_back_to_a_round_it_has_answered_owes_nothing_more(mend: Callable[[World], None]) -> None:
    world = taken_over()
    world.do(c.RetractReport(version=world.last(SatisfactionRecorded).version, reason="误登"))
    mend(world)
    task = world.case.tasks[EDU]
    assert (task.answers, task.round.number, task.round.issued, set(task.round.forms)) == (
        True,
        1,
        True,
        {LEAD, SECOND},
    )
    assert {due.about for due in owed(world.case)} <= {DeadlineKind.FEEDBACK}
    assert world.verdict().outcome is Outcome.PASS
    assert world.verdict(number=2).outcome is Outcome.NOT_APPLICABLE
    world.do(rate())
    world.do(rate(member=SECOND))
    assert world.do(close())


def test_a_lead_that_assisted_for_a_while_comes_back_to_a_round_it_has_answered() -> None:
    world = dissatisfied(modes=((EDU, LEADS),))
    world.do(reassign(((EDU, CO), (HEALTH, LEADS))))
    world.do(reassign(((EDU, CO), (CITY, LEADS)), HEALTH))
    world.do(reassign((), CITY, EDU))
    world.do(order_back(world))
    world.do(assign(((EDU, SOLE),)))
    assert (world.case.tasks[EDU].round.number, world.case.tasks[EDU].round.issued) == (1, True)
    [order, *_] = world.do(c.OrderRehandling(unit=EDU, cause="委员又来信"))
    assert order.event.round == 2


def test_who_joins_beside_a_round_that_handles_again_has_the_time_of_a_reply() -> None:
    world = dissatisfied(modes=SPLIT)
    world.do(assign(((CITY, SPLIT_PART),)))
    joined = world.case.tasks[CITY].round.deadline
    assert joined is not None
    assert joined.kind is DeadlineKind.REPLY


def test_an_earlier_change_of_mode_begins_anew_as_it_did() -> None:
    world = drafted()
    before = world.copy()
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    [reassigned, lead, _] = world.story[-3:]
    old = replace(reassigned, event=CaseReassigned(left=(EDU,), reason=reassigned.event.reason))
    state = evolve(evolve(before.case, old), lead)
    assert (set(state.tasks[EDU].rounds), state.tasks[EDU].untouched) == ({1}, True)


def handed_on(world: World | None = None) -> World:
    """The co-signer was not satisfied with the first unit; another has taken over and replied to both."""
    world = form_out(world)
    for command in (rate(member=SECOND, rating=Rating.DISSATISFIED), rate(), reassign(((HEALTH, SOLE),), EDU)):
        world.do(command)
    for command in (
        contact(world.now, HEALTH),
        draft(HEALTH, "另一答复"),
        review(HEALTH),
        sign(HEALTH),
        issue(HEALTH),
        form(HEALTH, members=(LEAD,)),
        rate(HEALTH, LEAD),
    ):
        world.do(command)
    return world


@refuses(c.CloseHandling, DISSATISFIED_IS_REHANDLED)
def test_nobodys_dissatisfaction_ends_by_their_unit_leaving_the_case() -> Attempt:
    return attempt(handed_on(), close())


def test_where_a_place_only_flags_it_a_case_closes_over_whom_a_unit_that_left_has_not_satisfied() -> None:
    world = handed_on(opened(ruled(gates={"satisfied_before_closing": Gate.FLAG})))
    [fact] = world.do(close())
    assert fact.flags == (DISSATISFIED_IS_REHANDLED.id,)


def test_who_took_over_asks_the_dissatisfied_again() -> None:
    world = handed_on()
    world.do(form(HEALTH))
    assert world.refused(close()).rule is FEEDBACK_BEFORE_CLOSING
    world.do(rate(HEALTH, SECOND))
    assert world.do(close())


def promising() -> World:
    world = form_out()
    world.do(c.MakeCommitment(unit=EDU, text="年内完工", finish_on=date(2024, 12, 31)))
    world.do(rate(rating=Rating.DISSATISFIED))
    return world


def holders(world: World) -> list[str]:
    return [due.unit for due in owed(world.case) if due.commitment == 1]


def test_who_takes_over_a_case_takes_over_what_was_promised() -> None:
    world = promising()
    world.do(reassign(((HEALTH, SOLE),), EDU))
    assert holders(world) == [HEALTH]
    world.do(hand_back(HEALTH))
    assert holders(world) == [], "it waits for its objection to be decided"
    world.do(decide_objection(HEALTH, upheld=True))
    assert holders(world) == []
    world.do(assign(((CITY, SOLE),)))
    assert holders(world) == [CITY]
    world.do(c.FulfilCommitment(number=1, outcome="已完工"))
    told = {"commitments": (1,), "text": "承诺已兑现"}
    assert world.refused(c.IssueSecondReply(unit=EDU, signer=leader_of(EDU), **told))
    assert world.do(c.IssueSecondReply(unit=CITY, signer=leader_of(CITY), **told))


def test_where_nobody_is_assigned_anew_those_who_stay_hold_what_was_promised() -> None:
    world = form_out(modes=SPLIT)
    world.do(c.MakeCommitment(unit=EDU, text="年内完工", finish_on=date(2024, 12, 31)))
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(reassign(((HEALTH, SPLIT_PART),), EDU))
    assert holders(world) == [HEALTH]


@pytest.mark.parametrize(
    "changed",
    [
        ((EDU, LEADS), (CITY, CO)),
        ((HEALTH, LEADS), (EDU, CO)),
        ((HEALTH, SOLE), (EDU, AssignmentMode.REFERENCE_ONLY)),
    ],
    ids=["lead", "assist", "for information"],
)
def test_a_change_of_mode_keeps_the_leader_in_charge(changed: Modes) -> None:
    world = transferred()
    world.do(assign(leader=MAYOR))
    [kept] = [fact for fact in world.do(reassign(changed)) if getattr(fact.event, "unit", None) == EDU]
    assert kept.event.leader == MAYOR


def test_a_change_of_mode_keeps_the_round_that_a_unit_came_back_to() -> None:
    world = dissatisfied()
    world.do(reassign(((CITY, SOLE),), EDU))
    world.do(reassign(((EDU, SOLE),), CITY))
    back = world.last(UnitAssigned)
    world.do(reassign(((EDU, LEADS), (CITY, CO))))
    [changed] = [fact for fact in world.all(UnitAssigned)[-2:] if fact.event.unit == EDU]
    assert (back.event.round, changed.event.round, world.case.tasks[EDU].round.number) == (2, 2, 2)


def test_a_unit_that_comes_back_after_its_reply_has_the_leader_in_charge_who_is_named() -> None:
    world = dissatisfied()
    world.do(reassign((), EDU))
    world.do(c.TakeBackStep(version=world.last(RehandlingOrdered).version, reason="误操作", approver=MAYOR))
    [back] = world.do(assign(leader=MAYOR))
    assert (back.event.leader, back.event.round, world.case.tasks[EDU].leader) == (MAYOR, 1, MAYOR)
