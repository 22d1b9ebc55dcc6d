"""征询意见."""

from api.desk import AtDesk, Done
from api.routes.routing import CaseId, described, routes
from domain.commands.feedback import IssueFeedbackForm, RecordSatisfaction

router = routes("征询意见")


@router.post("/proposals/{case}/feedback-forms", **described(IssueFeedbackForm))
async def issue_feedback_form(case: CaseId, command: IssueFeedbackForm, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)


@router.post("/proposals/{case}/ratings", **described(RecordSatisfaction))
async def record_satisfaction(case: CaseId, command: RecordSatisfaction, desk: AtDesk) -> Done:
    return await desk.on_proposal(case, command)
