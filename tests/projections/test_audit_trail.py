"""审计轨迹 tells what was written, whatever events have gained since."""

from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from domain import commands as c
from ledger.ledger import Ledger
from ledger.mapper import from_stored
from projections import READ_MODELS, engine
from projections.audit_trail.board import AUDIT_TRAIL
from projections.audit_trail.queries import events
from projections.engine import Engine
from projections.readmodel import Reference
from tests.cases import Office
from tests.conftest import Database
from tests.ledger.samples import RECORDED_AT, STREAM, file_of


def test_a_row_written_before_a_field_was_added_is_what_a_rebuild_writes() -> None:
    stored = orjson.loads(file_of("ReplyIssued/1").read_bytes())
    assert "further" in stored["event"]
    del stored["event"]["further"]
    recorded = from_stored(STREAM, 1, 1, "ReplyIssued/1", orjson.dumps(stored), RECORDED_AT)
    [row] = AUDIT_TRAIL.evolve({}, recorded, Reference("test", {}))
    assert row.body == stored["event"]


async def test_what_was_taken_back_says_by_which_event_however_the_table_was_filled(
    ledger: Ledger, database: Database
) -> None:
    office = await (await Office(ledger).set_up()).assigned()
    contacted = await office.do(office.contact())
    retracted = await office.do(c.RetractReport(version=contacted.version, reason="误登在本案"))
    with psycopg.connect(database.daemon, autocommit=True, row_factory=dict_row) as connection:

        async def ask(sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
            return connection.execute(sql.encode(), values).fetchall()

        async def marked() -> dict[int, int]:
            page = await events(ask, ledger.name, case=office.case)
            return {row["version"]: row["taken_back_by"] for row in page.rows if row["taken_back_by"]}

        with psycopg.connect(database.daemon, autocommit=True) as daemon:
            engine.prepare(daemon, READ_MODELS)
            runner = Engine(daemon, ledger.name, READ_MODELS)
            while runner.advance(1):
                pass
            live = await marked()
            assert live == {contacted.version: retracted.version}
            engine.rebuild(daemon, [ledger.name], AUDIT_TRAIL)
            assert await marked() == live
