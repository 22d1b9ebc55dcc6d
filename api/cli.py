"""The command line. Exit codes: 0 done, 1 a check found something, 2 wrong usage, 3 no database, 4 schema outdated."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import cyclopts
import psycopg
import uvicorn
from cyclopts import Parameter
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from api import demo as sample
from api import policy_files, telemetry, tokens
from api.app import create_app
from api.catalogue import Lang, build, pages
from api.reactions import checkpoint, process, simulation
from api.reactions.simulation import TickRefused
from api.routes import ROUTERS
from api.serve import ServeError, stop_on_signal
from api.serve import serve as run_serve
from api.settings import Addresses, Settings, addresses, database, secret
from api.simulate import run as simulation_run
from api.simulate import summary as simulation_summary
from domain.documents.check import Fault
from domain.events import STREAM_KINDS
from domain.labels import EVENTS, label
from domain.messages import message_of
from domain.rules import Refused
from domain.streams import PROPOSAL
from domain.values import day_of, is_code
from ledger import migrate as schema
from ledger import reader
from ledger.committer import LedgerBusy, OutcomeUnknown
from ledger.embedded import EmbeddedPostgresError
from ledger.keys import KeysUnusable
from ledger.ledger import KeyReused, Ledger, VersionClash
from projections import READ_MODELS, daemon, engine
from projections.checkpoints import BEAT_LATE_SECONDS, STATUS

FOUND = 1
USAGE = 2
NO_DATABASE = 3
OUTDATED = 4
_FORMATS = ("text", "markdown", "json")
_EVER = 1e9
"""Seconds: longer ago than this a model has never been heard of."""

app = cyclopts.App(
    name="huiyin",
    help="回音：政协提案办理。设置见环境变量 HUIYIN_DATA、HUIYIN_HOST、HUIYIN_PORT、DATABASE_URL。",
    version=version("huiyin"),
)
rulebooks = cyclopts.App(name="rulebooks", help="可以采用的办理规则：随程序附带的，和 HUIYIN_RULEBOOKS 文件夹中的。")
calendars = cyclopts.App(name="calendars", help="可以登记的节假日安排：随程序附带的，和 HUIYIN_CALENDARS 文件夹中的。")
app.command(rulebooks)
app.command(calendars)
console = Console() if sys.stdout.isatty() else Console(width=160)
errors = Console(stderr=True)

LedgerName = Annotated[str | None, Parameter(help="台账（行政区划代码）；默认为设置中的第一个")]


@app.command
def serve(*, demo: Annotated[bool, Parameter(help="空台账时载入示例年度")] = False) -> None:
    """启动服务：数据库、接口、看板更新进程与自动办理进程。"""
    settings = _settings()

    def ready(urls: Addresses, port: int) -> None:
        if first := tokens.issue_first(urls.owner):
            console.print(f"\n管理员访问令牌（只显示这一次，遗失请用 huiyin token 新发）：\n  [bold]{first}[/]\n")
        if demo:
            _load_demo(settings, urls, only_if_empty=True)
        if port != settings.port:
            console.print(f"端口 {settings.port} 已被占用，改用 {port}。")
        console.print(f"\n服务已启动： [bold]http://{settings.host}:{port}/[/]   （Ctrl-C 停止）\n", highlight=False)

    run_serve(settings, ready)
    console.print("服务已停止。")


@app.command
def migrate() -> None:
    """建立或升级数据库结构（内嵌数据库启动时自动进行）。"""
    with database(_settings()) as urls:
        schema.migrate(urls.owner)
    console.print("数据库结构已是最新。")


@app.command
def demo() -> None:
    """载入示例年度：德惠市政协十五届三次会议（可重复执行）。"""
    settings = _settings()
    with _migrated(settings) as urls:
        _load_demo(settings, urls, only_if_empty=False)


@app.command
def token(*, revoke_others: Annotated[bool, Parameter(help="同时作废此前的令牌")] = False) -> None:
    """新发一个管理员访问令牌。"""
    with _migrated(_settings()) as urls:
        console.print(tokens.issue(urls.owner, revoke_others=revoke_others), highlight=False)


@app.command
def rebuild(*models: str) -> None:
    """从台账重建看板（默认全部）；重建期间旧看板照常可读。"""
    settings = _settings()
    chosen = _chosen(models)
    with _migrated(settings) as urls, _connected(urls.daemon) as connection, _progress() as progress:
        engine.prepare(connection, chosen)
        for model in chosen:
            task = progress.add_task(model.name, total=None)
            rows = engine.rebuild(connection, settings.ledgers, model, _reporting(progress, task))
            progress.update(task, description=f"{model.name}：{rows} 行")


@app.command
def tick(*, day: Annotated[str, Parameter(help="拨到哪一天，如 2024-06-01")], ledger: LedgerName = None) -> int:
    """把模拟时钟拨到某一天：示例和模拟案件的提醒等逐日办理（真实案件只按数据库的时钟）。"""
    settings = _settings()
    name = ledger or settings.ledgers[0]
    if name not in settings.ledgers:
        return _unknown(name, settings)
    try:
        until = date.fromisoformat(day)
    except ValueError:
        return _failed(USAGE, "day-invalid", f"“{day}”不是日期，应写作 2024-06-01")
    with _migrated(settings) as urls:
        days, added = asyncio.run(_tick(settings, urls, name, until))
    console.print(f"模拟时钟已拨到 {until}：过了 {days} 天，自动办理 {added} 件事。")
    return 0


async def _tick(settings: Settings, urls: Addresses, name: str, until: date) -> tuple[int, int]:
    ledger = Ledger(name, urls.app, secret=secret(settings))
    await ledger.open()
    try:
        return await simulation.tick(urls.reactions, ledger, until)
    finally:
        await ledger.close()


@app.command
def simulate(
    *,
    proposals: Annotated[int, Parameter(help="提案件数")] = 1_000,
    years: Annotated[int, Parameter(help="届次数，每年一次会议")] = 3,
    seed: Annotated[int, Parameter(help="种子；同一种子、件数、届次数，得到同样的历史")] = 1,
    ledger: Annotated[str, Parameter(help="写入的台账，须为空台账；不与真实台账混用")] = "simulated",
) -> int:
    """模拟一座城市的提案办理，供看板、性能和负载测试使用；重复执行不会重复登记，中断后接着登记。"""
    settings, wanted = _settings(), simulation_run.Wanted(proposals, years, seed)
    if not is_code(ledger):
        return _failed(USAGE, "ledger-invalid", f"“{ledger}”不能作台账名：应由英文字母、数字、点、下划线或连字符组成")
    with _migrated(settings) as urls:
        tally = asyncio.run(_simulate(settings, urls, ledger, wanted))
    if tally is None:
        console.print(f"这一模拟已全部在台账“{ledger}”中，没有新增。")
        return 0
    for table in simulation_summary.tables(tally):
        console.print(table)
    if ledger not in settings.ledgers:
        console.print(f"要在看板上看到它，请把“{ledger}”列入设置 HUIYIN_LEDGERS。")
    return 0


async def _simulate(
    settings: Settings, urls: Addresses, name: str, wanted: simulation_run.Wanted
) -> simulation_run.Tally | None:
    ledger = Ledger(name, urls.app, secret=secret(settings))
    await ledger.open()
    try:
        with _progress() as progress:
            task = progress.add_task("模拟", total=None)
            return await simulation_run.simulate(
                ledger, wanted, lambda done, of: progress.update(task, completed=done, total=of)
            )
    finally:
        await ledger.close()


@app.command
def status(*, ledger: LedgerName = None) -> int:
    """台账位置、看板和自动办理是否跟上。"""
    settings = _settings()
    name = ledger or settings.ledgers[0]
    with _migrated(settings) as urls, _connected(urls.app) as connection:
        head = reader.head(connection, name)
        rows = connection.execute(STATUS.encode(), (name,)).fetchall()
        reacted = connection.execute(checkpoint.STATUS.encode(), (name,)).fetchall()
    if not rows and name not in settings.ledgers:
        return _unknown(name, settings)
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
        return _failed(FOUND, "daemon-silent", "看板更新进程没有应答（服务未启动，或更新进程已停）")
    if not [row for row in reacted if row[3] <= BEAT_LATE_SECONDS]:
        return _failed(FOUND, "reactions-silent", "自动办理进程没有应答（服务未启动，或该进程已停）")
    return FOUND if any(row[4] for row in rows) or any(row[1] for row in reacted) else 0


def _ago(seconds: float) -> str:
    return f"{seconds:.1f} 秒前" if seconds < _EVER else "尚未"


def _unknown(ledger: str, settings: Settings) -> int:
    return _failed(USAGE, "ledger-unknown", f"没有台账“{ledger}”，设置中的台账：{'、'.join(settings.ledgers)}")


@app.command
def history(case: str, *, ledger: LedgerName = None) -> int:
    """一件案的经过。"""
    settings = _settings()
    try:
        stream = UUID(case)
    except ValueError:
        return _failed(USAGE, "case-invalid", f"“{case}”不是合法的提案编号")
    with _migrated(settings) as urls, _connected(urls.app) as connection:
        events = reader.of_stream(connection, ledger or settings.ledgers[0], stream)
    if not events or STREAM_KINDS[type(events[0].event).__name__] != PROPOSAL.name:
        return _failed(FOUND, "not-found", "没有这件提案")
    table = Table(title=str(stream))
    for title in ("版", "位置", "日期", "事件", "单位", "经办", "来源", "违反而登记的规则"):
        table.add_column(title, no_wrap=True, overflow="fold" if title == "违反而登记的规则" else "ellipsis")
    for recorded in events:
        table.add_row(
            str(recorded.version),
            str(recorded.position),
            str(day_of(recorded.occurred_at)),
            EVENTS[type(recorded.event).__name__],
            str(getattr(recorded.event, "unit", None) or ""),
            recorded.context.person,
            label(recorded.origin) + ("（部分虚拟）" if recorded.made_up else ""),
            " ".join(recorded.flags),
        )
    console.print(table)
    return 0


@app.command(name="verify-readmodels")
def verify_readmodels(*models: str) -> int:
    """把每个看板与从台账重算的结果逐行比对；不一致则退出码为 1。"""
    settings = _settings()
    chosen = _chosen(models)
    differing = 0
    with _migrated(settings) as urls, _connected(urls.daemon) as connection, _progress() as progress:
        engine.prepare(connection, chosen)
        for ledger in settings.ledgers:
            for model in chosen:
                task = progress.add_task(f"{ledger} {model.name}", total=None)
                found = engine.differences(connection, ledger, model, _reporting(progress, task))
                differing += len(found)
                progress.update(task, description=f"{ledger} {model.name}：{len(found)} 行不一致")
                for key in found[:20]:
                    progress.console.print(f"  不一致：{' '.join(map(str, key))}")
    return FOUND if differing else 0


@app.command
def catalogue(
    *,
    lang: Annotated[str, Parameter(help="标题的语言：zh（中文）、en（英文）")] = "zh",
    form: Annotated[str, Parameter(name="--format", help="text（表格）、markdown、json")] = "text",
) -> int:
    """事件目录：命令、事件、规则、看板、地址、代码表与出处，由程序自身推出；不需数据库。"""
    if lang not in set(Lang):
        return _failed(USAGE, "lang-unknown", f"没有语言“{lang}”，可选：{'、'.join(Lang)}")
    if form not in _FORMATS:
        return _failed(USAGE, "format-unknown", f"没有格式“{form}”，可选：{'、'.join(_FORMATS)}")
    told = build(ROUTERS, Lang(lang))
    match form:
        case "json":
            console.out(told.model_dump_json(indent=2), highlight=False)
        case "markdown":
            console.out(pages.markdown(told), end="", highlight=False)
        case _:
            for part in pages.for_terminal(told):
                console.print(part)
    return 0


@rulebooks.default
def list_rulebooks() -> int:
    """列出可以采用的办理规则；有文件写错时另行指出，退出码为 2。"""
    found = policy_files.read(_settings()).rulebooks
    rows = [
        (
            *(r.id, r.version, r.title, r.jurisdiction, r.level and label(r.level), r.year, r.source),
            *(len(r.deadlines), _shelf(path)),
        )
        for path, r in found.documents
    ]
    titles = ("编号", "版本", "名称", "地区", "层级", "年份", "出处", "规则数", "文件")
    return _listed("办理规则", titles, rows, found.faults)


@rulebooks.command(name="check")
def check_rulebooks(*files: Path) -> int:
    """检查办理规则文件（不写文件名则检查全部）；有问题时逐条指出文件、行号和规则，退出码为 2。"""
    settings = _settings()
    faults = policy_files.rulebook_faults(settings, files) if files else policy_files.read(settings).rulebooks.faults
    return _checked(faults)


@calendars.default
def list_calendars() -> int:
    """列出可以登记的节假日安排；有文件写错时另行指出，退出码为 2。"""
    found = policy_files.read(_settings()).notices
    rows = [(notice.year, notice.version, notice.title, _shelf(path)) for path, notice in found.documents]
    return _listed("节假日安排", ("年份", "版本", "名称", "文件"), rows, found.faults)


@calendars.command(name="check")
def check_calendars(*files: Path) -> int:
    """检查节假日安排文件（不写文件名则检查全部）；有问题时逐条指出文件和行号，退出码为 2。"""
    settings = _settings()
    faults = policy_files.notice_faults(settings, files) if files else policy_files.read(settings).notices.faults
    return _checked(faults)


@app.command(show=False)
def api() -> None:
    """The HTTP service alone, on a migrated database given by DATABASE_URL; started by `serve`."""
    settings = _settings()
    uvicorn.run(
        create_app(settings, addresses(settings)),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )


@app.command(name="daemon", show=False)
def run_daemon() -> None:
    """The read models' process alone; started by `serve`."""
    settings = _settings()
    daemon.run(addresses(settings).daemon, settings.ledgers, READ_MODELS, stop_on_signal())


