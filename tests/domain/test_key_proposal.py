"""重点提案."""

from typing import Any

import pytest

from domain import commands as c
from domain.codes import LeaderDuty, Rank
from domain.events import (
    KeyProposalReleased,
    KeyProposalSelected,
    LeaderAppointed,
    SupervisionMeetingHeld,
    SupervisionReportFiled,
)
from domain.policy.rulebook import SignerRanks
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    KEY_PROPOSAL_IS_CASE,
    KEY_PROPOSAL_SELECTED,
    KNOWN_OFFICIAL,
    LEADER_APPOINTED,
    LEADER_RANK,
    ONLY_ASSIGNED_UNIT_ACTS,
    SIGNER_RANK,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    MAYOR,
    STRANGER,
    Attempt,
    World,
    assigned,
    attempt,
    head_of,
    leader_of,
    opened,
    refuses,
    registered,
    reviewed,
    ruled,
    sign,
    submitted,
)

CHAIR = "zhuxi-zheng"


def select(**change: Any) -> c.SelectKeyProposal:
    return c.SelectKeyProposal(**{"basis": "主席会议第 12 次会议", "theme": "校园心理健康", **change})


def release() -> c.ReleaseKeyProposal:
    return c.ReleaseKeyProposal(reason="并入专题协商")


def appoint(duty: str = "SUPERVISE", leader: str = MAYOR) -> c.AppointLeader:
    return c.AppointLeader(duty=duty, leader=leader)


def meet(world: World, **change: Any) -> c.RecordSupervisionMeeting:
    usual = {"occurred_at": world.now, "leader": MAYOR, "units": (EDU,), "members": (LEAD,), "outcome": "六月底前到岗"}
    return c.RecordSupervisionMeeting(**{**usual, **change})


def report(world: World, **change: Any) -> c.FileSupervisionReport:
    usual = {"occurred_at": world.now, "author": "市政协提案委", "leader": MAYOR, "text": "督办情况报告"}
    return c.FileSupervisionReport(**{**usual, **change})


def key(world: World | None = None) -> World:
    """An assigned case that is a key proposal."""
    world = assigned(world)
    world.do(select())
    return world


def led() -> World:
    """A key proposal whose supervision the vice mayor leads."""
    world = key()
    world.do(appoint())
    return world


def test_a_case_is_chosen_as_a_key_proposal() -> None:
    world = registered()
    [fact] = world.do(select())
    assert fact.event == KeyProposalSelected(basis="主席会议第 12 次会议", theme="校园心理健康")
    assert world.do(select()) == []
    assert world.do(select(theme="未成年人保护"))


@refuses(c.SelectKeyProposal, KEY_PROPOSAL_IS_CASE)
def test_what_is_no_case_is_no_key_proposal() -> Attempt:
    return attempt(submitted(), select())


def test_a_key_proposal_may_be_one_no_longer() -> None:
    world = key()
    [fact] = world.do(release())
    assert fact.event == KeyProposalReleased(reason="并入专题协商")
    assert world.do(release()) == []


@refuses(c.ReleaseKeyProposal, KEY_PROPOSAL_IS_CASE)
def test_what_is_no_case_is_not_released() -> Attempt:
    return attempt(submitted(), release())


def test_a_leader_leads_the_supervision_and_another_may_take_over() -> None:
    world = key()
    world.do(c.AppointOfficial(official=CHAIR, name="郑镕", title="市政协主席", rank=Rank.CPPCC_CHAIR, unit=None))
    [fact] = world.do(appoint())
    assert fact.event == LeaderAppointed(duty=LeaderDuty.SUPERVISE, leader=MAYOR)
    assert world.do(appoint()) == []
    assert world.do(appoint(leader=CHAIR))
    assert world.case.leaders == {LeaderDuty.SUPERVISE: CHAIR}


def test_the_head_of_a_unit_may_handle_a_case_in_person() -> None:
    assert assigned().do(appoint("HANDLE", head_of(EDU)))


@refuses(c.AppointLeader, KEY_PROPOSAL_SELECTED, "duty")
def test_only_a_key_proposals_supervision_is_led() -> Attempt:
    return attempt(assigned(), appoint())


@refuses(c.AppointLeader, KNOWN_OFFICIAL, "leader")
def test_a_leader_is_listed() -> Attempt:
    return attempt(key(), appoint(leader="nobody"))


@refuses(c.AppointLeader, LEADER_RANK, "leader")
@pytest.mark.parametrize(("duty", "leader"), [("SUPERVISE", head_of(EDU)), ("HANDLE", leader_of(EDU))])
def test_a_leader_has_the_rank(duty: str, leader: str) -> Attempt:
    return attempt(key(), appoint(duty, leader))


def test_the_leader_meets_the_units_once() -> None:
    world = led()
    told = meet(world)
    [fact] = world.do(told)
    assert isinstance(fact.event, SupervisionMeetingHeld)
    assert world.do(told) == []


@refuses(c.RecordSupervisionMeeting, KEY_PROPOSAL_SELECTED)
def test_only_key_proposals_have_supervision_meetings() -> Attempt:
    world = assigned()
    return attempt(world, meet(world))


@refuses(c.RecordSupervisionMeeting, LEADER_APPOINTED, "leader")
def test_who_leads_the_meeting_was_appointed() -> Attempt:
    world = key()
    return attempt(world, meet(world))


@refuses(c.RecordSupervisionMeeting, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_units_at_the_meeting_are_on_the_case() -> Attempt:
    world = led()
    return attempt(world, meet(world, units=(EDU, HEALTH)))


@refuses(c.RecordSupervisionMeeting, CONTACT_IS_WITH_PROPOSERS, "members")
def test_members_at_the_meeting_are_proposers() -> Attempt:
    world = led()
    return attempt(world, meet(world, members=(STRANGER,)))


def test_the_leader_is_reported_to_once() -> None:
    world = led()
    told = report(world)
    [fact] = world.do(told)
    assert fact.event == SupervisionReportFiled(author="市政协提案委", leader=MAYOR, text="督办情况报告")
    assert world.do(told) == []


@refuses(c.FileSupervisionReport, KEY_PROPOSAL_SELECTED)
def test_only_key_proposals_are_reported_on() -> Attempt:
    world = assigned()
    return attempt(world, report(world))


@refuses(c.FileSupervisionReport, LEADER_APPOINTED, "leader")
def test_a_report_goes_to_the_leader_appointed() -> Attempt:
    world = key()
    return attempt(world, report(world))


@refuses(c.SignReply, SIGNER_RANK, "signer")
def test_the_reply_to_a_key_proposal_is_signed_by_the_head() -> Attempt:
    world = reviewed(opened(ruled(signer_ranks=SignerRanks(key_proposal=Rank.UNIT_HEAD))))
    world.do(select())
    return attempt(world, sign())


def test_leaders_of_the_cppcc_sign_and_decide_nothing_in_the_government() -> None:
    assert Rank.CPPCC_CHAIR.height < Rank.OFFICER.height
