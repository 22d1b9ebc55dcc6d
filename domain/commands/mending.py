"""What sets each recorded fact right where it was a mistake (ADR 10), and what bars it from being taken back."""

from collections.abc import Iterator

from domain import events
from domain.labels import COMMANDS, EVENTS
from domain.policy.deadlines import Deadline
from domain.proposal import DraftStatus, Proposal, draft_of
from domain.record import Recorded

RETRACTED, TAKEN_BACK = ("RetractReport",), ("TakeBackStep",)

MENDED_BY: dict[str, tuple[str, ...]] = {
    # a report of the world is retracted, and told anew as it was
    **dict.fromkeys(
        (
            "RefusalNotified",
            "AssignmentAcknowledged",
            "MemberContacted",
            "ContactWaived",
            "DifficultyRaised",
            "DifficultyResolved",
            "DisagreementEscalated",
            "DisagreementSettled",
            "FieldVisitRecorded",
            "ReplyDelivered",
            "PublicationContested",
            "ReplyPublished",
            "ReplyWithheld",
            "FeedbackFormIssued",
            "SatisfactionRecorded",
            "SatisfactionRevised",
            "FeedbackOverdue",
            "FaceToFaceMediationHeld",
            "SupervisionMeetingHeld",
            "SupervisionReportFiled",
            "ReminderIssued",
            "SupervisionNoticeIssued",
            "LeaderInterviewHeld",
            "OnSiteSupervisionHeld",
            "SupervisionAnswered",
            "ObjectionUnanswered",
            "MemberRevisited",
            "OnSiteCheckRecorded",
            "LookbackRecorded",
            "MutualReviewRecorded",
            "CommitmentMade",
            "CommitmentProgressed",
            "CommitmentFulfilled",
            "CommitmentBroken",
        ),
        RETRACTED,
    ),
    # a step of an office that no other step undoes is taken back, while nothing has come of it
    **dict.fromkeys(
        (
            "ProposalReturnedForRevision",
            "ProposalNotRegistered",
            "ProposalConverted",
            "ProposalWithdrawn",
            "ProposalsMerged",
            "ProposalAbsorbed",
            "CaseTransferredToGovernment",
            "CaseTransferredElsewhere",
            "ExtensionRequested",
            "ExtensionGranted",
            "ClockPaused",
            "RehandlingOrdered",
            "CaseArchived",
        ),
        TAKEN_BACK,
    ),
    # what was decided or sent is decided or sent anew
    "ProposalDraftSaved": ("ReviseProposalDraft",),
    "CoSignatureInvited": ("InviteCoSigners", "DeclineCoSignature"),
    "CoSignatureGiven": ("DeclineCoSignature",),
    "CoSignatureDeclined": ("CoSign",),
    "CoSignatureExpired": ("InviteCoSigners",),
    "ProposalSubmitted": ("CorrectSubmission", "CorrectClericalError", "ReturnForRevision", "WithdrawProposal"),
    "ProposalResubmitted": ("CorrectClericalError", "ReturnForRevision"),
    "ProposalRegistered": ("TakeBackStep", "CorrectClericalError", "ChangeCaseRulebook"),
    "ReviewOpinionRecorded": ("RecordReviewOpinion",),
    "CaseRulebookChanged": ("ChangeCaseRulebook",),
    "UnitAssigned": ("ReassignCase",),
    "CaseReassigned": ("ReassignCase",),
    "ResponsibilityNamed": ("NameResponsibility",),
    "CasesHandledJointly": ("HandleJointly",),
    "AssignmentReturned": ("DecideObjection",),
    "ObjectionUpheld": ("AssignUnits",),
    "ObjectionRejected": ("EscalateObjection", "ReassignCase"),
    "ObjectionEscalated": ("DecideObjection",),
    "UnitAdditionRequested": ("DecideUnitAddition",),
    "UnitAdditionGranted": ("RequestUnitAddition", "ReassignCase"),
    "UnitAdditionRefused": ("RequestUnitAddition", "AssignUnits"),
    "ExtensionRefused": ("RequestExtension",),
    "ClockResumed": ("PauseClock",),
    "DeadlineRecomputed": ("RecomputeDeadlines",),
    "HandlingPlanFiled": ("FileHandlingPlan",),
    "HandlingPlanApproved": ("FileHandlingPlan",),
    "HandlingClosed": ("ReopenHandling",),
    "CoOpinionRequested": ("RequestCoOpinion",),
    "CoOpinionSubmitted": ("ReturnCoOpinion",),
    "CoOpinionReturned": ("SubmitCoOpinion",),
    "ReplyDrafted": ("DraftReply",),
    "ReplyCountersigned": ("CountersignReply",),
    "ReplyReviewed": ("ReturnReply",),
    "ReplyReturned": ("DraftReply",),
    "ReplySigned": ("ReturnReply",),
    "ReplyIssued": ("OrderRehandling",),
    "PublicationDecided": ("DecidePublication",),
    "KeyProposalSelected": ("ReleaseKeyProposal",),
    "KeyProposalReleased": ("SelectKeyProposal",),
    "LeaderAppointed": ("AppointLeader",),
    "ClassReassessed": ("ReassessClass",),
    "SecondReplyIssued": ("IssueSecondReply",),
    "ScoreItemRecorded": ("RecordScoreItem",),
    "ProposalQualityScored": ("ScoreProposalQuality",),
    "ReportRetracted": ("RecordMemberContact", "RecordSatisfaction", "FulfilCommitment", "RecordDelivery"),
    "StepTakenBack": ("RefuseRegistration", "WithdrawProposal", "MergeProposals", "TransferCase", "ArchiveCase"),
    "SubmissionCorrected": ("CorrectSubmission",),
    "ClericalErrorCorrected": ("CorrectClericalError",),
    "HandlingReopened": ("CloseHandling",),
    # what stands on other streams
    "SessionOpened": ("OpenSession",),
    "SessionClosed": ("CloseSession",),
    "RulebookAdopted": ("AdoptRulebook", "ChangeCaseRulebook"),
    "HandoverMeetingHeld": ("TakeBackStep", "RecordHandoverMeeting"),
    "CircularIssued": ("IssueCircular",),
    "LookbackCampaignOpened": ("OpenLookbackCampaign",),
    "UnitScored": ("ScoreUnit",),
    "AnnualReportSnapshotTaken": ("TakeReportSnapshot",),
    "UnitListed": ("ListUnit",),
    "OfficialAppointed": ("AppointOfficial",),
    "MemberListed": ("ListMember",),
    "CalendarAnnounced": ("AnnounceCalendar",),
    # a number once taken is never given again, and what the ledger notes of itself is nobody's mistake
    "RulebookVersionFixed": ("AdoptRulebook",),
    "CaseNumberTaken": (),
    "LetterNumberTaken": (),
    "ClockStepped": (),
}
"""Of every event of the catalogue, the commands that mend it; the ones named together are for different mistakes."""

