"""名录."""

from fastapi import Response
from pydantic import BaseModel

from api.desk import Asked, AtDesk
from api.routes.routing import described, routes
from domain.commands.directory import AppointOfficial, ListMember, ListUnit
from domain.events import MemberListed, OfficialAppointed, UnitListed
from domain.streams import directory_stream

router = routes("名录")


class DirectoryAnswer(BaseModel):
    """承办单位、人员、委员。"""

    version: int
    units: list[UnitListed]
    officials: list[OfficialAppointed]
    members: list[MemberListed]


@router.post("/directory/units", **described(ListUnit))
async def list_unit(command: ListUnit, desk: AtDesk) -> Response:
    return await desk.on_directory(command)


@router.post("/directory/officials", **described(AppointOfficial))
async def appoint_official(command: AppointOfficial, desk: AtDesk) -> Response:
    return await desk.on_directory(command)


@router.post("/directory/members", **described(ListMember))
async def list_member(command: ListMember, desk: AtDesk) -> Response:
    return await desk.on_directory(command)


@router.get("/directory", summary="名录")
async def read_directory(asked: Asked) -> DirectoryAnswer:
    known, version = await asked.ledger.load(directory_stream(asked.ledger.name))
    return DirectoryAnswer(
        version=version,
        units=list(known.units.values()),
        officials=list(known.officials.values()),
        members=list(known.members.values()),
    )
