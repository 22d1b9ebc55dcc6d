"""What is known of one proposal, and how a fold changes a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from domain import events
from domain.codes import (
    AssignmentMode,
    Countersignature,
    Defect,
    Ending,
    Openness,
    Rating,
    Recipient,
    ReviewLevel,
    Timing,
)
from domain.communication import Communication
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind, RulebookRef
from domain.record import Context

Answered: TypeAlias = events.SatisfactionRecorded | events.SatisfactionRevised


class TaskStatus(StrEnum):
    ASSIGNED = "ASSIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RETURNED = "RETURNED"
    LEFT = "LEFT"


class DraftStatus(StrEnum):
    DRAFTED = "DRAFTED"
    REVIEWED = "REVIEWED"
    RETURNED = "RETURNED"
    SIGNED = "SIGNED"
    ISSUED = "ISSUED"


@dataclass(frozen=True, slots=True)
class Act:
    """A step of a unit's task, by its event's name, and when it is said to have been taken."""

    event: str
    at: datetime | date


@dataclass(frozen=True, slots=True)
class Countersigned:
    """What an assisting unit decided about a draft."""

    countersignature: Countersignature
    reason: str | None
    at: datetime | date


@dataclass(frozen=True, slots=True)
class Draft:
    """One version of a reply. `words` is its text however it is set; `drafted` is everybody who wrote these words
    on this case; `countersigned` says per assisting unit what it decided; `defects` is why it was sent back."""

    number: int
    text: str = ""
    words: str = ""
    result_class: str = ""
    openness: Openness = Openness.PUBLISH_FULL
    drafted: tuple[Context, ...] = ()
    at: datetime | date | None = None
    commits: bool = False
    returned: events.ReplyReturned | None = None
    returned_version: int = 0
    issued: events.ReplyIssued | None = None
    signer: str | None = None
    status: DraftStatus = DraftStatus.DRAFTED
    countersigned: Mapping[str, Countersigned] = field(default_factory=dict)

    @property
    def defects(self) -> frozenset[Defect]:
        return frozenset(defect.code for defect in self.returned.defects) if self.returned else frozenset()


@dataclass(frozen=True, slots=True)
class Drafting:
    """A proposal before it is handed in. `signed` says which version each member put their name to: a signature is for
    the words it was given to."""

    latest: events.ProposalDraftSaved | None = None
    invited: dict[str, events.CoSignatureInvited] = field(default_factory=dict)
    signed: dict[str, int] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()

    @property
    def co_signers(self) -> tuple[str, ...]:
        """Who has signed the latest version, in the order of their invitations."""
        latest = self.latest.draft if self.latest else 0
        return tuple(member for member in self.invited if self.signed.get(member) == latest)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Who was invited and has neither signed the latest version nor declined."""
        return tuple(m for m in self.invited if m not in self.declined and m not in self.co_signers)


@dataclass(frozen=True, slots=True)
class Form:
    """A form that went out to one proposer, and when it is due back."""

    at: datetime | date
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a unit's reply: its drafts, the forms that went out, what came back; why it was ordered."""

    number: int
    deadline: Deadline | None = None
    deadline_version: int = 0
    asked_until: events.ExtensionRequested | None = None
    asked_decided: events.ExtensionGranted | events.ExtensionRefused | None = None
    paused: events.ClockPaused | None = None
    paused_on: date | None = None
    resumed: str | None = None
    cause: str | None = None
    drafts: Mapping[int, Draft] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    ratings: Mapping[str, Answered] = field(default_factory=dict)
    overdue: frozenset[str] = frozenset()
    mediated: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()
    publication: events.PublicationDecided | None = None
    contested: bool = False
    """Somebody objected to publication after it was decided."""
    published: events.ReplyPublished | events.ReplyWithheld | None = None
    issued_at: datetime | date | None = None
    rated_at: datetime | date | None = None

    @property
    def draft(self) -> Draft | None:
        """The latest draft."""
        return self.drafts[max(self.drafts)] if self.drafts else None

    @property
    def letter(self) -> events.ReplyIssued | None:
        """The reply that went out."""
        return next((draft.issued for draft in self.drafts.values() if draft.issued), None)

    @property
    def issued(self) -> bool:
        return self.letter is not None


