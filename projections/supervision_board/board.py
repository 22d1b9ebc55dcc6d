"""督办总览: a row per case, for the supervision office and the vice mayors.

Where a case stands, who has it, when it is due. Light and days left are asked against a day, never stored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import assert_never

from domain import events
from domain.codes import AssignmentMode, Ending, LeaderDuty, Origin, Rating, Recipient, RefusalGround, Stage
from domain.labels import CLASSIFIED
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind
from domain.proposal import DraftStatus, Duty, TaskStatus
from domain.record import Recorded
from domain.values import Frozen, day_of
from projections.readmodel import Key, ReadModel, Reference, Row

# from no complaint to the gravest; silence says nothing, so that it never outweighs an answer
_SEVERITY = (
    Rating.NO_RESPONSE,
    Rating.ABSTAINED,
    Rating.VERY_SATISFIED,
    Rating.SATISFIED,
    Rating.AGREED,
    Rating.BASIC,
    Rating.UNDERSTOOD,
    Rating.RESERVED,
    Rating.DISAGREED,
    Rating.DISSATISFIED,
)


class Answer(Frozen):
    """A proposer's answer, and the round it is about."""

    round: int
    overall: Rating
    version: int


class End(Frozen):
    """How the case ended, by the event at this version; `secret`: on the ground that it is a State secret."""

    version: int
    ending: Ending
    secret: bool = False


class Named(Frozen):
    """Proposers whom the event at this version names."""

    version: int
    members: tuple[str, ...]


class Asked(Frozen):
    """Proposers whom a form has asked, in which round, by the event at this version."""

    version: int
    round: int
    members: tuple[str, ...]


class TaskLine(Frozen):
    """What one unit owes the case, in the round under way. `forms` are all that went out: an answer to an earlier one
    stands until the next has come. `told` is all that each
    has answered. `acknowledged` is the version of the acknowledgement that it stands by. `before` is the line as it was
    before the step that moved it last, in case that is taken back."""

    unit: str
    mode: AssignmentMode
    status: TaskStatus = TaskStatus.ASSIGNED
    acknowledged: int = 0
    round: int = 1
    due_on: date | None = None
    deadline_rule: str | None = None
    handling: bool = False
    paused: bool = False
    before: "TaskLine | None" = None
    draft: DraftStatus | None = None
    replied_on: date | None = None
    opinion_on: date | None = None
    forms: tuple[Asked, ...] = ()
    told: Mapping[str, tuple[Answer, ...]] = {}

    @property
    def answers(self) -> dict[str, Answer]:
        """By proposer, the last answer to the latest round that they answered."""
        return {member: max(told, key=lambda one: (one.round, one.version)) for member, told in self.told.items()}

    @property
    def asked(self) -> dict[str, int]:
        """By proposer, the latest round in which they had a form."""
        return {member: form.round for form in self.forms for member in form.members}

    @property
    def active(self) -> bool:
        return self.status is not TaskStatus.LEFT

    @property
    def open(self) -> bool:
        """Still owes a reply."""
        return self.active and self.mode.answers and self.draft is not DraftStatus.ISSUED

    @property
    def owes_opinion(self) -> bool:
        return self.active and self.mode is AssignmentMode.CO and self.opinion_on is None

    @property
    def awaited(self) -> tuple[str, ...]:
        """Proposers whose answer to their latest form has not come."""
        return tuple(
            member
            for member, number in self.asked.items()
            if member not in self.answers or self.answers[member].round < number
        )

    def due_by(self, deadline: Deadline | None) -> "TaskLine":
        if deadline is None:
            return self
        return self.model_copy(update={"due_on": deadline.due_on, "deadline_rule": deadline.rule})

    def due_again(self, deadline: Deadline) -> "TaskLine":
        """The line where its limit was set again: nor does an earlier limit of the round come back with a grant that is
        taken back."""
        was = self.before
        kept = was.due_again(deadline) if was is not None and was.round == self.round else was
        return self.model_copy(update={"before": kept}).due_by(deadline)


