"""征询意见."""

from api.routes.routing import on_cases, routes
from domain.commands.feedback import IssueFeedbackForm, RecordSatisfaction

router = routes("征询意见")

on_cases(
    router,
    {
        "feedback-forms": IssueFeedbackForm,
        "ratings": RecordSatisfaction,
    },
)