@dataclass(frozen=True, slots=True)
class UnitTask:
    """What one unit owes this case. `last` is the latest step from assignment to issue, in the round under way: the
    next cannot have been taken before it. `co_opinion` is when an assisting unit first gave its opinion, `decided` how
    its last objection ended."""

    unit: str
    mode: AssignmentMode
    status: TaskStatus = TaskStatus.ASSIGNED
    decided: events.ObjectionUpheld | events.ObjectionRejected | None = None
    assigned: events.UnitAssigned | None = None
    assigned_at: datetime | date | None = None
    last: Act | None = None
    co_opinion: datetime | date | None = None
    objection: events.AssignmentReturned | None = None
    escalated: events.ObjectionEscalated | None = None
    addition: events.UnitAdditionRequested | None = None
    addition_decided: events.UnitAdditionGranted | events.UnitAdditionRefused | None = None
    responsible: events.ResponsibilityNamed | None = None
    rounds: Mapping[int, Round] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.status is not TaskStatus.LEFT

    @property
    def asked(self) -> Mapping[str, int]:
        """Every proposer who has had a form, with the latest round in which they had one."""
        return {member: number for number in sorted(self.rounds) for member in self.rounds[number].forms}

    @property
    def unanswered(self) -> frozenset[str]:
        """Proposers who have not answered the latest form they had, and of whom nobody noted that they did not."""
        asked = self.asked.items()
        return frozenset(member for member, number in asked if member not in self.rounds[number].ratings)

    @property
    def dissatisfied(self) -> frozenset[str]:
        """Proposers whose latest answer is 不满意: nobody's dissatisfaction ends by not being asked
        again; a mediation after re-handling ends it (S8)."""
        latest: dict[str, tuple[int, Answered]] = {}
        for number in sorted(self.rounds):
            latest |= {member: (number, rated) for member, rated in self.rounds[number].ratings.items()}
        return frozenset(
            member
            for member, (number, rated) in latest.items()
            if rated.overall is Rating.DISSATISFIED and member not in self.rounds[number].mediated
        )

    def limit(self, kind: DeadlineKind) -> Deadline | None:
        """One of the further limits that began with the assignment."""
        further = self.assigned.further if self.assigned else ()
        return next((limit for limit in further if limit.kind is kind), None)

    @property
    def untouched(self) -> bool:
        """Nothing written yet, in any round."""
        return self.co_opinion is None and not any(current.drafts for current in self.rounds.values())

    @property
    def answered(self) -> Round | None:
        """The latest round that went out."""
        return next(
            (self.rounds[number] for number in sorted(self.rounds, reverse=True) if self.rounds[number].issued), None
        )

    @property
    def round(self) -> Round:
        """The round under way."""
        return self.rounds[max(self.rounds)] if self.rounds else Round(1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything the rules ask. `version` is the last event's; 0 where nothing has happened."""

    stream: UUID | None = None
    version: int = 0
    drafting: Drafting = Drafting()
    session: str | None = None
    timing: Timing | None = None
    title: str = ""
    lead_proposer: str = ""
    co_signers: tuple[str, ...] = ()
    submitted_at: datetime | date | None = None
    registered_at: datetime | date | None = None
    case_no: int | None = None
    topic: str | None = None
    rulebook: RulebookRef | None = None
    transferred: tuple[int, datetime | date] | None = None
    transferred_at: datetime | date | None = None
    occasion: str | None = None
    recipient: Recipient | None = None
    """Where the case went, if not to the government."""
    reviews: Mapping[ReviewLevel, events.ReviewOpinionRecorded] = field(default_factory=dict)
    body: str | None = None
    to_revise: str | None = None
    ended: Ending | None = None
    refusal: events.ProposalNotRegistered | None = None
    notified: frozenset[str] = frozenset()
    converted: events.ProposalConverted | None = None
    absorbed: frozenset[UUID] = frozenset()
    absorbed_into: UUID | None = None
    withdrawn: events.ProposalWithdrawn | None = None
    tasks: Mapping[str, UnitTask] = field(default_factory=dict)
    communication: Communication = Communication()
    closed: events.HandlingClosed | None = None
    closed_at: datetime | date | None = None
    approved: Mapping[str, events.HandlingPlanFiled] = field(default_factory=dict)
    """By unit, the plan that was approved."""
    asked: Mapping[str, events.CoOpinionRequested] = field(default_factory=dict)
    returned: Mapping[str, events.CoOpinionSubmitted] = field(default_factory=dict)
    """By assisting unit, what the lead asked for last, and the opinion it sent back last."""
    difficulties: Mapping[int, events.DifficultyRaised] = field(default_factory=dict)
    resolved: Mapping[int, events.DifficultyResolved] = field(default_factory=dict)
    joint: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    """By unit, the cases it handles together with this one."""
    contested: Mapping[str, str] = field(default_factory=dict)
    """By proposer, why the reply should not be published."""
    told: frozenset[tuple[object, ...]] = frozenset()
    """Contacts and revisits already recorded, by what makes two reports the same fact."""
    filed: Mapping[tuple[type, str], events.HandlingPlanFiled | events.CoOpinionSubmitted] = field(default_factory=dict)
    """The plan and the opinion that each unit filed last."""

    @property
    def proposers(self) -> tuple[str, ...]:
        return (self.lead_proposer, *self.co_signers)

    @property
    def active_tasks(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.tasks.values() if task.active)

    @property
    def answering(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.active_tasks if task.mode.answers)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every draft of every unit and round."""
        rounds = [current for task in self.tasks.values() for current in task.rounds.values()]
        return tuple(draft for current in rounds for draft in current.drafts.values())

    @property
    def assisting(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.active_tasks if not task.mode.answers)


def task_of(proposal: Proposal, unit: str, mode: AssignmentMode = AssignmentMode.SOLE) -> UnitTask:
    """The unit's task; an empty one where history has told nothing of it."""
    return proposal.tasks.get(unit) or UnitTask(unit, mode)


def round_of(proposal: Proposal, unit: str, number: int) -> tuple[UnitTask, Round]:
    task = task_of(proposal, unit)
    return task, task.rounds.get(number) or Round(number)


def draft_of(proposal: Proposal, unit: str, number: int, draft: int) -> Draft:
    _, current = round_of(proposal, unit, number)
    return current.drafts.get(draft) or Draft(draft)


def with_task(proposal: Proposal, task: UnitTask) -> Proposal:
    return replace(proposal, tasks={**proposal.tasks, task.unit: task})


def with_round(proposal: Proposal, task: UnitTask, current: Round) -> Proposal:
    return with_task(proposal, replace(task, rounds={**task.rounds, current.number: current}))


def with_draft(proposal: Proposal, unit: str, number: int, draft: Draft) -> Proposal:
    task, current = round_of(proposal, unit, number)
    return with_round(proposal, task, replace(current, drafts={**current.drafts, draft.number: draft}))


Report: TypeAlias = (
    events.MemberContacted | events.MemberRevisited | events.FieldVisitRecorded | events.FaceToFaceMediationHeld
)


def identity(event: Report, at: datetime | date) -> tuple[object, ...]:
    """What makes two reports the same fact: the same contact told twice is recorded once."""
    return (type(event).__name__, event.model_dump_json(), at)
