"""HTTP command: 32 connections kept alive, one worker, the same command on the same streams as in the cycle.

Both services are new processes every round, under the same uvicorn with uvloop and httptools, after a collection and
a freeze of what start-up left. Ours is the whole API, with a token; the library's is `library.app`. The client is a
process of its own too; what they share are the machine's cores.
"""

import gc
import multiprocessing
import socket
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import uvicorn
from fastapi import FastAPI

from api import tokens
from api.app import create_app
from api.settings import Addresses, Settings
from benchmarks import client, library
from benchmarks.harness import LIBRARY, OURS, Bench, Figures, Line
from benchmarks.sample import LEDGER, OpenCases

CONNECTIONS = 32
NEW = multiprocessing.get_context("spawn")


def measure(bench: Bench) -> list[Line]:
    with bench.database("http") as database:
        theirs = library.environment(database, pool=CONNECTIONS)
        library.recorder(theirs)
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        urls = Addresses(*map(database.dsn, ("postgres", "huiyin_app", "huiyin_daemon")), embedded=False)
        settings = Settings(ledgers=(LEDGER,), secret="benchmarks")
        load = client.Load(
            token=tokens.issue(database.dsn()),
            connections=CONNECTIONS,
            ramp=max(bench.options.ramp, 0.5),
            seconds=bench.options.seconds,
            cases=[str(case) for case in open_cases.ids],
            body=open_cases.contact,
        )

        def run(make: Callable[..., FastAPI], *arguments: Any) -> Figures:
            open_cases.cut()
            with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
                process = NEW.Process(target=_serve, args=(listening, make, arguments), daemon=True)
                process.start()
                port = listening.getsockname()[1]
            try:
                with ProcessPoolExecutor(1, NEW) as other:
                    return other.submit(client.run, load, port).result()
            finally:
                process.terminate()
                process.join()

        title = f"HTTP 命令，{CONNECTIONS} 个连接"
        sides = {
            OURS: partial(run, create_app, settings, urls),
            LIBRARY: partial(run, library.app, theirs, open_cases.setting),
        }
        found = bench.take_turns(title, sides)

    def line(title: str, unit: str, name: str, lower_is_better: bool) -> Line:
        ours, theirs = ([figures[name] for figures in found[side]] for side in (OURS, LIBRARY))
        return Line("http", title, unit, ours, theirs, lower_is_better=lower_is_better)

    return [
        line(title, "请求/秒", "rate", False),
        line("其中 p50", "毫秒", "p50", True),
        line("其中 p99", "毫秒", "p99", True),
    ]


def _serve(listening: socket.socket, make: Callable[..., FastAPI], arguments: tuple[Any, ...]) -> None:
    service = make(*arguments)
    config = uvicorn.Config(service, loop="uvloop", http="httptools", access_log=False, log_level="warning")
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run([listening])
