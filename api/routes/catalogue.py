"""事件目录: what there is, derived from the code. Like the API's description it tells nothing of any case, so anybody
may read it."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from api.catalogue import Catalogue, Catalogues, EventPage, Lang
from api.desk import ledger_named
from api.problems import ProblemError
from api.routes.routing import routes

router = routes("事件目录")

Language = Annotated[Lang, Query(description="用中文（zh）或英文（en）")]
EventName = Annotated[str, Path(max_length=64, description="事件类型，如 ReplyDrafted")]


@router.get("/catalogue", summary="事件目录", response_model=Catalogue)
def read_catalogue(request: Request, lang: Language = Lang.ZH) -> Response:
    return Response(_kept(request).written(lang), media_type="application/json")


@router.get("/catalogue/events/{type}", summary="一种事件，和它历来的存储格式")
def read_event(request: Request, type: EventName, lang: Language = Lang.ZH) -> EventPage:
    page = _kept(request).event(type, lang)
    if page is None:
        raise ProblemError(404, "not-found", f"没有事件“{type}”", field="type")
    return page


def _kept(request: Request) -> Catalogues:
    """Of every ledger alike, but the ledger named must exist."""
    ledger_named(request)
    kept: Catalogues = request.app.state.catalogues
    return kept
