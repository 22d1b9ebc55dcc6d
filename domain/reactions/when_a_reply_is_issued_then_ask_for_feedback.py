"""征询意见表随复文寄出: the form goes with the reply, to everybody the reply goes to (S16, S13).

Only where the rulebook says so (`feedback_form_automatic`); elsewhere the unit sends it. Of a reply that is told on a
later day, the form has gone out on the day the reply did: the time to answer runs from then.
"""

from collections.abc import Sequence

from domain.commands.base import ProposalCommand
from domain.commands.feedback import IssueFeedbackForm
from domain.events import ReplyIssued
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal
from domain.reactions.base import OnEvent
from domain.record import Recorded
from domain.values import day_of

TOLD_LATE = "征询意见表随复文寄出，复文系补录"


def react(_: Proposal, recorded: Recorded[ReplyIssued], rulebook: Rulebook) -> Sequence[ProposalCommand]:
    if not rulebook.feedback_form_automatic:
        return []
    # whom a reply goes to is every proposer, and so is whom a form without names goes to
    form = IssueFeedbackForm(unit=recorded.event.unit)
    if day_of(recorded.entry_time) > day_of(recorded.occurred_at):
        form = form.model_copy(update={"occurred_at": recorded.occurred_at, "late_entry_reason": TOLD_LATE})
    return [form]


WHEN_A_REPLY_IS_ISSUED_THEN_ASK_FOR_FEEDBACK = OnEvent(
    name="when_a_reply_is_issued_then_ask_for_feedback", event=ReplyIssued, react=react
)
