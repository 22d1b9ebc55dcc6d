"""公开: decided with the review, told when it is done."""

from datetime import date
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Gate, Openness, WithholdingGround
from domain.events import PublicationContested, PublicationDecided, ReplyIssued, ReplyPublished, ReplyWithheld
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    CONTEST_WEIGHED,
    DRAFT_EXISTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PUBLICATION_DECIDED,
    PUBLISHED_AFTER_ISSUE,
    PUBLISHED_ONCE,
    SECRET_NEVER_PUBLISHED,
    WITHHOLDING_HAS_GROUND,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    SECOND,
    SHIPPED,
    STRANGER,
    Attempt,
    Given,
    World,
    attempt,
    closed,
    contact,
    contacted,
    draft,
    drafted,
    issue,
    issued,
    opened,
    refuses,
    rehandle,
    review,
    reviewed,
    ruled,
    sign,
    signed,
    transferred,
)
from tests.domain.walks import limit

URL = "https://example.invalid/fuwen/28"


def decide(openness: Openness = Openness.PUBLISH_FULL, unit: str = EDU, **change: Any) -> c.DecidePublication:
    return c.DecidePublication(**{"unit": unit, "openness": openness, **change})


def hide(ground: WithholdingGround = WithholdingGround.PRIVACY) -> c.DecidePublication:
    return decide(Openness.WITHHOLD, withholding_ground=ground)


def contest(member: str = LEAD) -> c.ContestPublication:
    return c.ContestPublication(member=member, reason="涉及未成年人")


def publish(unit: str = EDU, **change: Any) -> c.PublishReply:
    return c.PublishReply(**{"unit": unit, "url": URL, **change})


def withhold(unit: str = EDU, **change: Any) -> c.WithholdReply:
    return c.WithholdReply(**{"unit": unit, "note": "已告知委员", **change})


def to_publish(openness: Openness = Openness.PUBLISH_FULL) -> World:
    """The reply is out, and was found fit to publish."""
    world = issued()
    world.do(decide(openness, withholding_ground=None if openness is Openness.PUBLISH_FULL else "BROAD"))
    return world


def to_withhold() -> World:
    world = issued()
    world.do(hide())
    return world


# the decision


def test_publication_is_decided_of_a_draft_and_may_be_decided_otherwise() -> None:
    world = drafted()
    summary = decide(Openness.PUBLISH_SUMMARY, withholding_ground="COMMERCIAL", redactions=("企业名称",))
    [fact] = world.do(summary)
    assert fact.event == PublicationDecided(
        unit=EDU,
        round=1,
        openness=Openness.PUBLISH_SUMMARY,
        withholding_ground=WithholdingGround.COMMERCIAL,
        redactions=("企业名称",),
    )
    assert world.do(summary) == []
    assert world.do(decide())


def test_publication_is_decided_together_with_the_review() -> None:
    world = drafted()
    told = review().model_copy(update={"publication": c.PublicationClaim(openness="PUBLISH_FULL")})
    _, fact = world.do(told)
    assert fact.event == PublicationDecided(unit=EDU, round=1, openness=Openness.PUBLISH_FULL)
    assert world.do(told) == []


@refuses(c.ReviewReply, WITHHOLDING_HAS_GROUND, "publication.withholding_ground")
def test_the_reviewer_says_why_a_reply_is_not_published() -> Attempt:
    claim = c.PublicationClaim(openness="WITHHOLD")
    return attempt(drafted(), review().model_copy(update={"publication": claim}))


@refuses(c.ReviewReply, SECRET_NEVER_PUBLISHED, "publication.openness")
def test_the_reviewer_lets_no_secret_out() -> Attempt:
    claim = c.PublicationClaim(openness="PUBLISH_SUMMARY", withholding_ground="SECRET")
    return attempt(drafted(), review().model_copy(update={"publication": claim}))


@refuses(c.DecidePublication, DRAFT_EXISTS, "unit")
def test_publication_of_nothing_is_not_decided() -> Attempt:
    return attempt(contacted(), decide())


@refuses(c.DecidePublication, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [transferred, lambda: drafted(modes=LED)], ids=["unassigned", "assisting"])
def test_publication_is_decided_of_a_reply_that_is_the_units(given: Given) -> Attempt:
    return attempt(given(), decide(unit=HEALTH))


@refuses(c.DecidePublication, WITHHOLDING_HAS_GROUND, "withholding_ground")
@pytest.mark.parametrize("openness", [Openness.WITHHOLD, Openness.PUBLISH_SUMMARY])
def test_what_is_kept_back_has_a_ground(openness: Openness) -> Attempt:
    return attempt(drafted(), decide(openness))


