"""What follows of itself: pure functions, each in a file whose name is its sentence. `api.reactions` runs them."""

from domain.reactions.base import Due, OnDay, OnEvent, Reaction, Today
from domain.reactions.when_a_commitment_is_past_its_date_then_press import (
    WHEN_A_COMMITMENT_IS_PAST_ITS_DATE_THEN_PRESS,
)
from domain.reactions.when_a_form_is_overdue_then_note_who_is_silent import (
    WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT,
)
from domain.reactions.when_a_key_proposal_has_no_plan_then_remind import WHEN_A_KEY_PROPOSAL_HAS_NO_PLAN_THEN_REMIND
from domain.reactions.when_a_limit_nears_or_passes_then_press import WHEN_A_LIMIT_NEARS_OR_PASSES_THEN_PRESS
from domain.reactions.when_a_reply_is_issued_then_ask_for_feedback import WHEN_A_REPLY_IS_ISSUED_THEN_ASK_FOR_FEEDBACK
from domain.reactions.when_an_objection_is_unanswered_then_note_it import WHEN_AN_OBJECTION_IS_UNANSWERED_THEN_NOTE_IT
from domain.reactions.when_working_days_become_known_then_recompute import WHEN_WORKING_DAYS_BECOME_KNOWN_THEN_RECOMPUTE

REACTIONS: tuple[Reaction, ...] = (
    WHEN_A_REPLY_IS_ISSUED_THEN_ASK_FOR_FEEDBACK,
    WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT,
    WHEN_WORKING_DAYS_BECOME_KNOWN_THEN_RECOMPUTE,
    WHEN_AN_OBJECTION_IS_UNANSWERED_THEN_NOTE_IT,
    WHEN_A_LIMIT_NEARS_OR_PASSES_THEN_PRESS,
    WHEN_A_COMMITMENT_IS_PAST_ITS_DATE_THEN_PRESS,
    WHEN_A_KEY_PROPOSAL_HAS_NO_PLAN_THEN_REMIND,
)
"""The list, in one place, in the order in which they are asked about one event or one case."""

__all__ = ["REACTIONS", "Due", "OnDay", "OnEvent", "Reaction", "Today"]
