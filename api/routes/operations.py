"""运行: health and lag, the rules, and what each problem means."""

from datetime import date
from typing import Annotated, Literal

import psycopg
from fastapi import Path, Request, Response
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from api.desk import Asked, ledger_named, office
from api.problems import TITLES, ProblemError
from api.reactions import checkpoint
from api.remedies import REMEDIES
from api.routes.routing import routes
from domain.rules import RULES
from ledger.patience import within
from projections.checkpoints import BEAT_LATE_SECONDS, STATUS

router = routes("运行")

PATIENCE = 3.0
"""Seconds the database has to answer before it counts as down."""


class ModelStatus(BaseModel):
    """一个看板跟上台账的情况。"""

    model: str
    version: int
    position: int
    behind: int = Field(description="落后的事件数")
    behind_seconds: float = Field(description="落后的秒数")
    beat_age: float = Field(description="距更新进程上次报平安的秒数")


class ReactionsStatus(BaseModel):
    """自动办理的进度。"""

    position: int
    behind: int = Field(description="落后的事件数")
    behind_seconds: float = Field(description="落后的秒数")
    beat_age: float = Field(description="距自动办理进程上次报平安的秒数")
    day: date = Field(description="已办到哪一天（含）")
    simulated_day: date | None = Field(description="模拟时钟已拨到哪一天（含）")


class LedgerStatus(BaseModel):
    """一个台账和它的看板、自动办理。"""

    ledger: str
    position: int
    models: list[ModelStatus]
    reactions: ReactionsStatus | None


class HealthAnswer(BaseModel):
    """是否健康。"""

    status: Literal["ok", "degraded", "down"]
    detail: str
    ledgers: list[LedgerStatus]


class RuleAnswer(BaseModel):
    """一条规则。"""

    id: str
    title: str
    source: str
    gate: bool = Field(description="是否关口：被它拦下的办理也留痕")


class ProblemKind(BaseModel):
    """一种问题。"""

    code: str
    title: str
    meaning: str = Field(description="出了什么事")
    next: str = Field(description="接下来怎么办")
    rules: list[RuleAnswer] = Field(description="可能拦下办理的规则；别的问题没有")


@router.get("/health", summary="是否健康", responses={503: {"model": HealthAnswer}})
async def health(request: Request, response: Response) -> HealthAnswer:
    ledger_named(request)
    try:
        ledgers = await within(PATIENCE, _statuses(request))
    except (psycopg.Error, PoolTimeout):
        response.status_code = 503
        return HealthAnswer(status="down", detail="数据库没有应答", ledgers=[])
    silent = []
    if any(not ledger.models or any(map(_is_late, ledger.models)) for ledger in ledgers):
        silent.append("看板更新进程没有应答")
    if any(ledger.reactions is None or _is_late(ledger.reactions) for ledger in ledgers):
        silent.append("自动办理进程没有应答")
    if silent:
        response.status_code = 503
        return HealthAnswer(status="degraded", detail="；".join(silent), ledgers=ledgers)
    return HealthAnswer(status="ok", detail="正常", ledgers=ledgers)


def _is_late(process: ModelStatus | ReactionsStatus) -> bool:
    return process.beat_age > BEAT_LATE_SECONDS


async def _statuses(request: Request) -> list[LedgerStatus]:
    return [await _status(request, name) for name in office(request).ledgers]


async def _status(request: Request, ledger: str) -> LedgerStatus:
    kept = office(request)
    rows = await kept.ask(STATUS, (ledger,))
    position = await kept.ledgers[ledger].position()
    models = [ModelStatus(**{name: row[name] for name in ModelStatus.model_fields}) for row in rows]
    reacted = [ReactionsStatus(**row) for row in await kept.ask(checkpoint.STATUS, (ledger,))]
    return LedgerStatus(ledger=ledger, position=position, models=models, reactions=reacted[0] if reacted else None)


@router.get("/rules", summary="全部规则")
async def rules(asked: Asked) -> list[RuleAnswer]:
    return _rules()


@router.get("/problems/{code}", summary="一种问题的说明")
async def problem_kind(code: Annotated[str, Path(max_length=64)]) -> ProblemKind:
    if code not in TITLES:
        raise ProblemError(404, "not-found", "没有这种问题")
    meaning, what_next = REMEDIES[code]
    refusing = _rules() if code == "rule-refused" else []
    return ProblemKind(code=code, title=TITLES[code], meaning=meaning, next=what_next, rules=refusing)


def _rules() -> list[RuleAnswer]:
    return [RuleAnswer(id=rule.id, title=rule.title, source=rule.source, gate=rule.gate) for rule in RULES.values()]
