"""催办阶梯: a unit is reminded before a limit and pressed after it, by the rulebook's ladder (S49).

Only what a unit owes is pressed, and only by reminders and notices: a circular, an interview and a visit are people's.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from domain.codes import Gate, Pressure, ReminderMode
from domain.commands.supervision import IssueReminder, IssueSupervisionNotice, begins_mildly
from domain.labels import label
from domain.policy.rulebook import LadderStep
from domain.proposal import Debtor, Owed, Proposal, owed, step_day
from domain.reactions.base import Due, OnDay, Today
from domain.reactions.telling import Pressing, told
from domain.values import LATEST, is_code

AUTOMATIC = (Pressure.REMINDER, Pressure.NOTICE)


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    """One step a day for each limit, the earliest first: who has let everything pass is not told everything at once."""
    near = [due for due in owed(proposal) if due.debtor is Debtor.UNIT and due.until <= LATEST]
    steps = [min(asked) for due in near if (asked := list(_asked(proposal, due, today)))]
    return [Due(due.until, f"{due.unit}/{step.rule}", _command(due, step)) for _, _, step, due in steps]


def _asked(proposal: Proposal, due: Owed, today: Today) -> Iterator[tuple[date, int, LadderStep, Owed]]:
    """The steps whose day has come and that nobody has taken, to be sorted by day and place in the ladder."""
    for place, step in enumerate(today.rulebook.ladder or ()):
        if step.about is not due.about or step.pressure not in AUTOMATIC or not is_code(step.rule):
            continue  # an earlier door let other names of steps in, which nobody can cite
        day = step_day(proposal, due.unit, step, due.until, today.working_days)
        missed = step.before and today.day > due.until  # "in three days" is no word for yesterday
        if day is not None and day <= today.day and not missed and _may(proposal, due, step, today):
            yield day, place, step, due


def _may(proposal: Proposal, due: Owed, step: LadderStep, today: Today) -> bool:
    """Where the rulebook refuses pressure that does not begin mildly, a notice waits until somebody has reminded."""
    strict = today.rulebook.gates.ladder_in_order is Gate.REFUSE
    mild = not strict or begins_mildly(proposal, due.unit, step.pressure)
    return mild and not told(proposal, _command(due, step))


def _command(due: Owed, step: LadderStep) -> Pressing:
    """The last day alone is told, so that the words are the same on whatever day they come."""
    what = label(step.about)
    before, after = f"{what}为 {due.until}，请按期办理", f"{what} {due.until} 已过，请尽快办理并说明原因"
    if step.since is not None:
        criticism = "，予以书面批评" if step.pressure is Pressure.NOTICE else ""
        after = f"{what} {due.until} 已过，经督办仍未办理，也未回复{criticism}，请立即办理并说明原因"
    ask = before if step.before else after
    named: dict[str, Any] = {"unit": due.unit, "ask": ask, "step": step.rule, "about": step.about, "due_on": due.until}
    if step.pressure is Pressure.REMINDER:
        return IssueReminder(mode=ReminderMode.SYSTEM, **named)
    return IssueSupervisionNotice(**named)


WHEN_A_LIMIT_NEARS_OR_PASSES_THEN_PRESS = OnDay(
    name="when_a_limit_nears_or_passes_then_press", react=react, after_closing=True
)
