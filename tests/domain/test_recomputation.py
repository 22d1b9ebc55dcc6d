"""期限重算: notices, the session's end, other rules, clocks that start anew."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Gate, Rating, Recomputation, Restart
from domain.events import CoOpinionReturned, DeadlineRecomputed, ExtensionGranted, ObjectionRejected
from domain.explanation import explain
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, Rulebook, When
from domain.policy.soundness import problems
from domain.policy.working_days import Holiday, Notice, WorkingDays
from domain.proposal import open_limits
from domain.reactions import Today
from domain.reactions import when_working_days_become_known_then_recompute as reaction
from domain.streams import session_stream
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LED,
    LEDGER,
    MAYOR,
    MEETING,
    NOTICES,
    SHIPPED,
    World,
    assign,
    assigned,
    close,
    closed,
    contact,
    contacted,
    decide_objection,
    draft,
    form,
    form_out,
    hand_back,
    issue,
    leader_of,
    limit,
    opened,
    opinion,
    rate,
    reassign,
    review,
    ruled,
    sign,
    transferred,
)

REPLY = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.MONTH, 3)
TEN_DAYS = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.WORKDAY, 10)
RECEIPT = limit(DeadlineKind.ACKNOWLEDGEMENT, AnchorKind.ASSIGNMENT, CountedIn.WORKDAY, 3)


def recompute() -> c.RecomputeDeadlines:
    return c.RecomputeDeadlines()


def late_december(*deadlines: DeadlineRule, **how: Any) -> World:
    """Assigned on 20 December 2024, when nobody had announced the next year's holidays to the system."""
    world = opened(ruled(deadlines=deadlines))
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.now = world.now.replace(month=12, day=20)
    return assigned(world, **how)


def announced() -> World:
    """The notice has come; the limits still stand as they were set."""
    world = late_december(TEN_DAYS)
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    return world


def due(world: World, unit: str = EDU) -> date:
    return world.case.tasks[unit].round.deadline.due_on


def due_of(world: World, kind: DeadlineKind) -> Deadline:
    return next(known.limit.deadline for known in open_limits(world.case) if known.limit.deadline.kind is kind)


BY_MAY = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.MONTH, 2, when=When(key_proposal=True))
MONTH = limit(DeadlineKind.CO_OPINION, AnchorKind.TRANSFER, CountedIn.MONTH, 1, restarts=(Restart.CO_OPINION_RETURNED,))
ANEW = REPLY.model_copy(update={"restarts": (Restart.OBJECTION_REJECTED,)})


def before_choice() -> World:
    """Key proposals have a day of their own here, and this is none yet."""
    return assigned(opened(ruled(deadlines=(BY_MAY, REPLY))))


def chosen() -> World:
    world = before_choice()
    world.do(c.SelectKeyProposal(basis="主席会议"))
    return world


def two_rulebooks() -> World:
    """The session has adopted rules that give five months instead of three."""
    world = assigned(opened(ruled(deadlines=(REPLY,))))
    five = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.MONTH, 5)
    world.do(c.AdoptRulebook(rulebook=ruled(deadlines=(five,), version=2)))
    return world


def go_over() -> c.ChangeCaseRulebook:
    return c.ChangeCaseRulebook(rulebook=ruled().id, version=2, reason="换届后改用新规则")


def objecting(*deadlines: DeadlineRule) -> World:
    """A unit has handed the case back; an objection rejected starts the reply's clock anew."""
    world = assigned(opened(ruled(deadlines=deadlines or (ANEW,))))
    world.do(hand_back())
    return world


def opinion_given() -> World:
    """An opinion is there; sent back, it has its month again."""
    world = contacted(opened(ruled(deadlines=(REPLY, MONTH))), LED)
    world.do(opinion())
    return world


def send_back() -> c.ReturnCoOpinion:
    return c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="未说明经费来源")


def more_time() -> World:
    world = two_rulebooks()
    until = {"until": date(2024, 9, 30), "reason": "需调研", "signed_by": leader_of(EDU)}
    for command in (c.RequestExtension(unit=EDU, **until), grant()):
        world.do(command)
    return world


def grant() -> c.DecideExtension:
    return c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意")


def not_granted(world: World) -> c.TakeBackStep:
    return c.TakeBackStep(version=world.last(ExtensionGranted).version, reason="误批", approver=MAYOR)


# more time that was granted by mistake


def test_where_more_time_was_a_mistake_the_rules_that_came_meanwhile_set_the_limit() -> None:
    world = more_time()
    assert len(world.do(go_over())) == 1, "what somebody granted stands"
    before = world.case.tasks[EDU].round.deadline.moved_from
    _, fact = world.do(not_granted(world))
    due = world.case.tasks[EDU].round.deadline
    assert due == fact.event.deadline
    assert (due.rulebook_version, due.moved_from, due.recomputed) == (2, before, Recomputation.RULEBOOK)
    assert due.due_on == due.anchor.on.replace(month=due.anchor.on.month + 5)
    assert world.do(recompute()) == []


