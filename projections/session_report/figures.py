"""Figures with their numerator, denominator, definition and rounding rule; a percentage without them means nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

ROUNDING = "half-up"
"""One decimal place, half away from zero."""


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case behind a figure."""

    case: str
    case_no: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, or a share with its percentage (e.g. "78.6"). The cases of both sides come with it."""

    id: str
    title: str
    definition: str
    count: int
    of: int | None = None
    percent: str | None = None
    rounding: str | None = None
    cases: Sequence[CaseRef] = ()
    of_cases: Sequence[CaseRef] = ()
    members: Sequence[str] = ()


def counted(
    id: str, title: str, definition: str, cases: Sequence[CaseRef], members: Sequence[str] | None = None
) -> Figure:
    """How many cases there are, or where they are named, how many `members` they have."""
    count = len(cases) if members is None else len(members)
    return Figure(id, title, definition, count, cases=cases, members=members or ())


def share(id: str, title: str, definition: str, part: Sequence[CaseRef], whole: Sequence[CaseRef]) -> Figure:
    """Part of a whole; no percentage of an empty whole."""
    percent = half_up(len(part), len(whole)) if whole else None
    return Figure(id, title, definition, len(part), len(whole), percent, ROUNDING, part, whole)


def half_up(part: int, whole: int) -> str:
    """Percentage to one decimal place, by integers alone."""
    tenths = (part * 2000 + whole) // (whole * 2)
    return f"{tenths // 10}.{tenths % 10}"
