"""期限重算: open limits as they would be set today, from the facts they were set from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from domain.codes import Recomputation, Restart
from domain.commands.base import STANDING, ProposalCommand, fixed_anchor, standing
from domain.events import DeadlineRecomputed
from domain.policy.deadlines import Anchor, Deadline, derive, not_before
from domain.policy.rulebook import AnchorKind, DeadlineKind, DeadlineRule, Rulebook, Traits
from domain.proposal import Limit, OpenLimit, Proposal, open_limits
from domain.rules import RULEBOOK_IN_FORCE, Rule
from domain.setting import Decision, Setting
from domain.values import day_of


class RecomputeDeadlines(ProposalCommand):
    """Set the case's open limits by the working days and the session's end as they are known now. What somebody has
    granted stands."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, RULEBOOK_IN_FORCE)

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        return recomputed(None, proposal, setting, setting.rulebook(proposal))


def recomputed(
    cause: Recomputation | None, proposal: Proposal, setting: Setting, rulebook: Rulebook, key: bool | None = None
) -> list[DeadlineRecomputed]:
    """An event for each open limit that this rulebook, and the days known, set on another day now, or by another rule,
    or up to another cap. `key`: whether the case is a key proposal from here on. Without `cause`: whatever has become
    known."""
    traits = proposal.traits if key is None else replace(proposal.traits, key_proposal=key)
    found = []
    for known in open_limits(proposal):
        old = known.limit.deadline
        rule = rulebook.deadline(old.kind, traits)
        if rule is None or old.granted:
            continue
        anchor = _anchor(rule, rulebook, old, proposal, setting, traits)
        fresh = derive(rule, rulebook.id, rulebook.version, anchor, setting.calendar.days)
        begun = proposal.tasks[known.unit].assigned_at if known.unit else None
        fresh = not_before(fresh, day_of(begun)) if begun else fresh
        if _told(fresh) != _told(old):
            found.append(_moved(known, fresh, cause or _cause(old, fresh)))
    return found


def restarted(
    restart: Restart, limits: Sequence[OpenLimit], proposal: Proposal, setting: Setting, own_event: str
) -> list[DeadlineRecomputed]:
    """An event for each of the limits whose rule lets `own_event`, the one decided first, start its clock anew."""
    rulebook, found = setting.rulebook(proposal), []
    for known in limits:
        rule = rulebook.deadline(known.limit.deadline.kind, proposal.traits)
        if rule is None or restart not in (rule.restarts or ()) or proposal.stream is None:
            continue
        on = day_of(setting.occurred_at)
        anchor = Anchor(stream=proposal.stream, version=proposal.version + 1, event=own_event, on=on, restart=restart)
        fresh = derive(rule, rulebook.id, rulebook.version, anchor, setting.calendar.days)
        found.append(_moved(known, fresh, Recomputation.RESTART))
    return found


def _cause(old: Deadline, fresh: Deadline) -> Recomputation:
    """What has become known that sets the limit otherwise."""
    if (old.rulebook, old.rulebook_version) != (fresh.rulebook, fresh.rulebook_version):
        return Recomputation.RULEBOOK
    if old.rule != fresh.rule:
        return Recomputation.KEY_PROPOSAL
    same = (old.anchor.stream, old.anchor.version) == (fresh.anchor.stream, fresh.anchor.version)
    return Recomputation.CALENDAR if same else Recomputation.SESSION_CLOSE


def _told(due: Deadline) -> tuple[object, ...]:
    return due.due_on, due.provisional, due.rule, due.cap


def _moved(known: OpenLimit, fresh: Deadline, why: Recomputation) -> DeadlineRecomputed:
    limit: Limit = known.limit
    told = {"supersedes": limit.version, "moved_from": limit.deadline.due_on, "recomputed": why}
    return DeadlineRecomputed(unit=known.unit, round=known.round, deadline=fresh.model_copy(update=told))


def _anchor(
    rule: DeadlineRule, rulebook: Rulebook, old: Deadline, proposal: Proposal, setting: Setting, traits: Traits
) -> Anchor:
    """Where the clock starts: a clock that has started with an event of its own keeps that."""
    if rule.anchor is not AnchorKind.REPLY_DUE:
        return old.anchor if old.started_anew else (fixed_anchor(rule, proposal, setting) or old.anchor)
    reply = rulebook.deadline(DeadlineKind.REPLY, traits)
    start = (_restarted_reply(proposal, old) or fixed_anchor(reply, proposal, setting)) if reply else None
    if reply is None or start is None:
        return old.anchor
    due = derive(reply, rulebook.id, rulebook.version, start, setting.calendar.days)
    return start.model_copy(update={"on": due.due_on})


def _restarted_reply(proposal: Proposal, old: Deadline) -> Anchor | None:
    """What started the reply's clock anew that this limit is counted back from."""
    if not old.started_anew:
        return None
    replies = [task.round.deadline for task in proposal.answering if task.round.deadline is not None]
    return next((due.anchor for due in replies if due.started_anew), None)
