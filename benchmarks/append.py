"""Append: one event of about 500 bytes per command, each on a new stream, by 1, 16 and 64 writers.

Ours goes through the committer, receipts on, as tasks of one process. The library's writers are as many threads on its
pool. The outside peers are in `benchmarks.peers`; who waits how for the disk is told in docs/performance.md.

`slow_commits` does the same where a commit takes 2 ms more, as with a synchronous standby. `conflicts` lets one of ten
commands come with a version that is taken, against ourselves without.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from benchmarks import library, ours, plain
from benchmarks.harness import LIBRARY, LIMIT, OURS, Bench, Database, Figures, Line, on_loop
from benchmarks.peers import PEERS, Peer, uma_db
from benchmarks.plain import STATE, TOPIC
from benchmarks.sample import LEDGER, fresh_ids
from ledger.committer import NewEvent, Request

FREE = "本系统，无冲突"
UNIT = "命令/秒"
DELAY = 2_000
"""Microseconds that a commit is held back in `slow_commits`."""

Side = Callable[[int], Figures]
"""Commands per second by so many writers."""


def measure(bench: Bench) -> list[Line]:
    with ExitStack() as stack:
        sides, missing = _sides(bench, stack, PEERS)
        return [
            bench.compare(f"append-{writers}", f"追加，{writers} 个写者", UNIT, _with(sides, writers), missing)
            for writers in (1, 16, 64)
        ]


def slow_commits(bench: Bench) -> list[Line]:
    """Without UmaDB, whose commits no setting slows down."""
    with ExitStack() as stack:
        sides, missing = _sides(bench, stack, [peer for peer in PEERS if peer is not uma_db])
        stack.enter_context(bench.setting(commit_delay=DELAY, commit_siblings=0))
        took = {writers: 1000 * writers / sides[LIMIT](writers)["rate"] for writers in (1, 64)}
        if min(took.values()) < DELAY / 1000:
            raise RuntimeError(f"commit_delay does not hold back every commit: {took} ms")
        note = "，".join(f"{writers} 个连接时一次提交 {ms:.1f} 毫秒" for writers, ms in took.items())
        title = f"提交多等 {DELAY // 1000} 毫秒时追加，64 个写者"
        return [bench.compare("slow-64", title, UNIT, _with(sides, 64), missing, note)]


def conflicts(bench: Bench) -> list[Line]:
    with bench.database("conflicts") as database:
        _open_ledger(database)
        sides = {
            OURS: lambda: on_loop(_ours(bench, database, 16, clash_every=10)),
            FREE: lambda: on_loop(_ours(bench, database, 16)),
        }
        return [bench.compare("conflicts-16", "十分之一的命令版本冲突，16 个写者", UNIT, sides)]


def _sides(bench: Bench, stack: ExitStack, peers: list[Peer]) -> tuple[dict[str, Side], dict[str, str]]:
    """Those that can be measured, and how to install the others."""
    database = stack.enter_context(bench.database("append"))
    _open_ledger(database)
    settings = library.environment(database, pool=16)
    missing = {peer.NAME: how for peer in peers if (how := peer.missing())}
    for name, how in missing.items():
        bench.console.print(f"{name} 未安装：{how}", highlight=False)

    def theirs(writers: int) -> Figures:
        recorder, ids = library.recorder(settings), fresh_ids()

        def one() -> None:
            recorder.insert_events([StoredEvent(next(ids), 1, TOPIC, STATE)])

        try:
            return bench.in_threads(writers, lambda _: one)
        finally:
            recorder.datastore.close()

    sides: dict[str, Side] = {
        OURS: lambda writers: on_loop(_ours(bench, database, writers)),
        LIBRARY: theirs,
        **{peer.NAME: stack.enter_context(peer.opened(bench)) for peer in peers if peer.NAME not in missing},
        LIMIT: plain.limit(bench, database),
    }
    return sides, missing


def _with(sides: dict[str, Side], writers: int) -> dict[str, Callable[[], Figures]]:
    return {name: partial(side, writers) for name, side in sides.items()}


def _open_ledger(database: Database) -> None:
    with database.connected() as connection:
        connection.execute("SELECT ledger.open_ledger(%s)", (LEDGER,))


async def _ours(bench: Bench, database: Database, writers: int, clash_every: int | None = None) -> Figures:
    ids = fresh_ids()
    async with ours.committing(database) as committer:

        def worker(_: int) -> Callable[[], Awaitable[object]]:
            asked = _asked(ids, clash_every)

            async def one() -> None:
                stream, outcome = next(asked)
                request = Request(next(ids), stream, bytes(32), 1, [NewEvent(stream, 1, TOPIC, STATE)])
                assert (await committer.append(request)).outcome == outcome

            return one

        return await bench.in_tasks(writers, worker)


def _asked(ids: Iterator[UUID], clash_every: int | None) -> Iterator[tuple[UUID, str]]:
    """New streams and what becomes of their first event; every so many-th time the stream just written."""
    stream = next(ids)
    for number in count(1):
        if clash_every and number % clash_every == 0:
            yield stream, "clashed"
        else:
            stream = next(ids)
            yield stream, "appended"
