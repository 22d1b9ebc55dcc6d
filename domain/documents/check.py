"""Rulebooks and calendar notices as files: everything that is wrong with them, told by file, line, field and rule.

Three questions are put to a file, and what one finds wrong does not keep the next from the rest: is it TOML, has it
the fields and types, is it consistent. Types are taken at their word here: `"5"` is no number, 1 is not true.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from domain import claims
from domain.documents.lines import Path
from domain.documents.source import Broken, Source, read
from domain.messages import message_of
from domain.policy import soundness, working_days
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import Notice
from domain.rules import CALENDAR_CONSISTENT, RULEBOOK_CONSISTENT
from domain.values import beyond_limits

D = TypeVar("D", bound=BaseModel)

_INDEX = re.compile(r"\.(\d+)(?=\.|$)")
_UNMOVED: Mapping[Path, Path] = {(): ()}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file. `line` counts from 1; None where the file could not be opened. `field` is its path
    (`deadlines[2].day`), `rule` the id of the rule it stands in; `code` is for programs, `message` Chinese."""

    file: str
    line: int | None
    code: str
    message: str
    field: str | None = None
    rule: str | None = None

    def __str__(self) -> str:
        """`xian.toml 第 34 行，deadlines[0].day（规则 reply-by-15-may）：没有 9 月 31 日这一天 [code]`"""
        line = f" 第 {self.line} 行" if self.line else ""
        rule = f"（规则 {self.rule}）" if self.rule else ""
        return f"{self.file}{line}{f'，{self.field}' if self.field else ''}{rule}：{self.message} [{self.code}]"


@dataclass(frozen=True, slots=True)
class DocumentKind(Generic[D]):
    """A kind of document.

    `problems` are asked of a document whose shape is right. `identity` names the two fields that may not come twice.
    `stand_in` is a sound document whose fields take the place of required ones that are wrong, so that the others can
    be looked at, and `in_items` does so for the tables of a list; where a field has none, nothing can be said about
    the rest. An item of a list is judged only where its `telling_apart` fields are right. `day` writes a TOML date as
    JSON.
    """

    model: type[D]
    identity: tuple[str, str]
    problems: Callable[[D], Iterable[tuple[str, str]]]
    inconsistent: str
    duplicate: str
    stand_in: Mapping[str, Any]
    in_items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    telling_apart: frozenset[str] = frozenset()
    day: Callable[[Any], Any] = str


@dataclass(frozen=True, slots=True)
class Checked(Generic[D]):
    """A file's document, if it is whole and sound; else what is wrong with it, in the order of its lines."""

    file: str
    document: D | None
    faults: tuple[Fault, ...] = ()
    identity: tuple[Any, Any] | None = None
    identity_line: int | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    path: Path
    code: str
    message: str


RULEBOOK = DocumentKind(
    model=Rulebook,
    identity=("id", "version"),
    problems=lambda rulebook: (*soundness.problems(rulebook), *claims.problems(rulebook)),
    inconsistent=RULEBOOK_CONSISTENT.id,
    duplicate="rulebook-duplicate",
    stand_in={
        "id": "stand-in",
        "version": 1,
        "title": "-",
        "origin": "-",
        "source": "-",
        "deadlines": [
            {"kind": "REPLY", "rule": "-", "anchor": "TRANSFER", "counted_in": "DAY", "value": 1, "source": "-"}
        ],
        "class_scheme": {"id": "-", "classes": [{"code": "A", "title": "-"}]},
        "ratings": ["DISSATISFIED"],
        "contact_before_reply": {"gate": "OFF", "source": "-"},
    },
    in_items={"deadlines": {"rule": "-", "source": "-"}, "ladder": {"rule": "-", "source": "-"}},
    telling_apart=frozenset({"when"}),
    day=lambda _: 0.5,  # no field of a rulebook holds a day, and none holds half a thing
)

NOTICE = DocumentKind(
    model=Notice,
    identity=("year", "version"),
    problems=working_days.problems,
    inconsistent=CALENDAR_CONSISTENT.id,
    duplicate="calendar-duplicate",
    stand_in={"version": 1, "title": "-", "holidays": []},
    day=lambda day: day.isoformat(),  # TOML has days, hours and both: what is no day is told as such
)


def check(kind: DocumentKind[D], file: str, toml: str) -> Checked[D]:
    """Judge one file. `file` is the name to tell it by."""
    source = read(toml)
    if isinstance(source, Broken):
        return Checked(file, None, (Fault(file, source.line, "toml-invalid", source.message),))
    document, findings = _judge(kind, source)
    lines = {".".join(map(str, path)): place.line for path, place in source.places.items()}
    faults = _in_order(_fault(file, source.data, lines, finding) for finding in findings)
    name, version = (source.data.get(field) for field in kind.identity)
    if not isinstance(name, str | int) or not isinstance(version, int):
        return Checked(file, document, faults)
    return Checked(file, document, faults, (name, version), lines[kind.identity[0]])


def check_all(kind: DocumentKind[D], files: Iterable[tuple[str, str]]) -> list[Checked[D]]:
    """Judge files that are to be used together: of two with one identity the later is at fault."""
    known: dict[tuple[Any, Any], Checked[D]] = {}
    judged = []
    for file, toml in files:
        checked = check(kind, file, toml)
        first = known.setdefault(checked.identity, checked) if checked.identity else checked
        judged.append(checked if first is checked else _again(kind, checked, first))
    return judged


