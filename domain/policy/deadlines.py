"""Due dates, and how each was derived.

Counting follows the Civil Code 201–203 (L9): the first day is not counted; a period of months ends on the same day
number, or at the month's end where there is none; where the rule says so, a last day on which nobody works moves on
to the next working day.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any, assert_never
from uuid import UUID

from domain.codes import Recomputation, Restart
from domain.policy.rulebook import AnchorKind, Count, CountedIn, DeadlineKind, DeadlineRule
from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.values import Frozen


class Anchor(Frozen):
    """The recorded event a clock starts at, and the day it counts from. `restart`: the event started the clock anew,
    and whatever becomes known later does not take it back to where the rule would have begun."""

    stream: UUID
    version: int
    event: str
    on: date
    restart: Restart | None = None


class Deadline(Frozen):
    """A due date with its derivation. `due_on` runs to 24:00, Asia/Shanghai.

    `counted_to` is the day that counting alone gives. `skipped` are the days on which nobody works: in a count of
    working days those passed over, else those at the end that it was moved over. `cap` is the last day the rule
    admits; `calendar` names the notices consulted (`2026@1`; version 0 is a year not announced). `provisional`: it is
    set again once such a year is announced, the session's end is known, or the reply it is counted back from is due on
    a day that stands. `supersedes` is the version of the event, on the same stream, whose deadline this one replaces;
    that was due on `moved_from`: more time was granted, the clock stood still for `paused_days`, or the day was
    `recomputed`.
    """

    kind: DeadlineKind
    rule: str
    rulebook: str
    rulebook_version: int
    anchor: Anchor
    counted_in: CountedIn
    value: int | None = None
    backwards: bool = False
    counted_to: date | None = None
    skipped: tuple[date, ...] = ()
    cap: date | None = None
    calendar: str | None = None
    provisional: bool = False
    due_on: date
    source: str
    supersedes: int | None = None
    moved_from: date | None = None
    paused_days: int | None = None
    recomputed: Recomputation | None = None

    @property
    def granted(self) -> bool:
        """Whether somebody has given more time, or the clock stood still: such a day stands."""
        return self.moved_from is not None and self.recomputed is None

    @property
    def started_anew(self) -> bool:
        """Whether an event started this clock anew; limits set before anchors told so tell it as the cause."""
        return self.anchor.restart is not None or self.recomputed is Recomputation.RESTART

    def moved(self, due_on: date, supersedes: int, **change: Any) -> "Deadline":
        """The same limit on a later day, in place of the one that event set."""
        told = {"due_on": due_on, "moved_from": self.due_on, "counted_to": self.counted_to or self.due_on}
        stands = {"provisional": False, "paused_days": None, "recomputed": None}
        return self.model_copy(update={**told, **stands, "supersedes": supersedes, **change})


def derive(rule: DeadlineRule, rulebook: str, rulebook_version: int, anchor: Anchor, days: WorkingDays) -> Deadline:
    """The deadline a rule sets from an anchor, by the working days known."""
    backwards, rolls = bool(rule.backwards), bool(rule.rolls)
    counted, passed = count(rule, anchor.on, days, backwards=backwards)
    due, moved = _roll(counted, days, backwards=backwards) if rolls else (counted, ())
    cap = count(rule.cap, anchor.on, days)[0] if rule.cap else None
    due = min(due, cap) if cap else due
    asked = rolls or CountedIn.WORKDAY in (rule.counted_in, rule.cap and rule.cap.counted_in)
    span = (min(anchor.on, due), max(anchor.on, due, counted))
    return Deadline(
        kind=rule.kind,
        rule=rule.rule,
        rulebook=rulebook,
        rulebook_version=rulebook_version,
        anchor=anchor,
        counted_in=rule.counted_in,
        value=rule.value,
        backwards=backwards,
        counted_to=counted if counted != due else None,
        skipped=(*passed, *moved),
        cap=cap,
        calendar=days.version(*span) if asked else None,
        provisional=(asked and days.provisional(*span)) or stands_in(rule, anchor),
        due_on=due,
        source=rule.source,
    )


def stands_in(rule: DeadlineRule, anchor: Anchor) -> bool:
    """Whether the clock of this rule would start at the session's end, and starts at another event until the day of
    that is known."""
    waits = rule.anchor is AnchorKind.SESSION_CLOSE and anchor.restart is None
    return waits and not anchor.event.startswith("Session")


def back_from(
    reply: Deadline, rule: DeadlineRule, rulebook: str, rulebook_version: int, begun: date, days: WorkingDays
) -> Deadline:
    """The limit that such a rule counts back from the day this reply is due, for a unit that began on this day; as
    provisional as that day."""
    anchor = reply.anchor.model_copy(update={"on": reply.due_on})
    found = not_before(derive(rule, rulebook, rulebook_version, anchor, days), begun)
    return found.model_copy(update={"provisional": found.provisional or reply.provisional})


def not_before(due: Deadline, begun: date) -> Deadline:
    """The limit itself; where counting back from the reply's last day would end before it began, that last day."""
    if not due.backwards or due.due_on >= begun:
        return due
    return due.model_copy(update={"due_on": due.anchor.on, "counted_to": due.counted_to or due.due_on, "skipped": ()})


