"""裁定逾期: the day after the office should have decided a unit's objection, that is noted (S15).

No unit is pressed: it is the office's to decide.
"""

from collections.abc import Sequence

from domain.commands.objection import NoteObjectionUnanswered
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, owed
from domain.reactions.base import Due, OnDay, Today


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    return [
        Due(due.until, due.unit, NoteObjectionUnanswered(unit=due.unit))
        for due in owed(proposal)
        if due.about is DeadlineKind.OBJECTION_ANSWER and due.until < today.day
        if proposal.tasks[due.unit].unanswered_on is None
    ]


WHEN_AN_OBJECTION_IS_UNANSWERED_THEN_NOTE_IT = OnDay(name="when_an_objection_is_unanswered_then_note_it", react=react)
