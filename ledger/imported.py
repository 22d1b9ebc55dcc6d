"""Judging acts that were done elsewhere, on states in memory that begin with what the ledger holds.

As in `ledger.in_memory` no state is read back between two acts; unlike there the ledger may hold something already, and
what the rules refuse stands too, flagged.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from domain.codes import Origin
from domain.commands import Command
from domain.judging import Judged, NoEvent, Verdict, asked, judged
from domain.personal import Place, Sealed, details, sealed
from domain.proposal import Proposal
from domain.record import Context, Recorded
from domain.restating import Stated, restated, stating
from domain.streams import SESSION, S, Stream, session_stream
from domain.wanting import of_the_case
from ledger.committer import NewEvent
from ledger.in_memory import InMemory
from ledger.keys import Keys
from ledger.ledger import Ledger, to_store
from ledger.mapper import EventTooLarge

Loaded = tuple[Any, int]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with what is claimed about it. `entered_at`: when it was entered where it comes from, if that is known."""

    fact: Stated
    context: Context
    occurred_at: datetime | date
    entered_at: datetime | None = None
    made_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act came to: the events kept, in order; or, with nothing changed, which of its facts are no events."""

    kept: Sequence[Judged] = ()
    none: Sequence[NoEvent] = ()
    unfit: tuple[int, EventTooLarge | ValueError | TypeError] | None = None


class Imported(InMemory):
    """States of a ledger while a history comes into it. `now` is the time of entry of what does not tell its own;
    `load` reads what the ledger holds of a stream. With `keys` personal details are sealed for their place; without,
    as in a trial, they are left out."""

    def __init__(self, name: str, now: datetime, load: Callable[[Stream[Any]], Loaded], keys: Keys | None) -> None:
        super().__init__(name)
        self._now = now
        self._load = load
        self._keys = keys
        self._streams: dict[UUID, Stream[Any]] = {}
        self._before: dict[UUID, Loaded] = {}

    def state(self, stream: Stream[S]) -> S:
        if stream.id not in self._states:
            self.know(stream, self._load(stream))
        state: S = self._states[stream.id]
        return state

    def know(self, stream: Stream[Any], loaded: Loaded) -> None:
        """Keep what the ledger holds of a stream."""
        self._streams[stream.id] = stream
        self._states[stream.id], self._versions[stream.id] = loaded

    def unknown(self, streams: Iterable[Stream[Any]]) -> list[Stream[Any]]:
        """Those that would have to be read."""
        return [stream for stream in {one.id: one for one in streams}.values() if stream.id not in self._states]

    def appended(self, most: int) -> None:
        """What was taken is history. The cases asked for first are let go, where there are more than `most`."""
        self._before.clear()
        cases = [stream for stream, state in self._states.items() if isinstance(state, Proposal)]
        self._let_go(cases[: max(0, len(cases) - most)])

    def fall_back(self, wanted: Iterable[Stream[Any]]) -> list[tuple[Stream[Any], int]]:
        """Nothing has come of what was judged since: states are again what the ledger held. Of cases none but the
        `wanted` are kept. Answers what is kept, with its version, for `catch_up`."""
        for stream, (state, version) in self._before.items():
            self._states[stream], self._versions[stream] = state, version
        self._before.clear()
        self._new.clear()
        needed = {stream.id for stream in wanted}
        cases = [stream for stream, state in self._states.items() if isinstance(state, Proposal)]
        self._let_go([stream for stream in cases if stream not in needed])
        return [(self._streams[stream], version) for stream, version in self._versions.items()]

    def catch_up(self, position: int, new: Iterable[Recorded[Any]]) -> None:
        """Fold what others have written onto what is kept, which is then exact at `position`."""
        for recorded in new:
            kind = self._streams[recorded.stream].kind
            self._states[recorded.stream] = kind.evolve(self._states[recorded.stream], recorded)
            self._versions[recorded.stream] = recorded.version
        self.position = position

    def _let_go(self, streams: Iterable[UUID]) -> None:
        for stream in streams:
            del self._states[stream], self._versions[stream], self._streams[stream]

    def take_in(self, act: Sequence[Told]) -> Outcome:
        """Judge an act, fold what is kept of it, and let it wait to be taken. Nothing changes where a fact is none."""
        facts = [told.fact for told in act]
        main = stating(facts)
        teller = next((told for told in act if told.fact is main), act[0])
        verdict = self._verdict(facts, main, teller) if main is not None else None
        kept, none = judged(facts, main, verdict, self.name, self._known)
        if none:
            return Outcome(none=none)
        new: list[tuple[Judged, Recorded[Any], NewEvent]] = []
        for one in kept:
            told = act[one.told] if one.told is not None else teller
            try:
                new.append((one, *self._numbered(one, told, [recorded for _, recorded, _ in new])))
            except (EventTooLarge, ValueError, TypeError) as unfit:
                return Outcome(unfit=(one.told if one.told is not None else act.index(teller), unfit))
        for one, recorded, event in new:
            self._before.setdefault(one.stream.id, (self.state(one.stream), self._versions[one.stream.id]))
            self._states[one.stream.id] = one.stream.kind.evolve(self.state(one.stream), recorded)
            self._versions[one.stream.id] = recorded.version
            self._new.append(event)
        self.position += len(new)
        return Outcome(kept)

    def _verdict(self, facts: Sequence[Stated], main: Stated, teller: Told) -> Verdict | None:
        state = self.state(main.stream)
        claimed = {"occurred_at": teller.occurred_at, "late_entry_reason": teller.context.late_entry_reason}
        try:
            known = self._known(main) if main.event is None else {}
            command = restated(facts, main, state, claimed, known)
        except ValidationError:
            return None
        now = teller.entered_at or self._now
        setting = self._setting(command, state, teller.context, now, Origin.IMPORTED)
        return asked(command, state, setting)

    def _known(self, fact: Stated) -> Mapping[str, Any]:
        """What a case knows of what a fact about it leaves out."""
        case = self.state(fact.stream)
        if not isinstance(case, Proposal):
            return {}
        key = case.session or fact.fields.get("session")
        session = self.state(session_stream(self.name, key)) if isinstance(key, str) else SESSION.empty
        return of_the_case(fact, case, session)

    def _texts(self, command: Command, state: Any) -> dict[Sealed, str]:
        keys = self._keys
        openings = ((one, keys.open(self.name, one)) for one in command.compared(state)) if keys else ()
        return {one: opening.text for one, opening in openings if opening.text is not None}

    def _numbered(self, one: Judged, told: Told, before: Sequence[Recorded[Any]]) -> tuple[Recorded[Any], NewEvent]:
        stream, before_here = one.stream, sum(recorded.stream == one.stream.id for recorded in before)
        self.state(stream)
        version = self._versions[stream.id] + before_here + 1
        own = {*type(one.event).model_fields, "occurred_at"} if told.made_up else ()
        if self._keys and (subjects := {detail.subject for detail in details(one.event)}):
            self._keys.provide(self.name, subjects)
        event = sealed(one.event, stream.id, version, self._seal)
        recorded = Recorded(
            event=event,
            stream=stream.id,
            version=version,
            position=self.position + len(before) + 1,
            occurred_at=told.occurred_at,
            recorded_at=told.entered_at or self._now,
            context=told.context.model_copy(update={"reference_position": self.position}),
            origin=Origin.IMPORTED,
            entered_at=told.entered_at,
            made_up=tuple(name for name in told.made_up if name in own),
            flags=tuple(dict.fromkeys(one.flags)),
        )
        return recorded, to_store(recorded)

    def _seal(self, place: Place, subject: str, text: str) -> Sealed:
        if self._keys is None:
            return Sealed(subject=subject, key="", nonce="", ct="")
        return self._keys.seal(self.name, place, subject, text)


async def known(ledger: Ledger, receipts: Sequence[UUID]) -> set[UUID]:
    """Which of these receipts the ledger has."""
    return {row[0] for row in await ledger.query(_KNOWN, (ledger.name, list(receipts)))}


_KNOWN = "SELECT command_id FROM ledger.receipts WHERE ledger = %s AND command_id = ANY (%s::uuid[])"