class Promise(Frozen):
    """What a reply promised, and by when; `broken` are the events, by version, that say why it was not kept."""

    number: int
    finish_on: date | None
    broken: tuple[int, ...] = ()


class SupervisionRow(Row):
    """One case. `returns`, `objections`, `contacts`, `revisits` are totals; `difficulties` and `awaited` count what is
    still open, `commitments` names what was promised and not yet done, `promises` is all
    that stands; `disagreements` what awaits a decision;
    `endings` is all that ended the case, `signed` who signed it by each event that says so, `notices` who was told that
    it is no case. `title` is what people may see of what it is `named`. `due_on` is the next day by which a reply is
    owed, and where none is, a promise. Adding up is safe: the engine moves rows and checkpoint together."""

    session: str | None = None
    case_no: int | None = None
    title: str = ""
    named: str = ""
    lead_proposer: str = ""
    proposers: tuple[str, ...] = ()
    signed: tuple[Named, ...] = ()
    notices: tuple[Named, ...] = ()
    untold: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    transferred_on: date | None = None
    recipient: Recipient | None = None
    stage: Stage = Stage.SUBMITTED
    units: tuple[str, ...] = ()
    tasks: tuple[TaskLine, ...] = ()
    leader: str | None = None
    key_proposal: bool = False
    due_on: date | None = None
    due_soon_days: int = 0
    rounds: int = 0
    returns: int = 0
    objections: int = 0
    contacts: int = 0
    difficulties: int = 0
    disagreements: tuple[int, ...] = ()
    revisits: int = 0
    replied_on: date | None = None
    result_class: str | None = None
    class_scheme: str | None = None
    reassessed_class: str | None = None
    commitments: tuple[int, ...] = ()
    promises: tuple[Promise, ...] = ()
    archived_on: date | None = None
    satisfaction: Rating | None = None
    awaited: int = 0
    ended: Ending | None = None
    endings: tuple[End, ...] = ()
    closed_on: date | None = None
    origins: tuple[Origin, ...] = ()
    has_made_up: bool = False
    last_version: int = 0
    last_position: int = 0

    def task(self, unit: str) -> TaskLine:
        """The unit's line; a line of its own where history has told nothing of the unit yet: the fold is total."""
        known = next((line for line in self.tasks if line.unit == unit), None)
        return known or TaskLine(unit=unit, mode=AssignmentMode.SOLE)


def evolve(
    rows: Mapping[Key, SupervisionRow], recorded: Recorded[events.ProposalEvent], reference: Reference
) -> Iterable[SupervisionRow]:
    """The case's row after one more event. It rests on the row before, the event and adopted rulebooks alone, so that a
    rebuild comes to the same. What is not yet handed in is its author's, and on no board."""
    if isinstance(recorded.event, events.DraftingEvent):
        return
    row = rows.get((reference.ledger, recorded.stream))
    row = _fold(row or SupervisionRow(ledger=reference.ledger, stream=recorded.stream), recorded, reference)
    row = row.model_copy(update=_proposers(row))
    made_up = recorded.origin is Origin.MADE_UP or bool(recorded.made_up)
    yield row.model_copy(
        update={
            **_derived(row),
            "origins": tuple(sorted({*row.origins, recorded.origin})),
            "has_made_up": row.has_made_up or made_up,
            "last_version": recorded.version,
            "last_position": recorded.position,
        }
    )


