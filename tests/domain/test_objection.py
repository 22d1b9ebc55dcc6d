"""异议: in time or late, put to a leader; requests that others take part. (退件 itself: test_assignment.)"""

from datetime import UTC, date, datetime

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate, Rank
from domain.events import (
    Event,
    ObjectionEscalated,
    ObjectionUnanswered,
    UnitAdditionGranted,
    UnitAdditionRefused,
    UnitAdditionRequested,
)
from domain.explanation import deadlines_of
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, SignerRanks
from domain.proposal import TaskStatus
from domain.rules import (
    ADDITION_DECIDED_ABOVE,
    ADDITION_NAMES_OTHERS,
    ADDITION_OPEN,
    DECIDER_LEADS_CITY,
    ESCALATED_AFTER_DECISION,
    ESCALATED_DECIDED_BY_LEADER,
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    OBJECTION_BEFORE_HANDLING,
    OBJECTION_IN_TIME,
    OBJECTION_OPEN,
    OBJECTION_SIGNER_RANK,
    ONLY_ASSIGNED_UNIT_ACTS,
    REPLIED_BEFORE_CLOSING,
    SIGNER_OF_UNIT,
)
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    MAYOR,
    SHIPPED,
    SPLIT,
    Attempt,
    Given,
    World,
    ask_to_add,
    assign,
    assigned,
    attempt,
    close,
    decide_addition,
    decide_objection,
    draft,
    escalate,
    escalated,
    hand_back,
    head_of,
    leader_of,
    left,
    officer_of,
    opened,
    reassign,
    refuses,
    rejected,
    returned,
    ruled,
    transferred,
)

AWAY = [transferred, left]


def limited(gate: Gate | None = None) -> World:
    """Objections within three days of the assignment, answered within seven (S11, S15)."""
    window = DeadlineRule(
        kind=DeadlineKind.OBJECTION, rule="objection-within-three-days", anchor=AnchorKind.ASSIGNMENT,
        counted_in=CountedIn.DAY, value=3, source="S11",
    )  # fmt: skip
    answer = DeadlineRule(
        kind=DeadlineKind.OBJECTION_ANSWER, rule="answer-within-seven-days", anchor=AnchorKind.RETURN,
        counted_in=CountedIn.DAY, value=7, source="S15",
    )  # fmt: skip
    rulebook = ruled(deadlines=(*SHIPPED.deadlines, window, answer), gates={"objection_in_time": gate} if gate else {})
    return assigned(opened(rulebook))


def undecided() -> World:
    """Handed back; the office has until the eleventh of March to decide."""
    world = limited()
    world.do(hand_back(), at="2024-03-04 18:00")
    return world


def unanswered() -> World:
    """Handed back, and the office has let its last day pass."""
    world = undecided()
    world.now = datetime(2024, 3, 12, 1, tzinfo=UTC)
    return world


def note(unit: str = EDU) -> c.NoteObjectionUnanswered:
    return c.NoteObjectionUnanswered(unit=unit)


def test_an_objection_has_a_window_and_the_office_a_limit_to_answer() -> None:
    world = limited()
    [limit] = world.case.tasks[EDU].assigned.further
    assert [found.kind for found in deadlines_of(world.case.tasks[EDU].assigned)] == [DeadlineKind.REPLY, limit.kind]
    assert (limit.kind, limit.due_on) == (DeadlineKind.OBJECTION, date(2024, 3, 4))
    [fact] = world.do(hand_back(), at="2024-03-04 18:00")
    assert (fact.event.deadline.kind, fact.event.deadline.due_on) == (DeadlineKind.OBJECTION_ANSWER, date(2024, 3, 11))
    assert fact.flags == ()
    assert world.do(hand_back()) == []


@refuses(c.ReturnAssignment, OBJECTION_IN_TIME, "occurred_at")
def test_a_late_objection_is_not_taken_where_the_rulebook_says_nothing_else() -> Attempt:
    return attempt(limited(), hand_back(), at="2024-03-05 09:00")


@pytest.mark.parametrize(("gate", "flags"), [(Gate.FLAG, (OBJECTION_IN_TIME.id,)), (Gate.OFF, ())])
def test_a_late_objection_is_flagged_or_let_pass_where_the_rulebook_says_so(gate: Gate, flags: tuple[str, ...]) -> None:
    [fact] = limited(gate).do(hand_back(), at="2024-03-05 09:00")
    assert fact.flags == flags


def test_a_unit_that_still_disagrees_puts_it_to_a_leader_whose_word_ends_it() -> None:
    world = rejected()
    [fact] = world.do(escalate())
    assert isinstance(fact.event, ObjectionEscalated)
    assert world.case.tasks[EDU].status is TaskStatus.RETURNED
    assert world.do(escalate()) == []
    world.do(decide_objection(upheld=False, decided_by=MAYOR))
    assert world.case.tasks[EDU].status is TaskStatus.ASSIGNED
    assert world.refused(escalate()).rule is ESCALATED_AFTER_DECISION
    world = escalated()
    world.do(decide_objection(upheld=True, decided_by=MAYOR))
    assert world.case.tasks[EDU].status is TaskStatus.LEFT


