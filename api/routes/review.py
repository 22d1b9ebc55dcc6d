"""审核."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.review import ReturnReply, ReviewReply

router = routes("审核")


@router.post("/proposals/{case}/reviews", **described(ReviewReply))
async def review_reply(case: CaseId, command: ReviewReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/draft-returns", **described(ReturnReply))
async def return_reply(case: CaseId, command: ReturnReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
