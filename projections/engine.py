"""From events to rows: load, fold, upsert, checkpoint, in one transaction.

One reader serves all models of a ledger, so each event is decoded once. The fold is pure; everything around it can
be thrown away and run again with the same result: one by one, in any batches, or from the beginning.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from domain.events import STREAM_KINDS, AnyEvent, RulebookAdopted
from domain.policy.rulebook import Rulebook
from domain.record import Recorded
from ledger import reader
from projections import checkpoints
from projections.readmodel import Key, R, ReadModel, Reference, Row

LIVE_BATCH = 500
CATCH_UP_BATCH = 5_000
REBUILD_LOCK = 7_215_551_221


def prepare(connection: Connection[Any], models: Iterable[ReadModel[Any]]) -> None:
    """Create the tables and views that are missing."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (REBUILD_LOCK,))
        for model in models:
            missing = connection.execute("SELECT to_regclass(%s) IS NULL", (f"boards.{model.table}",)).fetchone()
            if missing and missing[0]:
                connection.execute(model.table_sql(model.table).encode())
                _show(connection, model)


def rulebooks(connection: Connection[Any], ledger: str) -> dict[str, Rulebook]:
    """Every adopted rulebook by digest."""
    adopted = reader.of_type(connection, ledger, RulebookAdopted.__name__)
    return {r.event.digest: r.event.rulebook for r in adopted if isinstance(r.event, RulebookAdopted)}


class Engine:
    """Runs models of one ledger over one connection (autocommit, the daemon's role)."""

    def __init__(self, connection: Connection[Any], ledger: str, models: tuple[ReadModel[Any], ...]) -> None:
        self._connection = connection
        self._ledger = ledger
        self._models = models
        self._rulebooks = rulebooks(connection, ledger)
        checkpoints.begin(connection, ledger, models)
        self._positions = checkpoints.positions(connection, ledger, models)

    def advance(self, limit: int = LIVE_BATCH) -> int:
        """Take in one batch; answers how many events it held, 0 where every model is up to date.

        Raises `checkpoints.Fenced` where another runner was there first, and whatever a fold raises; the database
        is then as before.
        """
        batch = reader.page(self._connection, self._ledger, min(self._positions.values()), limit)
        if not batch:
            return 0
        self._learn(batch)
        end = batch[-1].position
        reference = Reference(self._ledger, self._rulebooks)
        with self._connection.transaction():
            for model in self._models:
                new = [recorded for recorded in batch if recorded.position > self._positions[model.name]]
                if new:
                    rows = _load(self._connection, model, self._ledger, new)
                    _upsert(self._connection, model, model.table, fold(model, rows, new, reference).values())
                    checkpoints.move(self._connection, self._ledger, model, self._positions[model.name], end)
        self._positions = {name: max(position, end) for name, position in self._positions.items()}
        return len(batch)

    def _learn(self, batch: Iterable[Recorded[AnyEvent]]) -> None:
        for recorded in batch:
            if isinstance(recorded.event, RulebookAdopted):
                self._rulebooks[recorded.event.digest] = recorded.event.rulebook


def fold(
    model: ReadModel[R],
    rows: Mapping[UUID, Mapping[Key, R]],
    batch: Iterable[Recorded[AnyEvent]],
    reference: Reference,
) -> dict[Key, R]:
    """The rows that a batch changes, given the rows of its streams. Pure."""
    by_stream: dict[UUID, dict[Key, R]] = defaultdict(dict, {stream: dict(own) for stream, own in rows.items()})
    changed: dict[Key, R] = {}
    for recorded in batch:
        if not follows(model, recorded):
            continue
        own = by_stream[recorded.stream]
        for row in model.evolve(own, recorded, reference):
            key = model.key_of(row)
            changed[key] = row
            if not model.appends:
                own[key] = row
    return changed


def follows(model: ReadModel[Any], recorded: Recorded[Any]) -> bool:
    return model.kind is None or STREAM_KINDS[type(recorded.event).__name__] == model.kind


def from_history(
    connection: Connection[Any],
    ledger: str,
    model: ReadModel[R],
    until: int,
    progress: Callable[[int], None] = lambda done: None,
) -> dict[Key, R]:
    """All rows of a model, folded in memory from the beginning up to a position."""
    reference = Reference(ledger, rulebooks(connection, ledger))
    rows: dict[UUID, dict[Key, R]] = {}
    everything: dict[Key, R] = {}
    for batch in reader.pages(connection, ledger, until, CATCH_UP_BATCH):
        changed = fold(model, {r.stream: rows.get(r.stream, {}) for r in batch}, batch, reference)
        everything |= changed
        if not model.appends:
            for key, row in changed.items():
                rows.setdefault(row.stream, {})[key] = row
        progress(batch[-1].position)
    return everything


def kept(connection: Connection[Any], ledger: str, model: ReadModel[R]) -> dict[Key, R]:
    """All rows of a model as its table holds them, but for those that nothing could have written."""
    return {key: row for key, row in _found(connection, ledger, model) if row is not None}


def _found(connection: Connection[Any], ledger: str, model: ReadModel[R]) -> Iterator[tuple[Key, R | None]]:
    """Each row by its key; None where somebody has made it what no row of this model can be."""
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    query = sql.SQL("SELECT {} FROM boards.{} WHERE ledger = %s").format(columns, sql.Identifier(model.table))
    for values in connection.execute(query, (ledger,)).fetchall():
        key = tuple(values[model.columns.index(column)] for column in model.key)
        try:
            yield key, to_row(model, values)
        except ValidationError:
            yield key, None


