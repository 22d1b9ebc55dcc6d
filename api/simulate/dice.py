"""Chance from a seed, and the days on which people work."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.values import SHANGHAI, day_of

T = TypeVar("T")


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
        """A working hour so many days later, always after `at`."""
        wanted = at + timedelta(minutes=self.randint(3, 40))
        on = day_of(at) + timedelta(days=self.randint(*days))
        while not working.works(on):
            on += ONE_DAY
        return max(wanted, self.hour(on))

    def hour(self, on: date) -> datetime:
        """A moment of office hours, to the minute."""
        minutes = self.randint(0, 9 * 60)
        return datetime.combine(on, time(8, 30), SHANGHAI).astimezone(UTC) + timedelta(minutes=minutes)