@refuses(c.DecidePublication, SECRET_NEVER_PUBLISHED, "openness")
@pytest.mark.parametrize("openness", [Openness.PUBLISH_FULL, Openness.PUBLISH_SUMMARY])
def test_a_secret_is_never_published(openness: Openness) -> Attempt:
    return attempt(drafted(), decide(openness, withholding_ground="SECRET"))


@refuses(c.DecidePublication, PUBLISHED_ONCE, "unit")
def test_what_was_published_is_not_decided_again() -> Attempt:
    world = to_publish()
    world.do(publish())
    return attempt(world, hide())


# a member who would rather not


def test_a_member_objects_to_publication_once() -> None:
    world = drafted()
    [fact] = world.do(contest())
    assert fact.event == PublicationContested(member=LEAD, reason="涉及未成年人")
    assert world.do(contest()) == []
    assert world.do(contest(SECOND))


@refuses(c.ContestPublication, CONTACT_IS_WITH_PROPOSERS, "member")
def test_only_a_proposer_objects_to_publication() -> Attempt:
    return attempt(drafted(), contest(STRANGER))


@refuses(c.PublishReply, CONTEST_WEIGHED, "unit")
def test_an_objection_is_weighed_before_anything_is_published() -> Attempt:
    world = to_publish()
    world.do(contest())
    return attempt(world, publish())


@refuses(c.WithholdReply, CONTEST_WEIGHED, "unit")
def test_an_objection_is_weighed_before_anything_is_withheld() -> Attempt:
    world = to_withhold()
    world.do(contest())
    return attempt(world, withhold())


def test_the_same_decision_after_an_objection_is_a_decision() -> None:
    world = to_publish()
    world.do(contest())
    assert world.do(decide())
    assert world.do(publish())


def test_an_objection_before_the_decision_bars_nothing() -> None:
    world = issued()
    world.do(contest())
    world.do(decide())
    assert world.do(publish())


# the outcome


@pytest.mark.parametrize("openness", [Openness.PUBLISH_FULL, Openness.PUBLISH_SUMMARY])
def test_a_reply_is_published_as_it_was_decided(openness: Openness) -> None:
    world = to_publish(openness)
    [fact] = world.do(publish())
    assert fact.event == ReplyPublished(unit=EDU, round=1, openness=openness, url=URL)
    assert world.do(publish()) == []


def test_a_reply_that_is_withheld_says_why() -> None:
    world = to_withhold()
    [fact] = world.do(withhold())
    ground = WithholdingGround.PRIVACY
    assert fact.event == ReplyWithheld(unit=EDU, round=1, withholding_ground=ground, note="已告知委员")
    assert world.do(withhold()) == []


def test_a_reply_is_published_after_the_case_was_closed() -> None:
    world = closed()
    world.do(decide())
    assert world.do(publish())


def test_the_reply_that_went_out_is_published_while_the_next_round_is_handled() -> None:
    world = to_publish()
    world.do(rehandle())
    [fact] = world.do(publish())
    assert fact.event.round == 1


def handled_again() -> World:
    """The first reply is out, and is handled again; nobody has decided whether it is published."""
    world = issued()
    world.do(rehandle())
    return world


def test_the_publication_of_a_reply_that_is_handled_again_is_decided_and_told_by_its_round() -> None:
    world = handled_again()
    [decided] = world.do(decide(round=1))
    [fact] = world.do(publish(round=1))
    assert (decided.event.round, fact.event.round) == (1, 1)
    assert world.do(decide(round=1)) == world.do(publish(round=1)) == []


def test_the_publication_of_an_earlier_reply_is_told_once_the_next_one_is_drafted_and_out() -> None:
    world = handled_again()
    for step in (contact(world.now), draft(text="第二稿"), review(), sign(), issue()):
        world.do(step)
    world.do(decide(round=2))
    world.do(decide(Openness.WITHHOLD, withholding_ground="BROAD", round=1))
    [withheld] = world.do(withhold(round=1))
    [published] = world.do(publish())
    assert (withheld.event.round, published.event.round) == (1, 2)


def test_what_a_member_contests_is_decided_again_though_the_reply_is_handled_again() -> None:
    world = to_publish()
    world.do(rehandle())
    world.do(contest())
    world.do(decide(round=1))
    assert world.do(publish(round=1))


@refuses(c.DecidePublication, DRAFT_EXISTS, "unit")
def test_where_nothing_is_drafted_yet_the_round_before_is_not_meant_unasked() -> Attempt:
    return attempt(handled_again(), decide())


