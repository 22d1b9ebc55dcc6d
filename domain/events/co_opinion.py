"""会办意见: what an assisting unit tells the lead.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

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


CoOpinionEvent: TypeAlias = CoOpinionRequested | CoOpinionSubmitted | CoOpinionReturned
