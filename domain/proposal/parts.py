"""The parts of a proposal's state: its draft, its units' tasks, rounds and replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias, assert_never

from domain import events
from domain.codes import AssignmentMode, Countersignature, Defect, Openness, Rating, Ruling
from domain.personal import Personal
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind
from domain.record import Context

Answered: TypeAlias = events.SatisfactionRecorded | events.SatisfactionRevised


class TaskStatus(StrEnum):
    """How far a unit has come with a case, as far as its assignment goes."""

    ASSIGNED = "ASSIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RETURNED = "RETURNED"
    LEFT = "LEFT"


class DraftStatus(StrEnum):
    """How far a draft has come."""

    DRAFTED = "DRAFTED"
    REVIEWED = "REVIEWED"
    RETURNED = "RETURNED"
    SIGNED = "SIGNED"
    ISSUED = "ISSUED"


@dataclass(frozen=True)
class Act:
    """A step of a unit's task, by its event's name, and when it is said to have been taken."""

    event: str
    at: datetime | date


@dataclass(frozen=True)
class Countersigned:
    """What an assisting unit decided about a draft."""

    countersignature: Countersignature
    reason: str | None
    at: datetime | date
    version: int = 0


@dataclass(frozen=True)
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
    contact_person: str | None = None
    contact_phone: Personal[str] | None = None
    returned: events.ReplyReturned | None = None
    returned_version: int = 0
    issued: events.ReplyIssued | None = None
    signer: str | None = None
    status: DraftStatus = DraftStatus.DRAFTED
    countersigned: Mapping[str, Countersigned] = field(default_factory=dict)

    @property
    def defects(self) -> frozenset[Defect]:
        return frozenset(defect.code for defect in self.returned.defects) if self.returned else frozenset()


@dataclass(frozen=True)
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
    def signed_earlier(self) -> tuple[str, ...]:
        """Who has signed a version that was rewritten since, and has not signed again."""
        latest = self.latest.draft if self.latest else 0
        return tuple(member for member, draft in self.signed.items() if draft != latest)

    @property
    def awaited(self) -> tuple[str, ...]:
        """Who was invited and has neither signed the latest version nor declined."""
        return tuple(m for m in self.invited if m not in self.declined and m not in self.co_signers)


@dataclass(frozen=True)
class Action:
    """Something done to press a unit, when, and what the unit last said to it."""

    done: events.SupervisionAction
    at: datetime | date
    answer: events.SupervisionAnswered | None = None


@dataclass(frozen=True)
class Commitment:
    """A promise of a reply, and what came of it so far. It stays open until it is fulfilled."""

    made: events.CommitmentMade
    at: datetime | date
    fulfilled: events.CommitmentFulfilled | None = None
    broken: events.CommitmentBroken | None = None

    @property
    def settled(self) -> bool:
        return self.fulfilled is not None or self.broken is not None


@dataclass(frozen=True)
class Disagreement:
    """A disagreement that was put to those above the units, what they decided, and when, at which version."""

    escalated: events.DisagreementEscalated
    at: datetime | date
    version: int = 0
    settled: events.DisagreementSettled | None = None
    settled_at: datetime | date | None = None
    settled_version: int = 0

    def settles(self, draft: Draft) -> bool:
        """Whether the decision stands in for the assisting unit's countersignature of this draft of the round: of the
        one in dispute, or of those written after it was to be amended; nor where the unit has withheld it since."""
        given = draft.countersigned.get(self.escalated.unit)
        if self.settled is None or (given is not None and given.version > self.settled_version):
            return False
        disputed = self.escalated.draft or 0  # a dispute before any draft is decided by what is then written
        match self.settled.ruling:
            case Ruling.AS_DRAFTED:
                return draft.number == disputed
            case Ruling.AS_AMENDED:
                return draft.number > disputed
            case Ruling.RECONCILED:
                return False
            case _:
                assert_never(self.settled.ruling)


@dataclass(frozen=True)
class Limit:
    """A deadline, and the version of the event that set it."""

    deadline: Deadline
    version: int


@dataclass(frozen=True)
class Form:
    """A form that went out to one proposer at a version of the case, and when it is due back."""

    at: datetime | date
    limit: Limit | None = None
    version: int = 0

    @property
    def due(self) -> date | None:
        return self.limit.deadline.due_on if self.limit else None


@dataclass(frozen=True)
class Round:
    """One round of a unit's reply: its drafts, the forms that went out, what came back; why it was ordered."""

    number: int
    deadline: Deadline | None = None
    deadline_version: int = 0
    asked_until: events.ExtensionRequested | None = None
    asked_at: datetime | date | None = None
    asked_decided: events.ExtensionGranted | events.ExtensionRefused | None = None
    paused: events.ClockPaused | None = None
    paused_on: date | None = None
    resumed: str | None = None
    resumed_on: date | None = None
    cause: str | None = None
    drafts: Mapping[int, Draft] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    ratings: Mapping[str, Answered] = field(default_factory=dict)
    publish_by: Limit | None = None
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

    @property
    def result_class(self) -> str | None:
        """The class of the reply that went out."""
        return next((draft.result_class for draft in self.drafts.values() if draft.issued), None)


