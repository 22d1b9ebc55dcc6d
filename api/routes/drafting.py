"""撰写与附议."""

from fastapi import Response

from api.desk import AtDesk
from api.routes.routing import described, on_cases, routes
from domain.commands.drafting import (
    CoSign,
    DeclineCoSignature,
    DraftProposal,
    ExpireCoSignatures,
    InviteCoSigners,
    ReviseProposalDraft,
    SubmitDraft,
)

router = routes("撰写与附议")


@router.post("/proposal-drafts", **described(DraftProposal, 201))
async def draft_proposal(command: DraftProposal, desk: AtDesk) -> Response:
    return await desk.create(command)


on_cases(
    router,
    {
        "draft-revisions": ReviseProposalDraft,
        "co-signature-invitations": InviteCoSigners,
        "co-signatures": CoSign,
        "co-signature-refusals": DeclineCoSignature,
        "co-signature-expiry": ExpireCoSignatures,
        "submission": SubmitDraft,
    },
)
