"""期限重算: notices, the session's end, other rules, clocks that start anew."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Recomputation, Restart
from domain.events import CoOpinionReturned, DeadlineRecomputed, ObjectionRejected
from domain.explanation import explain
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, Rulebook, When
from domain.policy.soundness import problems
from domain.policy.working_days import Holiday, Notice, WorkingDays
from domain.proposal import open_limits
from domain.reactions import Today
from domain.reactions import when_working_days_become_known_then_recompute as reaction
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    LED,
    MAYOR,
    NOTICES,
    World,
    assigned,
    closed,
    contacted,
    decide_objection,
    form_out,
    hand_back,
    leader_of,
    opened,
    opinion,
    reassign,
    ruled,
)


def limit(kind: DeadlineKind, anchor: AnchorKind, counted_in: CountedIn, value: int, **more: Any) -> DeadlineRule:
    named = f"{kind.lower()}-{counted_in.lower()}-{value}"
    return DeadlineRule(kind=kind, rule=named, anchor=anchor, counted_in=counted_in, value=value, source="S16", **more)


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


def test_a_notice_that_takes_a_day_off_moves_the_limit_and_says_why() -> None:
    world = late_december(TEN_DAYS)
    before = due(world)
    longer = Notice(
        year=2025,
        version=1,
        title="通知",
        holidays=(Holiday(name="元旦", first=date(2025, 1, 1), last=date(2025, 1, 4)),),
    )
    world.do(c.AnnounceCalendar(notice=longer))
    world.do(recompute())
    assert due(world) > before
    told = explain(world.case.tasks[EDU].round.deadline, WorkingDays().with_notice(longer))
    assert f"因节假日安排公布，由 {before} 改为 {due(world)}。" in told


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
    five_days = Holiday(name="元旦", first=date(2025, 1, 1), last=date(2025, 1, 5))
    world.do(c.AnnounceCalendar(notice=Notice(year=2025, version=1, title="通知", holidays=(five_days,))))
    world.do(recompute())
    opinion_due = world.case.tasks[HEALTH].limit(DeadlineKind.CO_OPINION)
    assert opinion_due.anchor.on == due(world)


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
        c.SubmitProposal(session="15-3", title="提案", lead_proposer="lin-zhe"),
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


def test_a_rulebook_restarts_no_clock_that_has_nothing_to_do_with_it() -> None:
    wrong = RECEIPT.model_copy(update={"restarts": (Restart.CO_OPINION_RETURNED,)})
    assert [field for field, _ in problems(ruled(deadlines=(REPLY, wrong)))] == ["deadlines.1.restarts.0"]


# of itself


def today(world: World, rulebook: Rulebook, day: date = date(2025, 1, 2)) -> Today:
    days = WorkingDays()
    for year in (2024, 2025):
        days = days.with_notice(NOTICES[year])
    return Today(day, rulebook, days)


def test_the_notice_makes_the_system_ask_once() -> None:
    world = announced()
    known = today(world, ruled(deadlines=(TEN_DAYS,)))
    [asked] = reaction.react(world.case, known)
    assert (asked.step, asked.command) == ("2024@1,2025@1", recompute())
    world.do(asked.command)
    assert reaction.react(world.case, known) == []


def test_a_clock_that_waits_for_the_sessions_end_is_asked_every_day() -> None:
    three = limit(DeadlineKind.REPLY, AnchorKind.SESSION_CLOSE, CountedIn.MONTH, 3)
    world = assigned(opened(ruled(deadlines=(three,)), closed_on=None))
    known = today(world, ruled(deadlines=(three,)), date(2024, 3, 2))
    assert [asked.step for asked in reaction.react(world.case, known)] == ["session/2024-03-02"]
    world.do(c.CloseSession(closed_on=date(2024, 1, 12)))
    world.do(recompute())
    assert reaction.react(world.case, known) == []
