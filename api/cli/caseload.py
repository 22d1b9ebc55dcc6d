"""Cases that nobody handled: the sample year, a simulated city, and the clock of both."""

import asyncio
from datetime import date
from typing import Annotated

from cyclopts import Parameter

from api import collector
from api import demo as sample
from api.cli.terminal import (
    USAGE,
    LedgerName,
    console,
    failed,
    migrated,
    progress_bar,
    read_settings,
    unknown_ledger,
)
from api.reactions import simulation
from api.settings import Addresses, Settings, secret
from api.simulate import run, summary
from domain.values import is_code
from ledger.ledger import one_ledger


def demo() -> None:
    """载入示例年度：德惠市政协十五届三次会议（可重复执行）。"""
    settings = read_settings()
    with migrated(settings) as urls:
        if not load_demo(settings, urls):
            console.print("示例年度已在台账中，没有新增。")


def simulate(
    *,
    proposals: Annotated[int, Parameter(help="提案件数")] = 1_000,
    years: Annotated[int, Parameter(help="届次数，每年一次会议")] = 3,
    seed: Annotated[int, Parameter(help="种子；同一种子、件数、届次数，得到同样的历史")] = 1,
    ledger: Annotated[str, Parameter(help="写入的台账，须为空台账；不与真实台账混用")] = "simulated",
) -> int:
    """模拟一座城市的提案办理，供看板、性能和负载测试使用；重复执行不会重复登记，中断后接着登记。"""
    settings, wanted = read_settings(), run.Wanted(proposals, years, seed)
    if not is_code(ledger):
        return failed(USAGE, "ledger-invalid", f"“{ledger}”不能作台账名：应由英文字母、数字、点、下划线或连字符组成")
    with migrated(settings) as urls:
        tally = asyncio.run(_simulate(settings, urls, ledger, wanted))
    if tally is None:
        console.print(f"这一模拟已全部在台账“{ledger}”中，没有新增。")
        return 0
    for table in summary.tables(tally):
        console.print(table)
    if ledger not in settings.ledgers:
        console.print(f"要在看板上看到它，请把“{ledger}”列入设置 HUIYIN_LEDGERS。")
    return 0


def tick(*, day: Annotated[str, Parameter(help="拨到哪一天，如 2024-06-01")], ledger: LedgerName = None) -> int:
    """把模拟时钟拨到某一天：示例和模拟案件的提醒等逐日办理（真实案件只按数据库的时钟）。"""
    settings = read_settings()
    name = ledger or settings.ledgers[0]
    if name not in settings.ledgers:
        return unknown_ledger(name, settings)
    try:
        until = date.fromisoformat(day)
    except ValueError:
        until = None
    if until is None or until.isoformat() != day:  # 20240601 is a slip of the pen
        return failed(USAGE, "day-invalid", f"“{day}”不是日期，应写作 2024-06-01")
    with migrated(settings) as urls:
        days, added = asyncio.run(_tick(settings, urls, name, until))
    console.print(f"模拟时钟已拨到 {until}：过了 {days} 天，自动办理 {added} 件事。")
    return 0


async def _simulate(settings: Settings, urls: Addresses, name: str, wanted: run.Wanted) -> run.Tally | None:
    async with one_ledger(name, urls.app, secret=secret(settings)) as ledger:
        collector.settle()
        with progress_bar() as progress:
            task = progress.add_task("模拟", total=None)
            return await run.simulate(ledger, wanted, lambda done, of: progress.update(task, completed=done, total=of))


async def _tick(settings: Settings, urls: Addresses, name: str, until: date) -> tuple[int, int]:
    async with one_ledger(name, urls.app, secret=secret(settings)) as ledger:
        with progress_bar() as progress:
            task = progress.add_task("模拟时钟", total=None)
            return await simulation.tick(
                urls.reactions, ledger, until, progress=lambda done, of: progress.update(task, completed=done, total=of)
            )


def load_demo(settings: Settings, urls: Addresses) -> int:
    """Load the sample; answers how many events were added. Raises `SampleRefused` where the ledger holds others."""

    async def load() -> int:
        async with one_ledger(settings.ledgers[0], urls.app, secret=secret(settings)) as ledger:
            if not await sample.unfinished(ledger):
                return await sample.load(ledger)  # already there, or refused: no progress to show
            with progress_bar() as progress:
                task = progress.add_task("载入示例年度", total=None)
                return await sample.load(ledger, lambda done, of: progress.update(task, completed=done, total=of))

    added = asyncio.run(load())
    if added:
        console.print(f"示例年度已载入：{added} 个事件（报告未载明的内容为虚拟，并已逐项标明）。")
    return added
