"""The file of lines that are no events: each with its number, why, and as it stood."""

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from api.history.reading import Rejected


class Rejects:
    """A file for the account that imports alone: a line may hold personal details. It begins anew with each run, but
    for one that goes on where another was broken off. On disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._noted: set[tuple[str, int, str]] = set()
        self._begun = False

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, path: Path, rejected: Sequence[Rejected], resumed: bool) -> None:
        if not self._begun:
            self._begun = True
            self._begin(resumed)
        new = [one for one in rejected if (path.name, one.line, one.reason) not in self._noted]
        if not new:
            return
        file = self._opened()
        self._noted |= {(path.name, one.line, one.reason) for one in new}
        file.write(b"".join(orjson.dumps(_told(path, one)) + b"\n" for one in new))
        file.flush()
        os.fsync(file.fileno())

    def _begin(self, resumed: bool) -> None:
        """Know what an earlier run has noted, or let go of it."""
        if not resumed:
            self._path.unlink(missing_ok=True)
        elif self._path.exists():
            whole = self._path.read_bytes()
            whole = whole[: whole.rfind(b"\n") + 1]
            self._noted = {(one["file"], one["line"], one["reason"]) for one in map(orjson.loads, whole.splitlines())}
            os.truncate(self._path, len(whole))  # a line that was broken off is noted anew

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
        return self._file


def _told(path: Path, one: Rejected) -> dict[str, Any]:
    told: dict[str, Any] = {"file": path.name, "line": one.line, "code": one.code, "reason": one.reason}
    try:
        return {**told, "original": one.original.decode("utf-8")}
    except UnicodeDecodeError:
        return {**told, "original_base64": base64.b64encode(one.original).decode("ascii")}
