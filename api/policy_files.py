"""The rulebooks and calendar notices there are to choose from: those that come with the program, and the operator's.

They are files until somebody adopts them; from then on history carries them, whatever becomes of the files.
"""

import errno
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from os.path import realpath
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from api.settings import Settings
from domain.documents.check import NOTICE, RULEBOOK, Checked, DocumentKind, Fault, check_all
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import Notice

D = TypeVar("D", bound=BaseModel)

_WHY = {
    errno.ENOENT: "不存在",
    errno.EACCES: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "这是文件，不是文件夹",
    errno.ELOOP: "链接绕了一圈，指向自己",
    errno.ENAMETOOLONG: "名称过长",
}

_PACKAGE = Path(str(files("domain")))


@dataclass(frozen=True, slots=True)
class Shelf(Generic[D]):
    """The sound documents of one kind with their files, and everything wrong with the others."""

    documents: tuple[tuple[Path, D], ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """All that may be adopted or announced."""

    rulebooks: Shelf[Rulebook]
    notices: Shelf[Notice]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return (*self.rulebooks.faults, *self.notices.faults)

    def rulebook(self, name: str, version: int, *, shipped: bool = False) -> Rulebook | None:
        """The rulebook of this id and version; `shipped`: if it came with the program."""
        for path, known in self.rulebooks.documents:
            if (known.id, known.version) == (name, version) and (is_shipped(path) or not shipped):
                return known
        return None


def read(settings: Settings) -> PolicyFiles:
    """Every file, shipped and the operator's, judged. Raises nothing: a file that cannot be opened is a fault."""
    return PolicyFiles(
        _shelf(RULEBOOK, "rulebooks", settings.rulebooks), _shelf(NOTICE, "calendars", settings.calendars)
    )


def is_shipped(path: Path) -> bool:
    """Whether a file came with the program."""
    return path.is_relative_to(_PACKAGE)


def rulebook_faults(settings: Settings, asked: Iterable[Path]) -> list[Fault]:
    """Everything wrong with these files, put beside the others there are."""
    return _faults(RULEBOOK, "rulebooks", settings.rulebooks, tuple(asked))


def notice_faults(settings: Settings, asked: Iterable[Path]) -> list[Fault]:
    """The same for calendar notices."""
    return _faults(NOTICE, "calendars", settings.calendars, tuple(asked))


def _shelf(kind: DocumentKind[D], shipped: str, own: Path | None) -> Shelf[D]:
    paths, missing = _known(shipped, own)
    checked, unreadable = _judged(kind, paths)
    sound = tuple((Path(one.file), one.document) for one in checked if one.document is not None)
    return Shelf(sound, (*missing, *unreadable, *(fault for one in checked for fault in one.faults)))


def _faults(kind: DocumentKind[D], shipped: str, own: Path | None, asked: tuple[Path, ...]) -> list[Fault]:
    same = {realpath(path) for path in asked}
    others = [path for path in _known(shipped, own)[0] if realpath(path) not in same]
    checked, unreadable = _judged(kind, (*others, *dict.fromkeys(asked)))
    named = {str(path) for path in asked}
    return [fault for fault in (*unreadable, *(f for one in checked for f in one.faults)) if fault.file in named]


def _judged(kind: DocumentKind[D], paths: Iterable[Path]) -> tuple[list[Checked[D]], list[Fault]]:
    texts = [(str(path), _text(path)) for path in paths]
    unreadable = [text for _, text in texts if isinstance(text, Fault)]
    return check_all(kind, [(file, text) for file, text in texts if isinstance(text, str)]), unreadable


def _known(shipped: str, own: Path | None) -> tuple[list[Path], list[Fault]]:
    """The files of both folders, the shipped ones first; or why the operator's folder cannot be looked into."""
    paths = list(_in(_PACKAGE / shipped))
    same = {realpath(path) for path in paths}
    try:
        return [*paths, *(path for path in (_in(own) if own else ()) if realpath(path) not in same)], []
    except OSError as error:
        return paths, [Fault(str(own), None, "folder-unreadable", f"文件夹无法读取：{_why(error)}")]


def _in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".toml" and not path.name.startswith("."):
            yield path


def _why(error: OSError) -> str:
    return _WHY.get(error.errno or 0) or str(error.strerror)


def _text(path: Path) -> str | Fault:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return Fault(str(path), None, "file-unreadable", f"文件无法读取：{_why(error)}")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return Fault(str(path), line, "file-not-utf8", "不是 UTF-8 编码，请另存为 UTF-8")
