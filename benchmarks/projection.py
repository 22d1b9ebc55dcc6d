"""Projection: every read model over a backlog, and a rebuild of every read model, in events per second.

Ours is the daemon's engine in catch-up batches, from its first batch to its last; then `rebuild` of one model after
the other, as `huiyin rebuild` does. The library's side is one `ProjectionRunner` whose projection serves all models:
one reading, one decoding and one transaction per event, with its tracking record. (A runner per model, as it is
usually set up, would read, decode and commit three times.) Same folds, same rows, same tables and indexes, statements
prepared. Its pool and its prefetch of 500 events are its defaults. Time counts from its first event to its last.
"""

import time
from collections import defaultdict
from dataclasses import replace
from typing import Any, ClassVar

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, Notification, StoredEvent, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.rows import tuple_row

from benchmarks import library, sample
from benchmarks.harness import LIBRARY, OURS, Bench, Database, Figures, Line
from benchmarks.sample import LEDGER
from domain.record import Recorded
from projections import READ_MODELS, engine
from projections.readmodel import ReadModel, Reference

LIBRARY_MODELS = tuple(replace(model, name=f"library_{model.name}") for model in READ_MODELS)
"""The same models on tables of their own."""


CASES = "originator_id IN (SELECT originator_id FROM ledger.events WHERE topic LIKE 'ProposalSubmitted/%')"
SIDE_BY_SIDE = "(copy - 1) / 10, originator_version, copy, originator_id"
"""Ten copies of the year, 280 cases, go on together as in a busy session: all first events, all second ones, …"""


def measure(bench: Bench) -> list[Line]:
    with bench.database("projection") as database:
        settings = library.environment(database, pool=5)
        library.recorder(settings).datastore.close()
        start, *_ = sample.load(database)
        with database.connected() as connection:
            row = connection.execute(f"SELECT count(*) FROM ledger.events WHERE {CASES}".encode()).fetchone()
            assert row
        end = sample.copy(database, CASES, -(-bench.options.backlog // row[0]), SIDE_BY_SIDE)
        with database.connected("huiyin_daemon") as connection:
            engine.prepare(connection, (*READ_MODELS, *LIBRARY_MODELS))
            connection.execute("GRANT USAGE ON SCHEMA boards TO library")
            connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA boards TO library")
            Boards.reference = Reference(LEDGER, engine.rulebooks(connection, LEDGER))
        Boards.last = bench.options.library_backlog
        sample.give_to_library(database, "stored_events", start, Boards.last)
        many = f"{len(READ_MODELS)} 个看板"
        sides = {
            OURS: lambda: _ours(database, start, end),
            "重建": lambda: _rebuild(database, end),
            LIBRARY: lambda: _theirs(database, settings),
        }
        found = bench.take_turns(f"投影，{many}", sides)
    live, rebuilt, theirs = ([figures["rate"] for figures in found[side]] for side in sides)
    taken = f"投影，{many}，积压 {end - start:,} 个事件"
    whole = f"重建，{many}，共 {end:,} 个事件"
    return [
        Line("projection", taken, "事件/秒", {OURS: live, LIBRARY: theirs}),
        Line("rebuild", whole, "事件/秒", {OURS: rebuilt, LIBRARY: theirs}),
    ]


def _ours(database: Database, start: int, end: int) -> Figures:
    """Every round into empty tables, from where the copies begin."""
    with database.connected("huiyin_daemon") as connection:
        for model in READ_MODELS:
            connection.execute(f"TRUNCATE boards.{model.table}".encode())
        engine.Engine(connection, LEDGER, READ_MODELS)  # makes the checkpoints
        connection.execute("UPDATE control.checkpoints SET position = %s", (start,))
        running = engine.Engine(connection, LEDGER, READ_MODELS)
        begun, taken = time.perf_counter(), 0
        while batch := running.advance(engine.CATCH_UP_BATCH):
            taken += batch
        seconds = time.perf_counter() - begun
    assert taken == end - start
    return {"rate": taken / seconds}


def _rebuild(database: Database, end: int) -> Figures:
    with database.connected("huiyin_daemon") as connection:
        begun = time.perf_counter()
        for model in READ_MODELS:
            assert engine.rebuild(connection, [LEDGER], model)
        return {"rate": end / (time.perf_counter() - begun)}


def _theirs(database: Database, settings: dict[str, str]) -> Figures:
    with database.connected() as connection:
        for model in LIBRARY_MODELS:
            connection.execute(f"TRUNCATE boards.{model.table}".encode())
        connection.execute("DROP TABLE IF EXISTS library.boards_tracking")
    runner = ProjectionRunner(
        application_class=Backlog, projection_class=Boards, view_class=PostgresTrackingRecorder, env=settings
    )
    with runner:
        runner.wait(Boards.last, timeout=600)  # only waits: the projection takes its own times
    boards = runner.projection
    assert isinstance(boards, Boards)
    return {"rate": Boards.last / (boards.finished - boards.begun)}


class StoredAsOurs(Mapper[Any]):
    """The library's mapper, for our bytes."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        assert isinstance(stored_event, Notification)
        return library.recorded(stored_event, stored_event.id)


class Backlog(Application[Any]):
    name = ""

    def construct_mapper(self) -> Mapper[Any]:
        return StoredAsOurs(self.construct_transcoder())


class Boards(Projection[PostgresTrackingRecorder]):
    name = "boards"
    reference: ClassVar[Reference]
    last: ClassVar[int]

    def __init__(self, view: PostgresTrackingRecorder) -> None:
        super().__init__(view)
        self.begun = self.finished = 0.0
        self._statements = [(model, *_statements(model)) for model in LIBRARY_MODELS]

    def process_event(self, domain_event: Recorded[Any], tracking: Tracking) -> None:
        self.begun = self.begun or time.perf_counter()
        with self.view.datastore.transaction(commit=True) as main:
            self.view._insert_tracking(main, tracking)  # as its manual does
            cursor = main.connection.cursor(row_factory=tuple_row)
            for model, load, upsert in self._statements:
                rows: dict[Any, dict[Any, Any]] = defaultdict(dict)
                if not engine.follows(model, domain_event):
                    continue
                if not model.appends:
                    for values in cursor.execute(load, (LEDGER, domain_event.stream), prepare=True).fetchall():
                        row = engine.to_row(model, values)
                        rows[row.stream][model.key_of(row)] = row
                for row in engine.fold(model, rows, [domain_event], self.reference).values():
                    cursor.execute(upsert, engine.to_values(model, row), prepare=True)
        self.finished = time.perf_counter()


def _statements(model: ReadModel[Any]) -> tuple[bytes, bytes]:
    columns, key = ", ".join(model.columns), ", ".join(model.key)
    rest = ", ".join(f"{column} = excluded.{column}" for column in model.columns if column not in model.key)
    values = ", ".join(["%s"] * len(model.columns))
    return (
        f"SELECT {columns} FROM boards.{model.table} WHERE ledger = %s AND stream = %s".encode(),
        f"""INSERT INTO boards.{model.table} ({columns}) VALUES ({values})
            ON CONFLICT ({key}) DO UPDATE SET {rest}""".encode(),
    )
