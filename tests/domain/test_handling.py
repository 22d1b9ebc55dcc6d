"""办理方案、重新办理、办结."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate, Rank, Rating
from domain.events import (
    DifficultyRaised,
    DifficultyResolved,
    FieldVisitRecorded,
    HandlingClosed,
    HandlingPlanApproved,
    HandlingPlanFiled,
    RehandlingOrdered,
    ReplyIssued,
    SatisfactionRecorded,
)
from domain.policy.rulebook import DeadlineKind
from domain.rules import (
    ADDITION_OPEN,
    CASE_OPEN,
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    CONTACT_IS_WITH_PROPOSERS,
    DIFFICULTY_COORDINATED_ABOVE,
    DIFFICULTY_OPEN,
    DISSATISFIED_IS_REHANDLED,
    FEEDBACK_BEFORE_CLOSING,
    FINISH_AHEAD,
    KNOWN_OFFICIAL,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PLAN_APPROVED_BY_LEADER,
    PLAN_FILED,
    REHANDLE_AFTER_REPLY,
    REPLIED_BEFORE_CLOSING,
    SIGNER_OF_UNIT,
)
from tests.domain import test_commitment as commitment
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    LONG_AFTER,
    MAYOR,
    SECOND,
    SHIPPED,
    SPLIT,
    STRANGER,
    Attempt,
    Given,
    World,
    ask_to_add,
    assign,
    assigned,
    attempt,
    close,
    closed,
    contact,
    contacted,
    decide_addition,
    decide_objection,
    dissatisfied,
    draft,
    drafted,
    form,
    form_out,
    hand_back,
    head_of,
    issue,
    issued,
    leader_of,
    left,
    moment,
    officer_of,
    opened,
    plan,
    rate,
    reassign,
    refuses,
    rehandle,
    returned,
    review,
    ruled,
    satisfied,
    sign,
    signed,
    transferred,
)

BY_HAND = ruled(rehandling_automatic=False)


def test_a_unit_files_what_it_will_do() -> None:
    [fact] = assigned().do(plan(finish_on=date(2024, 12, 31)))
    assert fact.event == HandlingPlanFiled(
        unit=EDU,
        goal="年内每校配一名心理教师",
        measures=("招聘", "培训"),
        finish_on=date(2024, 12, 31),
        responsible_leader=leader_of(EDU),
        desk_officer=officer_of(EDU),
    )


def test_a_plan_is_filed_once_and_a_changed_plan_again() -> None:
    world = assigned()
    world.do(plan())
    assert world.do(plan()) == []
    assert len(world.do(plan(goal="两年内每校配一名心理教师"))) == 1


def test_a_unit_may_go_back_to_its_first_plan() -> None:
    world = assigned()
    world.do(plan())
    world.do(plan(goal="两年内每校配一名心理教师"))
    assert len(world.do(plan())) == 1


@refuses(c.FileHandlingPlan, FINISH_AHEAD, "finish_on")
def test_nobody_plans_to_have_finished_before_today() -> Attempt:
    return attempt(assigned(), plan(finish_on=date(2024, 2, 29)))


@refuses(c.FileHandlingPlan, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [transferred, left], ids=["unassigned", "left"])
def test_only_a_unit_on_the_case_files_a_plan(given: Given) -> Attempt:
    return attempt(given(), plan())


@refuses(c.FileHandlingPlan, KNOWN_OFFICIAL, "responsible_leader")
def test_the_leader_of_a_plan_is_a_listed_official() -> Attempt:
    return attempt(assigned(), plan(responsible_leader="nobody"))


@refuses(c.FileHandlingPlan, KNOWN_OFFICIAL, "desk_officer")
def test_the_desk_officer_of_a_plan_is_a_listed_official() -> Attempt:
    return attempt(assigned(), plan(desk_officer="nobody"))


def test_rehandling_begins_the_next_round_with_its_own_deadline() -> None:
    world = issued()
    [fact] = world.do(rehandle(), at="2024-03-31 10:00")
    due = fact.event.deadline
    assert fact.event == RehandlingOrdered(unit=EDU, round=2, cause="委员对答复不满意", deadline=due, automatic=False)
    assert (due.kind, due.due_on) == (DeadlineKind.REHANDLING, date(2024, 4, 30))
    assert (due.anchor.event, due.anchor.version) == ("RehandlingOrdered", fact.version)


def test_a_round_that_has_not_begun_to_be_written_is_not_ordered_again() -> None:
    world = issued()
    assert len(world.do(rehandle())) == 1
    assert world.do(rehandle()) == []
    assert world.refused(c.OrderRehandling(unit=EDU, cause="另一原因")).rule is REHANDLE_AFTER_REPLY


@refuses(c.OrderRehandling, OCCURRED_IN_ORDER, "occurred_at")
def test_nothing_is_handled_again_before_the_reply_went_out() -> Attempt:
    world = issued()
    early = world.last(ReplyIssued).occurred_at - timedelta(minutes=1)
    return attempt(world, c.OrderRehandling(unit=EDU, cause="委员不满意", occurred_at=early))


@refuses(c.CloseHandling, OCCURRED_IN_ORDER, "occurred_at")
def test_a_case_is_not_closed_before_its_answers_came() -> Attempt:
    world = satisfied()
    early = world.last(SatisfactionRecorded).occurred_at - timedelta(minutes=1)
    return attempt(world, c.CloseHandling(basis="已办理完毕", result_class="A", occurred_at=early))


@refuses(c.CloseHandling, FEEDBACK_BEFORE_CLOSING)
def test_a_form_that_nobody_answered_is_not_forgotten_in_the_next_round() -> Attempt:
    world = dissatisfied()
    world.do(contact(world.now))
    for command in (draft(text="重新办理"), review(), sign(), issue(), form(members=(LEAD,)), rate()):
        world.do(command)
    return attempt(world, close())


@refuses(c.FileHandlingPlan, SIGNER_OF_UNIT, "responsible_leader")
def test_a_plan_names_people_of_the_unit() -> Attempt:
    return attempt(assigned(), plan(responsible_leader=leader_of(HEALTH)))


def test_a_unit_that_comes_back_to_a_case_files_its_plan_anew() -> None:
    world = assigned()
    world.do(plan())
    world.do(hand_back())
    world.do(decide_objection(upheld=True))
    world.do(assign())
    assert len(world.do(plan())) == 1


@refuses(c.OrderRehandling, REHANDLE_AFTER_REPLY, "unit")
@pytest.mark.parametrize("given", [assigned, drafted, signed])
def test_nothing_is_handled_again_before_it_was_answered(given: Given) -> Attempt:
    return attempt(given(), rehandle())


@refuses(c.OrderRehandling, REHANDLE_AFTER_REPLY, "unit")
def test_the_second_round_is_answered_before_a_third_begins() -> Attempt:
    world = dissatisfied()
    world.do(draft(text="重新办理"))
    return attempt(world, rehandle())


@refuses(c.OrderRehandling, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_an_assisting_unit_has_no_round_to_begin() -> Attempt:
    return attempt(issued(modes=LED), rehandle(HEALTH))


def test_a_case_is_closed_with_its_class_when_everybody_has_answered() -> None:
    [fact] = satisfied().do(close("B"))
    assert fact.event == HandlingClosed(
        basis="已答复，委员满意", class_scheme=SHIPPED.class_scheme.id, result_class="B"
    )


def test_silence_noted_as_no_response_is_enough_to_close() -> None:
    world = form_out()
    for member in (LEAD, SECOND):
        world.do(
            rate(member=member, rating=Rating.NO_RESPONSE, entered_by="COMMITTEE"),
            at=max(world.now, moment(LONG_AFTER)),
        )
    assert len(world.do(close())) == 1


@refuses(c.CloseHandling, DISSATISFIED_IS_REHANDLED)
def test_a_case_is_not_closed_over_a_member_who_was_not_asked_again() -> Attempt:
    world = dissatisfied()
    again(world)
    world.do(form(members=(SECOND,)))
    world.do(rate(member=SECOND))
    return attempt(world, close())


@refuses(c.CloseHandling, DISSATISFIED_IS_REHANDLED)
def test_a_case_is_not_closed_over_a_late_answer_to_the_first_round() -> Attempt:
    world = dissatisfied()
    again(world)
    world.do(form(members=(LEAD,)))
    world.do(rate())
    world.do(rate(member=SECOND, rating=Rating.DISSATISFIED, round=1))
    return attempt(world, close())


@refuses(c.CloseHandling, FEEDBACK_BEFORE_CLOSING)
def test_a_case_is_not_closed_before_the_lead_proposer_was_asked() -> Attempt:
    world = issued()
    world.do(form(members=(SECOND,)))
    world.do(rate(member=SECOND))
    return attempt(world, close())


def again(world: World) -> None:
    """The second round is answered."""
    world.do(contact(world.now))
    for command in (draft(text="重新办理"), review(), sign(), issue()):
        world.do(command)


def test_a_unit_that_left_does_not_hold_up_the_closing() -> None:
    world = left()
    world.do(contact(world.now, HEALTH))
    for command in (draft(HEALTH), review(HEALTH), sign(HEALTH), issue(HEALTH), form(HEALTH)):
        world.do(command)
    for member in (LEAD, SECOND):
        world.do(rate(HEALTH, member))
    assert len(world.do(close())) == 1


def answered(world: World, unit: str) -> World:
    """The unit has replied, and every signer is satisfied."""
    for command in (contact(world.now, unit), draft(unit), review(unit), sign(unit), issue(unit), form(unit)):
        world.do(command)
    for member in (LEAD, SECOND):
        world.do(rate(unit, member))
    return world


def test_a_case_closed_over_a_part_that_nobody_has_says_so() -> None:
    world = answered(left(SPLIT), HEALTH)
    world.do(assign(((CITY, AssignmentMode.REFERENCE_ONLY),)))
    [fact] = world.do(close())
    assert fact.flags == (REPLIED_BEFORE_CLOSING.id,)


@pytest.mark.parametrize(
    "goes_on",
    [
        assign(((CITY, AssignmentMode.SPLIT),)),
        reassign(((CITY, AssignmentMode.SPLIT),)),
        reassign(((CITY, AssignmentMode.SOLE),), HEALTH),
        assign(((EDU, AssignmentMode.SPLIT),)),
    ],
)
def test_a_part_that_somebody_was_assigned_is_not_nobodys(goes_on: c.Command) -> None:
    world = left(SPLIT)
    world.do(goes_on)
    for task in world.case.answering:
        answered(world, task.unit)
    assert world.do(close())[0].flags == ()


def test_a_part_that_the_office_took_from_a_unit_is_not_nobodys() -> None:
    world = assigned(modes=SPLIT)
    world.do(reassign((), EDU))
    assert answered(world, HEALTH).do(close())[0].flags == ()


def test_a_case_is_closed_once() -> None:
    assert closed().do(close()) == []


@refuses(c.CloseHandling, CASE_OPEN)
def test_a_closed_case_does_not_change_its_class() -> Attempt:
    return attempt(closed(), close("B"))


@refuses(c.CloseHandling, REPLIED_BEFORE_CLOSING)
@pytest.mark.parametrize("given", [transferred, assigned, signed, dissatisfied])
def test_a_case_is_closed_only_after_the_reply_of_its_last_round(given: Given) -> Attempt:
    return attempt(given(), close())


@refuses(c.CloseHandling, REPLIED_BEFORE_CLOSING)
def test_every_unit_that_answers_has_replied_before_closing() -> Attempt:
    world = contacted(modes=SPLIT)
    for command in (draft(), review(), sign(), issue(), form()):
        world.do(command)
    for member in (LEAD, SECOND):
        world.do(rate(EDU, member))
    return attempt(world, close())


@refuses(c.CloseHandling, REPLIED_BEFORE_CLOSING)
def test_a_case_that_everybody_left_was_answered_by_nobody() -> Attempt:
    world = returned()
    world.do(decide_objection(upheld=True))
    return attempt(world, close())


@refuses(c.CloseHandling, FEEDBACK_BEFORE_CLOSING)
@pytest.mark.parametrize("given", [issued, form_out], ids=["no form out", "nobody answered"])
def test_a_case_is_closed_only_after_the_feedback(given: Given) -> Attempt:
    return attempt(given(), close())


@refuses(c.CloseHandling, FEEDBACK_BEFORE_CLOSING)
def test_every_signer_asked_is_heard_before_closing() -> Attempt:
    world = form_out()
    world.do(rate())
    return attempt(world, close())


@refuses(c.CloseHandling, DISSATISFIED_IS_REHANDLED)
def test_a_case_is_not_closed_over_a_member_who_is_not_satisfied() -> Attempt:
    return attempt(dissatisfied(opened(BY_HAND)), close())


@pytest.mark.parametrize(("gate", "flags"), [(Gate.FLAG, (DISSATISFIED_IS_REHANDLED.id,)), (Gate.OFF, ())])
def test_a_place_may_close_over_a_member_who_is_not_satisfied(gate: Gate, flags: tuple[str, ...]) -> None:
    world = dissatisfied(opened(ruled(rehandling_automatic=False, gates={"satisfied_before_closing": gate})))
    world.do(rate(member=SECOND))
    [fact] = world.do(close())
    assert (type(fact.event), fact.flags) == (HandlingClosed, flags)


@refuses(c.CloseHandling, OBJECTION_OPEN)
def test_a_case_is_not_closed_over_an_open_objection() -> Attempt:
    return attempt(returned(), close())


@refuses(c.CloseHandling, ADDITION_OPEN)
def test_a_case_is_not_closed_over_a_request_for_another_unit() -> Attempt:
    world = assigned()
    world.do(ask_to_add())
    return attempt(world, close())


def test_a_case_is_closed_once_the_request_for_another_unit_was_decided() -> None:
    world = assigned()
    world.do(ask_to_add())
    world.do(decide_addition(granted=False))
    assert world.refused(close()).rule is REPLIED_BEFORE_CLOSING


@refuses(c.CloseHandling, CLASS_IN_SCHEME, "result_class")
def test_a_case_is_closed_in_a_class_of_its_scheme() -> Attempt:
    return attempt(satisfied(), close("D"))


def approve(approver: str = leader_of(EDU)) -> c.ApproveHandlingPlan:
    return c.ApproveHandlingPlan(unit=EDU, approver=approver)


def planned() -> World:
    world = assigned()
    world.do(plan())
    return world


def test_a_plan_is_approved_until_it_changes() -> None:
    world = planned()
    assert isinstance(world.do(approve())[0].event, HandlingPlanApproved)
    assert world.do(approve()) == []
    world.do(plan(goal="年内每校配两名心理教师"))
    assert len(world.do(approve())) == 1


@refuses(c.ApproveHandlingPlan, PLAN_FILED, "unit")
def test_nothing_is_approved_that_was_not_filed() -> Attempt:
    return attempt(assigned(), approve())


@refuses(c.ApproveHandlingPlan, PLAN_APPROVED_BY_LEADER, "approver")
def test_an_officer_approves_no_plan() -> Attempt:
    return attempt(planned(), approve(officer_of(EDU)))


@refuses(c.ApproveHandlingPlan, KNOWN_OFFICIAL, "approver")
def test_who_approves_a_plan_is_listed() -> Attempt:
    return attempt(planned(), approve("nobody"))


@refuses(c.ApproveHandlingPlan, SIGNER_OF_UNIT, "approver")
def test_a_plan_is_approved_in_the_unit_or_by_the_city() -> Attempt:
    return attempt(planned(), approve(leader_of(HEALTH)))


@refuses(c.ApproveHandlingPlan, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_no_plan_is_approved_for_a_unit_that_is_not_on_the_case() -> Attempt:
    return attempt(transferred(), approve())


# opinions asked for and sent back


def struggle(unit: str = EDU) -> c.RaiseDifficulty:
    return c.RaiseDifficulty(unit=unit, text="编制不足", asks="请市委编办支持")


def overcome(number: int = 1, by: str = MAYOR) -> c.ResolveDifficulty:
    return c.ResolveDifficulty(number=number, outcome="调剂编制两名", coordinated_by=by)


def test_difficulties_are_numbered_coordinated_and_may_come_back() -> None:
    world = assigned(modes=LED)
    [first] = world.do(struggle())
    assert isinstance(first.event, DifficultyRaised)
    assert world.do(struggle()) == []
    [second] = world.do(struggle(HEALTH))
    assert (first.event.number, second.event.number) == (1, 2)
    assert isinstance(world.do(overcome())[0].event, DifficultyResolved)
    assert world.do(overcome()) == []
    [again] = world.do(struggle())
    assert again.event.number == 3


@refuses(c.ResolveDifficulty, DIFFICULTY_OPEN, "number")
@pytest.mark.parametrize("number", [1, 2])
def test_only_an_open_difficulty_is_resolved(number: int) -> Attempt:
    world = assigned()
    world.do(struggle())
    world.do(overcome())
    return attempt(world, c.ResolveDifficulty(number=number, outcome="另一结果", coordinated_by=MAYOR))


@refuses(c.ResolveDifficulty, KNOWN_OFFICIAL, "coordinated_by")
def test_who_coordinates_is_listed() -> Attempt:
    world = assigned()
    world.do(struggle())
    return attempt(world, overcome(by="nobody"))


@refuses(c.ResolveDifficulty, DIFFICULTY_COORDINATED_ABOVE, "coordinated_by")
@pytest.mark.parametrize("by", [officer_of(CITY), head_of(CITY), leader_of(EDU)])
def test_no_unit_coordinates_what_a_unit_cannot_do_itself(by: str) -> Attempt:
    world = assigned()
    world.do(struggle())
    return attempt(world, overcome(by=by))


@pytest.mark.parametrize(("rank", "unit"), [(Rank.SECTION_HEAD, None), (Rank.CPPCC_CHAIR, None), (Rank.MAYOR, CITY)])
def test_the_office_or_a_leader_coordinates(rank: Rank, unit: str | None) -> None:
    world = assigned()
    world.do(struggle())
    world.do(c.AppointOfficial(official="above", name="钱䶮", title="领导", rank=rank, unit=unit))
    assert world.do(overcome(by="above"))


@refuses(c.RaiseDifficulty, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_has_difficulties_with_it() -> Attempt:
    return attempt(transferred(), struggle())


def look(when: Any, **change: Any) -> c.RecordFieldVisit:
    usual = {"place": "实验小学", "unit_people": ({"name": "王喆"},), "members": (LEAD,), "finding": "两校无专职教师"}
    return c.RecordFieldVisit(**{"occurred_at": when, "unit": EDU, **usual, **change})


def test_a_visit_to_the_place_told_twice_is_recorded_once() -> None:
    world = assigned()
    command = look(world.now)
    assert isinstance(world.do(command)[0].event, FieldVisitRecorded)
    assert world.do(command) == []


@refuses(c.RecordFieldVisit, CONTACT_IS_WITH_PROPOSERS, "members")
def test_the_members_who_come_along_are_signers() -> Attempt:
    world = assigned()
    return attempt(world, look(world.now, members=(STRANGER,)))


@refuses(c.RecordFieldVisit, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_only_a_unit_on_the_case_goes_to_see() -> Attempt:
    world = transferred()
    return attempt(world, look(world.now))


@refuses(c.CloseHandling, COMMITMENTS_BEFORE_BETTER_CLASS, "result_class")
def test_a_case_does_not_close_better_than_a_reply_that_still_promises() -> Attempt:
    return attempt(promising(), close("A"))


def test_a_case_closes_in_the_class_of_its_reply_whatever_is_still_promised() -> None:
    assert promising().do(close("B"))


def test_a_case_closes_better_than_its_reply_when_the_promise_is_kept() -> None:
    world = promising()
    world.do(commitment.keep())
    assert world.do(close("A"))


def promising() -> World:
    """A reply of class B, rated, and a promise in it."""
    world = contacted()
    world.do(draft(result_class="B"))
    for command in (review(), sign(), issue(), commitment.promise(), form(), rate(), rate(member=SECOND)):
        world.do(command)
    return world
