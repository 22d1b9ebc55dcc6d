"""办理."""

from api.routes.routing import on_cases, routes
from domain.commands.handling import CloseHandling, FileHandlingPlan, OrderRehandling, SubmitCoOpinion

router = routes("办理")

on_cases(
    router,
    {
        "handling-plans": FileHandlingPlan,
        "co-opinions": SubmitCoOpinion,
        "rehandlings": OrderRehandling,
        "closing": CloseHandling,
    },
)
