"""更正."""

from api.routes.routing import on_cases, routes
from domain.commands.correction import CorrectClericalError, ReopenHandling, RetractReport

router = routes("更正")

on_cases(
    router,
    {
        "retractions": RetractReport,
        "text-corrections": CorrectClericalError,
        "reopening": ReopenHandling,
    },
)
