"""What every measure shares: a server, a database of its own, rounds, windows of time, the table.

The sides of a measure take turns round by round, every other round in the opposite order, so that drift of the
machine hits all of them. The first round warms up and is thrown away, and so is the beginning of every window.
Printed is the median of the rounds, with the lowest and the highest.
"""

import asyncio
import gc
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import uvloop
from psycopg import Connection
from rich.console import Console
from rich.table import Table

from ledger.embedded import EmbeddedPostgres
from ledger.migrate import migrate

OURS, LIBRARY, LIMIT = "本系统", "eventsourcing 库", "极限"

Figures = Mapping[str, float]
"""What one side found in one round; `rate` is per second."""


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` is the length of a counted window, `ramp` what goes before it. `cases`: streams that the writers of
    a cycle take in turn. `backlog`: events our engine takes in, `library_backlog` the library's runner."""

    rounds: int
    warm_ups: int
    seconds: float
    ramp: float
    cases: int
    backlog: int
    library_backlog: int


DEFAULT = Options(rounds=5, warm_ups=1, seconds=2.0, ramp=0.5, cases=1_600, backlog=20_000, library_backlog=2_000)
QUICK = Options(rounds=1, warm_ups=0, seconds=0.4, ramp=0.2, cases=200, backlog=2_000, library_backlog=200)


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of every counted round; `limit` where there is one."""

    measure: str
    title: str
    unit: str
    ours: Sequence[float]
    library: Sequence[float]
    limit: Sequence[float] = ()
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Database:
    server: EmbeddedPostgres
    name: str

    def dsn(self, user: str = "postgres") -> str:
        return self.server.dsn(user=user, database=self.name)

    @contextmanager
    def connected(self, user: str = "postgres") -> Iterator[Connection[Any]]:
        with psycopg.connect(self.dsn(user), autocommit=True) as connection:
            yield connection


@dataclass(slots=True)
class Window:
    """Counts what one worker gets done from `begin` to `end`; asked after every piece of work."""

    begin: float
    end: float
    done: int = 0

    def goes_on(self) -> bool:
        now = time.perf_counter()
        self.done += self.begin <= now < self.end
        return now < self.end


class Bench:
    def __init__(self, server: EmbeddedPostgres, options: Options) -> None:
        self.options = options
        self.console = Console()
        if not self.console.is_terminal:
            self.console = Console(width=160)
        self._server = server

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """A migrated one for a measure, so that none finds the tables of another."""
        with psycopg.connect(self._server.dsn(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
            migrate(self._server.dsn(database=name))
            yield Database(self._server, name)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def take_turns(self, title: str, sides: Mapping[str, Callable[[], Figures]]) -> dict[str, list[Figures]]:
        """Every side's counted rounds. The collector stays on, but what a side finds in place is frozen, as the
        service freezes its start-up state."""
        found: dict[str, list[Figures]] = {name: [] for name in sides}
        for number in range(1 - self.options.warm_ups, self.options.rounds + 1):
            told = []
            for name in list(sides) if number % 2 else reversed(list(sides)):
                gc.collect()
                gc.freeze()
                figures = sides[name]()
                gc.unfreeze()
                told.append(f"{name} {figures['rate']:,.0f}/s")
                if number:
                    found[name].append(figures)
            turn = f"第 {number}/{self.options.rounds} 轮" if number else "热身"
            self.console.print(f"{title}  {turn}：{'，'.join(told)}", highlight=False)
        return found

    def compare(self, measure: str, title: str, unit: str, sides: Mapping[str, Callable[[], Figures]]) -> Line:
        """One line out of turns."""
        rates = {name: [f["rate"] for f in found] for name, found in self.take_turns(title, sides).items()}
        return Line(measure, title, unit, rates[OURS], rates[LIBRARY], rates.get(LIMIT, ()))

    def in_threads(self, count: int, worker: Callable[[int], Callable[[], object]]) -> Figures:
        """How often per second `count` threads do their work, each its own."""
        windows, works = self.windows(count), [worker(number) for number in range(count)]

        def run(window: Window, work: Callable[[], object]) -> None:
            while window.goes_on():
                work()

        with ThreadPoolExecutor(count) as pool:
            list(pool.map(run, windows, works))
        return {"rate": sum(window.done for window in windows) / self.options.seconds}

    async def in_tasks(self, count: int, worker: Callable[[int], Callable[[], Awaitable[object]]]) -> Figures:
        """The same with tasks of the running loop."""
        windows, works = self.windows(count), [worker(number) for number in range(count)]

        async def run(window: Window, work: Callable[[], Awaitable[object]]) -> None:
            while window.goes_on():
                await work()

        await asyncio.gather(*map(run, windows, works))
        return {"rate": sum(window.done for window in windows) / self.options.seconds}

    def windows(self, count: int) -> list[Window]:
        begin = time.perf_counter() + self.options.ramp
        return [Window(begin, begin + self.options.seconds) for _ in range(count)]


def on_loop(main: Coroutine[Any, Any, Figures]) -> Figures:
    """On the loop that the service runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


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
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    sql = "SELECT name || ' ' || setting FROM pg_settings WHERE name = ANY (%s) ORDER BY name"
    with psycopg.connect(server.dsn()) as connection:
        settings = connection.execute(sql, (["server_version", "synchronous_commit", "fsync"],)).fetchall()
    return {
        "处理器": f"{os.cpu_count()} 核，{names[0] if names else platform.processor()}；内存 {memory:.0f} GiB",
        "PostgreSQL": "，".join(name for (name,) in settings),
        "Python": platform.python_version(),
        "开始时负载": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def table(lines: Sequence[Line], command: str) -> Table:
    shown = Table(
        title="与 eventsourcing 库（默认记录器与 ProjectionRunner）同场对照：各轮中位数（最低–最高）",
        caption=f"复测：{command} --only 名称。倍数大于 1 即本系统更好。极限：不合批，pgbench 每条 INSERT 一次提交。",
    )
    for title in ("名称", "测量", "单位", OURS, LIBRARY, "倍数", LIMIT):
        shown.add_column(title, justify="left" if title in ("名称", "测量", "单位") else "right")
    for line in lines:
        ratio = statistics.median(line.ours) / statistics.median(line.library)
        ratio = 1 / ratio if line.lower_is_better else ratio
        ours, library, limit = map(_spread, (line.ours, line.library, line.limit))
        shown.add_row(line.measure, line.title, line.unit, ours, library, f"{ratio:.2f}×", limit)
    return shown


def _spread(values: Sequence[float]) -> str:
    if not values:
        return "—"
    digits = 1 if max(values) < 100 else 0
    low, middle, high = (f"{of(values):,.{digits}f}" for of in (min, statistics.median, max))
    return f"{middle} ({low}–{high})"
