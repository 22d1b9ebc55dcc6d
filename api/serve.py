"""`huiyin serve`: the small parent that owns the database and watches over its children.

It starts PostgreSQL (or takes DATABASE_URL), migrates, then starts and restarts the API, the daemon and the reactions.
A child that dies takes nothing with it; the parent's own death takes all of them.
"""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

import structlog

from api import policy_files
from api.settings import Addresses, Settings, addresses, keys
from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError, die_with_parent, make_data_folder
from ledger.migrate import check, migrate

WATCH_SECONDS = 0.1
CALM_SECONDS = 10.0
PATIENCE = 10.0
PORTS_TRIED = 20

log = structlog.get_logger()


class ServeError(Exception):
    """Why the service cannot start. `code` is stable; the message is for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Child:
    """A process of ours, and when it may be started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.1
    not_before: float = 0.0

    def watch(self) -> None:
        """Start it if it is not running; one that keeps dying is started less and less often."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.warning("child_died", child=self.name, code=self.process.returncode)
            self.pause = 0.1 if now - self.started > CALM_SECONDS else min(self.pause * 2, 5.0)
            self.process, self.not_before = None, now + self.pause
        if self.process is None and now >= self.not_before:
            self.started = now
            self.process = subprocess.Popen(  # noqa: S603  # our own program
                self.command,
                env=self.environment,
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # the parent has no threads
            )

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(settings: Settings, ready: Callable[[Addresses, int], None]) -> None:
    """Run until SIGTERM or SIGINT. `ready` is called once everything is up, with the addresses and the port."""
    _only_sound_files(settings)
    stopping = stop_on_signal()
    with _only_one(settings.data):
        keys(settings).check()
        port = free_port(settings)
        server = None if settings.database_url else EmbeddedPostgres(settings.data, settings.postgres_bin).ensure()
        children: list[Child] = []
        try:
            urls = addresses(settings, server)
            if urls.embedded:
                migrate(urls.owner)
            else:
                check(urls.owner)
            children = _children(settings, urls, port)
            announced = False
            while not stopping():
                for child in children:
                    child.watch()
                _watch_database(server)
                if not announced and _listens(settings.host, port):
                    announced = True
                    ready(urls, port)
                time.sleep(WATCH_SECONDS)
        finally:
            for child in reversed(children):
                child.stop()
            if server is not None:
                server.stop()


def _only_sound_files(settings: Settings) -> None:
    """Nothing starts beside a rulebook or a notice that may not be adopted: whoever wrote it is here to read why."""
    if faults := policy_files.read(settings).faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        raise ServeError("policy-files-invalid", f"办理规则或节假日安排有 {len(faults)} 处问题，服务没有启动：\n{told}")


def _children(settings: Settings, urls: Addresses, port: int) -> list[Child]:
    program = [sys.executable, "-m", "api.cli"]
    given = {**os.environ, **urls.environment(), "HUIYIN_DATA": str(settings.data), "HUIYIN_PORT": str(port)}
    return [Child(name, [*program, name], given) for name in ("daemon", "reactions", "api")]


def _watch_database(server: EmbeddedPostgres | None) -> None:
    if server is None or server.alive():
        return
    try:
        server.ensure()
        log.warning("database_restarted")
    except EmbeddedPostgresError as error:
        log.warning("database_down", code=error.code, error=str(error))


def free_port(settings: Settings) -> int:
    """The port set, or where none was set the usual one or the next free one after it."""
    tried = 1 if "port" in settings.model_fields_set else PORTS_TRIED
    for port in range(settings.port, min(settings.port + tried, 65_536)):
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                    told = f"本机没有“{settings.host}”这个地址，请用 HUIYIN_HOST 另设"
                    raise ServeError("host-invalid", told) from None
                continue
            return port
    taken = f"{settings.port}" if tried == 1 else f"{settings.port} 及其后 {tried - 1} 个"
    raise ServeError("port-taken", f"端口 {taken} 已被占用，请用 HUIYIN_PORT 另设")


def _listens(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.settimeout(0.5)
        return tried.connect_ex(("127.0.0.1" if host == "0.0.0.0" else host, port)) == 0  # noqa: S104  # asked, not bound


def stop_on_signal() -> Callable[[], bool]:
    """Tells whether SIGTERM or SIGINT has come since."""
    asked = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return lambda: asked


@contextmanager
def _only_one(data: Path) -> Iterator[IO[bytes]]:
    """One service per data folder."""
    try:
        make_data_folder(data)
        lock = (data / "serve.lock").open("ab")
    except OSError as error:
        raise ServeError("data-unusable", f"数据目录 {data} 无法使用：{error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServeError("already-running", f"数据目录 {data} 上已有一个 huiyin serve 在运行") from None
        yield lock
