"""The state of one proposal: what a rule may ask about it.

`evolve` is total over any subsequence of a stream: round and draft numbers come from the payloads, never from
counting, and a fact about something unknown creates it or is kept aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from domain import communication
from domain.codes import AssignmentMode, Countersignature, Defect, Openness, Rating
from domain.communication import Communication
from domain.events import (
    AssignmentAcknowledged,
    AssignmentReturned,
    CaseTransferredToGovernment,
    ContactWaived,
    CoOpinionSubmitted,
    FeedbackFormIssued,
    HandlingClosed,
    HandlingPlanFiled,
    MemberContacted,
    MemberRevisited,
    ObjectionRejected,
    ObjectionUpheld,
    ProposalEvent,
    ProposalRegistered,
    ProposalSubmitted,
    RehandlingOrdered,
    ReplyCountersigned,
    ReplyDrafted,
    ReplyIssued,
    ReplyReturned,
    ReplyReviewed,
    ReplySigned,
    SatisfactionRecorded,
    UnitAssigned,
)
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import RulebookRef
from domain.record import Context, Recorded
from domain.values import later, visible


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
    returned: ReplyReturned | None = None
    returned_version: int = 0
    issued: ReplyIssued | None = None
    signer: str | None = None
    status: DraftStatus = DraftStatus.DRAFTED
    countersigned: Mapping[str, Countersigned] = field(default_factory=dict)

    @property
    def defects(self) -> frozenset[Defect]:
        return frozenset(defect.code for defect in self.returned.defects) if self.returned else frozenset()


@dataclass(frozen=True, slots=True)
class Form:
    """A form that went out to one signer, and when it is due back."""

    at: datetime | date
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a unit's reply: its drafts, the forms that went out, what came back; why it was ordered."""

    number: int
    deadline: Deadline | None = None
    cause: str | None = None
    drafts: Mapping[int, Draft] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    ratings: Mapping[str, SatisfactionRecorded] = field(default_factory=dict)
    issued_at: datetime | date | None = None
    rated_at: datetime | date | None = None

    @property
    def draft(self) -> Draft | None:
        """The latest draft."""
        return self.drafts[max(self.drafts)] if self.drafts else None

    @property
    def issued(self) -> bool:
        return any(draft.issued for draft in self.drafts.values())


