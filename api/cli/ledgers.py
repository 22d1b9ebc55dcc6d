"""What stands in a ledger, and whether the read models say the same."""

import sys
from functools import reduce
from typing import Any
from uuid import UUID

from rich.table import Table

from api.cli.terminal import (
    FOUND,
    USAGE,
    LedgerName,
    connected,
    console,
    failed,
    migrated,
    progress_bar,
    read_settings,
    reporting,
    unknown_ledger,
)
from api.reactions import checkpoint
from domain.events import STREAM_KINDS
from domain.labels import EVENTS, label
from domain.proposal import taken_back
from domain.streams import DIRECTORY, PROPOSAL, directory_stream
from domain.values import day_of
from ledger import reader
from projections import READ_MODELS, engine
from projections.checkpoints import BEAT_LATE_SECONDS, STATUS

_EVER = 1e9
"""Seconds: longer ago than this a model has never been heard of."""


def status(*, ledger: LedgerName = None) -> int:
    """台账位置、看板和自动办理是否跟上。"""
    settings = read_settings()
    name = ledger or settings.ledgers[0]
    with migrated(settings) as urls, connected(urls.app) as connection:
        head = reader.head(connection, name)
        rows = connection.execute(STATUS.encode(), (name,)).fetchall()
        reacted = connection.execute(checkpoint.STATUS.encode(), (name,)).fetchall()
    if not rows and name not in settings.ledgers:
        return unknown_ledger(name, settings)
    table = Table(title=f"台账 {name}：{head} 个事件")
    for title in ("看板", "版本", "位置", "落后", "上次报平安"):
        table.add_column(title)
    for model, number, position, _, behind, beat_age, _ in rows:
        table.add_row(model, str(number), str(position), str(behind), _ago(beat_age))
    for position, behind, _, beat_age, day, _ in reacted:
        table.add_row(f"自动办理（已到 {day}）", "", str(position), str(behind), _ago(beat_age))
    console.print(table)
    beating = {row[0] for row in rows if row[5] <= BEAT_LATE_SECONDS}
    if {model.name for model in READ_MODELS} - beating:
        return failed(FOUND, "daemon-silent", "看板更新进程没有应答（服务未启动，或更新进程已停）")
    if not [row for row in reacted if row[3] <= BEAT_LATE_SECONDS]:
        return failed(FOUND, "reactions-silent", "自动办理进程没有应答（服务未启动，或该进程已停）")
    return FOUND if any(row[4] for row in rows) or any(row[1] for row in reacted) else 0


def history(case: str, *, ledger: LedgerName = None) -> int:
    """一件案的经过。"""
    settings = read_settings()
    try:
        stream = UUID(case)
    except ValueError:
        return failed(USAGE, "case-invalid", f"“{case}”不是合法的提案编号")
    name = ledger or settings.ledgers[0]
    with migrated(settings) as urls, connected(urls.app) as connection:
        events = reader.of_stream(connection, name, stream)
        listed = reader.of_stream(connection, name, directory_stream(name).id)
        known = name in settings.ledgers or reader.head(connection, name)
    if not known:
        return unknown_ledger(name, settings)
    if not events or STREAM_KINDS[type(events[0].event).__name__] != PROPOSAL.name:
        return failed(FOUND, "not-found", "没有这件提案")
    gone, units = taken_back(events), reduce(DIRECTORY.evolve, listed, DIRECTORY.empty).units
    table = Table(title=str(stream))
    for title in ("版", "位置", "日期", "事件", "撤回", "单位", "经办", "来源", "违反而登记的规则"):
        table.add_column(title, no_wrap=True, overflow="fold" if title == "违反而登记的规则" else "ellipsis")
    for recorded in events:
        code = getattr(recorded.event, "unit", None) or ""
        table.add_row(
            str(recorded.version),
            str(recorded.position),
            str(day_of(recorded.occurred_at)),
            EVENTS[type(recorded.event).__name__],
            f"已由第 {gone[recorded.version]} 版撤回" if recorded.version in gone else "",
            units[code].name if code in units else str(code),
            recorded.context.person,
            label(recorded.origin) + ("（部分虚拟）" if recorded.made_up else ""),
            " ".join(recorded.flags),
        )
    console.print(table)
    return 0


def rebuild(*models: str) -> None:
    """从台账重建看板（默认全部）；重建期间旧看板照常可读。"""
    settings = read_settings()
    chosen = _chosen(models)
    with migrated(settings) as urls, connected(urls.daemon) as connection, progress_bar() as progress:
        engine.prepare(connection, chosen)
        for model in chosen:
            task = progress.add_task(model.name, total=None)
            rows = engine.rebuild(connection, settings.ledgers, model, reporting(progress, task))
            progress.update(task, description=f"{model.name}：{rows} 行")


def verify_readmodels(*models: str) -> int:
    """把每个看板与从台账重算的结果逐行比对；不一致则退出码为 1。"""
    settings = read_settings()
    chosen = _chosen(models)
    differing = 0
    with migrated(settings) as urls, connected(urls.daemon) as connection, progress_bar() as progress:
        engine.prepare(connection, chosen)
        for ledger in settings.ledgers:
            for model in chosen:
                task = progress.add_task(f"{ledger} {model.name}", total=None)
                found = engine.differences(connection, ledger, model, reporting(progress, task))
                differing += len(found)
                progress.update(task, description=f"{ledger} {model.name}：{len(found)} 行不一致")
                for key in found[:20]:
                    progress.console.print(f"  不一致：{' '.join(map(str, key))}")
    return FOUND if differing else 0


def _ago(seconds: float) -> str:
    return f"{seconds:.1f} 秒前" if seconds < _EVER else "尚未"


def _chosen(names: tuple[str, ...]) -> tuple[Any, ...]:
    known = {model.name: model for model in READ_MODELS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(failed(USAGE, "model-unknown", f"没有看板“{unknown[0]}”，可选：{'、'.join(known)}"))
    return tuple(known[name] for name in names) or READ_MODELS