def test_where_more_time_was_a_mistake_the_choice_of_a_key_proposal_sets_the_limit() -> None:
    world = before_choice()
    extension = {"until": date(2024, 9, 30), "reason": "需调研", "signed_by": leader_of(EDU)}
    for command in (c.RequestExtension(unit=EDU, **extension), grant(), c.SelectKeyProposal(basis="主席会议")):
        world.do(command)
    _, fact = world.do(not_granted(world))
    assert (fact.event.deadline.rule, fact.event.deadline.recomputed) == (BY_MAY.rule, Recomputation.KEY_PROPOSAL)


def test_where_more_time_was_a_mistake_and_nothing_has_changed_the_limit_is_the_one_before() -> None:
    world = more_time()
    assert len(world.do(not_granted(world))) == 1


# notices


def test_a_limit_through_a_year_not_announced_is_set_again_when_the_notice_comes() -> None:
    world = late_december(TEN_DAYS)
    before = world.case.tasks[EDU].round.deadline
    assert before.provisional
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    [fact] = world.do(recompute())
    assert isinstance(fact.event, DeadlineRecomputed)
    after = fact.event.deadline
    assert (after.provisional, after.recomputed) == (False, Recomputation.CALENDAR)
    assert (after.moved_from, after.anchor) == (before.due_on, before.anchor)
    assert world.case.tasks[EDU].round.deadline == after
    assert world.do(recompute()) == []


def new_year_until(last: date) -> Notice:
    """The notice of 2025 with a longer first holiday."""
    longer = Holiday(name="元旦", first=date(2025, 1, 1), last=last)
    return NOTICES[2025].model_copy(update={"holidays": (longer, *NOTICES[2025].holidays[1:])})


def test_a_notice_that_takes_a_day_off_moves_the_limit_and_says_why() -> None:
    world = late_december(TEN_DAYS)
    before = due(world)
    longer = new_year_until(date(2025, 1, 4))
    world.do(c.AnnounceCalendar(notice=longer))
    world.do(recompute())
    assert due(world) > before
    told = explain(world.case.tasks[EDU].round.deadline, WorkingDays().with_notice(longer))
    assert f"因节假日安排公布，由 {before} 改为 {due(world)}。" in told


def test_a_limit_at_the_years_end_waits_for_the_next_notice() -> None:
    """As the notice for 2019 took the last Monday of 2018 off and had people work on the Saturday before."""
    new_year = Holiday(name="元旦", first=date(2024, 12, 29), last=date(2025, 1, 1))
    shipped = NOTICES[2025]
    changed = {"holidays": (new_year, *shipped.holidays[1:]), "working": (date(2024, 12, 28), *shipped.working)}
    notice = Notice(**{**dict(shipped), **changed})
    three = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.MONTH, 3, rolls=True)
    days = limit(DeadlineKind.FIRST_CONTACT, AnchorKind.TRANSFER, CountedIn.WORKDAY, 61)
    rulebook = ruled(deadlines=(three, days))
    world = opened(rulebook)
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.now = world.now.replace(month=9, day=30)
    assigned(world)
    before, contact_by = due_of(world, DeadlineKind.REPLY), due_of(world, DeadlineKind.FIRST_CONTACT)
    assert (before.due_on, before.provisional, before.calendar) == (date(2024, 12, 30), True, "2024@1,2025@0")
    assert (contact_by.due_on, contact_by.provisional) == (date(2024, 12, 30), True)
    world.do(c.AnnounceCalendar(notice=notice))
    known = WorkingDays().with_notice(NOTICES[2024]).with_notice(notice)
    assert reaction.react(world.case, Today(date(2024, 12, 7), rulebook, known))
    world.do(recompute())
    assert due_of(world, DeadlineKind.REPLY).due_on == date(2025, 1, 2)
    assert due_of(world, DeadlineKind.FIRST_CONTACT).due_on == date(2024, 12, 28)
    assert not due_of(world, DeadlineKind.REPLY).provisional


def test_a_limit_before_the_years_end_waits_for_no_other_notice() -> None:
    three = limit(DeadlineKind.REPLY, AnchorKind.TRANSFER, CountedIn.MONTH, 3, rolls=True)
    world = opened(ruled(deadlines=(three,)))
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.now = world.now.replace(month=9, day=24)
    assigned(world)
    assert not world.case.tasks[EDU].round.deadline.provisional


def test_a_limit_that_asks_nobody_about_working_days_stays() -> None:
    world = late_december(REPLY)
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    assert world.do(recompute()) == []


def test_every_kind_of_open_limit_is_set_again() -> None:
    world = late_december(
        TEN_DAYS,
        RECEIPT.model_copy(update={"value": 10}),
        limit(DeadlineKind.FIRST_CONTACT, AnchorKind.ASSIGNMENT, CountedIn.WORKDAY, 10),
        limit(DeadlineKind.CO_OPINION, AnchorKind.TRANSFER, CountedIn.WORKDAY, 10),
        modes=LED,
    )
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    kinds = sorted((fact.event.unit, fact.event.deadline.kind.value) for fact in world.do(recompute()))
    assert (EDU, "REPLY") in kinds
    assert (HEALTH, "CO_OPINION") in kinds
    assert (CITY, "ACKNOWLEDGEMENT") in kinds
    assert world.do(recompute()) == []


