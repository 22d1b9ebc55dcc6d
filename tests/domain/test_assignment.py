"""分办、签收、退件."""

from datetime import date, timedelta

import pytest

from domain import commands as c
from domain.codes import AssignmentMode
from domain.events import (
    AssignmentAcknowledged,
    AssignmentReturned,
    CaseTransferredToGovernment,
    ObjectionRejected,
    ObjectionUpheld,
)
from domain.policy.rulebook import DeadlineKind
from domain.proposal import TaskStatus
from domain.rules import (
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    MODE_CHANGES_BY_REASSIGNMENT,
    MODES_COMPATIBLE,
    OBJECTION_BEFORE_HANDLING,
    OBJECTION_NAMES_UNIT,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    SIGNER_OF_UNIT,
    TRANSFERRED_BEFORE_ASSIGNMENT,
)
from domain.values import day_of
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LED,
    MAYOR,
    SPLIT,
    Attempt,
    Given,
    Modes,
    acknowledged,
    assign,
    assigned,
    attempt,
    countersigned,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    hand_back,
    issued,
    leader_of,
    left,
    refuses,
    registered,
    returned,
    transferred,
)

SOLE, LEADS, CO, EACH = AssignmentMode


@pytest.mark.parametrize("modes", [ALONE, LED, SPLIT, ((EDU, LEADS),)])
def test_units_are_assigned_alone_or_led_or_each_for_itself(modes: Modes) -> None:
    facts = transferred().do(assign(modes, leader=MAYOR))
    assert [(fact.event.unit, fact.event.mode) for fact in facts] == list(modes)
    assert {fact.event.leader for fact in facts} == {MAYOR}


def test_the_reply_is_due_from_the_handover_and_an_opinion_from_the_assignment() -> None:
    world = transferred()
    lead, second, third = world.do(assign(LED), at="2024-03-12 09:00")
    handover = world.last(CaseTransferredToGovernment)
    reply, opinion = lead.event.deadline, third.event.deadline
    assert (reply.kind, reply.due_on) == (DeadlineKind.REPLY, date(2024, 6, 1))
    assert (reply.anchor.event, reply.anchor.version) == ("CaseTransferredToGovernment", handover.version)
    assert (opinion.kind, opinion.due_on) == (DeadlineKind.CO_OPINION, date(2024, 4, 12))
    assert (opinion.anchor.event, opinion.anchor.version) == ("UnitAssigned", third.version)
    assert second.event.deadline.anchor.version == second.version


def test_only_units_that_are_not_yet_on_the_case_are_added() -> None:
    world = assigned(modes=LED[:2])
    facts = world.do(assign(LED))
    assert [fact.event.unit for fact in facts] == [CITY]


def test_units_already_assigned_this_way_stay_as_they_are() -> None:
    assert assigned(modes=LED).do(assign(LED)) == []


def test_a_unit_named_twice_is_assigned_once() -> None:
    assert [fact.event.unit for fact in transferred().do(assign((*SPLIT, SPLIT[0])))] == [EDU, HEALTH]


def test_a_unit_that_left_may_be_assigned_again() -> None:
    world = left()
    [fact] = world.do(assign(SPLIT))
    assert (fact.event.unit, world.case.tasks[EDU].status) == (EDU, TaskStatus.ASSIGNED)


@refuses(c.AssignUnits, TRANSFERRED_BEFORE_ASSIGNMENT)
def test_a_case_is_assigned_only_after_its_transfer() -> Attempt:
    return attempt(registered(), assign())


@refuses(c.AssignUnits, KNOWN_UNIT, "assignments.1.unit")
def test_only_listed_units_are_assigned() -> Attempt:
    return attempt(transferred(), assign((*SPLIT[:1], ("nowhere", EACH))))


@refuses(c.AssignUnits, KNOWN_OFFICIAL, "leader")
def test_the_leader_in_charge_is_a_listed_official() -> Attempt:
    return attempt(transferred(), assign(leader="nobody"))