@app.command(name="reactions", show=False)
def run_reactions() -> None:
    """The reactions' process alone; started by `serve`."""
    settings = _settings()
    stopped = stop_on_signal()
    dsn = addresses(settings).reactions
    asyncio.run(process.run(dsn, settings.ledgers, secret=secret(settings), stopped=stopped))


def main() -> None:
    """Entry point of the command `huiyin`."""
    telemetry.configure()
    try:
        code = app()
    except EmbeddedPostgresError as error:
        code = _failed(NO_DATABASE, error.code, str(error))
    except (psycopg.OperationalError, PoolTimeout) as error:
        code = _failed(NO_DATABASE, "database-unavailable", f"无法连接数据库：{str(error).strip()}")
    except schema.SchemaOutdated as error:
        code = _failed(OUTDATED, error.code, str(error))
    except (ServeError, TickRefused, KeysUnusable, simulation_run.SimulationRefused) as error:
        code = _failed(USAGE, error.code, str(error))
    except simulation_run.Unintended as error:
        code = _failed(FOUND, error.code, str(error))
    except (KeyReused, VersionClash, LedgerBusy, OutcomeUnknown) as error:
        code = _failed(FOUND, error.code, str(error))
    except Refused as refused:
        code = _failed(FOUND, refused.rule.id, refused.reason)
    sys.exit(code or 0)


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for item in error.errors():
            _failed(USAGE, "setting-invalid", f"设置 {'.'.join(map(str, item['loc']))} 无效：{message_of(item)}")
        sys.exit(USAGE)
    except SettingsError as error:
        name = str(error).partition(chr(34))[2].partition(chr(34))[0]
        sys.exit(_failed(USAGE, "setting-invalid", f"设置 {name} 无法读取，应写作 JSON 列表"))


