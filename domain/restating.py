"""Which command states an act: what was done elsewhere is asked again, so that the same rules answer.

An act is what one command adds to history: one event or several. A command's fields are those of the event that states
it, by the same names; where they are not, the few words that are wanting stand here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from domain import commands as c
from domain import events as e
from domain.commands import Command
from domain.events import Event
from domain.proposal import Proposal
from domain.streams import Stream

STATED_BY: Mapping[type[Event], type[Command]] = {
    e.ReportRetracted: c.RetractReport,
    e.StepTakenBack: c.TakeBackStep,
    e.ClericalErrorCorrected: c.CorrectClericalError,
    e.SubmissionCorrected: c.CorrectSubmission,
    e.HandlingReopened: c.ReopenHandling,
    e.CaseArchived: c.ArchiveCase,
    e.ScoreItemRecorded: c.RecordScoreItem,
    e.ProposalQualityScored: c.ScoreProposalQuality,
    e.MutualReviewRecorded: c.RecordMutualReview,
    e.CommitmentMade: c.MakeCommitment,
    e.CommitmentProgressed: c.ReportCommitmentProgress,
    e.CommitmentFulfilled: c.FulfilCommitment,
    e.CommitmentBroken: c.BreakCommitment,
    e.SecondReplyIssued: c.IssueSecondReply,
    e.ReminderIssued: c.IssueReminder,
    e.SupervisionNoticeIssued: c.IssueSupervisionNotice,
    e.LeaderInterviewHeld: c.RecordLeaderInterview,
    e.OnSiteSupervisionHeld: c.RecordOnSiteSupervision,
    e.SupervisionAnswered: c.AnswerSupervision,
    e.KeyProposalSelected: c.SelectKeyProposal,
    e.KeyProposalReleased: c.ReleaseKeyProposal,
    e.LeaderAppointed: c.AppointLeader,
    e.SupervisionMeetingHeld: c.RecordSupervisionMeeting,
    e.SupervisionReportFiled: c.FileSupervisionReport,
    e.PublicationDecided: c.DecidePublication,
    e.PublicationContested: c.ContestPublication,
    e.ReplyPublished: c.PublishReply,
    e.ReplyWithheld: c.WithholdReply,
    e.ProposalDraftSaved: c.ReviseProposalDraft,
    e.CoSignatureInvited: c.InviteCoSigners,
    e.CoSignatureGiven: c.CoSign,
    e.CoSignatureDeclined: c.DeclineCoSignature,
    e.CoSignatureExpired: c.ExpireCoSignatures,
    e.ProposalSubmitted: c.SubmitDraft,
    e.ProposalRegistered: c.RegisterProposal,
    e.CaseTransferredToGovernment: c.TransferCase,
    e.CaseTransferredElsewhere: c.TransferCase,
    e.ReviewOpinionRecorded: c.RecordReviewOpinion,
    e.ProposalReturnedForRevision: c.ReturnForRevision,
    e.ProposalResubmitted: c.ResubmitProposal,
    e.ProposalNotRegistered: c.RefuseRegistration,
    e.RefusalNotified: c.NotifyRefusal,
    e.ProposalConverted: c.ConvertProposal,
    e.ProposalsMerged: c.MergeProposals,
    e.ProposalWithdrawn: c.WithdrawProposal,
    e.CaseRulebookChanged: c.ChangeCaseRulebook,
    e.UnitAssigned: c.AssignUnits,
    e.AssignmentAcknowledged: c.AcknowledgeAssignment,
    e.CaseReassigned: c.ReassignCase,
    e.ResponsibilityNamed: c.NameResponsibility,
    e.CasesHandledJointly: c.HandleJointly,
    e.AssignmentReturned: c.ReturnAssignment,
    e.ObjectionUnanswered: c.NoteObjectionUnanswered,
    e.ObjectionUpheld: c.DecideObjection,
    e.ObjectionRejected: c.DecideObjection,
    e.ObjectionEscalated: c.EscalateObjection,
    e.UnitAdditionRequested: c.RequestUnitAddition,
    e.UnitAdditionGranted: c.DecideUnitAddition,
    e.UnitAdditionRefused: c.DecideUnitAddition,
    e.MemberContacted: c.RecordMemberContact,
    e.ContactWaived: c.WaiveContact,
    e.ExtensionRequested: c.RequestExtension,
    e.ExtensionGranted: c.DecideExtension,
    e.ExtensionRefused: c.DecideExtension,
    e.ClockPaused: c.PauseClock,
    e.ClockResumed: c.ResumeClock,
    e.DeadlineRecomputed: c.RecomputeDeadlines,
    e.HandlingPlanFiled: c.FileHandlingPlan,
    e.HandlingPlanApproved: c.ApproveHandlingPlan,
    e.DifficultyRaised: c.RaiseDifficulty,
    e.DifficultyResolved: c.ResolveDifficulty,
    e.FieldVisitRecorded: c.RecordFieldVisit,
    e.RehandlingOrdered: c.OrderRehandling,
    e.HandlingClosed: c.CloseHandling,
    e.CoOpinionRequested: c.RequestCoOpinion,
    e.CoOpinionSubmitted: c.SubmitCoOpinion,
    e.CoOpinionReturned: c.ReturnCoOpinion,
    e.DisagreementEscalated: c.EscalateDisagreement,
    e.DisagreementSettled: c.SettleDisagreement,
    e.ReplyDrafted: c.DraftReply,
    e.ReplyCountersigned: c.CountersignReply,
    e.ReplySigned: c.SignReply,
    e.ReplyIssued: c.IssueReply,
    e.ReplyDelivered: c.RecordDelivery,
    e.ReplyReviewed: c.ReviewReply,
    e.ReplyReturned: c.ReturnReply,
    e.FeedbackFormIssued: c.IssueFeedbackForm,
    e.SatisfactionRecorded: c.RecordSatisfaction,
    e.SatisfactionRevised: c.ReviseSatisfaction,
    e.FeedbackOverdue: c.NoteFeedbackOverdue,
    e.FaceToFaceMediationHeld: c.RecordMediation,
    e.MemberRevisited: c.RecordRevisit,
    e.OnSiteCheckRecorded: c.RecordOnSiteCheck,
    e.ClassReassessed: c.ReassessClass,
    e.LookbackRecorded: c.RecordLookback,
    e.SessionOpened: c.OpenSession,
    e.SessionClosed: c.CloseSession,
    e.RulebookAdopted: c.AdoptRulebook,
    e.HandoverMeetingHeld: c.RecordHandoverMeeting,
    e.CircularIssued: c.IssueCircular,
    e.LookbackCampaignOpened: c.OpenLookbackCampaign,
    e.UnitScored: c.ScoreUnit,
    e.AnnualReportSnapshotTaken: c.TakeReportSnapshot,
    e.UnitListed: c.ListUnit,
    e.OfficialAppointed: c.AppointOfficial,
    e.MemberListed: c.ListMember,
    e.CalendarAnnounced: c.AnnounceCalendar,
}
"""Event → the command that states it; `BEGINS`: where no draft of the proposal was saved before."""

BEGINS: Mapping[type[Event], type[Command]] = {
    e.ProposalDraftSaved: c.DraftProposal,
    e.ProposalSubmitted: c.SubmitProposal,
}

FOLLOWS: Mapping[type[Event], int] = {
    e.UnitAssigned: 1,
    e.PublicationDecided: 1,
    e.CaseTransferredToGovernment: 1,
    e.CoSignatureExpired: 1,
    e.StepTakenBack: 1,
    e.RehandlingOrdered: 2,
    e.DeadlineRecomputed: 3,
}
"""Events that may stand behind another in its act, and how far: the act is stated by what stands least far behind."""

_OF_THE_ENVELOPE = frozenset(Command.model_fields)


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact of an act as it is told: fields as JSON, and the event they make, if none is wanting."""

    stream: Stream[Any]
    kind: type[Event]
    fields: Mapping[str, Any]
    event: Event | None = None


