"""Chance from a seed, and the days on which people work."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.values import SHANGHAI, day_of

T = TypeVar("T")
OPENS, CLOSES, LOCKED = time(8, 30), time(17, 30), time(18, 20)
"""Offices: nothing begins after closing time, and nothing is entered after the doors are locked."""
NOON, BACK = time(12), time(13, 30)
BREAK = 90
"""Minutes at noon in which nothing begins."""
TRIES = 3
"""Draws of a day until it is a working day; then it is the next."""


class Dice(random.Random):
    """One stream of chance, named by what it is for: it does not depend on who else has drawn."""

    def __init__(self, seed: int, *what: object) -> None:
        super().__init__("/".join(map(str, (seed, *what))))

    def chance(self, share: float) -> bool:
        return self.random() < share

    def weighted(self, weights: Mapping[T, float]) -> T:
        return self.choices(list(weights), list(weights.values()))[0]

    def some(self, known: Sequence[T], number: int) -> tuple[T, ...]:
        return tuple(self.sample(known, min(number, len(known))))

    def later(self, at: datetime, days: tuple[int, int], working: WorkingDays) -> datetime:
        """A working hour so many days later, always after `at`: on a working day in between if there is one, so that
        not all that falls on a weekend is done on the Monday after it."""
        wanted = at + timedelta(minutes=self.randint(3, 40))
        today, tries = day_of(at), 1
        on = today + timedelta(days=self.randint(*days))
        while not working.works(on) and tries < TRIES:
            on, tries = today + timedelta(days=self.randint(*days)), tries + 1
        while not working.works(on):
            on += ONE_DAY
        return office(max(wanted, self.hour(on)), working)

    def hour(self, on: date) -> datetime:
        """A moment of office hours, to the minute."""
        return after_noon(moment(on, OPENS) + timedelta(minutes=self.randint(0, 7 * 60)), on)

    def leisure(self, on: date) -> datetime:
        """A moment at which somebody may be at it at home, up to the evening."""
        return moment(on, time(7)) + timedelta(minutes=self.randint(0, 15 * 60))


def office(at: datetime, working: WorkingDays) -> datetime:
    """This moment, or the first after it at which offices are open."""
    local = at.astimezone(SHANGHAI)
    on, hour = local.date(), local.time()
    if working.works(on) and OPENS <= hour <= CLOSES:
        return moment(on, BACK) + timedelta(minutes=local.minute) if NOON <= hour < BACK else at
    if hour > CLOSES or not working.works(on):
        on += ONE_DAY
        while not working.works(on):
            on += ONE_DAY
    return moment(on, OPENS) + timedelta(minutes=local.minute)


def after_noon(at: datetime, on: date) -> datetime:
    """This moment of the day if it is before noon; else later by the break."""
    return at if at < moment(on, NOON) else at + timedelta(minutes=BREAK)


def moment(on: date, hour: time) -> datetime:
    return datetime.combine(on, hour, SHANGHAI).astimezone(UTC)
