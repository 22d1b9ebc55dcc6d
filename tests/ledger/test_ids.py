"""Ids that begin with the time."""

import time
from uuid import RFC_4122, UUID

import pytest

from ledger.ids import uuid7


def test_an_id_is_one_by_rfc_9562() -> None:
    made = [uuid7() for _ in range(1_000)]
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert len(set(made)) == len(made)


def test_ids_are_in_the_order_of_their_times(monkeypatch: pytest.MonkeyPatch) -> None:
    start = time.time_ns()
    made: list[UUID] = []
    for later in range(0, 20_000_000, 1_000):
        monkeypatch.setattr(time, "time_ns", lambda later=later: start + later)
        made.append(uuid7())
    assert made == sorted(made)


def test_its_time_can_be_read_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # the example of RFC 9562, appendix A.6: 22 February 2022, 14:22:22 -05:00
    monkeypatch.setattr(time, "time_ns", lambda: 1_645_557_742_000_000_000)
    assert str(uuid7()).startswith("017f22e2-79b0-7000-")
