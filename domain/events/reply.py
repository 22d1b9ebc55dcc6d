"""答复: drafts and their versions, countersigning, signing, issue.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import Annotated, TypeAlias

from domain.codes import Countersignature, DeliveryChannel, Openness
from domain.events.base import Event
from domain.events.letters import LetterNumber
from domain.personal import Of, Personal
from domain.policy.deadlines import Deadline


class ReplyDrafted(Event):
    """拟稿: version `draft` of the unit's reply in this round, and the class it claims; `commits` where it promises a
    project or money. The letter names whom to ask, and where they are reached."""

    unit: str
    round: int
    draft: int
    text: str
    class_scheme: str
    result_class: str
    openness: Openness
    commits: bool = False
    contact_person: str | None = None
    contact_phone: Annotated[Personal[str] | None, Of("official", "contact_person")] = None


class ReplyCountersigned(Event):
    """会签: an assisting unit agrees to the lead's draft, or withholds its agreement."""

    unit: str
    answering_unit: str
    round: int
    draft: int
    countersignature: Countersignature
    reason: str | None = None


class ReplySigned(Event):
    """签发: an official whom the rulebook lets sign puts their name to the draft."""

    unit: str
    round: int
    draft: int
    signer: str


class ReplyIssued(Event):
    """答复: the letter goes out to the proposers. `further`: limits that begin with it, that of publication.
    `approved_by`: the city leader with whose approval the city's office answers a case passed down, to which the unit
    has reported (S14)."""

    unit: str
    round: int
    draft: int
    letter: LetterNumber
    recipients: tuple[str, ...]
    copied_to: tuple[str, ...] = ()
    further: tuple[Deadline, ...] = ()
    approved_by: str | None = None


class ReplyDelivered(Event):
    """送达: the letter has reached these proposers."""

    unit: str
    round: int
    members: tuple[str, ...]
    channel: DeliveryChannel


ReplyEvent: TypeAlias = ReplyDrafted | ReplyCountersigned | ReplySigned | ReplyIssued | ReplyDelivered
