"""What is known of one proposal, and how a fold changes a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from domain import events
from domain.changing import changed
from domain.codes import (
    AssignmentMode,
    CollectiveKind,
    Ending,
    LeaderDuty,
    Level,
    Openness,
    ProposalType,
    Recipient,
    ReviewLevel,
    Timing,
)
from domain.communication import Communication
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import RulebookRef, Traits
from domain.proposal.parts import Action, Commitment, Disagreement, Draft, Drafting, Limit, Round, UnitTask
from domain.record import Recorded
from domain.values import Attachment


@dataclass(frozen=True)
class Proposal:
    """Everything the rules ask. `version` is the last event's; 0 where nothing has happened."""

    stream: UUID | None = None
    version: int = 0
    drafting: Drafting = Drafting()
    session: str | None = None
    timing: Timing | None = None
    collective: CollectiveKind | None = None
    body_name: str | None = None
    """The body in whose name it was handed in."""
    passed_down: Level | None = None
    title: str = ""
    lead_proposer: str = ""
    co_signers: tuple[str, ...] = ()
    submitted_at: datetime | date | None = None
    registered_at: datetime | date | None = None
    case_no: int | None = None
    topic: str | None = None
    openness: Openness | None = None
    """Whether the case is open, as decided at registration, else as its proposers wished."""
    rulebook: RulebookRef | None = None
    transferred: tuple[int, datetime | date] | None = None
    transferred_at: datetime | date | None = None
    occasion: str | None = None
    recipient: Recipient | None = None
    """Where the case went, if not to the government."""
    reviews: Mapping[ReviewLevel, events.ReviewOpinionRecorded] = field(default_factory=dict)
    body: str | None = None
    attachments: tuple[Attachment, ...] = ()
    to_revise: str | None = None
    ended: Ending | None = None
    refusal: events.ProposalNotRegistered | None = None
    notified: frozenset[str] = frozenset()
    converted: events.ProposalConverted | None = None
    absorbed: frozenset[UUID] = frozenset()
    merged_leads: frozenset[str] = frozenset()
    """Lead proposers of absorbed proposals: this one is not withdrawn without them."""
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
    disagreements: Mapping[int, Disagreement] = field(default_factory=dict)
    """What was put to those above the units, by number."""
    joint: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    """By unit, the cases it handles together with this one."""
    key: events.KeyProposalSelected | None = None
    key_at: datetime | date | None = None
    """Since when it has been a key proposal."""
    key_limit: Limit | None = None
    """Until when it is to be supervised."""
    key_reported: bool = False
    """Its supervision has been reported since it became one."""
    leaders: Mapping[LeaderDuty, str] = field(default_factory=dict)
    actions: Mapping[int, Action] = field(default_factory=dict)
    """What was done to press units, by number."""
    contested: Mapping[str, str] = field(default_factory=dict)
    """By proposer, why the reply should not be published."""
    commitments: Mapping[int, Commitment] = field(default_factory=dict)
    second_replies: tuple[events.SecondReplyIssued, ...] = ()
    result_class: str | None = None
    """The class the case ended in, or was put into later."""
    lookbacks: Mapping[tuple[int, str], events.LookbackRecorded] = field(default_factory=dict)
    """By campaign and unit, what was found last."""
    scores: Mapping[tuple[str, ...], events.ScoringEvent] = field(default_factory=dict)
    archived: events.CaseArchived | None = None
    reopened: events.HandlingReopened | None = None
    history: tuple[Recorded[Any], ...] = ()
    """All events so far, by version from 1: what a correction may name."""
    retracted: frozenset[int] = frozenset()
    corrected: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """By version and field, what a text should read."""
    told: frozenset[tuple[object, ...]] = frozenset()
    """Reports already recorded, by what makes two reports the same fact."""
    filed: Mapping[tuple[type, str], events.HandlingPlanFiled | events.CoOpinionSubmitted] = field(default_factory=dict)
    """The plan and the opinion that each unit filed last."""

    @property
    def standing(self) -> tuple[Recorded[Any], ...]:
        """All events so far but those that were taken back."""
        return tuple(recorded for recorded in self.history if recorded.version not in self.retracted)

    def last(self, *kinds: type[events.Event], **told: object) -> datetime | date | None:
        """When the last standing event of these kinds, with these fields, is said to have occurred."""
        so = (r for r in reversed(self.standing) if isinstance(r.event, kinds))
        return next((r.occurred_at for r in so if all(getattr(r.event, f) == told[f] for f in told)), None)

    def first(self, *kinds: type[events.Event], since: int = 0, **told: object) -> datetime | date | None:
        """When the first standing event of these kinds after a version, with these fields, is said to have occurred."""
        so = (r for r in self.standing if r.version > since and isinstance(r.event, kinds))
        return next((r.occurred_at for r in so if all(getattr(r.event, f) == told[f] for f in told)), None)

    def version_of(self, *kinds: type[events.Event]) -> int:
        """The version of the last standing event of these kinds; 0 where there is none."""
        return max((known.version for known in self.standing if isinstance(known.event, kinds)), default=0)

    @property
    def entries(self) -> tuple[str, ...]:
        """The types of all events so far, by version from 1."""
        return tuple(type(recorded.event).__name__ for recorded in self.history)

    @property
    def traits(self) -> Traits:
        """What a rulebook may ask of the case to choose a rule."""
        return Traits(self.timing, self.key is not None, self.collective, self.passed_down, self.body_name)

    @property
    def proposers(self) -> tuple[str, ...]:
        return (self.lead_proposer, *self.co_signers)

    @property
    def proposal_type(self) -> ProposalType:
        """Whose it is, by those who sign it now."""
        if self.collective is not None:
            return ProposalType.COLLECTIVE
        return ProposalType.MEMBER_JOINT if self.co_signers else ProposalType.MEMBER_SINGLE

    @property
    def untold(self) -> tuple[str, ...]:
        """Who has not been told that their proposal is no case."""
        no_case = self.refusal is not None or self.converted is not None
        return tuple(member for member in self.proposers if no_case and member not in self.notified)

    @property
    def active_tasks(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.tasks.values() if task.active)

    @property
    def answering(self) -> tuple[UnitTask, ...]:
        return tuple(task for task in self.tasks.values() if task.answers)

    @property
    def disregarded(self) -> Mapping[str, frozenset[str]]:
        """By unit that answers no more, the proposers it has not satisfied and whom nobody has asked since."""
        return self._not_asked_since({task.unit: task.dissatisfied for task in self.tasks.values()})

    @property
    def unheard(self) -> Mapping[str, frozenset[str]]:
        """By unit that answers no more, the proposers who have not answered the form about its reply and whom nobody
        has asked since."""
        return self._not_asked_since({task.unit: task.unanswered for task in self.tasks.values()})

    def _not_asked_since(self, members: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
        """Of these members by unit, those of units that answer no more whom no unit has asked since."""
        forms = [
            (member, form.version)
            for task in self.answering
            for current in task.rounds.values()
            for member, form in current.forms.items()
        ]
        left = [task for task in self.tasks.values() if not task.answers and members[task.unit]]
        asked = {task.unit: {member for member, version in forms if version > task.ceased} for task in left}
        return {task.unit: still for task in left if (still := members[task.unit] - asked[task.unit])}

    def holders(self, promise: Commitment) -> tuple[str, ...]:
        """The units that owe a promise: the one that made it; where it answers no more, those assigned since, or else
        all that answer."""
        maker = self.tasks.get(promise.made.unit)
        if maker is None or maker.answers:
            return (promise.made.unit,)
        since = tuple(task.unit for task in self.answering if task.assigned_version > maker.ceased)
        return since or tuple(task.unit for task in self.answering)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every draft of every unit and round."""
        rounds = [current for task in self.tasks.values() for current in task.rounds.values()]
        return tuple(draft for current in rounds for draft in current.drafts.values())

    def disagreed(self, unit: str, answering_unit: str, round: int) -> Disagreement | None:
        """The last disagreement with an assisting unit about this round that was put to those above them since the unit
        was given the case; of one that comes back an earlier one is not."""
        wanted, since = (unit, answering_unit, round), task_of(self, unit).assigned_version
        known = (self.disagreements[number] for number in sorted(self.disagreements, reverse=True))
        told = ((one, one.escalated) for one in known if one.version > since)
        return next((one for one, e in told if (e.unit, e.answering_unit, e.round) == wanted), None)

    @property
    def reply_due(self) -> Deadline | None:
        """Until when the reply is due that assisting units take part in: the limit of the lead's round under way."""
        leads = (task for task in self.answering if task.mode is AssignmentMode.LEAD)
        return next((task.round.deadline for task in leads), None)

    @property
    def assisting(self) -> tuple[UnitTask, ...]:
        """The units that assist the one that leads; who answers alone, or beside others, has none."""
        return tuple(task for task in self.active_tasks if task.mode is AssignmentMode.CO)


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
    return changed(proposal, tasks={**proposal.tasks, task.unit: task})


def with_round(proposal: Proposal, task: UnitTask, current: Round) -> Proposal:
    return with_task(proposal, changed(task, rounds={**task.rounds, current.number: current}))


def with_draft(proposal: Proposal, unit: str, number: int, draft: Draft) -> Proposal:
    task, current = round_of(proposal, unit, number)
    return with_round(proposal, task, changed(current, drafts={**current.drafts, draft.number: draft}))


Report: TypeAlias = (
    events.CommitmentProgressed
    | events.OnSiteCheckRecorded
    | events.MemberContacted
    | events.MemberRevisited
    | events.FieldVisitRecorded
    | events.FaceToFaceMediationHeld
    | events.SupervisionMeetingHeld
    | events.SupervisionReportFiled
)


def identity(event: Report, at: datetime | date) -> tuple[object, ...]:
    """What makes two reports the same fact: the same contact told twice is recorded once."""
    return (event, at)


def reported(proposal: Proposal, recorded: Recorded[Any]) -> Proposal:
    """The proposal, where this report is known."""
    return changed(proposal, told=proposal.told | {identity(recorded.event, recorded.occurred_at)})
