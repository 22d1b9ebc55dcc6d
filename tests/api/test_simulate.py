"""The simulated city: the same every time, refused only where it is meant to be, and digested by every board."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest

from api.simulate import summary
from api.simulate.people import OFFICE
from api.simulate.place import make
from api.simulate.run import SimulationRefused, Tally, Unintended, Wanted, decide, give, simulate
from api.simulate.story import NOW, Act
from domain import commands as c
from domain.codes import Gate, Stage
from domain.events import STREAM_KINDS
from domain.proposal import Proposal
from domain.record import Context
from domain.rules import KNOWN_MEMBER, RULES
from domain.streams import PROPOSAL, directory_stream
from domain.values import parse_moment
from ledger import reader
from ledger.connections import Connections
from ledger.in_memory import InMemory
from ledger.ledger import Ledger, one_ledger
from projections import READ_MODELS, engine
from tests.cases import Office
from tests.conftest import SECRET, Database

WANTED = Wanted(proposals=120, years=3, seed=7)
PHONE = re.compile(r"(?<![0-9a-f])(1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![0-9a-f])")


@dataclass(frozen=True)
class Simulated:
    name: str
    tally: Tally


def simulated_into(database: Database, name: str, wanted: Wanted = WANTED, **how: Any) -> Tally | None:
    async def run() -> Tally | None:
        async with one_ledger(name, database.app, secret=SECRET) as ledger:
            return await simulate(ledger, wanted, **how)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def simulated(database: Database) -> Simulated:
    name = f"simulated-{uuid4().hex[:8]}"
    tally = simulated_into(database, name)
    assert tally
    return Simulated(name, tally)


@pytest.fixture
def daemon(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.daemon, autocommit=True) as connection:
        yield connection


def in_memory(name: str, wanted: Wanted = WANTED) -> list[tuple[UUID, int, str, bytes]]:
    """Every event of a simulation for a ledger of this name, as it would be stored."""
    batches = decide(wanted, name, Tally())
    return [(new.stream, new.version, new.topic, new.state) for batch in batches for new in batch.events]


def stored(admin: psycopg.Connection[Any], name: str) -> list[tuple[UUID, int, str, bytes]]:
    sql = """SELECT originator_id, originator_version, topic, state FROM ledger.events
             WHERE ledger = %s ORDER BY notification_id"""
    return admin.execute(sql, (name,)).fetchall()


def entered(state: bytes) -> datetime:
    moment = parse_moment(orjson.loads(state)["entered_at"])
    assert isinstance(moment, datetime)
    return moment


def test_the_same_wanted_is_the_same_history_byte_for_byte(
    simulated: Simulated, admin: psycopg.Connection[Any]
) -> None:
    assert stored(admin, simulated.name) == in_memory(simulated.name)


def test_it_does_not_depend_on_the_process() -> None:
    program = """
import hashlib
from api.simulate.run import Tally, Wanted, decide
told = hashlib.sha256()
for batch in decide(Wanted(40, 2, 7), "x", Tally()):
    for new in batch.events:
        told.update(new.stream.bytes + new.state)