def test_an_objection_that_is_not_decided_in_time_is_noted_once_for_each_return() -> None:
    world = unanswered()
    [fact] = world.do(note())
    assert fact.event == ObjectionUnanswered(unit=EDU, due_on=date(2024, 3, 11))
    assert world.do(note()) == []
    world.do(decide_objection(upheld=True))
    world.do(assign())
    world.do(hand_back())
    assert world.do(note()) == [], "the office has another seven days"
    [fact] = world.do(note(), at="2024-03-20 09:00")
    assert fact.event.due_on == date(2024, 3, 19)


@pytest.mark.parametrize("given", [undecided, returned], ids=["in time", "no limit"])
def test_an_objection_that_may_still_be_decided_is_not_noted(given: Given) -> None:
    assert given().do(note()) == []


def test_what_was_put_to_a_leader_has_had_the_offices_answer() -> None:
    world = undecided()
    world.do(decide_objection(upheld=False))
    world.do(escalate())
    assert world.do(note(), at="2024-04-01 09:00") == []


@refuses(c.NoteObjectionUnanswered, OBJECTION_OPEN, "unit")
@pytest.mark.parametrize("given", [*AWAY, assigned, rejected], ids=["unassigned", "left", "content", "decided"])
def test_only_an_open_objection_goes_unanswered(given: Given) -> Attempt:
    return attempt(given(), note())


@refuses(c.DecideObjection, ESCALATED_DECIDED_BY_LEADER, "decided_by")
def test_what_was_put_to_a_leader_is_not_decided_by_the_office() -> Attempt:
    return attempt(escalated(), decide_objection(upheld=True))


@refuses(c.DecideObjection, KNOWN_OFFICIAL, "decided_by")
def test_who_decides_is_listed() -> Attempt:
    return attempt(returned(), decide_objection(upheld=True, decided_by="nobody"))


@refuses(c.DecideObjection, DECIDER_LEADS_CITY, "decided_by")
def test_who_decides_by_name_is_a_leader_of_the_city() -> Attempt:
    return attempt(returned(), decide_objection(upheld=True, decided_by=leader_of(CITY)))


@refuses(c.ReturnAssignment, ESCALATED_AFTER_DECISION, "unit")
def test_what_a_leader_has_decided_is_not_objected_to_again() -> Attempt:
    world = escalated()
    world.do(decide_objection(upheld=False, decided_by=MAYOR))
    return attempt(world, hand_back(reason="再次退件"))


@refuses(c.EscalateObjection, ESCALATED_AFTER_DECISION, "unit")
def test_nothing_is_put_to_a_leader_that_the_office_has_not_decided() -> Attempt:
    return attempt(assigned(), escalate())


@refuses(c.EscalateObjection, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [*AWAY, returned], ids=["unassigned", "left", "handed back"])
def test_only_a_unit_on_the_case_puts_it_to_a_leader(given: Given) -> Attempt:
    return attempt(given(), escalate())


@refuses(c.EscalateObjection, KNOWN_OFFICIAL, "leader")
def test_the_leader_it_is_put_to_is_listed() -> Attempt:
    return attempt(rejected(), escalate(leader="nobody"))


@refuses(c.EscalateObjection, SIGNER_OF_UNIT, "signed_by")
def test_what_is_put_to_a_leader_is_signed_in_the_unit() -> Attempt:
    return attempt(rejected(), escalate(signed_by=leader_of(HEALTH)))


@refuses(c.EscalateObjection, DECIDER_LEADS_CITY, "leader")
def test_an_objection_is_put_to_a_leader_of_the_city() -> Attempt:
    return attempt(rejected(), escalate(leader=head_of(CITY)))


@refuses(c.EscalateObjection, OBJECTION_BEFORE_HANDLING, "unit")
def test_a_unit_that_has_begun_to_answer_puts_nothing_to_a_leader() -> Attempt:
    world = rejected()
    world.do(draft())
    return attempt(world, escalate())


@pytest.mark.parametrize(("granted", "kind"), [(True, UnitAdditionGranted), (False, UnitAdditionRefused)])
def test_a_unit_asks_that_others_take_part_and_is_answered(granted: bool, kind: type) -> None:
    world = assigned(modes=SPLIT)
    [asked] = world.do(ask_to_add(EDU, CITY))
    assert asked.event == UnitAdditionRequested(
        unit=EDU, units=(CITY,), reason="涉及医疗机构", signed_by=leader_of(EDU)
    )
    assert world.do(ask_to_add(EDU, CITY)) == []
    [decided] = world.do(decide_addition(granted=granted))
    assert isinstance(decided.event, kind)
    assert world.do(decide_addition(granted=granted)) == []