def _fold(row: SupervisionRow, recorded: Recorded[events.ProposalEvent], reference: Reference) -> SupervisionRow:
    event, on = recorded.event, day_of(recorded.occurred_at)
    if isinstance(
        event, events.DraftingEvent | events.PublicationEvent | events.SupervisionEvent | events.ScoringEvent
    ):
        return row
    match event:
        case events.ProposalSubmitted():
            named = {"session": event.session, "named": event.title, "lead_proposer": event.lead_proposer}
            return _signed(row.model_copy(update=named), recorded.version, event.co_signers)
        case events.SubmissionCorrected():
            signed = row.signed[-1].members[1:] if row.signed else ()
            lead = event.lead_proposer or row.lead_proposer
            co_signers = signed if event.co_signers is None else event.co_signers
            return _signed(row.model_copy(update={"lead_proposer": lead}), recorded.version, co_signers)
        case events.ProposalRegistered():
            rulebook = reference.rulebooks.get(event.rulebook.digest)
            soon = rulebook.due_soon_days if rulebook else 0
            return row.model_copy(update={"case_no": event.case_no, "due_soon_days": soon})
        case events.UnitAssigned():
            known = next((line for line in row.tasks if line.unit == event.unit), None)
            line = _assigned(known, event)
            return _with(row.model_copy(update={"leader": event.leader or row.leader}), line)
        case events.AssignmentAcknowledged():
            return _changed(row, event.unit, status=TaskStatus.ACKNOWLEDGED, acknowledged=recorded.version)
        case events.AssignmentReturned():
            returned = _changed(row, event.unit, status=TaskStatus.RETURNED)
            return returned.model_copy(update={"objections": row.objections + 1})
        case events.ProposalResubmitted():
            return row.model_copy(update={"named": event.title})
        case events.ProposalNotRegistered() | events.ProposalConverted():
            secret = event.ground is RefusalGround.SECRET
            return _ended(row, recorded.version, Ending.NOT_REGISTERED, secret=secret)
        case events.RefusalNotified():
            notice = Named(version=recorded.version, members=event.members)
            return row.model_copy(update={"notices": (*row.notices, notice)})
        case events.ProposalsMerged():
            return _signed(row, recorded.version, event.co_signers)
        case events.ProposalAbsorbed():
            return _ended(row, recorded.version, Ending.MERGED)
        case events.ProposalWithdrawn():
            return _ended(row, recorded.version, Ending.WITHDRAWN)
        case events.CaseRulebookChanged():
            rulebook = reference.rulebooks.get(event.rulebook.digest)
            return row.model_copy(update={"due_soon_days": rulebook.due_soon_days if rulebook else 0})
        case events.ObjectionUpheld():
            return _changed(row, event.unit, status=TaskStatus.LEFT)
        case events.CaseReassigned():
            for unit in event.left:
                row = _changed(row, unit, status=TaskStatus.LEFT)
            return row
        case events.ObjectionEscalated():
            return _changed(row, event.unit, status=TaskStatus.RETURNED)
        case events.ObjectionRejected():
            return _changed(row, event.unit, status=TaskStatus.ASSIGNED)
        case events.MemberContacted():
            contacted = _changed(row, event.unit, handling=True) if event.unit else row
            return contacted.model_copy(update={"contacts": row.contacts + 1})
        case events.HandlingPlanFiled():
            return _changed(row, event.unit, handling=True)
        case events.CoOpinionReturned():
            return _changed(row, event.unit, opinion_on=None)
        case events.DifficultyRaised():
            return _changed(row, event.unit, handling=True).model_copy(update={"difficulties": row.difficulties + 1})
        case events.DifficultyResolved():
            return row.model_copy(update={"difficulties": row.difficulties - 1})
        case events.DisagreementEscalated():
            return row.model_copy(update={"disagreements": (*row.disagreements, event.number)})
        case events.DisagreementSettled():
            return _settled(row, event.number)
        case events.FieldVisitRecorded():
            return _changed(row, event.unit, handling=True)
        case events.CoOpinionSubmitted():
            return _changed(row, event.unit, handling=True, opinion_on=on)
        case events.ReplyDrafted():
            return _changed(row, event.unit, handling=True, draft=DraftStatus.DRAFTED)
        case events.ReplyReviewed():
            return _changed(row, event.unit, draft=DraftStatus.REVIEWED)
        case events.ReplyReturned():
            returned = _changed(row, event.unit, draft=DraftStatus.RETURNED)
            return returned.model_copy(update={"returns": row.returns + 1})
        case events.ReplySigned():
            return _changed(row, event.unit, draft=DraftStatus.SIGNED)
        case events.ReplyIssued():
            return _changed(row, event.unit, draft=DraftStatus.ISSUED, replied_on=on)
        case events.FeedbackFormIssued():
            form = Asked(version=recorded.version, round=event.round, members=event.members)
            return _changed(row, event.unit, forms=(*row.task(event.unit).forms, form))
        case events.SatisfactionRecorded() | events.SatisfactionRevised():
            told = row.task(event.unit).told
            given = Answer(round=event.round, overall=event.overall, version=recorded.version)
            return _changed(row, event.unit, told={**told, event.member: (*told.get(event.member, ()), given)})
        case events.RehandlingOrdered():
            task = row.task(event.unit)
            begun = TaskLine(
                unit=task.unit, mode=task.mode, status=task.status, acknowledged=task.acknowledged,
                round=event.round, handling=True, forms=task.forms, told=task.told, before=task,
            )  # fmt: skip
            return _with(row, begun.due_by(event.deadline))
        case events.ExtensionGranted():
            task = row.task(event.unit)
            return _with(row, task.model_copy(update={"before": task}).due_by(event.deadline))
        case events.ClockResumed():
            return _with(row, row.task(event.unit).model_copy(update={"paused": False}).due_by(event.deadline))
        case events.DeadlineRecomputed():
            kinds = (DeadlineKind.REPLY, DeadlineKind.REHANDLING, DeadlineKind.CO_OPINION)
            line = row.task(event.unit or "")
            shown = event.deadline.kind in kinds and event.round in (None, line.round)
            if shown and event.ended:
                return _changed(row, line.unit, due_on=None, deadline_rule=None, paused=False)
            return _with(row, line.due_again(event.deadline)) if shown and event.unit else row
        case events.ClockPaused():
            return _changed(row, event.unit, paused=True)
        case events.KeyProposalSelected():
            return row.model_copy(update={"key_proposal": True})
        case events.KeyProposalReleased():
            return row.model_copy(update={"key_proposal": False})
        case events.LeaderAppointed():
            handles = event.duty is LeaderDuty.HANDLE
            return row.model_copy(update={"leader": event.leader}) if handles else row
        case events.MemberRevisited():
            return row.model_copy(update={"revisits": row.revisits + 1})
        case events.CommitmentMade():
            made = Promise(number=event.number, finish_on=event.finish_on)
            open_now = {"commitments": (*row.commitments, event.number), "promises": (*row.promises, made)}
            return row.model_copy(update=open_now)
        case events.CommitmentBroken():
            return _explained(row, event.number, lambda broken: (*broken, recorded.version))
        case events.CommitmentFulfilled():
            still = tuple(number for number in row.commitments if number != event.number)
            return row.model_copy(update={"commitments": still})
        case events.ClassReassessed():
            return row.model_copy(update={"reassessed_class": event.result_class})
        case events.CaseArchived():
            return row.model_copy(update={"archived_on": on})
        case events.HandlingReopened():
            opened = {"closed_on": None, "result_class": None, "class_scheme": None, "reassessed_class": None}
            return row.model_copy(update=opened)
        case events.ReportRetracted():
            return _retracted(row, event)
        case events.StepTakenBack():
            return _taken_back(row, event)
        case events.ClericalErrorCorrected():
            return row.model_copy(update={"named": event.correct}) if event.field == "title" else row
        case events.HandlingClosed():
            closed = {"closed_on": on, "result_class": event.result_class, "class_scheme": event.class_scheme}
            return row.model_copy(update=closed)
        case events.CaseTransferredToGovernment():
            return row.model_copy(update={"transferred_on": on})
        case events.CaseTransferredElsewhere():
            return row.model_copy(update={"transferred_on": on, "recipient": event.recipient})
        case (
            events.HandlingPlanApproved()
            | events.CoOpinionRequested()
            | events.ExtensionRequested()
            | events.ExtensionRefused()
            | events.ReviewOpinionRecorded()
            | events.ProposalReturnedForRevision()
            | events.ContactWaived()
            | events.ReplyCountersigned()
            | events.ReplyDelivered()
            | events.FeedbackOverdue()
            | events.CommitmentProgressed()
            | events.CommitmentBroken()
            | events.SecondReplyIssued()
            | events.OnSiteCheckRecorded()
            | events.LookbackRecorded()
            | events.SupervisionMeetingHeld()
            | events.SupervisionReportFiled()
            | events.FaceToFaceMediationHeld()
            | events.ResponsibilityNamed()
            | events.CasesHandledJointly()
            | events.ObjectionUnanswered()
            | events.UnitAdditionRequested()
            | events.UnitAdditionGranted()
            | events.UnitAdditionRefused()
        ):
            return row
        case _:
            assert_never(event)