@dataclass(frozen=True)
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
    assigned_version: int = 0
    ceased: int = 0
    """The version at which it last ceased to answer; 0 where it never did."""
    last: Act | None = None
    co_opinion: datetime | date | None = None
    objection: events.AssignmentReturned | None = None
    unanswered_on: date | None = None
    """The last day the office had to decide the objection, where it was noted that it let that pass."""
    escalated: events.ObjectionEscalated | None = None
    addition: events.UnitAdditionRequested | None = None
    addition_decided: events.UnitAdditionGranted | events.UnitAdditionRefused | None = None
    responsible: events.ResponsibilityNamed | None = None
    limits: Mapping[DeadlineKind, Limit] = field(default_factory=dict)
    """What else the unit owes by a day, or is owed: all limits but those of its rounds."""
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
        unhappy = {
            member: number
            for member, number in self.rated.items()
            if self.rounds[number].ratings[member].overall is Rating.DISSATISFIED
        }
        return frozenset(
            member
            for member, number in unhappy.items()
            if all(member not in current.mediated for current in self.rounds.values() if current.number >= number)
        )

    @property
    def rated(self) -> Mapping[str, int]:
        """Every proposer who has answered, with the latest round that they answered."""
        return {member: number for number in sorted(self.rounds) for member in self.rounds[number].ratings}

    def limit(self, kind: DeadlineKind) -> Deadline | None:
        """The limit of this kind beside that of the reply."""
        known = self.limits.get(kind)
        return known.deadline if known else None

    @property
    def answers(self) -> bool:
        return self.active and self.mode.answers

    @property
    def leader(self) -> str | None:
        """Who in the unit or the city has been named to lead it."""
        return self.assigned.leader if self.assigned else None

    @property
    def begun(self) -> int:
        """The first round of the present assignment."""
        return self.assigned.first_round if self.assigned else 1

    @property
    def untouched(self) -> bool:
        """Nothing written yet, in any round since it was assigned."""
        drafted = any(current.drafts for number, current in self.rounds.items() if number >= self.begun)
        return self.co_opinion is None and not drafted

    @property
    def answered(self) -> Round | None:
        """The latest round that went out."""
        return next(
            (self.rounds[number] for number in sorted(self.rounds, reverse=True) if self.rounds[number].issued), None
        )

    def replies(self, number: int) -> int:
        """How many replies went out up to this round: a round that was left unanswered is none."""
        return sum(current.issued for current in self.rounds.values() if current.number <= number)

    @property
    def round(self) -> Round:
        """The round under way."""
        return self.rounds[max(self.rounds)] if self.rounds else Round(1)
