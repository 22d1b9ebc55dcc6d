"""归档."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import SessionKey, described, on_cases, routes
from domain.commands.archive import ArchiveCase, TakeReportSnapshot

router = routes("归档")

on_cases(
    router,
    {
        "archive": ArchiveCase,
    },
)


@router.post("/sessions/{session}/report-snapshots", **described(TakeReportSnapshot))
async def take_report_snapshot(session: SessionKey, command: TakeReportSnapshot, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)
