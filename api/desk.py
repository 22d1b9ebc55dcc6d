"""The desk: who asks, which version they saw, which key they sent; then the ledger decides.

Routes hand a command over and get the answer to give. Nothing here knows a rule.
"""

import re
import time
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from fastapi import Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel, Field

from api.problems import ProblemError
from api.tokens import PRINCIPAL, digest_of
from api.waiting import Waiting
from domain.commands import Command
from domain.record import Context
from domain.streams import Stream, calendar_stream, created_by, directory_stream, proposal_stream, session_stream
from ledger.connections import PATIENCE, is_passing
from ledger.ids import uuid7
from ledger.ledger import Ledger, Receipt
from ledger.patience import within

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_ETAG = re.compile(r'"(\d{1,18})"')
_TOKEN_SECONDS = 5.0
_LARGEST = 2**63 - 1
_STALE_PLAN = {"0A000", "42P01", "XX000"}
"""What a statement meets whose table has just been switched under it."""

bearer = HTTPBearer(auto_error=False, description="首次启动时打印的访问令牌，或由 huiyin token 新发")
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


class Done(BaseModel):
    """命令的结果：记在哪件、第几版、台账的第几位。"""

    stream: UUID = Field(description="所在历史（提案、届次或名录）的编号")
    version: int = Field(description="该历史现在的版本，也在 ETag 中")
    position: int = Field(description="台账位置；查询时带 ?after= 可等看板更新到此")
    added: int = Field(description="新增事件数；0 表示本来就是如此")
    recorded_at: str = Field(description="数据库记录时间（UTC）")
    repeated: bool = Field(description="同一幂等键的重复请求，返回的是原来的结果")


class Office:
    """What a process keeps for all requests: ledgers, the pool for questions, who waits, known tokens."""

    def __init__(self, ledgers: dict[str, Ledger], pool: AsyncConnectionPool[Any], waiting: Waiting, dsn: str) -> None:
        self.ledgers = ledgers
        self.pool = pool
        self.waiting = waiting
        self.dsn = dsn
        self._tokens: dict[bytes, tuple[str, float]] = {}

    async def principal(self, token: str) -> str | None:
        """Whose token it is; known for a few seconds, so that a revoked one soon stops."""
        digest = digest_of(token)
        known = self._tokens.get(digest)
        if known and known[1] > time.monotonic():
            return known[0]
        rows = await self.ask(PRINCIPAL, {"digest": digest})
        if not rows:
            self._tokens.pop(digest, None)
            return None
        self._tokens[digest] = (rows[0]["principal"], time.monotonic() + _TOKEN_SECONDS)
        return str(rows[0]["principal"])

    async def ask(self, sql: str, values: Any) -> list[dict[str, Any]]:
        """Rows of a question, as dictionaries. Asked once more where a rebuild has just made the plan stale, or the
        connection broke while it lay in the pool."""
        try:
            return await self._ask(sql, values)
        except psycopg.Error as error:
            if error.sqlstate not in _STALE_PLAN and not is_passing(error):
                raise
            await self.pool.check()
            return await self._ask(sql, values)

    async def _ask(self, sql: str, values: Any) -> list[dict[str, Any]]:
        return await within(PATIENCE, self._rows(sql, values))

    async def _rows(self, sql: str, values: Any) -> list[dict[str, Any]]:
        async with self.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(sql.encode(), values)
            rows: list[dict[str, Any]] = await cursor.fetchall()
            return rows


def office(request: Request) -> Office:
    kept: Office = request.app.state.office
    return kept


def ledger_of(request: Request) -> Ledger:
    """The ledger named in the path (`/l/{ledger}/…`), or the only one."""
    named, ledgers = ledger_named(request), office(request).ledgers
    if named is not None:
        return named
    if len(ledgers) == 1:
        return next(iter(ledgers.values()))
    raise ProblemError(404, "not-found", "本服务有多个台账，请用 /l/{台账}/… 指明")


def ledger_named(request: Request) -> Ledger | None:
    """The ledger named in the path, which must exist; None where none is named."""
    name = request.scope.get("huiyin_ledger")
    if name is not None and name not in office(request).ledgers:
        raise ProblemError(404, "not-found", "没有这个台账")
    return office(request).ledgers[name] if name is not None else None


async def principal(request: Request, credentials: HTTPAuthorizationCredentials | None) -> str:
    """Who asks. Raises 401 without a valid token."""
    known = await office(request).principal(credentials.credentials) if credentials else None
    if known is None:
        challenge = {"WWW-Authenticate": "Bearer"}
        raise ProblemError(401, "token-required", "请在 Authorization 头中带上 Bearer 访问令牌", headers=challenge)
    return known


