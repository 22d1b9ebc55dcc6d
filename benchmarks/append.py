"""Append: one event of about 500 bytes per command, each on a new stream, by 1 and by 16 writers.

Ours goes through the committer, receipts on, as tasks of one process. The library's writers are as many threads, with
a connection each. The limit is the server's own without batching: pgbench, one prepared INSERT per commit into a
table of the shape of ours, without order, check or receipt.
"""

import re
import subprocess
from functools import partial
from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from benchmarks import library
from benchmarks.harness import LIBRARY, LIMIT, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.sample import LEDGER
from ledger.committer import Committer, NewEvent, Request
from ledger.connections import Connections

TOPIC = "MemberContacted/1"
STATE = b'{"event":{"content":"' + b"x" * 440 + b'"},"origin":"NATIVE","schema":1}'
PLAIN = f"""INSERT INTO plain VALUES ('plain', nextval('plain_position'), gen_random_uuid(), 1, '{TOPIC}',
            convert_to(:state, 'UTF8'), clock_timestamp());""".replace("\n", " ")


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("append") as database:
        recorder = library.recorder(library.environment(database, pool=16))
        with database.connected() as connection:
            connection.execute("SELECT ledger.open_ledger(%s)", (LEDGER,))
            connection.execute("CREATE TABLE plain (LIKE ledger.events INCLUDING ALL)")
            connection.execute("CREATE SEQUENCE plain_position")

        def ours(writers: int) -> Figures:
            return on_loop(_ours(bench, database, writers))

        def theirs(writers: int) -> Figures:
            return bench.in_threads(writers, lambda _: lambda: recorder.insert_events([_stored()]))

        def limit(writers: int) -> Figures:
            return _pgbench(database, writers, max(1, round(bench.options.seconds)))

        for writers in (1, 16):
            sides = {OURS: partial(ours, writers), LIBRARY: partial(theirs, writers), LIMIT: partial(limit, writers)}
            lines.append(bench.compare("append", f"追加，{writers} 个写者", "命令/秒", sides))
        recorder.datastore.close()
    return lines


def _stored() -> StoredEvent:
    return StoredEvent(uuid4(), 1, TOPIC, STATE)


async def _ours(bench: Bench, database: Database, writers: int) -> Figures:

    async def one() -> None:
        stream = uuid4()
        request = Request(uuid4(), stream, bytes(32), 1, [NewEvent(stream, 1, TOPIC, STATE)])
        assert (await committer.append(request)).outcome == "appended"

    async with Connections(database.dsn("huiyin_app")) as connections:
        committer = Committer(connections, LEDGER)
        committer.start()
        figures = await bench.in_tasks(writers, lambda _: one)
        await committer.close()
    return figures


def _pgbench(database: Database, writers: int, seconds: int) -> Figures:
    """By the server's own binaries."""
    with database.connected() as connection:
        folder = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    program = Path(folder[0] if folder else "") / "pgbench"
    options = f"--no-vacuum --protocol=prepared --file=/dev/stdin --time={seconds} --client={writers}"
    command = [str(program), *options.split(), f"--jobs={min(writers, 2)}", f"--define=state={STATE.decode()}"]
    told = subprocess.run([*command, database.dsn()], input=PLAIN, text=True, capture_output=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+) \(without", told)
    return {"rate": float(found[1]) if found else 0.0}
