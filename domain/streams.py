"""Streams: which histories a ledger holds, and how each is folded.

Ids are uuid5 of the ledger and the stream's own key, so that a retried creation finds itself;
of a case whose creation cannot be told from another, a new one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5

from domain import calendar, directory, letters, proposal, session
from domain.calendar import Calendar
from domain.codes import LetterSeries
from domain.directory import Directory
from domain.letters import LedgerNotes, LetterRegister
from domain.proposal import Proposal
from domain.record import Recorded
from domain.session import Session

S = TypeVar("S")

NAMESPACE = UUID("6f1c8f52-9a55-5c0b-8a39-3f0d3a1b7f21")


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """A kind of stream: its empty state and its fold."""

    name: str
    empty: S
    evolve: Callable[[S, Recorded[Any]], S]


@dataclass(frozen=True, slots=True)
class Stream(Generic[S]):
    """One history: addressed by id, folded by its kind."""

    id: UUID
    kind: Kind[S]


PROPOSAL: Kind[Proposal] = Kind("proposal", Proposal(), proposal.evolve)
SESSION: Kind[Session] = Kind("session", Session(), session.evolve)
DIRECTORY: Kind[Directory] = Kind("directory", Directory(), directory.evolve)
CALENDAR: Kind[Calendar] = Kind("calendar", Calendar(), calendar.evolve)
LETTERS: Kind[LetterRegister] = Kind("letters", LetterRegister(), letters.evolve)
NOTES: Kind[LedgerNotes] = Kind("ledger", LedgerNotes(), letters.evolve_notes)


def proposal_stream(stream: UUID) -> Stream[Proposal]:
    return Stream(stream, PROPOSAL)


def created_by(ledger: str, command_id: UUID) -> UUID:
    """The id of the stream that this command creates."""
    return _id(ledger, f"created/{command_id}")


def session_stream(ledger: str, key: str) -> Stream[Session]:
    return Stream(_id(ledger, f"session/{key}"), SESSION)


def directory_stream(ledger: str) -> Stream[Directory]:
    return Stream(_id(ledger, "directory"), DIRECTORY)


def calendar_stream(ledger: str) -> Stream[Calendar]:
    return Stream(_id(ledger, "calendar"), CALENDAR)


def letter_register(
    ledger: str, unit: str, year: int, series: LetterSeries = LetterSeries.REPLY
) -> Stream[LetterRegister]:
    own = "" if series is LetterSeries.REPLY else f"/{series}"
    return Stream(_id(ledger, f"letters/{unit}/{year}{own}"), LETTERS)


def ledger_notes(ledger: str) -> Stream[LedgerNotes]:
    return Stream(_id(ledger, "ledger"), NOTES)


@lru_cache(10_000)
def _id(ledger: str, key: str) -> UUID:
    return uuid5(NAMESPACE, f"{ledger}/{key}")