@refuses(c.AssignUnits, MODES_COMPATIBLE, "assignments")
@pytest.mark.parametrize(
    "modes",
    [
        ((EDU, SOLE), (HEALTH, SOLE)),
        ((EDU, SOLE), (HEALTH, CO)),
        ((EDU, LEADS), (HEALTH, LEADS)),
        ((EDU, CO),),
        ((EDU, EACH), (HEALTH, CO)),
        ((EDU, LEADS), (HEALTH, EACH)),
    ],
)
def test_ways_of_taking_part_do_not_mix(modes: Modes) -> Attempt:
    return attempt(transferred(), assign(modes))


@refuses(c.AssignUnits, MODES_COMPATIBLE, "assignments")
def test_ways_of_taking_part_do_not_mix_with_those_of_units_on_the_case() -> Attempt:
    return attempt(assigned(), assign(((HEALTH, EACH),)))


@refuses(c.AssignUnits, MODE_CHANGES_BY_REASSIGNMENT, "assignments.0.mode")
def test_a_unit_does_not_change_its_way_of_taking_part_by_the_way() -> Attempt:
    return attempt(assigned(), assign(((EDU, LEADS), (HEALTH, CO))))


@refuses(c.AssignUnits, MODE_CHANGES_BY_REASSIGNMENT, "assignments.1.mode")
def test_one_unit_cannot_be_named_in_two_ways() -> Attempt:
    return attempt(transferred(), assign(((EDU, LEADS), (EDU, CO))))


def test_a_unit_acknowledges_its_assignment() -> None:
    [fact] = assigned().do(c.AcknowledgeAssignment(unit=EDU))
    assert fact.event == AssignmentAcknowledged(unit=EDU)


def test_an_assignment_is_acknowledged_once() -> None:
    assert acknowledged().do(c.AcknowledgeAssignment(unit=EDU)) == []


@refuses(c.AcknowledgeAssignment, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [transferred, left, returned], ids=["unassigned", "left", "handed back"])
def test_a_unit_that_is_not_on_the_case_acknowledges_nothing(given: Given) -> Attempt:
    return attempt(given(), c.AcknowledgeAssignment(unit=EDU))


def test_a_unit_hands_a_case_back_and_says_whose_it_is() -> None:
    world = acknowledged()
    [fact] = world.do(hand_back())
    assert fact.event == AssignmentReturned(
        unit=EDU, reason="不属本单位职责", suggested_unit=CITY, signed_by=leader_of(EDU)
    )
    assert world.case.tasks[EDU].active


def test_a_case_is_handed_back_once() -> None:
    assert returned().do(hand_back()) == []


