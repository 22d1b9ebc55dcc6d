"""What the supervision board says of a case, beside what the laws say of every board."""

from dataclasses import replace
from datetime import date

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Rating, Recipient, Restart, Stage
from domain.events import (
    AssignmentAcknowledged,
    CaseTransferredElsewhere,
    CommitmentBroken,
    CommitmentFulfilled,
    CommitmentMade,
    DeadlineRecomputed,
    ExtensionGranted,
    FeedbackFormIssued,
    ProposalNotRegistered,
    ProposalRegistered,
    ProposalsMerged,
    RefusalNotified,
    RehandlingOrdered,
    SatisfactionRecorded,
)
from domain.labels import CLASSIFIED
from domain.policy.rulebook import CountedIn, DeadlineKind, Traits
from domain.proposal import Duty, TaskStatus
from domain.values import day_of
from projections import engine
from projections.communication_before_reply.board import COMMUNICATION_BEFORE_REPLY
from projections.supervision_board.board import SUPERVISION_BOARD, SupervisionRow, evolve
from tests.domain import test_admission as admission
from tests.domain import test_clock as clock
from tests.domain import test_commitment as commitment
from tests.domain import test_submission as submission
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    LEDGER,
    MAYOR,
    NOTICES,
    SECOND,
    SHIPPED,
    SPLIT,
    STRANGER,
    World,
    acknowledged,
    assign,
    assigned,
    closed,
    decide_objection,
    dissatisfied,
    drafted,
    form_out,
    hand_back,
    leader_of,
    left,
    opened,
    opinion,
    rate,
    reassign,
    registered,
    rehandle,
    ruled,
    submit,
    submitted,
)
from tests.domain.test_other_rules import FEW, MANY, changed_to, go_over
from tests.projections.test_laws import reference


def line(world: World) -> SupervisionRow:
    rows = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world))
    return next(row for row in rows.values() if row.stream == world.proposal)


def retract(world: World, kind: type, unit: str = EDU) -> None:
    """The last report of this kind, of this unit where it is a unit's, was a mistake."""
    version = next(r.version for r in reversed(world.all(kind)) if getattr(r.event, "unit", unit) == unit)
    world.do(c.RetractReport(version=version, reason="误登"))


def take_back(world: World, kind: type) -> None:
    world.do(c.TakeBackStep(version=world.last(kind).version, reason="误办", approver=MAYOR))


def test_a_case_handed_to_somebody_else_says_to_whom_and_when() -> None:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient=Recipient.COURT))
    row = line(world)
    assert (row.stage, row.recipient, row.transferred_on) == (Stage.REGISTERED, Recipient.COURT, day_of(world.now))
    assert row.duties == ()


def test_a_case_that_nobody_answers_waits_to_be_assigned() -> None:
    world = left(ALONE)
    assert line(world).duties == (Duty.ASSIGNMENT,)
    world.do(assign(ALONE))
    assert line(world).duties == ()


def test_who_has_not_been_told_that_a_proposal_is_no_case_is_named() -> None:
    world = admission.turned_down()
    assert (line(world).untold, line(world).duties) == ((LEAD, SECOND), (Duty.REFUSAL_NOTICE,))
    world.do(admission.tell(LEAD))
    world.do(admission.pass_on())
    assert line(world).untold == (SECOND,)
    world.do(admission.tell())
    assert (line(world).untold, line(world).duties) == ((), ())


@pytest.mark.parametrize("refusal", [admission.turn_down("SECRET"), admission.pass_on(ground="SECRET")])
def test_what_was_refused_as_secret_shows_no_title(refusal: c.Command) -> None:
    world = submitted()
    title = line(world).title
    world.do(refusal)
    assert (line(world).title, line(world).stage) == (CLASSIFIED, Stage.NOT_REGISTERED)
    take_back(world, type(world.history[-1].event))
    assert line(world).title == title == world.case.title


