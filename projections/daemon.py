"""The process that keeps read models up to date: one reader for all models of each ledger.

Woken by the committer's hint and, under it, by a poll: a lost hint costs one poll and nothing else. An advisory lock
lets a second instance stand by. A lost connection or a fence ends a round, never the process.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from projections.checkpoints import Fenced, beat
from projections.engine import CATCH_UP_BATCH, LIVE_BATCH, Engine, prepare
from projections.readmodel import ReadModel

POLL_SECONDS = 0.25
BEAT_SECONDS = 1.0
STANDBY_SECONDS = 1.0

log = structlog.get_logger()


def run(
    dsn: str,
    ledgers: tuple[str, ...],
    models: tuple[ReadModel[Any], ...],
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Follow the ledgers until `stopped`. `dsn` names the daemon's role."""
    pause = 0.1
    while not stopped():
        try:
            _follow(dsn, ledgers, models, stopped)
        except Fenced as fenced:
            log.warning("fenced", reason=str(fenced))
        except psycopg.OperationalError as error:
            log.warning("database_lost", error=str(error).strip())
        except Exception:
            # a fold that fails must not look healthy: no beat until it succeeds
            log.exception("fold_failed")
        else:
            pause = 0.1
            continue
        time.sleep(pause)
        pause = min(pause * 2, 2.0)


def _follow(
    dsn: str, ledgers: tuple[str, ...], models: tuple[ReadModel[Any], ...], stopped: Callable[[], bool]
) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection, psycopg.connect(dsn, autocommit=True) as hints:
        hints.execute("LISTEN huiyin_events")
        while not _only_one(connection, ledgers):
            if stopped():
                return
            time.sleep(STANDBY_SECONDS)
        prepare(connection, models)
        engines = {ledger: Engine(connection, ledger, models) for ledger in ledgers}
        beaten = 0.0
        while not stopped():
            moved = False
            for engine in engines.values():
                taken = engine.advance(LIVE_BATCH)
                while taken >= LIVE_BATCH and not stopped():
                    taken = engine.advance(CATCH_UP_BATCH)
                    connection.execute("SELECT pg_notify('huiyin_boards', '')")
                moved = moved or taken > 0
            if moved:
                connection.execute("SELECT pg_notify('huiyin_boards', '')")
            if time.monotonic() - beaten > BEAT_SECONDS:
                beaten = time.monotonic()
                for ledger in ledgers:
                    beat(connection, ledger)
            if not moved:
                for _ in hints.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass


def _only_one(connection: psycopg.Connection[Any], ledgers: tuple[str, ...]) -> bool:
    """Whether this process is the one that runs these ledgers; the lock goes with its connection."""
    for ledger in ledgers:
        row = connection.execute("SELECT pg_try_advisory_lock(hashtext('huiyin_daemon'), hashtext(%s))", (ledger,))
        if not (row.fetchone() or (False,))[0]:
            with contextlib.suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock_all()")
            return False
    return True
