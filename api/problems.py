"""Errors as RFC 9457 problem documents: a stable code for programs, Chinese for people, the field and the rule."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from domain import rules
from domain.labels import field_label, path_label
from domain.messages import message_of, told_apart
from domain.rules import RULES, Refused
from ledger.committer import LedgerBusy, OutcomeUnknown
from ledger.keys import KeysUnusable
from ledger.ledger import KeyReused, VersionClash, VersionStale
from ledger.mapper import EventTooLarge
from projections.asking import CursorInvalid

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()

TITLES = {
    "bad-request": "请求无法理解",
    "body-not-json": "正文不是合法的 JSON",
    "body-too-large": "正文过大",
    "cursor-invalid": "游标无效",
    "database-unavailable": "数据库暂不可用",
    "event-too-large": "内容过长",
    "idempotency-key-invalid": "幂等键格式不符",
    "idempotency-key-reused": "幂等键已用于另一请求",
    "if-match-invalid": "If-Match 格式不符",
    "internal-error": "系统内部错误",
    "keys-unusable": "个人信息的密钥无法使用",
    "ledger-busy": "系统繁忙",
    "method-not-allowed": "不支持的请求方法",
    "model-behind": "看板尚未更新到所要的位置",
    "not-found": "没有这一内容",
    "outcome-unknown": "结果未知",
    "request-invalid": "请求内容不符合要求",
    "rule-refused": "按规则不予办理",
    "token-required": "需要有效的访问令牌",
    "unsupported-media-type": "正文须为 JSON",
    "version-clash": "他人正在办理同一案件",
    "version-stale": "内容已被他人更新",
}
"""Every problem's title by its code."""

_STATUS_OF_RULE = {
    rules.PROPOSAL_EXISTS.id: 404,
    **dict.fromkeys(
        (
            rule.id
            for rule in (
                rules.KNOWN_SESSION, rules.KNOWN_UNIT, rules.KNOWN_OFFICIAL, rules.KNOWN_MEMBER,
                rules.KNOWN_PERSON,
                rules.OCCURRED_NOT_IN_FUTURE, rules.OCCURRED_PLAUSIBLE, rules.LATE_ENTRY_NEEDS_REASON,
                rules.OCCURRED_IN_ORDER, rules.PHONE_NAMES_ITS_PERSON,
                rules.SESSION_DAYS_IN_ORDER,
                rules.PROPOSERS_DISTINCT, rules.RULEBOOK_CONSISTENT, rules.CLASS_IN_SCHEME, rules.RATING_IN_SCALE,
                rules.MODES_COMPATIBLE, rules.CALENDAR_CONSISTENT, rules.TIMING_TOLD,
            )
        ),
        422,
    ),
}  # fmt: skip
"""Refused because of the request itself; any other refusal is a conflict with the case as it stands (409)."""


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str = Field(description="字段路径，如 assignments.0.unit")
    label: str = Field(description="字段的中文名")
    code: str = Field(description="错误代码")
    message: str = Field(description="错在哪里")


class Problem(BaseModel):
    """问题说明（RFC 9457）：`code` 供程序判断，`title` 与 `detail` 供人阅读。"""

    type: str = Field(description="问题种类的地址")
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    rule: str | None = Field(default=None, description="规则编号，如 contact-before-reply")
    rule_title: str | None = Field(default=None, description="规则名称")
    source: str | None = Field(default=None, description="规则出处")
    current_version: int | None = Field(default=None, description="内容现在的版本")
    errors: list[FieldProblem] = Field(default_factory=list)


