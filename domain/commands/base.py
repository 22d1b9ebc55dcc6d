"""What every command is, and the predicates that rules share."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, TypeVar
from uuid import UUID

from pydantic import Field

from domain.codes import AssignmentMode, Gate, Restart
from domain.events import Event, UnitAssigned
from domain.labels import EVENTS, label
from domain.personal import Sealed
from domain.policy.deadlines import Anchor, Deadline, back_from, derive
from domain.policy.rulebook import AnchorKind, DeadlineKind, DeadlineRule, Rulebook
from domain.proposal import Draft, DraftStatus, Proposal, TaskStatus, UnitTask
from domain.rules import (
    CASE_OPEN,
    CASE_STANDS,
    CLASS_IN_SCHEME,
    CO_UNIT_GIVES_OPINION,
    CONTACT_IS_WITH_PROPOSERS,
    DONE_IN_TIME,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    KNOWN_PERSON,
    LATE_ENTRY_NEEDS_REASON,
    OCCURRED_IN_ORDER,
    OCCURRED_NOT_IN_FUTURE,
    OCCURRED_PLAUSIBLE,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PROPOSAL_EXISTS,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Flagged, Setting
from domain.streams import CALENDAR, DIRECTORY, PROPOSAL, SESSION, Kind, Stream
from domain.values import Frozen, Moment, Note, day_of, earlier

E = TypeVar("E", bound=Event)

Actor = Annotated[
    str, Field(pattern=r"^(official:|member:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["official:jiaoyuju-officer"])
]

CLAIM_RULES = (KNOWN_PERSON, OCCURRED_NOT_IN_FUTURE, OCCURRED_PLAUSIBLE, LATE_ENTRY_NEEDS_REASON)


class Command(Frozen):
    """A request that carries its own rule.

    `decide` answers with the events to append, none if it is already so, or raises `Refused`. It reads no clock
    and changes nothing. `rules` lists every rule it can refuse with or flag, besides those of its claimed times.
    """

    kind: ClassVar[Kind[Any]]
    rules: ClassVar[tuple[Rule, ...]] = ()

    occurred_at: Moment | None = None
    late_entry_reason: Note | None = None
    on_behalf_of: Actor | None = None

    def session_key(self, state: Any, /) -> str | None:
        """The session whose rulebook and calendar apply."""
        return None

    def beside(self, state: Any, setting: Setting, /) -> Sequence[Stream[Any]]:
        """Other streams this command writes to, whose exact state it needs."""
        return ()

    def compared(self, state: Any, /) -> Iterable[Sealed]:
        """Sealed fields of the state that `decide` compares with what is asked; the setting holds their texts."""
        return ()

    def told(self, kind: type[E], **more: Any) -> E:
        """The event that states what this command asks: its fields of the same names, and `more`."""
        same = self.model_dump(include=_fields(kind))
        return kind.model_validate({**same, **more})

    @abstractmethod
    def decide(self, state: Any, setting: Setting, /) -> Decision:
        """The events to append, in order."""


@cache
def _fields(kind: type[Event]) -> set[str]:
    return set(kind.model_fields)


class ProposalCommand(Command):
    kind = PROPOSAL

    def session_key(self, proposal: Proposal, /) -> str | None:
        return proposal.session


class SessionCommand(Command):
    kind = SESSION


class DirectoryCommand(Command):
    kind = DIRECTORY


class CalendarCommand(Command):
    kind = CALENDAR


EXISTING = (PROPOSAL_EXISTS, CASE_OPEN)
STANDING = (PROPOSAL_EXISTS, CASE_STANDS)
"""What may still be done after the reply track was closed."""


def existing(proposal: Proposal) -> None:
    require(proposal.session is not None, PROPOSAL_EXISTS, "没有这件提案")


def standing(proposal: Proposal) -> None:
    """Refuse what never became a case, or ended without a reply; a closed case stands."""
    existing(proposal)
    ended = proposal.ended
    require(ended is None, CASE_STANDS, f"提案{label(ended)}，不再办理" if ended else "")
    require(proposal.archived is None, CASE_STANDS, "本案已归档，不再办理")


def stream_of(proposal: Proposal) -> UUID:
    """The proposal's own id, which another stream may note."""
    if proposal.stream is None:
        refuse(PROPOSAL_EXISTS, "没有这件提案")
    return proposal.stream


def open_case(proposal: Proposal) -> None:
    existing(proposal)
    require(proposal.closed is None, CASE_OPEN, "案件已办结，不能再办理")
    ended = proposal.ended
    require(ended is None, CASE_OPEN, f"提案{label(ended)}，不能再办理" if ended else "")


