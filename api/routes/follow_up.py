"""回访与回头看."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import SessionKey, described, on_cases, routes
from domain.commands.follow_up import (
    OpenLookbackCampaign,
    ReassessClass,
    RecordLookback,
    RecordOnSiteCheck,
    RecordRevisit,
)

router = routes("回访与回头看")

on_cases(
    router,
    {
        "revisits": RecordRevisit,
        "on-site-checks": RecordOnSiteCheck,
        "class-reassessments": ReassessClass,
        "lookbacks": RecordLookback,
    },
)


@router.post("/sessions/{session}/lookback-campaigns", **described(OpenLookbackCampaign))
async def open_lookback_campaign(session: SessionKey, command: OpenLookbackCampaign, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)
