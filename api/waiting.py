"""Seeing one's own write: wait until a read model has passed a position.

One task per process listens to the daemon and reads the checkpoints; everybody who waits is woken by it.
"""

import asyncio
import contextlib
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from projections.checkpoints import LATEST

PATIENCE = 2.0
POLL_SECONDS = 0.25

log = structlog.get_logger()


class Waiting:
    """`start()` before use, `close()` after."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._positions: dict[tuple[str, str], int] = {}
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen_for_ever())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def position(self, ledger: str, model: str) -> int:
        """How far the model is known to have come."""
        return self._positions.get((ledger, model), 0)

    async def until(self, ledger: str, model: str, position: int) -> bool:
        """Whether the model has passed the position, within `PATIENCE` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self.position(ledger, model) < position:
                    await self._moved.wait()
        return self.position(ledger, model) >= position

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with (
                    await AsyncConnection.connect(self._dsn, autocommit=True) as hints,
                    await AsyncConnection.connect(self._dsn, autocommit=True) as connection,
                ):
                    await hints.execute("LISTEN huiyin_boards")
                    while True:
                        await self._read(connection)
                        async for _ in hints.notifies(timeout=POLL_SECONDS, stop_after=1):
                            pass
            except psycopg.Error as error:
                log.warning("waiting_reconnects", error=str(error).strip())
                await asyncio.sleep(POLL_SECONDS)

    async def _read(self, connection: AsyncConnection[Any]) -> None:
        cursor = await connection.execute(LATEST.encode())
        positions = {(ledger, model): position for ledger, model, position in await cursor.fetchall()}
        if positions != self._positions:
            self._positions = positions
            woken, self._moved = self._moved, asyncio.Event()
            woken.set()
