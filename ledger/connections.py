"""A process's connections to one database, shared by all its ledgers.

Three kinds, so that none starves another: a pool for questions, at most `MOST_LANES` for appends, one for hints.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

from ledger.lane import Lane
from ledger.patience import Unanswered, within

MOST_LANES = 8
MOST_QUESTIONS = 8
PATIENCE = 10.0
"""Seconds a question may take before the database counts as down."""
CONNECT_SECONDS = 5
"""Per host, unless the DSN says otherwise."""
HINTS_APART = 0.01
"""Seconds between two hints: readers need not be woken for every commit."""

_RETRIED = {"40001", "40P01", "25006", "57P01", "57P02", "57P03", "53300"}
"""Serialisation failure, deadlock, read-only after a failover, shutdowns, too many connections; and class 08."""


class Connections:
    """`open()` before use, `close()` after; or `async with`. `dsn` names the application's role, and may name
    several hosts."""

    def __init__(self, dsn: str) -> None:
        told = conninfo_to_dict(dsn).get("connect_timeout")
        self.dsn = dsn = make_conninfo(dsn, connect_timeout=told or CONNECT_SECONDS)
        self._questions: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            dsn, min_size=1, max_size=MOST_QUESTIONS, open=False, kwargs={"autocommit": True}
        )
        self._lanes = asyncio.Semaphore(MOST_LANES)
        self._idle: list[Lane] = []
        self._hinted: set[str] = set()
        self._hint = asyncio.Event()
        self._hinting: asyncio.Task[None] | None = None

    async def open(self) -> Self:
        """Raises `psycopg_pool.PoolTimeout` where the database does not answer."""
        await self._questions.open(wait=True, timeout=30)
        self._hinting = asyncio.create_task(self._hint_for_ever())
        return self

    async def close(self) -> None:
        if self._hinting is not None:
            self._hinting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._hinting
        while self._idle:
            await self._idle.pop().close()
        await self._questions.close()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def query(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Rows of a question. A connection that broke while it lay in the pool costs one more try: cheaper than
        asking every connection before its use whether it still lives. Raises `Unanswered`, `psycopg.Error`."""
        try:
            return await self._ask(sql, parameters)
        except psycopg.Error as error:
            if not is_passing(error):
                raise
            await self._questions.check()
            return await self._ask(sql, parameters)

    @asynccontextmanager
    async def lane(self) -> AsyncIterator[Lane]:
        """A connection for an append: the last one used, whose plans are warm. Who waits is served in turn; one that
        met an error is not used again."""
        async with self._lanes:
            lane = self._idle.pop() if self._idle else await Lane.to(self.dsn)
            try:
                yield lane
            except BaseException:
                await lane.close()
                raise
            self._idle.append(lane)

    def hint(self, ledger: str) -> None:
        """Tell readers soon that there is something new: outside the append, coalesced, and no loss if it fails."""
        self._hinted.add(ledger)
        self._hint.set()

    async def _ask(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
        return await within(PATIENCE, self._rows(sql, parameters))

    async def _rows(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
        async with self._questions.connection() as connection:
            cursor = await connection.execute(sql.encode(), parameters, prepare=True, binary=True)
            return await cursor.fetchall()

    async def _hint_for_ever(self) -> None:
        connection: AsyncConnection[Any] | None = None
        try:
            while True:
                await self._hint.wait()
                self._hint.clear()
                ledgers, self._hinted = self._hinted, set()
                try:
                    if connection is None or connection.closed:
                        connection = await AsyncConnection.connect(self.dsn, autocommit=True)
                    for ledger in ledgers:
                        await connection.execute("SELECT pg_notify('huiyin_events', %s)", (ledger,))
                    await asyncio.sleep(HINTS_APART)
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
