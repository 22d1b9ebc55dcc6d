"""考核与评议."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import SessionKey, described, on_cases, routes
from domain.commands.scoring import RecordMutualReview, RecordScoreItem, ScoreProposalQuality, ScoreUnit

router = routes("考核与评议")

on_cases(
    router,
    {
        "score-items": RecordScoreItem,
        "quality-scores": ScoreProposalQuality,
        "mutual-reviews": RecordMutualReview,
    },
)


@router.post("/sessions/{session}/unit-scores", **described(ScoreUnit))
async def score_unit(session: SessionKey, command: ScoreUnit, desk: AtDesk) -> Response:
    return await desk.on_session(session, command)
