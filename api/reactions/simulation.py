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
    progress: Callable[[date], None] = lambda day: None,
) -> tuple[int, int]:
    """Let every day pass from the one after the last simulated one up to `until`, the first time that one alone.

    Answers how many days passed and how many commands added something. `dsn` names the reactions' role. Raises
    `TickRefused`, and what the ledger raises.
    """
    if not EARLIEST <= until <= LATEST:
        raise TickRefused("day-invalid", f"日期须在 {EARLIEST} 与 {LATEST} 之间")
    async with await AsyncConnection.connect(dsn, autocommit=True) as connection:
        engine = await Reacting.begin(ledger, connection, reactions)
        passed = await checkpoint.simulated_day(connection, ledger.name)
        if passed is not None and until <= passed:
            raise TickRefused("day-passed", f"模拟时钟已到 {passed}，只能向前")
        if not await _patiently(engine.holds_simulated):
            told = f"台账“{ledger.name}”没有模拟或示例的案件；真实案件的日子只由数据库的时钟推进"
            raise TickRefused("no-simulated-cases", told)
        first = passed + ONE_DAY if passed else until
        days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
        added = 0
        for day in days:
            try:
                added += await _patiently(partial(engine.simulate, day))
            except Fenced:
                raise TickRefused("day-passed", f"另有人同时在拨模拟时钟，{day} 已过") from None
            progress(day)
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
