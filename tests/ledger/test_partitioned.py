"""Tables partitioned by ledger, as docs/partition-by-ledger.sql does, keep every promise without a change of SQL."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg.conninfo import make_conninfo

from ledger.committer import Committer
from ledger.connections import Connections
from ledger.migrate import check, migrate
from ledger.recorder import LedgerRecorder
from tests.conftest import Database
from tests.ledger.storm import judge, write

SCRIPT = Path(__file__).parents[2] / "docs" / "partition-by-ledger.sql"
BEFORE, OWN, REST = "before", "220183", "another"


@pytest.fixture
def partitioned(database: Database) -> Iterator[str]:
    """A database with a history, partitioned since; its name."""
    name = f"partitioned_{uuid4().hex[:8]}"
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            owner = make_conninfo(database.admin, dbname=name)
            migrate(owner)
            recorder = LedgerRecorder(make_conninfo(database.app, dbname=name), BEFORE)
            recorder.insert_events([_stored(version) for version in range(1, 6)])
            recorder.close()
            with psycopg.connect(owner, autocommit=True) as running:
                running.execute(SCRIPT.read_bytes())
            check(owner)
            yield name
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


async def test_writers_of_several_ledgers_find_every_promise_kept(database: Database, partitioned: str) -> None:
    async with Connections(make_conninfo(database.app, dbname=partitioned)) as connections:
        for ledger in (OWN, REST):
            await connections.query("SELECT ledger.open_ledger(%s)::text", (ledger,))
            committer = Committer(connections, ledger)
            committer.start()
            until = time.monotonic() + 1.5
            found = await asyncio.gather(*(write(committer, ledger, [uuid4()], until) for _ in range(4)))
            answers = [answer for own in found for answer in own]
            await committer.close()
            with psycopg.connect(make_conninfo(database.admin, dbname=partitioned), autocommit=True) as admin:
                assert judge(admin, ledger, answers) > 0


def test_history_from_before_goes_on_and_each_ledger_lies_where_it_belongs(
    database: Database, partitioned: str
) -> None:
    app = make_conninfo(database.app, dbname=partitioned)
    for ledger, version, expected in ((BEFORE, 6, 6), (OWN, 1, 1), (REST, 1, 1)):
        recorder = LedgerRecorder(app, ledger)
        assert recorder.insert_events([_stored(version)]) == [expected]
        assert [item.id for item in recorder.select_notifications(1, 10)] == list(range(1, expected + 1))
        recorder.close()
    with psycopg.connect(app, autocommit=True) as reading:
        sql = "SELECT ledger, min(tableoid::regclass::text) FROM ledger.events GROUP BY 1"
        sql = "SELECT ledger, min(tableoid::regclass::text) FROM ledger.events GROUP BY 1"
        lie = dict(reading.execute(sql).fetchall())
        assert lie == {BEFORE: "ledger.events_rest", OWN: "ledger.events_220183", REST: "ledger.events_rest"}
        plan = reading.execute("EXPLAIN SELECT FROM ledger.events WHERE ledger = %s AND notification_id > 3", (OWN,))
        assert not any("events_rest" in line for (line,) in plan), "only its own partition is read"


@pytest.mark.parametrize("role", ["app", "daemon", "reactions", "sealer"])
def test_the_door_stays_the_only_one(database: Database, partitioned: str, role: str) -> None:
    with psycopg.connect(make_conninfo(getattr(database, role), dbname=partitioned), autocommit=True) as connection:
        for table in ("events", "events_rest", "events_220183", "receipts", "receipts_rest", "receipts_220183"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM ledger.{table} WHERE false".encode())


def _stored(version: int) -> StoredEvent:
    return StoredEvent("a-stream", version, "Tested/1", b"{}")
