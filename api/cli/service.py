"""The service: started whole by an operator, its processes one by one by `serve`."""

import asyncio
import sys
from typing import Annotated

import uvicorn
from cyclopts import Parameter

from api import tokens
from api.app import create_app
from api.cli.caseload import load_demo
from api.cli.terminal import USAGE, console, failed, migrated, read_settings
from api.demo import SampleRefused
from api.reactions import process
from api.serve import serve as run_serve
from api.serve import stop_on_signal
from api.settings import Addresses, Settings, addresses, database, secret
from ledger import migrate as schema
from ledger.embedded import EmbeddedPostgres
from projections import READ_MODELS
from projections import daemon as projecting


def serve(*, demo: Annotated[bool, Parameter(help="载入示例年度；台账中已有别的事件的不载入")] = False) -> None:
    """启动服务：数据库、接口、看板更新进程与自动办理进程。"""
    settings = read_settings()

    def ready(urls: Addresses, port: int) -> None:
        if first := tokens.issue_first(urls.owner):
            console.print(f"\n管理员访问令牌（只显示这一次，遗失请用 huiyin token 新发）：\n  [bold]{first}[/]\n")
        if demo:
            load_sample(settings, urls)
        if port != settings.port:
            console.print(f"端口 {settings.port} 已被占用，改用 {port}。")
        console.print(f"\n服务已启动： [bold]http://{settings.host}:{port}/[/]   （Ctrl-C 停止）\n", highlight=False)

    run_serve(settings, ready)
    console.print("服务已停止。")


def load_sample(settings: Settings, urls: Addresses) -> None:
    """Beside a service that starts: a ledger in use is not a reason to stop it, but whoever asked is told."""
    try:
        load_demo(settings, urls)
    except SampleRefused as refused:
        console.print(f"没有载入示例年度：{refused}", highlight=False)


def migrate() -> None:
    """建立或升级数据库结构（内嵌数据库启动时自动进行）。"""
    with database(read_settings()) as urls:
        schema.migrate(urls.owner)
    console.print("数据库结构已是最新。")


def postgres() -> int | None:
    """打印内嵌数据库的连接变量：eval "$(huiyin postgres)" 之后可用 psql、pg_basebackup。"""
    settings = read_settings()
    if settings.database_url:
        return failed(USAGE, "database-external", "已设 DATABASE_URL，数据库不是内嵌的，请用它自己的工具连接")
    sys.stdout.write(EmbeddedPostgres(settings.data, settings.postgres_bin).shell() + "\n")
    return None


def token(*, revoke_others: Annotated[bool, Parameter(help="同时作废此前的令牌")] = False) -> None:
    """新发一个管理员访问令牌。"""
    with migrated(read_settings()) as urls:
        console.print(tokens.issue(urls.owner, revoke_others=revoke_others), highlight=False)


def api() -> None:
    """The HTTP service alone, on a migrated database given by DATABASE_URL; started by `serve`."""
    settings = read_settings()
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


def daemon() -> None:
    """The read models' process alone; started by `serve`."""
    settings = read_settings()
    projecting.run(addresses(settings).daemon, settings.ledgers, READ_MODELS, stop_on_signal())


def reactions() -> None:
    """The reactions' process alone; started by `serve`."""
    settings = read_settings()
    stopped = stop_on_signal()
    dsn = addresses(settings).reactions
    asyncio.run(process.run(dsn, settings.ledgers, secret=secret(settings), stopped=stopped))
