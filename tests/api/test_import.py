"""A history that leaves one ledger and comes into another is the same history, judged anew and just the same."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.history.exporting import Written, lines
from api.history.importing import Tally, bring_in
from api.history.line import Source
from api.history.reading import Rejected
from api.simulate.run import Wanted, simulate
from domain.streams import calendar_stream, directory_stream, session_stream
from ledger.ledger import Ledger
from tests.conftest import SECRET, Database

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
async def other(database: Database, ledger_name: str) -> AsyncIterator[Ledger]:
    """Another empty ledger."""
    opened = Ledger(f"{ledger_name}-other", database.app, secret=SECRET)
    await opened.open()
    yield opened
    await opened.close()


async def take(ledger: Ledger, file: Path, *, apply: bool = True, source: str = "s") -> tuple[Tally, list[Rejected]]:
    tally, rejected = Tally(), list[Rejected]()
    origin = Source(ledger=ledger.name, name=source)

    def note(_path: Path, new: Sequence[Rejected], _resumed: bool) -> None:
        rejected.extend(one for one in new if one not in rejected)

    await bring_in(ledger, [file], origin, tally, now=NOW, keys=None, apply=apply, rejects=note)
    return tally, rejected


def written(database: Database, ledger: str, file: Path, *, flags: bool = False) -> list[bytes]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        told = list(lines(connection, ledger, Written(), flags=flags))
    file.write_bytes(b"".join(told))
    return told


def stored(database: Database, ledger: str, streams: Sequence[UUID] = ()) -> list[Any]:
    """Every event as it is kept, without what two ledgers need not share: origin, and the ids of `streams`."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM ledger.events WHERE ledger = %s"
            " ORDER BY notification_id", (ledger,), binary=True,
        ).fetchall()  # fmt: skip
    names = {str(stream): f"reference {place}" for place, stream in enumerate(streams)}
    found = []
    for stream, version, topic, state in rows:
        text = state.decode()
        for id, name in names.items():
            text = text.replace(id, name)
        kept = json.loads(text)
        assert kept.pop("origin") in ("SIMULATED", "IMPORTED")
        own = None if topic.startswith("LetterNumberTaken") else names.get(str(stream), str(stream))
        found.append((own, version, topic, kept))
    return found


def reference(ledger: str, sessions: Sequence[str]) -> list[UUID]:
    streams = [directory_stream(ledger), calendar_stream(ledger)]
    return [*(one.id for one in streams), *(session_stream(ledger, key).id for key in sessions)]


async def test_a_simulated_city_comes_back_event_by_event_with_exactly_its_flags(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    tally = await simulate(ledger, Wanted(proposals=60, years=2, seed=11))
    assert tally is not None
    file = tmp_path / "city.ndjson"
    told = written(database, ledger.name, file)
    taken, rejected = await take(other, file)
    assert rejected == []
    assert taken.consequences == {}
    assert taken.added == tally.events == len(told)
    assert taken.flags == tally.flagged != {}
    sessions = [json.loads(line)["payload"]["session"] for line in told if b'"SessionOpened"' in line]
    here, there = (stored(database, one.name, reference(one.name, sessions)) for one in (ledger, other))
    assert there == here
