"""督办."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import SessionKey, described, on_cases, routes
from domain.commands.supervision import (
    AnswerSupervision,
    IssueCircular,
    IssueReminder,
    IssueSupervisionNotice,
    RecordLeaderInterview,
    RecordOnSiteSupervision,
)

router = routes("督办")

on_cases(
    router,
    {
        "reminders": IssueReminder,
        "supervision-notices": IssueSupervisionNotice,
        "leader-interviews": RecordLeaderInterview,
        "on-site-supervisions": RecordOnSiteSupervision,
        "supervision-answers": AnswerSupervision,
    },
)


@router.post("/sessions/{session}/circulars", **described(IssueCircular))
async def issue_circular(session: SessionKey, command: IssueCircular, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)
