"""The stored format changes only on purpose.

A difference here means that history written yesterday may no longer read: raise the event's `schema_version`, write
the upcast with its test, and only then run `python -m tests.architecture.golden`.
"""

import json

from domain.events import EVENT_TYPES
from ledger.shapes import past_shapes
from ledger.upcasts import UPCASTS
from tests.architecture.golden import GOLDEN, schema_of


def test_no_event_changed_its_shape_unnoticed() -> None:
    frozen = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in GOLDEN.glob("*.json")}
    assert {f"{name}.{event.schema_version}" for name, event in EVENT_TYPES.items()} <= set(frozen)
    for name, event in EVENT_TYPES.items():
        assert schema_of(event) == frozen[f"{name}.{event.schema_version}"], name


def test_every_former_shape_is_kept_with_its_upcast() -> None:
    former = {(name, number) for name, event in EVENT_TYPES.items() for number in past_shapes(event)}
    assert former == set(UPCASTS)
    left = {path.stem for path in GOLDEN.glob("*.json")}
    assert left == {f"{name}.{event.schema_version}" for name, event in EVENT_TYPES.items()}
