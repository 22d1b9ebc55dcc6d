"""重点提案."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain import commands as c
from domain.codes import Gate, LeaderDuty, Rank
from domain.events import (
    CaseRulebookChanged,
    KeyProposalReleased,
    KeyProposalSelected,
    LeaderAppointed,
    SupervisionMeetingHeld,
    SupervisionReportFiled,
)
from domain.explanation import explain
from domain.policy import working_days
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, DeadlineRule, SignerRanks, When
from domain.policy.soundness import problems
from domain.proposal import Debtor, open_limits, owed
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    DONE_IN_TIME,
    KEY_PLAN_BEFORE_SIGNING,
    KEY_PROPOSAL_IS_CASE,
    KEY_PROPOSAL_LED,
    KEY_PROPOSAL_SELECTED,
    KEY_REPORT_BEFORE_CLOSING,
    KNOWN_OFFICIAL,
    LEADER_APPOINTED,
    LEADER_RANK,
    ONLY_ASSIGNED_UNIT_ACTS,
    SIGNER_RANK,
)
from domain.streams import calendar_stream, session_stream
from domain.supposing import deadlines_under
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LEDGER,
    MAYOR,
    MEETING,
    NOTICES,
    SHIPPED,
    STRANGER,
    Attempt,
    World,
    assigned,
    attempt,
    close,
    head_of,
    leader_of,
    left,
    opened,
    plan,
    refuses,
    registered,
    reviewed,
    ruled,
    satisfied,
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


def test_the_cppccs_leader_may_handle_a_case_too() -> None:
    world = key()
    world.do(c.AppointOfficial(official=CHAIR, name="郑镕", title="市政协主席", rank=Rank.CPPCC_CHAIR, unit=None))
    assert world.do(appoint("HANDLE", CHAIR))


@refuses(c.AppointLeader, LEADER_RANK, "leader")
def test_the_head_of_a_unit_that_left_does_not_handle_the_case() -> Attempt:
    return attempt(left(), appoint("HANDLE", head_of(EDU)))


@refuses(c.AppointLeader, KEY_PROPOSAL_SELECTED, "duty")
def test_only_a_key_proposals_supervision_is_led() -> Attempt:
    return attempt(assigned(), appoint())


@refuses(c.AppointLeader, KNOWN_OFFICIAL, "leader")
def test_a_leader_is_listed() -> Attempt:
    return attempt(key(), appoint(leader="nobody"))


@refuses(c.AppointLeader, LEADER_RANK, "leader")
@pytest.mark.parametrize(
    ("duty", "leader"),
    [("SUPERVISE", head_of(EDU)), ("HANDLE", leader_of(EDU)), ("HANDLE", head_of(HEALTH))],
)
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


def key_reviewed(**gates: Gate) -> World:
    """A draft of a reply to a key proposal that may be signed, as far as its review goes."""
    world = reviewed(opened(ruled(gates=gates)))
    world.do(select())
    return world


def test_a_reply_to_a_key_proposal_that_nobody_leads_is_flagged() -> None:
    [fact] = key_reviewed().do(sign())
    assert fact.flags == (KEY_PROPOSAL_LED.id,)


@pytest.mark.parametrize(("duty", "leader"), [("SUPERVISE", MAYOR), ("HANDLE", head_of(EDU))])
def test_a_reply_to_a_key_proposal_that_is_led_is_not(duty: str, leader: str) -> None:
    world = key_reviewed(key_proposal_led=Gate.REFUSE)
    world.do(appoint(duty, leader))
    [fact] = world.do(sign())
    assert fact.flags == ()


@refuses(c.SignReply, KEY_PROPOSAL_LED)
def test_a_rulebook_may_ask_for_a_leader() -> Attempt:
    return attempt(key_reviewed(key_proposal_led=Gate.REFUSE), sign())


@refuses(c.SignReply, KEY_PLAN_BEFORE_SIGNING, "unit")
def test_a_rulebook_may_ask_for_the_units_plan_first() -> Attempt:
    return attempt(key_reviewed(key_plan_before_signing=Gate.REFUSE), sign())


def test_with_its_plan_filed_the_unit_signs() -> None:
    world = key_reviewed(key_plan_before_signing=Gate.REFUSE)
    world.do(plan())
    assert world.do(sign())


def key_satisfied(**gates: Gate) -> World:
    world = satisfied(opened(ruled(gates=gates)))
    world.do(select())
    world.do(appoint())
    return world


@refuses(c.CloseHandling, KEY_REPORT_BEFORE_CLOSING)
def test_a_rulebook_may_ask_for_the_supervision_report_first() -> Attempt:
    return attempt(key_satisfied(key_report_before_closing=Gate.REFUSE), close())


def test_once_the_supervision_is_reported_the_case_is_closed() -> None:
    world = key_satisfied(key_report_before_closing=Gate.REFUSE)
    world.do(report(world))
    [fact] = world.do(close())
    assert fact.flags == ()


def test_where_the_rulebook_does_not_ask_the_report_may_come_later() -> None:
    [fact] = key_satisfied().do(close())
    assert fact.flags == ()


def test_leaders_of_the_cppcc_sign_and_decide_nothing_in_the_government() -> None:
    assert Rank.CPPCC_CHAIR.height < Rank.OFFICER.height


# until when it is supervised

BY_30_MAY = DeadlineRule(
    kind=DeadlineKind.KEY_SUPERVISION,
    rule="supervised-by-30-may",
    anchor=AnchorKind.SELECTION,
    counted_in=CountedIn.FIXED_DATE,
    month=5,
    day=30,
    source="S27",
)
THREE_MONTHS = BY_30_MAY.model_copy(
    update={"counted_in": CountedIn.MONTH, "value": 3, "month": None, "day": None, "rolls": True}
)


def test_only_key_proposals_have_a_limit_for_their_supervision() -> None:
    of_others = BY_30_MAY.model_copy(update={"when": When(key_proposal=False)})
    found = [field for field, _ in problems(ruled(deadlines=(*SHIPPED.deadlines, of_others)))]
    assert found == [f"deadlines.{len(SHIPPED.deadlines)}.when.key_proposal"]


OWED = {(Debtor.COMMITTEE, "", date(2024, 5, 30), DeadlineKind.KEY_SUPERVISION)}


def supervised(rule: DeadlineRule = BY_30_MAY) -> World:
    """A key proposal whose supervision has a limit, assigned and led."""
    world = assigned(opened(ruled(deadlines=(*SHIPPED.deadlines, rule))))
    world.do(select())
    world.do(appoint())
    return world


def to_supervise(world: World) -> set[tuple[Debtor, str, date, DeadlineKind | None]]:
    return {(due.debtor, due.unit, due.until, due.about) for due in owed(world.case) if due.debtor is Debtor.COMMITTEE}


def test_a_key_proposal_is_to_be_supervised_by_a_day_until_that_is_reported() -> None:
    world = supervised()
    assert to_supervise(world) == OWED
    limit = world.last(KeyProposalSelected).event.deadline
    assert limit is not None
    assert explain(limit, working_days.WorkingDays())[0] == "重点提案督办期限为 2024-05-30（当日 24 时止）。"
    [fact] = world.do(report(world))
    assert (fact.flags, to_supervise(world)) == ((), set())


def test_a_retracted_report_leaves_it_to_be_supervised() -> None:
    world = supervised()
    world.do(report(world))
    world.do(c.RetractReport(version=world.case.version, reason="误登"))
    assert to_supervise(world) == OWED


def test_a_new_basis_does_not_move_the_limit() -> None:
    world = supervised()
    [fact] = world.do(select(theme="未成年人保护"), at="2024-07-01 09:00")
    assert fact.event.deadline is None
    assert to_supervise(world) == OWED
    assert world.do(select(theme="未成年人保护")) == []


def test_a_case_that_is_no_key_proposal_is_not_to_be_supervised() -> None:
    world = supervised()
    world.do(release())
    assert to_supervise(world) == set()
    world.do(select(), at="2024-07-01 09:00")
    assert {until for _, _, until, _ in to_supervise(world)} == {date(2025, 5, 30)}


def test_a_case_is_reported_on_after_it_was_closed_and_a_late_report_says_so() -> None:
    world = satisfied(opened(ruled(deadlines=(*SHIPPED.deadlines, BY_30_MAY))))
    world.do(select())
    world.do(appoint())
    world.do(close())
    assert to_supervise(world) == OWED
    world.now = datetime(2024, 6, 3, 1, tzinfo=UTC)
    [fact] = world.do(report(world))
    assert fact.flags == (DONE_IN_TIME.id,)
    [again] = world.do(report(world, text="补充报告"))
    assert again.flags == ()


def test_the_limit_moves_with_the_working_days_and_is_no_units() -> None:
    world = supervised(THREE_MONTHS.model_copy(update={"value": 10}))
    assert {until for _, _, until, _ in to_supervise(world)} == {date(2025, 1, 2)}
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.do(c.AnnounceCalendar(notice=NOTICES[2025]))
    moved = [fact.event for fact in world.do(c.RecomputeDeadlines()) if fact.event.unit is None]
    assert [(event.deadline.kind, event.deadline.provisional) for event in moved] == [
        (DeadlineKind.KEY_SUPERVISION, False)
    ]
    assert not any(limit.limit.deadline.provisional for limit in open_limits(world.case) if limit.unit is None)


def test_a_limit_of_a_case_that_is_no_key_proposal_is_none() -> None:
    world = supervised(THREE_MONTHS)
    world.do(c.AnnounceCalendar(notice=NOTICES[2024]))
    world.do(c.RecomputeDeadlines())
    world = world.without(KeyProposalSelected)
    assert world.case.key_limit is None


def test_a_new_basis_would_not_move_the_limit_of_another_rulebook_either() -> None:
    world = supervised(THREE_MONTHS)
    first = world.last(KeyProposalSelected).version
    world.do(select(theme="未成年人保护"), at="2024-04-01 09:00")
    assert supposed(world) == [(first, date(2024, 6, 3))]
    world.do(release())
    world.do(select(), at="2024-05-06 09:00")
    assert supposed(world) == [(first, date(2024, 6, 3)), (world.last(KeyProposalSelected).version, date(2024, 8, 6))]


def supposed(world: World) -> list[tuple[int, date]]:
    """What three months' supervision would have begun, and until when."""
    rulebook = ruled(deadlines=(*SHIPPED.deadlines, THREE_MONTHS))
    session, calendar = world.state(session_stream(LEDGER, MEETING)), world.state(calendar_stream(LEDGER))
    found = deadlines_under(rulebook, world.story, session, calendar)
    return [(begun.version, due.due_on) for begun, due in found if due.kind is DeadlineKind.KEY_SUPERVISION]


