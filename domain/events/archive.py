"""归档、通报情况: the file is put away, and the year's figures are kept as they were told.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.codes import Retention
from domain.events.base import Event
from domain.values import Evidence, Frozen


class CaseArchived(Event):
    """归档: which files are kept, by digest, and for how long."""

    files: tuple[Evidence, ...]
    retention: Retention


class ReportedFigure(Frozen):
    """A figure as it was told: a count, or a part `of` a whole with its percentage."""

    id: str
    count: int
    of: int | None = None
    percent: str | None = None


class AnnualReportSnapshotTaken(Event):
    """年度报告存档: on the session's stream; the figures at a position of the ledger, as of a day, by a rulebook."""

    as_known: int
    as_of: date
    rulebook: str
    rulebook_version: int
    figures: tuple[ReportedFigure, ...]
    note: str | None = None


ArchiveEvent: TypeAlias = CaseArchived
