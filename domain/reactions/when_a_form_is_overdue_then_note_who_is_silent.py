"""反馈逾期: the day after a form's last day, who has not sent it back is noted (S22)."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.commands.feedback import NoteFeedbackOverdue
from domain.proposal import Proposal, Round
from domain.reactions.base import Due, OnDay, Today


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    return [
        Due(due_on, f"{task.unit}/{current.number}", NoteFeedbackOverdue(unit=task.unit))
        for task in proposal.tasks.values()
        for current in task.rounds.values()
        for due_on in sorted(set(_silent_since(current)))
        if due_on < today.day
    ]


def _silent_since(current: Round) -> Iterator[date]:
    """The last days of the round's forms that nobody has sent back and of which that is not noted yet."""
    for member, form in current.forms.items():
        if form.due is not None and member not in current.ratings and member not in current.overdue:
            yield form.due


WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT = OnDay(
    name="when_a_form_is_overdue_then_note_who_is_silent", react=react
)
