"""期限重算: once the working days a limit counts by have been announced, or announced anew, the limit is set again.

Also where a clock waits for the session's end: that is asked every day until it has started there.
"""

from collections.abc import Sequence

from domain.commands.recomputation import RecomputeDeadlines
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import AnchorKind
from domain.proposal import Proposal, open_limits
from domain.reactions.base import Due, OnDay, Today


def react(proposal: Proposal, today: Today) -> Sequence[Due]:
    due = {}
    for known in open_limits(proposal):
        limit = known.limit.deadline
        if not limit.granted and (step := _news(limit, today)):
            due[limit.due_on, step] = Due(limit.due_on, step, RecomputeDeadlines())
    return list(due.values())


def _news(limit: Deadline, today: Today) -> str | None:
    """What has become known since the limit was set, or may have."""
    if limit.calendar is not None:
        years = [int(version.partition("@")[0]) for version in limit.calendar.split(",")]
        known = ",".join(f"{year}@{today.working_days.known(year)}" for year in years)
        if known != limit.calendar:
            return known
    waits = any(
        rule.anchor is AnchorKind.SESSION_CLOSE and rule.rule == limit.rule for rule in today.rulebook.deadlines
    )
    return f"session/{today.day}" if waits and not limit.anchor.event.startswith("Session") else None


WHEN_WORKING_DAYS_BECOME_KNOWN_THEN_RECOMPUTE = OnDay(
    name="when_working_days_become_known_then_recompute", react=react, after_closing=True
)
