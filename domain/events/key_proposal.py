"""重点提案: chosen by the chair meeting, led by leaders, with a meeting and a report.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import LeaderDuty
from domain.events.base import Event
from domain.policy.deadlines import Deadline


class KeyProposalSelected(Event):
    """确定为重点提案: on what basis, e.g. a chair meeting's decision; `deadline` is for its supervision."""

    basis: str
    theme: str | None = None
    deadline: Deadline | None = None


class KeyProposalReleased(Event):
    """不再列为重点提案: the case is a key proposal no more, and why."""

    reason: str


class LeaderAppointed(Event):
    """领办、领衔督办: the leader who handles the case, or leads its supervision; the one before steps back."""

    duty: LeaderDuty
    leader: str


class SupervisionMeetingHeld(Event):
    """督办会: the leader met the units; `outcome` is what they agreed."""

    leader: str
    place: str | None = None
    units: tuple[str, ...]
    members: tuple[str, ...] = ()
    outcome: str


class SupervisionReportFiled(Event):
    """督办报告: what the supervising body reports to the leader."""

    author: str
    leader: str
    text: str


KeyProposalEvent: TypeAlias = (
    KeyProposalSelected | KeyProposalReleased | LeaderAppointed | SupervisionMeetingHeld | SupervisionReportFiled
)
