"""Cycle: load a stream of 20 events, decide a real command on it, append the event that follows; 1 and 16 at once.

Ours is `Ledger.handle` with everything it does besides: directory and session brought up to date, the request's
digest, the receipt. A new `Ledger` every round starts without anything in memory. The library's side is
`library.Cases`. Writers never share a stream, and the streams are cut back to 20 events before every round; a fast
side goes round them more than once and meets a few events more. The limit is the plain INSERT of
`benchmarks.plain`, which loads and decides nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

from benchmarks import library, ours, plain
from benchmarks.harness import LIBRARY, LIMIT, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.sample import ACTOR, OpenCases
from domain.record import Context
from domain.streams import proposal_stream


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("cycle") as database:
        recorder = library.recorder(library.environment(database, pool=16))
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        cases = library.Cases(recorder, open_cases.setting)
        limit = plain.limit(bench, database)

        def of_ours(writers: int) -> Figures:
            open_cases.cut()
            return on_loop(_ours(bench, database, open_cases, writers))

        def theirs(writers: int) -> Figures:
            open_cases.cut()
            command = open_cases.commands()

            def worker(number: int) -> Callable[[], object]:
                own = cycle(open_cases.ids[number::writers])
                return lambda: cases.handle(next(own), command())

            with ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda case: cases.handle(case, command()), open_cases.ids))
            return bench.in_threads(writers, worker)

        for writers in (1, 16):
            title = f"读 20 个事件、判定、追加，{writers} 个并发"
            sides = {OURS: of_ours, LIBRARY: theirs, LIMIT: limit}
            turns = {name: partial(side, writers) for name, side in sides.items()}
            lines.append(bench.compare(f"cycle-{writers}", title, "命令/秒", turns))
        recorder.datastore.close()
    return lines


async def _ours(bench: Bench, database: Database, open_cases: OpenCases, writers: int) -> Figures:
    command, context = open_cases.commands(), Context(actor=ACTOR)
    async with ours.opened(database) as ledger:

        def worker(number: int) -> Callable[[], Awaitable[object]]:
            own = cycle([proposal_stream(stream) for stream in open_cases.ids[number::writers]])

            async def one() -> None:
                receipt = await ledger.handle(next(own), command(), context)
                assert receipt.first_position

            return one

        return await bench.in_tasks(writers, worker)
