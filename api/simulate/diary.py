"""Who is where: the appointments of the city's people, so that nobody is at two places at the same time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from domain.values import SHANGHAI

HALF_HOUR = 30
KEPT = timedelta(days=250)
"""No case looks farther ahead than this."""


class Diary:
    """The half hours that are taken, by day and by the codes of officials and members."""

    def __init__(self) -> None:
        self._taken: dict[date, dict[str, int]] = {}

    def free(self, at: datetime, minutes: int, people: Iterable[str]) -> bool:
        """Whether all of them have time for so many minutes."""
        on, wanted = _half_hours(at, minutes)
        taken = self._taken.get(on, {})
        return not any(taken.get(person, 0) & wanted for person in people)

    def take(self, at: datetime, minutes: int, people: Iterable[str]) -> None:
        on, wanted = _half_hours(at, minutes)
        if on not in self._taken:
            self._taken = {day: taken for day, taken in self._taken.items() if day > on - KEPT} | {on: {}}
        for person in people:
            self._taken[on][person] = self._taken[on].get(person, 0) | wanted


def _half_hours(at: datetime, minutes: int) -> tuple[date, int]:
    """The day, and a bit for each half hour of it that is touched."""
    local = at.astimezone(SHANGHAI)
    first = local.hour * 60 + local.minute
    last = first + max(minutes, 1) - 1
    return local.date(), sum(1 << half for half in range(first // HALF_HOUR, last // HALF_HOUR + 1))
