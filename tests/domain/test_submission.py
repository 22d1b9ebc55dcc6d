"""更正提案登记信息: what was told wrong of how a proposal was handed in is set right until the first reply is out."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as c
from domain.codes import CollectiveKind, DecisiveMoment, Defect, Gate, Outcome, Recomputation, Timing
from domain.events import (
    CaseTransferredToGovernment,
    DeadlineRecomputed,
    MemberContacted,
    ProposalAbsorbed,
    SubmissionCorrected,
    UnitAssigned,
)
from domain.policy.rulebook import Rulebook
from domain.rules import (
    COLLECTIVE_AUTHENTICATED,
    CONTACT_BEFORE_REPLY,
    CORRECTS_SUBMISSION,
    IN_SESSION_WINDOW,
    KNOWN_MEMBER,
    KNOWN_OFFICIAL,
    PROPOSERS_DISTINCT,
)
from tests.domain import test_admission as admission
from tests.domain.given import (
    ALONE,
    EDU,
    LEAD,
    MAYOR,
    SECOND,
    SHIPPED,
    STRANGER,
    Attempt,
    World,
    assign,
    attempt,
    contact,
    contacted,
    draft,
    drafted,
    form,
    head_of,
    issue,
    issued,
    opened,
    refuses,
    registered,
    review,
    ruled,
    send_back,
    sign,
    signed,
    submit,
    submitted,
)
from tests.domain.test_reply import uncontacted

GROUP = c.CollectiveClaim(kind=CollectiveKind.PARTY, name="民革德惠市委", sealed=True)


def set_right(**change: Any) -> c.CorrectSubmission:
    return c.CorrectSubmission(**{"reason": "录入有误", "approver": MAYOR, **change})


def timed() -> Rulebook:
    """Six months from the handover for a proposal of the meeting, three from the assignment for any other."""
    [reply] = [rule for rule in SHIPPED.deadlines if rule.kind == "REPLY"]
    others = [rule for rule in SHIPPED.deadlines if rule.kind != "REPLY"]
    meeting = reply.model_dump() | {"rule": "r1", "counted_in": "MONTH", "value": 6, "when": {"timing": "IN_SESSION"}}
    later = reply.model_dump() | {"rule": "r2", "counted_in": "MONTH", "value": 3, "anchor": "ASSIGNMENT", "when": None}
    return ruled(deadlines=[*others, {**meeting, "cap": None}, {**later, "cap": None}])


def between() -> World:
    """A case that was taken for one of the time between the meetings."""
    world = opened(timed())
    world.do(submit(timing=Timing.INTER_SESSION))
    world.do(c.RegisterProposal())
    world.do(c.TransferCase(occasion="交办会"))
    world.now += timedelta(days=11)
    world.do(assign(ALONE))
    return world


def test_only_what_was_told_wrong_is_told_again() -> None:
    world = registered()
    [fact] = world.do(set_right(lead_proposer=STRANGER, co_signers=[SECOND], timing=world.case.timing))
    assert fact.event == SubmissionCorrected(lead_proposer=STRANGER, reason="录入有误", approver=MAYOR)
    assert world.case.proposers == (STRANGER, SECOND)
    assert world.do(set_right(lead_proposer=STRANGER)) == []


def test_whoever_was_a_proposer_by_mistake_counts_no_longer() -> None:
    world = drafted()
    world.do(review())
    world.do(set_right(lead_proposer=STRANGER))
    assert world.case.communication.lead_proposer == STRANGER
    assert world.refused(sign()).rule.id == "contact-before-reply"
    assert world.refused(contact(world.now)).field == "members", "nobody talks with who is no proposer"
    world.do(contact(world.now, members=(STRANGER,)))
    world.do(sign())
    world.do(issue())
    assert world.verdict().outcome is Outcome.PASS
    [asked] = world.do(form())
    assert set(asked.event.members) == {STRANGER, SECOND}


def test_who_was_spoken_with_and_is_no_proposer_is_told() -> None:
    world = drafted()
    world.do(review())
    world.do(set_right(lead_proposer=STRANGER))
    assert "只与“林喆”沟通，而其不是本案提案者" in world.refused(sign()).reason
    world.do(contact(world.now, members=(SECOND,)))
    assert "只与附议委员沟通，尚未与领衔委员沟通" in world.refused(sign()).reason


@refuses(c.IssueReply, CONTACT_BEFORE_REPLY)
@pytest.mark.parametrize("before", [DecisiveMoment.DRAFT, DecisiveMoment.SIGNING, DecisiveMoment.ISSUE])
def test_no_signed_reply_goes_out_to_a_lead_proposer_nobody_spoke_with(before: DecisiveMoment) -> Attempt:
    world = signed(opened(ruled(contact={"gate": Gate.REFUSE, "before": before})))
    world.do(set_right(lead_proposer=STRANGER))
    return attempt(world, issue())


def test_a_signed_reply_that_goes_out_all_the_same_is_flagged() -> None:
    world = signed(opened(ruled(contact={"gate": Gate.FLAG})))
    world.do(set_right(lead_proposer=STRANGER))
    [fact, _] = world.do(issue())
    assert fact.flags == (CONTACT_BEFORE_REPLY.id,)
    assert world.verdict().outcome is Outcome.FAIL


def test_a_signed_reply_is_signed_anew_once_the_right_lead_proposer_was_spoken_with() -> None:
    world = signed()
    world.do(set_right(lead_proposer=STRANGER))
    world.do(contact(world.now, members=(STRANGER,)))
    assert world.refused(issue()).rule is CONTACT_BEFORE_REPLY, "it was signed before"
    world.do(send_back(code=Defect.NOT_CONTACTED))
    world.do(contact(world.now, members=(STRANGER,)))
    for step in (draft(), review(number=2), sign(number=2)):
        world.do(step)
    [fact, _] = world.do(issue(number=2))
    assert fact.flags == ()
    assert world.verdict().outcome is Outcome.PASS


def test_no_signed_reply_goes_out_where_the_contact_it_rested_on_was_taken_back() -> None:
    world = signed()
    told = world.last(MemberContacted).version
    world.do(c.RetractReport(version=told, reason="误登"))
    assert world.refused(issue()).rule is CONTACT_BEFORE_REPLY


def test_what_is_taken_back_of_something_else_is_no_reason_to_ask_again() -> None:
    world = uncontacted(DecisiveMoment.SIGNING, Gate.FLAG)
    [fact] = world.do(sign())
    assert fact.flags == (CONTACT_BEFORE_REPLY.id,)
    world.do(c.RaiseDifficulty(unit=EDU, text="编制不足", asks="增加编制"))
    world.do(c.RetractReport(version=world.case.version, reason="误登"))
    [fact, _] = world.do(issue())
    assert fact.flags == ()


def test_a_signed_reply_is_asked_again_by_the_rules_the_case_came_under() -> None:
    world = uncontacted(DecisiveMoment.SIGNING, Gate.OFF)
    world.do(sign())
    world.do(c.AdoptRulebook(rulebook=ruled(version=2, contact={"gate": Gate.REFUSE})))
    world.do(admission.change_rules())
    assert world.refused(issue()).rule is CONTACT_BEFORE_REPLY


def test_who_co_signs_is_set_right() -> None:
    world = contacted()
    world.do(set_right(co_signers=[]))
    assert world.case.proposers == (LEAD,)
    assert world.case.communication.co_signers == ()


def test_a_limit_that_depends_on_when_it_was_handed_in_moves_in_the_same_decision() -> None:
    world = between()
    before = world.last(UnitAssigned)
    _, moved = world.do(set_right(timing=Timing.IN_SESSION))
    due = moved.event.deadline
    assert isinstance(moved.event, DeadlineRecomputed)
    assert (due.recomputed, due.supersedes) == (Recomputation.SUBMISSION, before.version)
    assert due.anchor.event == CaseTransferredToGovernment.__name__
    assert world.case.timing is Timing.IN_SESSION


def test_a_limit_that_counts_from_the_assignment_starts_there_again() -> None:
    world = between()
    first = world.case.tasks[EDU].round.deadline
    world.do(set_right(timing=Timing.IN_SESSION))
    world.do(set_right(timing=Timing.INTER_SESSION))
    due = world.case.tasks[EDU].round.deadline
    assert (due.anchor, due.due_on) == (first.anchor, first.due_on)


def test_no_limit_moves_where_none_depends_on_it() -> None:
    world = contacted()
    assert len(world.do(set_right(timing=Timing.INTER_SESSION))) == 1


def test_before_any_rulebook_a_proposal_can_be_set_right() -> None:
    world = submitted()
    assert world.do(set_right(lead_proposer=STRANGER))


def test_a_proposal_is_in_a_bodys_name_or_not() -> None:
    world = submitted()
    [fact] = world.do(set_right(collective=GROUP, passed_down="PROVINCE"))
    assert (world.case.collective, world.case.body_name) == (CollectiveKind.PARTY, "民革德惠市委")
    assert fact.event.passed_down == world.case.passed_down == "PROVINCE"
    assert world.do(set_right(collective=GROUP, passed_down="PROVINCE")) == []
    assert world.do(set_right(collective=GROUP.model_copy(update={"name": "民盟德惠市委"})))
    world.do(set_right(not_collective=True, not_passed_down=True))
    assert (world.case.collective, world.case.body_name, world.case.passed_down) == (None, None, None)
    assert world.do(set_right(not_collective=True, not_passed_down=True)) == []
    assert world.do(set_right(collective=GROUP)), "the same body, after it was none"


def test_a_merger_that_is_taken_back_leaves_what_was_set_right_before_it() -> None:
    world = admission.two_submitted()
    world.do(set_right(co_signers=[]))
    world.do(admission.merge(world))
    world.do(set_right(timing=Timing.INTER_SESSION))
    world.do(c.TakeBackStep(version=world.case.version - 1, reason="误并", approver=MAYOR))
    assert world.case.proposers == (LEAD,)
    assert world.case.communication.co_signers == ()
    assert world.case.timing is Timing.INTER_SESSION


@refuses(c.CorrectSubmission, CORRECTS_SUBMISSION, "co_signers")
def test_who_signs_a_merged_proposal_is_what_the_merger_says() -> Attempt:
    world = admission.two_submitted()
    world.do(admission.merge(world))
    assert world.all(ProposalAbsorbed)
    return attempt(world, set_right(co_signers=[]))


@refuses(c.CorrectSubmission, CORRECTS_SUBMISSION)
def test_nothing_is_set_right_once_the_first_reply_is_out() -> Attempt:
    return attempt(issued(), set_right(lead_proposer=STRANGER))


def test_until_it_is_out_a_signed_reply_bars_nothing() -> None:
    assert signed().do(set_right(lead_proposer=STRANGER))


@refuses(c.CorrectSubmission, CORRECTS_SUBMISSION, "lead_proposer")
def test_something_is_set_right() -> Attempt:
    return attempt(registered(), set_right())


@pytest.mark.parametrize(
    ("both", "field"),
    [
        ({"collective": GROUP, "not_collective": True}, "not_collective"),
        ({"passed_down": "PROVINCE", "not_passed_down": True}, "not_passed_down"),
    ],
)
def test_nothing_is_so_and_not_so(both: dict[str, Any], field: str) -> None:
    refused = registered().refused(set_right(**both))
    assert (refused.rule, refused.field) == (CORRECTS_SUBMISSION, field)


@refuses(c.CorrectSubmission, KNOWN_MEMBER, "lead_proposer")
def test_the_right_lead_proposer_is_listed() -> Attempt:
    return attempt(registered(), set_right(lead_proposer="nobody"))


@refuses(c.CorrectSubmission, KNOWN_MEMBER, "co_signers.1")
def test_the_right_co_signers_are_listed() -> Attempt:
    return attempt(registered(), set_right(co_signers=[SECOND, "nobody"]))


@refuses(c.CorrectSubmission, PROPOSERS_DISTINCT, "co_signers")
def test_nobody_is_lead_and_co_signer() -> Attempt:
    return attempt(registered(), set_right(lead_proposer=SECOND))


@refuses(c.CorrectSubmission, COLLECTIVE_AUTHENTICATED, "collective.sealed")
def test_a_body_has_sealed_it() -> Attempt:
    return attempt(registered(), set_right(collective=GROUP.model_copy(update={"sealed": False})))


@refuses(c.CorrectSubmission, COLLECTIVE_AUTHENTICATED, "collective.signed_by")
def test_a_group_that_all_signed_is_not_left_without_its_members() -> Attempt:
    world = opened()
    world.do(submit(co_signers=(SECOND,), collective={"kind": CollectiveKind.MEMBER_GROUP, "name": "第一组"}))
    return attempt(world, set_right(co_signers=[]))


@refuses(c.CorrectSubmission, IN_SESSION_WINDOW, "timing")
def test_a_proposal_of_the_meeting_was_handed_in_by_its_last_day() -> Attempt:
    world = opened(in_session_until=date(2024, 1, 10))
    world.do(submit(timing=Timing.INTER_SESSION))
    return attempt(world, set_right(timing=Timing.IN_SESSION))


@refuses(c.CorrectSubmission, KNOWN_OFFICIAL, "approver")
def test_who_approves_a_correction_is_listed() -> Attempt:
    return attempt(registered(), set_right(timing=Timing.INTER_SESSION, approver="nobody"))


@refuses(c.CorrectSubmission, CORRECTS_SUBMISSION, "approver")
def test_a_leader_approves_a_correction() -> Attempt:
    return attempt(registered(), set_right(timing=Timing.INTER_SESSION, approver=head_of(EDU)))
