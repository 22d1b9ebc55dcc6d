"""Due dates, and how each was derived.

Counting follows the Civil Code 201–203 (L9) but for one thing: the first day is not counted; a period of months ends
on the same day number, or at the month's end where there is none. A last day that is a holiday is not moved yet:
holidays are not known here.
"""

from calendar import monthrange
from datetime import date, timedelta
from uuid import UUID

from domain.policy.rulebook import CountedIn, DeadlineKind, DeadlineRule, Rulebook
from domain.values import Frozen


class Anchor(Frozen):
    """The recorded event a clock starts at, and the day it counts from."""

    stream: UUID
    version: int
    event: str
    on: date


class Deadline(Frozen):
    """A due date with its derivation. `due_on` runs to 24:00, Asia/Shanghai."""

    kind: DeadlineKind
    rule: str
    rulebook: str
    rulebook_version: int
    anchor: Anchor
    counted_in: CountedIn
    value: int | None = None
    due_on: date
    source: str


def derive(kind: DeadlineKind, rulebook: Rulebook, anchor: Anchor) -> Deadline | None:
    """The deadline a rulebook sets from an anchor; None where it sets none of this kind."""
    rule = rulebook.deadline(kind)
    if rule is None:
        return None
    return Deadline(
        kind=kind,
        rule=rule.rule,
        rulebook=rulebook.id,
        rulebook_version=rulebook.version,
        anchor=anchor,
        counted_in=rule.counted_in,
        value=rule.value,
        due_on=_due(rule, anchor.on),
        source=rule.source,
    )


def _due(rule: DeadlineRule, start: date) -> date:
    match rule.counted_in:
        case CountedIn.DAY:
            return start + timedelta(days=rule.value or 0)
        case CountedIn.MONTH:
            return add_months(start, rule.value or 0)
        case CountedIn.FIXED_DATE:
            month, day = rule.month or 1, rule.day or 1
            this_year = _on(start.year, month, day)
            return this_year if this_year >= start else _on(start.year + 1, month, day)


def add_months(start: date, months: int) -> date:
    """The same day number `months` later, or that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return _on(year, month + 1, start.day)


def _on(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