@dataclass(frozen=True, slots=True)
class UnitTask:
    """What one unit owes this case. `last` is the latest step from assignment to issue, in the round under way: the
    next cannot have been taken before it. `co_opinion` is when an assisting unit first gave its opinion, `decided` how
    its last objection ended."""

    unit: str
    mode: AssignmentMode
    status: TaskStatus = TaskStatus.ASSIGNED
    decided: ObjectionUpheld | ObjectionRejected | None = None
    assigned: UnitAssigned | None = None
    assigned_at: datetime | date | None = None
    last: Act | None = None
    co_opinion: datetime | date | None = None
    objection: AssignmentReturned | None = None
    rounds: Mapping[int, Round] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.status is not TaskStatus.LEFT

    @property
    def asked(self) -> Mapping[str, int]:
        """Every signer who has had a form, with the latest round in which they had one."""
        return {member: number for number in sorted(self.rounds) for member in self.rounds[number].forms}

    @property
    def unanswered(self) -> frozenset[str]:
        """Signers who have not answered the latest form they had, and of whom nobody noted that they did not."""
        asked = self.asked.items()
        return frozenset(member for member, number in asked if member not in self.rounds[number].ratings)

    @property
    def dissatisfied(self) -> frozenset[str]:
        """Signers whose latest answer is 不满意: nobody's dissatisfaction ends by not being asked again."""
        latest: dict[str, SatisfactionRecorded] = {}
        for number in sorted(self.rounds):
            latest |= self.rounds[number].ratings
        return frozenset(member for member, rated in latest.items() if rated.overall is Rating.DISSATISFIED)

    @property
    def untouched(self) -> bool:
        """Nothing written yet, in any round."""
        return self.co_opinion is None and not any(current.drafts for current in self.rounds.values())

    @property
    def round(self) -> Round:
        """The round under way."""
        return self.rounds[max(self.rounds)] if self.rounds else Round(1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything the rules ask. `version` is the last event's; 0 where nothing has happened."""

    stream: UUID | None = None
    version: int = 0
    session: str | None = None
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
    tasks: Mapping[str, UnitTask] = field(default_factory=dict)
    communication: Communication = Communication()
    closed: HandlingClosed | None = None
    closed_at: datetime | date | None = None
    told: frozenset[tuple[object, ...]] = frozenset()
    """Contacts and revisits already recorded, by what makes two reports the same fact."""
    filed: Mapping[tuple[type, str], HandlingPlanFiled | CoOpinionSubmitted] = field(default_factory=dict)
    """The plan and the opinion that each unit filed last."""

    @property
    def signers(self) -> tuple[str, ...]:
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


_STEPS = (
    UnitAssigned,
    AssignmentReturned,
    ObjectionUpheld,
    ObjectionRejected,
    ReplyDrafted,
    ReplyReviewed,
    ReplyReturned,
    ReplySigned,
    ReplyIssued,
    RehandlingOrdered,
)
"""What one unit's task goes through in order, each after the one before. Acknowledgements, contacts, plans, opinions,
countersignatures, forms and answers run beside them."""


def evolve(proposal: Proposal, recorded: Recorded[ProposalEvent]) -> Proposal:
    folded = _stepped(_fold(proposal, recorded), recorded)
    return replace(
        folded,
        stream=recorded.stream,
        version=recorded.version,
        communication=communication.evolve(folded.communication, recorded),
    )


def _fold(proposal: Proposal, recorded: Recorded[ProposalEvent]) -> Proposal:
    event = recorded.event
    match event:
        case ProposalSubmitted():
            return replace(
                proposal,
                session=event.session,
                title=event.title,
                lead_proposer=event.lead_proposer,
                co_signers=event.co_signers,
                submitted_at=recorded.occurred_at,
            )
        case ProposalRegistered():
            return replace(
                proposal,
                case_no=event.case_no,
                topic=event.topic,
                rulebook=event.rulebook,
                registered_at=later(proposal.submitted_at, recorded.occurred_at),
            )
        case CaseTransferredToGovernment():
            at = later(proposal.registered_at, recorded.occurred_at)
            return replace(
                proposal,
                transferred=(recorded.version, recorded.occurred_at),
                transferred_at=at,
                occasion=event.occasion,
            )
        case UnitAssigned():
            rounds = {1: Round(1, event.deadline)} if event.mode.answers else {}
            known = proposal.tasks.get(event.unit)
            before = known.last.at if known and known.last else proposal.transferred_at
            at = later(before, recorded.occurred_at)
            task = UnitTask(event.unit, event.mode, assigned=event, assigned_at=at, rounds=rounds)
            filed = {key: known for key, known in proposal.filed.items() if key[1] != event.unit}
            return replace(_with(proposal, task), filed=filed)
        case AssignmentAcknowledged():
            return _with_status(proposal, event.unit, TaskStatus.ACKNOWLEDGED)
        case AssignmentReturned():
            task = replace(_task(proposal, event.unit), status=TaskStatus.RETURNED, objection=event)
            return _with(proposal, task)
        case ObjectionUpheld():
            return _with(proposal, replace(_task(proposal, event.unit), status=TaskStatus.LEFT, decided=event))
        case ObjectionRejected():
            return _with(proposal, replace(_task(proposal, event.unit), status=TaskStatus.ASSIGNED, decided=event))
        case MemberContacted() | MemberRevisited():
            return replace(proposal, told=proposal.told | {identity(event, recorded.occurred_at)})
        case HandlingPlanFiled():
            return replace(proposal, filed={**proposal.filed, (HandlingPlanFiled, event.unit): event})
        case ContactWaived():
            return proposal
        case CoOpinionSubmitted():
            task = _task(proposal, event.unit, AssignmentMode.CO)
            task = replace(task, co_opinion=task.co_opinion or recorded.occurred_at)
            return replace(_with(proposal, task), filed={**proposal.filed, (CoOpinionSubmitted, event.unit): event})
        case ReplyDrafted():
            words = visible(event.text)
            drafted = (
                *(who for known in proposal.drafts if known.words == words for who in known.drafted),
                recorded.context,
            )
            draft = Draft(
                event.draft, event.text, words, event.result_class, event.openness, drafted, recorded.occurred_at
            )
            return _with_draft(proposal, event.unit, event.round, draft)
        case ReplyCountersigned():
            draft = _draft(proposal, event.answering_unit, event.round, event.draft)
            given = Countersigned(event.countersignature, event.reason, recorded.occurred_at)
            signed = {**draft.countersigned, event.unit: given}
            return _with_draft(proposal, event.answering_unit, event.round, replace(draft, countersigned=signed))
        case ReplyReviewed():
            return _with_draft_status(proposal, event, DraftStatus.REVIEWED)
        case ReplyReturned():
            version = recorded.version
            return _with_draft_status(proposal, event, DraftStatus.RETURNED, returned=event, returned_version=version)
        case ReplySigned():
            return _with_draft_status(proposal, event, DraftStatus.SIGNED, signer=event.signer)
        case ReplyIssued():
            issued = _with_draft_status(proposal, event, DraftStatus.ISSUED, issued=event)
            task, current = _round(issued, event.unit, event.round)
            at = later(task.last.at if task.last else None, recorded.occurred_at)
            return _with_round(issued, task, replace(current, issued_at=at))
        case FeedbackFormIssued():
            task, current = _round(proposal, event.unit, event.round)
            form = Form(recorded.occurred_at, event.deadline.due_on if event.deadline else None)
            forms = {**current.forms, **dict.fromkeys(event.members, form)}
            return _with_round(proposal, task, replace(current, forms=forms))
        case SatisfactionRecorded():
            task, current = _round(proposal, event.unit, event.round)
            ratings = {**current.ratings, event.member: event}
            rated_at = later(current.rated_at, recorded.occurred_at)
            return _with_round(proposal, task, replace(current, ratings=ratings, rated_at=rated_at))
        case RehandlingOrdered():
            task = _task(proposal, event.unit)
            return _with_round(proposal, task, Round(event.round, event.deadline, event.cause))
        case HandlingClosed():
            return replace(proposal, closed=event, closed_at=recorded.occurred_at)
        case _:
            assert_never(event)


def _stepped(proposal: Proposal, recorded: Recorded[ProposalEvent]) -> Proposal:
    event, at = recorded.event, recorded.occurred_at
    if not isinstance(event, _STEPS):
        return proposal
    task = _task(proposal, event.unit)
    if isinstance(event, UnitAssigned):
        at = task.assigned_at or at
    if isinstance(event, RehandlingOrdered) and (ended := task.rounds.get(event.round - 1)):
        at = later(ended.rated_at, at)
    at = later(task.last.at if task.last else None, at)
    return _with(proposal, replace(task, last=Act(type(event).__name__, at)))


def identity(event: MemberContacted | MemberRevisited, at: datetime | date) -> tuple[object, ...]:
    """What makes two reports the same fact: the same contact told twice is recorded once."""
    return (type(event).__name__, event.model_dump_json(), at)


def _task(proposal: Proposal, unit: str, mode: AssignmentMode = AssignmentMode.SOLE) -> UnitTask:
    return proposal.tasks.get(unit) or UnitTask(unit, mode)


def _round(proposal: Proposal, unit: str, number: int) -> tuple[UnitTask, Round]:
    task = _task(proposal, unit)
    return task, task.rounds.get(number) or Round(number)


def _draft(proposal: Proposal, unit: str, number: int, draft: int) -> Draft:
    _, current = _round(proposal, unit, number)
    return current.drafts.get(draft) or Draft(draft)


def _with(proposal: Proposal, task: UnitTask) -> Proposal:
    return replace(proposal, tasks={**proposal.tasks, task.unit: task})


def _with_status(proposal: Proposal, unit: str, status: TaskStatus) -> Proposal:
    return _with(proposal, replace(_task(proposal, unit), status=status))


def _with_round(proposal: Proposal, task: UnitTask, current: Round) -> Proposal:
    return _with(proposal, replace(task, rounds={**task.rounds, current.number: current}))


def _with_draft(proposal: Proposal, unit: str, number: int, draft: Draft) -> Proposal:
    task, current = _round(proposal, unit, number)
    return _with_round(proposal, task, replace(current, drafts={**current.drafts, draft.number: draft}))


def _with_draft_status(
    proposal: Proposal,
    event: ReplyReviewed | ReplyReturned | ReplySigned | ReplyIssued,
    status: DraftStatus,
    **change: Any,
) -> Proposal:
    draft = _draft(proposal, event.unit, event.round, event.draft)
    return _with_draft(proposal, event.unit, event.round, replace(draft, status=status, **change))
