"""期限重算: once the working days a limit counts by have been announced, or announced anew, the limit is set again.

Also where a clock starts at the session's end, once that day is told, or told otherwise.
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
    """What has become known since the limit was set."""
    if limit.calendar is not None:
        years = [int(version.partition("@")[0]) for version in limit.calendar.split(",")]
        known = ",".join(f"{year}@{today.working_days.known(year)}" for year in years)
        if known != limit.calendar:
            return known
    starts_there = any(
        rule.anchor is AnchorKind.SESSION_CLOSE and rule.rule == limit.rule for rule in today.rulebook.deadlines
    )
    session, anchor = today.session, limit.anchor
    if not starts_there or limit.started_anew or session.closing is None:
        return None
    as_told = anchor.event.startswith("Session") and anchor.on == session.closed_on
    return None if as_told else f"session/{session.closing[1]}"


WHEN_WORKING_DAYS_BECOME_KNOWN_THEN_RECOMPUTE = OnDay(
    name="when_working_days_become_known_then_recompute", react=react, after_closing=True
)
