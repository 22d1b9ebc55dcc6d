"""Personal details on the way to history and back: sealed for their place, said once, gone with their key."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from domain.codes import Disclosure
from domain.events import MemberListed
from domain.personal import Opening, Sealed, sealed, sealed_in
from domain.record import Context
from domain.rules import Refused
from domain.streams import directory_stream
from ledger.keys import Keys, KeysUnusable
from ledger.ledger import KeyReused, Ledger, Receipt, one_ledger
from ledger.mapper import Envelope, from_stored, to_state, type_name
from projections import READ_MODELS, engine
from projections.engine import Engine
from tests.cases import UNITS, Office
from tests.conftest import SECRET, Database

PHONE, ADDRESS = "000-4815-1623", "䶮河路零号（虚拟）"
MEMBER = c.ListMember(member="long-rong", name="\uf9dc镕", phone=PHONE, address=ADDRESS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
async def other(database: Database, ledger: Ledger, folder: Path) -> AsyncIterator[Ledger]:
    """The same ledger and the same keys, in what could be another process."""
    async with one_ledger(ledger.name, database.app, secret=SECRET, keys=Keys(folder)) as opened:
        yield opened


async def listed(ledger: Ledger, command: c.Command = MEMBER, **how: object) -> Receipt:
    stream = directory_stream(ledger.name)
    return await ledger.handle(stream, command, Context(actor="admin"), **how)  # type: ignore[arg-type]  # any keyword


async def texts(ledger: Ledger, member: str = MEMBER.member) -> list[str | None]:
    entry = (await ledger.directory()).members[member]
    return [opening.text for opening in await ledger.open_details(list(sealed_in(entry)))]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_stored_is_sealed_and_opens_where_it_stands(ledger: Ledger, admin: psycopg.Connection) -> None:
    await listed(ledger)
    rows = admin.execute("SELECT state FROM ledger.events WHERE ledger = %s", (ledger.name,)).fetchall()
    [(state,)] = rows
    assert PHONE.encode() not in state
    assert ADDRESS.encode() not in state
    [recorded] = await ledger.history(directory_stream(ledger.name))
    assert isinstance(recorded.event, MemberListed)
    assert isinstance(recorded.event.phone, Sealed)
    assert set(recorded.event.phone.model_dump()) == {"subject", "key", "nonce", "ct"}
    assert await texts(ledger) == [PHONE, ADDRESS]


@given(address=st.text(st.characters(exclude_categories=["Cs"]), max_size=200), version=st.integers(1, 2**31))
def test_any_text_survives_being_stored(tmp_path_factory: pytest.TempPathFactory, address: str, version: int) -> None:
    keys, stream = Keys(tmp_path_factory.getbasetemp() / "stored"), uuid4()
    keys.check()
    keys.provide("l", ["member:m"])
    event = sealed(MemberListed(member="m", name="䶮", address=address), stream, version, partial(keys.seal, "l"))
    state = to_state(event, Envelope(Context(actor="a"), date(2024, 3, 5)))
    read = from_stored(stream, version, 1, type_name(MemberListed), state, datetime.now(UTC)).event
    assert read == event
    assert [keys.open("l", seal).text for seal in sealed_in(read)] == [address]


async def test_said_again_it_adds_nothing(ledger: Ledger, other: Ledger) -> None:
    await listed(ledger)
    for again in (ledger, other):
        assert (await listed(again)).first_position is None
    changed = await listed(ledger, MEMBER.model_copy(update={"phone": "000-4815-1624"}))
    assert changed.first_position is not None
    assert (await listed(other)).first_position is not None


async def test_what_stays_the_same_is_sealed_anew_in_its_new_place(ledger: Ledger) -> None:
    await listed(ledger)
    await listed(ledger, MEMBER.model_copy(update={"name": "改名䶮"}))
    entries = await ledger.history(directory_stream(ledger.name))
    first, second = [recorded.event.phone for recorded in entries]  # type: ignore[union-attr]  # members alone
    assert isinstance(first, Sealed)
    assert isinstance(second, Sealed)
    assert first.ct != second.ct
    assert first.key == second.key
    assert {opening.text for opening in await ledger.open_details([first, second])} == {PHONE}
    assert first.place
    moved = await ledger.open_details([second.at(first.place)])
    assert moved == [Opening(Disclosure.UNREADABLE)]


async def test_two_writers_with_a_persons_first_detail_use_one_key(ledger: Ledger, other: Ledger, folder: Path) -> None:
    """They clash besides, so that one of them seals for a version that is taken and must seal again."""
    for number in range(10):
        commands = [
            MEMBER.model_copy(update={"member": f"m-{number}", "phone": f"000-{number}-{writer}"}) for writer in (1, 2)
        ]
        await asyncio.gather(listed(ledger, commands[0]), listed(other, commands[1]))
    history = await ledger.history(directory_stream(ledger.name))
    kept = [seal for recorded in history for seal in sealed_in(recorded.event)]
    openings = await ledger.open_details(kept)
    assert {opening.disclosure for opening in openings} == {Disclosure.OPENED}
    assert {opening.text for opening in openings} == {ADDRESS, *(f"000-{n}-{w}" for n in range(10) for w in (1, 2))}
    assert len({seal.key for seal in kept}) == len(files(folder)) == 10


async def test_an_idempotency_key_knows_the_same_phone_from_another(ledger: Ledger) -> None:
    key = uuid4()
    first = await listed(ledger, command_id=key)
    again = await listed(ledger, command_id=key)
    assert again.repeated
    assert again.position == first.position
    with pytest.raises(KeyReused):
        await listed(ledger, MEMBER.model_copy(update={"phone": "000-4815-1624"}), command_id=key)


async def test_a_receipts_digest_means_nothing_once_the_key_is_gone(ledger: Ledger, folder: Path) -> None:
    """Else whoever holds the secret could try all numbers of a phone against it."""
    key = uuid4()
    await listed(ledger, command_id=key)
    files(folder)[0].unlink()
    with pytest.raises(KeyReused):
        await listed(ledger, command_id=key)


async def test_with_the_key_gone_history_reads_and_boards_are_rebuilt_the_same(
    database: Database, ledger: Ledger, folder: Path
) -> None:
    office = await Office(ledger).set_up()
    await office.assigned()
    await listed(ledger)
    phoned = c.DraftReply(
        unit=UNITS[0], text="答复意见", result_class="A", contact_person=f"{UNITS[0]}-leader", contact_phone=PHONE
    )
    await office.do(phoned)
    with psycopg.connect(database.daemon, autocommit=True) as connection:
        engine.prepare(connection, READ_MODELS)
        while Engine(connection, ledger.name, READ_MODELS).advance(100):
            pass
        before = {model.name: engine.kept(connection, ledger.name, model) for model in READ_MODELS}
        directory, case = await ledger.directory(), await ledger.load(office.stream)
        for file in files(folder):
            file.unlink()
        assert (await ledger.load(directory_stream(ledger.name)))[0] == directory
        assert await ledger.load(office.stream) == case
        for model in READ_MODELS:
            engine.rebuild(connection, [ledger.name], model)
            assert engine.kept(connection, ledger.name, model) == before[model.name]
            assert engine.differences(connection, ledger.name, model) == []
    entry = directory.members[MEMBER.member]
    assert await ledger.open_details(list(sealed_in(entry))) == [Opening(Disclosure.DESTROYED)] * 2
    assert (await office.do(phoned)).first_position is not None, "what cannot be compared is said anew"
    assert (await listed(ledger)).first_position is not None
    assert await texts(ledger) == [PHONE, ADDRESS]


async def test_a_key_without_an_event_is_no_half_state(ledger: Ledger, other: Ledger, folder: Path) -> None:
    """A key is made before anything is decided or written; who stops there has changed nothing that anyone sees."""
    official = c.AppointOfficial(official="z", name="赵喆", title="科长", rank="OFFICER", unit="zhifaju", phone=PHONE)
    with pytest.raises(Refused):
        await listed(ledger, official)
    assert await ledger.position() == 0
    assert len(files(folder)) == 1
    await listed(other, c.ListUnit(unit="zhifaju", name="市执法局"))
    await listed(other, official)
    assert len(files(folder)) == 1
    [seal] = sealed_in((await ledger.directory()).officials["z"])
    assert [opening.text for opening in await ledger.open_details([seal])] == [PHONE]


async def test_a_key_that_cannot_be_used_refuses_the_whole_command(ledger: Ledger, folder: Path) -> None:
    await listed(ledger)
    files(folder)[0].write_text("{")
    before = await ledger.position()
    for command in (MEMBER, MEMBER.model_copy(update={"phone": "000-4815-1624"})):
        with pytest.raises(KeysUnusable, match="member:long-rong") as unusable:
            await listed(ledger, command)
        assert "000-4815" not in str(unusable.value)
    assert await ledger.position() == before


async def test_without_keys_details_are_refused_and_all_else_is_handled(database: Database, ledger: Ledger) -> None:
    async with one_ledger(ledger.name, database.app, secret=SECRET) as keyless:
        with pytest.raises(KeysUnusable):
            await listed(keyless)
        await listed(keyless, c.ListMember(member="m", name="刘䶮"))
        await listed(ledger)
        assert (await keyless.directory()).members[MEMBER.member].phone is not None


def test_a_process_killed_while_it_makes_keys_leaves_only_whole_ones(keys: Keys, folder: Path) -> None:
    program = """
import sys
from pathlib import Path
from ledger.keys import Keys
keys = Keys(Path(sys.argv[1]))
for number in range(100_000):
    keys.provide("l", [f"member:{sys.argv[2]}-{number}"])
"""
    for attempt in range(4):
        process = subprocess.Popen([sys.executable, "-c", program, folder, str(attempt)])
        while len(list(folder.rglob("*.json"))) < (attempt + 1) * 20:
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    keys.check()
    made = [path for path in folder.rglob("*.json") if keys.digest("l", _subject(path), "0")]
    assert len(made) >= 80


def _subject(path: Path) -> str:
    subject: str = json.loads(path.read_text())["subject"]
    return subject