def in_order(setting: Setting, fact: datetime | date | None, told: str) -> None:
    """Refuse a moment that is surely earlier than the fact it follows, `told` in the message."""
    late_enough = fact is None or not earlier(setting.occurred_at, fact)
    require(late_enough, OCCURRED_IN_ORDER, f"发生时间早于{told}的时间", "occurred_at")


def relied_on(gate: Gate, setting: Setting, fact: datetime | date | None, told: str) -> None:
    """Refuse a moment that is surely earlier than the fact for which a gate lets it pass; where the gate asks nothing
    nothing rests on the fact."""
    if gate is not Gate.OFF:
        in_order(setting, fact, told)


def after_last(setting: Setting, task: UnitTask) -> None:
    """Refuse a moment that is surely earlier than the unit's last step."""
    if task.last is not None:
        in_order(setting, task.last.at, f"“{EVENTS[task.last.event]}”")


def after_assignment(setting: Setting, proposal: Proposal, task: UnitTask) -> None:
    """Refuse a moment before the unit was given the case, or took part in it as it does now: answering, or assisting
    another that answers."""
    in_order(setting, task.assigned_at, "分办")
    begun, answers = None, None
    for known in proposal.standing:
        if isinstance(known.event, UnitAssigned) and known.event.unit == task.unit:
            begun = begun if known.event.mode.answers is answers else known.occurred_at
            answers = known.event.mode.answers
    in_order(setting, begun, "分办")


def assigned(proposal: Proposal, unit: str, setting: Setting) -> UnitTask:
    """The unit's task, if the unit is on the case and does not wait for its objection to be decided."""
    return _on_the_case(proposal, unit, setting, ONLY_ASSIGNED_UNIT_ACTS, "unit")


def answering(proposal: Proposal, unit: str, setting: Setting, field: str = "unit") -> UnitTask:
    """The unit's task, if it is the unit's to answer."""
    task = _on_the_case(proposal, unit, setting, ONLY_ASSIGNED_UNIT_REPLIES, field)
    assisting = f"“{setting.unit_name(unit)}”是会办单位，只向主办单位提供意见"
    require(task.mode.answers, ONLY_ASSIGNED_UNIT_REPLIES, assisting, field)
    return task


def replied(proposal: Proposal, unit: str, setting: Setting) -> UnitTask:
    """The task of a unit whose reply is out, though it answers no more or waits for its objection to be decided: what
    comes of a letter does not rest on who has the case. Else as `answering`."""
    task = proposal.tasks.get(unit)
    return task if task is not None and task.answered is not None else answering(proposal, unit, setting)


def assisting(proposal: Proposal, unit: str, setting: Setting) -> UnitTask:
    """The unit's task, if it assists another that answers."""
    task = assigned(proposal, unit, setting)
    require(task.mode is AssignmentMode.CO, CO_UNIT_GIVES_OPINION, "该单位不是会办单位", "unit")
    return task


def _on_the_case(proposal: Proposal, unit: str, setting: Setting, rule: Rule, field: str) -> UnitTask:
    task = proposal.tasks.get(unit)
    name = setting.unit_name(unit)
    if task is None:
        refuse(rule, f"“{name}”不是本案承办单位", field)
    require(task.active, rule, f"“{name}”已退出本案", field)
    require(task.mode.handles, rule, f"“{name}”只参阅本案，不参与办理", field)
    require(task.status is not TaskStatus.RETURNED, rule, f"“{name}”已退件，待裁定", field)
    return task


def current_draft(task: UnitTask, number: int) -> Draft:
    """The draft with this number, if it is the latest of the round under way."""
    draft = task.round.draft
    if draft is None:
        refuse(DRAFT_EXISTS, "本轮尚未拟稿", "draft")
    require(number <= draft.number, DRAFT_EXISTS, f"没有第 {number} 稿，最新为第 {draft.number} 稿", "draft")
    require(number == draft.number, DRAFT_IS_CURRENT, f"第 {number} 稿已有新稿，最新为第 {draft.number} 稿", "draft")
    return draft


def decided_above(proposal: Proposal, decided_by: str, setting: Setting, rule: Rule) -> None:
    """Refuse who does not decide between units: somebody of a unit, or of the CPPCC, which stands outside the
    government. The office does, or a leader of the city who heads no unit on the case."""
    official = setting.above_units(decided_by, "decided_by")
    above = official is not None and official.unit not in proposal.tasks and not official.rank.of_cppcc
    told = f"“{setting.official_name(decided_by)}”不能裁定，须由政府办公室或本案承办单位以外的市领导裁定"
    require(above, rule, told, "decided_by")


