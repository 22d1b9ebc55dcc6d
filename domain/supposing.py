"""期限另按一份规则: what would be due if a case had been judged by another rulebook all along."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby

from domain.calendar import Calendar
from domain.codes import AssignmentMode, Restart
from domain.commands.base import deadline
from domain.directory import Directory
from domain.events import (
    AnyEvent,
    AssignmentReturned,
    CaseReassigned,
    Event,
    FeedbackFormIssued,
    KeyProposalReleased,
    KeyProposalSelected,
    RehandlingOrdered,
    ReplyIssued,
    UnitAssigned,
)
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.record import Recorded
from domain.session import Session
from domain.setting import Setting
from domain.streams import PROPOSAL

_BEGUN_BY: dict[type[Event], DeadlineKind] = {
    AssignmentReturned: DeadlineKind.OBJECTION_ANSWER,
    RehandlingOrdered: DeadlineKind.REHANDLING,
    FeedbackFormIssued: DeadlineKind.FEEDBACK,
    ReplyIssued: DeadlineKind.PUBLICATION,
    KeyProposalSelected: DeadlineKind.KEY_SUPERVISION,
}
_OF_REPLY = (DeadlineKind.REPLY, DeadlineKind.REHANDLING)


def deadlines_under(
    rulebook: Rulebook, history: Sequence[Recorded[AnyEvent]], session: Session, calendar: Calendar
) -> Iterator[tuple[Recorded[AnyEvent], Deadline]]:
    """Each limit that the case's events begin by this rulebook, and its event; by the traits of the case, the end of
    the session and the working days as they are known now. What was granted or paused under other rules is not carried
    over, as it was given for other limits."""
    found = _begun_under(rulebook, history, session, calendar)
    return iter(sorted(found, key=lambda begun: begun[0].version))


def _begun_under(
    rulebook: Rulebook, history: Sequence[Recorded[AnyEvent]], session: Session, calendar: Calendar
) -> Iterator[tuple[Recorded[AnyEvent], Deadline]]:
    case = reduce(PROPOSAL.evolve, history, PROPOSAL.empty)
    decisions = {known.recorded_at: known.event for known in history if isinstance(known.event, CaseReassigned)}
    so_far = _SoFar()
    for recorded in _leads_first(history):
        event, stands = recorded.event, recorded.version not in case.retracted
        if not stands and not isinstance(event, RehandlingOrdered):
            continue  # an order was there for whoever took its round over before it was taken back
        decision = decisions.get(recorded.recorded_at)
        restart = Restart.REASSIGNMENT if decision else None
        index = recorded.version - case.version - 1
        setting = _setting(recorded, session, calendar)
        for kind in so_far.begins(event, decision) if stands else (DeadlineKind.REHANDLING,):
            found = deadline(kind, rulebook, case, setting, type(event).__name__, index, restart, so_far.reply_of_lead)
            own = kind is DeadlineKind.REPLY and not (found and found.started_anew)
            if own and isinstance(event, UnitAssigned):
                found = so_far.handled_again(event, found)
            if found is not None:
                so_far.note(event, found)
                if stands:
                    yield recorded, found
        if stands and (moved := _moved_under(rulebook, event)):
            so_far.note(event, moved)


@dataclass
class _SoFar:
    """What the history has told up to here, on which later limits rest: by unit its mode, the limit of the round that
    it handles again, and of its reply; which have answered their last round; who leads; whether it is a key
    proposal."""

    modes: dict[str, AssignmentMode] = field(default_factory=dict)
    orders: dict[str, Deadline] = field(default_factory=dict)
    replies: dict[str, Deadline] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    lead: str = ""
    key: bool = False

    @property
    def reply_of_lead(self) -> Deadline | None:
        return self.replies.get(self.lead)

    def begins(self, event: Event, decision: CaseReassigned | None) -> Sequence[DeadlineKind]:
        """The clocks that the event starts, where a rulebook knows them."""
        match event:
            case UnitAssigned():
                return self._assigned(event, decision)
            case ReplyIssued():
                self.answered.add(event.unit)
            case RehandlingOrdered():
                self.answered.discard(event.unit)
            case KeyProposalReleased():
                self.key = False
            case KeyProposalSelected() if self.key:
                return ()  # chosen on another basis, it is still supervised from when it became one
            case KeyProposalSelected():
                self.key = True
        kind = _BEGUN_BY.get(type(event))
        return (kind,) if kind else ()

    def _assigned(self, event: UnitAssigned, decision: CaseReassigned | None) -> Sequence[DeadlineKind]:
        """What an assignment begins: nothing for a unit that answered its last round; less for one that only takes
        part in another way."""
        self.lead = event.unit if event.mode is AssignmentMode.LEAD else self.lead
        if event.round is not None and event.unit in self.answered and event.mode.answers:
            return ()
        goes_on = decision is not None and event.unit in (decision.changed or ())
        before, self.modes[event.unit] = self.modes.get(event.unit), event.mode
        return _of_assignment(event.mode, before if goes_on else None)

    def handled_again(self, event: UnitAssigned, fresh: Deadline | None) -> Deadline | None:
        """The limit of a unit that answers from here on: a fresh one; where it took over a round that handles again,
        that round's. One that comes back for its own has had its limit."""
        due = event.deadline
        if due is None or due.kind is not DeadlineKind.REHANDLING:
            return fresh
        same = [unit for unit, order in self.orders.items() if order.anchor == due.anchor]
        if event.unit in same:
            self.orders[event.unit] = self.orders.pop(event.unit)
            return None
        return self.orders[same[-1]] if same else fresh

    def note(self, event: Event, limit: Deadline) -> None:
        """A unit's limit, if it is one for its reply."""
        unit = getattr(event, "unit", "")
        if limit.kind is DeadlineKind.REHANDLING:
            self.orders.pop(unit, None)
            self.orders[unit] = limit
        if limit.kind in _OF_REPLY:
            self.replies[unit] = limit


