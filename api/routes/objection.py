"""异议."""

from api.routes.routing import on_cases, routes
from domain.commands.objection import (
    DecideObjection,
    DecideUnitAddition,
    EscalateObjection,
    NoteObjectionUnanswered,
    RequestUnitAddition,
    ReturnAssignment,
)

router = routes("异议")

on_cases(
    router,
    {
        "assignment-returns": ReturnAssignment,
        "unanswered-objections": NoteObjectionUnanswered,
        "objection-decisions": DecideObjection,
        "objection-escalations": EscalateObjection,
        "addition-requests": RequestUnitAddition,
        "addition-decisions": DecideUnitAddition,
    },
)
