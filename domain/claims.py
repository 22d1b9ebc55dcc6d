"""What a person may claim about time, whatever the command."""

from datetime import datetime, timedelta

from domain.rules import LATE_ENTRY_NEEDS_REASON, OCCURRED_NOT_IN_FUTURE, OCCURRED_PLAUSIBLE, require
from domain.setting import Setting
from domain.values import EARLIEST, day_of, end_of

CLOCK_TOLERANCE = timedelta(seconds=5)
DEFAULT_LATE_ENTRY_HOURS = 24


def check(setting: Setting, late_entry_hours: int = DEFAULT_LATE_ENTRY_HOURS) -> None:
    """Refuse a moment in the future, before the CPPCC existed, or long past without a reason."""
    claimed, now = setting.occurred_at, setting.now
    ahead = claimed > now + CLOCK_TOLERANCE if isinstance(claimed, datetime) else claimed > day_of(now)
    require(not ahead, OCCURRED_NOT_IN_FUTURE, "发生时间晚于现在", "occurred_at")
    require(day_of(claimed) >= EARLIEST, OCCURRED_PLAUSIBLE, f"发生时间早于 {EARLIEST}", "occurred_at")
    late = now - end_of(claimed) > timedelta(hours=late_entry_hours)
    require(
        not late or setting.context.late_entry_reason is not None,
        LATE_ENTRY_NEEDS_REASON,
        f"距发生已超过 {late_entry_hours} 小时，补录须在 late_entry_reason 中说明理由",
        "late_entry_reason",
    )