def test_an_opinion_due_before_the_reply_follows_it() -> None:
    backwards = DeadlineRule(
        kind=DeadlineKind.CO_OPINION, rule="five-days-before", anchor=AnchorKind.REPLY_DUE,
        counted_in=CountedIn.DAY, value=5, backwards=True, rolls=True, source="S36",
    )  # fmt: skip
    world = late_december(TEN_DAYS, backwards, modes=LED)
    world.do(c.AnnounceCalendar(notice=new_year_until(date(2025, 1, 5))))
    world.do(recompute())
    opinion_due = world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION)
    assert opinion_due.anchor.on == due(world)
    assert opinion_due.recomputed is Recomputation.REPLY_MOVED, "not the session's end"


def test_a_form_that_is_not_back_is_due_by_the_days_as_known() -> None:
    back = limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, CountedIn.WORKDAY, 10)
    world = opened(ruled(deadlines=(REPLY, back)))
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.now = world.now.replace(month=12, day=20)
    form_out(world)
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    [fact] = world.do(recompute())
    assert {form.due for form in world.case.tasks[EDU].round.forms.values()} == {fact.event.deadline.due_on}


def test_a_day_that_was_granted_stands() -> None:
    world = late_december(TEN_DAYS)
    until = date(2025, 2, 10)
    world.do(c.RequestExtension(unit=EDU, until=until, reason="需省厅批复", signed_by=leader_of(EDU)))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="属实"))
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    assert world.do(recompute()) == []
    assert due(world) == until


def test_what_is_done_has_no_limit_any_more() -> None:
    world = closed()
    assert [known.limit.deadline.kind for known in open_limits(world.case)] == []
    assert world.do(recompute()) == []


# the session's end


def test_a_clock_that_waits_for_the_sessions_end_starts_there_once_it_is_known() -> None:
    three = limit(DeadlineKind.REPLY, AnchorKind.SESSION_CLOSE, CountedIn.MONTH, 3)
    world = assigned(opened(ruled(deadlines=(three,)), closed_on=None))
    assert due(world) == date(2024, 6, 1)
    world.do(c.CloseSession(closed_on=date(2024, 1, 12)))
    [fact] = world.do(recompute())
    assert fact.event.deadline.recomputed is Recomputation.SESSION_CLOSE
    assert (due(world), fact.event.deadline.anchor.event) == (date(2024, 4, 12), "SessionClosed")


def waiting_for_the_end() -> World:
    """The session's end is not known yet: the lead's clock starts with its assignment instead."""
    three = limit(DeadlineKind.REPLY, AnchorKind.SESSION_CLOSE, CountedIn.MONTH, 3)
    return assigned(opened(ruled(deadlines=(three, BACKWARDS)), closed_on=None), LEAD_AND_ONE)


def why(world: World, deadline: Deadline) -> list[str]:
    [rulebook] = world.state(session_stream(LEDGER, MEETING)).rulebooks.values()
    return explain(deadline, WorkingDays(), rulebook)


def test_a_clock_that_stands_in_for_the_sessions_end_says_so_and_is_provisional() -> None:
    world = waiting_for_the_end()
    reply = world.case.tasks[EDU].round.deadline
    assert (reply.provisional, opinion_due(world).provisional) == (True, True)
    told = why(world, reply)
    assert told[2] == (
        "自分办（2024-03-01；应自闭幕之日起算，当时闭幕日尚未确定，暂以此代替）起算 3 个月，当日不计入，至 2024-06-01。"
    )
    assert told[-1] == "此期限为暂定，闭幕日确定后重新推算，可能变动。"
    assert why(world, opinion_due(world))[-1] == "答复期限尚为暂定，此期限随之为暂定，可能变动。"


def test_once_the_sessions_end_is_known_nothing_is_provisional_any_more() -> None:
    world = waiting_for_the_end()
    world.do(c.CloseSession(closed_on=date(2024, 3, 1)))
    facts = world.do(recompute())
    assert [(fact.event.deadline.due_on, fact.event.deadline.provisional) for fact in facts] == [
        (date(2024, 6, 1), False),
        (date(2024, 5, 12), False),
    ]
    told = why(world, due_of(world, DeadlineKind.REPLY))
    assert "自闭幕（2024-03-01）起算 3 个月，当日不计入，至 2024-06-01。" in told
    assert told[-1] == "因闭幕日期确定重算，仍为 2024-06-01。"
    assert world.do(recompute()) == []


def test_a_limit_that_history_does_not_call_provisional_is_not_moved_to_say_so() -> None:
    world = waiting_for_the_end()
    task = world.case.tasks[EDU]
    firm = task.round.deadline.model_copy(update={"provisional": False})
    old = replace(task, rounds={1: replace(task.round, deadline=firm)})
    world._states[world.proposal] = replace(world.case, tasks={**world.case.tasks, EDU: old})
    assert world.do(recompute()) == []


def test_more_time_that_was_granted_is_not_provisional() -> None:
    world = waiting_for_the_end()
    granted, opinion = extended(world)
    assert (granted.event.deadline.provisional, opinion.event.deadline.provisional) == (False, False)


# other rules


