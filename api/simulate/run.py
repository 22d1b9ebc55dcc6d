"""A simulation from its first day to its last: decided in memory in the order of its days, appended in large batches.

Every batch is one append with one receipt, whose id follows from the seed and the batch's number: a simulation that was
broken off is decided anew from the beginning and adds only what is not there yet.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

from api.simulate.figures import MOST_PROPOSALS, MOST_YEARS
from api.simulate.life import life
from api.simulate.place import make
from api.simulate.report import stage, standing
from api.simulate.session import founded, held
from api.simulate.story import NOW, Act, Case, City, Story
from domain.codes import Origin, Stage
from domain.labels import COMMANDS
from domain.record import Context
from domain.rules import Refused
from domain.streams import NAMESPACE, Stream, directory_stream
from ledger.committer import NewEvent
from ledger.in_memory import InMemory
from ledger.ledger import KeyReused, Ledger, Provenance

ACTOR = Context(actor="system:simulate")
BATCH = 4_000
"""Events decided before they are appended in one call."""
USUAL = 40
"""Events a case on average, to guess by how far a simulation has come."""


class SimulationRefused(Exception):
    """What was asked cannot be simulated into this ledger; nothing was written. `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Unintended(Exception):
    """The story is wrong: a rule refused what should pass, or let pass what should be refused. Nothing of the batch
    was written."""

    code = "simulation-unintended"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is simulated. The same wanted twice is the same, byte for byte but for the times of recording."""

    proposals: int
    years: int
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.proposals <= MOST_PROPOSALS:
            raise SimulationRefused("proposals-invalid", f"--proposals 须在 1 至 {MOST_PROPOSALS} 之间")
        if not 1 <= self.years <= MOST_YEARS:
            raise SimulationRefused("years-invalid", f"--years 须在 1 至 {MOST_YEARS} 之间")

    def batch_id(self, batch: int | str) -> UUID:
        """The id of the receipt of one batch; `end`: of the whole."""
        return uuid5(NAMESPACE, f"simulate/{self.seed}/{self.proposals}/{self.years}/{batch}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a rule refused as it was meant to."""

    stream: Stream[Any]
    act: Act
    refused: Refused
    provenance: Provenance


@dataclass(slots=True)
class Tally:
    """What has been simulated: events of each case and the stage it came to, refusals and flags by rule."""

    events: int = 0
    cases: dict[int, int] = field(default_factory=dict)
    reached: Counter[Stage] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    closed: list[int] = field(default_factory=list)
    """Events of each case that has come to its closing."""
    added: int = 0
    seconds: float = 0.0
    deciding: float = 0.0
    appending: float = 0.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Events for one call, and the attempts between them."""

    events: Sequence[NewEvent]
    attempts: Sequence[Attempt]


def decide(wanted: Wanted, ledger: str, tally: Tally) -> Iterator[Batch]:
    """The whole history, batch by batch, for a ledger of this name. Raises `Unintended`."""
    states = InMemory(ledger)
    city = City(make(wanted.seed, wanted.years), states, wanted.proposals)
    attempts: list[Attempt] = []
    for case, act in _in_order(city, tally):
        attempt = give(states, case, act, tally)
        attempts += [attempt] if attempt else []
        if states.waiting() >= BATCH:
            yield Batch(states.take(), attempts)
            attempts = []
    yield Batch(states.take(), attempts)


async def simulate(
    ledger: Ledger, wanted: Wanted, progress: Callable[[int, int], None] = lambda done, of: None
) -> Tally | None:
    """Append the simulation to an empty ledger, or what is missing of it; None where all of it is there.

    `progress` is told the events so far, and about how many there will be. Raises
    `SimulationRefused` where the ledger holds anything else, `Unintended`, and what `Ledger.append` raises.
    """
    await _refuse_foreign(ledger, wanted)
    if await ledger.knows(wanted.batch_id("end")):
        return None
    began, tally = perf_counter(), Tally()
    batches, number, expected = decide(wanted, ledger.name, tally), 0, 0
    batch = await asyncio.to_thread(_timed, batches, tally)
    while batch is not None:
        appending = asyncio.create_task(_append(ledger, wanted, number, batch, expected, tally))
        expected += len(batch.events)
        try:
            batch, number = await asyncio.to_thread(_timed, batches, tally), number + 1
        finally:  # what was decided is there, whatever the next batch came to
            await appending
        progress(tally.events, max(tally.events, wanted.proposals * USUAL))
    await ledger.append(wanted.batch_id("end"), ())
    tally.seconds = perf_counter() - began
    return tally


def give(states: InMemory, case: Case | None, act: Act, tally: Tally) -> Attempt | None:
    """Give one command: its events wait in memory, or it is refused as it was meant to be. Raises `Unintended`."""
    if act.command is None:
        return None
    stream = act.stream or (case.stream if case else directory_stream(states.name))
    provenance = Provenance(Origin.SIMULATED, entered_at=act.at)
    try:
        added = states.decide(stream, act.command, ACTOR.model_copy(update={"on_behalf_of": act.by}), provenance)
    except Refused as refused:
        if act.refused_by is not refused.rule:
            raise Unintended(_told(case, act, f"被规则 {refused.rule.id} 拒绝：{refused.reason}")) from refused
        tally.refused[refused.rule.id] += 1
        return Attempt(stream, act, refused, provenance)
    if act.refused_by is not None or not added:
        raise Unintended(
            _told(case, act, f"没有被规则 {act.refused_by.id} 拒绝" if act.refused_by else "什么也没有新增")
        )
    tally.events += len(added)
    tally.flagged.update(rule for recorded in added for rule in recorded.flags)
    return None


def _timed(batches: Iterator[Batch], tally: Tally) -> Batch | None:
    began = perf_counter()
    batch = next(batches, None)
    tally.deciding += perf_counter() - began
    return batch


async def _append(ledger: Ledger, wanted: Wanted, number: int, batch: Batch, expected: int, tally: Tally) -> None:
    """Append a batch where it belongs, right after the one before; then note the attempts made in it."""
    began, batch_id = perf_counter(), wanted.batch_id(number)
    receipt = None
    if await ledger.position() == expected or await ledger.knows(batch_id):
        with suppress(KeyReused):
            receipt = await ledger.append(batch_id, batch.events)
    if receipt is None or receipt.first_position != expected + 1:
        told = f"台账“{ledger.name}”中的模拟出自另一版本的程序，或其间有人写入，不能接着模拟，请另选一个 --ledger"
        raise SimulationRefused("simulation-differs", told)
    if not receipt.repeated:
        tally.added += len(batch.events)
    for attempt in batch.attempts:
        if attempt.refused.rule.gate and attempt.act.command is not None:
            context = ACTOR.model_copy(update={"on_behalf_of": attempt.act.by})
            told_to = (attempt.stream, attempt.act.command, context, attempt.refused, attempt.provenance)
            # the attempts come after the batch: of one that is there already some may be wanting
            await ledger.note_attempt(*told_to, once=receipt.repeated)
    tally.appending += perf_counter() - began


async def _refuse_foreign(ledger: Ledger, wanted: Wanted) -> None:
    if await ledger.position() and not await ledger.knows(wanted.batch_id(0)):
        told = (
            f"台账“{ledger.name}”中已有别的事件（真实的办理，或另一次模拟），不向其中写入模拟数据；"
            "请用 --ledger 另选一个空台账"
        )
        raise SimulationRefused("ledger-not-simulated", told)


def _in_order(city: City, tally: Tally) -> Iterator[tuple[Case | None, Act]]:
    """Every act of every story, in the order of their times; of the same time, that of the earlier story first."""
    waiting: list[tuple[datetime, int, Act, Story, Case | None]] = []

    def begin(number: int, story: Story, case: Case | None = None) -> None:
        act = next(story, None)
        if act is not None and act.at <= NOW:
            heapq.heappush(waiting, (act.at, number, act, story, case))

    sessions = [held(city, meeting) for meeting in city.place.meetings]
    for number, story in enumerate([founded(city), *sessions], -len(sessions) - 1):
        begin(number, story)
    for index in range(city.proposals):
        begun = Case.of(city, index)
        begin(index, life(begun), begun)
    while waiting:
        at, number, act, story, case = heapq.heappop(waiting)
        following: Act | None = act
        while following is not None and following.at <= at:
            if following.at < at:
                raise Unintended(_told(case, following, f"早于它之前的一步（{at:%Y-%m-%d %H:%M}）"))
            yield case, following
            following = next(story, None)
        if following is not None and following.at <= NOW:
            heapq.heappush(waiting, (following.at, number, following, story, case))
        elif case is not None:
            _end(city, case, tally)


def _end(city: City, case: Case, tally: Tally) -> None:
    """The story of the case is over; its state is asked for no more."""
    state = case.state
    tally.cases[case.index] = state.version
    tally.reached[stage(state)] += 1
    if state.closed is not None:
        tally.closed.append(state.version)
    if (told := standing(state)) is not None:
        city.ended[case.stream.id] = told
    if city.last_assigned.get((case.unit.code, case.subject)) != case.stream.id:
        city.states.forget(case.stream)


def _told(case: Case | None, act: Act, what: str) -> str:
    name = type(act.command).__name__
    which = f"第 {case.index} 件模拟提案" if case else "模拟的届次"
    return f"{which}，{act.at:%Y-%m-%d %H:%M}，命令“{COMMANDS[name]}”（{name}）{what}"
