"""The load of `over_http`: a process that keeps connections busy, each with one request at a time.

HTTP/1.1 by hand on bare protocols, so that the client costs a small part of what the server does. Reads its job from
standard input, prints what it found as JSON.
"""

import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_NOW = "2024-01-01T00:00:00.000000+00:00"


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the last is whole."""

    def __init__(self, job: dict[str, Any], cases: Iterator[str], begin: float) -> None:
        body = json.dumps({**job["body"], "occurred_at": _NOW}, ensure_ascii=False).encode()
        self._head = (
            f" HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {job['token']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self._before, self._after = body.split(_NOW.encode())
        self._cases = cases
        self._begin, self._end = begin, begin + job["seconds"]
        self._received = b""
        self._sent = 0.0
        self.took: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
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
        now = time.perf_counter()
        self._received = b""
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


async def main() -> None:
    job = json.load(sys.stdin)
    loop, many = asyncio.get_running_loop(), job["connections"]
    begin = time.perf_counter() + job["ramp"]
    connections = []
    for number in range(many):
        own = cycle(job["cases"][number::many])  # no two connections ever share a stream
        _, made = await loop.create_connection(
            lambda own=own: Connection(job, own, begin),  # type: ignore[misc]  # a default is how a lambda binds
            "127.0.0.1",
            job["port"],
        )
        connections.append(made)
    await asyncio.gather(*(connection.done for connection in connections))
    took = [seconds * 1000 for connection in connections for seconds in connection.took]
    cuts = statistics.quantiles(took, n=100)
    print(json.dumps({"rate": len(took) / job["seconds"], "p50": cuts[49], "p99": cuts[98]}))


if __name__ == "__main__":
    uvloop.run(main())
