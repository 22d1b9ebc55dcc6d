"""分办、签收、退件: which units handle a case, and what they object to.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import AssignmentMode
from domain.events.base import Event
from domain.policy.deadlines import Deadline


class UnitAssigned(Event):
    """分办: one event per unit. `deadline` is the reply's, or for an assisting unit the co-opinion's."""

    unit: str
    mode: AssignmentMode
    basis: str
    leader: str | None = None
    deadline: Deadline | None = None


class AssignmentAcknowledged(Event):
    """签收: the unit has received the case."""

    unit: str


class AssignmentReturned(Event):
    """退件: the unit says the case is not its own, and whose it is. It stays assigned until the office decides."""

    unit: str
    reason: str
    suggested_unit: str
    signed_by: str


class ObjectionUpheld(Event):
    """异议成立: the unit leaves the case."""

    unit: str
    reason: str


class ObjectionRejected(Event):
    """异议不成立: the unit keeps the case."""

    unit: str
    reason: str


AssignmentEvent: TypeAlias = (
    UnitAssigned | AssignmentAcknowledged | AssignmentReturned | ObjectionUpheld | ObjectionRejected
)
