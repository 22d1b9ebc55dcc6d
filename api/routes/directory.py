"""名录."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.desk import Asked, AtDesk, Done
from api.problems import RESPONSES
from api.routes.routing import commands, described
from domain.commands.directory import AppointOfficial, ListMember, ListUnit
from domain.events import MemberListed, OfficialAppointed, UnitListed
from domain.streams import directory_stream

router = APIRouter()
writing = commands("名录")
reading = APIRouter(tags=["名录"], responses=RESPONSES)


class DirectoryAnswer(BaseModel):
    """承办单位、人员、委员。"""

    version: int
    units: list[UnitListed]
    officials: list[OfficialAppointed]
    members: list[MemberListed]


@writing.post("/directory/units", **described(ListUnit))
async def list_unit(command: ListUnit, desk: AtDesk) -> Done:
    return await desk.on_directory(command)


@writing.post("/directory/officials", **described(AppointOfficial))
async def appoint_official(command: AppointOfficial, desk: AtDesk) -> Done:
    return await desk.on_directory(command)


@writing.post("/directory/members", **described(ListMember))
async def list_member(command: ListMember, desk: AtDesk) -> Done:
    return await desk.on_directory(command)


@reading.get("/directory", summary="名录")
async def read_directory(asked: Asked) -> DirectoryAnswer:
    known, version = await asked.ledger.load(directory_stream(asked.ledger.name))
    return DirectoryAnswer(
        version=version,
        units=list(known.units.values()),
        officials=list(known.officials.values()),
        members=list(known.members.values()),
    )


router.include_router(writing)
router.include_router(reading)