def _failed(code: int, name: str, message: str) -> int:
    errors.print(f"[red]{name}[/]：{escape(message)}", highlight=False, soft_wrap=True)
    return code


def _shelf(path: Path) -> str:
    return "随程序附带" if policy_files.is_shipped(path) else str(path)


def _listed(name: str, titles: tuple[str, ...], rows: Sequence[tuple[object, ...]], faults: Sequence[Fault]) -> int:
    table = Table(title=f"{name}：{len(rows)} 份")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    console.print(table)
    return _told(faults)


def _checked(faults: Sequence[Fault]) -> int:
    if not faults:
        console.print("没有问题。")
    return _told(faults)


def _told(faults: Sequence[Fault]) -> int:
    for fault in faults:
        errors.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    if faults:
        errors.print(f"共 {len(faults)} 处问题。", highlight=False)
    return USAGE if faults else 0


@contextmanager
def _migrated(settings: Settings) -> Iterator[Addresses]:
    """The database with this program's schema: the embedded one is brought there, an external one must be there."""
    with database(settings) as urls:
        if urls.embedded:
            schema.migrate(urls.owner)
        else:
            schema.check(urls.owner)
        yield urls


@contextmanager
def _connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def _chosen(names: tuple[str, ...]) -> tuple[Any, ...]:
    known = {model.name: model for model in READ_MODELS}
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(_failed(USAGE, "model-unknown", f"没有看板“{unknown[0]}”，可选：{'、'.join(known)}"))
    return tuple(known[name] for name in names) or READ_MODELS


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def _reporting(progress: Progress, task: Any) -> Callable[[str, int, int], None]:
    return lambda _ledger, done, until: progress.update(task, completed=done, total=until)


def _load_demo(settings: Settings, urls: Addresses, *, only_if_empty: bool) -> None:
    async def load() -> int:
        ledger = Ledger(settings.ledgers[0], urls.app, secret=secret(settings))
        await ledger.open()
        try:
            if await sample.finished(ledger) or (only_if_empty and not await sample.unfinished(ledger)):
                return 0
            with _progress() as progress:
                task = progress.add_task("载入示例年度", total=None)
                return await sample.load(ledger, lambda done, of: progress.update(task, completed=done, total=of))
        finally:
            await ledger.close()

    added = asyncio.run(load())
    if added:
        console.print(f"示例年度已载入：{added} 个事件（报告未载明的内容为虚拟，并已逐项标明）。")
    elif not only_if_empty:
        console.print("示例年度已在台账中，没有新增。")


if __name__ == "__main__":
    main()
