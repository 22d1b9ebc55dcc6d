"""The made-up city: its units, its people, its sessions, and the days on which it works."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files

from api.simulate import figures as f
from api.simulate import people
from api.simulate.dice import Dice
from api.simulate.people import Member, Names, Person, Staff, Unit
from api.simulate.rules import REVISED, revised, rulebooks
from domain.policy import working_days
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import ONE_DAY, Notice, WorkingDays


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session: its days, and the rulebook its cases follow; `revised_on` a second version of it is adopted."""

    key: str
    year: int
    term: int
    meeting: int
    opened_on: date
    closed_on: date
    in_session_until: date
    handover_on: date
    circular_on: date
    campaign_on: date
    report_on: date
    rulebook: Rulebook
    revised_on: date | None


@dataclass(frozen=True, slots=True)
class Place:
    seed: int
    staff: Staff
    units: tuple[Unit, ...]
    members: tuple[Member, ...]
    meetings: tuple[Meeting, ...]
    working: WorkingDays
    notices: tuple[Notice, ...]
    by_code: dict[str, Unit] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Names of members, by their codes."""

    def unit(self, code: str) -> Unit:
        return self.by_code[code]

    def busy(self, dice: Dice) -> Unit:
        """A unit, the busiest most often."""
        return dice.choices(self.units, [1 / (rank + 1) ** f.SKEW for rank in range(len(self.units))])[0]

    def in_charge(self, unit: Unit) -> Person:
        """The vice mayor in whose portfolio the unit is."""
        return people.in_charge(self.staff, self.units, unit)

    def workday(self, on: date) -> date:
        """This day, or the next on which people work."""
        return workday(self.working, on)

    def announced_on(self, notice: Notice) -> date:
        """When the notice for a year became known: in November of the year before (L10); the older ones long since."""
        return self.workday(date(notice.year - 1, 11, 12))


def make(seed: int, years: int) -> Place:
    """The city of this seed, with one session a year, the last of them that of `figures.LAST_SESSION`."""
    notices = _notices()
    working = WorkingDays()
    for notice in notices:
        working = working.with_notice(notice)
    dice = Dice(seed, "people")
    names = Names(dice)
    staff, units, members = people.staff(names), people.units(names), people.members(dice, Names(dice))
    adopted = rulebooks()
    meetings = tuple(
        _meeting(
            year, working, adopted[number % len(adopted)], Dice(seed, "meeting", year), first=number < len(adopted)
        )
        for number, year in enumerate(range(f.LAST_SESSION - years + 1, f.LAST_SESSION + 1))
    )
    by_code, called = {unit.code: unit for unit in units}, {member.code: member.name for member in members}
    return Place(seed, staff, units, members, meetings, working, notices, by_code, called)


def workday(working: WorkingDays, on: date) -> date:
    while not working.works(on):
        on += ONE_DAY
    return on


def _notices() -> tuple[Notice, ...]:
    found = sorted((files("domain") / "calendars").iterdir(), key=lambda file: file.name)
    every = [working_days.parse(file.read_text(encoding="utf-8")) for file in found]
    return tuple(notice for notice in every if f.LAST_SESSION - f.MOST_YEARS < notice.year <= f.LAST_SESSION + 1)


def _meeting(year: int, working: WorkingDays, rulebook: Rulebook, dice: Dice, *, first: bool) -> Meeting:
    """`first`: with these rules; a later session begins with those that were revised."""
    changes = rulebook.id == REVISED
    opened = dice.choice(_mondays(year, working))
    handover = date(year, 3, 4) + timedelta(days=dice.randint(0, 8))
    campaign = date(year, 10, 9) + timedelta(days=dice.randint(0, 9))
    term, meeting = 15 + (year - 2022) // 5, (year - 2022) % 5 + 1
    return Meeting(
        key=f"{term}-{meeting}",
        year=year,
        term=term,
        meeting=meeting,
        opened_on=opened,
        closed_on=opened + timedelta(days=4),
        in_session_until=opened + timedelta(days=2),
        handover_on=workday(working, handover),
        circular_on=workday(working, date(year, 9, 8)),
        campaign_on=workday(working, campaign),
        report_on=workday(working, date(year, 12, 26)),
        rulebook=revised(rulebook) if changes and not first else rulebook,
        revised_on=workday(working, date(year, 6, 3)) if changes and first else None,
    )


def _mondays(year: int, working: WorkingDays) -> list[date]:
    """Mondays of a January week in which everybody works."""
    days = [date(year, 1, day) for day in range(4, 25)]
    weeks = [[day + timedelta(days=more) for more in range(5)] for day in days if day.weekday() == 0]
    return [week[0] for week in weeks if all(map(working.works, week))]
