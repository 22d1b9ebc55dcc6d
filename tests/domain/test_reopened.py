"""A limit that was closed and opens again is due as the rules and days known by then set it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.codes import AssignmentMode, LeaderDuty
from domain.events import (
    AssignmentAcknowledged,
    MemberContacted,
    ProposalWithdrawn,
    ReplyPublished,
    SatisfactionRecorded,
    SupervisionReportFiled,
)
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, Rulebook, When
from domain.proposal import open_limits
from domain.rules import Refused
from tests.domain.given import (
    CITY,
    EDU,
    HEALTH,
    LEAD,
    LED,
    MAYOR,
    NOTICES,
    SECOND,
    World,
    assign,
    assigned,
    close,
    contact,
    decide_objection,
    dissatisfied,
    draft,
    escalate,
    form,
    form_out,
    hand_back,
    issue,
    issued,
    leader_of,
    limit,
    opened,
    opinion,
    rate,
    reassign,
    review,
    ruled,
    sign,
)

K, A = DeadlineKind, AnchorKind
ANCHORS = {
    K.ACKNOWLEDGEMENT: A.ASSIGNMENT,
    K.OBJECTION: A.ASSIGNMENT,
    K.OBJECTION_ANSWER: A.RETURN,
    K.FIRST_CONTACT: A.ASSIGNMENT,
    K.REPLY: A.TRANSFER,
    K.CO_OPINION: A.REPLY_DUE,
    K.REHANDLING: A.ORDER,
    K.FEEDBACK: A.FORM,
    K.PUBLICATION: A.ISSUE,
    K.KEY_SUPERVISION: A.SELECTION,
}
"""Every kind of limit there is, and where its clock starts."""


def usual(kind: DeadlineKind, counted_in: CountedIn, value: int, **more: Any) -> DeadlineRule:
    """A limit of this kind from where its clock usually starts."""
    return limit(kind, ANCHORS[kind], counted_in, value, backwards=ANCHORS[kind] is A.REPLY_DUE, **more)


@st.composite
def rulebooks(draw: st.DrawFn, version: int) -> Rulebook:
    """Every kind of limit, of a few days to two months; another for key proposals."""
    own, key = [], []
    for kind in ANCHORS:
        how = draw(st.sampled_from((CountedIn.DAY, CountedIn.WORKDAY)))
        own.append(usual(kind, how, draw(st.integers(5, 60))))
        if kind is not K.KEY_SUPERVISION:
            key.append(
                usual(kind, how, draw(st.integers(5, 60)), rule=f"{kind.lower()}-key", when=When(key_proposal=True))
            )
    return ruled(version=version, deadlines=(*key, *own))


Do = Callable[[World], object]


def retract(kind: type[Any]) -> Do:
    return lambda world: world.do(c.RetractReport(version=world.last(kind).version, reason="误登"))


def take_back(kind: type[Any]) -> Do:
    return lambda world: world.do(c.TakeBackStep(version=world.last(kind).version, reason="误办", approver=MAYOR))


def do(command: c.Command) -> Do:
    return lambda world: world.do(command)


def refused(world: World) -> World:
    """A unit's objection has been rejected."""
    world = assigned(world)
    world.do(hand_back())
    world.do(decide_objection(upheld=False))
    return world


def published(world: World) -> World:
    world = issued(world)
    world.do(c.DecidePublication(unit=EDU, openness="PUBLISH_FULL"))
    world.do(c.PublishReply(unit=EDU, url="https://example.invalid/28"))
    return world


def supervised(world: World) -> World:
    world = assigned(world)
    world.do(c.SelectKeyProposal(basis="主席会议"))
    world.do(c.AppointLeader(duty=LeaderDuty.SUPERVISE, leader=MAYOR))
    told = {"author": "市政协提案委", "leader": MAYOR, "text": "督办情况报告"}
    world.do(c.FileSupervisionReport(occurred_at=world.now, **told))
    return world


def after(given: Callable[[World], World], *commands: c.Command) -> Callable[[World], World]:
    def told(world: World) -> World:
        world = given(world)
        for command in commands:
            world.do(command)
        return world

    return told


def led(world: World) -> World:
    return assigned(world, LED)


def contacting(world: World) -> World:
    world = assigned(world)
    world.do(contact(world.now))
    return world


def never_received(world: World) -> World:
    """Closed, though the unit never signed for the case."""
    world = assigned(world)
    steps = (contact(world.now), draft(), review(), sign(), issue(), form(), rate(), rate(member=SECOND), close())
    for command in steps:
        world.do(command)
    return world


