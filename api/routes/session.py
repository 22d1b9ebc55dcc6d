"""届次与办理规则."""

from datetime import date
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from api.desk import Asked, AtDesk, Done
from api.problems import ProblemError
from api.routes.routing import SessionKey, described, routes
from api.routes.rulebooks import as_shipped
from domain.commands.session import AdoptRulebook, CloseSession, OpenSession, RecordHandoverMeeting
from domain.policy.rulebook import Rulebook
from domain.session import Session
from domain.streams import session_stream
from ledger.ledger import Ledger

router = routes("届次与规则")


class SessionAnswer(BaseModel):
    """一个届次，和它采用过的规则。"""

    session: str
    cppcc: str
    term: int
    meeting: int
    opened_on: date | None
    closed_on: date | None
    in_session_until: date | None
    last_case_no: int
    version: int
    rulebooks: list[Rulebook]


@router.post("/sessions", **described(OpenSession))
async def open_session(command: OpenSession, desk: AtDesk) -> Done:
    return await desk.on_session(command.session, command)


@router.post("/sessions/{session}/closing", **described(CloseSession))
async def close_session(session: SessionKey, command: CloseSession, desk: AtDesk) -> Done:
    return await desk.on_session(session, command)


@router.post("/sessions/{session}/handover-meetings", **described(RecordHandoverMeeting))
async def record_handover_meeting(session: SessionKey, command: RecordHandoverMeeting, desk: AtDesk) -> Done:
    return await desk.on_session(session, command)


@router.post("/sessions/{session}/rulebooks", **described(AdoptRulebook))
async def adopt_rulebook(session: SessionKey, command: AdoptRulebook, desk: AtDesk, request: Request) -> Done:
    as_shipped(request, command.rulebook)
    return await desk.on_session(session, command)


@router.get("/sessions/{session}", summary="届次")
async def read_session(session: SessionKey, asked: Asked) -> SessionAnswer:
    known = await session_of(asked.ledger, session)
    opened: Any = known.opened
    return SessionAnswer(
        **{**opened.model_dump(), "closed_on": known.closed_on},
        last_case_no=known.last_case_no,
        version=known.version,
        rulebooks=list(known.rulebooks.values()),
    )


async def session_of(ledger: Ledger, key: str) -> Session:
    """The session's state; a problem where there is none."""
    known, _ = await ledger.load(session_stream(ledger.name, key))
    if known.opened is None:
        raise ProblemError(404, "not-found", f"没有届次“{key}”")
    return known
