"""分办、签收、改办: which units handle a case, who in them answers for it.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias
from uuid import UUID

from domain.codes import AssignmentMode
from domain.events.base import Event
from domain.policy.deadlines import Deadline


class UnitAssigned(Event):
    """分办: the case goes to a unit; one event per unit. `deadline` is the reply's, or for an assisting unit the
    co-opinion's; `further` are the other limits that begin here. `round` is the first of the unit's rounds that is of
    this assignment, where a unit that comes back counts on."""

    unit: str
    mode: AssignmentMode
    basis: str
    leader: str | None = None
    deadline: Deadline | None = None
    further: tuple[Deadline, ...] = ()
    round: int | None = None

    @property
    def first_round(self) -> int:
        return self.round or 1


class AssignmentAcknowledged(Event):
    """签收: the unit has received the case."""

    unit: str


class CaseReassigned(Event):
    """改办: these units leave the case, or go on in another way (`changed`); assignments of the same decision follow.
    Earlier events name in `left` the units that go on too: those began anew."""

    left: tuple[str, ...]
    reason: str
    decided_by: str | None = None
    changed: tuple[str, ...] | None = None


class ResponsibilityNamed(Event):
    """三级责任: the head leads, the portfolio leader answers for it, the desk officer does the work (S0)."""

    unit: str
    head: str
    portfolio_leader: str
    desk_officer: str


class CasesHandledJointly(Event):
    """并案办理: the unit handles these cases together and answers each apart (S9, S14)."""

    unit: str
    cases: tuple[UUID, ...]
    reason: str


AssignmentEvent: TypeAlias = (
    UnitAssigned | AssignmentAcknowledged | CaseReassigned | ResponsibilityNamed | CasesHandledJointly
)
