"""分办."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.assignment import AcknowledgeAssignment, AssignUnits, DecideObjection, ReturnAssignment

router = routes("分办")


@router.post("/proposals/{case}/assignments", **described(AssignUnits))
async def assign_units(case: CaseId, command: AssignUnits, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/acknowledgements", **described(AcknowledgeAssignment))
async def acknowledge_assignment(case: CaseId, command: AcknowledgeAssignment, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/assignment-returns", **described(ReturnAssignment))
async def return_assignment(case: CaseId, command: ReturnAssignment, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/objection-decisions", **described(DecideObjection))
async def decide_objection(case: CaseId, command: DecideObjection, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