def stating(act: Sequence[Stated]) -> Stated | None:
    """The fact that the act is stated by; None where all of them only follow from another."""
    told = [fact for fact in act if fact.kind in STATED_BY]
    return min(told, key=lambda fact: FOLLOWS.get(fact.kind, 0)) if told else None


def restated(
    act: Sequence[Stated],
    main: Stated,
    state: Any,
    claimed: Mapping[str, Any],
    known: Mapping[str, Any] = MappingProxyType({}),
) -> Command:
    """The command that states the act, `main` before all, on the state before. `claimed`: what every command has, when
    it happened, for whom, why so late; `known`: what it must ask and `main` leaves out. Raises pydantic's
    `ValidationError` where the door would not take it."""
    kind = STATED_BY[main.kind]
    if main.kind in BEGINS and isinstance(state, Proposal) and e.ProposalDraftSaved.__name__ not in state.entries:
        kind = BEGINS[main.kind]
    own, required = _asked(kind)
    asked = {name: value for name, value in known.items() if name in required}
    fields = asked | {name: value for name, value in main.fields.items() if name in own}
    beside = [fact for fact in act if fact.stream.id == main.stream.id and fact is not main]
    return kind.model_validate({**fields, **_in_other_words(kind, main, beside), **claimed})


@cache
def _asked(kind: type[Command]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that are the command's own, and those of them that must be told."""
    own = frozenset(kind.model_fields.keys() - _OF_THE_ENVELOPE)
    return own, frozenset(name for name in own if kind.model_fields[name].is_required())


def _in_other_words(kind: type[Command], main: Stated, beside: Sequence[Stated]) -> dict[str, Any]:
    """What the command asks by other names than those of its event."""
    told = main.fields
    if kind is c.AssignUnits:
        return {"assignments": _assignments([main, *beside])}
    if kind is c.ReassignCase:
        assignments = _assignments(beside)
        going_on = {one.get("unit") for one in assignments}
        return {"assignments": assignments, "leaving": [unit for unit in told.get("left", ()) if unit not in going_on]}
    if kind is c.DecideObjection:
        return {"upheld": main.kind is e.ObjectionUpheld}
    if kind is c.DecideExtension:
        return {"granted": main.kind is e.ExtensionGranted}
    if kind is c.DecideUnitAddition:
        return {"granted": main.kind is e.UnitAdditionGranted}
    if kind is c.ReviewReply:
        return _publication(beside)
    if kind is c.ChangeCaseRulebook and isinstance(rulebook := told.get("rulebook"), Mapping):
        return {"rulebook": rulebook.get("id"), "version": rulebook.get("version")}
    return {}


def _assignments(act: Sequence[Stated]) -> list[dict[str, Any]]:
    assigned = (fact.fields for fact in act if fact.kind is e.UnitAssigned)
    return [{name: fields[name] for name in ("unit", "mode") if name in fields} for fields in assigned]


def _publication(beside: Sequence[Stated]) -> dict[str, Any]:
    """What was decided about publication together with the review."""
    decided = (fact.fields for fact in beside if fact.kind is e.PublicationDecided)
    asked = [{k: v for k, v in fields.items() if k not in ("unit", "round")} for fields in decided]
    return {"publication": asked[0]} if asked else {}
