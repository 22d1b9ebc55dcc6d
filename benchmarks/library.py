"""The peer: the `eventsourcing` library on the same server, and one command done with it.

Its recorder is the default one with default settings: `LOCK TABLE … EXCLUSIVE` and NOTIFY inside the transaction. Its
database functions stay off, as by default: with them it takes no lock, and a reader that follows it loses events.
Only the pool is sized for the writers. It has a role and a schema of its own in the same database, reaches it through
the same socket with the same driver, and stores the same bytes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment
from psycopg.conninfo import conninfo_to_dict

from benchmarks.harness import Database
from domain import claims
from domain.commands import Command
from domain.events import Event
from domain.setting import Setting
from domain.streams import PROPOSAL
from ledger.mapper import Envelope, from_stored, to_state, type_name

ROLE = "library"
STORES_NO_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def environment(database: Database, pool: int) -> dict[str, str]:
    """The library's settings, after its role and schema are made sure of."""
    with database.connected() as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone() is None:
            connection.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ROLE} AUTHORIZATION {ROLE}".encode())
    address = conninfo_to_dict(database.dsn(ROLE))
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(address["dbname"]),
        "POSTGRES_HOST": str(address["host"]),
        "POSTGRES_PORT": str(address["port"]),
        "POSTGRES_USER": ROLE,
        "POSTGRES_PASSWORD": "",
        "POSTGRES_SCHEMA": ROLE,
        "POSTGRES_POOL_SIZE": str(pool),
        "POSTGRES_MAX_OVERFLOW": "0",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }


def recorder(settings: dict[str, str], name: str) -> tuple[PostgresFactory, ApplicationRecorder]:
    """A recorder on the table `<name>_events`; close the factory after use."""
    factory = PostgresFactory(Environment(name, settings))
    return factory, factory.application_recorder()


class Cases:
    """Load, decide, append, as an application on the library would: the same fold, rule and bytes as ours.

    Kept in memory and never refreshed: what the rule looks at besides the case. No receipt is written and no repeated
    command is recognised, as the library has neither.
    """

    def __init__(self, recorder: ApplicationRecorder, setting: Setting) -> None:
        self._recorder = recorder
        self._setting = setting

    def handle(self, case: UUID, command: Command) -> tuple[int, Sequence[int]]:
        """The case's version and the positions of the new events."""
        state = PROPOSAL.empty
        for stored in self._recorder.select_events(case):
            state = PROPOSAL.evolve(state, recorded(stored, case, 0))
        now = datetime.now(UTC)
        setting = replace(self._setting, now=now, occurred_at=command.occurred_at or now)
        claims.check(setting)
        envelope = Envelope(setting.context, setting.occurred_at)
        decided: list[Event] = [item for item in command.decide(state, setting) if isinstance(item, Event)]
        new = [
            StoredEvent(case, state.version + number, type_name(type(event)), to_state(event, envelope))
            for number, event in enumerate(decided, 1)
        ]
        positions = self._recorder.insert_events(new)
        assert positions
        return state.version + len(new), positions


def recorded(stored: StoredEvent, stream: UUID, position: int) -> Any:
    """A stored event through our mapper."""
    return from_stored(stream, stored.originator_version, position, stored.topic, stored.state, STORES_NO_TIME)
