"""Cycle: load a stream of 20 events, decide a real command on it, append the event that follows; 1 and 16 at once.

Ours is `Ledger.handle` with everything it does besides: directory and session brought up to date, the request's
digest, the receipt. The library's side is `library.Cases`. Both start every round without anything in memory and take
one command on every stream before the counting begins, as a service that has run for a while has; ours then has the
states in memory, which is its point. On the cold line they do not. Writers never share a stream, and the streams are
cut back to 20 events before every round; a fast side goes round them more than once and meets a few events more. The
limit is the plain INSERT of `benchmarks.plain`, which loads and decides nothing.
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

TOGETHER = 16
"""Commands at once before the counting."""


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("cycle") as database:
        recorder = library.recorder(library.environment(database, pool=16))
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        cases = library.Cases(recorder, open_cases.setting)
        limit = plain.limit(bench, database)

        def of_ours(cold: bool, writers: int) -> Figures:
            open_cases.cut()
            return on_loop(_ours(bench, database, open_cases, cold, writers))

        def theirs(cold: bool, writers: int) -> Figures:
            open_cases.cut()
            command = open_cases.commands()

            def worker(number: int) -> Callable[[], object]:
                own = cycle(open_cases.ids[number::writers])
                return lambda: cases.handle(next(own), command())

            with ThreadPoolExecutor(TOGETHER) as pool:
                list(pool.map(lambda case: cases.handle(case, command()), [] if cold else open_cases.ids))
            return bench.in_threads(writers, worker)

        for name, cold, writers in (("cycle-1", False, 1), ("cycle-16", False, 16), ("cold-16", True, 16)):
            title = f"读 20 个事件、判定、追加，{writers} 个并发" + ("，内存中尚无状态" if cold else "")
            sides: dict[str, Callable[[], Figures]] = {
                OURS: partial(of_ours, cold, writers),
                LIBRARY: partial(theirs, cold, writers),
                LIMIT: partial(limit, writers),
            }
            lines.append(bench.compare(name, title, "命令/秒", sides))
        recorder.datastore.close()
    return lines


async def _ours(bench: Bench, database: Database, open_cases: OpenCases, cold: bool, writers: int) -> Figures:
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
