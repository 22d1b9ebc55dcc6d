"""公开."""

from api.routes.routing import on_cases, routes
from domain.commands.publication import ContestPublication, DecidePublication, PublishReply, WithholdReply

router = routes("公开")

on_cases(
    router,
    {
        "publication-decisions": DecidePublication,
        "publication-objections": ContestPublication,
        "publications": PublishReply,
        "withholdings": WithholdReply,
    },
)
