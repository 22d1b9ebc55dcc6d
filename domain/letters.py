"""The letter register (发文登记簿) of one unit and year, and the ledger's own notes."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from domain.events import ClockStepped, LedgerEvent, LetterEvent, LetterNumberTaken
from domain.record import Recorded


@dataclass(frozen=True, slots=True)
class LetterRegister:
    stream: UUID | None = None
    version: int = 0
    last_number: int = 0


def evolve(register: LetterRegister, recorded: Recorded[LetterEvent]) -> LetterRegister:
    event = recorded.event
    register = replace(register, stream=recorded.stream, version=recorded.version)
    match event:
        case LetterNumberTaken():
            return replace(register, last_number=max(register.last_number, event.number))
        case _:
            assert_never(event)


@dataclass(frozen=True, slots=True)
class LedgerNotes:
    stream: UUID | None = None
    version: int = 0
    clock_steps: int = 0


def evolve_notes(notes: LedgerNotes, recorded: Recorded[LedgerEvent]) -> LedgerNotes:
    event = recorded.event
    notes = replace(notes, stream=recorded.stream, version=recorded.version)
    match event:
        case ClockStepped():
            return replace(notes, clock_steps=notes.clock_steps + 1)
        case _:
            assert_never(event)
