"""What may be claimed whatever the command: when it happened, and for whom it was done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.events import STREAM_KINDS
from domain.policy.rulebook import Rulebook
from domain.rules import KNOWN_PERSON, LATE_ENTRY_NEEDS_REASON, OCCURRED_NOT_IN_FUTURE, OCCURRED_PLAUSIBLE, require
from domain.setting import Decision, Flagged, On, Setting
from domain.streams import PROPOSAL
from domain.values import EARLIEST, day_of, end_of

CLOCK_TOLERANCE = timedelta(seconds=5)
DEFAULT_LATE_ENTRY_HOURS = 24


def check(setting: Setting) -> None:
    """Refuse a moment in the future, or before the CPPCC existed."""
    claimed, now = setting.occurred_at, setting.now
    ahead = claimed > now + CLOCK_TOLERANCE if isinstance(claimed, datetime) else claimed > day_of(now)
    require(not ahead, OCCURRED_NOT_IN_FUTURE, "发生时间晚于现在", "occurred_at")
    require(day_of(claimed) >= EARLIEST, OCCURRED_PLAUSIBLE, f"发生时间早于 {EARLIEST}", "occurred_at")


def check_person(person: str | None, setting: Setting) -> None:
    """Refuse an act for somebody whom nobody has listed: a name that is nobody's passes every rule that asks who
    acted."""
    if person is None:
        return
    kind, _, code = person.rpartition(":")
    known = setting.directory
    official, member = code in known.posts, code in known.members
    listed = {"official": official, "member": member, "": official or member}
    require(listed.get(kind, False), KNOWN_PERSON, f"名录中没有“{person}”", "on_behalf_of")


def check_entry(setting: Setting, decision: Decision, rulebook: Rulebook | None) -> None:
    """Refuse what is entered long past without a reason.

    The limit is that of the first event on the addressed stream: the fact that was told; those behind it, and those
    on other streams, follow from it. Where nothing is added, nothing was entered.
    """
    told = next((item for item in decision if not isinstance(item, On)), None)
    if told is None:
        return
    event = told.event if isinstance(told, Flagged) else told
    hours = rulebook.late_after(type(event).__name__) if rulebook else DEFAULT_LATE_ENTRY_HOURS
    late = setting.now - end_of(setting.occurred_at) > timedelta(hours=hours)
    require(
        not late or setting.context.late_entry_reason is not None,
        LATE_ENTRY_NEEDS_REASON,
        f"距发生已超过 {hours} 小时，补录须说明理由",
        "late_entry_reason",
    )


def problems(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    """What is wrong with a rulebook's limits for single events, as (field, Chinese sentence)."""
    for name, hours in (rulebook.late_entry.hours if rulebook.late_entry else {}).items():
        if STREAM_KINDS.get(name) != PROPOSAL.name:
            yield f"late_entry.hours.{name}", "提案办理中没有这种事件"
        if hours < 0:
            yield f"late_entry.hours.{name}", "时限不得为负"
