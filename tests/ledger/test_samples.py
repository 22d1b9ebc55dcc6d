"""A stored sample of every event in every shape it had: it reads for ever, and is written the same today."""

from pathlib import Path

import pytest

from domain.events import EVENT_TYPES
from ledger.mapper import from_stored, type_name
from tests.ledger.samples import RECORDED_AT, SAMPLES, STREAM, stored

FILES = sorted(SAMPLES.glob("*.json"))


def topic_of(name: str) -> str:
    return "/".join(name.rsplit(".", 1))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_stored_event_reads_and_is_written_the_same(file: Path) -> None:
    topic, state = topic_of(file.stem), file.read_bytes().rstrip()
    recorded = from_stored(STREAM, 1, 1, topic, state, RECORDED_AT)
    assert type(recorded.event).__name__ == topic.partition("/")[0]
    if topic == type_name(type(recorded.event)):
        assert stored(recorded) == state


def test_every_event_has_its_sample_in_every_shape_it_had() -> None:
    there = {topic_of(file.stem) for file in FILES}
    shapes = {
        f"{name}/{number}" for name, event in EVENT_TYPES.items() for number in range(1, event.schema_version + 1)
    }
    assert there == shapes