def with_proposers(proposal: Proposal, members: Sequence[str], setting: Setting, field: str = "members") -> None:
    for member in members:
        stranger = f"“{setting.member_names(member)}”不是本案提案者"
        require(member in proposal.proposers, CONTACT_IS_WITH_PROPOSERS, stranger, field)


def in_scheme(rulebook: Rulebook, result_class: str) -> str:
    """The scheme of the rulebook's classes, if this is one of them."""
    scheme, known = rulebook.class_scheme.id, rulebook.has_class(result_class)
    require(known, CLASS_IN_SCHEME, f"分类“{scheme}”中没有“{result_class}”类", "result_class")
    return scheme


class Breach(NamedTuple):
    """A rule that an event would break, and what the rulebook's gate does about it."""

    gate: Gate
    rule: Rule
    reason: str
    field: str | None = None


def gated(event: Event, breaches: Sequence[Breach]) -> Event | Flagged:
    """Refuse, flag or let pass, as the gate says for each breach."""
    for breach in breaches:
        require(breach.gate is not Gate.REFUSE, breach.rule, breach.reason, breach.field)
    flags = tuple(dict.fromkeys(breach.rule for breach in breaches if breach.gate is Gate.FLAG))
    return Flagged(event, flags) if flags else event


def late(limit: Deadline | None, setting: Setting) -> list[Breach]:
    """What is done after its last day says so: nobody is kept from doing late what is still owed."""
    if limit is None or day_of(setting.occurred_at) <= limit.due_on:
        return []
    return [Breach(Gate.FLAG, DONE_IN_TIME, f"期限至 {limit.due_on}，已逾期", "occurred_at")]


def deadline(
    kind: DeadlineKind,
    rulebook: Rulebook,
    proposal: Proposal,
    setting: Setting,
    own_event: str,
    index: int = 0,
    restart: Restart | None = None,
    reply: Deadline | None = None,
) -> Deadline | None:
    """The deadline of this kind. `own_event` is the event being decided, `index` its place in the decision: it is
    the anchor where the clock starts with the event itself, and where the session's closing day is not known: the
    derivation says so. `restart`: what starts the clock with the event itself, where the rule admits it. `reply` is the
    limit of the lead's reply, which some are counted back from: none of those without it."""
    rule = rulebook.deadline(kind, proposal.traits)
    if rule is None or proposal.stream is None:
        return None
    days = setting.calendar.days
    if rule.anchor is AnchorKind.REPLY_DUE:
        begun = day_of(setting.occurred_at)
        return back_from(reply, rule, rulebook.id, rulebook.version, begun, days) if reply else None
    version, anew = proposal.version + 1 + index, restart if restart in (rule.restarts or ()) else None
    on = day_of(setting.occurred_at)
    own = Anchor(stream=proposal.stream, version=version, event=own_event, on=on, restart=anew)
    anchor = own if anew else (fixed_anchor(rule, proposal, setting) or own)
    return derive(rule, rulebook.id, rulebook.version, anchor, days)


def fixed_anchor(rule: DeadlineRule, proposal: Proposal, setting: Setting) -> Anchor | None:
    """The fact a clock starts at where that is not the event that sets the limit: the handover, or the session's end
    once that is known."""
    session = setting.session
    if rule.anchor is AnchorKind.TRANSFER and proposal.transferred and proposal.stream:
        here = "CaseTransferredElsewhere" if proposal.recipient else "CaseTransferredToGovernment"
        version, on = proposal.transferred
        return Anchor(stream=proposal.stream, version=version, event=here, on=day_of(on))
    if rule.anchor is AnchorKind.SESSION_CLOSE and session.closed_on and session.closing and session.stream:
        here, version = session.closing
        return Anchor(stream=session.stream, version=version, event=here, on=session.closed_on)
    return None


__all__ = [
    "CLAIM_RULES",
    "EXISTING",
    "STANDING",
    "Actor",
    "Breach",
    "CalendarCommand",
    "Command",
    "DirectoryCommand",
    "Draft",
    "DraftStatus",
    "ProposalCommand",
    "SessionCommand",
    "after_assignment",
    "after_last",
    "answering",
    "assigned",
    "assisting",
    "current_draft",
    "deadline",
    "decided_above",
    "existing",
    "fixed_anchor",
    "gated",
    "in_order",
    "in_scheme",
    "late",
    "open_case",
    "relied_on",
    "replied",
    "standing",
    "stream_of",
    "with_proposers",
]
