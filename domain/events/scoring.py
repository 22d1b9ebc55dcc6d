"""考核、评议: points with the events they rest on, and what both sides think of each other.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import MutualReview, Rating
from domain.events.base import Event
from domain.values import Frozen, Points


class ItemPoints(Frozen):
    """Points for one item of a list."""

    item: str
    points: Points


class ScoreItemRecorded(Event):
    """考核计分: points of a unit for one item of the rulebook's list; `evidence` are versions of this case's events."""

    unit: str
    item: str
    points: Points
    evidence: tuple[int, ...]
    note: str | None = None


class ProposalQualityScored(Event):
    """提案质量评分: points of the proposal itself, item by item."""

    scorer: str
    items: tuple[ItemPoints, ...]
    total: Points
    note: str | None = None


class MutualReviewRecorded(Event):
    """双向评议: one side's view of the other; `by` and `about` are units or members."""

    direction: MutualReview
    by: str
    about: str
    rating: Rating
    note: str | None = None


class UnitScored(Event):
    """考核得分: on the session's stream; the points of a unit for its year."""

    unit: str
    items: tuple[ItemPoints, ...]
    total: Points
    note: str | None = None


ScoringEvent: TypeAlias = ScoreItemRecorded | ProposalQualityScored | MutualReviewRecorded
