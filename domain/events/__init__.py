"""Every fact, by stage: a module each, in the order of `ProposalEvent`. A stream's events are a union, so that a fold
that forgets one is a type error."""

from typing import TypeAlias, get_args

from domain.events.admission import (
    AdmissionEvent,
    CaseRulebookChanged,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalResubmitted,
    ProposalReturnedForRevision,
    ProposalsMerged,
    ProposalWithdrawn,
    RefusalNotified,
    ReviewOpinionRecorded,
)
from domain.events.archive import AnnualReportSnapshotTaken, ArchiveEvent, CaseArchived, ReportedFigure
from domain.events.assignment import (
    AssignmentAcknowledged,
    AssignmentEvent,
    CaseReassigned,
    CasesHandledJointly,
    ResponsibilityNamed,
    UnitAssigned,
)
from domain.events.base import Event
from domain.events.calendar import CalendarAnnounced, CalendarEvent
from domain.events.clock import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    DeadlineRecomputed,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
)
from domain.events.co_opinion import (
    CoOpinionEvent,
    CoOpinionRequested,
    CoOpinionReturned,
    CoOpinionSubmitted,
    DisagreementEscalated,
    DisagreementSettled,
)
from domain.events.commitment import (
    CommitmentBroken,
    CommitmentEvent,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    SecondReplyIssued,
)
from domain.events.contact import ContactEvent, ContactWaived, MemberContacted
from domain.events.correction import (
    ClericalErrorCorrected,
    CorrectionEvent,
    HandlingReopened,
    ReportRetracted,
    StepTakenBack,
    SubmissionCorrected,
)
from domain.events.directory import MemberListed, OfficialAppointed, RulebookVersionFixed, UnitListed
from domain.events.drafting import (
    CoSignatureDeclined,
    CoSignatureExpired,
    CoSignatureGiven,
    CoSignatureInvited,
    DraftingEvent,
    ProposalDraftSaved,
)
from domain.events.feedback import (
    FaceToFaceMediationHeld,
    FeedbackEvent,
    FeedbackFormIssued,
    FeedbackOverdue,
    SatisfactionRecorded,
    SatisfactionRevised,
)
from domain.events.follow_up import (
    ClassReassessed,
    FollowUpEvent,
    LookbackCampaignOpened,
    LookbackRecorded,
    MemberRevisited,
    OnSiteCheckRecorded,
)
from domain.events.handling import (
    DifficultyRaised,
    DifficultyResolved,
    FieldVisitRecorded,
    HandlingClosed,
    HandlingEvent,
    HandlingPlanApproved,
    HandlingPlanFiled,
    RehandlingOrdered,
)
from domain.events.key_proposal import (
    KeyProposalEvent,
    KeyProposalReleased,
    KeyProposalSelected,
    LeaderAppointed,
    SupervisionMeetingHeld,
    SupervisionReportFiled,
)
from domain.events.ledger import ClockStepped
from domain.events.letters import LetterNumber, LetterNumberTaken
from domain.events.objection import (
    AssignmentReturned,
    ObjectionEscalated,
    ObjectionEvent,
    ObjectionRejected,
    ObjectionUnanswered,
    ObjectionUpheld,
    UnitAdditionGranted,
    UnitAdditionRefused,
    UnitAdditionRequested,
)
from domain.events.publication import (
    PublicationContested,
    PublicationDecided,
    PublicationEvent,
    ReplyPublished,
    ReplyWithheld,
)
from domain.events.registration import (
    CaseNumberTaken,
    CaseTransferredElsewhere,
    CaseTransferredToGovernment,
    CollectiveBody,
    ProposalRegistered,
    ProposalSubmitted,
    RegistrationEvent,
)
from domain.events.reply import ReplyCountersigned, ReplyDelivered, ReplyDrafted, ReplyEvent, ReplyIssued, ReplySigned
from domain.events.review import FoundDefect, ReplyReturned, ReplyReviewed, ReviewEvent
from domain.events.scoring import (
    ItemPoints,
    MutualReviewRecorded,
    ProposalQualityScored,
    ScoreItemRecorded,
    ScoringEvent,
    UnitScored,
)
from domain.events.session import HandoverMeetingHeld, RulebookAdopted, SessionClosed, SessionOpened
from domain.events.supervision import (
    CircularIssued,
    LeaderInterviewHeld,
    OnSiteSupervisionHeld,
    ReminderIssued,
    SupervisionAction,
    SupervisionAnswered,
    SupervisionEvent,
    SupervisionNoticeIssued,
)

DraftEvent: TypeAlias = ReplyEvent | ReviewEvent
"""Everything that happens to a draft."""

ProposalEvent: TypeAlias = (
    CorrectionEvent
    | ArchiveEvent
    | ScoringEvent
    | CommitmentEvent
    | SupervisionEvent
    | KeyProposalEvent
    | PublicationEvent
    | DraftingEvent
    | RegistrationEvent
    | AdmissionEvent
    | AssignmentEvent
    | ObjectionEvent
    | ContactEvent
    | ClockEvent
    | HandlingEvent
    | CoOpinionEvent
    | DraftEvent
    | FeedbackEvent
    | FollowUpEvent
)
SessionEvent: TypeAlias = (
    SessionOpened
    | SessionClosed
    | RulebookAdopted
    | HandoverMeetingHeld
    | CircularIssued
    | LookbackCampaignOpened
    | UnitScored
    | AnnualReportSnapshotTaken
    | CaseNumberTaken
)
DirectoryEvent: TypeAlias = UnitListed | OfficialAppointed | MemberListed | RulebookVersionFixed
LetterEvent: TypeAlias = LetterNumberTaken
LedgerEvent: TypeAlias = ClockStepped
AnyEvent: TypeAlias = ProposalEvent | SessionEvent | DirectoryEvent | CalendarEvent | LetterEvent | LedgerEvent

