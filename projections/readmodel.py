"""A read model: a row type, a key and a pure fold over one stream.

The same fold serves live updates, rebuilds, time travel and unit tests. Keys start with (ledger, stream), so a
stream's rows can be folded, healed and rebuilt apart from all others.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.policy.rulebook import Rulebook
from domain.record import Recorded


class Row(BaseModel):
    """A line of a board: immutable; a fold answers with the new line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ledger: str
    stream: UUID


R = TypeVar("R", bound=Row)

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a fold may look at besides its rows: the ledger's name, and every adopted rulebook by its digest. A
    rulebook's adoption precedes, in the ledger's order, every event that cites it."""

    ledger: str
    rulebooks: Mapping[str, Rulebook]


@dataclass(frozen=True)
class ReadModel(Generic[R]):
    """`evolve(rows, recorded, reference)` sees all rows of the event's stream and answers with those that changed.

    Raise `version` when the row or the fold changes meaning: the new table is filled beside the old one.
    `kind`: the kind of stream it follows; None follows all. `appends`: every event yields new rows and none is
    ever changed, so nothing has to be loaded.
    """

    name: str
    version: int
    row: type[R]
    key: tuple[str, ...]
    evolve: Callable[[Mapping[Key, R], Recorded[Any], Reference], Iterable[R]]
    folder: Path
    kind: str | None = "proposal"
    appends: bool = False

    @property
    def table(self) -> str:
        return f"{self.name}_v{self.version}"

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.row.model_fields)

    @cached_property
    def json_columns(self) -> frozenset[str]:
        return frozenset(name for name, field in self.row.model_fields.items() if not _is_scalar(field.annotation))

    def key_of(self, row: R) -> Key:
        return tuple(getattr(row, column) for column in self.key)

    def table_sql(self, table: str) -> str:
        """The statements that make the table and its indexes, under this name."""
        return (self.folder / "table.sql").read_text(encoding="utf-8").replace("{table}", f"boards.{table}")


_SCALARS = (str, int, bool, UUID, date, datetime, StrEnum, type(None))


def _is_scalar(annotation: Any) -> bool:
    parts = get_args(annotation) or (annotation,)
    return all(isinstance(part, type) and issubclass(part, _SCALARS) for part in parts)
