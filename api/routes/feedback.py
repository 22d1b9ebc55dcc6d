"""征询意见."""

from api.routes.routing import on_cases, routes
from domain.commands.feedback import (
    IssueFeedbackForm,
    NoteFeedbackOverdue,
    RecordMediation,
    RecordSatisfaction,
    ReviseSatisfaction,
)

router = routes("征询意见")

on_cases(
    router,
    {
        "feedback-forms": IssueFeedbackForm,
        "feedback-overdue": NoteFeedbackOverdue,
        "ratings": RecordSatisfaction,
        "rating-revisions": ReviseSatisfaction,
        "mediations": RecordMediation,
    },
)
