"""回访."""

from api.routes.routing import on_cases, routes
from domain.commands.follow_up import RecordRevisit

router = routes("回访")

on_cases(
    router,
    {
        "revisits": RecordRevisit,
    },
)
