"""What a caller learns when the answer does not come: lost, late, given without the standby, or not at all."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger import committer as committing
from ledger import lane
from ledger.committer import Committer, LedgerBusy, NewEvent, OutcomeUnknown, Request
from ledger.connections import Connections
from ledger.embedded import SOCKET, EmbeddedPostgres
from ledger.migrate import migrate
from tests.conftest import Database


def request(state: bytes = b"{}", key: UUID | None = None) -> Request:
    stream = uuid4()
    return Request(key or uuid4(), stream, b"digest", 1, [NewEvent(stream, 1, "Tested/1", state)])


@asynccontextmanager
async def committer(dsn: str, ledger: str) -> AsyncIterator[Committer]:
    async with Connections(dsn) as connections:
        await connections.query("SELECT ledger.open_ledger(%s)::text", (ledger,))
        started = Committer(connections, ledger)
        started.start()
        yield started
        await started.close()


class Line:
    """A wire to the database that can be cut after the question has arrived and before the answer has."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._to = f"{conninfo_to_dict(database.app)['host']}/{SOCKET}"
        self._folder = folder
        self.cut_answers = 0
        self.closed = False
        self._running: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self, dsn: str) -> AsyncIterator[str]:
        server = await asyncio.start_unix_server(self._carry, str(self._folder / SOCKET))
        yield make_conninfo(dsn, host=str(self._folder))
        server.close()
        for task in self._running:
            task.cancel()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.close()
            return
        there, back = await asyncio.open_unix_connection(self._to)

        async def ask() -> None:
            while data := await reader.read(1 << 16):
                back.write(data)
            back.close()

        async def answer() -> None:
            while data := await there.read(1 << 16):
                if self.closed or (self.cut_answers > 0 and b"appended" in data):
                    self.cut_answers -= 1
                    break
                writer.write(data)
            writer.close()
            back.close()

        for part in (ask(), answer()):
            task = asyncio.create_task(part)
            self._running.add(task)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="huiyin-line-"))
    yield made
    shutil.rmtree(made)


async def test_a_commit_whose_answer_was_lost_is_told_once(
    database: Database, ledger_name: str, folder: Path, admin: psycopg.Connection
) -> None:
    line = Line(database, folder)
    async with line.open(database.app) as dsn, committer(dsn, ledger_name) as started:
        await started.append(request())
        line.cut_answers = 2
        answers = await asyncio.gather(*(started.append(request()) for _ in range(5)))
    assert line.cut_answers == 0, "the answer was lost twice"
    assert sorted(written.last_position for written in answers) == [2, 3, 4, 5, 6]
    assert admin.execute("SELECT count(*) FROM ledger.events WHERE ledger = %s", (ledger_name,)).fetchone() == (6,)


async def test_a_server_that_falls_silent_is_left_and_its_late_commit_doubles_nothing(
    database: Database, ledger_name: str, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "SILENCE", 0.3)
    async with committer(database.app, ledger_name) as started:
        await started.append(request())
        frozen = admin.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'huiyin_app' AND query LIKE %s", ("%ledger.append(%",)
        ).fetchall()
        for (pid,) in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            written = await started.append(request())
        finally:
            for (pid,) in frozen:
                os.kill(pid, signal.SIGCONT)
        assert (written.outcome, written.last_position) == ("appended", 2)
        assert (await started.append(request())).last_position == 3
    rows = admin.execute("SELECT count(*), max(notification_id) FROM ledger.events WHERE ledger = %s", (ledger_name,))
    assert rows.fetchone() == (3, 3)


async def test_what_was_not_sent_is_turned_away_and_what_was_is_unknown_until_it_is_asked_again(
    database: Database, ledger_name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "PATIENCE", 0.5)
    monkeypatch.setattr(committing, "MOST_COMMANDS", 3)
    line = Line(database, folder)
    async with line.open(database.app) as dsn, committer(dsn, ledger_name) as started:
        await started.append(request())
        line.cut_answers, line.closed = 1, True
        keys = [uuid4() for _ in range(5)]
        asked = [request(key=key) for key in keys]
        answers = await asyncio.gather(*(started.append(one) for one in asked), return_exceptions=True)
        assert [type(answer) for answer in answers] == [OutcomeUnknown] * 3 + [LedgerBusy] * 2
        line.closed, line.cut_answers = False, 0
        again = [Request(one.command_id, one.stream, one.digest, one.version, one.events) for one in asked]
        told = [await started.append(one) for one in again]
    assert [written.last_position for written in told] == [2, 3, 4, 5, 6]


async def test_closing_while_the_database_is_gone_still_answers_everybody(
    database: Database, ledger_name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committing, "PATIENCE", 0.3)
    line = Line(database, folder)
    async with line.open(database.app) as dsn, committer(dsn, ledger_name) as started:
        await started.append(request())
        line.closed = True
        asked = [asyncio.create_task(started.append(request())) for _ in range(3)]
        await asyncio.sleep(0)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, OutcomeUnknown | LedgerBusy) for answer in answers)


async def test_more_than_may_wait_is_turned_away_at_once(
    database: Database, ledger_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with committer(database.app, ledger_name) as started:
        monkeypatch.setattr(committing, "MOST_WAITING", 10)
        answers = await asyncio.gather(*(started.append(request()) for _ in range(30)), return_exceptions=True)
        assert [type(answer).__name__ for answer in answers] == ["Written"] * 10 + ["LedgerBusy"] * 20
        monkeypatch.setattr(committing, "MOST_BYTES_WAITING", 100_000)
        large = await asyncio.gather(
            *(started.append(request(b"x" * 50_000)) for _ in range(5)), return_exceptions=True
        )
        assert [type(answer).__name__ for answer in large] == ["Written"] * 2 + ["LedgerBusy"] * 3
        assert (await started.append(request())).outcome == "appended", "all that waited has been taken off"


@pytest.fixture
def replicating() -> Iterator[EmbeddedPostgres]:
    """A server that waits for a standby with every commit; there is none."""
    made = Path(tempfile.mkdtemp(prefix="huiyin-standby-"))
    made.chmod(0o711)
    with EmbeddedPostgres(made / "data") as server:
        migrate(server.dsn())
        yield server
    shutil.rmtree(made)


async def test_a_commit_whose_wait_for_the_standby_was_cancelled_is_not_acknowledged(
    replicating: EmbeddedPostgres,
) -> None:
    with psycopg.connect(replicating.dsn(), autocommit=True) as admin:
        admin.execute("SET synchronous_commit = local")
        async with committer(replicating.dsn(user="huiyin_app"), "waits") as started:
            await started.append(request())
            admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            admin.execute("SELECT pg_reload_conf()")
            await asyncio.sleep(0.2)
            asked = asyncio.create_task(started.append(request()))
            for _ in range(3):
                while not admin.execute(  # noqa: ASYNC110  # the server makes it true
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                ).fetchall():
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0.1)
                assert not asked.done(), "it stands on this server, and the standby has not got it"
            admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
            admin.execute("SELECT pg_reload_conf()")
            assert (await asked).last_position == 2
        assert admin.execute("SELECT count(*) FROM ledger.events").fetchone() == (2,)
