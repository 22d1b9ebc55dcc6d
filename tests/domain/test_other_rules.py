"""改用规则: limits that the other rulebook does not know end, those that it alone knows begin."""

from collections.abc import Callable
from datetime import date

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Rating, Recomputation
from domain.events import DeadlineRecomputed, RehandlingOrdered
from domain.explanation import explain
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.policy.working_days import WorkingDays
from domain.proposal import OpenLimit, open_limits
from tests.domain import test_clock as clock
from tests.domain import test_key_proposal as key_proposal
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LED,
    MAYOR,
    SECOND,
    World,
    acknowledged,
    assign,
    assigned,
    contact,
    decide_objection,
    dissatisfied,
    draft,
    form,
    form_out,
    hand_back,
    issue,
    issued,
    opened,
    opinion,
    rate,
    reassign,
    review,
    ruled,
    sign,
)
from tests.domain.test_supposing import EVERY, K, under

MANY = EVERY.model_copy(update={"id": "many"})
"""A limit of every kind."""

FEW = ruled(id="few", deadlines=tuple(rule for rule in EVERY.deadlines if rule.kind is K.REPLY))
"""None but the reply's."""


def go_over(rulebook: Rulebook) -> c.ChangeCaseRulebook:
    return c.ChangeCaseRulebook(rulebook=rulebook.id, version=rulebook.version, reason="适用规则有误")


def changed_to(rulebook: Rulebook, world: World) -> list[DeadlineRecomputed]:
    """What the case's change to this rulebook does to its limits."""
    world.do(c.AdoptRulebook(rulebook=rulebook))
    _, *moved = world.do(go_over(rulebook))
    return [recorded.event for recorded in moved]


def due(world: World) -> set[tuple[str | None, int | None, DeadlineKind, str, date]]:
    """Who owes what by when, and by which rule."""

    def told(known: OpenLimit) -> tuple[str | None, int | None, DeadlineKind, str, date]:
        limit = known.limit.deadline
        return known.unit, known.round, limit.kind, limit.rule, limit.due_on

    return {told(known) for known in open_limits(world.case)}


def handed_back(world: World) -> World:
    assigned(world).do(hand_back())
    return world


def handed_back_and_kept(world: World) -> World:
    handed_back(world).do(decide_objection(upheld=False))
    return world


def left_and_came_back(world: World) -> World:
    """Two units leave, by an objection and by the office's choice, and both come back to assist."""
    assigned(world, LED).do(hand_back(HEALTH, suggested_unit=EDU))
    world.do(decide_objection(HEALTH, upheld=True))
    world.do(reassign((), CITY))
    world.now = world.now.replace(month=4)
    world.do(assign(((HEALTH, AssignmentMode.CO), (CITY, AssignmentMode.CO))))
    return world


def places_traded(world: World) -> World:
    """The lead assists from here on, and who assisted leads."""
    assigned(world, LED).do(reassign(((EDU, AssignmentMode.CO), (HEALTH, AssignmentMode.LEAD))))
    return world


def asked_twice(world: World) -> World:
    """Two proposers had the form of the same reply on different days."""
    issued(world).do(form(members=(SECOND,)))
    world.now = world.now.replace(month=4)
    world.do(form())
    return world


def answered_again(world: World) -> World:
    dissatisfied(world)
    world.do(contact(world.now))
    for step in (draft(text="第二稿"), review(), sign(), issue()):
        world.do(step)
    return world


def answered_left_and_came_back(world: World) -> World:
    """The order to handle it again is taken back once the unit has left: it comes back with nothing to answer."""
    order = dissatisfied(world).last(RehandlingOrdered)
    world.do(reassign((), EDU))
    world.do(c.TakeBackStep(version=order.version, reason="误办", approver=MAYOR))
    world.do(assign())
    return world


SO_FAR: list[Callable[[World], World]] = [
    assigned,
    acknowledged,
    lambda world: assigned(world, LED),
    handed_back,
    handed_back_and_kept,
    left_and_came_back,
    answered_left_and_came_back,
    places_traded,
    issued,
    form_out,
    asked_twice,
    dissatisfied,
]


@pytest.mark.parametrize("so_far", SO_FAR)
@pytest.mark.parametrize(("before", "after"), [(FEW, MANY), (MANY, FEW)], ids=["more", "fewer"])
def test_limits_are_what_they_would_be_had_the_rulebook_applied_all_along(
    before: Rulebook, after: Rulebook, so_far: Callable[[World], World]
) -> None:
    world = so_far(opened(before))
    changed_to(after, world)
    assert due(world) == due(so_far(opened(after)))
    assert world.do(c.RecomputeDeadlines()) == []
    open_now = {known.limit.deadline.due_on for known in open_limits(world.case)}
    assert open_now <= {deadline.due_on for _, deadline in under(after, world)}


