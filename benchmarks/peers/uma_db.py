"""UmaDB: a native event store, its server a process of its own on the same disk, over its Python client.

All threads share one client, which is faster than one each. A new stream is a new tag, and the append condition is
that no event has it. Everything is left at its default; it syncs its file before it answers.
"""

import contextlib
import importlib
import importlib.util
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.harness import Bench, Figures
from benchmarks.plain import STATE, TOPIC
from benchmarks.sample import fresh_ids
from ledger.embedded import die_with_parent

NAME = "UmaDB"
SERVE = "from umadb.umadb_server_cli import main; main()"


def missing() -> str | None:
    return None if importlib.util.find_spec("umadb") else "make bench（或 pip install umadb）"


@contextmanager
def opened(bench: Bench) -> Iterator[Callable[[int], Figures]]:
    umadb: Any = importlib.import_module("umadb")
    with _server(bench.folder / "umadb") as address:
        client = _connected(umadb, address)

        def append(stream: str) -> None:
            event = umadb.Event(TOPIC, STATE, [stream])
            new = umadb.AppendCondition(umadb.Query([umadb.QueryItem(tags=[stream])]))
            client.append([event], new)

        append("taken")
        with contextlib.suppress(umadb.IntegrityError):
            append("taken")
            raise RuntimeError("a version that is taken was written again")
        ids = fresh_ids()
        yield lambda writers: bench.in_threads(writers, lambda _: lambda: append(str(next(ids))))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"127.0.0.1:{listening.getsockname()[1]}"
    command = [sys.executable, "-c", SERVE, "--listen", address, "--db-path", str(folder)]
    dying = die_with_parent(signal.SIGKILL)
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=dying)  # noqa: PLW1509 - no thread yet
    try:
        yield f"http://{address}"
    finally:
        server.kill()
        server.wait()


def _connected(umadb: Any, address: str) -> Any:
    until = time.monotonic() + 20
    while True:
        try:
            client = umadb.Client(address)
            client.head()
        except umadb.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return client
