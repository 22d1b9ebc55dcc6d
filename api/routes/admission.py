"""审查、并案、撤案."""

from api.routes.routing import on_cases, routes
from domain.commands.admission import (
    ChangeCaseRulebook,
    ConvertProposal,
    MergeProposals,
    NotifyRefusal,
    RecordReviewOpinion,
    RefuseRegistration,
    ResubmitProposal,
    ReturnForRevision,
    WithdrawProposal,
)

router = routes("审查")

on_cases(
    router,
    {
        "review-opinions": RecordReviewOpinion,
        "revision-requests": ReturnForRevision,
        "resubmissions": ResubmitProposal,
        "refusal": RefuseRegistration,
        "refusal-notices": NotifyRefusal,
        "conversion": ConvertProposal,
        "merger": MergeProposals,
        "withdrawal": WithdrawProposal,
        "rulebook-changes": ChangeCaseRulebook,
    },
)
