"""审核."""

from api.routes.routing import on_cases, routes
from domain.commands.review import ReturnReply, ReviewReply

router = routes("审核")

on_cases(
    router,
    {
        "reviews": ReviewReply,
        "draft-returns": ReturnReply,
    },
)
