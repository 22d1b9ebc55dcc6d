"""Many writers, lost connections, a tailing reader: nothing lost, doubled, reordered or skipped."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import chain
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.committer import Committer, LedgerBusy, NewEvent, Request, Written
from ledger.connections import MOST_LANES, Connections
from ledger.recorder import LedgerRecorder
from tests.conftest import Database

WRITERS = 16


@pytest.fixture
async def connections(database: Database) -> AsyncIterator[Connections]:
    async with Connections(database.app) as opened:
        yield opened


@pytest.fixture
async def committer(connections: Connections, ledger_name: str) -> AsyncIterator[Committer]:
    await connections.query("SELECT ledger.open_ledger(%s)::text", (ledger_name,))
    started = Committer(connections, ledger_name)
    started.start()
    yield started
    await started.close()


def request(stream: UUID, version: int, key: UUID | None = None, state: bytes = b"{}") -> Request:
    return Request(key or uuid4(), stream, b"digest", version, [NewEvent(stream, version, "Tested/1", state)])


async def write(committer: Committer, many: int) -> list[Written]:
    stream = uuid4()
    return [await committer.append(request(stream, version)) for version in range(1, many + 1)]


@contextmanager
def tailing(database: Database, ledger: str) -> Iterator[list[int]]:
    """Everything a subscriber of the library's kind sees, in the order it sees it."""
    seen: list[int] = []
    recorder = LedgerRecorder(database.app, ledger)
    with recorder.subscribe(gt=0) as subscription:

        def follow() -> None:
            for notification in subscription:
                seen.append(notification.id)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        yield seen
        subscription.stop()
        thread.join(5)
    recorder.close()


