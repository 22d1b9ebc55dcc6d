"""审计: the trail of every event, and the refusals of gates."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from api.desk import Asked
from api.routes.boards import Cursor, FlagAnswer, Limit
from api.routes.routing import routes
from domain.codes import Origin
from domain.labels import COMMANDS, EVENTS, label
from domain.rules import RULES
from domain.values import Day, Since, Until
from projections.audit_trail import queries

router = routes("审计")

Person = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,99}$")]
From = Annotated[Since | None, Query(description="日期（取其零时）或带时区的时间")]
To = Annotated[Until | None, Query(description="日期（取其末刻）或带时区的时间")]


class AuditLine(BaseModel):
    """审计轨迹的一行：一个事件。"""

    position: int
    stream: UUID
    version: int
    kind: str = Field(description="历史的种类：proposal、session、directory、letters、ledger")
    type: str
    title: str
    actor: str
    on_behalf_of: str | None
    unit: str | None
    occurred_at: str
    recorded_at: datetime
    entered_at: datetime | None
    late_entry_reason: str | None
    reference_position: int | None = Field(description="作出决定时，名录与规则读到的台账位置")
    origin: Origin
    origin_label: str
    made_up: list[str]
    taken_back_by: int | None = Field(description="把它撤回或撤销的事件的版本；没有则仍有效")
    flags: list[FlagAnswer]
    body: dict[str, Any]


class AuditAnswer(BaseModel):
    """审计轨迹的一页。"""

    position: int
    items: list[AuditLine]
    next: str | None


class AttemptLine(BaseModel):
    """一次被规则拦下的办理。"""

    id: int
    attempted_at: datetime
    stream: UUID
    command: str
    title: str
    actor: str
    on_behalf_of: str | None
    rule: str
    rule_title: str
    reason: str


class AttemptsAnswer(BaseModel):
    """被拦下的办理，一页。"""

    items: list[AttemptLine]
    next: str | None


@router.get("/audit/trail", summary="审计轨迹")
async def trail(
    asked: Asked,
    case: UUID | None = None,
    actor: Person = None,
    unit: Person = None,
    type: Annotated[str | None, Query(pattern=r"^[A-Za-z]{1,64}$")] = None,
    origin: Origin | None = None,
    occurred_from: Day | None = None,
    occurred_to: Day | None = None,
    recorded_from: From = None,
    recorded_to: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditAnswer:
    position = await asked.up_to_date("audit_trail")
    page = await queries.events(
        asked.ask, asked.ledger.name, case=case, actor=actor, unit=unit, type=type, origin=origin,
        occurred_from=occurred_from, occurred_to=occurred_to, recorded_from=recorded_from, recorded_to=recorded_to,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    items = [
        AuditLine(
            **{name: row[name] for name in AuditLine.model_fields if name not in ("title", "origin_label", "flags")},
            title=EVENTS[row["type"]],
            origin_label=label(Origin(row["origin"])),
            flags=[FlagAnswer(rule=flag, title=RULES[flag].title) for flag in row["flags"]],
        )
        for row in page.rows
    ]
    return AuditAnswer(position=position, items=items, next=page.next)


@router.get("/audit/attempts", summary="被规则拦下的办理")
async def attempts(asked: Asked, limit: Limit = 100, cursor: Cursor = None) -> AttemptsAnswer:
    page = await queries.attempts(asked.ask, asked.ledger.name, limit=limit, cursor=cursor)
    items = [
        AttemptLine(**row, title=COMMANDS[row["command"]], rule_title=RULES[row["rule"]].title) for row in page.rows
    ]
    return AttemptsAnswer(items=items, next=page.next)