def after_pause(due: Deadline, stood: int, supersedes: int, rule: DeadlineRule | None, days: WorkingDays) -> Deadline:
    """The same limit later by the days its clock stood still, up to its cap; it moves on to a working day as its rule
    does, and as every count of working days ends on one."""
    until = due.due_on + timedelta(days=stood)
    if rule is not None and (rule.rolls or rule.counted_in is CountedIn.WORKDAY):
        until, _ = _roll(until, days, backwards=False)
    until = max(due.due_on, min(until, due.cap) if due.cap else until)
    return due.moved(until, supersedes, paused_days=stood)


def farthest(due: Deadline, rule: DeadlineRule | None, days: WorkingDays) -> date | None:
    """The last day the limit may be extended to; None where its rule names none. A fixed date is the next after the
    day first counted, everything else counts from the same anchor; neither goes beyond the cap."""
    if rule is None or rule.extension is None:
        return due.cap
    how = rule.extension.limit
    begin = due.anchor.on if how.counted_in is not CountedIn.FIXED_DATE else due.counted_to or due.due_on
    limit, _ = count(how, begin, days)
    cap = count(rule.cap, due.anchor.on, days)[0] if rule.cap else None
    return min(limit, cap) if cap else limit


def count(how: Count, start: date, days: WorkingDays, *, backwards: bool = False) -> tuple[date, tuple[date, ...]]:
    """The day a count ends on, and the days it passed over. The first day is not counted."""
    value, sign = how.value or 0, -1 if backwards else 1
    match how.counted_in:
        case CountedIn.DAY:
            return start + timedelta(days=value * sign), ()
        case CountedIn.WORKDAY:
            return _working_days(start, value, days, sign * ONE_DAY)
        case CountedIn.MONTH:
            return add_months(start, value * sign), ()
        case CountedIn.FIXED_DATE:
            month, day = how.month or 1, how.day or 1
            this_year = _on(start.year, month, day)
            return (this_year if this_year >= start else _on(start.year + 1, month, day)), ()
        case _:
            assert_never(how.counted_in)


def _working_days(day: date, value: int, days: WorkingDays, step: timedelta) -> tuple[date, tuple[date, ...]]:
    passed = []
    while value > 0:
        day += step
        if days.works(day):
            value -= 1
        else:
            passed.append(day)
    return day, tuple(sorted(passed))


def _roll(day: date, days: WorkingDays, *, backwards: bool) -> tuple[date, tuple[date, ...]]:
    """The day itself, or where nobody works on it the nearest one on which people do."""
    passed, step = [], -ONE_DAY if backwards else ONE_DAY
    while not days.works(day):
        passed.append(day)
        day += step
    return day, tuple(sorted(passed))


def add_months(start: date, months: int) -> date:
    """The same day number `months` later, or that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return _on(year, month + 1, start.day)


def _on(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