@refuses(c.RequestUnitAddition, ADDITION_OPEN, "unit")
def test_a_second_request_waits_for_the_first() -> Attempt:
    world = assigned()
    world.do(ask_to_add(EDU, CITY))
    return attempt(world, ask_to_add(EDU, HEALTH))


@refuses(c.RequestUnitAddition, ADDITION_NAMES_OTHERS, "units.0")
def test_a_unit_on_the_case_need_not_be_added() -> Attempt:
    return attempt(assigned(modes=LED), ask_to_add(EDU, HEALTH))


@refuses(c.RequestUnitAddition, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [*AWAY, returned], ids=["unassigned", "left", "handed back"])
def test_only_a_unit_on_the_case_asks_for_others(given: Given) -> Attempt:
    return attempt(given(), ask_to_add(EDU, CITY))


@refuses(c.RequestUnitAddition, KNOWN_UNIT, "units.0")
def test_the_units_asked_for_are_listed() -> Attempt:
    return attempt(assigned(), ask_to_add(EDU, "nowhere"))


@refuses(c.RequestUnitAddition, KNOWN_OFFICIAL, "signed_by")
def test_a_listed_official_signs_the_request() -> Attempt:
    return attempt(assigned(), ask_to_add(signed_by="nobody"))


@refuses(c.RequestUnitAddition, SIGNER_OF_UNIT, "signed_by")
def test_the_request_is_signed_in_the_unit() -> Attempt:
    return attempt(assigned(), ask_to_add(signed_by=leader_of(HEALTH)))


@refuses(c.RequestUnitAddition, OBJECTION_IN_TIME, "occurred_at")
def test_a_late_request_is_a_late_objection() -> Attempt:
    return attempt(limited(), ask_to_add(), at="2024-03-05 09:00")


@refuses(c.DecideUnitAddition, ADDITION_OPEN, "unit")
def test_only_an_open_request_is_decided() -> Attempt:
    return attempt(assigned(), decide_addition(granted=True))


@pytest.mark.parametrize(("granted", "kind"), [(True, UnitAdditionGranted), (False, UnitAdditionRefused)])
def test_who_decides_about_more_units_may_be_told(granted: bool, kind: type[Event]) -> None:
    world = assigned()
    world.do(ask_to_add(EDU, CITY))
    [decided] = world.do(decide_addition(granted=granted, decided_by=MAYOR))
    assert decided.event == kind(unit=EDU, reason="职责交叉", decided_by=MAYOR)


@refuses(c.DecideUnitAddition, KNOWN_OFFICIAL, "decided_by")
def test_who_decides_about_more_units_is_listed() -> Attempt:
    world = assigned()
    world.do(ask_to_add(EDU, CITY))
    return attempt(world, decide_addition(granted=True, decided_by="nobody"))


@refuses(c.DecideUnitAddition, ADDITION_DECIDED_ABOVE, "decided_by")
@pytest.mark.parametrize("by", [leader_of(EDU), head_of(CITY)])
def test_no_unit_decides_about_more_units(by: str) -> Attempt:
    world = assigned()
    world.do(ask_to_add(EDU, CITY))
    return attempt(world, decide_addition(granted=True, decided_by=by))


@pytest.mark.parametrize("granted", [True, False])
def test_a_request_is_decided_though_the_unit_only_reads_the_case_by_then(granted: bool) -> None:
    world = assigned()
    world.do(ask_to_add(EDU, CITY))
    world.do(reassign(((HEALTH, AssignmentMode.SOLE), (EDU, AssignmentMode.REFERENCE_ONLY))))
    assert world.refused(close()).rule is ADDITION_OPEN
    assert world.do(decide_addition(granted=granted))
    assert world.do(decide_addition(granted=granted)) == []
    assert world.refused(close()).rule is REPLIED_BEFORE_CLOSING


@refuses(c.DecideUnitAddition, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", AWAY, ids=["unassigned", "left"])
def test_nothing_is_decided_for_a_unit_that_is_not_on_the_case(given: Given) -> Attempt:
    return attempt(given(), decide_addition(granted=True))


@refuses(c.ReturnAssignment, OBJECTION_SIGNER_RANK, "signed_by")
def test_a_desk_officer_does_not_hand_a_case_back() -> Attempt:
    return attempt(assigned(), hand_back(signed_by=officer_of(EDU)))


@refuses(c.RequestUnitAddition, OBJECTION_SIGNER_RANK, "signed_by")
def test_a_desk_officer_does_not_ask_for_other_units() -> Attempt:
    return attempt(assigned(), ask_to_add(signed_by=officer_of(EDU)))


@refuses(c.EscalateObjection, OBJECTION_SIGNER_RANK, "signed_by")
def test_where_the_rulebook_asks_for_it_the_head_puts_an_objection_to_a_leader() -> Attempt:
    world = assigned(opened(ruled(signer_ranks=SignerRanks(escalation=Rank.UNIT_HEAD))))
    world.do(hand_back())
    world.do(decide_objection(upheld=False))
    assert world.copy().do(escalate(signed_by=head_of(EDU)))
    return attempt(world, escalate())
