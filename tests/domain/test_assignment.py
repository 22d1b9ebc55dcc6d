"""分办、签收、退件."""

from datetime import date, timedelta

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Outcome
from domain.events import (
    AssignmentAcknowledged,
    AssignmentReturned,
    CaseReassigned,
    CaseTransferredToGovernment,
    ObjectionRejected,
    ObjectionUpheld,
    ResponsibilityNamed,
    UnitAssigned,
)
from domain.policy.rulebook import DeadlineKind
from domain.proposal import TaskStatus, owed
from domain.rules import (
    DECIDER_LEADS_CITY,
    JOINT_CASES_OF_ONE_UNIT,
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    MODE_CHANGES_BY_REASSIGNMENT,
    MODES_COMPATIBLE,
    OBJECTION_BEFORE_HANDLING,
    OBJECTION_NAMES_UNIT,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    REASSIGNED_BEFORE_REPLY,
    RESPONSIBILITY_RANK,
    SIGNER_OF_UNIT,
    TRANSFERRED_BEFORE_ASSIGNMENT,
)
from domain.streams import proposal_stream
from domain.values import day_of
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    SECOND,
    SPLIT,
    Attempt,
    Given,
    Modes,
    World,
    acknowledged,
    assign,
    assigned,
    attempt,
    close,
    contact,
    countersigned,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    form,
    hand_back,
    issue,
    issued,
    leader_of,
    left,
    rate,
    reassign,
    refuses,
    registered,
    responsible,
    returned,
    review,
    sign,
    transferred,
)

SOLE, LEADS, CO, EACH, FOR_INFORMATION = AssignmentMode


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


# reassignment, responsibility, joint handling


def test_a_case_is_reassigned_with_its_history_kept() -> None:
    world = acknowledged()
    reassigned, given_to = world.do(reassign(((CITY, SOLE),), EDU, decided_by=MAYOR))
    assert reassigned.event == CaseReassigned(left=(EDU,), reason="牵头单位调整", decided_by=MAYOR)
    assert (given_to.event.unit, given_to.event.basis) == (CITY, "牵头单位调整")
    assert given_to.event.deadline.anchor.event == "CaseTransferredToGovernment"
    assert (world.case.tasks[EDU].status, world.case.tasks[CITY].status) == (TaskStatus.LEFT, TaskStatus.ASSIGNED)
    assert world.do(reassign(((CITY, SOLE),), EDU, decided_by=MAYOR)) == []


def test_an_assisting_unit_may_become_the_lead() -> None:
    world = countersigned(modes=LED)
    facts = world.do(reassign(((HEALTH, LEADS),), EDU))
    assert [type(fact.event) for fact in facts] == [CaseReassigned, UnitAssigned]
    assert (facts[0].event.left, facts[0].event.changed) == ((EDU,), (HEALTH,))
    assert [task.unit for task in world.case.answering] == [HEALTH]
    assert world.verdict(HEALTH).outcome is Outcome.PENDING
    assert world.verdict(EDU).outcome is Outcome.NOT_APPLICABLE


def test_a_unit_alone_may_be_given_help_by_becoming_the_lead() -> None:
    world = drafted()
    facts = world.do(reassign(((EDU, LEADS), (HEALTH, CO))))
    assert [(fact.event.unit, fact.event.mode) for fact in facts[1:]] == [(EDU, LEADS), (HEALTH, CO)]
    assert not world.case.tasks[EDU].untouched, "what it has written stands"


@refuses(c.ReassignCase, REASSIGNED_BEFORE_REPLY)
def test_a_unit_that_has_replied_is_not_replaced() -> Attempt:
    return attempt(issued(), reassign(((CITY, SOLE),), EDU))


def test_a_case_that_is_nobodys_is_assigned_anew() -> None:
    world = drafted()
    [fact] = world.do(reassign((), EDU))
    assert fact.event.left == (EDU,)
    assert (world.case.active_tasks, world.do(reassign((), EDU))) == ((), [])
    assert world.do(assign(((CITY, SOLE),)))


@refuses(c.ReassignCase, MODES_COMPATIBLE, "assignments")
def test_a_lead_does_not_leave_its_assisting_units_alone() -> Attempt:
    return attempt(assigned(modes=LED), reassign((), EDU))


@refuses(c.ReassignCase, MODES_COMPATIBLE, "assignments")
def test_a_case_that_nobody_has_is_not_given_up() -> Attempt:
    return attempt(transferred(), reassign(()))