PRESSED = ("ReminderIssued", "SupervisionNoticeIssued", "LeaderInterviewHeld", "OnSiteSupervisionHeld")

RESTS: dict[str, tuple[type[events.Event], ...]] = {
    "DifficultyRaised": (events.DifficultyResolved,),
    "DisagreementEscalated": (events.DisagreementSettled,),
    "DisagreementSettled": (events.ReplySigned, events.ReplyIssued),
    "FeedbackFormIssued": (events.SatisfactionRecorded, events.SatisfactionRevised, events.FeedbackOverdue),
    "CommitmentMade": (events.CommitmentProgressed, events.CommitmentFulfilled, events.CommitmentBroken),
    **dict.fromkeys(("CommitmentFulfilled", "CommitmentBroken"), (events.SecondReplyIssued,)),
    **dict.fromkeys(PRESSED, (events.SupervisionAnswered,)),
    "ProposalReturnedForRevision": (events.ProposalResubmitted,),
    "ProposalNotRegistered": (events.ProposalConverted,),
    "ProposalRegistered": (
        events.ProposalsMerged,
        events.KeyProposalSelected,
        events.CaseTransferredToGovernment,
        events.CaseTransferredElsewhere,
    ),
    "ProposalsMerged": (events.ProposalsMerged, events.UnitAssigned, events.ReplyIssued),
    **dict.fromkeys(
        ("CaseTransferredToGovernment", "CaseTransferredElsewhere"), (events.UnitAssigned, events.ReplyIssued)
    ),
    "ExtensionRequested": (events.ExtensionGranted, events.ExtensionRefused),
    "ExtensionGranted": (
        events.ExtensionRequested,
        events.ClockPaused,
        events.ClockResumed,
        events.ReplyIssued,
    ),
    "ClockPaused": (events.ClockResumed, events.ReplyIssued),
    "RehandlingOrdered": (
        events.ReplyDrafted,
        events.ContactWaived,
        events.ExtensionRequested,
        events.ClockPaused,
    ),
}
"""What rests on a fact, by its event: while that stands, the fact is not taken back. An assignment stands while the
unit is on the case, a signature while its draft has not been sent back, a choice as key proposal while the case is
one; on the order of a round rests also the assignment of another unit that has taken the round over. That a limit was
set again is nobody's step: it goes with what began the limit."""