def test_a_key_proposal_has_its_own_day_and_loses_it_again() -> None:
    world = before_choice()
    assert due(world) == date(2024, 6, 1)
    _, fact = world.do(c.SelectKeyProposal(basis="主席会议"))
    assert (fact.event.deadline.due_on, fact.event.deadline.recomputed) == (
        date(2024, 5, 1),
        Recomputation.KEY_PROPOSAL,
    )
    world.do(c.ReleaseKeyProposal(reason="并入专题协商"))
    assert due(world) == date(2024, 6, 1)


def test_a_key_proposal_is_assigned_with_its_own_day() -> None:
    world = opened(ruled(deadlines=(BY_MAY, REPLY)))
    for command in (
        c.SubmitProposal(session="15-3", title="提案", timing="INTER_SESSION", lead_proposer="lin-zhe"),
        c.RegisterProposal(),
        c.SelectKeyProposal(basis="主席会议"),
        c.TransferCase(occasion="交办会"),
        c.AssignUnits(assignments=({"unit": EDU, "mode": "SOLE"},), basis="分工"),
    ):
        world.do(command)
    assert due(world) == date(2024, 5, 1)


def test_a_case_that_goes_over_to_other_rules_has_their_days() -> None:
    world = two_rulebooks()
    assert due(world) == date(2024, 6, 1)
    _, fact = world.do(go_over())
    assert (due(world), fact.event.deadline.rulebook_version) == (date(2024, 8, 1), 2)


# clocks that start anew


def test_a_clock_that_an_objection_restarts_starts_with_the_decision() -> None:
    world = objecting(ANEW, RECEIPT.model_copy(update={"restarts": (Restart.OBJECTION_REJECTED,)}))
    rejected, *moved = world.do(decide_objection(upheld=False), at="2024-03-11 09:00")
    assert isinstance(rejected.event, ObjectionRejected)
    assert {fact.event.deadline.kind for fact in moved} == {DeadlineKind.REPLY, DeadlineKind.ACKNOWLEDGEMENT}
    assert {(fact.event.deadline.anchor.event, fact.event.deadline.anchor.version) for fact in moved} == {
        ("ObjectionRejected", rejected.version)
    }
    assert due(world) == date(2024, 6, 11)


def granted_until(until: date) -> World:
    """More time was granted, then the unit's objection is rejected, which starts the clock anew to 11 June."""
    world = assigned(opened(ruled(deadlines=(ANEW, BACKWARDS))), LEAD_AND_ONE)
    extended(world, until)
    world.do(hand_back())
    world.do(decide_objection(upheld=False), at="2024-03-11 09:00")
    return world


@pytest.mark.parametrize(
    ("until", "due_on", "opinion_by"),
    [
        (date(2024, 8, 25), date(2024, 8, 25), date(2024, 8, 5)),
        (date(2024, 6, 5), date(2024, 6, 11), date(2024, 5, 22)),
    ],
    ids=["later", "earlier"],
)
def test_a_clock_that_starts_anew_takes_no_time_away_that_was_granted(
    until: date, due_on: date, opinion_by: date
) -> None:
    world = granted_until(until)
    assert (due(world), opinion_due(world).due_on) == (due_on, opinion_by)
    assert world.do(recompute()) == []


def test_a_clock_that_nothing_restarts_runs_on() -> None:
    world = objecting(REPLY)
    assert len(world.do(decide_objection(upheld=False), at="2024-03-11 09:00")) == 1
    assert due(world) == date(2024, 6, 1)


def test_a_clock_that_started_anew_is_not_taken_back_by_a_notice() -> None:
    anew = TEN_DAYS.model_copy(update={"restarts": (Restart.OBJECTION_REJECTED,)})
    world = objecting(anew)
    world.do(decide_objection(upheld=False), at="2024-03-11 09:00")
    started = due(world)
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.do(recompute())
    assert due(world) == started
    assert world.case.tasks[EDU].round.deadline.anchor.event == "ObjectionRejected"


def test_an_opinion_sent_back_may_have_its_time_again() -> None:
    world = opinion_given()
    returned, moved = world.do(send_back(), at="2024-03-20 09:00")
    assert isinstance(returned.event, CoOpinionReturned)
    assert moved.event.deadline.due_on == date(2024, 4, 20)
    assert world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION) == moved.event.deadline


@pytest.mark.parametrize(
    ("restarts", "due_on"), [(None, date(2024, 6, 1)), ((Restart.REASSIGNMENT,), date(2024, 6, 20))]
)
def test_who_takes_over_a_case_has_the_time_the_rule_gives(restarts: Any, due_on: date) -> None:
    world = assigned(opened(ruled(deadlines=(REPLY.model_copy(update={"restarts": restarts}),))), ALONE)
    world.do(reassign(((CITY, AssignmentMode.SOLE),), EDU), at="2024-03-20 09:00")
    assert due(world, CITY) == due_on


FROM_ASSIGNMENT = REPLY.model_copy(update={"anchor": AnchorKind.ASSIGNMENT})
TAKEN_OVER = REPLY.model_copy(update={"restarts": (Restart.REASSIGNMENT,)})
BACKWARDS = limit(DeadlineKind.CO_OPINION, AnchorKind.REPLY_DUE, CountedIn.DAY, 20, backwards=True)


