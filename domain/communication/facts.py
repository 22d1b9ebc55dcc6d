"""What one case's history says about contact, folded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, assert_never, get_args

from typing_extensions import TypeIs

from domain import events
from domain.changing import changed
from domain.codes import ContactMode, DecisiveMoment, Heard, Origin, Rating
from domain.record import Recorded
from domain.values import Moment

IGNORED = (
    events.DraftingEvent
    | events.ClockEvent
    | events.CoOpinionEvent
    | events.PublicationEvent
    | events.KeyProposalEvent
    | events.SupervisionEvent
    | events.FollowUpEvent
    | events.CommitmentEvent
    | events.ScoringEvent
    | events.ArchiveEvent
    | events.ProposalRegistered
    | events.CaseTransferredToGovernment
    | events.CaseTransferredElsewhere
    | events.ReviewOpinionRecorded
    | events.ProposalReturnedForRevision
    | events.ProposalResubmitted
    | events.ProposalNotRegistered
    | events.RefusalNotified
    | events.ProposalConverted
    | events.CaseRulebookChanged
    | events.AssignmentAcknowledged
    | events.ResponsibilityNamed
    | events.CasesHandledJointly
    | events.ObjectionEscalated
    | events.UnitAdditionRequested
    | events.UnitAdditionGranted
    | events.UnitAdditionRefused
    | events.AssignmentReturned
    | events.ObjectionUnanswered
    | events.ObjectionRejected
    | events.HandlingPlanFiled
    | events.HandlingPlanApproved
    | events.DifficultyRaised
    | events.DifficultyResolved
    | events.FieldVisitRecorded
    | events.ReplyCountersigned
    | events.ReplyReviewed
    | events.ReplyDelivered
    | events.FeedbackFormIssued
    | events.FeedbackOverdue
    | events.FaceToFaceMediationHeld
    | events.HandlingClosed
    | events.ClericalErrorCorrected
    | events.HandlingReopened
)
"""What says nothing about contact."""
_IGNORED = frozenset(get_args(IGNORED))


@dataclass(frozen=True)
class Mark:
    """A moment and the event that fixes it. `entered_at` is that event's time of entry, by the clock named."""

    version: int
    position: int
    at: Moment
    entered_at: Moment
    clock: str
    origin: Origin


@dataclass(frozen=True)
class Contact:
    """A contact as the rule sees it."""

    mark: Mark
    unit: str | None
    mode: ContactMode
    members: tuple[str, ...]
    declined: bool = False


@dataclass(frozen=True)
class Waiver:
    mark: Mark
    unit: str
    round: int
    approver: str
    reason: str


@dataclass(frozen=True)
class Answer:
    """What a proposer said of a round, by one version of their form."""

    mark: Mark
    member: str
    overall: Rating
    heard: Heard | None = None


@dataclass(frozen=True)
class ReplyRound:
    """One round of one answering unit's reply. `since` is what began a later round: the feedback to the one before,
    else the order, or the assignment of a unit that came back. `answers` are all that stand, a proposer's later ones
    behind the earlier."""

    unit: str
    round: int
    assigned: Mark
    ordered: Mark | None = None
    since: Mark | None = None
    drafted: Mark | None = None
    signed: Mark | None = None
    issued: Mark | None = None
    answers: tuple[Answer, ...] = ()
    left: int = 0
    """The version of what ended the unit's task; 0 while it lasts."""

    def feedback(self, order: Mark) -> Mark | None:
        """What the round that this orders comes after: the first answer that was 不满意, else the first there was."""
        there = [answer for answer in self.answers if answer.mark.version < order.version]
        given = [answer for answer in there if answer.overall is not Rating.NO_RESPONSE]
        unhappy = [answer for answer in given if answer.overall is Rating.DISSATISFIED]
        return next((answer.mark for answer in (*unhappy, *given)), None)

    @property
    def denied(self) -> tuple[Answer, ...]:
        """Answers of proposers who say that nobody spoke with them before the reply: by the last of their answers that
        says how they were heard."""
        told = {answer.member: answer for answer in self.answers if answer.heard is not None}
        return tuple(answer for answer in told.values() if answer.heard is Heard.NOT_CONTACTED)

    def decisive(self, moment: DecisiveMoment) -> Mark | None:
        match moment:
            case DecisiveMoment.DRAFT:
                return self.drafted
            case DecisiveMoment.SIGNING:
                return self.signed
            case DecisiveMoment.ISSUE:
                return self.issued
            case _:
                assert_never(moment)


