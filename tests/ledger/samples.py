"""Write a stored sample of every event that has none: `python -m tests.ledger.samples`. What is there stays."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.events import EVENT_TYPES, ClockStepped
from domain.record import Context, Recorded
from ledger.mapper import Envelope, to_state, type_name
from tests.api.test_catalogue import MORE
from tests.domain.test_every_command import HAPPY

SAMPLES = Path(__file__).parent / "samples"
STREAM = UUID(int=1)
RECORDED_AT = datetime(2024, 3, 5, 1, 30, tzinfo=UTC)


def file_of(topic: str) -> Path:
    return SAMPLES / f"{topic.replace('/', '.')}.json"


def stored(recorded: Recorded[Any]) -> bytes:
    """What the ledger would keep of it."""
    envelope = Envelope(
        context=recorded.context,
        occurred_at=recorded.occurred_at,
        origin=recorded.origin,
        entered_at=recorded.entered_at,
        made_up=recorded.made_up,
        flags=recorded.flags,
    )
    return to_state(recorded.event, envelope)


def facts() -> Iterator[Recorded[Any]]:
    """Events of every kind, as commands append them."""
    for given, when in (*HAPPY.values(), *MORE):
        world = given()
        world.do(when(world))
        yield from world.history
    stepped = ClockStepped(behind_ms=1_500)
    yield Recorded(stepped, STREAM, 1, 1, RECORDED_AT, RECORDED_AT, Context(actor="system"))


if __name__ == "__main__":
    SAMPLES.mkdir(exist_ok=True)
    missing = {type_name(event) for event in EVENT_TYPES.values() if not file_of(type_name(event)).exists()}
    for recorded in facts():
        topic = type_name(type(recorded.event))
        if topic in missing:
            missing.remove(topic)
            file_of(topic).write_bytes(stored(recorded) + b"\n")
    assert not missing, missing
