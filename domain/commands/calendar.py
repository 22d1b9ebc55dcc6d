"""日历."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator

from domain.calendar import Calendar
from domain.commands.base import CalendarCommand
from domain.events import CalendarAnnounced
from domain.policy.working_days import Notice, contradictions, problems
from domain.rules import CALENDAR_CONSISTENT, CALENDAR_VERSION_FINAL, Rule, refuse, require
from domain.setting import Decision, Setting
from domain.values import within_limits


class AnnounceCalendar(CalendarCommand):
    """Enter a year's notice on holidays and working weekends."""

    rules: ClassVar[tuple[Rule, ...]] = (CALENDAR_CONSISTENT, CALENDAR_VERSION_FINAL)

    notice: Annotated[Notice, AfterValidator(within_limits)]

    def decide(self, calendar: Calendar, setting: Setting, /) -> Decision:
        for field, problem in problems(self.notice):
            refuse(CALENDAR_CONSISTENT, problem, f"notice.{field}")
        known = calendar.days.notices.get(self.notice.year)
        if known == self.notice:
            return []
        for field, problem in contradictions(self.notice, calendar.days.notices.values()):
            refuse(CALENDAR_CONSISTENT, problem, f"notice.{field}")
        newer = known is None or self.notice.version > known.version
        final = f"{self.notice.year} 年的安排已有第 {known.version if known else 0} 版，新版的版本号须更大"
        require(newer, CALENDAR_VERSION_FINAL, final, "notice.version")
        return [CalendarAnnounced(notice=self.notice)]
