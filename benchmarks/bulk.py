"""Bulk import: ready events, streams of 20, through the append function in thousands per call.

Ours is `Ledger.append` with a receipt per call, two calls under way so that one is made ready while the other is
written. The limit is one binary COPY of the same rows, made ready as bytes, into a table of the same shape and indexes:
without order, check or receipt. The library inserts fewer events per call: somewhere above a thousand its
`insert_events` never comes back. Every round starts on empty tables.
"""

import asyncio
import time
from functools import partial
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from benchmarks import library, ours
from benchmarks.harness import LIBRARY, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.plain import STATE, TOPIC
from benchmarks.sample import LEDGER
from ledger.committer import NewEvent

COPY = "COPY"
PER_CALL = 2_000
LIBRARY_PER_CALL = 500
STREAM = 20


def measure(bench: Bench) -> list[Line]:
    with bench.database("bulk") as database:
        settings = library.environment(database, pool=5)
        library.recorder(settings).datastore.close()
        with database.connected() as connection:
            connection.execute("SELECT ledger.open_ledger(%s)", (LEDGER,))
            connection.execute("CREATE TABLE plain (LIKE ledger.events INCLUDING ALL)")
        sides = {
            OURS: partial(_ours, bench, database),
            LIBRARY: partial(_theirs, bench, database, settings),
            COPY: partial(_copy, bench, database),
        }
        title = f"批量导入 {bench.options.bulk:,} 个现成事件，每次 {PER_CALL:,} 个"
        return [bench.compare("bulk", title, "事件/秒", sides)]


def _calls(bench: Bench) -> list[list[NewEvent]]:
    streams = [uuid4() for _ in range(bench.options.bulk // STREAM)]
    events = [NewEvent(stream, version, TOPIC, STATE) for stream in streams for version in range(1, STREAM + 1)]
    return [events[start : start + PER_CALL] for start in range(0, len(events), PER_CALL)]


def _ours(bench: Bench, database: Database) -> Figures:
    _empty(database)
    return on_loop(_append(bench, database))


async def _append(bench: Bench, database: Database) -> Figures:
    calls = _calls(bench)
    async with ours.opened(database) as ledger:
        waiting = iter(calls)

        async def keep_appending() -> None:
            for events in waiting:
                assert await ledger.append(uuid4(), events)

        begun = time.perf_counter()
        await asyncio.gather(keep_appending(), keep_appending())
        return {"rate": bench.options.bulk / (time.perf_counter() - begun)}


def _theirs(bench: Bench, database: Database, settings: dict[str, str]) -> Figures:
    _empty(database)
    events = [StoredEvent(e.stream, e.version, e.topic, e.state) for call in _calls(bench) for e in call]
    recorder = library.recorder(settings)
    try:
        begun = time.perf_counter()
        for start in range(0, len(events), LIBRARY_PER_CALL):
            recorder.insert_events(events[start : start + LIBRARY_PER_CALL])
        return {"rate": bench.options.bulk / (time.perf_counter() - begun)}
    finally:
        recorder.datastore.close()


def _copy(bench: Bench, database: Database) -> Figures:
    """The rows that one round of ours has written, out and in again."""
    _ours(bench, database)
    with database.connected() as connection, connection.cursor() as cursor:
        with cursor.copy("COPY ledger.events TO STDOUT (FORMAT binary)") as out:
            rows = b"".join(bytes(part) for part in out)
        _empty(database)
        begun = time.perf_counter()
        with cursor.copy("COPY plain FROM STDIN (FORMAT binary)") as copy:
            copy.write(rows)
        seconds = time.perf_counter() - begun
        assert cursor.rowcount == bench.options.bulk
        return {"rate": bench.options.bulk / seconds}


def _empty(database: Database) -> None:
    with database.connected() as connection:
        connection.execute("TRUNCATE ledger.events, ledger.receipts, library.stored_events, plain")
        connection.execute("UPDATE ledger.ledger_head SET position = 0")
        connection.execute("CHECKPOINT")
