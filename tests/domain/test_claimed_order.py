"""A step told afterwards claims when it was taken: never before what it follows, whichever of several that was."""

from collections.abc import Callable
from typing import Any

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Rating
from domain.rules import OCCURRED_IN_ORDER
from tests.domain import test_admission as admission
from tests.domain import test_drafting as drafting
from tests.domain import test_follow_up as follow_up
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_scoring as scoring
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    LEAD,
    LED,
    SECOND,
    SPLIT,
    Attempt,
    World,
    acknowledged,
    assign,
    assigned,
    attempt,
    close,
    closed,
    countersign,
    drafted,
    form,
    form_out,
    issue,
    issued,
    moment,
    opinion,
    rate,
    reassign,
    registered,
    rehandle,
    review,
    sign,
    submit,
    submitted,
    transferred,
)

CLAIMED = "2024-03-05 09:00"
FOLLOWED = "2024-03-10 09:00"
"""When the step that the claimed one follows was taken."""


def claiming(world: World, command: c.Command, at: str = CLAIMED) -> Attempt:
    told = {"occurred_at": moment(at), "late_entry_reason": "补录"}
    return attempt(world, command.model_copy(update=told), at="2024-03-11 09:00")


def two_submitted(first_is_at_hand: bool) -> World:
    world = submitted()
    first = world.proposal
    world.do(submit(title="关于路灯的提案"), at=FOLLOWED)
    world.proposal = first if first_is_at_hand else world.proposal
    return world


def merging(first_is_at_hand: bool) -> Attempt:
    world = two_submitted(first_is_at_hand)
    return claiming(world, admission.merge(world))


def handing_in() -> Attempt:
    world = drafting.written()
    world.do(drafting.rewrite(), at=FOLLOWED)
    return claiming(world, drafting.hand_in())


def reassigning_to_a_new_unit() -> Attempt:
    world = registered()
    world.do(c.TransferCase(occasion="交办会"), at=FOLLOWED)
    return claiming(world, reassign(ALONE))


def reassigning_after_a_step() -> Attempt:
    world = acknowledged(modes=SPLIT)
    world.do(c.AcknowledgeAssignment(unit=EDU))
    world.do(reassign([(CITY, AssignmentMode.SPLIT)], EDU), at=FOLLOWED)
    return claiming(world, reassign([(EDU, AssignmentMode.SPLIT)], CITY))


def rating_a_form() -> Attempt:
    world = issued()
    world.do(form(), at=FOLLOWED)
    return claiming(world, rate())


def handling_again() -> Attempt:
    world = form_out()
    world.do(rate(rating=Rating.BASIC), at=FOLLOWED)
    return claiming(world, rehandle())


def closing(last: Callable[[World], Any]) -> Attempt:
    world = form_out(modes=LED)
    for member in (LEAD, SECOND):
        world.do(rate(member=member))
    last(world)
    return claiming(world, close())


def replied_without_the_others() -> World:
    world = drafted(modes=LED)
    for command in (review(), sign()):
        world.do(command)
    return world


def issuing(last: c.Command, *before: c.Command) -> Attempt:
    world = replied_without_the_others()
    for command in before:
        world.do(command)
    world.do(last, at=FOLLOWED)
    return claiming(world, issue())


def meeting_the_leader() -> Attempt:
    world = key_proposal.key()
    world.do(key_proposal.appoint(), at=FOLLOWED)
    return claiming(world, key_proposal.meet(world))


def looking_back() -> Attempt:
    world = closed()
    world.do(follow_up.look_back(cases=(world.proposal,)), at=FOLLOWED)
    return claiming(world, follow_up.found())


def joining() -> Attempt:
    world = assigned()
    first = world.proposal
    transferred(world)
    world.do(assign(), at=FOLLOWED)
    other, world.proposal = world.proposal, first
    return claiming(world, c.HandleJointly(unit=EDU, cases=(other,), reason="同一主题"))


def scoring_a_check() -> Attempt:
    world = scoring.scored_place()
    world.do(follow_up.check(world).model_copy(update={"occurred_at": moment(FOLLOWED)}), at="2024-03-10 10:00")
    return claiming(world, scoring.score(evidence=(world.case.version,)))


EARLY: dict[str, tuple[Callable[[], Attempt], str]] = {
    "merged before the other was handed in": (lambda: merging(True), "提交"),
    "merged before it was handed in itself": (lambda: merging(False), "提交"),
    "handed in before it was written so": (handing_in, "撰写"),
    "reassigned before it was handed over": (reassigning_to_a_new_unit, "交办"),
    "reassigned before the unit came": (reassigning_after_a_step, "分办"),
    "rated before the form went out": (rating_a_form, "发征询意见表"),
    "handled again before the answer": (handling_again, "委员评价"),
    "closed before an answer was revised": (
        lambda: closing(lambda world: world.do(revised(), at=FOLLOWED)),
        "委员评价",
    ),
    "issued before the opinion came": (lambda: issuing(opinion()), "会办意见"),
    "supervised before the leader was named": (meeting_the_leader, "确定领导"),
    "looked back before the campaign": (looking_back, "开展回头看"),
    "joined before the other was assigned": (joining, "分办"),
    "scored before what the points rest on": (scoring_a_check, "事件"),
    "issued before the others agreed": (lambda: issuing(countersign(), opinion()), "会签"),
}


def revised() -> c.ReviseSatisfaction:
    usual = {"unit": EDU, "member": LEAD, "entered_by": "MEMBER", "reason": "电话回访后改变看法"}
    return c.ReviseSatisfaction(attitude="BASIC", result="BASIC", overall="BASIC", **usual)


@pytest.mark.parametrize("name", EARLY)
def test_no_step_is_claimed_before_what_it_follows(name: str) -> None:
    tried, followed = EARLY[name]
    refused = tried().refused()
    assert (refused.rule, refused.field) == (OCCURRED_IN_ORDER, "occurred_at")
    assert followed in refused.reason