@refuses(c.ReassignCase, MODES_COMPATIBLE, "assignments")
def test_a_reassignment_keeps_the_ways_of_taking_part_apart() -> Attempt:
    return attempt(assigned(), reassign(((CITY, SOLE),)))


@refuses(c.ReassignCase, MODES_COMPATIBLE, "assignments.0.unit")
def test_a_unit_does_not_leave_and_stay() -> Attempt:
    return attempt(assigned(), reassign(((EDU, SOLE),), EDU))


@refuses(c.ReassignCase, ONLY_ASSIGNED_UNIT_ACTS, "leaving.0")
def test_only_a_unit_on_the_case_leaves_it() -> Attempt:
    return attempt(assigned(), reassign(((CITY, SOLE),), HEALTH))


@refuses(c.ReassignCase, KNOWN_UNIT, "assignments.0.unit")
def test_a_case_is_reassigned_to_listed_units() -> Attempt:
    return attempt(assigned(), reassign((("nowhere", SOLE),), EDU))


@refuses(c.ReassignCase, KNOWN_OFFICIAL, "decided_by")
def test_who_decides_a_reassignment_is_listed() -> Attempt:
    return attempt(assigned(), reassign(((CITY, SOLE),), EDU, decided_by="nobody"))


@refuses(c.ReassignCase, DECIDER_LEADS_CITY, "decided_by")
def test_who_decides_a_reassignment_by_name_leads_the_city() -> Attempt:
    return attempt(assigned(), reassign(((CITY, SOLE),), EDU, decided_by=leader_of(CITY)))


def test_three_people_of_the_unit_answer_for_the_case() -> None:
    world = assigned()
    [fact] = world.do(responsible())
    assert isinstance(fact.event, ResponsibilityNamed)
    assert world.do(responsible()) == []
    assert world.case.tasks[EDU].responsible == fact.event


@refuses(c.NameResponsibility, RESPONSIBILITY_RANK, "head")
def test_the_head_heads_the_unit() -> Attempt:
    return attempt(assigned(), responsible(head=leader_of(EDU)))


@refuses(c.NameResponsibility, SIGNER_OF_UNIT, "desk_officer")
def test_the_desk_officer_sits_in_the_unit() -> Attempt:
    return attempt(assigned(), responsible(desk_officer=leader_of(HEALTH)))


@refuses(c.NameResponsibility, KNOWN_OFFICIAL, "portfolio_leader")
def test_who_answers_for_a_case_is_listed() -> Attempt:
    return attempt(assigned(), responsible(portfolio_leader="nobody"))


@refuses(c.NameResponsibility, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_names_its_people() -> Attempt:
    return attempt(transferred(), responsible())


def together(world: World) -> c.HandleJointly:
    cases = {fact.stream for fact in world.all(UnitAssigned)} - {world.proposal}
    return c.HandleJointly(unit=EDU, cases=tuple(cases), reason="同一主题")


def test_cases_handled_jointly_know_each_other_and_are_answered_apart() -> None:
    world = assigned(assigned())
    facts = world.do(together(world))
    streams = {fact.stream for fact in facts}
    assert (len(facts), len(streams)) == (2, 2)
    assert world.case.joint[EDU] == streams - {world.proposal}
    assert world.do(together(world)) == []
    assert all(not world.state(proposal_stream(stream)).tasks[EDU].round.issued for stream in streams)


@refuses(c.HandleJointly, JOINT_CASES_OF_ONE_UNIT, "cases.0")
def test_only_cases_of_the_same_unit_are_handled_jointly() -> Attempt:
    world = assigned(assigned(modes=((CITY, SOLE),)))
    return attempt(world, together(world))


def test_a_case_that_was_withdrawn_is_not_handled_jointly() -> None:
    world = assigned()
    world.do(c.WithdrawProposal(member=LEAD, reason="问题已解决"))
    assigned(world)
    assert world.refused(together(world)).rule is JOINT_CASES_OF_ONE_UNIT


@refuses(c.HandleJointly, JOINT_CASES_OF_ONE_UNIT, "cases")
def test_a_case_is_not_handled_jointly_with_itself() -> Attempt:
    world = assigned()
    return attempt(world, c.HandleJointly(unit=EDU, cases=(world.proposal,), reason="同一主题"))


@refuses(c.HandleJointly, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_only_a_unit_that_answers_handles_jointly() -> Attempt:
    world = assigned(assigned(), LED)
    return attempt(world, together(world).model_copy(update={"unit": HEALTH}))


@refuses(c.ReassignCase, TRANSFERRED_BEFORE_ASSIGNMENT)
def test_nothing_is_reassigned_that_was_not_handed_over() -> Attempt:
    return attempt(registered(), reassign(((CITY, SOLE),)))


def test_nobody_is_added_to_a_reply_that_is_out_by_way_of_a_reassignment() -> None:
    world = issued(modes=LED[:2])
    assert world.refused(reassign(((CITY, CO),))).rule is MODES_COMPATIBLE


# a case that went elsewhere


def of_the_court() -> World:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient="COURT"))
    return world


