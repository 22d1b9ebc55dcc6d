"""A history file into a ledger: judged window by window, each appended in one call with one receipt.

A window's receipt follows from the source and all lines up to the window's end. What has one is in the ledger already:
the same file again, or a file that goes on where an earlier one ended, adds only what is not there.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from api.history.line import told
from api.history.reading import Act, Fact, Rejected, Window, size
from domain.judging import Judged
from domain.streams import Stream
from ledger.committer import NewEvent
from ledger.imported import Imported, known
from ledger.keys import Keys
from ledger.ledger import KeyReused, Ledger, Receipt, VersionClash
from ledger.mapper import EventTooLarge

TRIES = 100
"""How often an act is judged again, one by one, because somebody writes to its streams, before the import gives up."""
KEPT = 4_000
"""Cases whose states are kept in memory between windows, where they can be read back."""


@dataclass(slots=True)
class Tally:
    """What has come of the lines so far. `events` are those of lines; `consequences` those that the rules added."""

    lines: int = 0
    events: Counter[str] = field(default_factory=Counter)
    consequences: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Rejected] = field(default_factory=dict)
    known: int = 0
    """Lines whose events were in the ledger before."""
    added: int = 0


@dataclass(frozen=True, slots=True)
class _Judged:
    """Acts as they were judged: what would be appended, and what the report is told once it was."""

    kept: Sequence[Judged]
    rejected: Sequence[Rejected]


class Rejecting(Protocol):
    """Told the lines of a file that are no events before the rest of their window is appended; the same lines perhaps
    twice. `resumed`: lines before these were imported by an earlier run, and told then."""

    def __call__(self, path: Path, rejected: Sequence[Rejected], resumed: bool, /) -> None: ...


Opened = Callable[[Path], Generator[Window, None, None]]
"""A file as windows of acts."""


async def bring_in(
    ledger: Ledger,
    files: Sequence[Path],
    opened: Opened,
    tally: Tally,
    *,
    now: datetime,
    keys: Keys | None,
    apply: bool,
    rejects: Rejecting,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Import files one after the other, or with `apply=False` try what would come of it and write nothing to the
    ledger. `progress` is told the bytes read of all files.

    Raises `FileRefused`, and what `Ledger.append` raises; windows appended before that stand.
    """
    states = _states(ledger, now, keys if apply else None)
    states.position = await ledger.position()
    read_before, lines_before = 0, 0
    for path in files:
        run = _Run(ledger, states, tally, apply, partial(_note, rejects, path))
        with closing(opened(path)) as read:
            while (window := await asyncio.to_thread(next, read, None)) is not None:
                await run.bring_in(window)
                tally.lines = lines_before + window.lines
                progress(read_before + window.bytes_read)
        read_before, lines_before = read_before + size(path), tally.lines


