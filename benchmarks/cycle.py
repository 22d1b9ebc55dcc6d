"""Cycle: load a stream of 20 events, decide a real command on it, append the event that follows; 1 and 16 at once.

Ours is `Ledger.handle` with everything it does besides: directory and session brought up to date, the request's
digest, the receipt. The library's side is `library.Cases`. Both start every round without anything in memory and take
one command on every stream before the counting begins, as a service that has run for a while has; ours then has the
states in memory, which is its point. Writers never share a stream, and the streams are cut back to 20 events before
every round; a fast side goes round them more than once and meets a few events more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle

from benchmarks import library
from benchmarks.harness import LIBRARY, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.sample import ACTOR, LEDGER, OpenCases
from domain.record import Context
from domain.streams import proposal_stream
from ledger.ledger import one_ledger


def measure(bench: Bench) -> list[Line]:
    lines = []
    with bench.database("cycle") as database:
        recorder = library.recorder(library.environment(database, pool=16))
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        cases = library.Cases(recorder, open_cases.setting)

        def ours(writers: int) -> Figures:
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
            sides = {OURS: partial(ours, writers), LIBRARY: partial(theirs, writers)}
            lines.append(bench.compare("cycle", title, "命令/秒", sides))
        recorder.datastore.close()
    return lines


async def _ours(bench: Bench, database: Database, open_cases: OpenCases, writers: int) -> Figures:
    command, context = open_cases.commands(), Context(actor=ACTOR)

    def worker(number: int) -> Callable[[], Awaitable[object]]:
        own = cycle([proposal_stream(stream) for stream in open_cases.ids[number::writers]])

        async def one() -> None:
            receipt = await ledger.handle(next(own), command(), context)
            assert receipt.first_position

        return one

    async with one_ledger(LEDGER, database.dsn("huiyin_app"), secret=b"benchmarks") as ledger:
        for some in (open_cases.ids[at : at + 16] for at in range(0, len(open_cases.ids), 16)):
            await asyncio.gather(*(ledger.handle(proposal_stream(case), command(), context) for case in some))
        return await bench.in_tasks(writers, worker)