def changed_to(world: World, *rules: DeadlineRule, version: int = 2) -> c.ChangeCaseRulebook:
    """The session has adopted other rules, by which this case is to be judged."""
    world.do(c.AdoptRulebook(rulebook=ruled(deadlines=(*SHIPPED.deadlines, *rules), version=version)))
    return c.ChangeCaseRulebook(rulebook=SHIPPED.id, version=version, reason="改用新规则")


def test_rules_that_limit_the_supervision_do_so_for_a_case_that_comes_under_them() -> None:
    world = key(opened(ruled()))
    chosen = world.last(KeyProposalSelected).version
    world.do(select(theme="未成年人保护"))
    changed, *_ = world.do(changed_to(world, THREE_MONTHS), at="2024-04-10 09:00")
    assert (changed.event.deadline.anchor.event, changed.event.deadline.anchor.version) == (
        "KeyProposalSelected",
        chosen,
    )
    assert to_supervise(world) == {(Debtor.COMMITTEE, "", date(2024, 6, 3), DeadlineKind.KEY_SUPERVISION)}


def test_supervision_that_was_limited_or_reported_or_is_no_matter_gets_no_limit_from_other_rules() -> None:
    for world in (supervised(), led(), assigned()):
        if world.case.key is not None and world.case.key_limit is None:
            world.do(report(world))
        [changed] = [f for f in world.do(changed_to(world, BY_30_MAY)) if isinstance(f.event, CaseRulebookChanged)]
        assert changed.event.deadline is None


def test_a_case_chosen_again_after_it_was_released_is_supervised_from_then() -> None:
    world = key(opened(ruled()))
    world.do(release())
    world.do(select(), at="2024-05-06 09:00")
    world.do(changed_to(world, THREE_MONTHS))
    assert {until for _, _, until, _ in to_supervise(world)} == {date(2024, 8, 6)}


def test_another_rulebook_would_set_another_limit() -> None:
    world = supervised()
    other = ruled(deadlines=(*SHIPPED.deadlines, THREE_MONTHS))
    session = world.state(session_stream(LEDGER, MEETING))
    calendar = world.state(calendar_stream(LEDGER))
    found = {due.kind: due.due_on for _, due in deadlines_under(other, world.story, session, calendar)}
    assert found[DeadlineKind.KEY_SUPERVISION] == date(2024, 6, 3)
