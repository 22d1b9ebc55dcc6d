"""Cells as people fill them in: days in many shapes, numbers that are text and text that is numbers, lists of names."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from domain.labels import CODES
from domain.values import EARLIEST, LATEST

Cell = str | int | float | bool | date | datetime | None

_DAYS = (
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"),
    re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})\.?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_LETTER = re.compile(r".*?[〔\[(【［（](\d{4})[〕\])】］）]\s*(?:第)?\s*0*(\d{1,6})\s*号?")
_BETWEEN = re.compile(r"[、，,;；/\n]+")


class Unread(Exception):
    """What a cell holds is not what its column says. The reason is Chinese."""


def text(cell: Cell) -> str:
    """As it reads; a whole number without its `.0`."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def day(cell: Cell, epoch: datetime = WINDOWS_EPOCH) -> date:
    """A day as Excel keeps it (a date, or its serial number), or as it is written: 2019年5月1日, 2019.5.1, 20190501."""
    found: date | None = None
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and 10_000 <= cell < 80_000:
        serial = from_excel(int(cell), epoch)
        found = serial.date() if isinstance(serial, datetime) else None
    else:
        found = _written(_narrow(text(cell)))
    if found is None or not EARLIEST <= found <= LATEST:
        raise Unread("应为日期，如 2019年5月1日、2019.5.1、2019-05-01")
    return found


def number(cell: Cell) -> int:
    """A case number: 7, 007, ００７, 第7号."""
    found = re.fullmatch(r"第?\s*0*(\d{1,6})\s*号?", _narrow(text(cell)))
    if found is None or int(found[1]) == 0:
        raise Unread("应为编号，如 7、007、第7号")
    return int(found[1])


def letter(cell: Cell) -> tuple[int, int]:
    """Year and number of a letter: 水函〔2019〕23号."""
    found = _LETTER.fullmatch(_narrow(text(cell)))
    if found is None:
        raise Unread("应为发文字号，如 水函〔2019〕23号")
    return int(found[1]), int(found[2])


def names(cell: Cell) -> list[str]:
    """Names between 、，,;； or line ends, without the space that fills two characters up to three."""
    told = ("".join(one.split()) for one in _BETWEEN.split(text(cell)))
    return [one for one in dict.fromkeys(told) if one]


def code(cell: Cell, kind: type[StrEnum], words: Mapping[str, str]) -> str:
    """The code of a word: by the mapping, the catalogue's own word, or the code itself."""
    word = text(cell)
    known: dict[str, str] = {title: value for value, title in CODES[kind].items()}
    known |= {one.value: one.value for one in kind} | dict(words)
    if word not in known or known[word] not in {one.value for one in kind}:
        raise Unread(f"应为{'、'.join(CODES[kind].values())}之一，或在对照中写明")
    return known[word]


def _narrow(told: str) -> str:
    return unicodedata.normalize("NFKC", told)


def _written(told: str) -> date | None:
    for shape in _DAYS:
        if found := shape.fullmatch(told.replace(" ", "") if "年" in told else told):
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                return None
    return None
