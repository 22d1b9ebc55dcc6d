"""催办、督办: the ladder of pressure on a unit, numbered within the case, and its answers.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.codes import ReminderMode
from domain.events.base import Event
from domain.policy.rulebook import DeadlineKind
from domain.values import Evidence, Person


class ReminderIssued(Event):
    """催办: by phone, in writing, or by the system; `step` is the ladder's, for the limit `about` that runs to
    `due_on`; `commitment` is the promise it is about."""

    unit: str
    number: int
    mode: ReminderMode
    ask: str
    step: str | None = None
    about: DeadlineKind | None = None
    due_on: date | None = None
    commitment: int | None = None


class SupervisionNoticeIssued(Event):
    """督办单: the unit must answer by a day; the rest as in a reminder."""

    unit: str
    number: int
    ask: str
    answer_by: date | None = None
    step: str | None = None
    about: DeadlineKind | None = None
    due_on: date | None = None
    commitment: int | None = None


class LeaderInterviewHeld(Event):
    """约谈: a leader called the unit's person in."""

    unit: str
    number: int
    leader: str
    person: Person
    summary: str


class OnSiteSupervisionHeld(Event):
    """现场督办: who went, what they found, what they ask."""

    unit: str
    number: int
    place: str
    people: tuple[Person, ...]
    finding: str
    ask: str
    evidence: tuple[Evidence, ...] = ()


class SupervisionAnswered(Event):
    """督办回复: what the unit says to the action of this number."""

    unit: str
    number: int
    text: str
    signer: str


class CircularIssued(Event):
    """通报: on the session's stream; which units and cases it names."""

    number: int
    title: str
    text: str
    units: tuple[str, ...]
    cases: tuple[UUID, ...] = ()


SupervisionAction: TypeAlias = ReminderIssued | SupervisionNoticeIssued | LeaderInterviewHeld | OnSiteSupervisionHeld
"""What is done to a unit, with a number that its answer names."""

SupervisionEvent: TypeAlias = (
    ReminderIssued | SupervisionNoticeIssued | LeaderInterviewHeld | OnSiteSupervisionHeld | SupervisionAnswered
)
