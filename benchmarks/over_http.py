"""HTTP command: 32 connections kept alive, one worker, the same command on the same streams as in the cycle.

Both services are new processes every round, under the same uvicorn with uvloop and httptools, after a collection and
a freeze of what start-up left. Ours is the whole API, with a token; the library's is `library.app`. The client is a
process of its own too, HTTP/1.1 by hand, so that it costs a small part of what a server does; before it counts, it has
asked for every case once. The limit is FastAPI that answers without doing anything.
"""

import asyncio
import json
import multiprocessing
import re
import socket
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from api import tokens
from api.app import create_app
from api.collector import settle
from api.settings import Addresses, Settings
from benchmarks import library
from benchmarks.harness import LIBRARY, LIMIT, OURS, Bench, Figures, Line, Window
from benchmarks.sample import LEDGER, OpenCases

CONNECTIONS = 32
CASES = 32 * CONNECTIONS
OWN_MEDIAN = "本系统的 p50"
NEW = multiprocessing.get_context("spawn")
_NOW = "2024-01-01T00:00:00.000000+00:00"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Countdown:
    """Like a window, of so many requests that do not count."""

    left: int
    done: int = 0

    def goes_on(self) -> bool:
        self.left -= 1
        return self.left >= 0


def measure(bench: Bench) -> list[Line]:
    with bench.database("http") as database:
        theirs = library.environment(database, pool=CONNECTIONS)
        library.recorder(theirs).datastore.close()
        open_cases = OpenCases(database, "stored_events", bench.options.cases)
        roles = ("postgres", "huiyin_app", "huiyin_daemon", "huiyin_reactions")
        owner, app, daemon, reactions = map(database.dsn, roles)
        settings = Settings(ledgers=(LEDGER,), secret=LEDGER)
        cases = [str(case) for case in open_cases.ids[:CASES]]
        client = partial(_client, tokens.issue(owner), cases, open_cases.contact, bench.options.seconds)

        def run(make: Callable[..., FastAPI], *arguments: Any) -> Figures:
            open_cases.cut()
            with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
                server = NEW.Process(target=_serve, args=(listening, make, arguments), daemon=True)
                server.start()
                port = listening.getsockname()[1]
            try:
                with ProcessPoolExecutor(1, NEW) as other:
                    return other.submit(client, port).result()
            finally:
                server.terminate()
                server.join()

        title = f"HTTP 命令，{CONNECTIONS} 个连接"
        sides = {
            OURS: partial(run, create_app, settings, Addresses(owner, app, daemon, reactions, embedded=False)),
            LIBRARY: partial(run, library.app, theirs, open_cases.setting),
            LIMIT: partial(run, bare),
        }
        found = bench.take_turns(title, sides)

    def line(name: str, title: str, unit: str, figure: str) -> Line:
        rounds = {side: [figures[figure] for figures in found[side]] for side in sides}
        return Line(name, title, unit, rounds, lower_is_better=figure != "rate")

    slow = line("http-p99", f"{title}：p99", "毫秒", "p99")
    own = {OWN_MEDIAN: [figures["p50"] for figures in found[OURS]]}
    return [
        line("http", title, "请求/秒", "rate"),
        line("http-p50", f"{title}：p50", "毫秒", "p50"),
        replace(slow, rounds={**slow.rounds, **own}),
    ]


def bare() -> FastAPI:
    """What FastAPI can do on this machine: the same address, and nothing done."""
    service = FastAPI()

    @service.post("/proposals/{case}/contacts")
    async def answer(case: str) -> dict[str, str]:
        return {"stream": case}

    return service


def _serve(listening: socket.socket, make: Callable[..., FastAPI], arguments: tuple[Any, ...]) -> None:
    service = make(*arguments)
    config = uvicorn.Config(service, loop="uvloop", http="httptools", access_log=False, log_level="warning")
    settle()
    uvicorn.Server(config).run([listening])


def _client(token: str, cases: list[str], body: dict[str, Any], seconds: float, port: int) -> dict[str, float]:
    """Requests per second, and the median and the 99th percentile of their milliseconds."""
    written = json.dumps({**body, "occurred_at": _NOW}, ensure_ascii=False).encode()
    head = (
        f" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(written)}\r\n\r\n"
    )
    before, after = (head.encode() + written).split(_NOW.encode())

    async def keep_busy(own: list[str], window: Window | Countdown) -> list[float]:
        """One request at a time on one connection."""
        took: list[float] = []
        paths = cycle([f"POST /proposals/{case}/contacts".encode() for case in own])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while window.goes_on():
            now = datetime.now(UTC).isoformat(timespec="microseconds").encode()
            sent = time.perf_counter()
            writer.write(b"".join((next(paths), before, now, after)))
            answer = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(answer)
            content = await reader.readexactly(int(length[1]) if length else 0)
            took.append((time.perf_counter() - sent) * 1000)
            if answer[9:12] != b"200":
                raise RuntimeError(answer.decode() + content.decode())
        writer.close()
        return took[-window.done - 1 : -1]  # the last one ended after the window

    async def run() -> dict[str, float]:
        async with asyncio.timeout(60 + seconds):
            # the socket listens before the service is up: its first answer says that it is
            await keep_busy(cases[:1], Countdown(1))
            # no two connections share a stream
            own = [cases[number::CONNECTIONS] for number in range(CONNECTIONS)]
            await asyncio.gather(*(keep_busy(mine, Countdown(len(mine))) for mine in own))
            begin = time.perf_counter() + 1.0
            windows = [Window(begin, begin + seconds) for _ in range(CONNECTIONS)]
            took = [one for found in await asyncio.gather(*map(keep_busy, own, windows)) for one in found]
        cuts = statistics.quantiles(took, n=100)
        return {"rate": len(took) / seconds, "p50": cuts[49], "p99": cuts[98]}

    return uvloop.run(run())
