"""Folded states, kept between commands. What is kept is never wrong, only old: a state is that of a version, and the
append says no where the stream has gone on.

Directory, calendar and sessions are what rules look at besides the case: these are brought up to date together, by one
question for everybody who waits, and are exact at one position. Cases are many: the least used are let go.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.events import STREAM_KINDS
from domain.record import Recorded
from domain.streams import CALENDAR, DIRECTORY, SESSION, S, Stream
from ledger.mapper import UnknownEvent, from_stored

MOST_EVENTS = 100_000
"""Events whose states are kept, over all cases: about 2.6 KB each, as a case's state holds its history."""
FRESH_SECONDS = 0.05
"""How old the reference may be for a decision that lets something pass. A refusal never rests on what is old."""

REFERENCE = (DIRECTORY.name, CALENDAR.name, SESSION.name)

NEWER = """
SELECT head.position, e.originator_id, e.originator_version, e.notification_id, e.topic, e.state, e.recorded_at
FROM ledger.ledger_head head LEFT JOIN LATERAL (
    SELECT events.* FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (stream, after)
    JOIN ledger.events ON events.ledger = head.ledger AND events.originator_id = wanted.stream
        AND events.originator_version > wanted.after
) e ON true
WHERE head.ledger = %s ORDER BY e.notification_id
"""
"""What streams have gained behind versions that are known, and the ledger's position at that moment, in each row."""

Key = tuple[str, int]
"""Kind and id: an id that belongs to a stream of another kind has no history of this kind. A UUID's own number, as it
is looked up many times a command and the UUID's hash is slow."""


@dataclass(slots=True)
class _Kept:
    stream: Stream[Any]
    state: Any
    version: int


@dataclass(slots=True, eq=False)
class _Question:
    """What several callers want to know, asked at once."""

    streams: dict[Key, Stream[Any]] = field(default_factory=dict)
    answered: asyncio.Future[dict[Key, Exception]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class States:
    """`position` is where the ledger was when the reference was last read; the reference kept is exact there."""

    def __init__(self, ledger: str, query: Callable[[str, Sequence[Any]], Awaitable[list[Any]]]) -> None:
        self.position = 0
        self._ledger = ledger
        self._query = query
        self._reference: dict[Key, _Kept] = {}
        self._others: OrderedDict[Key, _Kept] = OrderedDict()
        self._events = 0
        self._read_at = -math.inf
        self._written = 0
        self._next: _Question | None = None
        self._asking: asyncio.Task[None] | None = None

    def knows(self, stream: Stream[Any]) -> bool:
        return self._kept(stream) is not None

    def of(self, stream: Stream[S]) -> tuple[S, int]:
        """The state kept and its version; the empty state and 0 where none is."""
        kept = self._kept(stream)
        return (kept.state, kept.version) if kept is not None else (stream.kind.empty, 0)

    def fresh(self, *reference: Stream[Any]) -> bool:
        """Whether these were read a moment ago, and nothing has been written to the reference here since."""
        moment = asyncio.get_running_loop().time() - self._read_at < FRESH_SECONDS
        return (
            moment and self.position >= self._written and all(_key(stream) in self._reference for stream in reference)
        )

    async def refresh(self, *streams: Stream[Any]) -> None:
        """Bring these and the whole reference up to what history holds at some moment from now on. Raises what reading
        raises."""
        question = self._next = self._next or _Question()
        question.streams.update({_key(stream): stream for stream in streams})
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_for_all())
        unreadable = await asyncio.shield(question.answered)
        for stream in streams:
            if failure := unreadable.get(_key(stream)):
                raise failure

    def learn(self, events: Sequence[tuple[Stream[Any], Recorded[Any]]]) -> None:
        """Fold what this process has just written onto what it knows. The reference is read again instead, so that it
        stays exact at one position."""
        if any(stream.kind.name in REFERENCE for stream, _ in events):
            self._written = max(self._written, events[-1][1].position)
        elif events[0][1].position == self.position + 1:
            self.position = events[-1][1].position
        for stream, recorded in events:
            if stream.kind.name not in REFERENCE:
                self._fold(stream, [recorded])

    def forget(self, *streams: Stream[Any]) -> None:
        for stream in streams:
            self._reference.pop(_key(stream), None)
            kept = self._others.pop(_key(stream), None)
            self._events -= kept.version if kept is not None else 0

    async def _ask_for_all(self) -> None:
        while (question := self._next) is not None:
            self._next = None
            try:
                question.answered.set_result(await self._ask(question.streams))
            except Exception as error:  # told to everybody who waits
                question.answered.set_exception(error)
        self._asking = None

    async def _ask(self, streams: dict[Key, Stream[Any]]) -> dict[Key, Exception]:
        """One round trip; what could not be read, by stream."""
        began, known = asyncio.get_running_loop().time(), self.position
        wanted = {**{key: kept.stream for key, kept in self._reference.items()}, **streams}
        after = {stream.id: self.of(stream)[1] for stream in wanted.values()}
        rows = await self._query(NEWER, (list(after), list(after.values()), self._ledger))
        position = rows[0][0] if rows else 0
        if position < known:  # a database restored from a backup: what is kept is of another history
            self.forget(*(kept.stream for kept in (*self._reference.values(), *self._others.values())))
            self.position = self._written = 0
            return await self._ask(wanted)
        new, unreadable = _decoded(rows)
        for key, stream in wanted.items():
            self._fold(stream, [r for r in new.get(stream.id, ()) if STREAM_KINDS[type(r.event).__name__] == key[0]])
        self.position, self._read_at = max(position, self.position), began
        return {key: unreadable[stream.id] for key, stream in wanted.items() if stream.id in unreadable}

    def _fold(self, stream: Stream[Any], events: Iterable[Recorded[Any]]) -> None:
        """What follows on what is kept; anything else is known already, or was never read from its beginning."""
        state, before = self.of(stream)
        version = before
        for recorded in events:
            if recorded.version == version + 1:
                state, version = stream.kind.evolve(state, recorded), recorded.version
        self._keep(stream, state, before, version)

    def _kept(self, stream: Stream[Any]) -> _Kept | None:
        key = _key(stream)
        kept = self._others.get(key)
        if kept is None:
            return self._reference.get(key)
        self._others.move_to_end(key)
        return kept

    def _keep(self, stream: Stream[Any], state: Any, before: int, version: int) -> None:
        """Nothing is kept of what does not exist, but for the one directory and calendar: anybody may ask for it."""
        if stream.kind.name in REFERENCE:
            if version or stream.kind is not SESSION:
                self._reference[_key(stream)] = _Kept(stream, state, version)
            return
        if version > before:
            self._others[_key(stream)] = _Kept(stream, state, version)
            self._events += version - before
        while self._events > MOST_EVENTS:
            _, least = self._others.popitem(last=False)
            self._events -= least.version


def _key(stream: Stream[Any]) -> Key:
    return stream.kind.name, stream.id.int


def _decoded(rows: Iterable[Any]) -> tuple[dict[UUID, list[Recorded[Any]]], dict[UUID, Exception]]:
    """Events by stream; and what was wrong with a stream's, so that it is nobody else's trouble."""
    new: dict[UUID, list[Recorded[Any]]] = {}
    unreadable: dict[UUID, Exception] = {}
    for row in rows:
        if row[1] is None or row[1] in unreadable:
            continue
        try:
            new.setdefault(row[1], []).append(from_stored(*row[1:]))
        except (UnknownEvent, ValueError) as error:
            unreadable[row[1]] = error
            new.pop(row[1])
    return new, unreadable
