"""日历: which days people work, and what a notice may say."""

from datetime import date, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest

from domain import commands as c
from domain.events import CalendarAnnounced
from domain.policy.working_days import Holiday, Notice, WorkingDays, problems
from domain.rules import CALENDAR_CONSISTENT, CALENDAR_VERSION_FINAL
from domain.streams import calendar_stream
from tests.domain.given import LEDGER, NOTICES, Attempt, World, attempt, refuses

ALL = WorkingDays()
for _, shipped in sorted(NOTICES.items()):
    ALL = ALL.with_notice(shipped)


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", range(2015, 2027))
def test_two_libraries_agree_with_every_day_of_the_notices_shipped(year: int) -> None:
    other = holidays.country_holidays("CN", years=year)
    assert [day for day in days_of(year) if ALL.works(day) != chinese_calendar.is_workday(day)] == []
    assert [day for day in days_of(year) if ALL.works(day) != other.is_working_day(day)] == []


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_the_notices_shipped_may_be_announced(year: int) -> None:
    assert list(problems(NOTICES[year])) == []
    assert NOTICES[year].sources


def test_a_notice_speaks_about_the_december_before_too() -> None:
    assert ALL.works(date(2018, 12, 29))
    assert ALL.why_off(date(2018, 12, 31)) == "元旦"


def test_a_year_not_announced_is_provisional_and_knows_only_what_needs_no_notice() -> None:
    days = [date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 4), date(2027, 6, 9), date(2027, 6, 12)]
    assert [ALL.why_off(day) for day in days] == ["元旦", "劳动节", None, None, "周六"]
    assert ALL.provisional(date(2026, 12, 20), date(2027, 1, 5))
    assert ALL.version(date(2026, 12, 20), date(2027, 1, 5)) == "2026@1,2027@0"
    assert not ALL.provisional(date(2025, 12, 20), date(2026, 1, 5))


def test_a_notice_is_announced_and_known_from_then_on() -> None:
    world = World()
    [fact] = world.do(c.AnnounceCalendar(notice=NOTICES[2026]))
    assert fact.event == CalendarAnnounced(notice=NOTICES[2026])
    known = world.state(calendar_stream(LEDGER)).days
    assert not known.works(date(2026, 2, 16))
    assert known.works(date(2026, 2, 28))
    assert world.do(c.AnnounceCalendar(notice=NOTICES[2026])) == []


def test_a_later_version_takes_the_place_of_an_earlier_one() -> None:
    world = World()
    world.do(c.AnnounceCalendar(notice=NOTICES[2026]))
    shorter = Holiday(name="元旦", first=date(2026, 1, 1), last=date(2026, 1, 1))
    moved = NOTICES[2026].model_copy(update={"version": 2, "holidays": (shorter, *NOTICES[2026].holidays[1:])})
    world.do(c.AnnounceCalendar(notice=moved))
    known = world.state(calendar_stream(LEDGER)).days
    assert known.works(date(2026, 1, 2))
    assert known.version(date(2026, 1, 1), date(2026, 1, 2)) == "2026@2"


@refuses(c.AnnounceCalendar, CALENDAR_VERSION_FINAL, "notice.version")
def test_what_has_been_announced_is_not_rewritten() -> Attempt:
    world = World()
    world.do(c.AnnounceCalendar(notice=NOTICES[2026]))
    return attempt(world, c.AnnounceCalendar(notice=NOTICES[2026].model_copy(update={"working": ()})))


def notice(**change: Any) -> Notice:
    usual = {"year": 2027, "version": 1, "title": "测试", "holidays": (), "working": ()}
    return Notice(**{**usual, **change})


@refuses(c.AnnounceCalendar, CALENDAR_CONSISTENT, "notice.working.0")
@pytest.mark.parametrize("day", [date(2027, 1, 4), date(2028, 1, 1)], ids=["a Monday", "another year"])
def test_people_work_instead_on_weekends_of_the_year(day: date) -> Attempt:
    return attempt(World(), c.AnnounceCalendar(notice=notice(working=(day,))))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 1900}, "year"),
        ({"year": 20_260}, "year"),
        ({"year": -1}, "year"),
        ({"version": 0}, "version"),
        ({"holidays": (Holiday(name="春节", first=date(2027, 2, 9), last=date(2027, 2, 5)),)}, "holidays.0.last"),
        ({"holidays": (Holiday(name="春节", first=date(2026, 2, 5), last=date(2026, 2, 9)),)}, "holidays.0.first"),
    ],
)
def test_a_notice_that_cannot_be_is_refused_by_its_field(change: dict[str, Any], field: str) -> None:
    assert field in [found for found, _ in problems(notice(**change))]


LAW = (
    Holiday(name="元旦", first=date(2027, 1, 1), last=date(2027, 1, 3)),
    Holiday(name="春节", first=date(2027, 2, 5), last=date(2027, 2, 11)),
    Holiday(name="清明节", first=date(2027, 4, 5), last=date(2027, 4, 5)),
    Holiday(name="劳动节", first=date(2027, 5, 1), last=date(2027, 5, 5)),
    Holiday(name="端午节", first=date(2027, 6, 9), last=date(2027, 6, 9)),
    Holiday(name="中秋节", first=date(2027, 9, 15), last=date(2027, 9, 15)),
    Holiday(name="国庆节", first=date(2027, 10, 1), last=date(2027, 10, 7)),
)


@pytest.mark.parametrize("name", [holiday.name for holiday in LAW])
def test_no_holiday_of_the_law_is_forgotten(name: str) -> None:
    assert list(problems(notice(holidays=LAW))) == []
    [(field, told)] = problems(notice(holidays=tuple(holiday for holiday in LAW if holiday.name != name)))
    assert (field, name.removesuffix("节") in told) == ("holidays", True)


