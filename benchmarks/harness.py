"""What every measure shares: a server, a database of its own, rounds, windows of time, the table.

The method. The sides of a measure take turns round by round, and every other round in the opposite order, so that
drift of the machine hits all of them. The first round warms up and is thrown away, and so is the beginning of every
window. What is printed is the median of the rounds, with the lowest and the highest.
"""

import asyncio
import gc
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import uvloop
from psycopg import Connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.embedded import EmbeddedPostgres
from ledger.migrate import migrate

Figures = Mapping[str, float]
"""What one side found in one round, by name."""


@dataclass(frozen=True, slots=True)
class Options:
    rounds: int
    seconds: float
    """The length of a counted window."""
    ramp: float
    """What goes before it, uncounted."""
    cases: int
    """Streams that the writers of a cycle take in turn."""
    backlog: int
    """Events our engine takes in."""
    library_backlog: int
    """Events the library's runner takes in: fewer, as both are rates."""


DEFAULT = Options(rounds=5, seconds=2.0, ramp=0.5, cases=4_000, backlog=20_000, library_backlog=2_000)
QUICK = Options(rounds=1, seconds=0.4, ramp=0.1, cases=200, backlog=2_000, library_backlog=200)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: the figures of every counted round. `limit`: the same by a plain INSERT, where that says
    something."""

    measure: str
    title: str
    unit: str
    ours: Sequence[float]
    library: Sequence[float]
    limit: Sequence[float] = field(default=())
    lower_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times better ours is."""
        ours, library = statistics.median(self.ours), statistics.median(self.library)
        return library / ours if self.lower_is_better else ours / library


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database, addressed by role."""

    server: EmbeddedPostgres
    name: str

    def dsn(self, user: str = "postgres") -> str:
        return self.server.dsn(user=user, database=self.name)

    @contextmanager
    def connected(self, user: str = "postgres") -> Iterator[Connection[Any]]:
        with psycopg.connect(self.dsn(user), autocommit=True) as connection:
            yield connection


class Bench:
    def __init__(self, server: EmbeddedPostgres, options: Options) -> None:
        self.server = server
        self.options = options
        console = Console()
        self.console = console if console.is_terminal else Console(width=160)

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """An empty one for a measure, so that none finds the tables of another."""
        with psycopg.connect(self.server.dsn(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench_{name}".encode())
            database = Database(self.server, f"bench_{name}")
            migrate(database.dsn())
            try:
                yield database
            finally:
                connection.execute(f"DROP DATABASE bench_{name} WITH (FORCE)".encode())

    def take_turns(self, title: str, sides: Mapping[str, Callable[[], Figures]]) -> dict[str, list[Figures]]:
        """Every side's counted rounds. The collector stays on, but does not walk what a side finds in place: a
        service freezes its start-up state too."""
        found: dict[str, list[Figures]] = {name: [] for name in sides}
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        # refreshed by hand: a drawing thread would take part in the measurement
        with Progress(*columns, console=self.console, auto_refresh=False, transient=True) as progress:
            task = progress.add_task(title, total=(self.options.rounds + 1) * len(sides))
            for number in range(self.options.rounds + 1):
                for name in list(sides) if number % 2 else reversed(sides):
                    gc.collect()
                    gc.freeze()
                    figures = sides[name]()
                    gc.unfreeze()
                    if number > 0:
                        found[name].append(figures)
                    progress.update(task, advance=1, refresh=True)
        told = (f"{name} {statistics.median(f['rate'] for f in figures):,.0f}/s" for name, figures in found.items())
        self.console.print(f"  {title}：{'，'.join(told)}", highlight=False)
        return found

    def in_threads(self, count: int, worker: Callable[[int], Callable[[], object]]) -> Figures:
        """How often per second `count` threads do their work, each its own."""
        begin = time.perf_counter() + self.options.ramp
        end = begin + self.options.seconds

        def run(work: Callable[[], object]) -> int:
            done = 0
            while True:
                work()
                now = time.perf_counter()
                if now >= end:
                    return done
                done += now >= begin

        with ThreadPoolExecutor(count) as pool:
            return {"rate": sum(pool.map(run, [worker(number) for number in range(count)])) / self.options.seconds}

    async def in_tasks(self, count: int, worker: Callable[[int], Callable[[], Awaitable[object]]]) -> Figures:
        """The same with tasks of the running loop."""
        begin = time.perf_counter() + self.options.ramp
        end = begin + self.options.seconds

        async def run(work: Callable[[], Awaitable[object]]) -> int:
            done = 0
            while True:
                await work()
                now = time.perf_counter()
                if now >= end:
                    return done
                done += now >= begin

        counts = await asyncio.gather(*(run(worker(number)) for number in range(count)))
        return {"rate": sum(counts) / self.options.seconds}


def on_loop(main: Callable[[], Awaitable[Figures]]) -> Figures:
    """Run on the loop that the service runs on."""

    async def run() -> Figures:
        return await main()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


@contextmanager
def running_server() -> Iterator[EmbeddedPostgres]:
    """A new embedded PostgreSQL with the product's settings, in a folder its account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-bench-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "data") as server:
            migrate(server.dsn())
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def machine(server: EmbeddedPostgres) -> dict[str, str]:
    processor, memory = platform.processor(), "?"
    if (info := Path("/proc/cpuinfo")).exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        processor = names[0] if names else processor
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    names = ("server_version", "synchronous_commit", "fsync", "shared_buffers")
    with psycopg.connect(server.dsn()) as connection:
        shown = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in names}
    settings = {name: str(row[0]) for name, row in shown.items() if row}
    return {
        "处理器": f"{os.cpu_count()} 核，{processor}",
        "内存": memory,
        "PostgreSQL": settings.pop("server_version"),
        "设置": " ".join(f"{name}={value}" for name, value in settings.items()),
        "Python": platform.python_version(),
        "系统负载": " ".join(f"{load:.2f}" for load in os.getloadavg()) + "（开始时）",
    }


def table(lines: Sequence[Line], command: str, options: Options) -> Table:
    shown = Table(
        title=f"与 eventsourcing 库（默认记录器、ProjectionRunner）同场对照：{options.rounds} 轮的中位数（最低–最高）",
        caption=f"单项复测：{command} --only 名称。倍数大于 1 即本系统更好；极限：pgbench 逐条 INSERT，每条一次提交。",
    )
    for title in ("名称", "测量", "单位", "本系统", "eventsourcing 库", "倍数", "极限"):
        shown.add_column(title, justify="left" if title in ("名称", "测量", "单位") else "right")
    for line in lines:
        ratio = f"{line.ratio:.2f}×"
        told = [_spread(values) for values in (line.ours, line.library, line.limit)]
        shown.add_row(line.measure, line.title, line.unit, told[0], told[1], ratio, told[2])
    return shown


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "—"
    digits = 1 if max(values) < 100 else 0
    low, middle, high = (f"{of(values):,.{digits}f}" for of in (min, statistics.median, max))
    return f"{middle} ({low}–{high})"
