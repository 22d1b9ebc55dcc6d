"""One writer per process and ledger: gathers what waits and hands it to the append function in one call.

The commit before is the timer: a lone command waits no longer than its own commit, and under load a batch grows to
what gathered meanwhile. A connection lost in a commit is no catastrophe, nor one whose server falls silent, nor a
commit that did not wait for its standby: the batch is sent again, and every command that had made it finds its own
receipt. Sending again writes too, so its answer waits for the standby in its turn.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import structlog

from ledger.arrays import bigints, byteas, integers, texts, uuids
from ledger.connections import Connections, is_passing

MOST_COMMANDS = 500
MOST_BYTES = 1_000_000
"""Of a batch; a command that is larger goes alone."""
MOST_WAITING = 5_000
MOST_BYTES_WAITING = 64_000_000
PATIENCE = 30.0
"""Seconds a batch is sent again after lost connections before its outcome is called unknown."""

CLOCK_TOLERANCE_MS = 5_000

log = structlog.get_logger()


class LedgerBusy(Exception):
    """Too many commands wait; nothing was written. Try again in a moment."""

    code = "ledger-busy"


class OutcomeUnknown(Exception):
    """The database did not answer in time. Ask again with the same idempotency key to learn what happened."""

    code = "outcome-unknown"


class NewEvent(NamedTuple):
    stream: UUID
    version: int
    topic: str
    state: bytes


class Written(NamedTuple):
    """What became of one command; `outcome`: appended, or as in append.sql."""

    outcome: str
    first_position: int | None
    last_position: int
    version: int
    recorded_at: datetime


@dataclass(slots=True, eq=False)
class Request:
    """One command's events, none if it is already so, and its receipt's contents; `version` is the addressed stream's
    after it."""

    command_id: UUID
    stream: UUID
    digest: bytes
    version: int
    events: Sequence[NewEvent]
    answer: asyncio.Future[Written] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def size(self) -> int:
        return sum([len(event.state) for event in self.events])

    @property
    def keys(self) -> set[int]:
        """What no second command of a batch may share: its streams and its id."""
        return {self.command_id.int, self.stream.int, *[event.stream.int for event in self.events]}


class Committer:
    """Start it, `append` from any task of the loop, `close` it: every caller gets an answer."""

    def __init__(
        self, connections: Connections, ledger: str, on_clock_step: Callable[[int], None] | None = None
    ) -> None:
        self._connections = connections
        self._ledger = ledger
        self._on_clock_step = on_clock_step
        self._waiting: deque[Request] = deque()
        self._bytes_waiting = 0
        self._arrived = asyncio.Event()
        self._closing = False
        self._give_up = math.inf
        self._committing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._committing = asyncio.create_task(self._commit_for_ever())

    async def append(self, request: Request) -> Written:
        """Raises `LedgerBusy`, `OutcomeUnknown`, or what the database refuses this command with."""
        full = len(self._waiting) >= MOST_WAITING or self._bytes_waiting >= MOST_BYTES_WAITING
        if self._closing or full:
            raise LedgerBusy("台账繁忙，请稍后再试")
        self._bytes_waiting += request.size
        self._waiting.append(request)
        self._arrived.set()
        return await request.answer

    async def close(self) -> None:
        """Commit what waits, answer everybody within `PATIENCE`, and stop."""
        self._closing = True
        self._give_up = asyncio.get_running_loop().time() + PATIENCE
        self._arrived.set()
        if self._committing is not None:
            await self._committing

    async def _commit_for_ever(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._commit(self._gather())

    def _gather(self) -> list[Request]:
        """Everything that waits, in turn, up to the limits; a second command of one stream waits for the next batch,
        and so do those behind it on that stream."""
        batch: list[Request] = []
        later: list[Request] = []
        taken: set[int] = set()
        size = 0
        while self._waiting and len(batch) < MOST_COMMANDS and size < MOST_BYTES:
            request = self._waiting.popleft()
            keys = request.keys
            if request.answer.done():
                self._bytes_waiting -= request.size
                continue
            if taken.isdisjoint(keys):
                batch.append(request)
                size += request.size
            else:
                later.append(request)
            taken |= keys
        self._waiting.extendleft(reversed(later))
        self._bytes_waiting -= size
        return batch

    async def _commit(self, batch: Sequence[Request]) -> None:
        if not batch:
            return
        try:
            answers = await self._send_until_answered(batch)
        except psycopg.Error as error:
            if len(batch) == 1:
                _fail(batch[0], error)
                return
            for request in batch:  # one of them offends: let it fail alone
                await self._commit([request])
        except OutcomeUnknown as error:
            for request in batch:
                _fail(request, error)
            self._send_away()
        else:
            for request, written in zip(batch, answers, strict=True):
                if not request.answer.done():
                    request.answer.set_result(written)
            self._connections.hint(self._ledger)

    def _send_away(self) -> None:
        """The database is gone for longer than anybody waits: who has not been sent yet learns it now."""
        waiting, self._waiting, self._bytes_waiting = self._waiting, deque(), 0
        for request in waiting:
            _fail(request, LedgerBusy("数据库没有应答，什么也没有写入，请稍后再试"))

    async def _send_until_answered(self, batch: Sequence[Request]) -> list[Written]:
        loop = asyncio.get_running_loop()
        until, pause = min(loop.time() + PATIENCE, self._give_up), 0.02
        while True:
            try:
                return await self._send(batch)
            except psycopg.Error as error:
                if not is_passing(error):
                    raise
                log.warning("append_retried", ledger=self._ledger, sqlstate=error.sqlstate, error=str(error).strip())
                if loop.time() > until:
                    raise OutcomeUnknown("数据库没有应答，结果未知：请用同一幂等键重试查询") from error
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)

    async def _send(self, batch: Sequence[Request]) -> list[Written]:
        counts = [len(request.events) for request in batch]
        places, events = [], []
        for place, request in enumerate(batch, 1):
            for event in request.events:
                places.append(place)
                events.append(event)
        values = (
            uuids([request.command_id for request in batch]),
            uuids([request.stream for request in batch]),
            byteas([request.digest for request in batch]),
            bigints([request.version for request in batch]),
            integers(counts),
            integers(accumulate(counts)),
            integers(places),
            uuids([event.stream for event in events]),
            bigints([event.version for event in events]),
            texts([event.topic for event in events]),
            byteas([event.state for event in events]),
        )
        async with self._connections.lane() as lane:
            rows = await lane.append(self._ledger, *values)
        if self._on_clock_step is not None:
            self._on_clock_step(rows[-1][6])
        return _answers(batch, rows)


def _answers(batch: Sequence[Request], rows: Sequence[Any]) -> list[Written]:
    """What each command is told: those that were turned away in rows of their own, the others by their place."""
    *others, (_, _, first, _, _, recorded_at, _) = rows
    turned_away = {row[0]: Written(*row[1:6]) for row in others}
    answers, last = [], first - 1
    for place, request in enumerate(batch, 1):
        written = turned_away.get(place)
        if written is None:
            begin = last + 1 if request.events else None
            last += len(request.events)
            written = Written("appended", begin, last, request.version, recorded_at)
        answers.append(written)
    return answers


def _fail(request: Request, error: Exception) -> None:
    if not request.answer.done():
        request.answer.set_exception(error)