def test_who_took_over_a_case_keeps_the_time_when_limits_are_set_again() -> None:
    world = assigned(opened(ruled(deadlines=(TAKEN_OVER, BACKWARDS))), ALONE)
    led = ((CITY, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO))
    world.do(reassign(led, EDU), at="2024-04-20 09:00")
    assert world.do(recompute()) == []
    assert due(world, CITY) == date(2024, 7, 20)
    assert world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION).due_on == date(2024, 6, 30)


@pytest.mark.parametrize("anchor", [AnchorKind.SESSION_CLOSE, AnchorKind.TRANSFER])
def test_a_clock_an_objection_restarted_keeps_its_start_through_other_rules(anchor: AnchorKind) -> None:
    usual = ANEW.model_copy(update={"anchor": anchor})
    world = objecting(usual.model_copy(update={"rule": "key", "value": 4, "when": When(key_proposal=True)}), usual)
    world.do(decide_objection(upheld=False), at="2024-03-20 09:00")
    assert due(world) == date(2024, 6, 20)
    world.do(c.SelectKeyProposal(basis="主席会议"))
    assert due(world) == date(2024, 7, 20)
    world.do(c.ReleaseKeyProposal(reason="调整"))
    assert due(world) == date(2024, 6, 20)
    assert world.case.tasks[EDU].round.deadline.anchor.event == "ObjectionRejected"


def test_a_limit_counted_back_starts_no_clock_of_its_own() -> None:
    wrong = BACKWARDS.model_copy(update={"restarts": (Restart.CO_OPINION_RETURNED,)})
    assert [field for field, _ in problems(ruled(deadlines=(REPLY, wrong)))] == ["deadlines.1.restarts"]


def test_a_rulebook_restarts_no_clock_that_has_nothing_to_do_with_it() -> None:
    wrong = RECEIPT.model_copy(update={"restarts": (Restart.CO_OPINION_RETURNED,)})
    assert [field for field, _ in problems(ruled(deadlines=(REPLY, wrong)))] == ["deadlines.1.restarts.0"]


# of itself


def today(world: World, rulebook: Rulebook, day: date = date(2025, 1, 2)) -> Today:
    days = WorkingDays()
    for year in (2024, 2025):
        days = days.with_notice(NOTICES[year])
    return Today(day, rulebook, days, world.state(session_stream(LEDGER, MEETING)))


def test_the_notice_makes_the_system_ask_once() -> None:
    world = announced()
    known = today(world, ruled(deadlines=(TEN_DAYS,)))
    [asked] = reaction.react(world.case, known)
    assert (asked.step, asked.command) == ("2024@1,2025@1", recompute())
    world.do(asked.command)
    assert reaction.react(world.case, known) == []


def test_a_clock_that_waits_for_the_sessions_end_starts_there_once_that_is_told_or_told_otherwise() -> None:
    three = limit(DeadlineKind.REPLY, AnchorKind.SESSION_CLOSE, CountedIn.MONTH, 3)
    rulebook = ruled(deadlines=(three,))
    world = assigned(opened(rulebook, closed_on=None))
    assert reaction.react(world.case, today(world, rulebook)) == [], "nobody has told the session's end"
    world.do(c.CloseSession(closed_on=date(2024, 1, 12)))
    [asked] = reaction.react(world.case, today(world, rulebook))
    world.do(asked.command)
    assert due(world) == date(2024, 4, 12)
    assert reaction.react(world.case, today(world, rulebook)) == []
    world.do(c.CloseSession(closed_on=date(2024, 1, 19), reason="闭幕日登记有误"))
    [again] = reaction.react(world.case, today(world, rulebook))
    assert again.step != asked.step
    world.do(again.command)
    assert due(world) == date(2024, 4, 19)
    assert reaction.react(world.case, today(world, rulebook)) == []


def test_a_clock_that_was_started_anew_waits_for_no_other_end_of_the_session() -> None:
    three = limit(
        DeadlineKind.REPLY, AnchorKind.SESSION_CLOSE, CountedIn.MONTH, 3, restarts=(Restart.OBJECTION_REJECTED,)
    )
    world = objecting(three)
    world.do(decide_objection(upheld=False))
    world.do(c.CloseSession(closed_on=date(2024, 1, 19), reason="闭幕日登记有误"))
    assert reaction.react(world.case, today(world, ruled(deadlines=(three,)))) == []


# what is open


def test_what_somebody_owes_is_open_until_it_is_done() -> None:
    world = assigned(opened(ruled(deadlines=EVERY)), LED)
    assert owed(world) == {
        (EDU, "REPLY"), (EDU, "ACKNOWLEDGEMENT"), (EDU, "OBJECTION"), (EDU, "FIRST_CONTACT"),
        (HEALTH, "CO_OPINION"), (HEALTH, "ACKNOWLEDGEMENT"), (HEALTH, "OBJECTION"),
        (CITY, "CO_OPINION"), (CITY, "ACKNOWLEDGEMENT"), (CITY, "OBJECTION"),
    }  # fmt: skip
    world.do(hand_back(HEALTH, suggested_unit=CITY))
    assert (HEALTH, "OBJECTION_ANSWER") in owed(world)
    assert (HEALTH, "OBJECTION") not in owed(world)
    world.do(decide_objection(HEALTH, upheld=True))
    assert HEALTH not in {unit for unit, _ in owed(world)}


