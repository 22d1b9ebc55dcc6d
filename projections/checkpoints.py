"""How far each read model has come, and who may move it: the statements over `control.checkpoints`."""

from typing import Any

from psycopg import Connection

from projections.readmodel import ReadModel

BEAT_LATE_SECONDS = 5.0
"""A runner that has not said for this long that it lives is taken for dead, however little there is to do."""


class Fenced(Exception):
    """Somebody else moved a checkpoint: this runner's batch must not stand."""


def begin(connection: Connection[Any], ledger: str, models: tuple[ReadModel[Any], ...]) -> None:
    """Give every model that has none a checkpoint at 0. To begin is no sign of life yet."""
    for model in models:
        connection.execute(
            """INSERT INTO control.checkpoints (ledger, model, version, position, beat_at)
               VALUES (%s, %s, %s, 0, 'epoch') ON CONFLICT DO NOTHING""",
            (ledger, model.name, model.version),
        )


def positions(connection: Connection[Any], ledger: str, models: tuple[ReadModel[Any], ...]) -> dict[str, int]:
    """The position of each model at its present version; 0 where it has no checkpoint."""
    rows = connection.execute(
        "SELECT model, version, position FROM control.checkpoints WHERE ledger = %s", (ledger,)
    ).fetchall()
    known = {(name, version): position for name, version, position in rows}
    return {model.name: known.get((model.name, model.version), 0) for model in models}


def move(connection: Connection[Any], ledger: str, model: ReadModel[Any], old: int, new: int) -> None:
    """Move a checkpoint in the caller's transaction; raises `Fenced` where it is no longer at `old`."""
    moved = connection.execute(
        """UPDATE control.checkpoints SET position = %s, moved_at = clock_timestamp(), beat_at = clock_timestamp()
           WHERE ledger = %s AND model = %s AND version = %s AND position = %s""",
        (new, ledger, model.name, model.version, old),
    )
    if moved.rowcount != 1:
        raise Fenced(f"{ledger}: {model.name}_v{model.version} is no longer at {old}")


def place(connection: Connection[Any], ledger: str, model: ReadModel[Any], position: int) -> None:
    """Set a checkpoint after a rebuild, in the transaction that switches the tables."""
    connection.execute(
        """INSERT INTO control.checkpoints (ledger, model, version, position, beat_at)
           VALUES (%s, %s, %s, %s, 'epoch')
           ON CONFLICT (ledger, model, version)
           DO UPDATE SET position = excluded.position, moved_at = clock_timestamp()""",
        (ledger, model.name, model.version, position),
    )


def beat(connection: Connection[Any], ledger: str) -> None:
    """Say that the runner of this ledger is alive."""
    connection.execute("UPDATE control.checkpoints SET beat_at = clock_timestamp() WHERE ledger = %s", (ledger,))


STATUS = """
SELECT c.model, c.version, c.position, h.position AS head, h.position - c.position AS behind,
    extract(epoch FROM clock_timestamp() - c.beat_at)::float8 AS beat_age,
    CASE WHEN c.position < h.position
        THEN greatest(0, extract(epoch FROM clock_timestamp() - e.recorded_at))::float8 ELSE 0 END AS behind_seconds
FROM control.checkpoints c JOIN ledger.ledger_head h USING (ledger)
LEFT JOIN ledger.events e ON e.ledger = c.ledger AND e.notification_id = c.position + 1
WHERE c.ledger = %s ORDER BY c.model
"""

LATEST = """
SELECT DISTINCT ON (ledger, model) ledger, model, position FROM control.checkpoints
ORDER BY ledger, model, version DESC
"""
