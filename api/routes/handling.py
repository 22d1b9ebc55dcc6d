"""办理."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.handling import CloseHandling, FileHandlingPlan, OrderRehandling, SubmitCoOpinion

router = routes("办理")


@router.post("/proposals/{case}/handling-plans", **described(FileHandlingPlan))
async def file_handling_plan(case: CaseId, command: FileHandlingPlan, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/co-opinions", **described(SubmitCoOpinion))
async def submit_co_opinion(case: CaseId, command: SubmitCoOpinion, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/rehandlings", **described(OrderRehandling))
async def order_rehandling(case: CaseId, command: OrderRehandling, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/closing", **described(CloseHandling))
async def close_handling(case: CaseId, command: CloseHandling, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
