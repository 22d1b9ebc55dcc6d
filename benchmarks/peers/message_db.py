"""message-db 1.3: its function `write_message` with the expected version, in a database of its own on the same server.

Called by pgbench, prepared, so that no language's driver stands in its way (asyncpg and psycopg came out the same).
All streams are of one category, within which alone message-db promises an order; so it locks the category.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from benchmarks.harness import Bench, Database, Figures
from benchmarks.plain import STATE, TOPIC

NAME = "message-db"
FOLDER = Path(__file__).parent / "node_modules/@eventide/message-db/database"
PARTS = ("schema/message-store", "types/message", "tables/messages")
"""All that is run before its functions. Its extension pgcrypto gives `gen_random_uuid`, which PostgreSQL now has."""

FUNCTIONS = ("hash-64", "acquire-lock", "category", "is-category", "id", "cardinal-id", "stream-version")
INDEXES = ("messages-id", "messages-stream", "messages-category")
_WRITE = f"SELECT write_message(uuidv7()::text, 'case-' || uuidv7(), '{TOPIC}', :state, NULL, -1);"


def missing() -> str | None:
    return None if FOLDER.is_dir() else "make bench（或在 benchmarks/peers 下 npm ci）"


@contextmanager
def opened(bench: Bench) -> Iterator[Callable[[int], Figures]]:
    with bench.database("message_db", migrated=False) as database:
        _install(database)
        yield lambda writers: bench.pgbench(database, _WRITE, writers, state=STATE.decode())


def _install(database: Database) -> None:
    """In the order of its own install.sh."""
    functions = (f"functions/{name}" for name in (*FUNCTIONS, "write-message"))
    with database.connected() as connection:
        connection.execute(f"ALTER DATABASE {database.name} SET search_path = message_store, public".encode())
    with database.connected() as connection:
        for part in (*PARTS, *functions, *(f"indexes/{name}" for name in INDEXES)):
            connection.execute((FOLDER / f"{part}.sql").read_bytes())
        taken = "SELECT write_message(gen_random_uuid()::text, 'case-taken', 'T', '{}', NULL, -1)"
        connection.execute(taken)
        with suppress(psycopg.errors.RaiseException):
            connection.execute(taken)
            raise RuntimeError("a version that is taken was written again")
