"""One writer per process and ledger: gathers what waits and hands it to the append function in one call.

The commit before is the timer: a lone command waits no longer than its own commit, and under load a batch grows to
what gathered meanwhile. A connection lost in a commit is no catastrophe: the batch is sent again, and every command
that had made it finds its own receipt.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection

from ledger.patience import Unanswered

MOST_COMMANDS = 500
MOST_BYTES = 1_000_000
MOST_WAITING = 5_000
PATIENCE = 30.0
"""Seconds a batch is sent again after lost connections before its outcome is called unknown."""

CLOCK_TOLERANCE_MS = 5_000

_RETRIED = {"40001", "40P01", "25006", "57P01", "57P02", "57P03", "53300"}
"""Serialisation failure, deadlock, read-only after a failover, shutdowns, too many connections; and class 08."""

_APPEND = """
SELECT outcome, first_position, last_position, version, recorded_at, behind_ms
FROM ledger.append(%s, %s::uuid[], %s::uuid[], %s::bytea[], %s::bigint[],
                   %s::int[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[])
"""

log = structlog.get_logger()


class LedgerBusy(Exception):
    """Too many commands wait; nothing was written. Try again in a moment."""

    code = "ledger-busy"


class OutcomeUnknown(Exception):
    """The database did not answer in time. Ask again with the same idempotency key to learn what happened."""

    code = "outcome-unknown"


@dataclass(frozen=True, slots=True)
class NewEvent:
    stream: UUID
    version: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one command; `outcome` as in append.sql."""

    outcome: str
    first_position: int | None
    last_position: int
    version: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One command's events, none if it is already so, and its receipt's contents."""

    command_id: UUID
    stream: UUID
    digest: bytes
    version: int
    events: Sequence[NewEvent]
    answer: asyncio.Future[Written] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def size(self) -> int:
        return sum(len(event.state) for event in self.events)

    @property
    def keys(self) -> set[UUID]:
        """What no second command of a batch may share: its streams and its id."""
        return {self.command_id, self.stream, *(event.stream for event in self.events)}


class Committer:
    """Start it, `append` from any task of the loop, `close` it: every caller gets an answer."""

    def __init__(self, dsn: str, ledger: str, on_clock_step: Callable[[int], None] | None = None) -> None:
        self._dsn = dsn
        self._ledger = ledger
        self._on_clock_step = on_clock_step
        self._waiting: deque[Request] = deque()
        self._arrived = asyncio.Event()
        self._hint = asyncio.Event()
        self._closing = False
        self._connection: AsyncConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._commit_for_ever()), asyncio.create_task(self._hint_for_ever())]

    async def append(self, request: Request) -> Written:
        """Raises `LedgerBusy`, `OutcomeUnknown`, or what the database refuses this command with."""
        if self._closing or len(self._waiting) >= MOST_WAITING:
            raise LedgerBusy("台账繁忙，请稍后再试")
        self._waiting.append(request)
        self._arrived.set()
        return await request.answer

    async def close(self) -> None:
        """Commit what waits, answer everybody, and stop."""
        self._closing = True
        self._arrived.set()
        if self._tasks:
            committing, hinting = self._tasks
            await committing
            hinting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hinting
        if self._connection is not None:
            await self._connection.close()

    async def _commit_for_ever(self) -> None:
        while self._waiting or not self._closing:
            if not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            await self._commit(self._gather())

    def _gather(self) -> list[Request]:
        """Everything that waits, up to the limits; a second command of one stream waits for the next batch."""
        batch: list[Request] = []
        later: list[Request] = []
        taken: set[UUID] = set()
        size = 0
        while self._waiting and len(batch) < MOST_COMMANDS and size < MOST_BYTES:
            request = self._waiting.popleft()
            if request.answer.done():
                continue
            if request.keys & taken:
                later.append(request)
            else:
                batch.append(request)
                size += request.size
            taken |= request.keys
        self._waiting.extendleft(reversed(later))
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
        else:
            for request, written in zip(batch, answers, strict=True):
                if not request.answer.done():
                    request.answer.set_result(written)
            self._hint.set()

    async def _send_until_answered(self, batch: Sequence[Request]) -> list[Written]:
        loop = asyncio.get_running_loop()
        until, pause = loop.time() + PATIENCE, 0.02
        while True:
            try:
                return await self._send(batch)
            except psycopg.Error as error:
                if not is_passing(error):
                    raise
                log.warning("append_retried", ledger=self._ledger, sqlstate=error.sqlstate, error=str(error).strip())
                await self._drop_connection()
                if loop.time() > until:
                    raise OutcomeUnknown("数据库没有应答，结果未知：请用同一幂等键重试查询") from error
                await asyncio.sleep(pause)
                pause = min(pause * 2, 0.5)

    async def _send(self, batch: Sequence[Request]) -> list[Written]:
        if self._connection is None:
            self._connection = await AsyncConnection.connect(self._dsn, autocommit=True)
        events = [(place, event) for place, request in enumerate(batch, 1) for event in request.events]
        cursor = await self._connection.execute(
            _APPEND,
            (
                self._ledger,
                [request.command_id for request in batch],
                [request.stream for request in batch],
                [request.digest for request in batch],
                [request.version for request in batch],
                [place for place, _ in events],
                [event.stream for _, event in events],
                [event.version for _, event in events],
                [event.topic for _, event in events],
                [event.state for _, event in events],
            ),
            prepare=True,
            binary=True,
        )
        rows = await cursor.fetchall()
        behind = max((row[5] for row in rows), default=0)
        if self._on_clock_step is not None:
            self._on_clock_step(behind)
        return [Written(*row[:5]) for row in rows]

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                await connection.close()

    async def _hint_for_ever(self) -> None:
        """Tell readers that there is something new: outside the append, coalesced, and no loss if it fails."""
        connection: AsyncConnection | None = None
        try:
            while True:
                await self._hint.wait()
                self._hint.clear()
                try:
                    if connection is None or connection.closed:
                        connection = await AsyncConnection.connect(self._dsn, autocommit=True)
                    await connection.execute("SELECT pg_notify('huiyin_events', %s)", (self._ledger,))
                except psycopg.Error:
                    await asyncio.sleep(0.2)
        finally:
            if connection is not None:
                await connection.close()


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same statement may succeed on a later try."""
    if isinstance(error, Unanswered):
        return False
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return state in _RETRIED or state.startswith("08")


def _fail(request: Request, error: Exception) -> None:
    if not request.answer.done():
        request.answer.set_exception(error)