class Desk:
    """Takes one request's command to the ledger."""

    def __init__(self, ledger: Ledger, who: str, expected: int | None, command_id: UUID | None, prefix: str) -> None:
        """`prefix`: what stands before the paths of this ledger."""
        self.ledger = ledger
        self.command_id = command_id
        self._who = who
        self._expected = expected
        self._prefix = prefix

    async def create(self, command: Command) -> Response:
        """For a command that begins a proposal: its id follows from the command's, if that may come again."""
        new = uuid7() if self.command_id is None else created_by(self.ledger.name, self.command_id)
        receipt = await self._handle(proposal_stream(new), command)
        return _done(receipt, status=201, headers={"Location": f"{self._prefix}/proposals/{receipt.stream}"})

    async def on_proposal(self, case: UUID, command: Command) -> Response:
        return _done(await self._handle(proposal_stream(case), command))

    async def on_session(self, session: str, command: Command) -> Response:
        return _done(await self._handle(session_stream(self.ledger.name, session), command))

    async def on_directory(self, command: Command) -> Response:
        return _done(await self._handle(directory_stream(self.ledger.name), command))

    async def on_calendar(self, command: Command) -> Response:
        return _done(await self._handle(calendar_stream(self.ledger.name), command))

    async def _handle(self, stream: Stream[Any], command: Command) -> Receipt:
        return await self.ledger.handle(
            stream,
            command,
            Context(actor=self._who),
            expected_version=self._expected,
            command_id=self.command_id,
        )


async def at_desk(
    request: Request,
    credentials: _Bearer,
    if_match: Annotated[str | None, Header(description='上次读到的 ETag，如 "12"；不符则 412')] = None,
    idempotency_key: Annotated[str | None, Header(description="同一键的重复请求只办一次，最长 200 个字符")] = None,
) -> Desk:
    """A coroutine, and one: what is none is given to a thread, which costs more than the command, and what depends on
    others is put together piece by piece."""
    ledger, named = ledger_of(request), request.scope.get("huiyin_ledger")
    who = await principal(request, credentials)
    command_id = _command_id(ledger.name, who, idempotency_key)
    return Desk(ledger, who, _expected(if_match), command_id, f"/l/{named}" if named else "")


def _done(receipt: Receipt, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    done = Done(
        stream=receipt.stream,
        version=receipt.version,
        position=receipt.position,
        added=receipt.position - receipt.first_position + 1 if receipt.first_position else 0,
        recorded_at=receipt.recorded_at.isoformat(),
        repeated=receipt.repeated,
    )
    etag = f'"{receipt.version}"'
    return Response(done.model_dump_json(), status, {**(headers or {}), "ETag": etag}, "application/json")


def _expected(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    matched = _ETAG.fullmatch(if_match.strip())
    if matched is None:
        raise ProblemError(400, "if-match-invalid", 'If-Match 应为读取时得到的 ETag，如 "12"', field="If-Match")
    return int(matched[1])


def _command_id(ledger: str, who: str, key: str | None) -> UUID | None:
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        detail = "Idempotency-Key 应为 1 至 200 个可见的 ASCII 字符"
        raise ProblemError(400, "idempotency-key-invalid", detail, field="Idempotency-Key")
    return uuid5(uuid5(NAMESPACE_URL, f"{ledger}/{who}"), key)


class Reader:
    """Takes a question to a read model, after it has passed `?after=`."""

    def __init__(
        self, office: Office, response: Response, ledger: Ledger, who: str, after: int | None, *, strict: bool
    ) -> None:
        """`strict`: rather no answer than an old one."""
        self.ledger = ledger
        self.who = who
        self.ask = office.ask
        self._waiting = office.waiting
        self._response = response
        self._after = after
        self._strict = strict

    async def up_to_date(self, model: str) -> int:
        """Wait for the model; its position goes into the answer's headers, and what it still lacks."""
        waiting, name = self._waiting, self.ledger.name
        if self._after is not None and not await waiting.until(name, model, self._after):
            behind = self._after - waiting.position(name, model)
            if self._strict:
                detail = f"看板还差 {behind} 个事件"
                raise ProblemError(503, "model-behind", detail, headers={"Retry-After": "1"})
            self._response.headers["Huiyin-Behind"] = str(behind)
        position = waiting.position(name, model)
        self._response.headers["Huiyin-Position"] = str(position)
        return position


async def asking(
    request: Request,
    response: Response,
    credentials: _Bearer,
    after: Annotated[
        int | None, Query(ge=0, le=_LARGEST, description="命令返回的 position：等看板更新到此（至多 2 秒）")
    ] = None,
    prefer: Annotated[str | None, Header(description="handling=strict：等不到就返回 503，而不是旧的看板")] = None,
) -> Reader:
    strict = prefer is not None and "handling=strict" in prefer
    ledger = ledger_of(request)
    who = await principal(request, credentials)
    return Reader(office(request), response, ledger, who, after, strict=strict)


AtDesk = Annotated[Desk, Depends(at_desk)]
Asked = Annotated[Reader, Depends(asking)]
