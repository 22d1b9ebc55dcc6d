"""Append: one event of about 500 bytes per command, each on a new stream, by 1 and by 16 writers.

Ours goes through the committer, receipts on, as tasks of one process. The library's writers are as many threads, with
a connection each. The limit is the server's own: pgbench, one prepared INSERT per commit into a table of the shape of
ours, without order, check or receipt.
"""

import re
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from benchmarks import library
from benchmarks.harness import Bench, Database, Figures, Line, on_loop
from benchmarks.sample import LEDGER
from ledger.committer import Committer, NewEvent, Request

TOPIC = "MemberContacted/1"
STATE = b'{"event":{"content":"' + b"x" * 440 + b'"},"origin":"NATIVE","schema":1}'
DIGEST = bytes(32)


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("append") as database:
        with database.connected() as connection:
            connection.execute("SELECT ledger.open_ledger(%s)", (LEDGER,))
        factory, recorder = library.recorder(library.environment(database, pool=16), "append")
        limit = _Plain(database, bench.options.seconds)

        def theirs(writers: int) -> Figures:
            def worker(_: int) -> Callable[[], object]:
                return lambda: recorder.insert_events([StoredEvent(uuid4(), 1, TOPIC, STATE)])

            return bench.in_threads(writers, worker)

        for writers in (1, 16):
            title = f"追加，{writers} 个写者"
            sides = {
                "本系统": lambda writers=writers: on_loop(lambda: _ours(bench, database, writers)),
                "库": lambda writers=writers: theirs(writers),
                "极限": lambda writers=writers: limit.run(writers),
            }
            found = bench.take_turns(title, sides)
            rates = [[figures["rate"] for figures in found[side]] for side in sides]
            lines.append(Line("append", title, "命令/秒", rates[0], rates[1], [rate for rate in rates[2] if rate]))
        factory.close()
    return lines


async def _ours(bench: Bench, database: Database, writers: int) -> Figures:
    committer = Committer(database.dsn("huiyin_app"), LEDGER)
    committer.start()

    async def one() -> None:
        stream = uuid4()
        events = [NewEvent(stream, 1, TOPIC, STATE)]
        written = await committer.append(Request(uuid4(), stream, DIGEST, 1, events))
        assert written.outcome == "appended"

    def worker(_: int) -> Callable[[], Awaitable[object]]:
        return one

    try:
        return await bench.in_tasks(writers, worker)
    finally:
        await committer.close()


class _Plain:
    """The server's own limit, by the pgbench of its own binaries; 0 where there is none."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._dsn = database.dsn()
        self._seconds = max(1, round(seconds))
        with database.connected() as connection:
            connection.execute("CREATE TABLE public.plain (LIKE ledger.events INCLUDING ALL)")
            connection.execute("CREATE SEQUENCE public.plain_position")
            row = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
        self._program = Path(row[0] if row else "") / "pgbench"
        self._script = (
            "INSERT INTO public.plain VALUES ('bench', nextval('public.plain_position'), gen_random_uuid(), 1,"
            f" '{TOPIC}', convert_to(:state, 'UTF8'), clock_timestamp());"
        )

    def run(self, writers: int) -> Figures:
        if not self._program.exists():
            return {"rate": 0.0}
        command = [self._program, "--no-vacuum", "--protocol=prepared", "--file=/dev/stdin", f"--time={self._seconds}"]
        command += [f"--client={writers}", f"--jobs={min(writers, 2)}", f"--define=state={STATE.decode()}", self._dsn]
        told = subprocess.run(command, input=self._script, text=True, capture_output=True, check=True).stdout
        found = re.search(r"tps = ([\d.]+) \(without", told)
        assert found, told
        return {"rate": float(found[1])}
