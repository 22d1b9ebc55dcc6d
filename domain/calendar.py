"""The calendar (日历): working days, as far as they have been announced."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from domain.events import CalendarAnnounced, CalendarEvent
from domain.policy.working_days import WorkingDays
from domain.record import Recorded


@dataclass(frozen=True, slots=True)
class Calendar:
    stream: UUID | None = None
    version: int = 0
    days: WorkingDays = WorkingDays()


def evolve(calendar: Calendar, recorded: Recorded[CalendarEvent]) -> Calendar:
    event = recorded.event
    calendar = replace(calendar, stream=recorded.stream, version=recorded.version)
    match event:
        case CalendarAnnounced():
            return replace(calendar, days=calendar.days.with_notice(event.notice))
        case _:
            assert_never(event)