def test_a_reply_that_is_out_is_to_be_published_and_its_forms_to_come_back() -> None:
    world = form_out(opened(ruled(deadlines=EVERY)))
    assert owed(world) == {(EDU, "PUBLICATION"), (EDU, "FEEDBACK")}
    for member in ("lin-zhe", "liu-yan"):
        world.do(rate(member=member))
    world.do(close())
    assert owed(world) == {(EDU, "PUBLICATION")}
    world.do(c.DecidePublication(unit=EDU, openness="PUBLISH_FULL"))
    world.do(c.PublishReply(unit=EDU, url="https://example.invalid/28"))
    assert owed(world) == set()


def test_nobody_owes_anything_to_a_case_that_has_ended() -> None:
    world = assigned(opened(ruled(deadlines=EVERY)))
    world.do(c.WithdrawProposal(member="lin-zhe", reason="问题已解决"))
    assert owed(world) == set()


def test_a_round_ordered_again_and_a_publication_are_set_again_too() -> None:
    world = late_december(*EVERY)
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    contact_and_reply(world)
    world.do(recompute())
    assert not world.case.tasks[EDU].round.publish_by.deadline.provisional


def test_an_opinion_before_a_reply_that_has_no_day_of_its_own_keeps_its_start() -> None:
    backwards = DeadlineRule(
        kind=DeadlineKind.CO_OPINION, rule="before", anchor=AnchorKind.REPLY_DUE, counted_in=CountedIn.WORKDAY,
        value=5, backwards=True, source="S36",
    )  # fmt: skip
    from_assignment = limit(DeadlineKind.REPLY, AnchorKind.ASSIGNMENT, CountedIn.MONTH, 1)
    world = late_december(from_assignment, backwards, modes=LED)
    before = world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION)
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    world.do(recompute())
    after = world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION)
    assert (after.anchor, after.provisional) == (before.anchor, False)


# limits that follow the reply they are counted back from


def assisted(*more: DeadlineRule, reply: DeadlineRule = REPLY) -> World:
    """An opinion is due twenty days before the reply, and that on 1 June."""
    return assigned(opened(ruled(deadlines=(reply, BACKWARDS, *more))), LEAD_AND_ONE)


LEAD_AND_ONE = ((EDU, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO))
MAY_12, MAY_22 = date(2024, 5, 12), date(2024, 5, 22)


def opinion_due(world: World, unit: str = HEALTH) -> Deadline:
    found = world.case.tasks[unit].limit(DeadlineKind.CO_OPINION)
    assert found is not None
    return found


def extended(world: World, until: date = date(2024, 6, 11)) -> list[Any]:
    """The lead has ten days more."""
    world.do(c.RequestExtension(unit=EDU, until=until, reason="需调研", signed_by=leader_of(EDU)))
    return world.do(grant())


def joined(world: World) -> World:
    world.do(assign(((CITY, AssignmentMode.CO),)))
    return world


def test_an_opinion_follows_the_reply_that_was_given_more_time() -> None:
    world = assisted()
    assert opinion_due(world).due_on == MAY_12
    granted, moved = extended(world)
    assert (moved.event.unit, moved.event.deadline) == (HEALTH, opinion_due(world))
    after = opinion_due(world)
    assert (after.due_on, after.moved_from, after.recomputed) == (MAY_22, MAY_12, Recomputation.REPLY_MOVED)
    assert after.anchor.on == granted.event.deadline.due_on
    told = explain(after, WorkingDays())
    assert "自答复期限（2024-06-11）倒推 20 日，当日不计入，至 2024-05-22。" in told
    assert "因答复期限变动，由 2024-05-12 改为 2024-05-22。" in told
    assert world.do(recompute()) == []


def test_an_opinion_given_in_time_by_the_reply_that_was_given_more_time_is_not_late() -> None:
    world = assisted()
    extended(world)
    given, *_ = world.do(opinion(), at="2024-05-20 09:00")
    assert given.flags == ()


def test_who_joins_after_more_time_was_granted_has_an_opinion_to_give_before_that_day() -> None:
    world = assisted()
    extended(world)
    assert opinion_due(joined(world), CITY).due_on == MAY_22
    assert world.do(recompute()) == []


def test_an_opinion_follows_the_reply_whose_clock_stood_still() -> None:
    world = assisted()
    world.do(c.PauseClock(unit=EDU, reason="待上级批复", approver=MAYOR), at="2024-04-01 09:00")
    resumed, moved = world.do(c.ResumeClock(unit=EDU, reason="已批复"), at="2024-04-11 09:00")
    assert (resumed.event.deadline.due_on, moved.event.deadline.due_on) == (date(2024, 6, 11), MAY_22)
    assert opinion_due(joined(world), CITY).due_on == MAY_22


def test_an_opinion_follows_the_reply_whose_clock_an_objection_restarted() -> None:
    world = assisted(reply=ANEW)
    world.do(hand_back())
    _, reply, moved = world.do(decide_objection(upheld=False), at="2024-03-11 09:00")
    assert (reply.event.deadline.due_on, moved.event.deadline.due_on) == (date(2024, 6, 11), MAY_22)
    assert opinion_due(joined(world), CITY).due_on == MAY_22


