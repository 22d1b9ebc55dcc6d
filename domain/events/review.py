"""审核: the reviewer named by the government passes a draft, or sends it back.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import Defect
from domain.events.base import Event
from domain.values import Frozen


class FoundDefect(Frozen):
    """One thing wrong with a draft."""

    code: Defect
    note: str


class ReplyReviewed(Event):
    """审核通过: the draft passes; `result_class` is the reviewer's, where another than the draft claimed, and why."""

    unit: str
    round: int
    draft: int
    result_class: str | None = None
    class_reason: str | None = None


class ReplyReturned(Event):
    """退回重办: the draft must change before it comes back."""

    unit: str
    round: int
    draft: int
    defects: tuple[FoundDefect, ...]


ReviewEvent: TypeAlias = ReplyReviewed | ReplyReturned
