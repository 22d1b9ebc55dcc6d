"""A history file, line by line: acts of neighbouring lines, and what every line read so far comes to as one digest."""

import codecs
import gzip
import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID, uuid5

from api.history.line import NotTaken, Source, read
from domain.streams import NAMESPACE
from ledger.imported import Told

LONGEST = 1_000_000
"""Bytes of a line; an event has at most 60,000."""
WINDOW = 2_000
"""Lines that are imported in one append, to the end of the act the last of them is in: where a window ends follows from
the file alone, so that every run of it asks for the same receipts."""

_BOM = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GZIP = bytes((0x1F, 0x8B))


class FileRefused(Exception):
    """A file that cannot be read as a whole; nothing of it was imported. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Rejected(NamedTuple):
    """A line that is no event, as it stood, and why."""

    line: int
    code: str
    reason: str
    original: bytes


class Fact(NamedTuple):
    line: int
    told: Told
    original: bytes


@dataclass(frozen=True, slots=True)
class Act:
    """The facts of one act. `receipt` is the id under which all lines up to its last one are in the ledger."""

    facts: tuple[Fact, ...]
    receipt: UUID


@dataclass(frozen=True, slots=True)
class Window:
    """Acts for one append, and the lines between them that are no events. `receipt` is that of its last line."""

    acts: tuple[Act, ...]
    rejected: tuple[Rejected, ...]
    receipt: UUID
    lines: int
    """How many lines were read, blank ones too, from the file's beginning."""
    bytes_read: int


def windows(path: Path, source: Source) -> Generator[Window, None, None]:
    """All of a file. Raises `FileRefused`, before anything of it was read."""
    with _opened(path) as (stream, raw):
        yield from _windows(stream, raw, source)


def size(path: Path) -> int:
    return path.stat().st_size


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            unpacked: Any = gzip.GzipFile(fileobj=raw) if packed else nullcontext(raw)
            with unpacked as stream:
                _check_encoding(path, stream)
                stream.seek(0)
                yield stream, raw
    except (OSError, EOFError) as error:
        raise FileRefused("import-file-unreadable", f"{path}：读不了（{error}）") from error


def _check_encoding(path: Path, stream: IO[bytes]) -> None:
    """A file in another encoding is refused as a whole, rather than line by line."""
    head = stream.read(LONGEST)
    if b"\x00" in head[:4] or head.startswith(_UTF16):
        raise FileRefused("import-file-encoding", f"{path}：像是 UTF-16 编码，请另存为 UTF-8")
    lines = head.splitlines()[:1000]
    if len(lines) > 1 and len(head) == LONGEST:
        lines.pop()
    bad = [line for line in lines if not _decodes(line, "utf-8")]
    if lines and len(bad) * 2 > len(lines):
        gbk = all(_decodes(line, "gb18030") for line in bad)
        like = "（像是 GBK）" if gbk else ""
        raise FileRefused("import-file-encoding", f"{path}：不是 UTF-8 编码{like}，请另存为 UTF-8")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _windows(stream: IO[bytes], raw: IO[bytes], source: Source) -> Iterator[Window]:
    chain, number, begun = hashlib.sha256(), 0, 0
    acts: list[Act] = []
    rejected: list[Rejected] = []
    open_act: list[Fact] = []
    name: str | None = None
    digest = chain.digest()

    def end_act() -> None:
        if open_act:
            acts.append(Act(tuple(open_act), receipt_of(source, digest)))
            open_act.clear()

    for line in stream:
        number += 1
        original = line.rstrip(b"\r\n")
        text = original.removeprefix(_BOM) if number == 1 else original
        found, act = _read(number, text, source) if text.strip() else (None, name)
        if isinstance(found, Fact) and (act is None or act != name):
            end_act()
            if number - begun > WINDOW:
                yield Window(tuple(acts), tuple(rejected), receipt_of(source, digest), number - 1, raw.tell())
                acts, rejected, begun = [], [], number - 1
            name = act
        chain.update(original + b"\n")
        digest = chain.digest()
        if isinstance(found, Fact):
            open_act.append(found)
        elif isinstance(found, Rejected):
            rejected.append(found)
    end_act()
    if number > begun:
        yield Window(tuple(acts), tuple(rejected), receipt_of(source, digest), number, raw.tell())


def receipt_of(source: Source, digest: bytes) -> UUID:
    """The id under which what a digest stands for is in the ledger."""
    return uuid5(NAMESPACE, f"{source.ledger}/import/{source.name}/{digest.hex()}")


def _read(number: int, text: bytes, source: Source) -> tuple[Fact | Rejected, str | None]:
    if len(text) > LONGEST:
        too_long = f"一行 {len(text)} 字节，上限 {LONGEST} 字节"
        return Rejected(number, "import-line-too-long", too_long, text), None
    try:
        line, told = read(text, source)
    except NotTaken as error:
        return Rejected(number, error.code, error.reason, text), None
    return Fact(number, told, text), line.act
