"""改办: what stands when a unit goes on in another way, leaves, or comes back."""

from dataclasses import replace
from datetime import date

from domain import commands as c
from domain.codes import AssignmentMode, Outcome
from domain.events import CaseReassigned
from domain.policy.rulebook import DeadlineKind
from domain.proposal import TaskStatus, evolve, owed
from domain.rules import CONTACT_BEFORE_REPLY, RETURNED_DRAFT_CHANGES, WITHDRAWN_BEFORE_REPLY
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    acknowledged,
    assigned,
    contact,
    countersign,
    dissatisfied,
    draft,
    drafted,
    leader_of,
    opinion,
    reassign,
    review,
    send_back,
    sign,
    waive,
)

SOLE, LEADS, CO = AssignmentMode.SOLE, AssignmentMode.LEAD, AssignmentMode.CO


def test_a_change_of_mode_keeps_what_the_unit_has_replied_and_heard() -> None:
    world = dissatisfied()
    assert world.do(reassign(((EDU, LEADS), (HEALTH, CO))))[1].event.round == 1
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


def test_an_earlier_change_of_mode_begins_anew_as_it_did() -> None:
    world = drafted()
    before = world.copy()
    world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    [reassigned, lead, _] = world.story[-3:]
    old = replace(reassigned, event=CaseReassigned(left=(EDU,), reason=reassigned.event.reason))
    state = evolve(evolve(before.case, old), lead)
    assert (set(state.tasks[EDU].rounds), state.tasks[EDU].untouched) == ({1}, True)
