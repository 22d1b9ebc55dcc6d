"""沟通."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.contact import RecordMemberContact, WaiveContact

router = routes("沟通")


@router.post("/proposals/{case}/contacts", **described(RecordMemberContact))
async def record_member_contact(case: CaseId, command: RecordMemberContact, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/contact-waivers", **described(WaiveContact))
async def waive_contact(case: CaseId, command: WaiveContact, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