def _assigned(known: TaskLine | None, event: events.UnitAssigned) -> TaskLine:
    """The line of a unit that is assigned, comes back, or goes on in another way."""
    if known is not None and known.active and known.mode.answers:
        # who answers no more owes no reply by any day, whether or not a rule limits its opinion
        of_reply = {} if event.mode.answers else {"due_on": None, "deadline_rule": None}
        return known.model_copy(update={"mode": event.mode, **of_reply}).due_by(event.deadline)
    line = TaskLine(unit=event.unit, mode=event.mode, round=event.first_round).due_by(event.deadline)
    if known is None:
        return line
    going = known.active and known.mode.handles
    if event.mode.answers and event.round is not None and (was := _answered(known, event.round)):
        now = known if going else line
        same = {"forms": known.forms, "told": known.told, "status": now.status, "acknowledged": now.acknowledged}
        return was.model_copy(update={"mode": event.mode, "opinion_on": None, **same})
    kept: dict[str, object] = {"forms": known.forms, "told": known.told} if event.first_round > 1 else {}
    if event.first_round == known.round and event.mode.answers:
        kept["paused"] = known.paused and event.deadline is not None and not event.deadline.started_anew
    if known.before is not None and known.before.round < known.round == event.first_round:
        kept["before"] = known.before
    same = {
        "status": known.status, "acknowledged": known.acknowledged, "handling": known.handling,
        "opinion_on": known.opinion_on,
    }  # fmt: skip
    return line.model_copy(update={**kept, **(same if going else {})})


