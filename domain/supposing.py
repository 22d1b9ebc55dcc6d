"""期限另按一份规则: what would be due if a case had been judged by another rulebook all along."""

from collections.abc import Iterator, Sequence
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
    modes: dict[str, AssignmentMode] = {}
    orders: dict[str, Deadline] = {}
    replies: dict[str, Deadline] = {}
    answered: set[str] = set()
    lead, key = "", False
    for recorded in _leads_first(history):
        stands = recorded.version not in case.retracted
        if not stands and not isinstance(recorded.event, RehandlingOrdered):
            continue  # an order was there for whoever took its round over before it was taken back
        chosen, known = isinstance(recorded.event, KeyProposalSelected), key
        key = chosen or (known and not isinstance(recorded.event, KeyProposalReleased))
        if chosen and known:
            continue  # a key proposal that is chosen on another basis is still supervised from when it became one
        decision = decisions.get(recorded.recorded_at)
        unit, own_event = getattr(recorded.event, "unit", ""), type(recorded.event).__name__
        index = recorded.version - case.version - 1
        restart = Restart.REASSIGNMENT if decision else None
        setting = _setting(recorded, session, calendar)
        lead = unit if _leads(recorded.event) else lead
        if stands and _has_answered(recorded.event, answered):
            continue
        for kind in _begun(recorded.event, _goes_on_from(recorded.event, decision, modes)):
            found = deadline(kind, rulebook, case, setting, own_event, index, restart, replies.get(lead))
            if kind is DeadlineKind.REPLY and not (found and found.started_anew):
                found = _handled_again(recorded.event, unit, decision, orders, found)
            if found is not None:
                if found.kind is DeadlineKind.REHANDLING:
                    orders[unit] = found
                if found.kind in _OF_REPLY:
                    replies[unit] = found
                if stands:
                    yield recorded, found
        if stands and (moved := _moved_under(rulebook, recorded.event)):
            replies[unit] = moved


def _leads_first(history: Sequence[Recorded[AnyEvent]]) -> Iterator[Recorded[AnyEvent]]:
    """The history, but each decision with the assignments of assisting units last: their limits may be counted back
    from the lead's."""
    for _, decision in groupby(history, key=lambda known: known.recorded_at):
        yield from sorted(decision, key=lambda known: _assists(known.event))


def _leads(event: Event) -> bool:
    return isinstance(event, UnitAssigned) and event.mode is AssignmentMode.LEAD


def _assists(event: Event) -> bool:
    return isinstance(event, UnitAssigned) and event.mode is AssignmentMode.CO


def _moved_under(rulebook: Rulebook, event: Event) -> Deadline | None:
    """The limit of a reply that was moved under this very rulebook."""
    due: Deadline | None = getattr(event, "deadline", None)
    if due is None or due.moved_from is None or due.kind not in _OF_REPLY:
        return None
    return due if (due.rulebook, due.rulebook_version) == (rulebook.id, rulebook.version) else None


def _handled_again(
    event: Event, unit: str, decision: CaseReassigned | None, orders: dict[str, Deadline], fresh: Deadline | None
) -> Deadline | None:
    """The limit of a unit that answers from here on: a fresh one; where it took over a round that handles again, that
    round's. One that comes back for its own has had its limit. `orders` says per unit the limit of such a round."""
    recorded = event.deadline if isinstance(event, UnitAssigned) else None
    if recorded is None or recorded.kind is not DeadlineKind.REHANDLING:
        return fresh
    if unit in orders:
        return None
    left = decision.left if decision else ()
    return next((orders[other] for other in left if other in orders), fresh)


def _has_answered(event: Event, answered: set[str]) -> bool:
    """Whether this assigns a unit that has answered its last round, so that nothing begins; notes in `answered` which
    units have."""
    if isinstance(event, ReplyIssued):
        answered.add(event.unit)
    elif isinstance(event, RehandlingOrdered):
        answered.discard(event.unit)
    return isinstance(event, UnitAssigned) and event.round is not None and event.unit in answered and event.mode.answers


def _goes_on_from(
    event: Event, decision: CaseReassigned | None, modes: dict[str, AssignmentMode]
) -> AssignmentMode | None:
    """The mode that a unit goes on from which only takes part in another way; notes each unit's mode in `modes`."""
    if not isinstance(event, UnitAssigned):
        return None
    before, modes[event.unit] = modes.get(event.unit), event.mode
    return before if decision and event.unit in (decision.changed or ()) else None


def _of_assignment(mode: AssignmentMode, before: AssignmentMode | None) -> Sequence[DeadlineKind]:
    """What an assignment begins; a unit that goes on has been received and may no longer object, and who answered
    before keeps the limits of that."""
    if not mode.handles or (before is not None and before.answers and mode.answers):
        return ()
    own = (DeadlineKind.REPLY, DeadlineKind.FIRST_CONTACT) if mode.answers else (DeadlineKind.CO_OPINION,)
    goes_on = before is not None and before.handles
    return own if goes_on else (*own, DeadlineKind.ACKNOWLEDGEMENT, DeadlineKind.OBJECTION)


def _begun(event: Event, before: AssignmentMode | None) -> Sequence[DeadlineKind]:
    """The clocks that an event starts, where a rulebook knows them."""
    if isinstance(event, UnitAssigned):
        return _of_assignment(event.mode, before)
    kind = _BEGUN_BY.get(type(event))
    return (kind,) if kind else ()


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