class ProblemError(Exception):
    """Ends a request with a problem document."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldProblem] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors) or ([_field(field, code, detail)] if field else [])


def _field(path: str, code: str, message: str) -> FieldProblem:
    """A problem with what is no part of the body: a question, a header, a part of the address."""
    return FieldProblem(field=path, label=field_label(path), code=code, message=message)


def _in_body(request: Request, path: Sequence[str | int], code: str, message: str) -> FieldProblem:
    label = _clean(path_label(path, _taken(request)))
    return FieldProblem(field=_written(path), label=label, code=code, message=message)


def _taken(request: Request) -> Any:
    """The class of the body that the route takes; None where it takes none."""
    taken = getattr(request.scope.get("route"), "body_field", None)
    return taken.field_info.annotation if taken else None


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The response that carries a problem document."""
    named = request.scope.get("huiyin_ledger")
    path = f"/l/{named}{request.url.path}" if named else request.url.path
    document = Problem(
        type=f"/problems/{code}",
        title=TITLES[code],
        status=status,
        detail=detail,
        code=code,
        instance=_clean(path),
        **more,
    )
    body = orjson.dumps(document.model_dump(exclude_none=True))
    return Response(body, status, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every failure with a problem document."""
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)


async def _problem_error(request: Request, error: Any) -> Response:
    return problem(request, error.status, error.code, error.detail, headers=error.headers, errors=error.errors)


async def _refused(request: Request, error: Any) -> Response:
    refused: Refused = error
    rule = refused.rule
    errors = [_refused_field(refused.field, refused, request)] if refused.field else []
    return problem(
        request,
        _STATUS_OF_RULE.get(rule.id, 409),
        "rule-refused",
        refused.reason,
        rule=rule.id,
        rule_title=rule.title,
        source=rule.source,
        errors=errors,
    )


def _refused_field(field: str, refused: Refused, request: Request) -> FieldProblem:
    path = field.split(".")
    if path[0] in getattr(_taken(request), "model_fields", ()):
        return _in_body(request, path, refused.rule.id, refused.reason)
    return _field(field, refused.rule.id, refused.reason)


async def _invalid(request: Request, error: Any) -> Response:
    invalid: RequestValidationError = error
    found = told_apart(invalid.errors())
    if any(item["type"] == "json_invalid" for item in found):
        return problem(request, 400, "body-not-json", "正文不是合法的 JSON")
    errors = [_invalid_field(item, request) for item in found]
    first = errors[0]
    return problem(request, 422, "request-invalid", f"{first.label}：{first.message}", errors=errors)


def _invalid_field(item: Mapping[str, Any], request: Request) -> FieldProblem:
    where, *path = item["loc"]
    if where == "body" and path:
        return _in_body(request, path, item["type"], message_of(item))
    return _field(_written(path) or "body", item["type"], message_of(item))


async def _stale(request: Request, error: Any) -> Response:
    return problem(request, 412, error.code, str(error), current_version=error.current)


async def _too_large(request: Request, error: Any) -> Response:
    errors = [_field(error.field, error.code, str(error))]
    return problem(request, 422, error.code, str(error), errors=errors)


async def _cursor(request: Request, error: Any) -> Response:
    return problem(request, 422, error.code, str(error), errors=[_field("cursor", error.code, str(error))])


async def _reused(request: Request, error: Any) -> Response:
    return problem(request, 422, error.code, str(error), errors=[_field("Idempotency-Key", error.code, str(error))])


async def _clash(request: Request, error: Any) -> Response:
    return problem(request, 409, error.code, str(error), headers={"Retry-After": "1"})


async def _unavailable(request: Request, error: Any) -> Response:
    return problem(request, 503, error.code, str(error), headers={"Retry-After": "1"})


async def _keys(request: Request, error: Any) -> Response:
    return problem(request, 503, error.code, str(error))


async def _database(request: Request, error: Any) -> Response:
    log.warning("database_unavailable", error=str(error).strip())
    detail = "数据库暂不可用，请稍后用同一幂等键重试"
    return problem(request, 503, "database-unavailable", detail, headers={"Retry-After": "2"})


async def _no_board_yet(request: Request, error: Any) -> Response:
    return problem(request, 503, "model-behind", "看板尚未建立，请稍候", headers={"Retry-After": "1"})


async def _http(request: Request, error: Any) -> Response:
    if isinstance(error.__cause__, ProblemError):
        # raised while the framework was reading the body, which it answers in its own words
        return await _problem_error(request, error.__cause__)
    known = {404: "not-found", 405: "method-not-allowed", 400: "body-not-json"}
    code = known.get(error.status_code, "bad-request")
    return problem(request, error.status_code, code, TITLES[code], headers=error.headers)


async def _unexpected(request: Request, error: Any) -> Response:
    log.error("internal_error", path=request.url.path, exc_info=error)
    return problem(request, 500, "internal-error", "系统内部错误，已记录")


_ANSWERS: dict[type[Exception], Any] = {
    ProblemError: _problem_error,
    Refused: _refused,
    RequestValidationError: _invalid,
    VersionStale: _stale,
    VersionClash: _clash,
    KeyReused: _reused,
    EventTooLarge: _too_large,
    KeysUnusable: _keys,
    CursorInvalid: _cursor,
    LedgerBusy: _unavailable,
    OutcomeUnknown: _unavailable,
    psycopg.OperationalError: _database,
    psycopg.errors.UndefinedTable: _no_board_yet,
    HTTPException: _http,
    Exception: _unexpected,
}


def _written(path: Sequence[str | int]) -> str:
    return _clean(".".join(map(str, path)))


def _clean(text: str) -> str:
    """A name the client made up may hold anything: make it printable."""
    return text.encode("utf-8", "backslashreplace").decode()[:200]


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, text in {
        400: "请求无法理解",
        401: "需要有效的访问令牌",
        404: "没有这一内容",
        409: "按规则不予办理，或他人正在办理",
        412: "版本已过期",
        413: "正文过大",
        415: "正文须为 JSON",
        422: "请求内容不符合要求",
        503: "暂不可用，请稍后重试",
    }.items()
}
"""For the API's description."""

__all__ = ["MEDIA_TYPE", "RESPONSES", "RULES", "TITLES", "Problem", "ProblemError", "install", "problem"]