def _answered(known: TaskLine, number: int) -> TaskLine | None:
    """The line as it was once the unit had answered this round."""
    was: TaskLine | None = known
    while was is not None and was.round != number:
        was = was.before
    return was if was is not None and was.draft is DraftStatus.ISSUED else None


def _retracted(row: SupervisionRow, event: events.ReportRetracted) -> SupervisionRow:
    """The row without a report that was a mistake."""
    match event.type:
        case "MemberContacted":
            return row.model_copy(update={"contacts": row.contacts - 1})
        case "MemberRevisited":
            return row.model_copy(update={"revisits": row.revisits - 1})
        case "AssignmentAcknowledged":
            stands = row.task(event.unit or "")
            if stands.status is not TaskStatus.ACKNOWLEDGED or stands.acknowledged != event.version:
                return row  # it has left, or objected, or was assigned anew since
            return _changed(row, stands.unit, status=TaskStatus.ASSIGNED)
        case "RefusalNotified":
            return row.model_copy(update={"notices": _without(row.notices, event.version)})
        case "DifficultyRaised":
            return row.model_copy(update={"difficulties": row.difficulties - 1})
        case "DifficultyResolved":
            return row.model_copy(update={"difficulties": row.difficulties + 1})
        case "DisagreementEscalated":
            return _settled(row, event.number)
        case "DisagreementSettled":
            return row.model_copy(update={"disagreements": tuple(sorted({*row.disagreements, event.number or 0}))})
        case "CommitmentMade":
            still = tuple(number for number in row.commitments if number != event.number)
            promises = tuple(promise for promise in row.promises if promise.number != event.number)
            return row.model_copy(update={"commitments": still, "promises": promises})
        case "CommitmentBroken":
            return _explained(row, event.number, lambda broken: tuple(v for v in broken if v != event.version))
        case "CommitmentFulfilled":
            return row.model_copy(update={"commitments": tuple(sorted({*row.commitments, event.number or 0}))})
        case "FeedbackFormIssued":
            line = row.task(event.unit or "")
            forms = tuple(form for form in line.forms if form.version != event.version)
            return _changed(row, line.unit, forms=forms)
        case "SatisfactionRecorded" | "SatisfactionRevised":
            lines = [line.model_copy(update={"told": _standing(line, event.version)}) for line in row.tasks]
            return row.model_copy(update={"tasks": tuple(lines)})
        case _:
            return row


