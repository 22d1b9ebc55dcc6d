"""The engine on a real database: batches, checkpoints, rebuilds, a second runner."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from domain import commands as c
from ledger import reader
from ledger.ledger import Ledger
from projections import READ_MODELS, checkpoints, engine
from projections.engine import Engine
from tests.cases import UNITS, Office
from tests.conftest import Database


@pytest.fixture
def daemon(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.daemon, autocommit=True) as connection:
        engine.prepare(connection, READ_MODELS)
        yield connection


async def some_cases(ledger: Ledger) -> list[Office]:
    office = await Office(ledger).set_up()
    whole = await Office(ledger).assigned()
    await whole.replied()
    await whole.closed()
    split = await Office(ledger).assigned((UNITS[0], "SPLIT"), (UNITS[1], "SPLIT"))
    await split.replied(UNITS[0])
    returned = await Office(ledger).assigned()
    await returned.do(
        c.ReturnAssignment(unit=UNITS[0], reason="不属职责", suggested_unit=UNITS[1], signed_by="zhifaju-leader")
    )
    return [office, whole, split, returned]


def tables(connection: psycopg.Connection[Any], ledger: str) -> dict[str, Any]:
    return {model.name: engine.kept(connection, ledger, model) for model in READ_MODELS}


def run(connection: psycopg.Connection[Any], ledger: str, limit: int) -> None:
    runner = Engine(connection, ledger, READ_MODELS)
    while runner.advance(limit):
        pass


def forget(admin: psycopg.Connection, ledger: str) -> None:
    for model in READ_MODELS:
        admin.execute(f"DELETE FROM boards.{model.table} WHERE ledger = %s".encode(), (ledger,))
    admin.execute("DELETE FROM control.checkpoints WHERE ledger = %s", (ledger,))


async def test_one_by_one_any_batching_and_rebuild_are_the_same(
    ledger: Ledger, daemon: psycopg.Connection[Any], admin: psycopg.Connection
) -> None:
    await some_cases(ledger)
    run(daemon, ledger.name, 1)
    one_by_one = tables(daemon, ledger.name)
    assert all(one_by_one.values())
    for limit in (2, 7, 500):
        forget(admin, ledger.name)
        run(daemon, ledger.name, limit)
        assert tables(daemon, ledger.name) == one_by_one
    for model in READ_MODELS:
        engine.rebuild(daemon, [ledger.name], model)
    assert tables(daemon, ledger.name) == one_by_one
    for model in READ_MODELS:
        assert engine.differences(daemon, ledger.name, model) == []


async def test_a_row_that_nothing_could_have_written_is_found(
    ledger: Ledger, daemon: psycopg.Connection[Any], admin: psycopg.Connection
) -> None:
    cases = await some_cases(ledger)
    run(daemon, ledger.name, 500)
    admin.execute(
        "UPDATE boards.supervision_board_v11 SET stage = 'NOWHERE' WHERE ledger = %s AND stream = %s",
        (ledger.name, cases[1].case),
    )
    model = next(model for model in READ_MODELS if model.name == "supervision_board")
    assert engine.differences(daemon, ledger.name, model) == [(ledger.name, cases[1].case)]


async def test_a_row_changed_by_hand_is_found(
    ledger: Ledger, daemon: psycopg.Connection[Any], admin: psycopg.Connection
) -> None:
    cases = await some_cases(ledger)
    run(daemon, ledger.name, 500)
    admin.execute(
        "UPDATE boards.supervision_board_v11 SET returns = 99 WHERE ledger = %s AND stream = %s",
        (ledger.name, cases[1].case),
    )
    found = {model.name: engine.differences(daemon, ledger.name, model) for model in READ_MODELS}
    assert found == {
        "supervision_board": [(ledger.name, cases[1].case)],
        "audit_trail": [],
        "communication_before_reply": [],
    }


async def test_a_rebuild_leaves_other_ledgers_as_they_are(
    ledger: Ledger, daemon: psycopg.Connection[Any], database: Database
) -> None:
    await some_cases(ledger)
    run(daemon, ledger.name, 500)
    before = tables(daemon, ledger.name)
    for model in READ_MODELS:
        engine.rebuild(daemon, [f"other-{uuid4().hex[:8]}"], model)
    assert tables(daemon, ledger.name) == before


async def test_a_second_runner_is_fenced_off(ledger: Ledger, daemon: psycopg.Connection[Any]) -> None:
    await some_cases(ledger)
    first, second = (Engine(daemon, ledger.name, READ_MODELS) for _ in range(2))
    assert first.advance(10) == 10
    before = tables(daemon, ledger.name)
    with pytest.raises(checkpoints.Fenced):
        second.advance(5)
    assert tables(daemon, ledger.name) == before


async def test_a_batch_that_fails_leaves_nothing_behind(
    ledger: Ledger, daemon: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_cases(ledger)
    run(daemon, ledger.name, 3)
    head = reader.head(daemon, ledger.name)
    await Office(ledger).assigned()
    before = tables(daemon, ledger.name)
    last = READ_MODELS[-1]
    monkeypatch.setitem(last.__dict__, "evolve", _breaks)
    with pytest.raises(ZeroDivisionError):
        Engine(daemon, ledger.name, READ_MODELS).advance()
    assert tables(daemon, ledger.name) == before
    assert set(checkpoints.positions(daemon, ledger.name, READ_MODELS).values()) == {head}


def _breaks(*_: Any) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_a_table_has_the_columns_of_its_row(model: Any, daemon: psycopg.Connection[Any]) -> None:
    columns = daemon.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'boards' AND table_name = %s"
        " ORDER BY ordinal_position",
        (model.table,),
    ).fetchall()
    assert tuple(name for (name,) in columns) == model.columns
