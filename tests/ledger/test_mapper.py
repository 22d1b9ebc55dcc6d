"""Stored bytes: canonical, stable, readable for ever."""

import json
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import Origin
from domain.events import MemberListed, SessionOpened, UnitAssigned
from domain.record import Context
from ledger import mapper
from ledger.mapper import Envelope, UnknownEvent, canonical, from_stored, to_state, type_name

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(name=text, sector=st.none() | text, flags=st.lists(st.sampled_from(["a-rule", "b-rule"]), unique=True))
def test_state_is_canonical_json_by_another_implementation(name: str, sector: str | None, flags: list[str]) -> None:
    envelope = Envelope(
        Context(actor="admin", late_entry_reason=name), datetime(2024, 3, 5, tzinfo=UTC), flags=tuple(flags)
    )
    state = to_state(MemberListed(member="m", name=name, sector=sector), envelope)
    assert state == rfc8785.dumps(json.loads(state))


@given(
    name=text,
    occurred=st.dates(date(1949, 9, 21), date(2100, 1, 1)) | st.datetimes(datetime(1950, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # without a zone on purpose
    origin=st.sampled_from([Origin.IMPORTED, Origin.MADE_UP]),
)
def test_what_is_stored_is_read_back(name: str, occurred: date, origin: Origin) -> None:
    event = MemberListed(member="m", name=name)
    entered = datetime(2024, 3, 5, 1, 2, 3, 456, tzinfo=UTC)
    envelope = Envelope(Context(actor="a", unit="u"), occurred, origin, entered, ("name",), ("r",))
    stream, recorded_at = uuid4(), datetime.now(UTC)
    recorded = from_stored(stream, 1, 7, type_name(MemberListed), to_state(event, envelope), recorded_at)
    assert (recorded.event, recorded.stream, recorded.version, recorded.position) == (event, stream, 1, 7)
    assert (recorded.occurred_at, recorded.origin, recorded.entered_at) == (occurred, origin, entered)
    assert (recorded.made_up, recorded.flags, recorded.context) == (("name",), ("r",), envelope.context)


def test_a_type_from_the_future_is_refused_by_name() -> None:
    for topic in ("MemberListed/99", "NeverHeardOf/1", "MemberListed", "MemberListed/x"):
        with pytest.raises(UnknownEvent, match=topic):
            from_stored(uuid4(), 1, 1, topic, b"{}", datetime.now(UTC))


def test_an_older_shape_is_carried_up_by_its_upcasts(monkeypatch: pytest.MonkeyPatch) -> None:
    state = to_state(MemberListed(member="m", name="旧名"), Envelope(Context(actor="a"), date(2024, 3, 5)))
    monkeypatch.setattr(MemberListed, "schema_version", 3)
    casts = {
        ("MemberListed", 1): lambda old: {**old, "sector": "第一步"},
        ("MemberListed", 2): lambda old: {**old, "sector": old["sector"] + "第二步"},
    }
    monkeypatch.setattr(mapper, "UPCASTS", casts)
    recorded = from_stored(uuid4(), 1, 1, "MemberListed/1", state, datetime.now(UTC))
    assert recorded.event == MemberListed(member="m", name="旧名", sector="第一步第二步")


def test_the_stored_name_is_the_class_and_its_schema_number() -> None:
    assert type_name(UnitAssigned) == "UnitAssigned/1"


def test_a_session_opened_before_the_field_had_its_name_still_opens() -> None:
    """As it was written before `body` became `cppcc`."""
    payload = {"session": "15-3", "body": "德惠市政协", "term": 15, "meeting": 3}
    written = canonical(
        {
            "event": payload,
            "context": {"actor": "admin"},
            "occurred_at": "2024-01-08",
            "origin": "NATIVE",
            "schema": 1,
        }
    )
    read = from_stored(uuid4(), 1, 1, "SessionOpened/1", written, datetime(2024, 1, 8, tzinfo=UTC))
    assert read.event == SessionOpened(session="15-3", cppcc="德惠市政协", term=15, meeting=3)