def test_what_was_refused_otherwise_keeps_its_title_and_what_was_passed_on_after_secrecy_does_not() -> None:
    world = admission.turned_down()
    assert line(world).title == world.case.title
    world = submitted()
    world.do(admission.turn_down("SECRET"))
    world.do(admission.pass_on(ground=None))
    assert line(world).title == CLASSIFIED


def test_who_was_not_satisfied_with_a_unit_is_not_forgotten_when_it_comes_back() -> None:
    world = dissatisfied()
    before = line(world)
    world.do(reassign([(CITY, AssignmentMode.SOLE)], EDU))
    world.do(reassign([(EDU, AssignmentMode.SOLE)], CITY))
    after = line(world)
    assert after.task(EDU).told == before.task(EDU).told
    assert (after.satisfaction, after.awaited) == (Rating.DISSATISFIED, before.awaited)


def test_a_case_handed_to_somebody_else_by_mistake_has_no_recipient() -> None:
    world = registered()
    world.do(c.TransferCase(occasion="个案交办", recipient=Recipient.COURT))
    take_back(world, CaseTransferredElsewhere)
    assert (line(world).recipient, line(world).transferred_on) == (None, None)
    world.do(c.TransferCase(occasion="交办会"))
    assert (line(world).recipient, line(world).duties) == (None, (Duty.ASSIGNMENT,))


def test_an_acknowledgement_that_was_a_mistake_is_gone() -> None:
    world = acknowledged()
    retract(world, AssignmentAcknowledged)
    assert (line(world).task(EDU).status, line(world).stage) == (TaskStatus.ASSIGNED, Stage.ASSIGNED)


def test_a_unit_that_left_does_not_come_back_when_its_acknowledgement_was_a_mistake() -> None:
    world = acknowledged()
    world.do(reassign([(HEALTH, AssignmentMode.SOLE)], EDU))
    retract(world, AssignmentAcknowledged)
    assert line(world).units == (HEALTH,)


def test_nor_does_one_whose_objection_was_upheld() -> None:
    world = acknowledged(modes=SPLIT)
    world.do(hand_back())
    world.do(decide_objection(upheld=True))
    retract(world, AssignmentAcknowledged)
    assert EDU not in line(world).units


def test_a_unit_that_objected_still_objects_when_its_acknowledgement_was_a_mistake() -> None:
    world = acknowledged()
    world.do(hand_back())
    retract(world, AssignmentAcknowledged)
    assert line(world).task(EDU).status is TaskStatus.RETURNED


def test_a_merger_taken_back_leaves_a_proposal_its_own_proposers() -> None:
    world = submitted(opened())
    other = world.proposal
    world.do(submit(lead_proposer=STRANGER, co_signers=(), title="关于另一件的提案"))
    world.do(c.MergeProposals(absorbed=(other,), reason="内容相近"))
    assert line(world).proposers == world.case.proposers == (STRANGER, LEAD, SECOND)
    take_back(world, ProposalsMerged)
    assert line(world).proposers == world.case.proposers == (STRANGER,)
    world.do(admission.turn_down())
    world.do(admission.tell())
    assert (line(world).untold, line(world).duties) == ((), ())


def test_a_case_shows_who_it_should_have_been_handed_in_by() -> None:
    world = submitted()
    world.do(submission.set_right(lead_proposer=STRANGER))
    assert (line(world).lead_proposer, line(world).proposers) == (STRANGER, world.case.proposers)
    world.do(submission.set_right(co_signers=[]))
    assert line(world).proposers == (STRANGER,)


def test_a_registration_that_was_a_mistake_leaves_no_number() -> None:
    world = registered()
    take_back(world, ProposalRegistered)
    assert (line(world).case_no, line(world).stage) == (None, Stage.SUBMITTED)
    board = engine.fold(COMMUNICATION_BEFORE_REPLY, {}, world.history, reference(world))
    case = next(row for row in board.values() if row.stream == world.proposal)
    assert (case.case_no, case.rulebook, case.rulebook_version, case.rulebook_digest) == (None, None, None, None)


