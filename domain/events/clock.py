"""期限变动: extensions and pauses of a unit's reply, limits computed anew.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.events.base import Event
from domain.policy.deadlines import Deadline


class ExtensionRequested(Event):
    """申请延期: the unit asks for more time for this round's reply."""

    unit: str
    round: int
    until: date
    reason: str
    signed_by: str


class ExtensionGranted(Event):
    """同意延期: more time is granted; `deadline` takes the place of the one before."""

    unit: str
    round: int
    approver: str
    reason: str
    deadline: Deadline


class ExtensionRefused(Event):
    """不同意延期: more time is refused; the deadline stays as it was."""

    unit: str
    round: int
    approver: str
    reason: str


class ClockPaused(Event):
    """中止计时: something outside the unit's hands stops its clock."""

    unit: str
    round: int
    reason: str
    approver: str


class ClockResumed(Event):
    """恢复计时: the clock runs on; `deadline` is later by the days it stood still."""

    unit: str
    round: int
    reason: str
    deadline: Deadline | None = None


class DeadlineRecomputed(Event):
    """期限重算: a limit that is still open is another day now; `deadline` says why and what it was. Without
    `unit` it is no unit's but the case's own. One that supersedes none begins: only the rules that apply now know it;
    one that has `ended` is known to them no more."""

    unit: str | None = None
    round: int | None = None
    deadline: Deadline
    ended: bool | None = None


ClockEvent: TypeAlias = (
    ExtensionRequested | ExtensionGranted | ExtensionRefused | ClockPaused | ClockResumed | DeadlineRecomputed
)