print(told.hexdigest())
"""
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_another_seed_is_another_history() -> None:
    assert in_memory("x", Wanted(5, 1, 1)) != in_memory("x", Wanted(5, 1, 2))


def test_a_case_lives_the_same_life_however_many_there_are() -> None:
    """Numbers of cases and letters, and who is merged or joined with whom, depend on the others; nothing else does."""

    def lives(proposals: int) -> dict[UUID, list[tuple[str, datetime]]]:
        told = defaultdict(list)
        for stream, _, topic, state in in_memory("x", Wanted(proposals, 2, 3)):
            told[stream].append((topic, entered(state)))
        return told

    few, many = lives(30), lives(60)
    shared = {"ProposalsMerged/1", "ProposalAbsorbed/1", "CasesHandledJointly/1"}
    alone = [
        stream
        for stream, life in few.items()
        if life[0][0].startswith("Proposal") and not shared & {topic for topic, _ in [*life, *many[stream]]}
    ]
    assert len(alone) >= 25
    assert all(few[stream] == many[stream] for stream in alone)


def test_every_refusal_is_intended_and_told(simulated: Simulated) -> None:
    assert len(simulated.tally.refused) >= 8, "`simulate` raises for every other"
    assert set(simulated.tally.refused) <= set(RULES)
    told = [cell for table in summary.tables(simulated.tally) for column in table.columns for cell in column.cells]
    for rule in (*simulated.tally.refused, *simulated.tally.flagged):
        assert f"{RULES[rule].title}（{rule}）" in told


def test_what_a_gate_refused_is_among_the_attempts(simulated: Simulated, admin: psycopg.Connection[Any]) -> None:
    noted = admin.execute("SELECT rule FROM ledger.attempts WHERE ledger = %s", (simulated.name,)).fetchall()
    gates = Counter({rule: number for rule, number in simulated.tally.refused.items() if RULES[rule].gate})
    assert Counter(rule for (rule,) in noted) == gates


def test_rulebooks_that_refuse_and_those_that_flag_both_occur(simulated: Simulated) -> None:
    gates = {meeting.rulebook.contact_before_reply.gate for meeting in make(WANTED.seed, WANTED.years).meetings}
    assert gates == {Gate.REFUSE, Gate.FLAG}
    assert simulated.tally.refused["contact-before-reply"]
    assert simulated.tally.flagged


def test_an_act_that_a_rule_forbids_is_an_error_unless_it_was_meant() -> None:
    unknown = c.AppointOfficial(official="x", name="王喆", title="科长", rank="OFFICER", unit="nowhere")
    with pytest.raises(Unintended, match="known-unit"):
        give(InMemory("x"), None, Act(NOW, OFFICE, unknown), Tally())
    with pytest.raises(Unintended, match="known-unit"):
        give(InMemory("x"), None, Act(NOW, OFFICE, unknown, refused_by=KNOWN_MEMBER), Tally())
    allowed = c.ListUnit(unit="x", name="市教育局")
    with pytest.raises(Unintended, match="没有被规则 known-member 拒绝"):
        give(InMemory("x"), None, Act(NOW, OFFICE, allowed, refused_by=KNOWN_MEMBER), Tally())


def test_it_says_that_it_is_simulated_and_when_it_was_entered(
    simulated: Simulated, admin: psycopg.Connection[Any]
) -> None:
    states = [state for *_, state in stored(admin, simulated.name)]
    assert {orjson.loads(state)["origin"] for state in states} == {"SIMULATED"}
    times = [entered(state) for state in states]
    assert times == sorted(times), "history is in the order in which it was entered"
    assert times[-1] <= NOW < datetime.now(UTC)
    assert not [state for state in states if PHONE.search(orjson.dumps(orjson.loads(state)["event"]).decode())]


def test_every_history_folds_and_most_are_of_a_believable_length(simulated: Simulated, database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        head = reader.head(connection, simulated.name)
        states: dict[UUID, Proposal] = defaultdict(Proposal)
        for page in reader.pages(connection, simulated.name, head, 1_000):
            for recorded in page:
                if STREAM_KINDS[type(recorded.event).__name__] == PROPOSAL.name:
                    states[recorded.stream] = PROPOSAL.evolve(states[recorded.stream], recorded)
    assert len(states) == WANTED.proposals
    assert sorted(state.version for state in states.values()) == sorted(simulated.tally.cases.values())
    lengths = simulated.tally.closed
    assert len(lengths) >= WANTED.proposals / 2
    assert 30 <= sum(lengths) / len(lengths) <= 80
    assert sum(30 <= length <= 80 for length in lengths) / len(lengths) >= 0.85
    assert {state.closed is not None for state in states.values()} == {True, False}, "some are still under way"


def test_every_board_digests_it(simulated: Simulated, daemon: psycopg.Connection[Any]) -> None:
    engine.prepare(daemon, READ_MODELS)
    running = engine.Engine(daemon, simulated.name, READ_MODELS)
    while running.advance():
        pass
    assert [engine.differences(daemon, simulated.name, model) for model in READ_MODELS] == [[]] * len(READ_MODELS)
    sql = "SELECT stage, count(*) FROM boards.supervision_board WHERE ledger = %s GROUP BY stage"
    shown = dict(daemon.execute(sql, (simulated.name,)).fetchall())
    assert shown == simulated.tally.reached, "the summary and the board tell the same"
    assert shown[Stage.FOLLOW_UP], "some promises are still to be kept"


def test_simulating_again_adds_nothing(
    simulated: Simulated, database: Database, admin: psycopg.Connection[Any]
) -> None:
    before = len(stored(admin, simulated.name))
    assert simulated_into(database, simulated.name) is None
    assert len(stored(admin, simulated.name)) == before


class BrokenOff(Exception):
    pass


def break_off(done: int, of: int) -> None:
    raise BrokenOff


def test_what_was_broken_off_is_finished(database: Database, admin: psycopg.Connection[Any]) -> None:
    name = f"broken-{uuid4().hex[:8]}"
    with pytest.raises(BrokenOff):
        simulated_into(database, name, progress=break_off)
    begun = len(stored(admin, name))
    assert begun
    tally = simulated_into(database, name)
    assert tally
    assert tally.added == tally.events - begun > 0
    assert stored(admin, name) == in_memory(name)


class Mortal(Ledger):
    """Dies at its third note of an attempt."""

    notes = 0

    async def note_attempt(self, *what: Any, **how: Any) -> None:
        self.notes += 1
        if self.notes == 3:
            raise BrokenOff
        await super().note_attempt(*what, **how)


async def test_no_attempt_is_lost_or_noted_twice_where_it_was_broken_off(
    ledger: Ledger, database: Database, admin: psycopg.Connection[Any]
) -> None:
    async with Connections(database.app) as connections:
        mortal = Mortal(ledger.name, connections, secret=SECRET)
        await mortal.open()
        with pytest.raises(BrokenOff):
            await simulate(mortal, WANTED)
        await mortal.close()
    await simulate(ledger, WANTED)
    sql = "SELECT stream, command, rule FROM ledger.attempts WHERE ledger = %s ORDER BY id"
    batches = decide(WANTED, ledger.name, Tally())
    meant = [
        (attempt.stream.id, type(attempt.act.command).__name__, attempt.refused.rule.id)
        for batch in batches
        for attempt in batch.attempts
        if attempt.refused.rule.gate
    ]
    assert admin.execute(sql, (ledger.name,)).fetchall() == meant


def test_what_was_killed_is_finished(database: Database, admin: psycopg.Connection[Any], tmp_path: Path) -> None:
    name, wanted = f"killed-{uuid4().hex[:8]}", Wanted(130, 2, 5)
    environment = {**os.environ, "DATABASE_URL": database.admin, "HUIYIN_DATA": str(tmp_path)}
    arguments = ["simulate", "--proposals", "130", "--years", "2", "--seed", "5", "--ledger", name]
    running = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    while running.poll() is None and not stored(admin, name):
        pass
    running.send_signal(signal.SIGKILL)
    running.wait()
    simulated_into(database, name, wanted)
    assert stored(admin, name) == in_memory(name, wanted)


async def test_it_is_not_mixed_with_real_cases(ledger: Ledger) -> None:
    await Office(ledger).set_up()
    before = await ledger.position()
    with pytest.raises(SimulationRefused) as refused:
        await simulate(ledger, Wanted(5, 1, 1))
    assert refused.value.code == "ledger-not-simulated"
    assert ledger.name in str(refused.value)
    assert await ledger.position() == before


async def test_it_is_not_mixed_with_another_simulation(ledger: Ledger) -> None:
    await simulate(ledger, Wanted(5, 1, 1))
    with pytest.raises(SimulationRefused, match="另一次模拟"):
        await simulate(ledger, Wanted(5, 1, 2))


async def test_it_is_not_finished_where_somebody_has_written_meanwhile(ledger: Ledger) -> None:
    with pytest.raises(BrokenOff):
        await simulate(ledger, WANTED, break_off)
    await ledger.handle(directory_stream(ledger.name), c.ListUnit(unit="x", name="市教育局"), Context(actor="admin"))
    before = await ledger.position()
    with pytest.raises(SimulationRefused) as refused:
        await simulate(ledger, WANTED)
    assert refused.value.code == "simulation-differs"
    assert await ledger.position() == before


@pytest.mark.parametrize(("proposals", "years"), [(0, 1), (1_000_001, 1), (1, 0), (1, 11)])
def test_what_cannot_be_simulated_is_said(proposals: int, years: int) -> None:
    with pytest.raises(SimulationRefused, match="须在 1 至"):
        Wanted(proposals, years, 1)
