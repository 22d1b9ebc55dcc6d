"""Writers under fire: what a process of them does, and how history is judged afterwards.

As a program it is one process: `python -m tests.ledger.storm DSN SECONDS WRITERS LEDGER…` appends until the seconds are
over, asks again with the same id until it is answered, and prints every answer as a line of JSON.
"""

import asyncio
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog

from ledger.committer import Committer, LedgerBusy, NewEvent, OutcomeUnknown, Request
from ledger.connections import Connections


@dataclass(frozen=True)
class Answered:
    ledger: str
    command: str
    outcome: str
    first: int | None
    last: int


async def write(committer: Committer, ledger: str, shared: list[UUID], until: float) -> list[Answered]:
    """Commands on streams of its own and, now and then, on streams that everybody writes to without looking; some are
    asked again after they were answered."""
    answered: list[Answered] = []
    stream, version = uuid4(), 0
    while time.monotonic() < until:
        command, many = uuid4(), random.randint(1, 3)
        on_shared = random.random() < 0.1
        if on_shared:
            target, start = random.choice(shared), random.randint(0, 2)
        else:
            target, start = stream, version
        answer = await ask(committer, ledger, command, target, start, many)
        if not on_shared and answer.outcome == "appended":
            version += many
        answered.append(answer)
        if random.random() < 0.05:
            again = await ask(committer, ledger, command, target, start, many)
            if answer.outcome != "clashed":
                assert (again.outcome, again.first, again.last) == ("repeated", answer.first, answer.last)
        if version > 20:
            stream, version = uuid4(), 0
    return answered


async def ask(committer: Committer, ledger: str, command: UUID, stream: UUID, start: int, many: int) -> Answered:
    """Until there is an answer. What it finds already done is what it did itself: nobody else knows its id."""
    while True:
        state = json.dumps({"command": str(command)}).encode()
        events = [NewEvent(stream, start + n, "Tested/1", state) for n in range(1, many + 1)]
        try:
            written = await committer.append(Request(command, stream, b"digest", start + many, events))
        except (LedgerBusy, OutcomeUnknown):
            await asyncio.sleep(0.01)
            continue
        return Answered(ledger, str(command), written.outcome, written.first_position, written.last_position)


async def work(dsn: str, seconds: float, writers: int, ledgers: list[str]) -> list[Answered]:
    async with Connections(dsn) as connections:
        committers = {ledger: Committer(connections, ledger) for ledger in ledgers}
        shared = {ledger: [UUID(int=n) for n in range(3)] for ledger in ledgers}
        for ledger, committer in committers.items():
            await connections.query("SELECT ledger.open_ledger(%s)::text", (ledger,))
            committer.start()
        until = time.monotonic() + seconds
        names = [ledgers[n % len(ledgers)] for n in range(writers)]
        found = await asyncio.gather(*(write(committers[name], name, shared[name], until) for name in names))
        for committer in committers.values():
            await committer.close()
    return [answer for answers in found for answer in answers]


def judge(admin: psycopg.Connection[Any], ledger: str, answers: Iterable[Answered]) -> int:
    """Nothing lost, doubled, reordered, left out. Answers how many events there are."""
    rows = admin.execute(
        """SELECT notification_id, originator_id, originator_version, convert_from(state, 'UTF8')::json->>'command',
        recorded_at FROM ledger.events WHERE ledger = %s ORDER BY notification_id""",
        (ledger,),
    ).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "no gap"
    times = [row[4] for row in rows]
    assert times == sorted(times), "time never runs backwards"
    versions: dict[UUID, int] = defaultdict(int)
    places: dict[str, list[int]] = defaultdict(list)
    for position, stream, version, command, _ in rows:
        versions[stream] += 1
        assert version == versions[stream], "each stream in its own order, without holes"
        places[command].append(position)
    told: set[str] = set()
    for answer in answers:
        if answer.outcome == "clashed":
            assert answer.command not in places, "what clashed wrote nothing"
            continue
        assert answer.first is not None
        expected = list(range(answer.first, answer.last + 1))
        assert places.get(answer.command) == expected, "what was acknowledged stands once, where the answer says"
        told.add(answer.command)
    assert told == set(places), "what stands was acknowledged: everybody was answered"
    receipts = admin.execute(
        "SELECT command_id::text, first_position, last_position FROM ledger.receipts WHERE ledger = %s", (ledger,)
    ).fetchall()
    assert {command: (first, last) for command, first, last in receipts} == {
        command: (found[0], found[-1]) for command, found in places.items()
    }
    return len(rows)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    dsn, seconds, writers, *ledgers = sys.argv[1:]
    for answer in asyncio.run(work(dsn, float(seconds), int(writers), ledgers)):
        print(json.dumps(asdict(answer)))  # noqa: T201  # what the judge reads


if __name__ == "__main__":
    main()