def test_a_case_that_went_to_the_court_is_the_courts_to_answer() -> None:
    world = of_the_court()
    world.do(c.ListUnit(unit=CITY, name="市中级人民法院", side="COURT"))
    facts = world.do(assign(((CITY, LEADS), (HEALTH, CO))))
    assert [fact.flags for fact in facts] == [(), ()]


def test_a_unit_of_the_government_that_is_to_answer_for_the_court_is_flagged() -> None:
    world = of_the_court()
    assert world.do(assign())[0].flags == (TRANSFERRED_BEFORE_ASSIGNMENT.id,)
    _, fact = world.do(reassign(((HEALTH, SOLE),), EDU))
    assert fact.flags == (TRANSFERRED_BEFORE_ASSIGNMENT.id,)


def test_a_unit_of_another_side_may_answer_for_the_government() -> None:
    world = transferred()
    world.do(c.ListUnit(unit=CITY, name="市妇联", side="MASS_ORGANISATION"))
    assert world.do(assign(((CITY, SOLE),)))[0].flags == ()


@pytest.mark.parametrize(("side", "name"), [("COURT", "市中级人民法院"), ("PROCURATORATE", "市人民检察院")])
def test_a_court_that_is_to_answer_for_the_government_is_flagged(side: str, name: str) -> None:
    world = transferred()
    world.do(c.ListUnit(unit=CITY, name=name, side=side))
    assert world.do(assign(((CITY, SOLE),)))[0].flags == (TRANSFERRED_BEFORE_ASSIGNMENT.id,)


# 参阅: a unit that has the case for its information


def informed(modes: Modes = ALONE) -> World:
    """The health commission has the case for its information."""
    return assigned(modes=(*modes, (HEALTH, FOR_INFORMATION)))


def test_a_unit_that_has_a_case_for_its_information_owes_nothing() -> None:
    world = informed()
    told = world.last(UnitAssigned).event
    assert (told.unit, told.mode, told.deadline, told.further) == (HEALTH, FOR_INFORMATION, None, ())
    assert {due.unit for due in owed(world.case)} == {EDU}
    assert [task.unit for task in world.case.active_tasks] == [EDU, HEALTH]
    assert (world.case.assisting, [task.unit for task in world.case.answering]) == ((), [EDU])


def test_a_case_that_others_have_for_their_information_is_answered_and_closed_as_any() -> None:
    world = informed()
    for command in (contact(world.now), draft(), review(), sign(), issue(), form(), rate(), rate(member=SECOND)):
        world.do(command)
    assert world.do(assign(((CITY, FOR_INFORMATION),))), "also after the reply"
    assert world.do(close())


@pytest.mark.parametrize("command", [c.AcknowledgeAssignment(unit=HEALTH), hand_back(HEALTH), draft(HEALTH)])
def test_a_unit_that_has_a_case_for_its_information_does_nothing_in_it(command: c.Command) -> None:
    assert "参阅" in informed().refused(command).reason


def test_nobody_has_for_its_information_what_nobody_handles() -> None:
    assert transferred().refused(assign(((HEALTH, FOR_INFORMATION),))).rule is MODES_COMPATIBLE


def test_a_unit_that_only_has_the_case_for_its_information_from_now_on_owes_nothing_any_more() -> None:
    world = assigned(modes=LED)
    world.do(reassign(((EDU, LEADS), (HEALTH, FOR_INFORMATION), (CITY, CO))))
    assert {due.unit for due in owed(world.case)} == {EDU, CITY}
    world.do(reassign(((EDU, LEADS), (HEALTH, CO), (CITY, CO))))
    assert {due.unit for due in owed(world.case)} == {EDU, HEALTH, CITY}
