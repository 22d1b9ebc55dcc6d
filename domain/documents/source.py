"""A TOML text as data with the place of everything in it, or why it cannot be read, in Chinese."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.documents.lines import Path, Place, last_statement, places

DEEPEST = 20
"""Tables and lists within each other; a rulebook has five."""

_TOO_DEEP = "层层嵌套过深"
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ENDLESS = re.compile(r"[0-9_]{4000}")
_STAND_IN = "2000-01-01"
_FULL_WIDTH = "“”‘’＂＇＝＃．，：［］｛｝【】　"

_OPEN = ("Unterminated string", "Expected \"'")
"""How tomllib begins where it looks for a quotation mark in vain."""

_SYNTAX = {
    "Expected newline or end of document": "一行只写一项，这里多出了内容",
    "Expected '=' after a key": "键名后应为等号",
    "Expected ']": "表名后应为方括号",
    **dict.fromkeys(_OPEN, "引号没有结束"),
    "Illegal character '\\n'": "引号没有结束",
    "Found invalid character '\\n'": "引号没有结束",
    "Invalid initial character for a key part": "键名应由英文字母、数字、下划线或连字符组成，否则须加引号",
    "Invalid statement": "不是合法的语句，应为“键 = 值”或“[表名]”",
    "Invalid value": "值无法识别：文字须加引号，真假写作 true、false",
    "Invalid date": "没有这个日期或时间",
    "Cannot declare": "这个表前面已经写过",
    "Cannot overwrite a value": "这一项前面已经写过",
    "Duplicate inline table key": "这一项前面已经写过",
    "Cannot mutate immutable namespace": "这个表前面已经写完，不能再补",
    "Cannot redefine namespace": "这个表前面已经写完，不能再补",
    "Unclosed array": "数组没有写完：缺逗号或右方括号",
    "Unclosed inline table": "行内表没有写完：缺逗号或右花括号，也不能换行",
    "Unescaped": "反斜线后的字符不能转义，反斜线自身须写作两个",
    "Invalid hex value": "转义的字符编号不合法",
    "Escaped character": "转义的字符编号不合法",
    "Illegal character": "含有不允许的字符",
    "Found invalid character": "含有不允许的字符",
}
"""What tomllib says, by how it begins."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a text is no TOML: at which line, and the sentence. A parser cannot go on, so it tells one thing a time."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a text says. `no_such_day` are dates that the calendar does not have, as written, by their path; in `data`
    another day stands in for them, so that the rest can be read."""

    data: dict[str, Any]
    places: dict[Path, Place]
    no_such_day: dict[Path, str]


def read(toml: str) -> Source | Broken:
    """Read a TOML text."""
    toml = toml.replace("\r\n", "\n")
    impossible: dict[int, str] = {}
    while True:
        try:
            data, found = tomllib.loads(toml), places(toml)
        except tomllib.TOMLDecodeError as error:
            at = _offset(toml, str(error))
            written = _impossible_day(toml, at)
            if written is None:
                return Broken(_line(toml, at, str(error)), _told(toml, at, str(error)))
            impossible[written.start()] = written[0]
            toml = toml[: written.start()] + _STAND_IN + toml[written.end() :]
        except RecursionError:
            return Broken(1, _TOO_DEEP)
        except ValueError:  # more digits than Python takes for a number
            endless = _ENDLESS.search(toml)
            return Broken(toml.count("\n", 0, endless.start() if endless else 0) + 1, "数过长")
        else:
            deep = [place.line for path, place in found.items() if len(path) > DEEPEST]
            by_value = {place.value: path for path, place in found.items()}
            days = {by_value[at]: day for at, day in impossible.items()}
            return Broken(deep[0], _TOO_DEEP) if deep else Source(data, found, days)


def _line(toml: str, at: int, error: str) -> int:
    """What is said twice is found only behind it, an open quotation mark at the end of all: both stand where they
    begin."""
    if error.startswith(("Cannot", "Duplicate")):
        return last_statement(toml[:at])
    if error.startswith(_OPEN):
        lines = toml.split("\n")
        return next(count for count in range(len(lines), 0, -1) if not _ends_open("\n".join(lines[: count - 1])))
    return toml.count("\n", 0, at) + 1


def _ends_open(toml: str) -> bool:
    try:
        tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        return str(error).startswith(_OPEN)
    return False


def _offset(toml: str, error: str) -> int:
    matched = _AT.search(error)
    if matched is None or matched[1] is None:
        return len(toml.rstrip())
    lines = toml.split("\n")
    return sum(len(line) + 1 for line in lines[: int(matched[1]) - 1]) + int(matched[2]) - 1


def _impossible_day(toml: str, at: int) -> re.Match[str] | None:
    """The date that the parser stumbled over, if it is one that does not exist: it stops at its beginning, or after
    the year where month or day have no such number at all."""
    for start in (at, at - len("2024")):
        written = _DAY.match(toml, start) if start >= 0 else None
        if written is not None and not _exists(written[0]):
            return written
    return None


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _told(toml: str, at: int, error: str) -> str:
    message = next((told for begins, told in _SYNTAX.items() if error.startswith(begins)), "不是合法的 TOML")
    near = toml[at : at + 1]
    if error.startswith("Invalid initial character for a key part") and near in ("\n", "}"):
        return "行内表须写在一行内，最后一项之后没有逗号"
    return f"{message}（此处是全角符号，应改用半角）" if near and near in _FULL_WIDTH else message
