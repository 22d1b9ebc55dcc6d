"""回访."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.follow_up import RecordRevisit

router = routes("回访")


@router.post("/proposals/{case}/revisits", **described(RecordRevisit))
async def record_revisit(case: CaseId, command: RecordRevisit, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
