"""日历: which days people work.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.events.base import Event
from domain.policy.working_days import Notice


class CalendarAnnounced(Event):
    """公布节假日安排: a year's notice, whole; a later version takes the place of an earlier one."""

    notice: Notice


CalendarEvent: TypeAlias = CalendarAnnounced