@pytest.mark.parametrize("anchor", [AnchorKind.ASSIGNMENT, AnchorKind.TRANSFER])
def test_an_opinion_that_other_rules_count_back_no_longer_has_its_time_from_the_assignment(anchor: AnchorKind) -> None:
    world = assisted()
    month = limit(DeadlineKind.CO_OPINION, anchor, CountedIn.MONTH, 1)
    world.do(c.AdoptRulebook(rulebook=ruled(deadlines=(REPLY, month), version=2)))
    world.do(go_over())
    assert opinion_due(world).due_on == date(2024, 4, 1)
    assert opinion_due(world).anchor.on == date(2024, 3, 1)


def test_an_opinion_is_asked_for_by_who_leads_from_here_on() -> None:
    """The new lead has its time anew; who is named before it, and who goes on, follow its reply."""
    world = assisted(reply=TAKEN_OVER)
    world.do(c.ListUnit(unit="caizhengju", name="市财政局"))
    led = ((CITY, AssignmentMode.CO), ("caizhengju", AssignmentMode.LEAD))
    world.do(reassign(led, EDU), at="2024-03-11 09:00")
    assert due(world, "caizhengju") == date(2024, 6, 11)
    assert (opinion_due(world).due_on, opinion_due(world, CITY).due_on) == (MAY_22, MAY_22)
    assert opinion_due(world).anchor.version == opinion_due(world, CITY).anchor.version
    assert world.do(recompute()) == []


def test_an_opinion_follows_no_unit_that_has_left() -> None:
    """The lead's objection was upheld; until another leads, the limit stands."""
    world = assisted()
    world.do(hand_back())
    world.do(decide_objection(upheld=True))
    assert world.do(recompute()) == []
    assert opinion_due(world).due_on == MAY_12


def test_an_opinion_follows_back_where_more_time_was_a_mistake() -> None:
    world = assisted()
    extended(world)
    world.do(not_granted(world))
    assert (due(world), opinion_due(world).due_on) == (date(2024, 6, 1), MAY_12)
    assert world.do(recompute()) == []


def answered_without_it() -> World:
    """The lead has answered without the opinion, which is flagged; the member is not satisfied."""
    order = limit(DeadlineKind.REHANDLING, AnchorKind.ORDER, CountedIn.MONTH, 1)
    lenient = {"co_opinion_before_issue": Gate.FLAG, "countersigned_before_issue": Gate.OFF}
    rulebook = ruled(deadlines=(REPLY, BACKWARDS, order), gates=lenient)
    world = assigned(opened(rulebook), LEAD_AND_ONE)
    for command in (contact(world.now), draft(), review(), sign(), issue(), form()):
        world.do(command)
    return world


def test_an_opinion_still_to_come_follows_the_round_that_handles_the_matter_again() -> None:
    world = answered_without_it()
    assert opinion_due(world).due_on == MAY_12
    *_, order, moved = world.do(rate(rating=Rating.DISSATISFIED))
    assert moved.event.deadline == opinion_due(world)
    assert opinion_due(world).anchor.on == order.event.deadline.due_on
    assert world.do(recompute()) == []


def test_an_opinion_follows_back_where_the_round_was_ordered_for_an_answer_that_never_was() -> None:
    world = answered_without_it()
    rated, *_ = world.do(rate(rating=Rating.DISSATISFIED))
    world.do(c.RetractReport(version=rated.version, reason="录错"))
    assert opinion_due(world).due_on == MAY_12


def test_an_opinion_set_before_it_followed_is_set_right_when_limits_are_set_again() -> None:
    """Histories of before tell of more time and of no other day for the opinion."""
    world = assisted()
    before = opinion_due(world)
    extended(world)
    task = world.case.tasks[HEALTH]
    kept = {**task.limits, DeadlineKind.CO_OPINION: replace(task.limits[DeadlineKind.CO_OPINION], deadline=before)}
    stale = replace(world.case, tasks={**world.case.tasks, HEALTH: replace(task, limits=kept)})
    world._states[world.proposal] = stale
    [fact] = world.do(recompute())
    assert (fact.event.deadline.due_on, fact.event.deadline.recomputed) == (MAY_22, Recomputation.REPLY_MOVED)


def test_an_opinion_is_not_due_before_it_was_asked_for() -> None:
    """Assigned on 6 May for a reply by 15 May: twenty days before that have passed."""
    by_may = DeadlineRule(
        kind=DeadlineKind.REPLY, rule="by-may", anchor=AnchorKind.TRANSFER, counted_in=CountedIn.FIXED_DATE,
        month=5, day=15, source="S16",
    )  # fmt: skip
    world = opened(ruled(deadlines=(by_may, BACKWARDS)))
    world.now = world.now.replace(month=5, day=6)
    assigned(world, LED)
    limits = [world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION)]
    assert world.do(recompute()) == []
    assert [limit.due_on for limit in limits] == [date(2024, 5, 15)]
    told = explain(limits[0], WorkingDays())
    assert "自答复期限（2024-05-15）倒推 20 日，当日不计入，至 2024-04-25。" in told
    assert "倒推之日早于分办，以答复期限为限。" in told


