"""HTTP command: 32 connections kept alive, one worker, the same command on the same streams as in the cycle.

Ours is the service as `huiyin serve` starts it (`python -m api.cli api`: uvicorn, uvloop, httptools). The library's is
`library_app`, as lean as FastAPI allows. Both are new processes every round, and so is the client, so that neither
takes time from the other's interpreter; what they share are the machine's cores.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from api import tokens
from api.settings import Addresses
from benchmarks import library
from benchmarks.harness import Bench, Database, Figures, Line
from benchmarks.sample import LEDGER, Streams

CONNECTIONS = 32
ROOT = Path(__file__).parent.parent


def measure(bench: Bench) -> list[Line]:
    with bench.database("http") as database:
        settings = library.environment(database, pool=CONNECTIONS)
        factory, _ = library.recorder(settings, "http")
        factory.close()
        streams = Streams(database, "library.http_events", bench.options.cases)
        token = tokens.issue(database.dsn())

        def served_by(module: list[str], environment: Mapping[str, str]) -> Figures:
            streams.cut()
            port = _free_port()
            with _child(module, {**environment, "HUIYIN_PORT": str(port)}, port):
                return _load(bench, streams, token, port)

        job = {"settings": settings, "dsn": database.dsn("huiyin_app")}
        sides = {
            "本系统": lambda: served_by(["api.cli", "api"], _environment(database)),
            "库": lambda: served_by(["benchmarks.library_app"], {"BENCH_JOB": json.dumps(job)}),
        }
        found = bench.take_turns(f"HTTP 命令，{CONNECTIONS} 个连接", sides)

    def line(title: str, unit: str, name: str, *, lower_is_better: bool = False) -> Line:
        ours, theirs = ([figures[name] for figures in found[side]] for side in sides)
        return Line("http", title, unit, ours, theirs, lower_is_better=lower_is_better)

    return [
        line(f"HTTP 命令，{CONNECTIONS} 个连接", "请求/秒", "rate"),
        line("其中 p50", "毫秒", "p50", lower_is_better=True),
        line("其中 p99", "毫秒", "p99", lower_is_better=True),
    ]


def _environment(database: Database) -> dict[str, str]:
    roles = (database.dsn(), database.dsn("huiyin_app"), database.dsn("huiyin_daemon"))
    return {
        **Addresses(*roles, embedded=False).environment(),
        "HUIYIN_LEDGERS": json.dumps([LEDGER]),
        "HUIYIN_SECRET": secrets.token_hex(),
        "HUIYIN_HOST": "127.0.0.1",
    }


def _load(bench: Bench, streams: Streams, token: str, port: int) -> Figures:
    job = {
        "port": port,
        "token": token,
        "connections": CONNECTIONS,
        "ramp": max(bench.options.ramp, 0.5),
        "seconds": bench.options.seconds,
        "cases": [str(stream) for stream in streams.ids],
        "body": streams.year.contact(),
    }
    command = [sys.executable, "-m", "benchmarks.client"]
    told = subprocess.run(command, input=json.dumps(job), text=True, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    figures: dict[str, float] = json.loads(told.stdout)
    return figures


@contextmanager
def _child(module: list[str], environment: Mapping[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-m", *module]
    process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=ROOT)
    try:
        until = time.monotonic() + 30
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(module)} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(15)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
