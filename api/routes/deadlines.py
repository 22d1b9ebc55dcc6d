"""期限: every deadline of a case, how it was derived, and why it is this day."""

from uuid import UUID

from pydantic import BaseModel, Field

from api.desk import Asked
from api.names import Named, Names
from api.problems import ProblemError
from api.routes.routing import CaseId, routes
from domain.explanation import deadlines_of, explain
from domain.labels import EVENTS, label
from domain.policy.deadlines import Deadline
from domain.streams import calendar_stream, proposal_stream

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
    why: list[str] = Field(description="为什么是这一天")


class DeadlinesAnswer(BaseModel):
    """一件案的全部期限，按先后。"""

    case: UUID
    version: int
    deadlines: list[DeadlineAnswer]


@router.get("/proposals/{case}/deadlines", summary="一件案的期限，以及为什么是这一天")
async def read_deadlines(case: CaseId, asked: Asked) -> DeadlinesAnswer:
    history = await asked.ledger.history(proposal_stream(case))
    if not history:
        raise ProblemError(404, "not-found", "没有这件提案", field="case")
    calendar, _ = await asked.ledger.load(calendar_stream(asked.ledger.name))
    names = Names(await asked.ledger.directory())
    set_by = [(recorded, found) for recorded in history for found in deadlines_of(recorded.event)]
    replaced = {(found.kind, found.supersedes): recorded.version for recorded, found in set_by}
    answers = []
    for recorded, found in set_by:
        unit, name = getattr(recorded.event, "unit", None), type(recorded.event).__name__
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
                why=explain(found, calendar.days),
            )
        )
    return DeadlinesAnswer(case=case, version=history[-1].version, deadlines=answers)