@dataclass(slots=True)
class _Run:
    """One file on its way in. `beginning`: nothing of it was new so far; `resumed`: some was not."""

    ledger: Ledger
    states: Imported
    tally: Tally
    apply: bool
    rejects: Callable[[bool, Sequence[Rejected]], None]
    beginning: bool = True
    resumed: bool = False

    async def bring_in(self, window: Window) -> None:
        """Judge and append; in smaller parts, on what is there then, where somebody else was faster."""
        at = await self._skip(window, 0) if self.beginning else 0
        self.beginning = self.beginning and (at > 0 or not window.acts)
        self._note(window.rejected)
        most, failures = len(window.acts), 0
        while at < len(window.acts):
            part = window.acts[at : at + most]
            await _prefetch(self.ledger, self.states, part)
            # what is judged is asked for after its states were read: whoever appends it later writes to one of them
            done, judged = await asyncio.gather(self._skip(window, at), asyncio.to_thread(_judge, self.states, part))
            self._note(judged.rejected, count=False)
            if done == at and (not self.apply or await self._appended(window, part)):
                self._count(judged)
                at, most, failures = at + len(part), most * 2, 0
                continue
            # somebody writes to these streams, or another run brings in the same file
            most, failures = max(1, most // 4), failures + 1 if done == at else 0
            at = done
            await _catch_up(self.ledger, self.states, window.acts[at : at + most])
            if failures > TRIES:
                raise VersionClash("台账一直有人写入，这一批没有载入；已载入的不受影响，请稍后再次执行")

    async def _appended(self, window: Window, part: Sequence[Act]) -> bool:
        expected, events = self.states.position, self.states.take()
        whole = part[-1] is window.acts[-1]
        receipt = await _append(self.ledger, window.receipt if whole else part[-1].receipt, events)
        if receipt is None or receipt.repeated:
            return False
        self.states.appended(KEPT)
        if receipt.position != expected:  # somebody wrote to other streams
            await _catch_up(self.ledger, self.states, ())
        return True

    async def _skip(self, window: Window, at: int) -> int:
        """Behind which of its acts the window goes on; those before it are in the ledger."""
        done = await _known(self.ledger, window, at) if self.apply else at
        self.tally.known += sum(len(act.facts) for act in window.acts[at:done])
        self.resumed = self.resumed or done > at
        return done

    def _note(self, rejected: Sequence[Rejected], *, count: bool = True) -> None:
        self.rejects(self.resumed, rejected)
        if count:
            self._rejected(rejected)

    def _rejected(self, rejected: Sequence[Rejected]) -> None:
        for reject in rejected:
            self.tally.rejects[reject.code] += 1
            self.tally.examples.setdefault(reject.code, reject)

    def _count(self, judged: _Judged) -> None:
        for one in judged.kept:
            counted = self.tally.events if one.told is not None else self.tally.consequences
            counted[type(one.event).__name__] += 1
            self.tally.flags.update(set(one.flags))
        self.tally.added += len(judged.kept) if self.apply else 0
        self._rejected(judged.rejected)


def _states(ledger: Ledger, now: datetime, keys: Keys | None) -> Imported:
    loop = asyncio.get_running_loop()

    def load(stream: Stream[object]) -> tuple[object, int]:
        """Asked from the thread that judges."""
        return asyncio.run_coroutine_threadsafe(ledger.load(stream), loop).result()

    return Imported(ledger.name, now, load, keys)


async def _known(ledger: Ledger, window: Window, at: int) -> int:
    """How many acts of a window, from its first, are in the ledger; that the first `at` are is known."""
    receipts = [act.receipt for act in window.acts[at:]]
    found = await known(ledger, [*receipts, window.receipt])
    if window.receipt in found:
        return len(window.acts)
    return max((behind for behind, receipt in enumerate(receipts, at + 1) if receipt in found), default=at)


async def _append(ledger: Ledger, receipt: UUID, events: Sequence[NewEvent]) -> Receipt | None:
    try:
        return await ledger.append(receipt, events)
    except KeyReused:  # the same window, by another run of the same file
        return None


async def _prefetch(ledger: Ledger, states: Imported, acts: Sequence[Act]) -> None:
    """Read the cases that these acts are about, and are not kept, in one question."""
    wanted = states.unknown(_streams(acts))
    for stream, history in zip(wanted, await ledger.histories(wanted) if wanted else (), strict=True):
        state = stream.kind.empty
        for recorded in history:
            state = stream.kind.evolve(state, recorded)
        states.know(stream, (state, history[-1].version if history else 0))


async def _catch_up(ledger: Ledger, states: Imported, acts: Sequence[Act]) -> None:
    """Read what others have written; of cases keep those that these acts are about."""
    states.catch_up(*await ledger.newer(states.fall_back(_streams(acts))))


def _streams(acts: Sequence[Act]) -> list[Stream[Any]]:
    return [fact.told.fact.stream for act in acts for fact in act.facts]


def _judge(states: Imported, acts: Sequence[Act]) -> _Judged:
    kept: list[Judged] = []
    rejected: list[Rejected] = []
    for act in acts:
        taken, refused = _take_in(states, act.facts)
        kept += taken
        rejected += refused
    return _Judged(kept, sorted(rejected))


def _take_in(states: Imported, facts: Sequence[Fact]) -> tuple[Sequence[Judged], list[Rejected]]:
    """Judge an act; without those of its facts that turn out to be no events."""
    rejected: list[Rejected] = []
    left = list(facts)
    while left:
        outcome = states.take_in([fact.told for fact in left])
        gone = {none.told: ("import-field-missing", told(none.error, "payload")) for none in outcome.none}
        if outcome.unfit is not None:
            gone[outcome.unfit[0]] = _unfit(outcome.unfit[1])
        if not gone:
            return outcome.kept, rejected
        rejected += [Rejected(left[at].line, *why, left[at].original) for at, why in gone.items()]
        left = [fact for at, fact in enumerate(left) if at not in gone]
    return (), rejected


def _note(rejects: Rejecting, path: Path, resumed: bool, rejected: Sequence[Rejected]) -> None:
    rejects(path, rejected, resumed)


def _unfit(error: Exception) -> tuple[str, str]:
    if isinstance(error, EventTooLarge):
        return "import-too-large", f"payload.{error}"
    if isinstance(error, TypeError):
        return "import-number", "payload：整数须在 ±(2⁵³−1) 之内"
    return "import-personal", "payload：个人信息须以原文写明，并写明是谁的"
