"""States kept between commands are never wrong, only old; and what is old turns nobody away."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from domain import commands as c
from domain.record import Context
from domain.rules import Refused
from domain.streams import Stream, directory_stream, proposal_stream, session_stream
from ledger import states as keeping
from ledger.ledger import Ledger, VersionStale, one_ledger
from ledger.mapper import UnknownEvent
from ledger.states import States
from tests.cases import SESSION, UNITS, Office
from tests.conftest import SECRET, Database


@pytest.fixture
async def office(ledger: Ledger) -> Office:
    return await Office(ledger).set_up()


@pytest.fixture
async def other(office: Office, database: Database) -> AsyncIterator[Ledger]:
    """The same ledger, in what could be another process."""
    async with one_ledger(office.ledger.name, database.app, secret=SECRET) as opened:
        yield opened


class Counting:
    """States over a real ledger, and how many questions they asked."""

    def __init__(self, ledger: Ledger) -> None:
        self.asked = 0
        self._ledger = ledger
        self.states = States(ledger.name, self._query)

    async def _query(self, sql: str, values: Sequence[Any]) -> list[Any]:
        self.asked += 1
        return await self._ledger.query(sql, values)


async def assert_as_folded(ledger: Ledger, *streams: Stream[Any]) -> None:
    for stream in streams:
        kept, version = ledger._states.of(stream)
        folded, last = await ledger.load(stream)
        assert (kept, version) == (folded, last)


async def test_what_is_kept_after_each_command_is_what_history_folds_to(office: Office) -> None:
    await office.assigned((UNITS[0], "LEAD"), (UNITS[1], "CO"))
    await assert_as_folded(office.ledger, office.stream)
    await office.do(c.SubmitCoOpinion(unit=UNITS[1], text="同意", signer=f"{UNITS[1]}-leader"))
    await office.do(office.contact(), f"{UNITS[0]}-officer")
    await assert_as_folded(office.ledger, office.stream)


async def test_two_processes_that_take_steps_at_random_know_the_same_in_the_end(office: Office, other: Ledger) -> None:
    offices = [office, Office(other)]
    cases = [await Office(office.ledger).assigned() for _ in range(4)]
    start = datetime.now(UTC)

    async def step(number: int) -> None:
        at = random.choice(offices)
        at.case = random.choice(cases).case
        here = Office(at.ledger, at.case)
        commands = (
            here.contact(content=f"第 {number} 次", at=start + timedelta(milliseconds=number)),
            c.AcknowledgeAssignment(unit=UNITS[0]),
            here.draft(text=f"第 {number} 稿"),
            c.SignReply(unit=UNITS[0], draft=1, signer=f"{UNITS[0]}-leader"),
        )
        with suppress(Refused):
            await here.do(random.choice(commands), f"{UNITS[0]}-officer")

    for first in range(0, 80, 8):
        await asyncio.gather(*(step(first + n) for n in range(8)))
    streams = [case.stream for case in cases]
    for ledger in (office.ledger, other):
        await ledger._states.refresh(*streams)
        reference = (directory_stream(ledger.name), session_stream(ledger.name, SESSION))
        await assert_as_folded(ledger, *streams, *reference)


async def test_nobody_is_refused_for_what_has_changed_elsewhere_a_moment_ago(office: Office, other: Ledger) -> None:
    await office.assigned((UNITS[0], "LEAD"), (UNITS[1], "CO"))
    elsewhere = Office(other, office.case)
    await elsewhere.do(elsewhere.contact(), f"{UNITS[0]}-officer")
    directory = directory_stream(other.name)
    for number in range(5):
        unit = f"unit-{number}"
        await office.ledger.handle(directory, c.ListUnit(unit=unit, name=unit), Context(actor="admin"))
        added = c.ReassignCase(leaving=(), reason="增加会办", assignments=(c.Assignment(unit=unit, mode="CO"),))
        await elsewhere.do(added)
        await office.do(c.AcknowledgeAssignment(unit=unit))


async def test_nobody_is_told_already_so_when_it_is_so_no_longer(office: Office, other: Ledger) -> None:
    directory = directory_stream(other.name)
    for name in ("一中", "二中", "一中", "二中"):
        command = c.ListUnit(unit="school", name=name)
        await office.ledger.handle(directory, command, Context(actor="admin"))
        assert (await other.directory()).units["school"].name == name
        other_name = c.ListUnit(unit="school", name=f"{name}（曾用）")
        receipt = await other.handle(directory, other_name, Context(actor="admin"))
        assert receipt.first_position is not None


async def test_a_version_expected_is_compared_with_the_present_one(office: Office, other: Ledger) -> None:
    await office.assigned()
    elsewhere = Office(other, office.case)
    await elsewhere.do(elsewhere.contact(content="一"))
    await office.do(office.contact(content="二"))
    assert (await elsewhere.do(elsewhere.contact(content="三"), expected_version=6)).version == 7
    with pytest.raises(VersionStale) as stale:
        await office.do(office.contact(content="四"), expected_version=6)
    assert stale.value.current == 7


async def test_who_asks_together_is_answered_by_one_question(office: Office) -> None:
    cases = [(await Office(office.ledger).submitted()).stream for _ in range(10)]
    counting = Counting(office.ledger)
    await asyncio.gather(*(counting.states.refresh(case) for case in cases))
    assert counting.asked == 1
    assert [counting.states.of(case) for case in cases] == [await office.ledger.load(case) for case in cases]


async def test_a_ledger_in_use_asks_nothing_while_nothing_changes_elsewhere(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "FRESH_SECONDS", 60.0)
    await office.assigned()
    await office.do(office.contact(content="第一次"))
    asked = []
    query = office.ledger._connections.query

    async def counted(*question: Any) -> list[Any]:
        asked.append(question)
        return await query(*question)

    monkeypatch.setattr(office.ledger._states, "_query", counted)
    monkeypatch.setattr(office.ledger._connections, "query", counted)
    for number in range(10):
        await office.do(office.contact(content=f"再一次 {number}"))
    assert not asked
    known = (await office.ledger.history(office.stream))[-1]
    assert known.context.reference_position == known.position - 1, "nothing has happened since"


async def test_the_least_used_cases_are_let_go_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_EVENTS", 10)
    states = Counting(office.ledger).states
    cases = [(await Office(office.ledger).assigned()).stream for _ in range(4)]
    for case in cases[:2]:
        await states.refresh(case)
    assert states.knows(cases[0])
    await states.refresh(cases[2], directory_stream(office.ledger.name))
    assert [states.knows(case) for case in cases] == [True, False, True, False]
    assert states.knows(directory_stream(office.ledger.name)), "the reference stays"
    await states.refresh(cases[1])
    assert states.of(cases[1]) == await office.ledger.load(cases[1])


async def test_nothing_is_kept_of_what_does_not_exist(office: Office) -> None:
    states = Counting(office.ledger).states
    await states.refresh(directory_stream(office.ledger.name))
    for stray in (proposal_stream(directory_stream(office.ledger.name).id), session_stream(office.ledger.name, "?")):
        await states.refresh(stray)
        assert not states.knows(stray)
        assert states.of(stray) == (stray.kind.empty, 0)
    assert states.of(directory_stream(office.ledger.name))[0].units


async def test_one_history_that_cannot_be_read_is_nobody_elses_trouble(
    office: Office, admin: psycopg.Connection
) -> None:
    bad = (await office.submitted()).stream
    good = (await office.submitted()).stream
    admin.execute(
        "UPDATE ledger.events SET topic = 'Unheard/1' WHERE ledger = %s AND originator_id = %s",
        (office.ledger.name, bad.id),
    )
    states = Counting(office.ledger).states
    read, unreadable = await asyncio.gather(states.refresh(good), states.refresh(bad), return_exceptions=True)
    assert read is None
    assert isinstance(unreadable, UnknownEvent)
    assert states.of(good)[1] == 1


async def test_a_database_restored_from_a_backup_is_read_anew(office: Office, admin: psycopg.Connection) -> None:
    """What the process knows of the days after the backup never happened."""
    await office.assigned()
    name, known = office.ledger.name, await office.ledger.position()
    await office.do(office.contact())
    await office.ledger.handle(directory_stream(name), c.ListUnit(unit="late", name="后来"), Context(actor="admin"))
    await office.ledger.directory()
    admin.execute("DELETE FROM ledger.events WHERE ledger = %s AND notification_id > %s", (name, known))
    admin.execute("DELETE FROM ledger.receipts WHERE ledger = %s AND last_position > %s", (name, known))
    admin.execute("UPDATE ledger.ledger_head SET position = %s WHERE ledger = %s", (known, name))
    assert "late" not in (await office.ledger.directory()).units
    receipt = await office.do(office.contact(content="另一次"))
    assert (receipt.version, receipt.position) == (5, known + 1)
    await assert_as_folded(office.ledger, office.stream)
