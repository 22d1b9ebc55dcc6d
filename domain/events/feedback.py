"""征询意见: the form goes out with the reply, the member answers.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import Addressed, EnteredBy, Heard, MediationForm, MemberPosition, Rating, Visit
from domain.events.base import Event
from domain.policy.deadlines import Deadline
from domain.values import Person


class FeedbackFormIssued(Event):
    """发征询意见表: asks these proposers about this unit's reply."""

    unit: str
    round: int
    members: tuple[str, ...]
    deadline: Deadline | None = None


class Answer(Event):
    """What a proposer says of a round: attitude, result and the whole; `heard` is how they say they were heard."""

    unit: str
    round: int
    member: str
    attitude: Rating
    result: Rating
    overall: Rating
    heard: Heard | None = None
    addressed: Addressed | None = None
    visited: Visit | None = None
    leader_answered: bool | None = None
    comment: str | None = None
    entered_by: EnteredBy


class SatisfactionRecorded(Answer):
    """征询意见: one proposer's answer about a round of the unit's reply."""


class SatisfactionRevised(Answer):
    """更改评价: the proposer thinks otherwise now; the answer before stays in history."""

    reason: str


class FeedbackOverdue(Event):
    """反馈逾期: the form's last day has passed, and these proposers have not answered."""

    unit: str
    round: int
    members: tuple[str, ...]


class FaceToFaceMediationHeld(Event):
    """当面协调、专门说明: after re-handling has not helped, the office and the CPPCC bring unit and proposers together,
    or the matter is explained to them specially; where no form is named they met."""

    unit: str
    round: int
    conveners: tuple[Person, ...]
    members: tuple[str, ...]
    outcome: str
    member_position: MemberPosition
    form: MediationForm | None = None


FeedbackEvent: TypeAlias = (
    FeedbackFormIssued | SatisfactionRecorded | SatisfactionRevised | FeedbackOverdue | FaceToFaceMediationHeld
)
