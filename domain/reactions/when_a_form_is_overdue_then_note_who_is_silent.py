"""反馈逾期: the day after a form's last day, who has not sent it back is noted (S22)."""

from collections.abc import Sequence

from domain.commands.feedback import NoteFeedbackOverdue
from domain.proposal import Proposal, silent
from domain.reactions.base import Due, OnDay, Today


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    causes = dict.fromkeys((due.unit, due.round, due.until) for due in silent(proposal, today.day))
    return [Due(until, f"{unit}/{number}", NoteFeedbackOverdue(unit=unit)) for unit, number, until in causes]


WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT = OnDay(
    name="when_a_form_is_overdue_then_note_who_is_silent", react=react
)
