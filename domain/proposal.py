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
from domain.values import visible


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
class Draft:
    """One version of a reply. `drafted` is everybody who wrote these words in this round; `countersigned` says per
    assisting unit what it decided; `defects` is why it was sent back."""

    number: int
    text: str = ""
    result_class: str = ""
    openness: Openness = Openness.PUBLISH_FULL
    drafted: tuple[Context, ...] = ()
    at: datetime | date | None = None
    reviewed_at: datetime | date | None = None
    defects: frozenset[Defect] = frozenset()
    signer: str | None = None
    status: DraftStatus = DraftStatus.DRAFTED
    countersigned: Mapping[str, Countersignature] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a unit's reply: its drafts, the form that went out, what came back."""

    number: int
    deadline: Deadline | None = None
    drafts: Mapping[int, Draft] = field(default_factory=dict)
    form_to: frozenset[str] = frozenset()
    form_at: datetime | date | None = None
    form_due: date | None = None
    ratings: Mapping[str, SatisfactionRecorded] = field(default_factory=dict)

    @property
    def draft(self) -> Draft | None:
        """The latest draft."""
        return self.drafts[max(self.drafts)] if self.drafts else None

    @property
    def issued(self) -> bool:
        return any(draft.status is DraftStatus.ISSUED for draft in self.drafts.values())

    @property
    def rated(self) -> bool:
        return bool(self.form_to) and self.form_to <= set(self.ratings)


@dataclass(frozen=True, slots=True)
class UnitTask:
    """What one unit owes this case. `co_opinion` is when an assisting unit gave its opinion."""

    unit: str
    mode: AssignmentMode
    status: TaskStatus = TaskStatus.ASSIGNED
    assigned_at: datetime | date | None = None
    deadline: Deadline | None = None
    co_opinion: datetime | date | None = None
    objection: AssignmentReturned | None = None
    rounds: Mapping[int, Round] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.status is not TaskStatus.LEFT

    @property
    def asked(self) -> frozenset[str]:
        """Every signer who has had a form, in any round."""
        return frozenset().union(*(current.form_to for current in self.rounds.values()))

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
    tasks: Mapping[str, UnitTask] = field(default_factory=dict)
    communication: Communication = Communication()
    closed: str | None = None
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
    def assisting(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.active_tasks if not task.mode.answers)


def evolve(proposal: Proposal, recorded: Recorded[ProposalEvent]) -> Proposal:
    folded = _fold(proposal, recorded)
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
                registered_at=recorded.occurred_at,
            )
        case CaseTransferredToGovernment():
            return replace(proposal, transferred=(recorded.version, recorded.occurred_at))
        case UnitAssigned():
            rounds = {1: Round(1, event.deadline)} if event.mode.answers else {}
            task = UnitTask(
                event.unit, event.mode, assigned_at=recorded.occurred_at, deadline=event.deadline, rounds=rounds
            )
            return _with(proposal, task)
        case AssignmentAcknowledged():
            return _with_status(proposal, event.unit, TaskStatus.ACKNOWLEDGED)
        case AssignmentReturned():
            task = replace(_task(proposal, event.unit), status=TaskStatus.RETURNED, objection=event)
            return _with(proposal, task)
        case ObjectionUpheld():
            return _with_status(proposal, event.unit, TaskStatus.LEFT)
        case ObjectionRejected():
            return _with_status(proposal, event.unit, TaskStatus.ASSIGNED)
        case MemberContacted() | MemberRevisited():
            return replace(proposal, told=proposal.told | {identity(event, recorded.occurred_at)})
        case HandlingPlanFiled():
            return replace(proposal, filed={**proposal.filed, (HandlingPlanFiled, event.unit): event})
        case ContactWaived():
            return proposal
        case CoOpinionSubmitted():
            task = replace(_task(proposal, event.unit, AssignmentMode.CO), co_opinion=recorded.occurred_at)
            return replace(_with(proposal, task), filed={**proposal.filed, (CoOpinionSubmitted, event.unit): event})
        case ReplyDrafted():
            _, current = _round(proposal, event.unit, event.round)
            same = [known for known in current.drafts.values() if visible(known.text) == visible(event.text)]
            drafted = (*(context for known in same for context in known.drafted), recorded.context)
            draft = Draft(event.draft, event.text, event.result_class, event.openness, drafted, recorded.occurred_at)
            return _with_draft(proposal, event.unit, event.round, draft)
        case ReplyCountersigned():
            draft = _draft(proposal, event.answering_unit, event.round, event.draft)
            signed = {**draft.countersigned, event.unit: event.countersignature}
            return _with_draft(proposal, event.answering_unit, event.round, replace(draft, countersigned=signed))
        case ReplyReviewed():
            return _with_draft_status(proposal, event, DraftStatus.REVIEWED, reviewed_at=recorded.occurred_at)
        case ReplyReturned():
            defects = frozenset(defect.code for defect in event.defects)
            return _with_draft_status(proposal, event, DraftStatus.RETURNED, defects=defects)
        case ReplySigned():
            return _with_draft_status(proposal, event, DraftStatus.SIGNED, signer=event.signer)
        case ReplyIssued():
            return _with_draft_status(proposal, event, DraftStatus.ISSUED)
        case FeedbackFormIssued():
            task, current = _round(proposal, event.unit, event.round)
            asked = replace(
                current,
                form_to=current.form_to | set(event.members),
                form_at=recorded.occurred_at,
                form_due=event.deadline.due_on if event.deadline else None,
            )
            return _with_round(proposal, task, asked)
        case SatisfactionRecorded():
            task, current = _round(proposal, event.unit, event.round)
            ratings = {**current.ratings, event.member: event}
            return _with_round(proposal, task, replace(current, ratings=ratings))
        case RehandlingOrdered():
            task = _task(proposal, event.unit)
            return _with_round(proposal, task, Round(event.round, event.deadline))
        case HandlingClosed():
            return replace(proposal, closed=event.result_class)
        case _:
            assert_never(event)


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
