"""`huiyin tick`: let days pass for the cases of a sample or a simulation. Real ones live by the database's clock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from psycopg import AsyncConnection

from api.reactions import checkpoint
from api.reactions.engine import BoardBehind, Reacting
from domain.policy.working_days import ONE_DAY
from domain.reactions import REACTIONS, Reaction
from domain.values import EARLIEST, LATEST
from ledger.ledger import Ledger
from projections.checkpoints import Fenced

PATIENCE = 10.0
"""Seconds a board has to catch up before a tick is refused."""

POLL_SECONDS = 0.1

FARTHEST = timedelta(days=366)
"""How far the clock goes at once: a day that has passed cannot be taken back, so a slip of the pen is asked about."""

T = TypeVar("T")


class TickRefused(Exception):
    """Why a day cannot pass. `code` is stable; the message is for whoever asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


async def tick(
    dsn: str,
    ledger: Ledger,
    until: date,
    reactions: Sequence[Reaction] = REACTIONS,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[int, int]:
    """Let every day pass from the one after the last simulated one up to `until`, the first time from the one after the
    last entry in such a case.

    Answers how many days passed and how many commands added something. `progress` is told the days that have passed,
    and how many there are. `dsn` names the reactions' role. Raises `TickRefused`, and what the ledger raises.
    """
    if not EARLIEST <= until <= LATEST:
        raise TickRefused("day-invalid", f"日期须在 {EARLIEST} 与 {LATEST} 之间")
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        engine = await Reacting.begin(ledger, connection, reactions)
        holds = await _patiently(engine.holds_simulated)
        passed = await checkpoint.simulated_day(connection, ledger.name) or await engine.last_simulated()
        if not holds or passed is None:
            told = f"台账“{ledger.name}”没有模拟或示例的案件；真实案件的日子只由数据库的时钟推进"
            raise TickRefused("no-simulated-cases", told)
        if until <= passed:
            raise TickRefused("day-passed", f"模拟时钟已到 {passed}，只能向前")
        if until > passed + FARTHEST:
            raise TickRefused("day-too-far", f"模拟时钟在 {passed}，一次至多向前一年，到 {passed + FARTHEST}")
        first = passed + ONE_DAY
        days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
        added = 0
        for done, day in enumerate(days, 1):
            try:
                added += await _patiently(partial(engine.simulate, day))
            except Fenced:
                raise TickRefused("day-passed", f"另有人同时在拨模拟时钟，{day} 已过") from None
            progress(done, len(days))
        return len(days), added


async def _patiently(asked: Callable[[], Awaitable[T]]) -> T:
    """What is asked of a board, as soon as it has caught up."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await asked()
        except BoardBehind:
            if asyncio.get_running_loop().time() > until:
                raise TickRefused("board-behind", "督办总览尚未跟上台账：请先启动服务（huiyin serve）") from None
            await asyncio.sleep(POLL_SECONDS)
