"""看板，和一件案的现状与经过."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, Field

from api.desk import Asked
from api.names import Named, Names
from api.problems import ProblemError
from api.routes.routing import CaseId, routes
from domain.codes import AssignmentMode, Light, Origin, Rating, Recipient, Stage
from domain.labels import EVENTS, label
from domain.proposal import DraftStatus, Duty, TaskStatus, taken_back
from domain.record import Recorded
from domain.rules import RULES
from domain.streams import proposal_stream
from domain.values import Code, Day, day_of, write_moment
from projections.asking import MOST_ROWS
from projections.supervision_board import queries

router = routes("看板")

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="每页条数")]
Cursor = Annotated[str | None, Query(max_length=1_000, description="上一页给出的 next")]
Filter = Annotated[Code | None, Query()]


class TaskAnswer(BaseModel):
    """一个承办单位的进度（本轮）。"""

    unit: Named
    mode: AssignmentMode
    mode_label: str
    status: TaskStatus
    status_label: str
    round: int
    due_on: date | None
    deadline_rule: str | None
    draft: DraftStatus | None
    draft_label: str | None
    replied_on: date | None
    opinion_on: date | None


class CaseLine(BaseModel):
    """督办总览的一行。"""

    case: UUID
    session: str | None
    case_no: int | None
    title: str
    lead_proposer: Named
    transferred_on: date | None = Field(description="交办日期")
    recipient: Recipient | None = Field(description="交办给政府以外的哪一方")
    recipient_label: str | None
    duties: list[Duty] = Field(description="待办的手续")
    duty_labels: list[str]
    untold: list[Named] = Field(description="尚未告知不予立案的提案者")
    stage: Stage
    stage_label: str
    units: list[Named]
    tasks: list[TaskAnswer]
    leader: Named | None
    key_proposal: bool = Field(description="重点提案")
    due_on: date | None
    days_left: int | None = Field(description="距期限天数，负数为逾期")
    light: Light
    light_label: str
    rounds: int
    returns: int = Field(description="答复稿被退回重办的次数")
    objections: int = Field(description="退件次数")
    contacts: int
    difficulties: int = Field(description="尚待协调的困难")
    disagreements: list[int] = Field(description="待裁定的意见分歧编号")
    revisits: int
    replied_on: date | None
    result_class: str | None
    class_scheme: str | None
    reassessed_class: str | None = Field(description="办结之后重新定的类别，如 B 转 A")
    commitments: list[int] = Field(description="尚待兑现的承诺编号")
    archived_on: date | None
    satisfaction: Rating | None
    satisfaction_label: str | None
    awaited: int = Field(description="尚未收回的征询意见表份数")
    closed_on: date | None
    origins: list[Origin] = Field(description="各事件的来源；MADE_UP 为虚拟")
    has_made_up: bool = Field(description="含有虚拟内容")
    version: int
    position: int


class SupervisionAnswer(BaseModel):
    """督办总览的一页。"""

    today: date = Field(description="期限与余日以这一天为准")
    position: int = Field(description="看板更新到的台账位置")
    items: list[CaseLine]
    next: str | None = Field(description="下一页的游标；没有则到底")


class FlagAnswer(BaseModel):
    """一条被违反但仍准予登记的规则。"""

    rule: str
    title: str


class EventAnswer(BaseModel):
    """历史中的一个事件。"""

    stream: UUID
    version: int
    position: int
    type: str
    title: str = Field(description="事件的中文名")
    actor: str
    on_behalf_of: str | None
    occurred_at: str = Field(description="称发生于：日期，或 UTC 时间")
    recorded_at: datetime = Field(description="数据库记录时间")
    entered_at: datetime | None = Field(description="称录入于（非本系统办理的事件）")
    late_entry_reason: str | None
    origin: Origin
    origin_label: str
    made_up: list[str] = Field(description="没有来源、为示例而虚拟的字段")
    flags: list[FlagAnswer]
    taken_back_by: int | None = Field(description="把它撤回或撤销的事件的版本；没有则仍有效")
    body: dict[str, Any]


class CaseAnswer(BaseModel):
    """一件案的现状。"""

    line: CaseLine
    version: int
    position: int


class HistoryAnswer(BaseModel):
    """一件案的经过，按先后。"""

    case: UUID
    version: int
    events: list[EventAnswer]


@router.get("/boards/supervision", summary="督办总览")
async def supervision(
    asked: Asked,
    session: Filter = None,
    unit: Filter = None,
    leader: Filter = None,
    stage: Stage | None = None,
    light: Light | None = None,
    today: Annotated[Day | None, Query(description="以哪一天为准；默认今天")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SupervisionAnswer:
    position = await asked.up_to_date("supervision_board")
    today = today or local_today()
    page = await queries.cases(
        asked.ask, asked.ledger.name, today=today, session=session, unit=unit, leader=leader, stage=stage,
        light=light, limit=limit, cursor=cursor,
    )  # fmt: skip
    names = Names(await asked.ledger.directory())
    items = [line_of(row, names) for row in page.rows]
    return SupervisionAnswer(today=today, position=position, items=items, next=page.next)


@router.get("/proposals/{case}", summary="一件案的现状")
async def read_case(case: CaseId, asked: Asked, response: Response) -> CaseAnswer:
    position = await asked.up_to_date("supervision_board")
    row = await queries.of_case(asked.ask, asked.ledger.name, case, local_today())
    if row is None and (await asked.ledger.load(proposal_stream(case)))[0].session is not None:
        raise ProblemError(503, "model-behind", "看板尚未跟上，还没有登上这件提案", headers={"Retry-After": "1"})
    if row is None:
        raise ProblemError(404, "not-found", "没有这件提案", field="case")
    response.headers["ETag"] = f'"{row["last_version"]}"'
    line = line_of(row, Names(await asked.ledger.directory()))
    return CaseAnswer(line=line, version=row["last_version"], position=position)


@router.get("/proposals/{case}/history", summary="一件案的经过")
async def read_history(case: CaseId, asked: Asked, response: Response) -> HistoryAnswer:
    history = await asked.ledger.history(proposal_stream(case))
    if not history:
        raise ProblemError(404, "not-found", "没有这件提案", field="case")
    response.headers["ETag"] = f'"{history[-1].version}"'
    gone = taken_back(history)
    return HistoryAnswer(
        case=case, version=history[-1].version, events=[event_of(r, gone.get(r.version)) for r in history]
    )


def local_today() -> date:
    return day_of(datetime.now(UTC))


def line_of(row: Mapping[str, Any], names: Names) -> CaseLine:
    """A board row as people read it: codes with their names."""
    tasks = [
        TaskAnswer(
            unit=names.unit(task["unit"]),
            mode=task["mode"],
            mode_label=label(AssignmentMode(task["mode"])),
            status=task["status"],
            status_label=label(TaskStatus(task["status"])),
            round=task["round"],
            due_on=task["due_on"],
            deadline_rule=task["deadline_rule"],
            draft=task["draft"],
            draft_label=label(DraftStatus(task["draft"])) if task["draft"] else None,
            replied_on=task["replied_on"],
            opinion_on=task["opinion_on"],
        )
        for task in row["tasks"]
    ]
    same = (
        "session", "case_no", "title", "due_on", "days_left", "rounds", "returns", "objections", "contacts",
        "difficulties", "disagreements", "revisits", "replied_on", "result_class", "class_scheme", "awaited",
        "closed_on", "origins", "has_made_up", "key_proposal", "reassessed_class", "commitments", "archived_on",
        "transferred_on",
    )  # fmt: skip
    return CaseLine(
        **{column: row[column] for column in same},
        case=row["stream"],
        lead_proposer=names.member(row["lead_proposer"]),
        recipient=row["recipient"],
        recipient_label=label(Recipient(row["recipient"])) if row["recipient"] else None,
        duties=row["duties"],
        duty_labels=[label(Duty(duty)) for duty in row["duties"]],
        untold=[names.member(member) for member in row["untold"]],
        stage=row["stage"],
        stage_label=label(Stage(row["stage"])),
        units=[names.unit(unit) for unit in row["units"]],
        tasks=tasks,
        leader=names.official(row["leader"]) if row["leader"] else None,
        light=row["light"],
        light_label=label(Light(row["light"])),
        satisfaction=row["satisfaction"],
        satisfaction_label=label(Rating(row["satisfaction"])) if row["satisfaction"] else None,
        version=row["last_version"],
        position=row["last_position"],
    )


def event_of(recorded: Recorded[Any], taken_back_by: int | None = None) -> EventAnswer:
    name = type(recorded.event).__name__
    return EventAnswer(
        stream=recorded.stream,
        version=recorded.version,
        position=recorded.position,
        type=name,
        title=EVENTS[name],
        actor=recorded.context.actor,
        on_behalf_of=recorded.context.on_behalf_of,
        occurred_at=write_moment(recorded.occurred_at),
        recorded_at=recorded.recorded_at,
        entered_at=recorded.entered_at,
        late_entry_reason=recorded.context.late_entry_reason,
        origin=recorded.origin,
        origin_label=label(recorded.origin),
        made_up=list(recorded.made_up),
        flags=[FlagAnswer(rule=flag, title=RULES[flag].title) for flag in recorded.flags],
        taken_back_by=taken_back_by,
        body=recorded.event.stated(),
    )
