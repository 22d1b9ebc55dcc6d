"""答复: drafts and their versions, countersigning, signing, issue.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias
from uuid import UUID

from domain.codes import Countersignature, Openness
from domain.events.base import Event
from domain.values import Frozen


class LetterNumber(Frozen):
    """发文字号 of a reply: the unit's code, the year, and the number within it."""

    unit: str
    year: int
    number: int


class ReplyDrafted(Event):
    """拟稿: version `draft` of the unit's reply in this round, and the class it claims."""

    unit: str
    round: int
    draft: int
    text: str
    class_scheme: str
    result_class: str
    openness: Openness


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
    """答复: the letter goes out to the proposers."""

    unit: str
    round: int
    draft: int
    letter: LetterNumber
    recipients: tuple[str, ...]
    copied_to: tuple[str, ...] = ()


class LetterNumberTaken(Event):
    """取发文字号, on the unit's letter register of the year."""

    unit: str
    year: int
    number: int
    proposal: UUID


ReplyEvent: TypeAlias = ReplyDrafted | ReplyCountersigned | ReplySigned | ReplyIssued
