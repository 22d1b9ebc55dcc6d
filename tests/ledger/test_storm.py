"""Sixteen writers while connections are killed at random: no gap, no reordering, no acknowledged command lost, none
applied twice, and a tailing reader sees each position once, in order. The same with two processes on one ledger, and
with sixteen ledgers in one process."""

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.recorder import LedgerRecorder
from tests.conftest import Database
from tests.ledger.storm import Answered, judge

WRITERS = 16
NAME = "storm"
"""By which the connections that may be killed are known."""


def named(database: Database) -> str:
    return make_conninfo(database.app, application_name=NAME)


@contextmanager
def killing(database: Database) -> Iterator[list[int]]:
    """Connections of the application's role, one or all at once, at random moments."""
    stopped, killed = threading.Event(), []

    def kill() -> None:
        with psycopg.connect(database.admin, autocommit=True) as admin:
            while not stopped.wait(random.uniform(0.01, 0.3)):
                most = random.choice((1, 1, 1, 100))
                killed.append(
                    len(
                        admin.execute(
                            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s
                            ORDER BY random() LIMIT %s""",
                            (NAME, most),
                        ).fetchall()
                    )
                )

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    yield killed
    stopped.set()
    thread.join()


@contextmanager
def tailing(database: Database, ledger: str) -> Iterator[list[int]]:
    """Everything a subscriber of the library's kind sees, in the order it sees it. One that lost its connection goes
    on after what it saw last, as a projection does."""
    seen: list[int] = []
    stopped = threading.Event()

    def follow() -> None:
        while not stopped.is_set():
            try:
                with (
                    closing(LedgerRecorder(named(database), ledger, pool_size=2)) as recorder,
                    recorder.subscribe(gt=seen[-1] if seen else 0) as subscription,
                ):
                    running.append(subscription)
                    for notification in subscription:
                        seen.append(notification.id)
            except Exception:  # noqa: S112  # whatever a lost connection looks like from here
                continue

    running: list = []
    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    yield seen
    until = time.monotonic() + 30
    with psycopg.connect(database.admin) as admin:
        sql = "SELECT position FROM ledger.ledger_head WHERE ledger = %s"
        [(last,)] = admin.execute(sql, (ledger,)).fetchall()
    while (not seen or seen[-1] < last) and time.monotonic() < until:
        time.sleep(0.05)
    stopped.set()
    running[-1].stop()
    thread.join(10)


def storm(database: Database, *, seconds: float, processes: int, ledgers: list[str]) -> None:
    command = [sys.executable, "-m", "tests.ledger.storm", named(database), str(seconds), str(WRITERS // processes)]
    with psycopg.connect(database.app, autocommit=True) as opening:
        for ledger in ledgers:
            opening.execute("SELECT ledger.open_ledger(%s)", (ledger,))
    with ExitStack() as stack:
        seen = {ledger: stack.enter_context(tailing(database, ledger)) for ledger in ledgers[:2]}
        killed = stack.enter_context(killing(database))
        running = [
            subprocess.Popen([*command, *ledgers], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        told = [process.communicate(timeout=seconds + 120) for process in running]
        assert [process.returncode for process in running] == [0] * processes, [errors[-2_000:] for _, errors in told]
    answers = [Answered(**json.loads(line)) for output, _ in told for line in output.splitlines()]
    assert sum(killed) > seconds, "many connections were killed"
    with psycopg.connect(database.admin, autocommit=True) as admin:
        events = [judge(admin, name, [a for a in answers if a.ledger == name]) for name in ledgers]
    assert all(events)
    for ledger, positions in seen.items():
        assert positions == list(range(1, events[ledgers.index(ledger)] + 1)), "each position once, in order"


SHAPES = {
    "one process, one ledger": (1, 1),
    "two processes, one ledger": (2, 1),
    "one process, sixteen ledgers": (1, 16),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_lost_doubled_or_reordered_under_fire(database: Database, shape: str) -> None:
    processes, ledgers = SHAPES[shape]
    storm(database, seconds=10, processes=processes, ledgers=[f"storm-{uuid4().hex[:8]}" for _ in range(ledgers)])


@pytest.mark.soak
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_lost_doubled_or_reordered_for_long(database: Database, shape: str) -> None:
    processes, ledgers = SHAPES[shape]
    storm(database, seconds=200, processes=processes, ledgers=[f"storm-{uuid4().hex[:8]}" for _ in range(ledgers)])
