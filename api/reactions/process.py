"""The process that runs reactions: one for each ledger, the others stand by.

Woken by the committer's hint and, under it, by a poll. Days pass by the database's clock. A lost connection or a fence
ends a round, and the next one begins at the checkpoint; so does a reaction that fails, which is loud and loses nothing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection

from api.reactions import checkpoint
from api.reactions.engine import BATCH, BoardBehind, Reacting
from domain.reactions import REACTIONS, Reaction
from domain.values import day_of
from ledger.connections import Connections
from ledger.ledger import Ledger
from projections.checkpoints import Fenced

POLL_SECONDS = 0.25
BEAT_SECONDS = 1.0
STANDBY_SECONDS = 1.0

log = structlog.get_logger()


async def run(
    dsn: str,
    ledgers: Sequence[str],
    *,
    secret: bytes,
    reactions: Sequence[Reaction] = REACTIONS,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Answer events and days of these ledgers until `stopped`. `dsn` names the reactions' role."""
    pause = 0.1
    while not stopped():
        try:
            await _round(dsn, ledgers, secret, reactions, stopped)
        except Fenced as fenced:
            log.warning("fenced", reason=str(fenced))
        except psycopg.OperationalError as error:
            log.warning("database_lost", error=str(error).strip())
        except Exception:
            # what fails must not look healthy: no beat until it succeeds
            log.exception("reaction_failed")
        else:
            pause = 0.1
            continue
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)


async def _round(
    dsn: str, ledgers: Sequence[str], secret: bytes, reactions: Sequence[Reaction], stopped: Callable[[], bool]
) -> None:
    async with AsyncExitStack() as opened:
        connection = await opened.enter_async_context(await AsyncConnection.connect(dsn, autocommit=True))
        hints = await opened.enter_async_context(await AsyncConnection.connect(dsn, autocommit=True))
        await hints.execute("LISTEN huiyin_events")
        while not await _only_one(connection, ledgers):
            if stopped():
                return
            await asyncio.sleep(STANDBY_SECONDS)
        connections = await opened.enter_async_context(Connections(dsn))
        engines = [
            await _begun(opened, connection, Ledger(name, connections, secret=secret), reactions) for name in ledgers
        ]
        beaten = 0.0
        while not stopped():
            # a day has begun when it has on the database's machine and on this one, which says when commands come
            today = day_of(min(await checkpoint.now(connection), datetime.now(UTC)))
            busy = [await _advance(engine, today) for engine in engines]
            if time.monotonic() - beaten > BEAT_SECONDS:
                beaten = time.monotonic()
                for name in ledgers:
                    await checkpoint.beat(connection, name)
            if not any(busy):
                async for _ in hints.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass


async def _begun(
    opened: AsyncExitStack, connection: AsyncConnection[Any], ledger: Ledger, reactions: Sequence[Reaction]
) -> Reacting:
    opened.push_async_callback(ledger.close)
    await ledger.open()
    return await Reacting.begin(ledger, connection, reactions)


async def _advance(engine: Reacting, today: date) -> bool:
    """A batch of events and, unless there are many more, a batch of the day's cases; whether to go on at once."""
    followed = await engine.follow()
    if followed == BATCH:
        return True
    try:
        return await engine.pass_days(today) > 0 or followed > 0
    except BoardBehind:
        return followed > 0


async def _only_one(connection: AsyncConnection[Any], ledgers: Sequence[str]) -> bool:
    """Whether this process is the one that runs these ledgers; the lock goes with its connection."""
    for ledger in ledgers:
        cursor = await connection.execute(
            "SELECT pg_try_advisory_lock(hashtext('huiyin_reactions'), hashtext(%s))", (ledger,)
        )
        if not ((await cursor.fetchone()) or (False,))[0]:
            await connection.execute("SELECT pg_advisory_unlock_all()")
            return False
    return True
