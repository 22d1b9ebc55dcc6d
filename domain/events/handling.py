"""办理: plans, difficulties, re-handling, and the end of handling.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.events.base import Event
from domain.policy.deadlines import Deadline
from domain.values import Evidence, Person


class HandlingPlanFiled(Event):
    """办理方案: what the unit will do, by when, and who answers for it."""

    unit: str
    goal: str
    measures: tuple[str, ...]
    finish_on: date | None = None
    responsible_leader: str
    desk_officer: str


class HandlingPlanApproved(Event):
    """方案批准: the unit's plan, as filed last, stands."""

    unit: str
    approver: str


class DifficultyRaised(Event):
    """反映困难: what stands in the unit's way, and whom it asks to help. Numbered within the case."""

    unit: str
    number: int
    text: str
    asks: str


class DifficultyResolved(Event):
    """协调解决困难: what came of it, and which leader saw to it."""

    number: int
    outcome: str
    coordinated_by: str


class FieldVisitRecorded(Event):
    """现场踏勘、调研: who of the unit went where, with which members, and what they found."""

    unit: str
    place: str
    unit_people: tuple[Person, ...]
    members: tuple[str, ...] = ()
    finding: str
    evidence: tuple[Evidence, ...] = ()


class RehandlingOrdered(Event):
    """重新办理: round `round` of this unit's reply begins; `automatic`: by the rulebook, not by somebody's order."""

    unit: str
    round: int
    cause: str
    deadline: Deadline | None = None
    automatic: bool | None = None


class HandlingClosed(Event):
    """办结: closes the reply track only; promises live on."""

    basis: str
    class_scheme: str
    result_class: str


HandlingEvent: TypeAlias = (
    HandlingPlanFiled
    | HandlingPlanApproved
    | DifficultyRaised
    | DifficultyResolved
    | FieldVisitRecorded
    | RehandlingOrdered
    | HandlingClosed
)
