"""The HTTP service: one process's ledgers, its routes, its borders."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline
from psycopg_pool import AsyncConnectionPool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import collector, description, policy_files, problems
from api.catalogue import Catalogues
from api.desk import Office
from api.routes import ROUTERS
from api.settings import Addresses, Settings, keys, secret
from api.waiting import Waiting
from ledger.connections import Connections
from ledger.ledger import Ledger

log = structlog.get_logger()

LARGEST_BODY = 1_048_576
"""Bytes. The longest command of the API has about a tenth of it."""

DESCRIPTION = """
政协提案办理的全过程：每一次办理都是台账中的一个事件，看板、审计轨迹与合规结论都由事件推出。

- 写：每个命令一个地址，`POST` 的正文就是命令。返回的 `position` 是台账位置，`ETag` 是该案版本。
- 读自己的写：查询时带 `?after=<position>`，看板更新到此才返回（至多 2 秒；还没到会在 `Huiyin-Behind` 头中说明）。
- 并发：带 `If-Match: "<版本>"`，内容已被他人更新则 412。
- 重试：带 `Idempotency-Key`，同一键只办一次，重复请求返回原来的结果。
- 出错：RFC 9457 问题说明，`code` 与 `rule` 供程序判断，`detail` 与 `errors[]` 供人阅读。
- 多个台账时，地址前加 `/l/{台账}`。
"""


def create_app(settings: Settings, urls: Addresses) -> FastAPI:
    """The service on a database that is already migrated."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        key, store = secret(settings), keys(settings)
        store.check()
        connections = Connections(urls.app)
        ledgers = {name: Ledger(name, connections, secret=key, keys=store) for name in settings.ledgers}
        pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            urls.app, min_size=2, max_size=16, open=False, kwargs={"autocommit": True}, timeout=10
        )
        waiting = Waiting(urls.app)
        await pool.open(wait=True)
        await connections.open()
        for ledger in ledgers.values():
            await ledger.open()
        waiting.start()
        app.state.office = Office(ledgers, pool, waiting, urls.app)
        collector.settle()
        yield
        await waiting.close()
        for ledger in ledgers.values():
            await ledger.close()
        await connections.close()
        await pool.close()

    app = FastAPIOffline(
        title="回音 Huiyin",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,  # a redirect would lose /l/{ledger}
        servers=[{"url": "/"}, {"url": "/l/{ledger}", "variables": {"ledger": {"default": settings.ledgers[0]}}}],
    )
    app.state.policy_files = found = policy_files.read(settings)
    for fault in found.faults:
        # `serve` has refused them; one spoiled since then costs its own file, not the service
        log.warning("policy_file_refused", fault=str(fault))
    problems.install(app)
    # as they are: what is included is looked through twice for every request, and slowly
    app.router.routes.extend(route for router in ROUTERS for route in router.routes)
    app.add_api_route("/", lambda: RedirectResponse("/docs"), include_in_schema=False)
    description.install(app)
    app.state.catalogues = Catalogues(ROUTERS)
    app.add_middleware(_Border)
    return app


class _Border:
    """Takes `/l/{ledger}` off the path, so that every route serves every ledger; turns away a body that is too large
    before it is read whole (the framework's own limit answers in plain text, not with a problem document)."""

    _LEDGER = re.compile(r"^/l/([A-Za-z0-9][A-Za-z0-9._-]{0,63})(/.*)$")

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        matched = self._LEDGER.match(scope["path"])
        if matched:
            scope["huiyin_ledger"], scope["path"] = matched[1], matched[2]
            scope["raw_path"] = matched[2].encode()
        detail = f"正文不得超过 {LARGEST_BODY} 字节"
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > LARGEST_BODY:
            refused = problems.problem(Request(scope), 413, "body-too-large", detail)
            await refused(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise problems.ProblemError(413, "body-too-large", detail)
            return message

        await self._app(scope, counted, send)
