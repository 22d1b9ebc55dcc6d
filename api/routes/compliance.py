"""合规: questions with a verdict, the rule, and the events that prove it."""

from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from api.desk import Asked, Reader
from api.names import Named, Names
from api.routes.boards import Cursor, Filter, Limit
from api.routes.routing import routes
from api.routes.session import Under, rulebook_under
from domain.codes import DecisiveMoment, Origin, Outcome
from domain.labels import label
from domain.rules import CONTACT_BEFORE_REPLY
from domain.streams import proposal_stream
from projections.communication_before_reply import queries
from projections.communication_before_reply.board import Moments

router = routes("合规")


class ProofAnswer(BaseModel):
    """作为依据的一个事件。"""

    part: str = Field(description="所起的作用：assigned、contact、drafted、signed、issued、waiver、denied、since")
    version: int
    position: int
    origin: Origin


class VerdictAnswer(BaseModel):
    """一个答复单位一轮答复的结论。"""

    case: UUID
    session: str | None
    case_no: int | None
    title: str
    unit: Named
    round: int
    outcome: Outcome
    outcome_label: str
    rule: str
    rule_title: str
    source: str
    rulebook: str | None
    rulebook_version: int | None
    before: DecisiveMoment | None = Field(description="以哪一时点为准：拟稿、签发或发出")
    drafted_first: bool = Field(description="先拟稿、后沟通")
    same_day: bool = Field(description="仅凭日期判断先后（同日视为在前）")
    clock: str | None = Field(description="判断补录所用的时钟")
    moments: Moments
    proof: list[ProofAnswer]


class VerdictsAnswer(BaseModel):
    """先沟通后答复的结论，一页。"""

    position: int
    items: list[VerdictAnswer]
    next: str | None


@router.get("/compliance/communication-before-reply", summary="先沟通后答复")
async def communication_before_reply(
    asked: Asked,
    request: Request,
    session: Filter = None,
    case: UUID | None = None,
    unit: Filter = None,
    outcome: Outcome | None = None,
    under: Under = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> VerdictsAnswer:
    position = await asked.up_to_date("communication_before_reply")
    page = await queries.verdicts(
        asked.ask, asked.ledger.name, session=session, case=case, unit=unit, outcome=outcome,
        under=await rulebook_under(request, asked.ledger, session or await _session_of(asked, case), under)
        if under
        else None,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    names = Names(await asked.ledger.directory())
    same = (
        "session", "case_no", "title", "round", "outcome", "rule", "source", "rulebook", "rulebook_version",
        "before", "drafted_first", "same_day", "clock", "moments", "proof",
    )  # fmt: skip
    items = [
        VerdictAnswer(
            **{name: row[name] for name in same},
            case=row["stream"],
            unit=names.unit(row["unit"]),
            outcome_label=label(Outcome(row["outcome"])),
            rule_title=CONTACT_BEFORE_REPLY.title,
        )
        for row in page.rows
    ]
    return VerdictsAnswer(position=position, items=items, next=page.next)


async def _session_of(asked: Reader, case: UUID | None) -> str | None:
    """The session that a case asked about is of."""
    if case is None:
        return None
    known, _ = await asked.ledger.load(proposal_stream(case))
    return known.session
