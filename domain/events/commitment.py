"""承诺: what a reply promises for later, followed to its end; it lives on when handling is closed.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.events.base import Event
from domain.events.letters import LetterNumber
from domain.values import Evidence


class CommitmentMade(Event):
    """承诺: what the unit promised in the reply of this round, and by when. Numbered within the case."""

    unit: str
    number: int
    round: int
    text: str
    finish_on: date | None = None


class CommitmentProgressed(Event):
    """承诺进展: how far a promise has come."""

    number: int
    progress: str
    evidence: tuple[Evidence, ...] = ()


class CommitmentFulfilled(Event):
    """承诺兑现: a promise was kept, late or in time, whether it was said to be broken before or not."""

    number: int
    outcome: str
    evidence: tuple[Evidence, ...] = ()


class CommitmentBroken(Event):
    """承诺未兑现: a promise was not kept, and why, as the member is told (S13)."""

    number: int
    reason: str


class SecondReplyIssued(Event):
    """二次答复: what became of promises, in a letter of its own (S13); of a case passed down the city's office sends
    it, as the leader in `approved_by` has approved (S14)."""

    unit: str
    commitments: tuple[int, ...]
    text: str
    signer: str
    letter: LetterNumber
    recipients: tuple[str, ...]
    approved_by: str | None = None


CommitmentEvent: TypeAlias = (
    CommitmentMade | CommitmentProgressed | CommitmentFulfilled | CommitmentBroken | SecondReplyIssued
)
