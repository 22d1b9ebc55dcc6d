"""The mend that is named for every event is tried: told by mistake, and set right by each command named (ADR 10)."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import pytest

from domain import commands as c
from domain.codes import AssignmentMode, Rating
from domain.commands.mending import MENDED_BY
from domain.events import CaseTransferredToGovernment, ProposalAbsorbed, ProposalsMerged
from domain.policy.working_days import Holiday
from tests.domain import test_admission as admission
from tests.domain import test_archive as archive
from tests.domain import test_clock as clock
from tests.domain import test_co_opinion as co_opinion
from tests.domain import test_commitment as commitment
from tests.domain import test_correction as correction
from tests.domain import test_drafting as drafting
from tests.domain import test_feedback as feedback
from tests.domain import test_follow_up as follow_up
from tests.domain import test_issue as issuing
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_publication as publication
from tests.domain import test_recomputation as recomputation
from tests.domain import test_scoring as scoring
from tests.domain import test_session as session
from tests.domain import test_submission as submission
from tests.domain import test_supervision as supervision
from tests.domain.given import (
    ALONE,
    CITY,
    EDU,
    HEALTH,
    MAYOR,
    NOTICES,
    SHIPPED,
    STRANGER,
    Given,
    World,
    ask_to_add,
    assign,
    assigned,
    close,
    contact,
    countersign,
    decide_addition,
    decide_objection,
    draft,
    escalate,
    hand_back,
    head_of,
    issued,
    opinion,
    plan,
    rate,
    reassign,
    registered,
    rehandle,
    responsible,
    send_back,
)
from tests.domain.test_every_command import HAPPY, two_rulebooks

HANDED = c.TransferCase(occasion="交办会")
Mend = c.Command | Callable[[World], c.Command]


def after(given: Given, *steps: Mend) -> Given:
    """The world in which these steps were taken, one after the other."""

    def then() -> World:
        world = given()
        for step in steps:
            world.do(step if isinstance(step, c.Command) else step(world))
        return world

    return then


def retract(kind: str) -> Callable[[World], c.Command]:
    return lambda world: c.RetractReport(version=_version(world, kind), reason="误登")


def take_back(kind: str) -> Callable[[World], c.Command]:
    return lambda world: c.TakeBackStep(version=_version(world, kind), reason="误办", approver=MAYOR)


def correct(kind: str, field: str, correct: str) -> Callable[[World], c.Command]:
    told = {"field": field, "correct": correct, "reason": "录入有误"}
    return lambda world: c.CorrectClericalError(version=_version(world, kind), **told)


def _version(world: World, kind: str) -> int:
    return next(fact.version for fact in reversed(world.story) if type(fact.event).__name__ == kind)


def three_cases() -> World:
    return assigned(assigned(assigned()))


def others(world: World, count: int) -> c.HandleJointly:
    streams = sorted({fact.stream for fact in world.all(CaseTransferredToGovernment)} - {world.proposal})
    return c.HandleJointly(unit=EDU, cases=tuple(streams[:count]), reason="同一主题")


def revised_notice() -> c.AnnounceCalendar:
    longer = Holiday(name="元旦", first=date(2025, 1, 1), last=date(2025, 1, 2))
    notice = NOTICES[2025]
    told = {"version": notice.version + 1, "holidays": (longer, *notice.holidays[1:])}
    return c.AnnounceCalendar(notice=notice.model_copy(update=told))


def wrongly_told_days() -> World:
    world = recomputation.announced()
    world.do(recomputation.recompute())
    world.do(revised_notice())
    return world


def led_asking() -> World:
    world = assigned(modes=((EDU, AssignmentMode.LEAD), (CITY, AssignmentMode.CO)))
    world.do(ask_to_add())
    return world


GIVEN: dict[str, Given] = {
    "CoSignatureDeclined": after(drafting.inviting, drafting.decline()),
    "ProposalNotRegistered": admission.turned_down,
    "ProposalAbsorbed": after(admission.two_submitted, admission.merge),
    "CaseTransferredElsewhere": after(registered, c.TransferCase(occasion="交办会", recipient="COURT")),
    "ObjectionUpheld": after(assigned, hand_back(), decide_objection(upheld=True)),
    "UnitAdditionRefused": after(led_asking, decide_addition(granted=False)),
    "ExtensionGranted": after(clock.asked, clock.answer()),
    "ExtensionRefused": after(clock.asked, clock.answer(granted=False)),
    "CasesHandledJointly": after(three_cases, lambda world: others(world, 1)),
    "DeadlineRecomputed": wrongly_told_days,
}
"""Where an event was told, if not where its command is tried first."""

AT: dict[tuple[str, str], Given] = {
    ("ProposalRegistered", "ChangeCaseRulebook"): two_rulebooks,
    ("RulebookAdopted", "ChangeCaseRulebook"): two_rulebooks,
    ("CoSignatureExpired", "InviteCoSigners"): after(drafting.run_out, c.ExpireCoSignatures()),
    ("ReportRetracted", "RecordSatisfaction"): after(feedback.rated, retract("SatisfactionRecorded")),
    ("ReportRetracted", "FulfilCommitment"): after(commitment.kept, retract("CommitmentFulfilled")),
    ("ReportRetracted", "RecordDelivery"): after(issued, issuing.deliver, retract("ReplyDelivered")),
    ("StepTakenBack", "RefuseRegistration"): after(admission.turned_down, take_back("ProposalNotRegistered")),
    ("StepTakenBack", "MergeProposals"): after(admission.two_submitted, admission.merge, take_back("ProposalsMerged")),
    ("StepTakenBack", "TransferCase"): after(registered, HANDED, take_back("CaseTransferredToGovernment")),
    ("HandoverMeetingHeld", "RecordHandoverMeeting"): after(
        session.two_registered, session.meeting, take_back("CaseTransferredToGovernment")
    ),
    ("UnitAdditionGranted", "ReassignCase"): after(
        led_asking, decide_addition(granted=True), assign(((HEALTH, AssignmentMode.CO),))
    ),
    ("LeaderAppointed", "AppointLeader"): after(
        key_proposal.key,
        c.AppointOfficial(official="shizhang", name="赵喆", title="市长", rank="MAYOR"),
        key_proposal.appoint(),
    ),
    ("StepTakenBack", "ArchiveCase"): after(archive.archived, take_back("CaseArchived")),
}
"""Where a mend is tried, if not where the event was told first."""

DOES: dict[tuple[str, str], Mend] = {
    ("ProposalDraftSaved", "ReviseProposalDraft"): drafting.rewrite(),
    ("CoSignatureInvited", "InviteCoSigners"): drafting.invite(STRANGER),
    ("CoSignatureInvited", "DeclineCoSignature"): drafting.decline(),
    ("CoSignatureGiven", "DeclineCoSignature"): drafting.decline(),
    ("CoSignatureDeclined", "CoSign"): drafting.sign_beside(),
    ("CoSignatureExpired", "InviteCoSigners"): drafting.invite(sign_by=date(2024, 4, 30)),
    ("ProposalSubmitted", "CorrectSubmission"): submission.set_right(lead_proposer=STRANGER),
    ("ProposalSubmitted", "CorrectClericalError"): correct("ProposalSubmitted", "title", "另一案由"),
    ("ProposalSubmitted", "ReturnForRevision"): admission.send_for_revision(),
    ("ProposalSubmitted", "WithdrawProposal"): admission.withdraw(),
    ("ProposalResubmitted", "CorrectClericalError"): correct("ProposalResubmitted", "title", "第三案由"),
    ("ProposalResubmitted", "ReturnForRevision"): admission.send_for_revision(),
    ("ProposalRegistered", "CorrectClericalError"): correct("ProposalRegistered", "topic", "教育"),
    ("ProposalRegistered", "ChangeCaseRulebook"): admission.change_rules(),
    ("ReviewOpinionRecorded", "RecordReviewOpinion"): admission.opinion_of(opinion="REFUSE"),
    ("CaseRulebookChanged", "ChangeCaseRulebook"): admission.change_rules(1),
    ("UnitAssigned", "ReassignCase"): reassign(((CITY, AssignmentMode.SOLE),), EDU),
    ("CaseReassigned", "ReassignCase"): reassign(((EDU, AssignmentMode.SOLE),), CITY),
    ("ResponsibilityNamed", "NameResponsibility"): responsible(desk_officer=head_of(EDU)),
    ("CasesHandledJointly", "HandleJointly"): lambda world: others(world, 2),
    ("AssignmentReturned", "DecideObjection"): decide_objection(upheld=False),
    ("ObjectionUpheld", "AssignUnits"): assign(ALONE),
    ("ObjectionRejected", "EscalateObjection"): escalate(),
    ("ObjectionRejected", "ReassignCase"): reassign(((CITY, AssignmentMode.SOLE),), EDU),
    ("ObjectionEscalated", "DecideObjection"): decide_objection(upheld=True, decided_by=MAYOR),
    ("UnitAdditionRequested", "DecideUnitAddition"): decide_addition(granted=False),
    ("UnitAdditionGranted", "RequestUnitAddition"): ask_to_add(EDU, HEALTH, reason="职责未必交叉，请再定"),
    ("UnitAdditionGranted", "ReassignCase"): reassign((), HEALTH),
    ("UnitAdditionRefused", "RequestUnitAddition"): ask_to_add(EDU, HEALTH, reason="另有职责交叉"),
    ("UnitAdditionRefused", "AssignUnits"): assign(((HEALTH, AssignmentMode.CO),)),
    ("ExtensionRefused", "RequestExtension"): clock.ask("2024-06-28"),
    ("ClockResumed", "PauseClock"): clock.pause(),
    ("DeadlineRecomputed", "RecomputeDeadlines"): recomputation.recompute(),
    ("HandlingPlanFiled", "FileHandlingPlan"): plan(goal="另一目标"),
    ("HandlingPlanApproved", "FileHandlingPlan"): plan(goal="另一目标"),
    ("HandlingClosed", "ReopenHandling"): correction.reopen(),
    ("CoOpinionRequested", "RequestCoOpinion"): c.RequestCoOpinion(unit=HEALTH, asked_by=EDU, points="另一事项"),
    ("CoOpinionSubmitted", "ReturnCoOpinion"): co_opinion.return_opinion(),
    ("CoOpinionReturned", "SubmitCoOpinion"): opinion(text="补充经费来源"),
    ("ReplyDrafted", "DraftReply"): draft(text="另一稿"),
    ("ReplyCountersigned", "CountersignReply"): countersign(countersignature="WITHHELD", reason="经费来源未定"),
    ("ReplyReviewed", "ReturnReply"): send_back(),
    ("ReplyReturned", "DraftReply"): draft(text="另一稿"),
    ("ReplySigned", "ReturnReply"): send_back(),
    ("ReplyIssued", "OrderRehandling"): rehandle(),
    ("PublicationDecided", "DecidePublication"): publication.hide(),
    ("KeyProposalSelected", "ReleaseKeyProposal"): key_proposal.release(),
    ("KeyProposalReleased", "SelectKeyProposal"): key_proposal.select(),
    ("LeaderAppointed", "AppointLeader"): key_proposal.appoint("SUPERVISE", "shizhang"),
    ("ClassReassessed", "ReassessClass"): follow_up.reassess("B"),
    ("SecondReplyIssued", "IssueSecondReply"): commitment.answer_again(text="更正前函：教师已到岗。"),
    ("ScoreItemRecorded", "RecordScoreItem"): scoring.score("4"),
    ("ProposalQualityScored", "ScoreProposalQuality"): scoring.quality(items=({"item": "topic", "points": "7"},)),
    ("ReportRetracted", "RecordMemberContact"): lambda world: contact(world.now),
    ("ReportRetracted", "RecordSatisfaction"): rate(rating=Rating.BASIC),
    ("ReportRetracted", "FulfilCommitment"): commitment.keep(),
    ("ReportRetracted", "RecordDelivery"): issuing.deliver,
    ("StepTakenBack", "RefuseRegistration"): admission.turn_down(),
    ("StepTakenBack", "WithdrawProposal"): admission.withdraw(),
    ("StepTakenBack", "MergeProposals"): admission.merge,
    ("StepTakenBack", "TransferCase"): c.TransferCase(occasion="交办会"),
    ("StepTakenBack", "ArchiveCase"): archive.archive(),
    ("SubmissionCorrected", "CorrectSubmission"): submission.set_right(timing="INTER_SESSION"),
    ("ClericalErrorCorrected", "CorrectClericalError"): correct("ProposalSubmitted", "title", "第三案由"),
    ("HandlingReopened", "CloseHandling"): close(),
    ("SessionOpened", "OpenSession"): c.OpenSession(
        session="15-4", cppcc="德惠市政协", term=15, meeting=5, reason="录入有误"
    ),
    ("SessionClosed", "CloseSession"): c.CloseSession(closed_on=date(2024, 1, 15), reason="会议延长"),
    ("RulebookAdopted", "AdoptRulebook"): c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 10})),
    ("RulebookAdopted", "ChangeCaseRulebook"): admission.change_rules(),
    ("RulebookVersionFixed", "AdoptRulebook"): c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 10})),
    ("HandoverMeetingHeld", "TakeBackStep"): take_back("CaseTransferredToGovernment"),
    ("HandoverMeetingHeld", "RecordHandoverMeeting"): lambda world: session.meeting(world, cases=(world.proposal,)),
    ("CircularIssued", "IssueCircular"): lambda world: supervision.circular(
        cases=(world.proposal,), title="更正前次通报"
    ),
    ("LookbackCampaignOpened", "OpenLookbackCampaign"): follow_up.look_back(title="另一次回头看"),
    ("UnitScored", "ScoreUnit"): scoring.year(items=({"item": "face-to-face", "points": "4"},)),
    ("AnnualReportSnapshotTaken", "TakeReportSnapshot"): archive.snapshot(as_known=4),
    ("UnitListed", "ListUnit"): c.ListUnit(unit="shuiliju", name="市水务局"),
    ("OfficialAppointed", "AppointOfficial"): c.AppointOfficial(
        official="shizhang", name="赵喆", title="副市长", rank="VICE_MAYOR"
    ),
    ("MemberListed", "ListMember"): c.ListMember(member="weiyuan-99", name="赵喆"),
    ("CalendarAnnounced", "AnnounceCalendar"): c.AnnounceCalendar(
        notice=NOTICES[2026].model_copy(update={"version": NOTICES[2026].version + 1})
    ),
}
"""The command that mends an event, as it would be given; what is retracted or taken back is so by its version."""


@cache
def told_in() -> dict[str, Given]:
    """By event, the first state of the tests of the commands in which a command tells it."""
    found: dict[str, Given] = {}
    for given, when in HAPPY.values():
        world = given()
        for fact in world.do(when(world)):
            found.setdefault(type(fact.event).__name__, after(given, when))
    return found | GIVEN


def mends() -> Iterable[tuple[str, str]]:
    return [(event, command) for event, commands in MENDED_BY.items() for command in commands]


@pytest.mark.parametrize(("event", "command"), mends())
def test_an_event_is_mended_by_each_command_named_for_it(event: str, command: str) -> None:
    world = (AT.get((event, command)) or told_in()[event])()
    assert any(type(fact.event).__name__ == event for fact in world.history)
    if event == ProposalAbsorbed.__name__:
        event = ProposalsMerged.__name__  # taken back where it was decided, and with it here
    mend = DOES.get((event, command)) or {"RetractReport": retract, "TakeBackStep": take_back}[command](event)
    does = mend if isinstance(mend, c.Command) else mend(world)
    assert type(does).__name__ == command
    assert world.do(does), "it is accepted, and something is told"


def test_every_mend_that_is_tried_is_named() -> None:
    assert set(DOES) | set(AT) <= set(mends())
