"""答复."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.reply import CountersignReply, DraftReply, IssueReply, SignReply

router = routes("答复")


@router.post("/proposals/{case}/drafts", **described(DraftReply))
async def draft_reply(case: CaseId, command: DraftReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/countersignatures", **described(CountersignReply))
async def countersign_reply(case: CaseId, command: CountersignReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/signatures", **described(SignReply))
async def sign_reply(case: CaseId, command: SignReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/replies", **described(IssueReply))
async def issue_reply(case: CaseId, command: IssueReply, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
