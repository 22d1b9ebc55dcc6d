"""What a reaction is: a pure function from what has happened, or from a day that begins, to commands.

Its name goes into every event that comes of it (`system:<name>`) and into the ids of its commands: rename nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID, uuid5

from domain.codes import Origin
from domain.commands.base import ProposalCommand
from domain.events import Event
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import WorkingDays
from domain.proposal import Proposal
from domain.record import Recorded
from domain.session import Session
from domain.streams import NAMESPACE

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class OnEvent(Generic[E]):
    """`react(proposal, recorded, rulebook)` answers with commands for the same case.

    It is asked once about every NATIVE event of the class, in the order of the ledger; `proposal` is the case right
    after that event, whatever has happened to it since, so that asking again gives the same commands. A command that
    the rules then refuse is not given again.
    """

    name: str
    event: type[E]
    react: Callable[[Proposal, Recorded[E], Rulebook], Sequence[ProposalCommand]]


@dataclass(frozen=True, slots=True)
class Today:
    """The day that begins, the rulebook the case is judged by, the working days known, and the case's session."""

    day: date
    rulebook: Rulebook
    working_days: WorkingDays
    session: Session = Session()


@dataclass(frozen=True, slots=True)
class Due:
    """A command whose time has come: done once for this due date and step, however often it is asked for. That it had
    nothing to add counts as done, that a rule refused it does not: the next day may ask again.

    `step` tells it from every other command of the reaction on the case for the same due date: the step of a ladder,
    and the unit where several owe.
    """

    due_on: date
    step: str
    command: ProposalCommand


@dataclass(frozen=True, slots=True)
class OnDay:
    """`react(proposal, today)` answers with what has come due on an open case; `after_closing`: on a closed one too.

    It is asked once a day, soon after the day begins in Asia/Shanghai, and about every day in order, missed ones
    included, and once more as soon as a notice of working days comes; `proposal` is the case as it is then. What is
    recorded later that day is seen the next day, so ask whether a date has passed, not whether it is today, and
    whether the case already tells of the step.
    """

    name: str
    react: Callable[[Proposal, Today], Sequence[Due]]
    after_closing: bool = False


Reaction: TypeAlias = OnEvent[Any] | OnDay


def actor(reaction: str) -> str:
    """Who acts where nobody does."""
    return f"system:{reaction}"


def command_id(reaction: str, stream: UUID, cause: str) -> UUID:
    """The id of a reaction's command: the same cause gives the same id, and the ledger does it once."""
    return uuid5(NAMESPACE, f"reaction/{reaction}/{stream}/{cause}")


def is_real(history: Sequence[Recorded[Any]]) -> bool:
    """Whether a case is of this world alone: nothing simulated, nothing made up. Only then do real days pass for it."""
    return not any(_is_pretended(recorded) for recorded in history)


def is_simulated(history: Sequence[Recorded[Any]]) -> bool:
    """Whether a case belongs to a sample or a simulation, and nobody has worked on it since: then simulated days pass
    for it. For a case that mixes both, no day passes."""
    return not is_real(history) and all(recorded.origin is not Origin.NATIVE for recorded in history)


def _is_pretended(recorded: Recorded[Any]) -> bool:
    return recorded.origin in (Origin.SIMULATED, Origin.MADE_UP) or bool(recorded.made_up)
