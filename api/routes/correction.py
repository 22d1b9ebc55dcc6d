"""更正."""

from api.routes.routing import on_cases, routes
from domain.commands.correction import CorrectClericalError, ReopenHandling, RetractReport, TakeBackStep
from domain.commands.submission import CorrectSubmission

router = routes("更正")

on_cases(
    router,
    {
        "retractions": RetractReport,
        "steps-taken-back": TakeBackStep,
        "text-corrections": CorrectClericalError,
        "submission-corrections": CorrectSubmission,
        "reopening": ReopenHandling,
    },
)
