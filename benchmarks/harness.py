"""What every measure shares: a server, a database of its own, rounds, windows of time, pgbench.

The sides of a measure take turns round by round, every other round in the opposite order, so that drift of the
machine hits all of them. The first round warms up and is thrown away, and so is the beginning of every window.
"""

import asyncio
import gc
import os
import platform
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import uvloop
from psycopg import Connection
from rich.console import Console

from api.collector import settle
from ledger.embedded import EmbeddedPostgres
from ledger.migrate import migrate

T = TypeVar("T")

OURS, LIBRARY, LIMIT = "本系统", "eventsourcing 库", "极限"

Figures = Mapping[str, float]
"""What one side found in one round; `rate` is per second."""


@dataclass(frozen=True, slots=True)
class Options:
    """`seconds` is the length of a counted window, `ramp` what goes before it. `cases`: streams that the writers of
    a cycle take in turn. `backlog`: events our engine takes in, `library_backlog` the library's runner. `bulk`: events
    of a bulk import. `city`: proposals of the city whose history is imported."""

    rounds: int
    warm_ups: int
    seconds: float
    ramp: float
    cases: int
    backlog: int
    library_backlog: int
    bulk: int
    city: int


DEFAULT = Options(
    rounds=5,
    warm_ups=1,
    seconds=2.0,
    ramp=0.5,
    cases=1_600,
    backlog=20_000,
    library_backlog=2_000,
    bulk=40_000,
    city=400,
)
QUICK = Options(
    rounds=1, warm_ups=0, seconds=0.4, ramp=0.2, cases=200, backlog=2_000, library_backlog=200, bulk=4_000, city=20
)


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of every counted round of every side, ours among them. `missing`: sides that are not installed, and
    how to install them."""

    name: str
    title: str
    unit: str
    rounds: Mapping[str, Sequence[float]]
    missing: Mapping[str, str] = field(default_factory=dict)
    lower_is_better: bool = False
    note: str = ""


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
    def __init__(self, server: EmbeddedPostgres, options: Options, folder: Path) -> None:
        """`folder` is on the server's disk, for a peer that keeps its own files."""
        self.options = options
        self.folder = folder
        self.console = Console()
        if not self.console.is_terminal:
            self.console = Console(width=160)
        self.server = server

    @contextmanager
    def database(self, name: str, *, migrated: bool = True) -> Iterator[Database]:
        """One for a measure or a peer, so that none finds the tables of another; `migrated`: with ours."""
        with psycopg.connect(self.server.dsn(database="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
            if migrated:
                migrate(self.server.dsn(database=name))
            yield Database(self.server, name)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def take_turns(self, title: str, sides: Mapping[str, Callable[[], Figures]]) -> dict[str, list[Figures]]:
        """Every side's counted rounds. The collector is as the service sets it, for every side."""
        found: dict[str, list[Figures]] = {name: [] for name in sides}
        for number in range(1 - self.options.warm_ups, self.options.rounds + 1):
            told = []
            for name in list(sides) if number % 2 else reversed(list(sides)):
                settle()
                figures = sides[name]()
                gc.unfreeze()
                told.append(f"{name} {figures['rate']:,.0f}/s")
                if number:
                    found[name].append(figures)
            turn = f"第 {number}/{self.options.rounds} 轮" if number else "热身"
            self.console.print(f"{title}  {turn}：{'，'.join(told)}", highlight=False)
        return found

    def compare(
        self,
        name: str,
        title: str,
        unit: str,
        sides: Mapping[str, Callable[[], Figures]],
        missing: Mapping[str, str] | None = None,
        note: str = "",
    ) -> Line:
        """One line out of turns."""
        found = self.take_turns(title, sides)
        rates = {side: [figures["rate"] for figures in rounds] for side, rounds in found.items()}
        return Line(name, title, unit, rates, missing or {}, note=note)

    @contextmanager
    def setting(self, **settings: int) -> Iterator[None]:
        """Settings of the whole server for a while; its connections follow before their next statement."""
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)
            yield
            for name in settings:
                connection.execute(f"ALTER SYSTEM RESET {name}".encode())
            connection.execute("SELECT pg_reload_conf()")
            time.sleep(0.5)

    def pgbench(self, database: Database, script: str, writers: int, **variables: str) -> Figures:
        """One statement per transaction, prepared, by the server's own client: no language stands between."""
        with database.connected() as connection:
            folder = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
        program, seconds = Path(folder[0] if folder else "") / "pgbench", max(1, round(self.options.seconds))
        options = f"--no-vacuum --protocol=prepared --file=/dev/stdin --time={seconds} --client={writers}"
        defined = [f"--define={name}={value}" for name, value in variables.items()]
        command = [str(program), *options.split(), f"--jobs={min(writers, 2)}", *defined, database.dsn()]
        ran = subprocess.run(command, input=script.replace("\n", " "), text=True, capture_output=True, check=True)
        found = re.search(r"tps = ([\d.]+) \(without", ran.stdout)
        return {"rate": float(found[1]) if found else 0.0}

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


def on_loop(main: Coroutine[Any, Any, T]) -> T:
    """On the loop that the service runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


@contextmanager
def running(options: Options) -> Iterator[Bench]:
    """On a new embedded PostgreSQL with the product's settings, in a folder its account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-bench-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "data") as server:
            migrate(server.dsn())
            yield Bench(server, options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def machine(bench: Bench) -> dict[str, str]:
    """What the figures were measured on and with."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    names = [line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    sql = "SELECT name || ' ' || setting FROM pg_settings WHERE name = ANY (%s) ORDER BY name"
    with psycopg.connect(bench.server.dsn()) as connection:
        settings = connection.execute(sql, (["server_version", "synchronous_commit", "fsync"],)).fetchall()
    return {
        "处理器": f"{os.cpu_count()} 核，{names[0] if names else platform.processor()}；内存 {memory:.0f} GiB",
        "PostgreSQL": "，".join(name for (name,) in settings),
        "Python": platform.python_version(),
        "日期": f"{datetime.now(UTC):%Y-%m-%d}",
        "开始时负载": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }
