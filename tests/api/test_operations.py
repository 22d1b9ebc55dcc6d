"""What docs/operations.md says to paste works: the embedded database is backed up, lost and restored, and history is
whole."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from api.settings import DEHUI
from ledger.committer import NewEvent
from ledger.connections import Connections
from ledger.embedded import EmbeddedPostgres
from ledger.ledger import Ledger
from ledger.migrate import migrate

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
LEDGER = "kept"

History = list[tuple[object, ...]]


class Site:
    """A machine with a data folder, and another disk for its backups."""

    def __init__(self, folder: Path) -> None:
        self.data, self.backup, programs = folder / "data", folder / "backup", folder / "programs"
        self.backup.mkdir()
        programs.mkdir()
        program = programs / "huiyin"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m api.cli "$@"\n')
        program.chmod(0o755)
        self.environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HUIYIN_DATA": str(self.data),
            "BACKUP": str(self.backup),
            "LC_ALL": "C.UTF-8",
        }
        self.written: dict[str, History] = {}
        self.moment: datetime | None = None

    def walk(self, *names: str, **settings: str) -> None:
        """Paste these blocks of the page, one after the other, into one shell."""
        script = "\n".join(block(name) for name in names)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """The stream of the log, kept running while the database is."""
        receiver = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", block("receive")],
            env=self.environment,
            start_new_session=True,
        )
        try:
            yield
        finally:
            os.killpg(receiver.pid, signal.SIGINT)
            receiver.wait(30)

    def restored(self, *more: str, **settings: str) -> History:
        """The history after everything was lost and restored."""
        for left in (*self.data.glob("broken-*"), *self.data.glob("wal")):
            shutil.rmtree(left)
        self.walk("aside", "restore", *more, "check", **settings)
        with EmbeddedPostgres(self.data) as server:
            return history(server)


def block(name: str) -> str:
    found = re.search(rf"<!-- walk: {name} -->\n```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found, f"the page has no walk {name}"
    return found[1]


def write(server: EmbeddedPostgres, many: int) -> History:
    """Some more commands; what then stands in the ledger."""

    async def append() -> None:
        async with Connections(server.dsn("huiyin_app")) as connections:
            door = Ledger(LEDGER, connections, secret=b"tests")
            await door.open()
            for _ in range(many):
                await door.append(uuid4(), [NewEvent(uuid4(), 1, "Tested/1", b"{}")])
            await door.close()

    asyncio.run(append())
    return history(server)


def history(server: EmbeddedPostgres) -> History:
    with psycopg.connect(server.dsn()) as connection:
        return connection.execute(
            """SELECT e.notification_id, e.originator_id, e.topic, e.state, e.recorded_at, r.command_id, h.position
               FROM ledger.events e JOIN ledger.ledger_head h USING (ledger)
               LEFT JOIN ledger.receipts r ON r.ledger = e.ledger AND r.first_position = e.notification_id
               WHERE e.ledger = %s ORDER BY 1""",
            (LEDGER,),
        ).fetchall()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A site that was backed up in full, then incrementally, then streamed its log until it was lost."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-operations-"))
    folder.chmod(0o711)
    made = Site(folder)
    with EmbeddedPostgres(made.data) as server:
        migrate(server.dsn())
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("SELECT ledger.open_ledger(%s)", (DEHUI,))
        with made.receiving():
            made.written["full"] = write(server, 20)
            made.walk("full")
            write(server, 20)
            made.walk("incremental")
            time.sleep(1)  # the names of backups tell seconds
            made.written["incremental"] = write(server, 20)
            made.walk("incremental")
            made.written["moment"] = write(server, 20)
            with psycopg.connect(server.dsn()) as connection:
                row = connection.execute("SELECT clock_timestamp()").fetchone()
                made.moment = row[0] if row else None
            made.written["last"] = write(server, 20)
            server.stop()
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def test_a_full_backup_and_its_increments_bring_history_back(site: Site) -> None:
    assert site.restored() == site.written["incremental"]


def test_with_the_stream_of_the_log_nothing_is_lost(site: Site) -> None:
    assert site.restored("replay") == site.written["last"]
    assert len(site.written["last"]) == 100


def test_the_log_can_be_replayed_up_to_a_moment(site: Site) -> None:
    assert site.restored("replay", UNTIL=str(site.moment)) == site.written["moment"]
