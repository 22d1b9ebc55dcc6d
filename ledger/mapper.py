"""Recorded ↔ stored bytes: one canonical JSON, stable type names, upcasts.

`state` holds payload and envelope, so that both are proved; nothing in it is repeated unproved in a column but the
time of recording, which is the database's own.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from domain.codes import Origin
from domain.events import EVENT_TYPES, AnyEvent, Event
from domain.record import Context, Recorded
from domain.values import parse_moment, write_moment
from ledger.upcasts import UPCASTS

STATE_LIMIT = 60_000
"""Bytes of `state`: an entry of the proof's log holds at most 65,535."""


class EventTooLarge(Exception):
    """An event does not fit its place in the log. `field` is its largest field."""

    code = "event-too-large"

    def __init__(self, field: str, size: int) -> None:
        super().__init__(f"{field} 过长：整条记录 {size} 字节，上限 {STATE_LIMIT} 字节")
        self.field = field


class UnknownEvent(Exception):
    """Stored bytes of a type this program does not know: it is older than the history."""

    code = "unknown-event"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything about a new event but its place in history."""

    context: Context
    occurred_at: datetime | date
    origin: Origin = Origin.NATIVE
    entered_at: datetime | None = None
    made_up: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def type_name(event: type[Event]) -> str:
    """Class name and schema number, never a module path."""
    return f"{event.__name__}/{event.schema_version}"


def to_state(event: Event, envelope: Envelope | Recorded[Any]) -> bytes:
    """Canonical JSON (RFC 8785 by construction: ASCII keys, sorted; no floats; times in UTC with six digits).

    Raises `ValueError` for a personal detail in plain text: it is sealed first.
    """
    payload = event.model_dump(mode="json", exclude_none=True)
    state: dict[str, Any] = {
        "event": payload,
        "context": envelope.context.model_dump(mode="json", exclude_none=True),
        "occurred_at": write_moment(envelope.occurred_at),
        "origin": envelope.origin.value,
        "schema": event.schema_version,
    }
    if envelope.entered_at is not None:
        state["entered_at"] = write_moment(envelope.entered_at)
    if envelope.made_up:
        state["made_up"] = sorted(envelope.made_up)
    if envelope.flags:
        state["flags"] = sorted(envelope.flags)
    written = canonical(state)
    if len(written) > STATE_LIMIT:
        sizes = {field: len(canonical(value)) for field, value in payload.items()}
        raise EventTooLarge(max(sizes, key=sizes.__getitem__), len(written))
    return written


def canonical(value: Any) -> bytes:
    """The one written form of a JSON value without floats."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)


def from_stored(
    stream: UUID, version: int, position: int, topic: str, state: bytes, recorded_at: datetime
) -> Recorded[AnyEvent]:
    """What history holds, carried up to the present schema. Raises `UnknownEvent`."""
    name, _, schema = topic.partition("/")
    event = EVENT_TYPES.get(name)
    if event is None or not schema.isdigit() or int(schema) > event.schema_version:
        raise UnknownEvent(f"不认识的事件类型 {topic}（位置 {position}）：程序版本早于历史")
    stored = orjson.loads(state)
    payload = stored["event"]
    for number in range(int(schema), event.schema_version):
        payload = UPCASTS[name, number](payload)
    entered_at = stored.get("entered_at")
    return Recorded(
        event=event.model_validate(payload, context=(stream, version)),  # type: ignore[arg-type]  # EVENT_TYPES is read off the union
        stream=stream,
        version=version,
        position=position,
        occurred_at=parse_moment(stored["occurred_at"]),
        recorded_at=recorded_at,
        context=Context.model_validate(stored["context"]),
        origin=Origin(stored["origin"]),
        entered_at=datetime.fromisoformat(entered_at) if entered_at else None,
        made_up=tuple(stored.get("made_up", ())),
        flags=tuple(stored.get("flags", ())),
    )