def _again(kind: DocumentKind[D], checked: Checked[D], first: Checked[D]) -> Checked[D]:
    name, version = checked.identity or ("", "")
    message = f"“{name}”第 {version} 版已在 {first.file} 第 {first.identity_line} 行写过，同一版本只能有一份"
    fault = Fault(checked.file, checked.identity_line, kind.duplicate, message, kind.identity[0])
    return replace(checked, document=None, faults=_in_order((*checked.faults, fault)))


def _judge(kind: DocumentKind[D], source: Source) -> tuple[D | None, list[_Finding]]:
    """The document if nothing is wrong with it; and all that is."""
    impossible = [_Finding(path, "no-such-day", f"没有 {day} 这一天") for path, day in source.no_such_day.items()]
    document, misshapen = _shaped(kind, source.data)
    found = [*impossible, *misshapen, *_beyond_limits(source.data)]
    sound, origin = _sound_part(kind, source.data, found) if found or document is None else (document, _UNMOVED)
    if sound is None:
        return None, found
    inconsistent = [
        _Finding(_original(_path(field), origin), kind.inconsistent, message) for field, message in kind.problems(sound)
    ]
    found += [one for one in inconsistent if not any(_touch(one.path, other.path) for other in found)]
    return None if found else document, found


def _shaped(kind: DocumentKind[D], data: Mapping[str, Any]) -> tuple[D | None, list[_Finding]]:
    """The document, or where fields are missing, unknown or of another type."""
    try:
        return kind.model.model_validate_json(json.dumps(data, default=kind.day), strict=True), []
    except ValidationError as error:
        return None, [_Finding(item["loc"], item["type"], message_of(item)) for item in error.errors()]


def _beyond_limits(data: Mapping[str, Any]) -> Iterator[_Finding]:
    for path, beyond in beyond_limits(data):
        yield _Finding(path, beyond.type, beyond.message())


def _sound_part(
    kind: DocumentKind[D], data: Mapping[str, Any], found: Iterable[_Finding]
) -> tuple[D | None, Mapping[Path, Path]]:
    """The document without what is wrong in it, and where its parts stood before others were left out; None where
    nothing can be said about the rest."""
    without = {_left_out(kind, finding.path) for finding in found if finding.code != "missing"}
    while () not in without:
        origin: dict[Path, Path] = {}
        kept = _kept(data, (), (), without, origin)
        document, wrong = _shaped(kind, _filled(kind, kept))
        if document is not None:
            return document, origin
        # what lacks a field that nothing stands in for goes as a whole
        lacking = [one.path[:-1] if one.code == "missing" else one.path for one in wrong]
        without |= {_left_out(kind, _original(path, origin)) for path in lacking}
    return None, _UNMOVED


def _filled(kind: DocumentKind[D], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The required fields that are wanting, from the document that stands in."""
    whole = {**kind.stand_in, **kept}
    for name, value in kept.items():
        stand_in, in_item = kind.stand_in.get(name), kind.in_items.get(name, {})
        if isinstance(value, dict) and isinstance(stand_in, dict):
            whole[name] = {**stand_in, **value}
        elif isinstance(value, list):
            whole[name] = [{**in_item, **item} if isinstance(item, dict) else item for item in value]
    return whole


def _left_out(kind: DocumentKind[D], path: Path) -> Path:
    """What has to go because of something wrong at a path: that, or the whole item of a list that could not be told
    from the others without it."""
    return path[:2] if len(path) > 2 and path[2] in kind.telling_apart else path


def _kept(value: Any, old: Path, new: Path, without: Collection[Path], origin: dict[Path, Path]) -> Any:
    """A value without what stands at these paths. `origin` is told the old path of every new one."""
    origin[new] = old
    if isinstance(value, dict):
        left = [key for key in value if (*old, key) not in without]
        return {key: _kept(value[key], (*old, key), (*new, key), without, origin) for key in left}
    if isinstance(value, list):
        places = [index for index in range(len(value)) if (*old, index) not in without]
        return [_kept(value[at], (*old, at), (*new, to), without, origin) for to, at in enumerate(places)]
    return value


def _original(path: Path, origin: Mapping[Path, Path]) -> Path:
    known = next(size for size in range(len(path), -1, -1) if path[:size] in origin)
    return (*origin[path[:known]], *path[known:])


def _path(field: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


def _touch(one: Path, other: Path) -> bool:
    """Whether one path leads to the other's place or into it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _fault(file: str, data: Mapping[str, Any], lines: Mapping[str, int], finding: _Finding) -> Fault:
    """A finding with its line: that of the nearest thing written, as a missing field stands nowhere."""
    written = ".".join(map(str, finding.path))
    near = written
    while near not in lines and near:
        near = near.rpartition(".")[0]
    field = _INDEX.sub(r"[\1]", written) or None
    return Fault(file, lines.get(near, 1), finding.code, finding.message, field, _rule(data, finding.path))


def _rule(data: Mapping[str, Any], path: Path) -> str | None:
    """The id of the rule that a path leads into."""
    within = data.get(str(path[0])) if len(path) > 1 else None
    item = within[path[1]] if isinstance(within, list) and isinstance(path[1], int) else None
    rule = item.get("rule") if isinstance(item, dict) else None
    return rule if isinstance(rule, str) else None


def _in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line or 0))
