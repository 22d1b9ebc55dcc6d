"""The state of a session (届次): its rulebooks, and the last case number given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from domain.codes import Timing
from domain.events import (
    AnnualReportSnapshotTaken,
    CaseNumberTaken,
    CircularIssued,
    HandoverMeetingHeld,
    LookbackCampaignOpened,
    RulebookAdopted,
    SessionClosed,
    SessionEvent,
    SessionOpened,
    UnitScored,
)
from domain.policy.deadlines import add_months
from domain.policy.rulebook import Rulebook, RulebookRef
from domain.record import Recorded

COLLECTED = 3
"""Months before the opening in which proposals of the meeting are collected, by the longest window found (S46)."""


@dataclass(frozen=True, slots=True)
class Session:
    stream: UUID | None = None
    version: int = 0
    session: str | None = None
    opened: SessionOpened | None = None
    closed_on: date | None = None
    closing: tuple[str, int] | None = None
    """Which event told the closing day, and its version."""
    circulars: Mapping[int, CircularIssued] = field(default_factory=dict)
    lookbacks: Mapping[int, LookbackCampaignOpened] = field(default_factory=dict)
    lookbacks_at: Mapping[int, datetime | date] = field(default_factory=dict)
    scores: Mapping[str, UnitScored] = field(default_factory=dict)
    snapshots: tuple[AnnualReportSnapshotTaken, ...] = ()
    handovers: frozenset[HandoverMeetingHeld] = frozenset()
    in_session_until: date | None = None
    rulebooks: Mapping[tuple[str, int], Rulebook] = field(default_factory=dict)
    digests: Mapping[tuple[str, int], str] = field(default_factory=dict)
    current: tuple[str, int] | None = None
    last_case_no: int = 0

    def rulebook(self, ref: RulebookRef | None) -> Rulebook | None:
        """The pinned rulebook, or with no pin the one adopted last."""
        key = (ref.id, ref.version) if ref else self.current
        return self.rulebooks.get(key) if key else None

    def timing(self, day: date) -> Timing | None:
        """What kind of proposal is handed in that day: one of the meeting from some months before it opens until its
        last day for that, else until it has closed. None where the day does not say: long before the opening, after
        an opening whose end is not known, or where no day is known at all."""
        opened_on = self.opened.opened_on if self.opened else None
        last = self.in_session_until or self.closed_on
        if last is not None and day > last:
            return Timing.INTER_SESSION
        begin, until = opened_on or last, last or opened_on
        collected = begin is not None and add_months(begin, -COLLECTED) <= day
        return Timing.IN_SESSION if collected and until is not None and day <= until else None

    def ref(self, rulebook: Rulebook) -> RulebookRef:
        """What a case pins: the digest is that of the adoption, whatever fields rulebooks have gained since."""
        digest = self.digests[rulebook.id, rulebook.version]
        return RulebookRef(id=rulebook.id, version=rulebook.version, digest=digest)


def evolve(session: Session, recorded: Recorded[SessionEvent]) -> Session:
    event = recorded.event
    session = replace(session, stream=recorded.stream, version=recorded.version)
    match event:
        case SessionOpened():
            opened = replace(session, session=event.session, opened=event, in_session_until=event.in_session_until)
            if event.closed_on is None and session.closing and session.closing[0] == SessionClosed.__name__:
                return opened  # told by itself, and set right by itself
            closing = (type(event).__name__, recorded.version) if event.closed_on else None
            return replace(opened, closed_on=event.closed_on, closing=closing)
        case SessionClosed():
            return replace(session, closed_on=event.closed_on, closing=(type(event).__name__, recorded.version))
        case HandoverMeetingHeld():
            return replace(session, handovers=session.handovers | {event})
        case RulebookAdopted():
            key = (event.rulebook.id, event.rulebook.version)
            rulebooks, digests = {**session.rulebooks, key: event.rulebook}, {**session.digests, key: event.digest}
            return replace(session, rulebooks=rulebooks, digests=digests, current=key)
        case CircularIssued():
            return replace(session, circulars={**session.circulars, event.number: event})
        case LookbackCampaignOpened():
            at = {**session.lookbacks_at, event.number: recorded.occurred_at}
            return replace(session, lookbacks={**session.lookbacks, event.number: event}, lookbacks_at=at)
        case UnitScored():
            return replace(session, scores={**session.scores, event.unit: event})
        case AnnualReportSnapshotTaken():
            return replace(session, snapshots=(*session.snapshots, event))
        case CaseNumberTaken():
            return replace(session, last_case_no=max(session.last_case_no, event.case_no))
        case _:
            assert_never(event)
