"""督办阶梯: from which day on a step may be taken."""

from datetime import date

from domain.events import SupervisionNoticeIssued
from domain.policy.deadlines import count
from domain.policy.rulebook import LadderStep
from domain.policy.working_days import WorkingDays
from domain.proposal.state import Proposal
from domain.values import day_of


def step_day(proposal: Proposal, unit: str, step: LadderStep, last_day: date, days: WorkingDays) -> date | None:
    """The first day of a step about the unit's limit with this last day; None where it counts from another and that is
    no notice which the unit has had since the limit passed and has not answered (S49)."""
    begun = last_day if step.since is None else _unanswered(proposal, unit, step.since, last_day)
    return None if begun is None else count(step, begun, days, backwards=step.before)[0]


def _unanswered(proposal: Proposal, unit: str, step: str, last_day: date) -> date | None:
    taken = [
        day_of(action.at)
        for action in proposal.actions.values()
        if action.answer is None and isinstance(action.done, SupervisionNoticeIssued)
        if (action.done.unit, action.done.step, action.done.due_on) == (unit, step, last_day)
    ]
    return max((day for day in taken if day > last_day), default=None)
