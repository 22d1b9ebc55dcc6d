"""分办、改办."""

from api.routes.routing import on_cases, routes
from domain.commands.assignment import (
    AcknowledgeAssignment,
    AssignUnits,
    ReassignCase,
)
from domain.commands.responsibility import HandleJointly, NameResponsibility

router = routes("分办")

on_cases(
    router,
    {
        "assignments": AssignUnits,
        "acknowledgements": AcknowledgeAssignment,
        "reassignments": ReassignCase,
        "responsibilities": NameResponsibility,
        "joint-handling": HandleJointly,
    },
)