@refuses(c.DecidePublication, DRAFT_EXISTS, "round")
@pytest.mark.parametrize("number", [2, 3])
def test_of_another_round_only_a_reply_that_is_out_is_decided(number: int) -> Attempt:
    return attempt(handled_again() if number == 3 else issued(), decide(round=number))


@refuses(c.PublishReply, PUBLISHED_AFTER_ISSUE, "round")
@pytest.mark.parametrize("number", [2, 3])
def test_a_round_without_a_reply_is_not_published(number: int) -> Attempt:
    world = handled_again()
    world.do(decide(round=1))
    return attempt(world, publish(round=number))


@refuses(c.PublishReply, PUBLISHED_AFTER_ISSUE, "unit")
def test_nothing_is_published_before_it_was_answered() -> Attempt:
    world = signed()
    world.do(decide())
    return attempt(world, publish())


@refuses(c.WithholdReply, PUBLISHED_AFTER_ISSUE, "unit")
def test_nothing_is_withheld_before_it_was_answered() -> Attempt:
    world = signed()
    world.do(hide())
    return attempt(world, withhold())


@refuses(c.PublishReply, PUBLICATION_DECIDED, "unit")
@pytest.mark.parametrize("given", [issued, to_withhold])
def test_what_was_not_found_fit_is_not_published(given: Given) -> Attempt:
    return attempt(given(), publish())


@refuses(c.WithholdReply, PUBLICATION_DECIDED, "unit")
@pytest.mark.parametrize("given", [issued, to_publish])
def test_what_was_found_fit_is_not_withheld(given: Given) -> Attempt:
    return attempt(given(), withhold())


@refuses(c.PublishReply, PUBLISHED_ONCE, "unit")
def test_a_reply_is_published_in_one_place() -> Attempt:
    world = to_publish()
    world.do(publish())
    return attempt(world, publish(url="https://example.invalid/elsewhere"))


@refuses(c.WithholdReply, PUBLISHED_ONCE, "unit")
def test_a_reply_is_withheld_once() -> Attempt:
    world = to_withhold()
    world.do(withhold())
    return attempt(world, withhold().model_copy(update={"note": "另有说明"}))


@refuses(c.PublishReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_publishes_nothing() -> Attempt:
    return attempt(issued(), publish(HEALTH))


@refuses(c.WithholdReply, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_a_unit_that_does_not_answer_withholds_nothing() -> Attempt:
    return attempt(issued(), withhold(HEALTH))


# the gate and the clock


@refuses(c.IssueReply, PUBLICATION_DECIDED)
def test_where_the_rulebook_says_so_publication_is_decided_before_the_reply_goes_out() -> Attempt:
    return attempt(signed(opened(ruled(gates={"publication_before_issue": Gate.REFUSE}))), issue())


def test_a_reply_whose_publication_was_decided_goes_out() -> None:
    world = reviewed(opened(ruled(gates={"publication_before_issue": Gate.REFUSE})))
    world.do(decide())
    world.do(c.SignReply(unit=EDU, draft=1, signer="jiaoyuju-fu"))
    fact, _ = world.do(issue())
    assert fact.flags == ()


@refuses(c.IssueReply, PUBLICATION_DECIDED)
def test_a_contested_decision_is_none() -> Attempt:
    world = reviewed(opened(ruled(gates={"publication_before_issue": Gate.REFUSE})))
    world.do(decide())
    world.do(contest())
    world.do(c.SignReply(unit=EDU, draft=1, signer="jiaoyuju-fu"))
    return attempt(world, issue())


def test_where_the_rulebook_flags_it_an_undecided_reply_goes_out_with_a_flag() -> None:
    world = signed(opened(ruled(gates={"publication_before_issue": Gate.FLAG})))
    fact, _ = world.do(issue())
    assert fact.flags == (PUBLICATION_DECIDED.id,)


def test_the_clock_of_publication_starts_with_the_reply() -> None:
    twenty = limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, (CountedIn.WORKDAY, {"value": 20}))
    world = signed(opened(ruled(deadlines=(*SHIPPED.deadlines, twenty))))
    fact, _ = world.do(issue(), at="2024-03-04 09:00")
    assert isinstance(fact.event, ReplyIssued)
    [due] = fact.event.further
    assert (due.kind, due.due_on) == (DeadlineKind.PUBLICATION, date(2024, 4, 1))
    assert (due.anchor.event, due.anchor.version) == ("ReplyIssued", fact.version)
