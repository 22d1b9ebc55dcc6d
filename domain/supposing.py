"""期限另按一份规则: what would be due if a case had been judged by another rulebook all along."""

from collections.abc import Iterator, Sequence
from functools import reduce

from domain.calendar import Calendar
from domain.codes import Restart
from domain.commands.base import deadline
from domain.directory import Directory
from domain.events import (
    AnyEvent,
    AssignmentReturned,
    CaseReassigned,
    Event,
    FeedbackFormIssued,
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
}


def deadlines_under(
    rulebook: Rulebook, history: Sequence[Recorded[AnyEvent]], session: Session, calendar: Calendar
) -> Iterator[tuple[Recorded[AnyEvent], Deadline]]:
    """Each limit that the case's events begin by this rulebook, and its event; by the traits of the case, the end of
    the session and the working days as they are known now. What was granted or paused under the case's own rules is
    not carried over, as it was given for other limits."""
    case = reduce(PROPOSAL.evolve, history, PROPOSAL.empty)
    reassigned = {recorded.recorded_at for recorded in history if isinstance(recorded.event, CaseReassigned)}
    for recorded in history:
        own_event, index = type(recorded.event).__name__, recorded.version - case.version - 1
        restart = Restart.REASSIGNMENT if recorded.recorded_at in reassigned else None
        setting = _setting(recorded, session, calendar)
        for kind in _begun(recorded.event):
            found = deadline(kind, rulebook, case, setting, own_event, index, restart)
            if found is not None:
                yield recorded, found


def _begun(event: Event) -> Sequence[DeadlineKind]:
    """The clocks that an event starts, where a rulebook knows them."""
    if isinstance(event, UnitAssigned):
        own = (DeadlineKind.REPLY, DeadlineKind.FIRST_CONTACT) if event.mode.answers else (DeadlineKind.CO_OPINION,)
        return (*own, DeadlineKind.ACKNOWLEDGEMENT, DeadlineKind.OBJECTION)
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
