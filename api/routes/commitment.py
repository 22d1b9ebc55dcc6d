"""承诺."""

from api.routes.routing import on_cases, routes
from domain.commands.commitment import (
    BreakCommitment,
    FulfilCommitment,
    IssueSecondReply,
    MakeCommitment,
    ReportCommitmentProgress,
)

router = routes("承诺")

on_cases(
    router,
    {
        "commitments": MakeCommitment,
        "commitment-progress": ReportCommitmentProgress,
        "commitment-fulfilments": FulfilCommitment,
        "commitment-breaches": BreakCommitment,
        "second-replies": IssueSecondReply,
    },
)
