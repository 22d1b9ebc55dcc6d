"""沟通: the unit and the member speak, or somebody decides they need not.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import ContactMode, ContactStage, MemberPosition
from domain.events.base import Event
from domain.values import Evidence, Person


class MemberContacted(Event):
    """沟通: who reached whom of the proposers, how, and what the member thought. Without `unit` it was the
    government's own office, which backs no unit's reply."""

    unit: str | None = None
    stage: ContactStage
    mode: ContactMode
    unit_people: tuple[Person, ...]
    members: tuple[str, ...]
    content: str
    member_position: MemberPosition
    evidence: tuple[Evidence, ...] = ()
    declined_by_member: bool = False


class ContactWaived(Event):
    """免于沟通: for one unit and round, with a reason and somebody who approved it."""

    unit: str
    round: int
    reason: str
    approver: str


ContactEvent: TypeAlias = MemberContacted | ContactWaived
