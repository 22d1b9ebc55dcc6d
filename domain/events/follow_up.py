"""回访: somebody goes back to the member and asks what became of it.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.events.base import Event
from domain.values import Evidence


class MemberRevisited(Event):
    """回访: in any stage, by a unit or by the government's office (`unit` is then absent)."""

    unit: str | None = None
    stage: RevisitStage
    mode: ContactMode
    members: tuple[str, ...]
    finding: str
    member_position: MemberPosition
    evidence: tuple[Evidence, ...] = ()


FollowUpEvent: TypeAlias = MemberRevisited
