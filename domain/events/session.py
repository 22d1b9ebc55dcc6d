"""届次: a meeting of the CPPCC, the rulebook its cases are handled by.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.events.base import Event
from domain.policy.rulebook import Rulebook


class SessionOpened(Event):
    """设立届次: e.g. term 15, meeting 3. `in_session_until` is the last day for proposals of the session itself.
    With a `reason`, what is right where it was told wrong before."""

    schema_version: ClassVar[int] = 2

    session: str
    cppcc: str
    term: int
    meeting: int
    opened_on: date | None = None
    closed_on: date | None = None
    in_session_until: date | None = None
    reason: str | None = None


class SessionClosed(Event):
    """闭幕: the day the meeting ended, where it was not yet known when the session was opened; or, with a `reason`, the
    right day where the one told before was a mistake."""

    closed_on: date
    reason: str | None = None


class HandoverMeetingHeld(Event):
    """交办会: these units took these cases; what each case learns of it stands in its own history."""

    occasion: str
    place: str | None = None
    units: tuple[str, ...]
    cases: tuple[UUID, ...]
    reply_by: date | None = None


class RulebookAdopted(Event):
    """采用办理规则: a version of a rulebook, whole, so that history carries the rules it was judged by."""

    rulebook: Rulebook
    digest: str