def _leads_first(history: Sequence[Recorded[AnyEvent]]) -> Iterator[Recorded[AnyEvent]]:
    """The history, but each decision with the assignments of assisting units last: their limits may be counted back
    from the lead's."""
    for _, decision in groupby(history, key=lambda known: known.recorded_at):
        yield from sorted(decision, key=lambda known: _assists(known.event))


def _assists(event: Event) -> bool:
    return isinstance(event, UnitAssigned) and event.mode is AssignmentMode.CO


def _moved_under(rulebook: Rulebook, event: Event) -> Deadline | None:
    """The limit of a reply that was moved under this very rulebook."""
    due: Deadline | None = getattr(event, "deadline", None)
    if due is None or due.moved_from is None or due.kind not in _OF_REPLY:
        return None
    return due if (due.rulebook, due.rulebook_version) == (rulebook.id, rulebook.version) else None


def _of_assignment(mode: AssignmentMode, before: AssignmentMode | None) -> Sequence[DeadlineKind]:
    """What an assignment begins; a unit that goes on has been received and may no longer object, and who answered
    before keeps the limits of that."""
    if not mode.handles or (before is not None and before.answers and mode.answers):
        return ()
    own = (DeadlineKind.REPLY, DeadlineKind.FIRST_CONTACT) if mode.answers else (DeadlineKind.CO_OPINION,)
    goes_on = before is not None and before.handles
    return own if goes_on else (*own, DeadlineKind.ACKNOWLEDGEMENT, DeadlineKind.OBJECTION)


def _setting(recorded: Recorded[AnyEvent], session: Session, calendar: Calendar) -> Setting:
    return Setting(
        ledger="",
        now=recorded.recorded_at,
        occurred_at=recorded.occurred_at,
        context=recorded.context,
        directory=Directory(),
        session=session,
        calendar=calendar,
        beside={},
    )
