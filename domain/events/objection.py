"""异议: a unit says that a case is not its own, or not its own alone, and what becomes of that.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.events.base import Event
from domain.policy.deadlines import Deadline


class AssignmentReturned(Event):
    """退件: the unit says the case is not its own, and whose it is. It stays assigned until the office decides;
    `deadline` is the office's for the decision."""

    unit: str
    reason: str
    suggested_unit: str
    signed_by: str
    deadline: Deadline | None = None


class ObjectionUnanswered(Event):
    """裁定逾期: the office has not decided by `due_on`. There is no unit to press; it stays for whoever looks."""

    unit: str
    due_on: date


class ObjectionUpheld(Event):
    """异议成立: the unit leaves the case."""

    unit: str
    reason: str
    decided_by: str | None = None


class ObjectionRejected(Event):
    """异议不成立: the unit keeps the case."""

    unit: str
    reason: str
    decided_by: str | None = None


class ObjectionEscalated(Event):
    """呈报领导: the unit still disagrees and puts it to a leader of the city in writing (S15, S18)."""

    unit: str
    statement: str
    signed_by: str
    leader: str


class UnitAdditionRequested(Event):
    """增办建议: the unit accepts the case and asks that others take part (P2)."""

    unit: str
    units: tuple[str, ...]
    reason: str
    signed_by: str


class UnitAdditionGranted(Event):
    """同意增办: the office agrees; the assignments follow."""

    unit: str
    reason: str
    decided_by: str | None = None


class UnitAdditionRefused(Event):
    """不同意增办: the unit handles the case as it was assigned."""

    unit: str
    reason: str
    decided_by: str | None = None


ObjectionEvent: TypeAlias = (
    AssignmentReturned
    | ObjectionUnanswered
    | ObjectionUpheld
    | ObjectionRejected
    | ObjectionEscalated
    | UnitAdditionRequested
    | UnitAdditionGranted
    | UnitAdditionRefused
)
