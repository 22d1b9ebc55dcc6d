"""重点提案未报方案: a unit that answers a key proposal is reminded where it has filed no plan in time (S54).

In time is so many days (`key_plan_days`) after the case became a key proposal and the unit's own, whichever is later.
"""

from collections.abc import Iterator, Sequence

from domain.codes import ReminderMode
from domain.commands.supervision import IssueReminder
from domain.events import HandlingPlanFiled
from domain.proposal import Proposal, TaskStatus, UnitTask, plan_due
from domain.reactions.base import Due, OnDay, Today
from domain.reactions.telling import told


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    return list(_due(proposal, today))


def _due(proposal: Proposal, today: Today) -> Iterator[Due]:
    if proposal.ended is not None:
        return
    for task in proposal.answering:
        until = plan_due(proposal, task, today.rulebook.key_plan_days)
        if until is not None and until < today.day and _owes_plan(proposal, task):
            ask = f"重点提案报送办理方案的期限 {until} 已过，请尽快报送"
            command = IssueReminder(unit=task.unit, mode=ReminderMode.SYSTEM, ask=ask, due_on=until)
            if not told(proposal, command):
                yield Due(until, task.unit, command)


def _owes_plan(proposal: Proposal, task: UnitTask) -> bool:
    """Whether the unit still has its first reply before it, and no plan for it."""
    filed = (HandlingPlanFiled, task.unit) in proposal.filed
    return not filed and task.answered is None and task.status is not TaskStatus.RETURNED


WHEN_A_KEY_PROPOSAL_HAS_NO_PLAN_THEN_REMIND = OnDay(name="when_a_key_proposal_has_no_plan_then_remind", react=react)
