"""审计轨迹 tells what was written, whatever events have gained since."""

import orjson

from ledger.mapper import from_stored
from projections.audit_trail.board import AUDIT_TRAIL
from projections.readmodel import Reference
from tests.ledger.samples import RECORDED_AT, STREAM, file_of


def test_a_row_written_before_a_field_was_added_is_what_a_rebuild_writes() -> None:
    stored = orjson.loads(file_of("ReplyIssued/1").read_bytes())
    assert "further" in stored["event"]
    del stored["event"]["further"]
    recorded = from_stored(STREAM, 1, 1, "ReplyIssued/1", orjson.dumps(stored), RECORDED_AT)
    [row] = AUDIT_TRAIL.evolve({}, recorded, Reference("test", {}))
    assert row.body == stored["event"]