def _taken_back(row: SupervisionRow, event: events.StepTakenBack) -> SupervisionRow:
    """The row without a step that was a mistake."""
    line = row.task(event.unit or "")
    match event.type:
        case "ProposalNotRegistered" | "ProposalConverted" | "ProposalAbsorbed" | "ProposalWithdrawn":
            endings = tuple(end for end in row.endings if end.version != event.version)
            return row.model_copy(update={"endings": endings, "ended": endings[-1].ending if endings else None})
        case "CaseArchived":
            return row.model_copy(update={"archived_on": None})
        case "ProposalRegistered":
            return row.model_copy(update={"case_no": None})
        case "ProposalsMerged":
            return row.model_copy(update={"signed": _without(row.signed, event.version)})
        case "CaseTransferredToGovernment" | "CaseTransferredElsewhere":
            return row.model_copy(update={"transferred_on": None, "recipient": None})
        case "ClockPaused":
            return _changed(row, line.unit, paused=False)
        case "ExtensionGranted" | "RehandlingOrdered" if not line.mode.answers:
            return row  # what it owes now is of its assignment since
        case "ExtensionGranted" if line.before:
            was = line.before
            return _changed(row, line.unit, due_on=was.due_on, deadline_rule=was.deadline_rule, before=was.before)
        case "RehandlingOrdered" if line.before:
            kept = ("mode", "status", "acknowledged", "forms", "told", "handling")
            return _with(row, line.before.model_copy(update={name: getattr(line, name) for name in kept}))
        case _:
            return row


def _settled(row: SupervisionRow, number: int | None) -> SupervisionRow:
    still = tuple(known for known in row.disagreements if known != number)
    return row.model_copy(update={"disagreements": still})


def _explained(
    row: SupervisionRow, number: int | None, told: Callable[[tuple[int, ...]], tuple[int, ...]]
) -> SupervisionRow:
    """The row with what is told of why a promise was not kept."""
    promises = tuple(
        promise.model_copy(update={"broken": told(promise.broken)}) if promise.number == number else promise
        for promise in row.promises
    )
    return row.model_copy(update={"promises": promises})


def _signed(row: SupervisionRow, version: int, co_signers: tuple[str, ...]) -> SupervisionRow:
    named = Named(version=version, members=(row.lead_proposer, *co_signers))
    return row.model_copy(update={"signed": (*row.signed, named)})


def _without(named: tuple[Named, ...], version: int) -> tuple[Named, ...]:
    return tuple(one for one in named if one.version != version)


def _ended(row: SupervisionRow, version: int, ending: Ending, *, secret: bool = False) -> SupervisionRow:
    end = End(version=version, ending=ending, secret=secret)
    return row.model_copy(update={"ended": ending, "endings": (*row.endings, end)})


def _standing(line: TaskLine, version: int) -> dict[str, tuple[Answer, ...]]:
    told = {member: tuple(a for a in answers if a.version != version) for member, answers in line.told.items()}
    return {member: answers for member, answers in told.items() if answers}


def _with(row: SupervisionRow, line: TaskLine) -> SupervisionRow:
    """The row with this unit's line, in its place or at the end."""
    if all(known.unit != line.unit for known in row.tasks):
        return row.model_copy(update={"tasks": (*row.tasks, line)})
    return row.model_copy(update={"tasks": tuple(line if k.unit == line.unit else k for k in row.tasks)})


