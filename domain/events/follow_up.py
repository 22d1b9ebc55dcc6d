"""回访、回头看: somebody goes back and asks what became of it.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias
from uuid import UUID

from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.events.base import Event
from domain.values import Evidence, Person


class MemberRevisited(Event):
    """回访: in any stage, by a unit or by the government's office (`unit` is then absent)."""

    unit: str | None = None
    stage: RevisitStage
    mode: ContactMode
    members: tuple[str, ...]
    finding: str
    member_position: MemberPosition
    evidence: tuple[Evidence, ...] = ()


class OnSiteCheckRecorded(Event):
    """实地核查: people went to see whether what was said to be done is there."""

    unit: str
    place: str
    people: tuple[Person, ...]
    finding: str
    conforms: bool
    evidence: tuple[Evidence, ...] = ()


class ClassReassessed(Event):
    """重新定类: e.g. B 转 A; the class the case ended in, and the one it has now, under the same scheme."""

    class_scheme: str
    before: str
    result_class: str
    basis: str
    evidence: tuple[Evidence, ...] = ()


class LookbackRecorded(Event):
    """回头看结果: what a campaign found of a unit's part in this case."""

    campaign: int
    unit: str
    delivered: bool
    finding: str
    evidence: tuple[Evidence, ...] = ()


class LookbackCampaignOpened(Event):
    """开展回头看: on the session's stream; which classes or cases are looked at again, by when."""

    number: int
    title: str
    classes: tuple[str, ...] = ()
    cases: tuple[UUID, ...] = ()
    finish_on: date | None = None


FollowUpEvent: TypeAlias = MemberRevisited | OnSiteCheckRecorded | ClassReassessed | LookbackRecorded
