"""Cycle: load a stream of 20 events, decide a real command on it, append the event that follows; 1 and 16 at once.

Ours is `Ledger.handle` with everything it does besides: directory and session brought up to date, the request's
digest, the receipt. It keeps folded states, so it is measured as it is in service, after every case has been asked for
once; and `cold`, a new `Ledger` every round without anything in memory. The library's side is `library.Cases`. Writers
never share a stream, and the streams are cut back to 20 events before every round; ours goes round them more than once
and meets a few events more. The limit is the plain INSERT of `benchmarks.plain`, which loads and decides nothing.
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

TOGETHER = 64
"""Cases asked for at once before the counting."""


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("cycle") as database:
        recorder = library.recorder(library.environment(database, pool=16))
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        cases = library.Cases(recorder, open_cases.setting)
        limit = plain.limit(bench, database)

        def of_ours(writers: int, *, cold: bool = False) -> Figures:
            open_cases.cut()
            return on_loop(_ours(bench, database, open_cases, writers, cold))

        def theirs(writers: int) -> Figures:
            open_cases.cut()
            command = open_cases.commands()

            def worker(number: int) -> Callable[[], object]:
                own = cycle(open_cases.ids[number::writers])
                return lambda: cases.handle(next(own), command())

            with ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda case: cases.handle(case, command()), open_cases.ids))
            return bench.in_threads(writers, worker)

        for name, writers, mine in (
            ("cycle-1", 1, of_ours),
            ("cycle-16", 16, of_ours),
            ("cold-16", 16, partial(of_ours, cold=True)),
        ):
            title = f"读 20 个事件、判定、追加，{writers} 个并发" + ("，内存中尚无状态" if name == "cold-16" else "")
            sides: dict[str, Callable[[int], Figures]] = {OURS: mine, LIBRARY: theirs, LIMIT: limit}
            turns = {name: partial(side, writers) for name, side in sides.items()}
            lines.append(bench.compare(name, title, "命令/秒", turns))
        recorder.datastore.close()
    return lines


async def _ours(bench: Bench, database: Database, open_cases: OpenCases, writers: int, cold: bool) -> Figures:
    command, context = open_cases.commands(), Context(actor=ACTOR)
    async with ours.opened(database) as ledger:

        def worker(number: int) -> Callable[[], Awaitable[object]]:
            own = cycle([proposal_stream(stream) for stream in open_cases.ids[number::writers]])

            async def one() -> None:
                receipt = await ledger.handle(next(own), command(), context)
                assert receipt.first_position

            return one

        for start in range(0, 0 if cold else len(open_cases.ids), TOGETHER):
            streams = map(proposal_stream, open_cases.ids[start : start + TOGETHER])
            await asyncio.gather(*(ledger.handle(stream, command(), context) for stream in streams))
        return await bench.in_tasks(writers, worker)