def _changed(row: SupervisionRow, unit: str, **change: object) -> SupervisionRow:
    return _with(row, row.task(unit).model_copy(update=change))


def _proposers(row: SupervisionRow) -> dict[str, object]:
    """Who signed the case by what stands, and whom of them nobody told since it ended that it is no case."""
    proposers = row.signed[-1].members if row.signed else ()
    if row.ended is not Ending.NOT_REGISTERED:
        return {"proposers": proposers, "untold": ()}
    since = row.endings[0].version
    told = {member for notice in row.notices if notice.version > since for member in notice.members}
    return {"proposers": proposers, "untold": tuple(member for member in proposers if member not in told)}


def _derived(row: SupervisionRow) -> dict[str, object]:
    """What follows from the unit lines."""
    active = [line for line in row.tasks if line.active]
    answering = [line for line in active if line.mode.answers]
    still_open = [line for line in answering if line.open]
    owing = [*still_open, *(line for line in active if still_open and line.owes_opinion)]
    due = [line.due_on for line in owing if line.due_on and not (line.paused and line.mode.answers)]
    replied = [line.replied_on for line in answering if line.replied_on]
    ratings = [answer.overall for line in answering for answer in line.answers.values()]
    secret = any(end.secret for end in row.endings)
    return {
        "title": CLASSIFIED if secret else row.named,
        "stage": _stage(row, answering),
        "duties": tuple(_duties(row, answering)),
        "units": tuple(line.unit for line in active),
        "due_on": min(due or _promised(row, answering), default=None),
        "rounds": max((line.round for line in answering), default=0),
        "replied_on": max(replied) if replied and not still_open else None,
        "awaited": sum(len(line.awaited) for line in answering),
        "satisfaction": max(ratings, key=_SEVERITY.index) if ratings else None,
    }


def _promised(row: SupervisionRow, answering: list[TaskLine]) -> list[date]:
    """By when promises are to be kept that were neither kept nor explained, while somebody answers for them."""
    standing = [promise for promise in row.promises if promise.number in row.commitments and not promise.broken]
    return [promise.finish_on for promise in standing if promise.finish_on and answering and row.archived_on is None]


def _duties(row: SupervisionRow, answering: list[TaskLine]) -> Iterator[Duty]:
    """What an authority has to do before the case goes on."""
    if row.ended is Ending.NOT_REGISTERED and row.untold and row.archived_on is None:
        yield Duty.REFUSAL_NOTICE
    handled = row.ended is None and row.closed_on is None
    if handled and row.transferred_on is not None and row.recipient is None and not answering:
        yield Duty.ASSIGNMENT
    if handled and row.disagreements:
        yield Duty.DISAGREEMENT


def _stage(row: SupervisionRow, answering: list[TaskLine]) -> Stage:
    still_open = [line for line in answering if line.open]
    if row.ended:
        return Stage(row.ended.value)
    if row.archived_on:
        return Stage.ARCHIVED
    if row.closed_on:
        return Stage.FOLLOW_UP if row.commitments else Stage.CLOSED
    if row.case_no is None:
        return Stage.SUBMITTED
    if not answering:
        return Stage.REGISTERED
    if any(line.round > 1 for line in still_open):
        return Stage.REHANDLING
    if not still_open:
        return Stage.AWAITING_FEEDBACK if any(line.awaited for line in answering) else Stage.REPLIED
    if any(line.draft and line.draft is not DraftStatus.RETURNED for line in still_open):
        return Stage.UNDER_REVIEW
    if any(line.handling for line in still_open):
        return Stage.IN_HANDLING
    if all(line.status is TaskStatus.ACKNOWLEDGED for line in still_open):
        return Stage.ACKNOWLEDGED
    return Stage.ASSIGNED


SUPERVISION_BOARD = ReadModel(
    name="supervision_board",
    version=11,
    row=SupervisionRow,
    key=("ledger", "stream"),
    evolve=evolve,
    folder=Path(__file__).parent,
)
