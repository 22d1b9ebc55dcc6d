"""What the reactions that press a unit share: whether the case already tells of it."""

from typing import TypeAlias

from domain.commands.supervision import IssueReminder, IssueSupervisionNotice
from domain.events import ReminderIssued, SupervisionNoticeIssued
from domain.proposal import Proposal

Pressing: TypeAlias = IssueReminder | IssueSupervisionNotice


def told(proposal: Proposal, command: Pressing) -> bool:
    """Whether somebody has pressed the unit about the same thing with the same last day, by the same step."""
    wanted = (command.unit, command.step, command.commitment, command.due_on)
    return any(
        isinstance(action.done, ReminderIssued | SupervisionNoticeIssued)
        and (action.done.unit, action.done.step, action.done.commitment, action.done.due_on) == wanted
        for action in proposal.actions.values()
    )