def with_holiday(name: str, first: date, last: date) -> Notice:
    """A whole notice in which this holiday takes the place of those that its name mentions."""
    kept = (holiday for holiday in LAW if holiday.name.removesuffix("节") not in name)
    return notice(holidays=(*kept, Holiday(name=name, first=first, last=last)))


def test_two_holidays_that_meet_are_given_in_one() -> None:
    assert list(problems(with_holiday("国庆节、中秋节", date(2027, 10, 1), date(2027, 10, 8)))) == []


@pytest.mark.parametrize(
    ("name", "first", "last", "lacking"),
    [
        ("春节清明端午中秋", date(2027, 2, 5), date(2027, 2, 11), "清明、端午、中秋"),
        ("春节", date(2027, 2, 26), date(2027, 3, 4), "春节"),
        ("清明节", date(2027, 4, 1), date(2027, 4, 3), "清明"),
        ("端午节、中秋节", date(2027, 6, 9), date(2027, 6, 11), "中秋"),
    ],
)
def test_a_holiday_is_given_when_it_comes_and_not_by_its_name_alone(
    name: str, first: date, last: date, lacking: str
) -> None:
    [(field, told)] = problems(with_holiday(name, first, last))
    assert (field, told.partition("：")[2]) == ("holidays", lacking)


@refuses(c.AnnounceCalendar, CALENDAR_CONSISTENT, "notice.holidays")
def test_a_placeholder_is_no_notice() -> Attempt:
    return attempt(World(), c.AnnounceCalendar(notice=notice(title="占位")))


def of_year(year: int, *forgotten: str) -> Notice:
    moved = (
        Holiday(name=h.name, first=h.first.replace(year=year), last=h.last.replace(year=year))
        for h in LAW
        if h.name not in forgotten
    )
    return notice(year=year, holidays=tuple(moved))


@pytest.mark.parametrize(
    ("year", "forgotten", "told"),
    [
        (2008, "清明节", True),
        (2007, "清明节", False),
        (2007, "端午节", False),
        (2007, "中秋节", False),
        (2007, "春节", True),
        (1951, "元旦", True),
        (1951, "劳动节", True),
        (1951, "国庆节", True),
    ],
)
def test_a_year_has_the_holidays_that_the_law_gave_then(year: int, forgotten: str, told: bool) -> None:
    assert [field for field, _ in problems(of_year(year, forgotten))] == (["holidays"] if told else [])


@pytest.mark.parametrize(("year", "told"), [(1999, False), (2000, True)])
def test_the_third_of_october_is_off_since_the_law_of_1999(year: int, told: bool) -> None:
    two_days = Holiday(name="国庆节", first=date(year, 10, 1), last=date(year, 10, 2))
    known = of_year(year, "国庆节")
    found = [field for field, _ in problems(known.model_copy(update={"holidays": (*known.holidays, two_days)}))]
    assert ("holidays" in found) is told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holidays": (*LAW, Holiday(name="元旦", first=date(2027, 1, 3), last=date(2027, 1, 4)))}, "holidays.7.first"),
        (
            {"holidays": (*LAW, Holiday(name="元旦", first=date(2026, 12, 24), last=date(2026, 12, 24)))},
            "holidays.7.first",
        ),
        ({"holidays": LAW, "working": (date(2027, 2, 20), date(2027, 2, 20))}, "working.1"),
        ({"holidays": LAW, "working": tuple(date(2027, 3, 6) + timedelta(days=7 * n) for n in range(30))}, "working"),
    ],
    ids=["overlapping", "before the year's end", "worked twice", "worked without end"],
)
def test_what_no_notice_has_ever_said_is_refused(change: dict[str, Any], field: str) -> None:
    assert field in [found for found, _ in problems(notice(**change))]


def of_2028(**change: Any) -> Notice:
    on = {holiday: (holiday.first.replace(year=2028), holiday.last.replace(year=2028)) for holiday in LAW}
    moved = tuple(Holiday(name=holiday.name, first=first, last=last) for holiday, (first, last) in on.items())
    return notice(year=2028, **{"holidays": moved, **change})


@refuses(c.AnnounceCalendar, CALENDAR_CONSISTENT, "notice.holidays.0.first")
def test_nobody_has_a_day_off_on_which_the_year_before_works() -> Attempt:
    world = World()
    world.do(c.AnnounceCalendar(notice=notice(holidays=LAW, working=(date(2027, 12, 26),))))
    long = Holiday(name="元旦", first=date(2027, 12, 25), last=date(2028, 1, 1))
    return attempt(world, c.AnnounceCalendar(notice=of_2028(holidays=(long, *of_2028().holidays[1:]))))


@refuses(c.AnnounceCalendar, CALENDAR_CONSISTENT, "notice.working.0")
def test_nobody_works_on_a_day_off_of_the_year_after() -> Attempt:
    world = World()
    long = Holiday(name="元旦", first=date(2027, 12, 25), last=date(2028, 1, 1))
    world.do(c.AnnounceCalendar(notice=of_2028(holidays=(long, *of_2028().holidays[1:]))))
    return attempt(world, c.AnnounceCalendar(notice=notice(holidays=LAW, working=(date(2027, 12, 26),))))


def test_neighbouring_years_that_agree_are_announced() -> None:
    world = World()
    for one in (notice(holidays=LAW, working=(date(2027, 12, 25),)), of_2028()):
        assert world.do(c.AnnounceCalendar(notice=one))


def test_a_weekend_on_which_people_work_has_no_reason_to_be_off() -> None:
    days = WorkingDays().with_notice(NOTICES[2026])
    assert (days.why_off(date(2026, 2, 14)), days.works(date(2026, 2, 14))) == (None, True)
    assert days.why_off(date(2026, 2, 21)) == "春节"