BOTH_ANSWER = ((EDU, AssignmentMode.SPLIT), (HEALTH, AssignmentMode.SPLIT))


def assists_from_mid_may() -> World:
    """Both units answered until 20 May; twenty days before the reply of 1 June have passed by then."""
    world = assigned(opened(ruled(deadlines=(REPLY, BACKWARDS))), BOTH_ANSWER)
    world.do(reassign(LEAD_AND_ONE), at="2024-05-20 09:00")
    return world


def paused_for_a_day(world: World) -> None:
    world.do(c.PauseClock(unit=EDU, reason="待上级批复", approver=MAYOR), at="2024-05-20 10:00")
    world.do(c.ResumeClock(unit=EDU, reason="已批复"), at="2024-05-21 10:00")


def recomputed_again(world: World) -> None:
    assert world.do(recompute()) == []


def asked_in_error(world: World) -> None:
    asked, *_ = world.do(
        c.RequestExtension(unit=EDU, until=date(2024, 7, 1), reason="需调研", signed_by=leader_of(EDU))
    )
    world.do(c.TakeBackStep(version=asked.version, reason="误报", approver=MAYOR))


@pytest.mark.parametrize(
    ("moved", "due_on"),
    [
        (recomputed_again, date(2024, 6, 1)),
        (paused_for_a_day, date(2024, 6, 2)),
        (lambda world: extended(world, date(2024, 6, 3)), date(2024, 6, 3)),
        (asked_in_error, date(2024, 6, 1)),
    ],
    ids=["set again", "paused", "extended", "taken back"],
)
def test_an_opinion_is_not_due_before_the_unit_began_to_assist(moved: Any, due_on: date) -> None:
    world = assists_from_mid_may()
    assert opinion_due(world).due_on == date(2024, 6, 1)
    moved(world)
    assert opinion_due(world).due_on == due_on


def test_an_opinion_is_not_due_before_a_reply_that_is_not_due() -> None:
    """A rulebook adopted long ago may lack what is asked for today."""
    backwards = DeadlineRule(
        kind=DeadlineKind.CO_OPINION, rule="before", anchor=AnchorKind.REPLY_DUE, counted_in=CountedIn.DAY,
        value=5, backwards=True, source="S36",
    )  # fmt: skip
    world = transferred(opened(ruled(deadlines=(REPLY, backwards))))
    key, silent = (SHIPPED.id, 1), ruled(deadlines=(backwards,))
    session = session_stream(LEDGER, MEETING)
    old = replace(world.state(session), rulebooks={key: silent})
    world._states[session.id] = old
    facts = world.do(assign(LED))
    assert [fact.event.deadline for fact in facts] == [None, None, None]


def test_a_day_that_stays_the_same_is_said_to_stay() -> None:
    world = announced()
    [fact] = world.do(recompute())
    deadline = fact.event.deadline.model_copy(update={"moved_from": fact.event.deadline.due_on})
    assert f"因节假日安排公布重算，仍为 {deadline.due_on}。" in explain(deadline, WorkingDays())


EVERY = (
    TEN_DAYS,
    RECEIPT,
    limit(DeadlineKind.OBJECTION, AnchorKind.ASSIGNMENT, CountedIn.WORKDAY, 5),
    limit(DeadlineKind.OBJECTION_ANSWER, AnchorKind.RETURN, CountedIn.DAY, 7),
    limit(DeadlineKind.FIRST_CONTACT, AnchorKind.ASSIGNMENT, CountedIn.WORKDAY, 15),
    limit(DeadlineKind.CO_OPINION, AnchorKind.TRANSFER, CountedIn.MONTH, 1),
    limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, CountedIn.WORKDAY, 15),
    limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, CountedIn.WORKDAY, 20),
)


def owed(world: World) -> set[tuple[str, str]]:
    return {(known.unit, known.limit.deadline.kind.value) for known in open_limits(world.case)}


def contact_and_reply(world: World) -> None:
    """The reply goes out; its publication is due by days that another notice then changes."""
    for command in (contact(world.now), draft(), review(), sign(), issue()):
        world.do(command)
    newer = NOTICES[2025].model_copy(update={"version": 2, "holidays": (*NOTICES[2025].holidays, BRIDGE)})
    world.do(c.AnnounceCalendar(notice=newer))


BRIDGE = Holiday(name="元旦", first=date(2025, 1, 2), last=date(2025, 1, 3))


def back_for_a_second_round() -> World:
    """The unit had written something in its first round, was taken off the case, and answers it again."""
    world = late_december(TEN_DAYS)
    for command in (
        contact(world.now),
        draft(),
        reassign(((HEALTH, AssignmentMode.SOLE),), EDU),
        reassign(((EDU, AssignmentMode.SOLE),), HEALTH),
        c.AnnounceCalendar(notice=NOTICES[2025]),
    ):
        world.do(command)
    return world


def test_a_round_that_was_left_behind_unanswered_has_no_limit_to_set_again() -> None:
    world = back_for_a_second_round()
    moved = [(fact.event.unit, fact.event.round) for fact in world.do(recompute())]
    assert moved == [(EDU, 2)]
