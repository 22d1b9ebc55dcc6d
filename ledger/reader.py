"""Reading a ledger in order: what the daemon, a rebuild and an auditor's replay follow. Sync."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.events import AnyEvent
from domain.record import Recorded
from ledger.mapper import from_stored

_COLUMNS = "originator_id, originator_version, notification_id, topic, state, recorded_at"


def head(connection: Connection[Any], ledger: str) -> int:
    """The ledger's last position; 0 where it is empty or unknown."""
    row = connection.execute("SELECT position FROM ledger.ledger_head WHERE ledger = %s", (ledger,)).fetchone()
    return row[0] if row else 0


def page(connection: Connection[Any], ledger: str, after: int, limit: int) -> list[Recorded[AnyEvent]]:
    """At most `limit` events after a position, in order. Positions have no gaps."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM ledger.events WHERE ledger = %s AND notification_id > %s
            ORDER BY notification_id LIMIT %s""".encode(),
        (ledger, after, limit),
        binary=True,
        prepare=True,
    ).fetchall()
    return [from_stored(*row) for row in rows]


def pages(connection: Connection[Any], ledger: str, until: int, limit: int) -> Iterator[list[Recorded[AnyEvent]]]:
    """All of history from the beginning up to and including a position."""
    after = 0
    while after < until:
        batch = page(connection, ledger, after, min(limit, until - after))
        if not batch:
            return
        after = batch[-1].position
        yield batch


def of_stream(connection: Connection[Any], ledger: str, stream: UUID) -> list[Recorded[AnyEvent]]:
    """One stream's events in order."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM ledger.events WHERE ledger = %s AND originator_id = %s
            ORDER BY originator_version""".encode(),
        (ledger, stream),
        binary=True,
    ).fetchall()
    return [from_stored(*row) for row in rows]


def of_type(connection: Connection[Any], ledger: str, name: str) -> list[Recorded[AnyEvent]]:
    """Every event of one type, whatever its schema number, in order."""
    rows = connection.execute(
        f"""SELECT {_COLUMNS} FROM ledger.events WHERE ledger = %s AND topic LIKE %s
            ORDER BY notification_id""".encode(),
        (ledger, f"{name}/%"),
        binary=True,
    ).fetchall()
    return [from_stored(*row) for row in rows]


def appends(connection: Connection[Any], ledger: str) -> Iterator[int]:
    """The last position of each append that added something, in order."""
    rows = connection.execute(
        """SELECT last_position FROM ledger.receipts WHERE ledger = %s AND first_position IS NOT NULL
           ORDER BY last_position""",
        (ledger,),
        binary=True,
    ).fetchall()
    return (row[0] for row in rows)
