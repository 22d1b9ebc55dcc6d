"""Sixteen writers and a tailing reader, and what they were told: the witnesses against which the tables are judged."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID, uuid4

import orjson
from eventsourcing.persistence import PersistenceError
from psycopg_pool import PoolTimeout

from ledger.committer import LedgerBusy, NewEvent, OutcomeUnknown
from ledger.connections import Connections
from ledger.ledger import Ledger, Receipt
from ledger.recorder import LedgerRecorder

WRITERS = 16
PATIENCE = 90.0
CATCHING_UP = 30.0
BREATH = 0.02
"""Seconds a writer rests after each answer: the test is about faults, not about speed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One command as a caller knows it: what it sent and, once acknowledged, what it was told."""

    command: UUID
    events: tuple[NewEvent, ...]


@dataclass
class Witnesses:
    """What callers and reader saw. `unclear`: answers that tell a caller neither what happened nor to ask again."""

    acknowledged: dict[UUID, tuple[Sent, Receipt]] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    asked_again: int = 0
    unclear: list[str] = field(default_factory=list)
    seen: list[tuple[int, UUID, int, bytes]] = field(default_factory=list)

    def gap(self, since: float) -> float:
        """The longest time without an acknowledgement since a moment, in seconds."""
        after = [since, *(moment for moment in self.moments if moment > since)]
        return max((later - sooner for sooner, later in pairwise(after)), default=float("inf"))

    def wrote_after(self, moment: float) -> bool:
        return bool(self.moments) and self.moments[-1] > moment


@asynccontextmanager
async def opened(dsn: str, ledger: str) -> AsyncIterator[Ledger]:
    """The product's own door to history, on these addresses."""
    async with Connections(dsn) as connections:
        door = Ledger(ledger, connections, secret=b"tests")
        await door.open()
        try:
            yield door
        finally:
            await door.close()


@asynccontextmanager
async def writing(dsn: str, ledger: str) -> AsyncIterator[Witnesses]:
    """Writers at work, each on a stream of its own; on leaving, each has asked until it was answered."""
    witnesses, stopped = Witnesses(), asyncio.Event()
    async with opened(dsn, ledger) as door:
        with tailing(dsn, ledger, witnesses):
            writers = [asyncio.create_task(_write(door, witnesses, stopped)) for _ in range(WRITERS)]
            try:
                yield witnesses
            finally:
                stopped.set()
                async with asyncio.timeout(PATIENCE):
                    await asyncio.gather(*writers)
            await _caught_up(witnesses)


@contextmanager
def tailing(dsn: str, ledger: str, witnesses: Witnesses) -> Iterator[None]:
    """A subscriber of the library's kind, which takes up where it was whenever its connection breaks."""
    stopped = threading.Event()

    def follow() -> None:
        while not stopped.is_set():
            with suppress(PersistenceError, PoolTimeout):
                recorder = LedgerRecorder(dsn, ledger, pool_size=2)
                try:
                    last = witnesses.seen[-1][0] if witnesses.seen else 0
                    with recorder.subscribe(gt=last) as subscription:
                        for told in subscription:
                            stream = UUID(str(told.originator_id))
                            witnesses.seen.append((told.id, stream, told.originator_version, bytes(told.state)))
                            if stopped.is_set():
                                break
                finally:
                    recorder.close()
            stopped.wait(0.2)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    yield
    stopped.set()


async def _write(door: Ledger, witnesses: Witnesses, stopped: asyncio.Event) -> None:
    stream, version = uuid4(), 0
    while not stopped.is_set():
        command = uuid4()
        events = tuple(_event(command, stream, version + number) for number in range(1, 2 + version % 3))
        receipt = await _until_told(door, Sent(command, events), witnesses)
        if receipt is None:
            stream, version = uuid4(), 0
            continue
        witnesses.acknowledged[command] = Sent(command, events), receipt
        witnesses.moments.append(time.monotonic())
        version += len(events)
        await asyncio.sleep(BREATH)


async def _until_told(door: Ledger, sent: Sent, witnesses: Witnesses) -> Receipt | None:
    """Ask with one command id until there is a receipt; None where the stream is not as the caller left it."""
    while True:
        try:
            receipt = await door.append(sent.command, sent.events)
        except (OutcomeUnknown, LedgerBusy):
            witnesses.asked_again += 1
        except Exception as error:  # whatever it is, it does not tell the caller what to do
            witnesses.unclear.append(f"{sent.command}: {error!r}")
        else:
            if receipt is None:
                witnesses.unclear.append(f"{sent.command}: clashed, though nobody else writes to its stream")
            return receipt
        await asyncio.sleep(0.2)


def _event(command: UUID, stream: UUID, version: int) -> NewEvent:
    state = {"command": str(command), "stream": str(stream), "version": version}
    return NewEvent(stream, version, "Tested/1", orjson.dumps(state))


async def _caught_up(witnesses: Witnesses) -> None:
    """Wait for the reader, which may have to find the new primary first."""
    last = max((receipt.position for _, receipt in witnesses.acknowledged.values()), default=0)
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCHING_UP):
            while not witnesses.seen or witnesses.seen[-1][0] < last:  # noqa: ASYNC110  # another thread makes it true
                await asyncio.sleep(0.1)
