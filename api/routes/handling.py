"""办理."""

from api.routes.routing import on_cases, routes
from domain.commands.closing import CloseHandling
from domain.commands.co_opinion import (
    EscalateDisagreement,
    RequestCoOpinion,
    ReturnCoOpinion,
    SettleDisagreement,
    SubmitCoOpinion,
)
from domain.commands.handling import (
    ApproveHandlingPlan,
    FileHandlingPlan,
    OrderRehandling,
    RaiseDifficulty,
    RecordFieldVisit,
    ResolveDifficulty,
)

router = routes("办理")

on_cases(
    router,
    {
        "handling-plans": FileHandlingPlan,
        "handling-plan-approvals": ApproveHandlingPlan,
        "co-opinion-requests": RequestCoOpinion,
        "co-opinions": SubmitCoOpinion,
        "co-opinion-returns": ReturnCoOpinion,
        "disagreements": EscalateDisagreement,
        "disagreement-settlements": SettleDisagreement,
        "difficulties": RaiseDifficulty,
        "difficulty-resolutions": ResolveDifficulty,
        "field-visits": RecordFieldVisit,
        "rehandlings": OrderRehandling,
        "closing": CloseHandling,
    },
)
