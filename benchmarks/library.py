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
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from fastapi import FastAPI
from psycopg.conninfo import conninfo_to_dict

from benchmarks.harness import Database
from domain import claims
from domain.commands import Command, RecordMemberContact
from domain.events import Event
from domain.setting import Setting
from domain.streams import PROPOSAL
from ledger.mapper import Envelope, from_stored, to_state, type_name

STORES_NO_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def environment(database: Database, pool: int) -> dict[str, str]:
    """The library's settings, after its role and schema are made."""
    with database.connected() as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = 'library'").fetchone() is None:
            connection.execute("CREATE ROLE library LOGIN")
        connection.execute("CREATE SCHEMA library AUTHORIZATION library")
    address = conninfo_to_dict(database.dsn("library"))
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(address["dbname"]),
        "POSTGRES_HOST": str(address["host"]),
        "POSTGRES_PORT": str(address["port"]),
        "POSTGRES_USER": "library",
        "POSTGRES_PASSWORD": "",
        "POSTGRES_SCHEMA": "library",
        "POSTGRES_POOL_SIZE": str(pool),
        "POSTGRES_MAX_OVERFLOW": "0",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }


def recorder(settings: dict[str, str]) -> PostgresApplicationRecorder:
    """On the table `stored_events`, made where it is missing. Close its datastore after use."""
    made = PostgresFactory(Environment("", settings)).application_recorder()
    assert isinstance(made, PostgresApplicationRecorder)
    return made


def recorded(stored: StoredEvent, position: int = 0) -> Any:
    """A stored event through our mapper."""
    stream, version = stored.originator_id, stored.originator_version
    assert isinstance(stream, UUID)
    return from_stored(stream, version, position, stored.topic, stored.state, STORES_NO_TIME)


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
            state = PROPOSAL.evolve(state, recorded(stored))
        now = datetime.now(UTC)
        setting = replace(self._setting, now=now, occurred_at=command.occurred_at or now)
        claims.check(setting)
        decision = command.decide(state, setting)
        claims.check_entry(setting, decision, setting.session.rulebook(state.rulebook))
        envelope = Envelope(setting.context, setting.occurred_at)
        new = [
            StoredEvent(case, state.version + number, type_name(type(event)), to_state(event, envelope))
            for number, event in enumerate(decision, 1)
            if isinstance(event, Event)
        ]
        positions = self._recorder.insert_events(new)
        assert positions
        return state.version + len(new), positions


def app(settings: dict[str, str], setting: Setting) -> FastAPI:
    """One endpoint; no token, receipt or header. A plain `def`, as the library is synchronous: FastAPI runs it in its
    pool of 40 threads."""
    service, cases = FastAPI(), Cases(recorder(settings), setting)

    @service.post("/proposals/{case}/contacts")
    def record_member_contact(case: UUID, command: RecordMemberContact) -> dict[str, Any]:
        version, positions = cases.handle(case, command)
        return {"stream": case, "version": version, "position": positions[-1], "added": len(positions)}

    return service
