"""Working days with 调休, from the yearly notices of the State Council's General Office.

A year that no notice has announced is provisional: weekends are off, and so are the holidays that the law ties to a
day of the solar calendar (全国年节及纪念日放假办法). Whoever counts through such a year must say so.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.values import Frozen

ONE_DAY = timedelta(days=1)

FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}
"""Holidays whose day is known without a notice."""

YEAR_END = (12, 25)
"""From here on the next year's notice may speak: new year holidays and the weekend worked for them have begun in the
last days of December, never earlier."""

_MOVING = {
    "春节": (1950, (1, 20), (2, 25)),
    "清明": (2008, (4, 4), (4, 6)),
    "端午": (2008, (5, 26), (6, 28)),
    "中秋": (2008, (9, 6), (10, 10)),
}
"""The other holidays of the law, whose days only a notice tells: the first year in which each gave days off, and
between which days of a year it can fall."""

_THIRD_OF_OCTOBER_SINCE = 2000
"""The law of 1949 gave two days off for 国庆节, that of 1999 three."""

WEEKEND = {5: "周六", 6: "周日"}


class Holiday(Frozen):
    """Days off in a row, first and last included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY


class Notice(Frozen):
    """One year's notice. `working` are the weekend days on which people work instead. Days of the December before may
    belong to it. It must load for ever: `problems()` is asked at the door, never on load."""

    year: int
    version: int
    title: str
    sources: tuple[str, ...] = ()
    holidays: tuple[Holiday, ...]
    working: tuple[date, ...] = ()


def parse(toml: str) -> Notice:
    """Read a notice from TOML text. Raises `tomllib.TOMLDecodeError` or `pydantic.ValidationError`."""
    return Notice.model_validate(tomllib.loads(toml))


def problems(notice: Notice) -> Iterator[tuple[str, str]]:
    """What is wrong with a notice, as (field, Chinese sentence); empty where it may be announced."""
    if notice.version < 1:
        yield "version", "版本号从 1 起"
    if not 1950 <= notice.year <= 2199:
        yield "year", "年份不在可用范围"
        return
    first, last = date(notice.year - 1, *YEAR_END), date(notice.year, 12, 31)
    sound: list[Holiday] = []
    for index, holiday in enumerate(notice.holidays):
        taken = {day for other in sound for day in other.days}
        if holiday.last < holiday.first or (holiday.last - holiday.first).days > 31:
            yield f"holidays.{index}.last", "假期的末日不得早于首日，也不会超过一个月"
        elif not first <= holiday.first <= holiday.last <= last:
            yield f"holidays.{index}.first", "假期须在本年（或上年十二月最后七天）之内"
        elif not taken.isdisjoint(holiday.days):
            yield f"holidays.{index}.first", "与前面的假期重叠"
        else:
            sound.append(holiday)
    off = {day for holiday in sound for day in holiday.days}
    for index, day in enumerate(notice.working):
        if day.weekday() not in WEEKEND or day in off or not first <= day <= last:
            yield f"working.{index}", "调休上班的须是假期之外的周末"
        elif day in notice.working[:index]:
            yield f"working.{index}", "这一天已经写过"
    if len(notice.working) > len(off):
        yield "working", "调休上班的天数不会多于放假的天数"
    if len(sound) == len(notice.holidays):
        yield from _lacking(notice, off)


def contradictions(notice: Notice, known: Iterable[Notice]) -> Iterator[tuple[str, str]]:
    """Where a notice gives a day off that the notice of another year has people work on, or the other way round; as
    `problems`. Years meet in December."""
    others = [other for other in known if other.year != notice.year]
    working = {day: other.year for other in others for day in other.working}
    off = {day: other.year for other in others for holiday in other.holidays for day in holiday.days}
    for index, holiday in enumerate(notice.holidays):
        for day in sorted(working.keys() & set(holiday.days)):
            yield f"holidays.{index}.first", f"{working[day]} 年的安排写明 {day} 上班"
    for index, day in enumerate(notice.working):
        if day in off:
            yield f"working.{index}", f"{off[day]} 年的安排写明 {day} 放假"


def _lacking(notice: Notice, off: Collection[date]) -> Iterator[tuple[str, str]]:
    """The holidays of the law that a notice forgets: its year would be final without them."""
    days = {date(notice.year, month, day): name for (month, day), name in FIXED.items()}
    if notice.year < _THIRD_OF_OCTOBER_SINCE:
        del days[date(notice.year, 10, 3)]
    fixed = [name for day, name in days.items() if day not in off]
    due = [name for name, (since, _, _) in _MOVING.items() if since <= notice.year]
    moving = [name for name in due if not any(_gives(holiday, name, notice.year) for holiday in notice.holidays)]
    if lacking := dict.fromkeys((*fixed, *moving)):
        yield "holidays", f"没有写全法定节假日，或不在其时令：{'、'.join(lacking)}"


def _gives(holiday: Holiday, name: str, year: int) -> bool:
    """Whether these days off are the holiday's of this name: named so, and at the time of the year when it comes. A
    notice may give two in one, as 国庆节、中秋节."""
    _, begin, end = _MOVING[name]
    return name in holiday.name and holiday.first <= date(year, *end) and holiday.last >= date(year, *begin)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """What the notices known so far say together."""

    notices: Mapping[int, Notice] = field(default_factory=dict)
    off: Mapping[date, str] = field(default_factory=dict)
    working: frozenset[date] = frozenset()

    def announced(self, year: int) -> bool:
        return year in self.notices

    def known(self, year: int) -> int:
        """The version of the year's notice; 0 where it is not announced yet."""
        return self.notices[year].version if self.announced(year) else 0

    def works(self, day: date) -> bool:
        return day in self.working or self.why_off(day) is None

    def why_off(self, day: date) -> str | None:
        """The holiday's name, or the day of the weekend; None on a working day."""
        if day in self.working:
            return None
        fixed = None if self.announced(day.year) else FIXED.get((day.month, day.day))
        return self.off.get(day) or fixed or WEEKEND.get(day.weekday())

    def version(self, first: date, last: date) -> str:
        """Which notices speak about these days, e.g. `2026@1,2027@0`; version 0 is a year not announced yet."""
        return ",".join(f"{year}@{self.known(year)}" for year in _years(first, last))

    def provisional(self, first: date, last: date) -> bool:
        return not all(map(self.announced, _years(first, last)))

    def with_notice(self, notice: Notice) -> "WorkingDays":
        """The same with this year's notice, in place of an earlier version of it."""
        notices = {**self.notices, notice.year: notice}
        off = {day: h.name for known in notices.values() for h in known.holidays for day in h.days}
        return WorkingDays(notices, off, frozenset(day for known in notices.values() for day in known.working))


def _years(first: date, last: date) -> range:
    """The years whose notices may speak about these days."""
    return range(first.year, last.year + (2 if (last.month, last.day) >= YEAR_END else 1))
