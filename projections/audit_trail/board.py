"""审计轨迹: a row per event of every stream, for auditors.

Who did what for whom, when it is said to have happened, when it was recorded, from where it came, which rules it
broke. A row is written once: what took another back says which (`takes_back`), and `queries` finds it from there.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from domain.codes import Origin
from domain.events import STREAM_KINDS, AnyEvent, ReportRetracted, StepTakenBack
from domain.record import Recorded
from domain.values import day_of, write_moment
from projections.readmodel import Key, ReadModel, Reference, Row


class AuditRow(Row):
    position: int
    version: int
    kind: str
    type: str
    actor: str
    on_behalf_of: str | None
    unit: str | None
    occurred_on: date
    occurred_at: str
    recorded_at: datetime
    entered_at: datetime | None
    origin: Origin
    made_up: tuple[str, ...]
    flags: tuple[str, ...]
    late_entry_reason: str | None
    reference_position: int | None
    takes_back: int | None
    body: dict[str, Any]


def evolve(rows: Mapping[Key, AuditRow], recorded: Recorded[AnyEvent], reference: Reference) -> Iterable[AuditRow]:
    event, context = recorded.event, recorded.context
    name = type(event).__name__
    yield AuditRow(
        ledger=reference.ledger,
        stream=recorded.stream,
        position=recorded.position,
        version=recorded.version,
        kind=STREAM_KINDS[name],
        type=name,
        actor=context.actor,
        on_behalf_of=context.on_behalf_of,
        unit=getattr(event, "unit", None) or context.unit,
        occurred_on=day_of(recorded.occurred_at),
        occurred_at=write_moment(recorded.occurred_at),
        recorded_at=recorded.recorded_at,
        entered_at=recorded.entered_at,
        origin=recorded.origin,
        made_up=recorded.made_up,
        flags=recorded.flags,
        late_entry_reason=context.late_entry_reason,
        reference_position=context.reference_position,
        takes_back=event.version if isinstance(event, ReportRetracted | StepTakenBack) else None,
        body=event.stated(),
    )


AUDIT_TRAIL = ReadModel(
    name="audit_trail",
    version=2,
    row=AuditRow,
    key=("ledger", "stream", "version"),
    evolve=evolve,
    folder=Path(__file__).parent,
    kind=None,
    appends=True,
)
