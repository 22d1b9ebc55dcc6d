"""提交与立案."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.registration import RegisterProposal, SubmitProposal, TransferCase

router = routes("提交与立案")


@router.post("/proposals", **described(SubmitProposal, 201))
async def submit_proposal(command: SubmitProposal, desk: AtDesk) -> Done:
    return await desk.create(command)


@router.post("/proposals/{case}/registration", **described(RegisterProposal))
async def register_proposal(case: CaseId, command: RegisterProposal, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/transfer", **described(TransferCase))
async def transfer_case(case: CaseId, command: TransferCase, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
