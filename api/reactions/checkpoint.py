"""How far reactions have come: the statements over `control.reactions`, a row per ledger.

It is nobody else's: a rebuild of read models does not move it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection

from domain.policy.working_days import ONE_DAY
from domain.values import day_of
from projections.checkpoints import Fenced

STATUS = """
SELECT r.position, h.position - r.position AS behind,
    CASE WHEN r.position < h.position
        THEN greatest(0, extract(epoch FROM clock_timestamp() - e.recorded_at))::float8 ELSE 0 END AS behind_seconds,
    extract(epoch FROM clock_timestamp() - r.beat_at)::float8 AS beat_age, r.day, r.simulated_day
FROM control.reactions r JOIN ledger.ledger_head h USING (ledger)
LEFT JOIN ledger.events e ON e.ledger = r.ledger AND e.notification_id = r.position + 1
WHERE r.ledger = %s
"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every event up to `position` and every day up to `day` has been answered. `day_position`: the position at which
    the day after is being judged; None where it has not begun."""

    position: int
    day: date
    day_position: int | None


async def begin(connection: AsyncConnection[Any], ledger: str) -> Checkpoint:
    """The ledger's checkpoint. Where there is none it begins at 0, with today: the ledger is younger than reactions."""
    await connection.execute(
        "INSERT INTO control.reactions (ledger, position, day) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING",
        (ledger, day_of(await now(connection)) - ONE_DAY),
    )
    [row] = await _rows(
        connection, "SELECT position, day, day_position FROM control.reactions WHERE ledger = %s", ledger
    )
    return Checkpoint(*row)


async def now(connection: AsyncConnection[Any]) -> datetime:
    """The database's clock: the one that says which day it is."""
    [(told,)] = await _rows(connection, "SELECT clock_timestamp()")
    moment: datetime = told
    return moment


async def move(connection: AsyncConnection[Any], ledger: str, old: Checkpoint, new: Checkpoint) -> None:
    """Raises `Fenced` where somebody else has moved it."""
    moved = await connection.execute(
        """UPDATE control.reactions
           SET position = %s, day = %s, day_position = %s, moved_at = clock_timestamp()
           WHERE ledger = %s AND position = %s AND day = %s AND day_position IS NOT DISTINCT FROM %s""",
        (new.position, new.day, new.day_position, ledger, old.position, old.day, old.day_position),
    )
    if moved.rowcount != 1:
        raise Fenced(f"{ledger}: the checkpoint of reactions is no longer at {old}")


async def beat(connection: AsyncConnection[Any], ledger: str) -> None:
    """Say that the process of this ledger's reactions is alive."""
    await connection.execute("UPDATE control.reactions SET beat_at = clock_timestamp() WHERE ledger = %s", (ledger,))


async def simulated_day(connection: AsyncConnection[Any], ledger: str) -> date | None:
    """The last day that has passed for simulated cases."""
    [(day,)] = await _rows(connection, "SELECT simulated_day FROM control.reactions WHERE ledger = %s", ledger)
    passed: date | None = day
    return passed


async def pass_simulated(connection: AsyncConnection[Any], ledger: str, day: date) -> None:
    """Raises `Fenced` where somebody else has let a day as late as this one pass."""
    moved = await connection.execute(
        """UPDATE control.reactions SET simulated_day = %s
           WHERE ledger = %s AND (simulated_day IS NULL OR simulated_day < %s)""",
        (day, ledger, day),
    )
    if moved.rowcount != 1:
        raise Fenced(f"{ledger}: {day} has already passed for simulated cases")


async def _rows(connection: AsyncConnection[Any], sql: str, *values: Any) -> list[Any]:
    cursor = await connection.execute(sql.encode(), values)
    return await cursor.fetchall()