EVENT_TYPES: dict[str, type[Event]] = {event.__name__: event for event in get_args(AnyEvent)}
"""Every event class by its stored name, read off the union."""

STREAM_KINDS: dict[str, str] = {
    event.__name__: kind
    for kind, union in (
        ("proposal", ProposalEvent),
        ("session", SessionEvent),
        ("directory", DirectoryEvent),
        ("calendar", CalendarEvent),
        ("letters", LetterNumberTaken),
        ("ledger", ClockStepped),
    )
    for event in (get_args(union) or (union,))
}
"""The kind of stream an event belongs to, by its stored name."""

__all__ = [
    "EVENT_TYPES",
    "STREAM_KINDS",
    "AdmissionEvent",
    "AnnualReportSnapshotTaken",
    "AnyEvent",
    "ArchiveEvent",
    "AssignmentAcknowledged",
    "AssignmentEvent",
    "AssignmentReturned",
    "CalendarAnnounced",
    "CalendarEvent",
    "CaseArchived",
    "CaseNumberTaken",
    "CaseReassigned",
    "CaseRulebookChanged",
    "CaseTransferredElsewhere",
    "CaseTransferredToGovernment",
    "CasesHandledJointly",
    "CircularIssued",
    "ClassReassessed",
    "ClericalErrorCorrected",
    "ClockEvent",
    "ClockPaused",
    "ClockResumed",
    "ClockStepped",
    "CoOpinionEvent",
    "CoOpinionRequested",
    "CoOpinionReturned",
    "CoOpinionSubmitted",
    "CoSignatureDeclined",
    "CoSignatureExpired",
    "CoSignatureGiven",
    "CoSignatureInvited",
    "CollectiveBody",
    "CommitmentBroken",
    "CommitmentEvent",
    "CommitmentFulfilled",
    "CommitmentMade",
    "CommitmentProgressed",
    "ContactEvent",
    "ContactWaived",
    "CorrectionEvent",
    "DeadlineRecomputed",
    "DifficultyRaised",
    "DifficultyResolved",
    "DirectoryEvent",
    "DisagreementEscalated",
    "DisagreementSettled",
    "DraftEvent",
    "DraftingEvent",
    "Event",
    "ExtensionGranted",
    "ExtensionRefused",
    "ExtensionRequested",
    "FaceToFaceMediationHeld",
    "FeedbackEvent",
    "FeedbackFormIssued",
    "FeedbackOverdue",
    "FieldVisitRecorded",
    "FollowUpEvent",
    "FoundDefect",
    "HandlingClosed",
    "HandlingEvent",
    "HandlingPlanApproved",
    "HandlingPlanFiled",
    "HandlingReopened",
    "HandoverMeetingHeld",
    "ItemPoints",
    "KeyProposalEvent",
    "KeyProposalReleased",
    "KeyProposalSelected",
    "LeaderAppointed",
    "LeaderInterviewHeld",
    "LedgerEvent",
    "LetterEvent",
    "LetterNumber",
    "LetterNumberTaken",
    "LookbackCampaignOpened",
    "LookbackRecorded",
    "MemberContacted",
    "MemberListed",
    "MemberRevisited",
    "MutualReviewRecorded",
    "ObjectionEscalated",
    "ObjectionEvent",
    "ObjectionRejected",
    "ObjectionUnanswered",
    "ObjectionUpheld",
    "OfficialAppointed",
    "OnSiteCheckRecorded",
    "OnSiteSupervisionHeld",
    "ProposalAbsorbed",
    "ProposalConverted",
    "ProposalDraftSaved",
    "ProposalEvent",
    "ProposalNotRegistered",
    "ProposalQualityScored",
    "ProposalRegistered",
    "ProposalResubmitted",
    "ProposalReturnedForRevision",
    "ProposalSubmitted",
    "ProposalWithdrawn",
    "ProposalsMerged",
    "PublicationContested",
    "PublicationDecided",
    "PublicationEvent",
    "RefusalNotified",
    "RegistrationEvent",
    "RehandlingOrdered",
    "ReminderIssued",
    "ReplyCountersigned",
    "ReplyDelivered",
    "ReplyDrafted",
    "ReplyEvent",
    "ReplyIssued",
    "ReplyPublished",
    "ReplyReturned",
    "ReplyReviewed",
    "ReplySigned",
    "ReplyWithheld",
    "ReportRetracted",
    "ReportedFigure",
    "ResponsibilityNamed",
    "ReviewEvent",
    "ReviewOpinionRecorded",
    "RulebookAdopted",
    "RulebookVersionFixed",
    "SatisfactionRecorded",
    "SatisfactionRevised",
    "ScoreItemRecorded",
    "ScoringEvent",
    "SecondReplyIssued",
    "SessionClosed",
    "SessionEvent",
    "SessionOpened",
    "StepTakenBack",
    "SubmissionCorrected",
    "SupervisionAction",
    "SupervisionAnswered",
    "SupervisionEvent",
    "SupervisionMeetingHeld",
    "SupervisionNoticeIssued",
    "SupervisionReportFiled",
    "UnitAdditionGranted",
    "UnitAdditionRefused",
    "UnitAdditionRequested",
    "UnitAssigned",
    "UnitListed",
    "UnitScored",
]
