"""The load of `over_http`: keeps connections busy, each with one request at a time.

HTTP/1.1 by hand on bare protocols, so that the client costs a small part of what the server does.
"""

import asyncio
import json
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any, cast

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NOW = "2024-01-01T00:00:00.000000+00:00"
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Load:
    token: str
    connections: int
    ramp: float
    seconds: float
    cases: list[str]
    body: dict[str, Any]


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last is whole."""

    def __init__(self, load: Load, cases: Iterator[str], begin: float) -> None:
        body = json.dumps({**load.body, "occurred_at": _NOW}, ensure_ascii=False).encode()
        self._head = (
            f" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {load.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self._before, self._after = body.split(_NOW.encode())
        self._cases = cases
        self._begin, self._end = begin, begin + load.seconds
        self._received = b""
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        now = datetime.now(UTC).isoformat(timespec="microseconds").encode()
        path = f"POST /proposals/{next(self._cases)}/contacts".encode()
        self._sent = time.perf_counter()
        self._transport.write(b"".join((path, self._head, self._before, now, self._after)))

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or length is None or len(body) < int(length[1]):
            return
        now, self._received = time.perf_counter(), b""
        if head[9:12] != b"200":
            self.done.set_exception(RuntimeError(f"{head.decode()}\n{body.decode()}"))
        elif now >= self._end:
            self.done.set_result(None)
        else:
            if now >= self._begin:
                self.took.append(now - self._sent)
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


def run(load: Load, port: int) -> dict[str, float]:
    """Requests per second, and the median and the 99th percentile of their milliseconds."""
    return uvloop.run(_run(load, port))


async def _run(load: Load, port: int) -> dict[str, float]:
    loop = asyncio.get_running_loop()
    # the server's socket listens before the server is up: the first answer says that it is
    ready = Connection(load, cycle(load.cases), 0.0)
    ready._end = 0.0
    async with asyncio.timeout(_PATIENCE + load.ramp + load.seconds):
        await loop.create_connection(lambda: ready, "127.0.0.1", port)
        await ready.done
        begin = time.perf_counter() + load.ramp
        # no two connections share a stream
        own = [cycle(load.cases[number :: load.connections]) for number in range(load.connections)]
        busy = [Connection(load, cases, begin) for cases in own]
        for connection in busy:
            await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*(connection.done for connection in busy))
    took = [seconds * 1000 for connection in busy for seconds in connection.took]
    cuts = statistics.quantiles(took, n=100)
    return {"rate": len(took) / load.seconds, "p50": cuts[49], "p99": cuts[98]}
