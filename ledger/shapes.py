"""The shapes in which events were stored before their present one, as JSON Schema: with the upcasts, what a reader of
old history needs. The present shape is the event's class itself."""

import json
from importlib.resources import files
from typing import Any

from domain.events import Event

_PAST = files("ledger") / "past_shapes"


def past_shapes(event: type[Event]) -> dict[int, dict[str, Any]]:
    """By schema number, oldest first; none for an event that never changed."""
    return {number: _read(f"{event.__name__}.{number}.json") for number in range(1, event.schema_version)}


def _read(name: str) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads((_PAST / name).read_text(encoding="utf-8"))
    return shape