def test_nobody_is_awaited_by_a_form_that_was_a_mistake() -> None:
    world = form_out()
    assert line(world).awaited == 2
    retract(world, FeedbackFormIssued)
    assert (line(world).awaited, line(world).stage) == (0, Stage.REPLIED)


def test_whose_notice_was_a_mistake_has_not_been_told() -> None:
    world = admission.turned_down()
    world.do(admission.tell())
    retract(world, RefusalNotified)
    assert line(world).untold == world.case.untold == (LEAD, SECOND)
    assert line(world).duties == (Duty.REFUSAL_NOTICE,)


def test_a_notice_is_of_the_refusal_it_followed() -> None:
    world = admission.turned_down()
    world.do(admission.tell())
    take_back(world, ProposalNotRegistered)
    assert line(world).untold == world.case.untold == ()
    world.do(admission.pass_on())
    assert line(world).untold == world.case.untold == (LEAD, SECOND)


def test_more_time_does_not_start_a_clock_that_stands_still() -> None:
    world = assigned()
    world.do(c.PauseClock(unit=EDU, reason="等候规划批复", approver=MAYOR))
    until = world.case.tasks[EDU].round.deadline
    assert until is not None
    later = until.due_on.replace(month=until.due_on.month + 1)
    world.do(c.RequestExtension(unit=EDU, until=later, reason="情况复杂", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    assert (line(world).task(EDU).paused, line(world).due_on) == (True, None)
    take_back(world, ExtensionGranted)
    assert (line(world).task(EDU).paused, line(world).task(EDU).due_on) == (True, until.due_on)


def test_who_answers_no_more_owes_no_reply_by_the_day_of_its_reply() -> None:
    """Xi'an, say, has no limit of its own for an opinion."""
    limits = [rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.CO_OPINION]
    world = assigned(opened(ruled(deadlines=limits, ladder=None)), SPLIT)
    world.do(c.PauseClock(unit=HEALTH, reason="等候规划批复", approver=MAYOR))
    world.do(reassign([(EDU, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO)]))
    told = line(world).task(HEALTH)
    assert (told.due_on, told.deadline_rule) == (None, None)
    assert line(world).due_on == line(world).task(EDU).due_on


def test_more_time_taken_back_is_not_the_day_of_an_opinion() -> None:
    world = assigned()
    world.do(c.RequestExtension(unit=EDU, until=date(2024, 12, 1), reason="情况复杂", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.do(reassign([(HEALTH, AssignmentMode.LEAD), (EDU, AssignmentMode.CO)]))
    due = line(world).task(EDU).due_on
    take_back(world, ExtensionGranted)
    limit = world.case.tasks[EDU].limit(DeadlineKind.CO_OPINION)
    assert limit is not None
    assert line(world).task(EDU).due_on == limit.due_on == due


def test_more_time_taken_back_leaves_the_day_of_a_clock_that_was_started_anew_since() -> None:
    anew = SHIPPED.deadlines[0].model_copy(update={"restarts": (Restart.OBJECTION_REJECTED,)})
    world = assigned(opened(ruled(deadlines=(anew, *SHIPPED.deadlines[1:]))))
    until = world.case.tasks[EDU].round.deadline
    assert until is not None
    later = until.due_on.replace(day=until.due_on.day + 9)
    world.do(c.RequestExtension(unit=EDU, until=later, reason="情况复杂", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))
    world.now = world.now.replace(month=world.now.month + 1)
    world.do(hand_back())
    world.do(decide_objection(upheld=False))
    take_back(world, ExtensionGranted)
    limit = world.case.tasks[EDU].round.deadline
    assert limit is not None
    assert line(world).task(EDU).due_on == limit.due_on > later


def test_a_round_taken_back_leaves_the_board_though_its_limit_was_set_again() -> None:
    days = SHIPPED.deadline(DeadlineKind.REHANDLING, Traits())
    assert days is not None
    counted = {"counted_in": CountedIn.WORKDAY, "value": 30}
    others = [rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.REHANDLING]
    world = form_out(opened(ruled(deadlines=(*others, days.model_copy(update=counted)))))
    before = line(world).task(EDU)
    world.do(rate(rating=Rating.DISSATISFIED))
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    assert world.do(c.RecomputeDeadlines())
    retract(world, SatisfactionRecorded)
    after = line(world).task(EDU)
    assert (after.round, after.due_on, after.draft) == (before.round, before.due_on, before.draft)


def test_a_round_taken_back_leaves_what_a_unit_has_done_since_it_only_assists() -> None:
    """The order set no limit, so none went over to the unit that leads now."""
    limits = tuple(rule for rule in SHIPPED.deadlines if rule.kind is not DeadlineKind.REHANDLING)
    world = dissatisfied(opened(ruled(rehandling_automatic=False, deadlines=limits)))
    world.do(rehandle())
    world.do(reassign([(HEALTH, AssignmentMode.LEAD), (EDU, AssignmentMode.CO)]))
    world.do(opinion(EDU))
    before = line(world).task(EDU)
    take_back(world, RehandlingOrdered)
    after = line(world).task(EDU)
    assert after.opinion_on is not None
    assert (after.mode, after.due_on, after.opinion_on) == (before.mode, before.due_on, before.opinion_on)


def test_a_round_taken_back_leaves_a_unit_the_way_it_handles_the_case_since() -> None:
    world = dissatisfied()
    world.do(reassign([(EDU, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO)]))
    retract(world, SatisfactionRecorded)
    assert [fact.event for fact in world.all(RehandlingOrdered)]
    task = world.case.tasks[EDU]
    told = line(world).task(EDU)
    assert (told.mode, told.round) == (task.mode, task.round.number) == (AssignmentMode.LEAD, 1)


@pytest.mark.parametrize("back_first", [True, False], ids=["back first", "order first"])
def test_who_comes_back_to_a_round_it_has_answered_shows_that_answer(back_first: bool) -> None:
    world = dissatisfied()
    first = line(world).task(EDU).before
    world.do(reassign([(HEALTH, AssignmentMode.SOLE)], EDU))
    if back_first:
        world.do(reassign([(EDU, AssignmentMode.SOLE)], HEALTH))
        take_back(world, RehandlingOrdered)
    else:
        world.do(reassign([], HEALTH))
        take_back(world, RehandlingOrdered)
        world.do(assign(ALONE))
    after, task = line(world).task(EDU), world.case.tasks[EDU]
    assert (after.round, after.draft, after.replied_on) == (1, first.draft, first.replied_on)
    assert (after.round, after.status, after.active) == (task.round.number, task.status, True)
    assert (line(world).due_on, line(world).stage) == (None, Stage.AWAITING_FEEDBACK)


def test_a_clock_that_stands_still_does_so_on_the_board_after_the_unit_was_away() -> None:
    world = assigned()
    world.do(c.PauseClock(unit=EDU, reason="等待批复", approver=MAYOR))
    world.do(reassign([(HEALTH, AssignmentMode.LEAD), (EDU, AssignmentMode.CO)]))
    assert line(world).due_on is not None, "who stands still as a lead owes its opinion"
    world.do(reassign([(HEALTH, AssignmentMode.SOLE)], EDU))
    world.do(reassign([(EDU, AssignmentMode.SOLE)], HEALTH))
    after = line(world)
    assert (after.task(EDU).paused, after.due_on) == (world.case.tasks[EDU].round.paused is not None, None)


def test_a_limit_set_again_of_a_round_left_behind_is_not_when_the_round_under_way_is_due() -> None:
    world = drafted()
    world.do(reassign([(HEALTH, AssignmentMode.SOLE)], EDU))
    world.do(reassign([(EDU, AssignmentMode.SOLE)], HEALTH))
    shown, first = line(world), world.case.tasks[EDU].rounds[1]
    told = {"supersedes": first.deadline_version, "due_on": date(2024, 3, 20)}
    late = DeadlineRecomputed(unit=EDU, round=1, deadline=first.deadline.model_copy(update=told))
    recorded = replace(world.story[-1], event=late, version=world.case.version + 1, position=len(world.history) + 1)
    [after] = evolve({(LEDGER, world.proposal): shown}, recorded, reference(world))
    assert (after.task(EDU).round, after.task(EDU).due_on) == (2, shown.task(EDU).due_on)


def test_who_assisted_while_its_order_was_taken_back_shows_the_answer_it_has_given() -> None:
    world = dissatisfied(modes=((EDU, AssignmentMode.LEAD),))
    world.do(reassign([(EDU, AssignmentMode.CO), (HEALTH, AssignmentMode.LEAD)]))
    world.do(reassign([], EDU, HEALTH))
    take_back(world, RehandlingOrdered)
    world.do(assign(ALONE))
    after, task = line(world).task(EDU), world.case.tasks[EDU]
    assert (after.round, after.mode, after.status) == (task.round.number, task.mode, task.status)
    assert (after.draft, line(world).due_on) == (task.round.draft.status, None)


def test_a_limit_that_ends_or_begins_with_other_rules_is_shown_so() -> None:
    world = dissatisfied(opened(MANY))
    assert line(world).task(EDU).due_on == world.case.tasks[EDU].round.deadline.due_on
    changed_to(FEW, world)
    shown = line(world).task(EDU)
    assert (shown.due_on, shown.deadline_rule, line(world).due_on) == (None, None, None)
    world.do(go_over(MANY))
    shown = line(world).task(EDU)
    assert (shown.due_on, shown.deadline_rule) == (world.case.tasks[EDU].round.deadline.due_on, "rehandling-month-1")


def test_an_opinion_is_due_by_the_rules_that_apply() -> None:
    world = assigned(opened(MANY), LED)
    changed_to(FEW, world)
    assert line(world).task(HEALTH).due_on is None
    world.do(go_over(MANY))
    assert line(world).task(HEALTH).due_on == world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION).due_on


def test_a_clock_that_no_rule_knows_any_more_is_not_shown_as_standing_still() -> None:
    world = dissatisfied(opened(MANY))
    world.do(clock.pause())
    changed_to(FEW, world)
    assert not line(world).task(EDU).paused


def test_a_closed_case_is_due_when_the_next_of_its_promises_is() -> None:
    world = closed(result_class="B")
    first, later = date(2024, 6, 1), date(2024, 12, 31)
    for day in (later, first):
        world.do(commitment.promise(text=f"{day}前完成", finish_on=day))
    assert line(world).due_on == first
    world.do(commitment.keep(2))
    assert line(world).due_on == later
    retract(world, CommitmentFulfilled)
    assert line(world).due_on == first


def test_a_promise_that_is_explained_or_was_none_is_not_due() -> None:
    world = closed(result_class="B")
    day = date(2024, 6, 1)
    world.do(commitment.promise(finish_on=day))
    world.do(commitment.fail())
    assert (line(world).due_on, line(world).stage) == (None, Stage.FOLLOW_UP)
    retract(world, CommitmentBroken)
    assert line(world).due_on == day
    retract(world, CommitmentMade)
    assert (line(world).due_on, line(world).promises) == (None, ())


def test_a_promise_waits_behind_the_reply_that_is_owed() -> None:
    world = dissatisfied()
    world.do(commitment.promise(finish_on=date(2024, 3, 2)))
    assert line(world).due_on == world.case.tasks[EDU].round.deadline.due_on
