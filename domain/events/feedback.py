"""征询意见: the form goes out with the reply, the member answers.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import EnteredBy, Heard, Rating
from domain.events.base import Event
from domain.policy.deadlines import Deadline


class FeedbackFormIssued(Event):
    """发征询意见表: asks these proposers about this unit's reply."""

    unit: str
    round: int
    members: tuple[str, ...]
    deadline: Deadline | None = None


class SatisfactionRecorded(Event):
    """征询意见: one proposer's view of attitude, result and the whole; `heard` is how they say they were heard."""

    unit: str
    round: int
    member: str
    attitude: Rating
    result: Rating
    overall: Rating
    heard: Heard | None = None
    comment: str | None = None
    entered_by: EnteredBy


FeedbackEvent: TypeAlias = FeedbackFormIssued | SatisfactionRecorded
