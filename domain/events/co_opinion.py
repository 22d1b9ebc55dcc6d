"""会办意见: what an assisting unit tells the lead.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import Ruling
from domain.events.base import Event
from domain.events.letters import LetterNumber


class CoOpinionRequested(Event):
    """征求会办意见: what the lead wants an assisting unit to speak to."""

    unit: str
    asked_by: str
    points: str


class CoOpinionSubmitted(Event):
    """会办意见: what an assisting unit tells the lead; it does not answer the member."""

    unit: str
    text: str
    signer: str
    letter: LetterNumber | None = None


class CoOpinionReturned(Event):
    """会办意见退回: the lead sends an opinion back; it must change before it comes again."""

    unit: str
    asked_by: str
    reason: str


class DisagreementEscalated(Event):
    """意见分歧报请协调: lead and assisting unit cannot agree on round `round` of the lead's reply, which is put to
    those above them (S14, S15). `draft` is the one in dispute, where there is one yet. Numbered within the case."""

    unit: str
    number: int
    answering_unit: str
    round: int
    draft: int | None = None
    dispute: str
    signed_by: str | None = None


class DisagreementSettled(Event):
    """裁定意见分歧: what was decided about it, and by whom."""

    number: int
    ruling: Ruling
    decision: str
    decided_by: str


CoOpinionEvent: TypeAlias = (
    CoOpinionRequested | CoOpinionSubmitted | CoOpinionReturned | DisagreementEscalated | DisagreementSettled
)
