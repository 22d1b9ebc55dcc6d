"""承诺到期: the day after a promise was to be kept, its unit is asked what became of it (S13), closed case or not."""

from collections.abc import Iterator, Sequence

from domain.codes import ReminderMode
from domain.commands.supervision import IssueReminder
from domain.proposal import Proposal, owed
from domain.reactions.base import Due, OnDay, Today
from domain.reactions.telling import told


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    return list(_due(proposal, today))


def _due(proposal: Proposal, today: Today) -> Iterator[Due]:
    for due in owed(proposal):
        if due.commitment is not None and due.until < today.day:
            ask = f"第 {due.commitment} 项承诺的期限 {due.until} 已过，尚无结果，请登记兑现情况或未兑现的原因"
            command = IssueReminder(
                unit=due.unit, mode=ReminderMode.SYSTEM, ask=ask, commitment=due.commitment, due_on=due.until
            )
            if not told(proposal, command):
                yield Due(due.until, f"{due.unit}/{due.commitment}", command)


WHEN_A_COMMITMENT_IS_PAST_ITS_DATE_THEN_PRESS = OnDay(
    name="when_a_commitment_is_past_its_date_then_press", react=react, after_closing=True
)
