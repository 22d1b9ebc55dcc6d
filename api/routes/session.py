"""届次与办理规则."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel

from api.desk import Asked, AtDesk
from api.problems import ProblemError
from api.routes.routing import SessionKey, described, routes
from api.routes.rulebooks import as_shipped, policy_files
from domain.commands.session import OTHER_TEXT, AdoptRulebook, CloseSession, OpenSession, RecordHandoverMeeting
from domain.events import RulebookAdopted
from domain.policy.rulebook import Rulebook
from domain.rules import RULEBOOK_VERSION_FINAL, require
from domain.session import Session
from domain.streams import session_stream
from ledger.ledger import Ledger

router = routes("届次与规则")

Under = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[0-9]{1,6}$",
        description="改按另一份规则：规则编号@版本；该届次采用过的，或可以采用的（见 /rulebooks）",
    ),
]


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
async def open_session(command: OpenSession, desk: AtDesk) -> Response:
    return await desk.on_session(command.session, command)


@router.post("/sessions/{session}/closing", **described(CloseSession))
async def close_session(session: SessionKey, command: CloseSession, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)


@router.post("/sessions/{session}/handover-meetings", **described(RecordHandoverMeeting))
async def record_handover_meeting(session: SessionKey, command: RecordHandoverMeeting, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)


@router.post("/sessions/{session}/rulebooks", **described(AdoptRulebook))
async def adopt_rulebook(session: SessionKey, command: AdoptRulebook, desk: AtDesk, request: Request) -> Response:
    as_shipped(request, command.rulebook)
    await as_first_adopted(desk.ledger, session, command.rulebook)
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


async def as_first_adopted(ledger: Ledger, session: str, rulebook: Rulebook) -> None:
    """Refuse a version that any session adopted with another text before adoption fixed it for the whole ledger; one
    that is fixed, or is this session's own, the command itself asks about. Raises `Refused`."""
    ref = rulebook.ref()
    own, _ = await ledger.load(session_stream(ledger.name, session))
    if (ref.id, ref.version) in {**(await ledger.directory()).rulebooks, **own.digests}:
        return
    first = await _adopted(ledger, ref.id, ref.version)
    if first is not None:
        require(first.ref() == ref, RULEBOOK_VERSION_FINAL, OTHER_TEXT, "rulebook.version")


async def _adopted(ledger: Ledger, name: str, version: int) -> Rulebook | None:
    """The version as some session of the ledger was the first to adopt it."""
    for recorded in await ledger.between(0, await ledger.position(), {RulebookAdopted.__name__}):
        if isinstance(recorded.event, RulebookAdopted):
            rulebook = recorded.event.rulebook
            if (rulebook.id, rulebook.version) == (name, version):
                return rulebook
    return None


async def rulebook_under(request: Request, ledger: Ledger, session: str | None, under: str) -> Rulebook:
    """The rulebook to ask instead: one the session has adopted, else another session of the ledger, else one there is
    to adopt; a problem where there is none."""
    name, _, written = under.partition("@")
    version = int(written)
    adopted = (await session_of(ledger, session)).rulebooks if session else {}
    rulebook = adopted.get((name, version)) or await _adopted(ledger, name, version)
    rulebook = rulebook or policy_files(request).rulebook(name, version)
    if rulebook is None:
        told = f"没有规则“{name}”第 {version} 版：没有届次采用过，也不在可以采用的规则之中"
        raise ProblemError(422, "request-invalid", told, field="under")
    return rulebook
