"""期限变动."""

from api.routes.routing import on_cases, routes
from domain.commands.clock import DecideExtension, PauseClock, RequestExtension, ResumeClock
from domain.commands.recomputation import RecomputeDeadlines

router = routes("期限")

on_cases(
    router,
    {
        "extension-requests": RequestExtension,
        "extension-decisions": DecideExtension,
        "pauses": PauseClock,
        "resumptions": ResumeClock,
        "deadline-recomputations": RecomputeDeadlines,
    },
)