TAKES_OVER = ((CITY, AssignmentMode.SOLE),)
SEND_BACK = c.ReturnCoOpinion(unit=HEALTH, asked_by=EDU, reason="未说明经费来源")

OPENS_AGAIN: dict[str, tuple[DeadlineKind, Callable[[World], World], Do]] = {
    "receipt": (
        K.ACKNOWLEDGEMENT,
        after(assigned, c.AcknowledgeAssignment(unit=EDU)),
        retract(AssignmentAcknowledged),
    ),
    "objection rejected": (K.OBJECTION, after(assigned, hand_back()), do(decide_objection(upheld=False))),
    "nothing said any more": (K.OBJECTION, after(led, opinion()), do(SEND_BACK)),
    "objection escalated": (K.OBJECTION_ANSWER, refused, do(escalate())),
    "contact": (K.FIRST_CONTACT, contacting, retract(MemberContacted)),
    "withdrawal": (
        K.REPLY,
        after(assigned, c.WithdrawProposal(member=LEAD, reason="撤回")),
        take_back(ProposalWithdrawn),
    ),
    "opinion": (K.CO_OPINION, after(led, opinion()), do(SEND_BACK)),
    "order": (K.REHANDLING, after(dissatisfied, reassign((), EDU)), do(assign(TAKES_OVER))),
    "answer": (K.FEEDBACK, after(form_out, rate(), rate(member=SECOND)), retract(SatisfactionRecorded)),
    "publication": (K.PUBLICATION, published, retract(ReplyPublished)),
    "report": (K.KEY_SUPERVISION, supervised, retract(SupervisionReportFiled)),
    "closing": (K.ACKNOWLEDGEMENT, never_received, do(c.ReopenHandling(reason="办结有误", approver=MAYOR))),
}
"""By what was done: a limit that is closed with that, and what opens it again."""


def more_time(world: World) -> None:
    until = {"until": date(2024, 7, 31), "reason": "需调研", "signed_by": leader_of(EDU)}
    world.do(c.RequestExtension(unit=EDU, **until))
    world.do(c.DecideExtension(unit=EDU, granted=True, approver=MAYOR, reason="同意"))


MOVES: dict[str, Do] = {
    "other rules": do(c.ChangeCaseRulebook(rulebook=ruled().id, version=2, reason="换届后改用新规则")),
    "a notice": do(c.AnnounceCalendar(notice=NOTICES[2024])),
    "a key proposal": do(c.SelectKeyProposal(basis="主席会议")),
    "none any more": do(c.ReleaseKeyProposal(reason="调整")),
    "more time": more_time,
}
"""What may become known while a limit is closed, and moves those that are open."""


def opening_again(name: str, first: Rulebook, second: Rulebook, moves: list[str]) -> World:
    """The limit is open again; all others stand as they are set by what became known while it was closed."""
    _, closing, open_again = OPENS_AGAIN[name]
    world = closing(opened(first))
    world.do(c.AdoptRulebook(rulebook=second))
    for move in moves:
        try:
            MOVES[move](world)
        except Refused:
            continue
    try:
        world.do(c.RecomputeDeadlines())
    except Refused:  # of a case that has ended nothing is set again
        assert name == "withdrawal"
    open_again(world)
    return world


def still_open(world: World) -> set[tuple[str | None, DeadlineKind]]:
    return {(known.unit, known.limit.deadline.kind) for known in open_limits(world.case)}


@pytest.mark.parametrize("name", OPENS_AGAIN)
def test_it_is_closed_and_opens_again(name: str) -> None:
    kind, closing, open_again = OPENS_AGAIN[name]
    book = ruled(deadlines=tuple(usual(kind, CountedIn.DAY, 30) for kind in ANCHORS))
    world = closing(opened(book))
    before = still_open(world)
    open_again(world)
    assert kind in {kind for _, kind in still_open(world) - before}


def test_every_kind_of_limit_may_open_again() -> None:
    assert {kind for kind, _, _ in OPENS_AGAIN.values()} == set(DeadlineKind)


slow = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=slow)
@given(
    st.sampled_from(sorted(OPENS_AGAIN)),
    rulebooks(1),
    rulebooks(2),
    st.lists(st.sampled_from(sorted(MOVES)), max_size=4),
)
def test_a_limit_that_opens_again_is_set_by_what_is_known_by_then(
    name: str, first: Rulebook, second: Rulebook, moves: list[str]
) -> None:
    world = opening_again(name, first, second, moves)
    assert world.do(c.RecomputeDeadlines()) == []
