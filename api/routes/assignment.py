"""分办."""

from api.routes.routing import on_cases, routes
from domain.commands.assignment import AcknowledgeAssignment, AssignUnits, DecideObjection, ReturnAssignment

router = routes("分办")

on_cases(
    router,
    {
        "assignments": AssignUnits,
        "acknowledgements": AcknowledgeAssignment,
        "assignment-returns": ReturnAssignment,
        "objection-decisions": DecideObjection,
    },
)
