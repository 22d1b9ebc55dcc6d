"""规则书: what there is to adopt, before anybody has adopted it."""

from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from api.desk import Asked
from api.policy_files import PolicyFiles
from api.problems import ProblemError
from api.routes.routing import routes
from domain.codes import Level
from domain.labels import label
from domain.policy.rulebook import Rulebook
from domain.rules import RULEBOOK_VERSION_FINAL, require
from domain.values import Code

router = routes("届次与规则")


class RulebookListed(BaseModel):
    """一份可以采用的办理规则。"""

    id: str
    version: int
    title: str
    jurisdiction: str | None
    level: Level | None
    level_label: str | None
    year: int | None
    origin: str
    source: str
    rules: int = Field(description="期限规则的条数")
    digest: str = Field(description="采用时记入台账的摘要值（SHA-256）")


@router.get("/rulebooks", summary="可以采用的办理规则")
async def list_rulebooks(asked: Asked, request: Request) -> list[RulebookListed]:
    return [_listed(rulebook) for _, rulebook in policy_files(request).rulebooks.documents]


@router.get("/rulebooks/{rulebook}/{version}", summary="一份办理规则的全文", response_model_exclude_none=True)
async def read_rulebook(
    rulebook: Annotated[Code, Path(description="规则编号，如 xian-2011-like")],
    version: Annotated[int, Path(ge=1, le=1_000_000, description="版本")],
    asked: Asked,
    request: Request,
) -> Rulebook:
    known = policy_files(request).rulebook(rulebook, version)
    if known is None:
        raise ProblemError(404, "not-found", f"没有规则“{rulebook}”第 {version} 版")
    return known


def policy_files(request: Request) -> PolicyFiles:
    """What was found when this process started."""
    found: PolicyFiles = request.app.state.policy_files
    return found


def as_shipped(request: Request, rulebook: Rulebook) -> None:
    """Refuse a version that came with the program and has been altered since. Raises `Refused`."""
    shipped = policy_files(request).rulebook(rulebook.id, rulebook.version, shipped=True)
    same = shipped is None or shipped.ref() == rulebook.ref()
    told = f"“{rulebook.id}”第 {rulebook.version} 版随程序附带，内容不同；修改须另立编号或版本"
    require(same, RULEBOOK_VERSION_FINAL, told, "rulebook.version")


def _listed(rulebook: Rulebook) -> RulebookListed:
    same = rulebook.model_dump(include=RulebookListed.model_fields.keys() & Rulebook.model_fields.keys())
    return RulebookListed(
        **same,
        level_label=label(rulebook.level) if rulebook.level else None,
        rules=len(rulebook.deadlines),
        digest=rulebook.ref().digest,
    )