@dataclass(frozen=True)
class Communication:
    """What one case's history says about contact: proposers, contacts, waivers, rounds."""

    lead_proposer: str | None = None
    co_signers: tuple[str, ...] = ()
    before_merging: tuple[tuple[str, ...], ...] = ()
    """Who co-signed before each merger, the latest last."""
    contacts: tuple[Contact, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rounds: tuple[ReplyRound, ...] = ()

    def round_of(self, unit: str, number: int) -> ReplyRound | None:
        return next((known for known in self.rounds if (known.unit, known.round) == (unit, number)), None)

    def with_round(self, unit: str, number: int, **change: Any) -> "Communication":
        rounds = tuple(
            changed(known, **change) if (known.unit, known.round) == (unit, number) else known for known in self.rounds
        )
        return changed(self, rounds=rounds)


def mark(recorded: Recorded[events.ProposalEvent]) -> Mark:
    return Mark(
        version=recorded.version,
        position=recorded.position,
        at=recorded.occurred_at,
        entered_at=recorded.entry_time,
        clock=recorded.entry_clock,
        origin=recorded.origin,
    )


def _is_ignored(event: events.ProposalEvent) -> TypeIs[IGNORED]:
    return type(event) in _IGNORED


def evolve(known: Communication, recorded: Recorded[events.ProposalEvent]) -> Communication:
    event = recorded.event
    if _is_ignored(event):
        return known
    match event:
        case events.ProposalSubmitted():
            return changed(known, lead_proposer=event.lead_proposer, co_signers=event.co_signers)
        case events.SubmissionCorrected():
            co_signers = known.co_signers if event.co_signers is None else event.co_signers
            lead = event.lead_proposer or known.lead_proposer
            return changed(known, lead_proposer=lead, co_signers=co_signers)
        case events.ProposalsMerged():
            before_merging = (*known.before_merging, known.co_signers)
            return changed(known, co_signers=event.co_signers, before_merging=before_merging)
        case events.UnitAssigned():
            goes_on = any(known_round.unit == event.unit and not known_round.left for known_round in known.rounds)
            if goes_on and event.mode.answers:
                return known
            again = known.round_of(event.unit, event.first_round)
            if again is not None and again.issued and event.round is not None:
                return known.with_round(event.unit, event.round, left=0)  # it goes on with what it has answered
            waivers = tuple(w for w in known.waivers if w.unit != event.unit or w.round < event.first_round)
            known = changed(known, waivers=waivers)  # approved for an assignment that has ended
            known = _left(known, (event.unit,), recorded.version)
            since = mark(recorded) if event.first_round > 1 else None
            ordered = again.ordered if again else None
            first = ReplyRound(
                unit=event.unit, round=event.first_round, assigned=mark(recorded), ordered=ordered, since=since
            )
            return _begin(known, first, event.mode.answers)
        case events.ObjectionUpheld():
            return _left(known, (event.unit,), recorded.version)
        case events.CaseReassigned():
            return _left(known, event.left, recorded.version)
        case events.ProposalAbsorbed() | events.ProposalWithdrawn():
            return _left(known, [answered.unit for answered in known.rounds], recorded.version)
        case events.MemberContacted():
            contact = Contact(
                mark=mark(recorded),
                unit=event.unit,
                mode=event.mode,
                members=event.members,
                declined=event.declined_by_member,
            )
            return changed(known, contacts=(*known.contacts, contact))
        case events.ContactWaived():
            waiver = Waiver(
                mark=mark(recorded), unit=event.unit, round=event.round, approver=event.approver, reason=event.reason
            )
            return changed(known, waivers=(*known.waivers, waiver))
        case events.ReplyDrafted():
            begun = known.round_of(event.unit, event.round)
            if begun is None or begun.drafted:
                return known
            return known.with_round(event.unit, event.round, drafted=mark(recorded))
        case events.ReplySigned():
            return known.with_round(event.unit, event.round, signed=mark(recorded))
        case events.ReplyReturned():
            return known.with_round(event.unit, event.round, signed=None)
        case events.ReplyIssued():
            return known.with_round(event.unit, event.round, issued=mark(recorded))
        case events.SatisfactionRecorded() | events.SatisfactionRevised():
            answered = known.round_of(event.unit, event.round)
            given = Answer(mark=mark(recorded), member=event.member, overall=event.overall, heard=event.heard)
            return known.with_round(event.unit, event.round, answers=(*(answered.answers if answered else ()), given))
        case events.ReportRetracted():
            return _without(known, event.version)
        case events.StepTakenBack():
            return _taken_back(known, event)
        case events.RehandlingOrdered():
            before, order = known.round_of(event.unit, event.round - 1), mark(recorded)
            return _begin(
                known,
                ReplyRound(
                    unit=event.unit,
                    round=event.round,
                    assigned=before.assigned if before else order,
                    ordered=order,
                    since=(before.feedback(order) if before else None) or order,
                ),
                answers=True,
            )
        case _:
            assert_never(event)


def _without(known: Communication, version: int) -> Communication:
    """What is known without the report at this version: a contact, a waiver, or what an answer said."""
    rounds = [
        changed(answered, answers=tuple(a for a in answered.answers if a.mark.version != version))
        for answered in known.rounds
    ]
    told = changed(
        known,
        contacts=tuple(contact for contact in known.contacts if contact.mark.version != version),
        waivers=tuple(waiver for waiver in known.waivers if waiver.mark.version != version),
        rounds=tuple(rounds),
    )
    for answered in rounds:
        if answered.since and answered.ordered and answered.since.version == version:
            before = told.round_of(answered.unit, answered.round - 1)
            since = (before.feedback(answered.ordered) if before else None) or answered.ordered
            told = told.with_round(answered.unit, answered.round, since=since)
    return told


def _taken_back(known: Communication, event: events.StepTakenBack) -> Communication:
    """What is known without a step that was a mistake: a merger, an order, an end of the case."""
    if event.type == events.ProposalsMerged.__name__ and known.before_merging:
        *before, co_signers = known.before_merging
        return changed(known, co_signers=co_signers, before_merging=tuple(before))
    standing = [r for r in known.rounds if r.ordered is None or r.ordered.version != event.version]
    rounds = tuple(changed(r, left=0) if r.left == event.version else r for r in standing)
    return changed(known, rounds=rounds)


def _left(known: Communication, units: Iterable[str], version: int) -> Communication:
    rounds = tuple(changed(r, left=r.left or version) if r.unit in units else r for r in known.rounds)
    return changed(known, rounds=rounds)


def _begin(known: Communication, begun: ReplyRound, answers: bool) -> Communication:
    others = tuple(r for r in known.rounds if (r.unit, r.round) != (begun.unit, begun.round))
    return changed(known, rounds=(*others, begun)) if answers else known