async def until(condition, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # another thread makes it true
            await asyncio.sleep(0.02)


async def test_sixteen_writers_and_a_tailing_reader_lose_reorder_and_skip_nothing(
    committer: Committer, database: Database, ledger_name: str
) -> None:
    with tailing(database, ledger_name) as seen:
        answers = await asyncio.gather(*(write(committer, 100) for _ in range(WRITERS)))
        positions = sorted(written.last_position for written in chain.from_iterable(answers))
        assert positions == list(range(1, WRITERS * 100 + 1))
        await until(lambda: len(seen) == len(positions))
    assert seen == positions


async def test_connections_killed_in_mid_commit_lose_and_double_nothing(
    committer: Committer, database: Database, ledger_name: str, admin: psycopg.Connection
) -> None:
    stopped = asyncio.Event()

    async def kill() -> None:
        while not stopped.is_set():
            await asyncio.sleep(0.03)
            await asyncio.to_thread(
                admin.execute,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huiyin_app' AND query LIKE %s",
                ("%ledger.append(%",),
            )

    killing = asyncio.create_task(kill())
    answers = await asyncio.gather(*(write(committer, 60) for _ in range(WRITERS)))
    stopped.set()
    await killing
    positions = sorted(written.last_position for written in chain.from_iterable(answers))
    assert positions == list(range(1, WRITERS * 60 + 1))
    rows = admin.execute(
        "SELECT count(*), max(notification_id) FROM ledger.events WHERE ledger = %s", (ledger_name,)
    ).fetchone()
    assert rows == (len(positions), len(positions))


@contextmanager
def at_commit(admin: psycopg.Connection, ledger: str, then: str) -> Iterator[None]:
    """Does something in the ledger's next commit, after the server has sent the rows of the append."""
    name = f"at_commit_{uuid4().hex}"
    admin.execute(f"CREATE SEQUENCE {name}")
    admin.execute(f"GRANT USAGE ON {name} TO PUBLIC")
    admin.execute(f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN IF nextval('{name}') = 1 THEN {then}; END IF; RETURN NULL; END $$""")
    admin.execute(f"""CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON ledger.events DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.ledger = '{ledger}') EXECUTE FUNCTION {name}()""")
    try:
        yield
    finally:
        admin.execute(f"DROP FUNCTION {name} CASCADE")
        admin.execute(f"DROP SEQUENCE {name}")


async def test_an_append_whose_connection_is_killed_between_its_rows_and_its_commit_is_sent_again(
    committer: Committer, ledger_name: str, admin: psycopg.Connection
) -> None:
    key = uuid4()
    with at_commit(admin, ledger_name, "PERFORM pg_terminate_backend(pg_backend_pid())"):
        written = await committer.append(request(uuid4(), 1, key))
        there = "SELECT first_position FROM ledger.receipts WHERE ledger = %s AND command_id = %s"
        assert admin.execute(there, (ledger_name, key)).fetchall() == [(1,)]
    assert written.last_position == 1


async def test_a_commit_that_fails_after_the_rows_of_the_append_were_sent_is_no_answer(
    committer: Committer, ledger_name: str, admin: psycopg.Connection
) -> None:
    with at_commit(admin, ledger_name, "RAISE 'no commit' USING ERRCODE = 'HY999'"), pytest.raises(psycopg.Error):
        await committer.append(request(uuid4(), 1))
    assert (await committer.append(request(uuid4(), 1))).last_position == 1


async def test_two_commands_of_one_stream_never_share_a_batch(committer: Committer) -> None:
    stream = uuid4()
    written = await asyncio.gather(*(committer.append(request(stream, 1)) for _ in range(8)))
    assert sorted(w.outcome for w in written) == ["appended"] + ["clashed"] * 7


async def test_one_command_the_database_refuses_fails_alone(committer: Committer) -> None:
    """A state over the table's limit stands in for whatever the database may not like."""
    too_large = committer.append(request(uuid4(), 1, state=b"x" * 60_001))
    fine = [committer.append(request(uuid4(), 1)) for _ in range(5)]
    refused, *answers = await asyncio.gather(too_large, *fine, return_exceptions=True)
    assert isinstance(refused, psycopg.errors.CheckViolation)
    assert [answer.outcome for answer in answers if isinstance(answer, Written)] == ["appended"] * 5


async def test_closing_answers_everybody(committer: Committer) -> None:
    waiting = [asyncio.create_task(committer.append(request(uuid4(), 1))) for _ in range(50)]
    await asyncio.sleep(0)
    await committer.close()
    assert [(await task).outcome for task in waiting] == ["appended"] * 50
    with pytest.raises(LedgerBusy):
        await committer.append(request(uuid4(), 1))


async def test_a_caller_that_goes_away_takes_nobody_with_it(committer: Committer) -> None:
    gone = asyncio.create_task(committer.append(request(uuid4(), 1)))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await committer.append(request(uuid4(), 1))).outcome == "appended"


async def test_many_ledgers_of_a_process_share_a_few_connections_and_each_has_its_turn(
    connections: Connections, database: Database, ledger_name: str, admin: psycopg.Connection
) -> None:
    names = [f"{ledger_name}-{number}" for number in range(16)]
    committers = [Committer(connections, name) for name in names]
    for name, started in zip(names, committers, strict=True):
        await connections.query("SELECT ledger.open_ledger(%s)::text", (name,))
        started.start()
    floods = [asyncio.create_task(write(started, 40)) for started in committers for _ in range(4)]
    most = 0
    while not all(flood.done() for flood in floods):
        sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'huiyin_app' AND query LIKE %s"
        [(open_now,)] = admin.execute(sql, ("%ledger.append(%",)).fetchall()
        most = max(most, open_now)
        await asyncio.sleep(0.01)
    assert 1 < most <= MOST_LANES
    assert [len(written) for written in await asyncio.gather(*floods)] == [40] * 64
    for started in committers:
        await started.close()
    heads = admin.execute("SELECT position FROM ledger.ledger_head WHERE ledger = ANY (%s)", (names,)).fetchall()
    assert heads == [(160,)] * 16
