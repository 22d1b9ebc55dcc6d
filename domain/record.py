"""An event as history keeps it: the fact, where it stands, and who stated it when.

Two clocks never stand for each other: `occurred_at` is a person's claim, `recorded_at` is the database's clock.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.codes import Origin
from domain.values import Frozen

E_co = TypeVar("E_co", covariant=True)


class Context(Frozen):
    """Who stated a fact, for whom, and what led to it.

    `reference_position` is the ledger position at which directory, session and rulebook were read for the
    decision, so that the decision can be replayed.
    """

    actor: str
    on_behalf_of: str | None = None
    unit: str | None = None
    correlation: str | None = None
    causation: int | None = None
    late_entry_reason: str | None = None
    reference_position: int | None = None

    @property
    def person(self) -> str:
        """The person whose act it was: the one acted for, else the actor."""
        return self.on_behalf_of or self.actor


def same_person(one: str, other: str) -> bool:
    """Whether two actors may be one person: `official:zhang` and `zhang` are, in capitals or not."""
    return one.rpartition(":")[2].casefold() == other.rpartition(":")[2].casefold()


def same_hand(done: Context, later: Context, *others: str) -> bool:
    """Whether somebody who did the one act has a part in the other (or is one of `others`).

    A clerk who enters both acts for two different people has a part in neither.
    """
    doers = (done.actor, done.person)
    return any(same_person(doer, person) for doer in doers for person in (later.person, *others)) or same_person(
        done.person, later.actor
    )


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    """A fact with its envelope. `version` counts in the stream from 1, `position` in the ledger from 1, no gaps.

    `entered_at` is the claimed time of entry of a fact that is not NATIVE. `made_up` names the fields of a
    sample fact that no source states. `flags` are ids of rules the fact breaks and was recorded all the same.
    """

    event: E_co
    stream: UUID
    version: int
    position: int
    occurred_at: datetime | date
    recorded_at: datetime
    context: Context
    origin: Origin = Origin.NATIVE
    entered_at: datetime | None = None
    made_up: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def placed(self, position: int, recorded_at: datetime) -> "Recorded[E_co]":
        """The same where the ledger has put it."""
        return Recorded(
            self.event,
            self.stream,
            self.version,
            position,
            self.occurred_at,
            recorded_at,
            self.context,
            self.origin,
            self.entered_at,
            self.made_up,
            self.flags,
        )

    @property
    def entry_time(self) -> datetime:
        """When it was entered: the claim of a non-native fact, else the database's clock."""
        return self.entered_at or self.recorded_at

    @property
    def entry_clock(self) -> str:
        """Which clock `entry_time` reads, for a verdict to name."""
        return "entered_at" if self.entered_at else "recorded_at"
