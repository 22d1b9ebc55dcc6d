"""发文登记: the numbers of letters, each unit's own.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from uuid import UUID

from domain.codes import LetterSeries
from domain.events.base import Event
from domain.values import Frozen


class LetterNumber(Frozen):
    """发文字号: the unit's code, the year, and the number within it. Replies and opinions have series of their own
    (S17); a letter without a series is a reply."""

    unit: str
    year: int
    number: int
    series: LetterSeries | None = None


class LetterNumberTaken(Event):
    """取发文字号: on the unit's letter register of the year; this number went to a letter about this proposal."""

    unit: str
    year: int
    number: int
    proposal: UUID
    series: LetterSeries | None = None
