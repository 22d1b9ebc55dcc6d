"""提交与立案."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import described, on_cases, routes
from domain.commands.registration import RegisterProposal, SubmitProposal, TransferCase

router = routes("提交与立案")


@router.post("/proposals", **described(SubmitProposal, 201))
async def submit_proposal(command: SubmitProposal, desk: AtDesk) -> Response:
    return await desk.create(command)


on_cases(
    router,
    {
        "registration": RegisterProposal,
        "transfer": TransferCase,
    },
)