_SAME = ("unit", "round", "number")


def mended(type_: str) -> str:
    """For messages: the commands that mend such a fact, by their Chinese names."""
    return "、".join(f"“{COMMANDS[name]}”" for name in MENDED_BY[type_])


def resting_on(proposal: Proposal, fact: Recorded[events.ProposalEvent]) -> str | None:
    """For messages: what rests on this fact and still stands, by its Chinese name; None where nothing does."""
    kinds = RESTS.get(type(fact.event).__name__, ())
    later = (known.event for known in _since(proposal, fact) if isinstance(known.event, kinds))
    resting = (type(event).__name__ for event in later if not _undone(proposal, event))
    taken_over = (type(event).__name__ for event in _taken_over(proposal, fact))
    return next((EVENTS[name] for name in (*resting, *taken_over)), None)


def _since(proposal: Proposal, fact: Recorded[events.ProposalEvent]) -> Iterator[Recorded[events.ProposalEvent]]:
    """What came after a fact and still stands, but for what is about another unit, round or number."""
    own = fact.event
    for later in proposal.standing:
        named = [name for name in _SAME if hasattr(own, name) and hasattr(later.event, name)]
        same = all(getattr(own, name) == getattr(later.event, name) for name in named) and _asks(own, later.event)
        promises = getattr(later.event, "commitments", None)
        about = promises is None or getattr(own, "number", None) in promises
        if same and about and later.version > fact.version:
            yield later


def _taken_over(proposal: Proposal, fact: Recorded[events.ProposalEvent]) -> Iterator[events.Event]:
    """Assignments of other units that go on with the round of an order, and are due by its limit."""
    order = fact.event
    if not isinstance(order, events.RehandlingOrdered) or order.deadline is None:
        return
    for known in proposal.standing:
        event = known.event
        if isinstance(event, events.UnitAssigned) and event.unit != order.unit and not _undone(proposal, event):
            due = event.deadline
            if known.version > fact.version and due is not None and _same_clock(due, order.deadline):
                yield event


def _same_clock(one: Deadline, other: Deadline) -> bool:
    """Whether two limits are the same one, however often it has been moved."""
    return (one.kind, one.anchor) == (other.kind, other.anchor)


def _undone(proposal: Proposal, event: events.Event) -> bool:
    """Whether this is the assignment of a unit that is on the case no more, the signature of a draft that was sent back
    since, or the choice of a case that is no key proposal any more."""
    if isinstance(event, events.KeyProposalSelected):
        return proposal.key is None
    if isinstance(event, events.ReplySigned):
        return draft_of(proposal, event.unit, event.round, event.draft).status is DraftStatus.RETURNED
    return isinstance(event, events.UnitAssigned) and not proposal.tasks[event.unit].active


def _asks(form: events.Event, answer: events.Event) -> bool:
    """Whether an answer, or its failing, is that of somebody to whom this form went; true of whatever is no form."""
    if not isinstance(form, events.FeedbackFormIssued):
        return True
    told = getattr(answer, "members", None) or (getattr(answer, "member", None),)
    return not set(form.members).isdisjoint(told)
