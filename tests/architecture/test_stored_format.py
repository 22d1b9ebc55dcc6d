"""The stored format changes only on purpose.

A difference here means that history written yesterday may no longer read: raise the event's `schema_version`, write
the upcast with its test, and only then run `python -m tests.architecture.golden`.
"""

import json

from domain.events import EVENT_TYPES
from tests.architecture.golden import GOLDEN, schema_of


def test_no_event_changed_its_shape_unnoticed() -> None:
    frozen = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")}
    assert {f"{name}.{event.schema_version}" for name, event in EVENT_TYPES.items()} <= set(frozen)
    for name, event in EVENT_TYPES.items():
        assert schema_of(event) == frozen[f"{name}.{event.schema_version}"], name