def test_of_a_limit_that_is_there_no_more_it_is_said_what_it_was_and_why() -> None:
    world = assigned(opened(MANY))
    ended = [event for event in changed_to(FEW, world) if event.ended]
    assert {event.deadline.kind for event in ended} == {K.ACKNOWLEDGEMENT, K.OBJECTION, K.FIRST_CONTACT}
    objection = next(event.deadline for event in ended if event.deadline.kind is K.OBJECTION)
    assert (objection.recomputed, objection.moved_from) == (Recomputation.RULEBOOK, date(2024, 3, 6))
    assert explain(objection, WorkingDays(), MANY, ended=True) == [
        "退件期限原为 2024-03-06，因改用办理规则，不再适用。"
    ]


def test_of_a_limit_that_begins_it_is_said_why() -> None:
    world = assigned(opened(FEW))
    begun = [event for event in changed_to(MANY, world) if event.deadline.supersedes is None]
    assert {event.deadline.kind for event in begun} == {K.ACKNOWLEDGEMENT, K.OBJECTION, K.FIRST_CONTACT}
    assert not any(event.ended for event in begun)
    assert "此前的规则没有这项期限，因改用办理规则而有。" in explain(begun[0].deadline, WorkingDays(), MANY)


@pytest.mark.parametrize("so_far", [assigned, acknowledged])
def test_a_unit_objects_late_only_by_the_rules_that_apply(so_far: Callable[[World], World]) -> None:
    world = so_far(opened(MANY))
    changed_to(FEW, world)
    world.now = world.now.replace(month=5)
    [fact] = world.do(hand_back())
    assert fact.flags == ()


def test_what_was_done_already_does_not_begin_again() -> None:
    world = acknowledged(opened(FEW), LED)
    world.do(contact(world.now))
    world.do(opinion(HEALTH))
    assert {(event.unit, event.deadline.kind) for event in changed_to(MANY, world)} == {
        (EDU, K.OBJECTION), (CITY, K.OBJECTION), (CITY, K.CO_OPINION),
    }  # fmt: skip


def test_an_opinion_that_begins_to_be_due_counts_back_from_the_day_granted_for_the_reply() -> None:
    world = assigned(opened(FEW), LED)
    world.do(clock.ask("2024-06-21"))
    world.do(clock.answer())
    changed_to(MANY, world)
    assert (HEALTH, None, K.CO_OPINION, "co_opinion-day-20", date(2024, 6, 1)) in due(world)


def test_more_time_that_was_granted_stands_though_no_rule_knows_the_limit_any_more() -> None:
    world = dissatisfied(opened(MANY))
    world.do(clock.ask("2024-04-20"))
    world.do(clock.answer())
    changed_to(FEW, world)
    assert world.case.tasks[EDU].round.deadline.due_on == date(2024, 4, 20)


def test_a_clock_that_no_rule_knows_any_more_stands_still_no_longer() -> None:
    world = dissatisfied(opened(MANY))
    world.do(clock.pause())
    changed_to(FEW, world)
    current = world.case.tasks[EDU].round
    assert (current.deadline, current.paused, current.paused_on) == (None, None, None)


def test_an_order_that_had_no_limit_has_one_from_the_order_on() -> None:
    world = dissatisfied(opened(FEW))
    assert world.case.tasks[EDU].round.deadline is None
    changed_to(MANY, world)
    assert world.case.tasks[EDU].round.deadline.kind is K.REHANDLING


def test_only_the_latest_reply_begins_to_be_due_for_publication() -> None:
    world = answered_again(opened(FEW))
    begun = [event.round for event in changed_to(MANY, world) if event.deadline.kind is K.PUBLICATION]
    assert begun == [2]


def test_a_form_that_came_back_is_waited_for_no_more() -> None:
    world = form_out(opened(FEW))
    for member in (rate().member, SECOND):
        world.do(rate(member=member, rating=Rating.SATISFIED))
    assert K.FEEDBACK not in {event.deadline.kind for event in changed_to(MANY, world)}


def test_the_supervision_of_a_key_proposal_has_a_limit_only_where_the_rules_know_one() -> None:
    world = assigned(opened(ruled(id="supervised", deadlines=(*FEW.deadlines, key_proposal.BY_30_MAY))))
    world.do(key_proposal.select())
    [ended] = [event for event in changed_to(FEW, world) if event.ended]
    assert (ended.unit, ended.deadline.kind, world.case.key_limit) == (None, K.KEY_SUPERVISION, None)