def differences(
    connection: Connection[Any],
    ledger: str,
    model: ReadModel[Any],
    progress: Callable[[str, int, int], None] = lambda ledger, done, until: None,
) -> list[Key]:
    """Keys of the rows in which a model's table is not what history says, at the model's checkpoint."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        until = checkpoints.positions(connection, ledger, (model,))[model.name]
        found = dict(_found(connection, ledger, model))
        folded = from_history(connection, ledger, model, until, _of(progress, ledger, until))
    return sorted((key for key in found.keys() | folded.keys() if found.get(key) != folded.get(key)), key=str)


def rebuild(
    connection: Connection[Any],
    ledgers: Sequence[str],
    model: ReadModel[Any],
    progress: Callable[[str, int, int], None] = lambda ledger, done, until: None,
) -> int:
    """Fill a fresh table from history beside the one in use, then switch. Answers the number of rows.

    Readers see the old table until the switch; a running daemon is fenced off and goes on from the switch.
    """
    fresh = f"{model.table}_rebuilding"
    made = 0
    # held by the session until the end: two rebuilds never share a table
    connection.execute("SELECT pg_advisory_lock(%s)", (REBUILD_LOCK,))
    try:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS boards.{}").format(sql.Identifier(fresh)))
        connection.execute(model.table_sql(fresh).encode())
        reached: dict[str, int] = {}
        for ledger in ledgers:
            reached[ledger] = reader.head(connection, ledger)
            rows = from_history(connection, ledger, model, reached[ledger], _of(progress, ledger, reached[ledger]))
            _copy(connection, model, fresh, rows.values())
            made += len(rows)
        with connection.transaction():
            _keep_other_ledgers(connection, model, fresh, ledgers)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS boards.{} CASCADE").format(sql.Identifier(model.table)))
            renamed = sql.SQL("ALTER TABLE boards.{} RENAME TO {}")
            connection.execute(renamed.format(sql.Identifier(fresh), sql.Identifier(model.table)))
            _show(connection, model)
            for ledger, position in reached.items():
                checkpoints.place(connection, ledger, model, position)
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", (REBUILD_LOCK,))
    return made


def _of(progress: Callable[[str, int, int], None], ledger: str, until: int) -> Callable[[int], None]:
    return lambda done: progress(ledger, done, until)


def _keep_other_ledgers(connection: Connection[Any], model: ReadModel[Any], fresh: str, ledgers: Sequence[str]) -> None:
    """Carry over what the table in use holds for ledgers that are not being rebuilt."""
    exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"boards.{model.table}",)).fetchone()
    if exists and exists[0]:
        lock = sql.SQL("LOCK TABLE boards.{} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(model.table))
        connection.execute(lock)
        columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
        carry = sql.SQL("INSERT INTO boards.{} ({}) SELECT {} FROM boards.{} WHERE NOT ledger = ANY (%s)")
        names = (sql.Identifier(fresh), columns, columns, sql.Identifier(model.table))
        connection.execute(carry.format(*names), (list(ledgers),))


def _show(connection: Connection[Any], model: ReadModel[Any]) -> None:
    """Point the model's view at its table."""
    view, table = sql.Identifier(model.name), sql.Identifier(model.table)
    connection.execute(sql.SQL("DROP VIEW IF EXISTS boards.{}").format(view))
    connection.execute(sql.SQL("CREATE VIEW boards.{} AS SELECT * FROM boards.{}").format(view, table))


def _load(
    connection: Connection[Any], model: ReadModel[R], ledger: str, batch: Iterable[Recorded[AnyEvent]]
) -> dict[UUID, dict[Key, R]]:
    """The rows of the streams a batch touches."""
    if model.appends:
        return {}
    streams = list({recorded.stream for recorded in batch if follows(model, recorded)})
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    query = sql.SQL("SELECT {} FROM boards.{} WHERE ledger = %s AND stream = ANY (%s)")
    found = connection.execute(query.format(columns, sql.Identifier(model.table)), (ledger, streams)).fetchall()
    rows: dict[UUID, dict[Key, R]] = defaultdict(dict)
    for values in found:
        row = to_row(model, values)
        rows[row.stream][model.key_of(row)] = row
    return rows


def _upsert(connection: Connection[Any], model: ReadModel[R], table: str, rows: Iterable[R]) -> None:
    """Write rows in the order of their keys, so that two writers never wait for each other crosswise."""
    columns = model.columns
    rest = [column for column in columns if column not in model.key]
    statement = sql.SQL("INSERT INTO boards.{} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
        sql.SQL(", ").join(map(sql.Identifier, model.key)),
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in rest),
    )
    ordered = sorted(rows, key=lambda row: tuple(map(str, model.key_of(row))))
    if ordered:
        with connection.cursor() as cursor:
            cursor.executemany(statement, [to_values(model, row) for row in ordered])


def _copy(connection: Connection[Any], model: ReadModel[R], table: str, rows: Iterable[R]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, model.columns))
    copying = sql.SQL("COPY boards.{} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        for row in rows:
            copy.write_row(to_values(model, row))


def to_values(model: ReadModel[R], row: R) -> list[Any]:
    """A row's values in the order of the columns; nested ones as jsonb."""
    return [
        _jsonb(getattr(row, column)) if column in model.json_columns else getattr(row, column)
        for column in model.columns
    ]


def to_row(model: ReadModel[R], values: Sequence[Any]) -> R:
    return model.row.model_validate(dict(zip(model.columns, values, strict=True)))


def _jsonb(value: Any) -> Jsonb | None:
    if value is None:
        return None
    return Jsonb(to_jsonable_python(value), dumps=orjson.dumps)


__all__ = ["Engine", "Row", "fold", "from_history", "kept", "prepare", "rebuild", "rulebooks"]
