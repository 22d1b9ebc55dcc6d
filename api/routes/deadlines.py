"""期限: every deadline of a case, how it was derived, and why it is this day."""

from collections.abc import Mapping
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from api.desk import Asked
from api.names import Named, Names
from api.problems import ProblemError
from api.routes.audit import From, To
from api.routes.boards import Cursor, Filter, Limit
from api.routes.routing import CaseId, routes
from api.routes.session import Under, rulebook_under
from domain.codes import Recomputation
from domain.events import DeadlineRecomputed
from domain.explanation import before, deadlines_of, explain
from domain.labels import EVENTS, label
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind
from domain.streams import PROPOSAL, calendar_stream, proposal_stream, session_stream
from domain.supposing import deadlines_under
from projections.audit_trail import queries

router = routes("期限")


class DeadlineAnswer(BaseModel):
    """一个期限。"""

    version: int = Field(description="定下这一期限的事件在该案历史中的版本")
    event: str
    event_title: str
    unit: Named | None
    round: int | None
    kind_label: str
    deadline: Deadline = Field(description="推算过程")
    superseded_by: int | None = Field(description="由哪一版的期限取代")
    ended: bool = Field(description="改用的规则没有这项期限，不再适用")
    why: list[str] = Field(description="为什么是这一天")


class DeadlinesAnswer(BaseModel):
    """一件案的全部期限，按先后。"""

    case: UUID
    version: int
    deadlines: list[DeadlineAnswer]
    under: str | None = Field(
        default=None,
        description="所问的另一份规则：同样的经过依它推算的期限，以现在所知的闭幕日期和节假日安排为准；"
        "依原规则批准的延期、中止和此后的重新起算不计在内",
    )


@router.get("/proposals/{case}/deadlines", summary="一件案的期限，以及为什么是这一天")
async def read_deadlines(case: CaseId, asked: Asked, request: Request, under: Under = None) -> DeadlinesAnswer:
    history = await asked.ledger.history(proposal_stream(case))
    if not history:
        raise ProblemError(404, "not-found", "没有这件提案", field="case")
    calendar, _ = await asked.ledger.load(calendar_stream(asked.ledger.name))
    names = Names(await asked.ledger.directory())
    known = reduce(PROPOSAL.evolve, history, PROPOSAL.empty)
    standing = [recorded for recorded in history if recorded.version not in known.retracted]
    session, _ = await asked.ledger.load(session_stream(asked.ledger.name, known.session or ""))
    rulebooks = dict(session.rulebooks)
    if under is None:
        set_by = [(recorded, found) for recorded in standing for found in deadlines_of(recorded.event)]
    else:
        rulebook = await rulebook_under(request, asked.ledger, known.session, under)
        rulebooks[rulebook.id, rulebook.version] = rulebook
        set_by = list(deadlines_under(rulebook, history, session, calendar))
    by_version = {(found.kind, recorded.version): found for recorded, found in set_by}
    replaced = {(found.kind, found.supersedes): recorded.version for recorded, found in set_by}
    answers = []
    for recorded, found in set_by:
        unit, name = getattr(recorded.event, "unit", None), type(recorded.event).__name__
        ended = bool(getattr(recorded.event, "ended", None))
        answers.append(
            DeadlineAnswer(
                version=recorded.version,
                event=name,
                event_title=EVENTS[name],
                unit=names.unit(unit) if unit else None,
                round=getattr(recorded.event, "round", None),
                kind_label=label(found.kind),
                deadline=found,
                superseded_by=replaced.get((found.kind, recorded.version)),
                ended=ended,
                why=explain(
                    found,
                    calendar.days,
                    rulebooks.get((found.rulebook, found.rulebook_version)),
                    before(found, by_version),
                    ended=ended,
                ),
            )
        )
    return DeadlinesAnswer(case=case, version=history[-1].version, deadlines=answers, under=under)


class MovedLine(BaseModel):
    """一个重算过的期限。"""

    position: int
    case: UUID
    unit: Named | None = Field(description="没有的，是案件自己的期限")
    round: int | None
    kind: DeadlineKind
    kind_label: str
    cause: Recomputation
    cause_label: str
    before: date | None = Field(description="没有的，是改用的规则才有的期限")
    due_on: date
    days: int = Field(description="推后的天数，负数为提前")
    ended: bool = Field(description="改用的规则没有这项期限，不再适用")
    provisional: bool = Field(description="仍为暂定")
    calendar: str | None = Field(description="所用节假日安排，如 2025@1")


class MovedAnswer(BaseModel):
    """重算过的期限，一页，按先后。"""

    position: int
    items: list[MovedLine]
    next: str | None


@router.get("/deadlines/moved", summary="重算过的期限：节假日安排公布、闭幕日期确定等之后，哪些案的期限变了")
async def moved_deadlines(
    asked: Asked,
    case: UUID | None = None,
    unit: Filter = None,
    recorded_from: From = None,
    recorded_to: To = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> MovedAnswer:
    position = await asked.up_to_date("audit_trail")
    page = await queries.events(
        asked.ask, asked.ledger.name, case=case, unit=unit, type=DeadlineRecomputed.__name__,
        recorded_from=recorded_from, recorded_to=recorded_to, limit=limit, cursor=cursor,
    )  # fmt: skip
    names = Names(await asked.ledger.directory())
    items = [moved_line(row, names) for row in page.rows]
    return MovedAnswer(position=position, items=items, next=page.next)


def moved_line(row: Mapping[str, Any], names: Names) -> MovedLine:
    event = DeadlineRecomputed.model_validate(row["body"])
    deadline = event.deadline
    before, cause = deadline.moved_from, deadline.recomputed or Recomputation.CALENDAR
    return MovedLine(
        position=row["position"],
        case=row["stream"],
        unit=names.unit(event.unit) if event.unit else None,
        round=event.round,
        kind=deadline.kind,
        kind_label=label(deadline.kind),
        cause=cause,
        cause_label=label(cause),
        before=before,
        due_on=deadline.due_on,
        days=(deadline.due_on - before).days if before else 0,
        ended=bool(event.ended),
        provisional=deadline.provisional,
        calendar=deadline.calendar,
    )
