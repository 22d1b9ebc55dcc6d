"""日历."""

from fastapi import Request, Response
from pydantic import BaseModel

from api.desk import Asked, AtDesk
from api.routes.routing import described, routes
from api.routes.rulebooks import policy_files
from domain.commands.calendar import AnnounceCalendar
from domain.policy.working_days import Notice
from domain.streams import calendar_stream

router = routes("日历")


class CalendarAnswer(BaseModel):
    """已登记的各年节假日安排。"""

    version: int
    notices: list[Notice]


@router.post("/calendar/notices", **described(AnnounceCalendar))
async def announce_calendar(command: AnnounceCalendar, desk: AtDesk) -> Response:
    return await desk.on_calendar(command)


@router.get("/notices", summary="可以登记的节假日安排")
async def list_notices(asked: Asked, request: Request) -> list[Notice]:
    return [notice for _, notice in policy_files(request).notices.documents]


@router.get("/calendar", summary="节假日与调休")
async def read_calendar(asked: Asked) -> CalendarAnswer:
    known, version = await asked.ledger.load(calendar_stream(asked.ledger.name))
    return CalendarAnswer(version=version, notices=[notice for _, notice in sorted(known.days.notices.items())])