@refuses(c.ReturnAssignment, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_a_unit_that_is_not_on_the_case_hands_nothing_back(given: Given) -> Attempt:
    return attempt(given(), hand_back())


@refuses(c.ReturnAssignment, KNOWN_UNIT, "suggested_unit")
def test_the_unit_suggested_instead_is_a_listed_one() -> Attempt:
    return attempt(assigned(), hand_back(suggested_unit="nowhere"))


@refuses(c.ReturnAssignment, KNOWN_OFFICIAL, "signed_by")
def test_a_listed_official_signs_the_objection() -> Attempt:
    return attempt(assigned(), hand_back(signed_by="nobody"))


@refuses(c.ReturnAssignment, OBJECTION_NAMES_UNIT, "suggested_unit")
def test_a_unit_cannot_suggest_itself() -> Attempt:
    return attempt(assigned(), hand_back(suggested_unit=EDU))


@refuses(c.ReturnAssignment, OBJECTION_BEFORE_HANDLING, "unit")
def test_a_unit_that_has_drafted_cannot_hand_the_case_back() -> Attempt:
    return attempt(drafted(), hand_back())


@refuses(c.ReturnAssignment, OBJECTION_BEFORE_HANDLING, "unit")
def test_a_unit_that_has_given_its_opinion_cannot_hand_the_case_back() -> Attempt:
    return attempt(countersigned(modes=LED), hand_back(HEALTH))


@refuses(c.ReturnAssignment, OBJECTION_BEFORE_HANDLING, "unit")
def test_a_unit_that_has_replied_cannot_hand_the_case_back_when_the_member_is_not_satisfied() -> Attempt:
    return attempt(dissatisfied(), hand_back())


def test_an_upheld_objection_lets_the_unit_leave() -> None:
    world = returned(SPLIT)
    [fact] = world.do(decide_objection(upheld=True))
    assert fact.event == ObjectionUpheld(unit=EDU, reason="职责以三定方案为准")
    assert [task.unit for task in world.case.active_tasks] == [HEALTH]


def test_a_rejected_objection_keeps_the_unit() -> None:
    world = returned()
    [fact] = world.do(decide_objection(upheld=False))
    assert fact.event == ObjectionRejected(unit=EDU, reason="职责以三定方案为准")
    assert [event.event.unit for event in world.do(c.AcknowledgeAssignment(unit=EDU))] == [EDU]


@refuses(c.DecideObjection, OBJECTION_OPEN, "unit")
@pytest.mark.parametrize("given", [transferred, assigned, left], ids=["unassigned", "no objection", "decided"])
def test_only_an_open_objection_is_decided(given: Given) -> Attempt:
    return attempt(given(), decide_objection(upheld=False))


@refuses(c.ReturnAssignment, OBJECTION_OPEN, "unit")
def test_a_unit_does_not_change_its_objection_while_it_waits() -> Attempt:
    return attempt(returned(), hand_back().model_copy(update={"reason": "另一理由"}))


@refuses(c.ReturnAssignment, SIGNER_OF_UNIT, "signed_by")
def test_an_objection_is_signed_by_somebody_of_the_unit() -> Attempt:
    return attempt(acknowledged(), hand_back(signed_by=leader_of(HEALTH)))


@refuses(c.AssignUnits, MODES_COMPATIBLE, "assignments")
def test_nobody_assists_a_reply_that_is_already_out() -> Attempt:
    world = issued(modes=LED[:2])
    return attempt(world, assign(((EDU, AssignmentMode.LEAD), (CITY, AssignmentMode.CO))))


@refuses(c.AssignUnits, SIGNER_OF_UNIT, "leader")
def test_the_leader_in_charge_is_not_another_units() -> Attempt:
    return attempt(transferred(), assign(leader=leader_of(HEALTH)))


@refuses(c.AssignUnits, MODE_CHANGES_BY_REASSIGNMENT, "leader")
def test_another_leader_in_charge_is_not_passed_over() -> Attempt:
    return attempt(assigned(), assign(leader=MAYOR))


@refuses(c.AssignUnits, OCCURRED_IN_ORDER, "occurred_at")
def test_a_unit_does_not_come_back_before_it_left() -> Attempt:
    world = left(ALONE)
    return attempt(world, assign(occurred_at=world.last(ObjectionUpheld).occurred_at - timedelta(seconds=1)))


@refuses(c.DecideObjection, OCCURRED_IN_ORDER, "occurred_at")
def test_an_objection_is_not_decided_before_it_is_made() -> Attempt:
    world = returned()
    early = {"occurred_at": world.last(AssignmentReturned).occurred_at - timedelta(seconds=1)}
    return attempt(world, decide_objection(upheld=True).model_copy(update=early))


@pytest.mark.parametrize("upheld", [True, False])
def test_an_objection_decided_the_same_way_again_is_already_decided(upheld: bool) -> None:
    world = returned()
    world.do(decide_objection(upheld=upheld))
    assert world.do(decide_objection(upheld=upheld)) == []


def test_a_day_between_two_hours_does_not_turn_time_back() -> None:
    world = transferred()
    hour = world.last(CaseTransferredToGovernment).occurred_at
    world.do(assign(occurred_at=day_of(hour)))
    assert world.refused(draft(occurred_at=hour - timedelta(minutes=1))).rule is OCCURRED_IN_ORDER
