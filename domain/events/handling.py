"""办理: plans, opinions of assisting units, re-handling, and the end of handling.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.events.base import Event
from domain.policy.deadlines import Deadline


class HandlingPlanFiled(Event):
    """办理方案: what the unit will do, by when, and who answers for it."""

    unit: str
    goal: str
    measures: tuple[str, ...]
    finish_on: date | None = None
    responsible_leader: str
    desk_officer: str


class CoOpinionSubmitted(Event):
    """会办意见: what an assisting unit tells the lead; it does not answer the member."""

    unit: str
    text: str
    signer: str


class RehandlingOrdered(Event):
    """重新办理: round `round` of this unit's reply begins."""

    unit: str
    round: int
    cause: str
    deadline: Deadline | None = None


class HandlingClosed(Event):
    """办结: closes the reply track only; promises live on."""

    basis: str
    class_scheme: str
    result_class: str


HandlingEvent: TypeAlias = HandlingPlanFiled | CoOpinionSubmitted | RehandlingOrdered | HandlingClosed
