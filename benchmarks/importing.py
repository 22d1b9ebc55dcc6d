"""Import of a history file: read, judge by the rules, flag, append.

The history is a simulated city's, exported before. Ours brings it into a new ledger as `huiyin import` does. The
library's side appends the same events as the file's acts have them, ready as bytes, one act a call, as an application
on the library would save them: it reads no file, judges nothing and writes no receipt.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count, groupby
from pathlib import Path

import orjson
from eventsourcing.persistence import StoredEvent

from api.history import exporting
from api.history.importing import Tally, bring_in
from api.history.line import Source
from api.history.reading import windows
from api.simulate.run import Wanted, simulate
from benchmarks import library
from benchmarks.harness import LIBRARY, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.sample import LEDGER
from ledger.ledger import one_ledger


def measure(bench: Bench) -> list[Line]:
    with bench.database("importing") as database:
        settings = library.environment(database, pool=5)
        library.recorder(settings).datastore.close()
        on_loop(_simulated(database, bench.options.city))
        file = bench.folder / "city.ndjson"
        with database.connected("huiyin_app") as connection:
            file.write_bytes(b"".join(exporting.lines(connection, LEDGER, exporting.Written())))
        acts = _acts(database, file)
        many, rounds = sum(map(len, acts)), count()
        sides: dict[str, Callable[[], Figures]] = {
            OURS: lambda: on_loop(_ours(database, file, f"imported-{next(rounds)}", many)),
            LIBRARY: partial(_theirs, database, settings, acts, many),
        }
        title = f"huiyin import，带规则和标记，{many:,} 个事件"
        return [bench.compare("import", title, "事件/秒", sides)]


async def _simulated(database: Database, proposals: int) -> None:
    async with one_ledger(LEDGER, database.dsn("huiyin_app"), secret=b"benchmarks") as ledger:
        await simulate(ledger, Wanted(proposals=proposals, years=2, seed=1))


def _acts(database: Database, file: Path) -> list[Sequence[StoredEvent]]:
    """The city's stored events, act by act as its file has them."""
    own = count()
    acts = [orjson.loads(line).get("act") or next(own) for line in file.read_bytes().splitlines()]
    with database.connected() as connection:
        rows = connection.execute(
            """SELECT originator_id, originator_version, topic, state FROM ledger.events
            WHERE ledger = %s ORDER BY notification_id""",
            (LEDGER,),
        ).fetchall()
    named = zip(acts, (StoredEvent(*row) for row in rows), strict=True)
    return [[event for _, event in act] for _, act in groupby(named, key=lambda one: one[0])]


async def _ours(database: Database, file: Path, name: str, many: int) -> Figures:
    source, tally = Source(ledger=name, name="benchmarks"), Tally()
    async with one_ledger(name, database.dsn("huiyin_app"), secret=b"benchmarks") as ledger:
        begun = time.perf_counter()
        await bring_in(
            ledger,
            [file],
            lambda path: windows(path, source),
            tally,
            now=datetime.now(UTC),
            keys=None,
            apply=True,
            rejects=lambda path, rejected, resumed: None,
        )
        seconds = time.perf_counter() - begun
    assert tally.added == many
    return {"rate": many / seconds}


def _theirs(database: Database, settings: dict[str, str], acts: Sequence[Sequence[StoredEvent]], many: int) -> Figures:
    with database.connected() as connection:
        connection.execute("TRUNCATE library.stored_events")
    recorder = library.recorder(settings)
    try:
        begun = time.perf_counter()
        for act in acts:
            recorder.insert_events(act)
        return {"rate": many / (time.perf_counter() - begun)}
    finally:
        recorder.datastore.close()
