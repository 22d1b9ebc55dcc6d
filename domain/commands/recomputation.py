"""期限重算: open limits as they would be set today, from the facts they were set from."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import ClassVar

from domain.codes import Recomputation, Restart
from domain.commands.base import STANDING, ProposalCommand, fixed_anchor, in_order, standing, stream_of
from domain.events import DeadlineRecomputed
from domain.policy.deadlines import Anchor, Deadline, back_from, derive, not_before
from domain.policy.rulebook import AnchorKind, DeadlineKind, DeadlineRule, Rulebook
from domain.proposal import Limit, OpenLimit, Proposal, open_limits
from domain.rules import OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE, Rule
from domain.setting import Decision, Setting
from domain.values import day_of

_FIXED = {
    AnchorKind.TRANSFER: ("CaseTransferredToGovernment", "CaseTransferredElsewhere"),
    AnchorKind.SESSION_CLOSE: ("SessionOpened", "SessionClosed"),
}
"""Facts that are no unit's own, at which a clock may start."""


class RecomputeDeadlines(ProposalCommand):
    """Set the case's open limits by the working days and the session's end as they are known now. What somebody has
    granted stands."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE)

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        in_order(setting, proposal.registered_at, "立案")
        return recomputed(None, proposal, setting, setting.rulebook(proposal))


def recomputed(
    cause: Recomputation | None,
    proposal: Proposal,
    setting: Setting,
    rulebook: Rulebook,
    key: bool | None = None,
    only: Collection[OpenLimit] | None = None,
) -> list[DeadlineRecomputed]:
    """An event for each open limit that this rulebook, and the days known, set on another day now, or by another rule,
    or up to another cap; those counted back from the reply follow the day it is due from here on. `key`: whether the
    case is a key proposal from here on. Without `cause`: whatever has become known. `only`: of these limits alone."""
    traits = proposal.traits if key is None else replace(proposal.traits, key_proposal=key)
    found, reply = [], proposal.reply_due
    for known in sorted(open_limits(proposal), key=lambda known: known.limit.deadline.kind is DeadlineKind.CO_OPINION):
        old = known.limit.deadline
        rule = rulebook.deadline(old.kind, traits)
        if rule is None or old.granted or (only is not None and known not in only):
            continue
        fresh = _fresh(known, rule, rulebook, reply, proposal, setting)
        reply = fresh if old == reply else reply
        if _changed(old, fresh):
            found.append(_moved(known, fresh, cause or _cause(old, fresh)))
    return found


def reopened(before: Proposal, after: Proposal, setting: Setting) -> list[DeadlineRecomputed]:
    """An event for each limit that is open `after` a decision, was not before it, and is another day by what has become
    known meanwhile: closed, it moved with nothing. So also for each counted back from a reply that is another then."""
    known = {_place(found) for found in open_limits(before)}
    follows = after.reply_due != before.reply_due
    anew = [
        found
        for found in open_limits(after)
        if _place(found) not in known or (follows and found.limit.deadline.backwards)
    ]
    return recomputed(None, after, setting, setting.rulebook(after), only=anew) if anew else []


def as_known(due: Deadline, proposal: Proposal, setting: Setting) -> Deadline:
    """A limit that another unit goes on with, by the rules and the days known now; what somebody has granted stands."""
    rulebook = setting.rulebook(proposal)
    rule = rulebook.deadline(due.kind, proposal.traits)
    if rule is None or due.granted:
        return due
    return derive(rule, rulebook.id, rulebook.version, due.anchor, setting.calendar.days)


def following(
    reply: Deadline | None, proposal: Proposal, setting: Setting, besides: Collection[str] = ()
) -> list[DeadlineRecomputed]:
    """An event for each open limit that is counted back from the reply and is another day now that the reply is due by
    `reply`. `besides` are units whose limits the same decision sets, or ends."""
    if reply is None:
        return []
    rulebook, found = setting.rulebook(proposal), []
    for known in open_limits(proposal):
        old = known.limit.deadline
        rule = rulebook.deadline(old.kind, proposal.traits)
        if rule is None or rule.anchor is not AnchorKind.REPLY_DUE or known.unit in besides:
            continue
        fresh = _fresh(known, rule, rulebook, reply, proposal, setting)
        if _changed(old, fresh):
            found.append(_moved(known, fresh, Recomputation.REPLY_MOVED))
    return found


def restarted(
    restart: Restart, limits: Sequence[OpenLimit], proposal: Proposal, setting: Setting, own_event: str
) -> list[DeadlineRecomputed]:
    """An event for each of the limits whose rule lets `own_event`, the one decided first, start its clock anew; and for
    each that is counted back from one of these. A later day that somebody has granted stands."""
    rulebook, found, reply = setting.rulebook(proposal), [], None
    for known in limits:
        rule = rulebook.deadline(known.limit.deadline.kind, proposal.traits)
        if rule is None or restart not in (rule.restarts or ()) or proposal.stream is None:
            continue
        on = day_of(setting.occurred_at)
        anchor = Anchor(stream=proposal.stream, version=proposal.version + 1, event=own_event, on=on, restart=restart)
        fresh = derive(rule, rulebook.id, rulebook.version, anchor, setting.calendar.days)
        if known.limit.deadline.granted and known.limit.deadline.due_on >= fresh.due_on:
            continue
        reply = fresh if known.limit.deadline == proposal.reply_due else reply
        found.append(_moved(known, fresh, Recomputation.RESTART))
    return [*found, *following(reply, proposal, setting)]


def _place(found: OpenLimit) -> tuple[object, ...]:
    """Which limit it is."""
    return found.unit, found.round, found.limit.deadline.kind, found.limit.version


def _fresh(
    known: OpenLimit,
    rule: DeadlineRule,
    rulebook: Rulebook,
    reply: Deadline | None,
    proposal: Proposal,
    setting: Setting,
) -> Deadline:
    """The limit as the rule sets it now: from where its clock started, or back from the day the reply is due."""
    days, old = setting.calendar.days, known.limit.deadline
    begun = _assigned(proposal, known.unit).on if known.unit else None
    if rule.anchor is AnchorKind.REPLY_DUE and reply is not None and begun is not None:
        return back_from(reply, rule, rulebook.id, rulebook.version, begun, days)
    anchor = old.anchor if old.started_anew else (fixed_anchor(rule, proposal, setting) or old.anchor)
    astray = old.backwards or anchor.event in _elsewhere(rule)
    if astray and rule.anchor is not AnchorKind.REPLY_DUE and known.unit:
        anchor = fixed_anchor(rule, proposal, setting) or _assigned(proposal, known.unit)
    fresh = derive(rule, rulebook.id, rulebook.version, anchor, days)
    return not_before(fresh, begun) if begun is not None else fresh


def _elsewhere(rule: DeadlineRule) -> set[str]:
    """The facts that are no unit's own and start no clock of this rule: the handover, the session's end."""
    return {event for anchor, events in _FIXED.items() for event in events if anchor is not rule.anchor}


def _assigned(proposal: Proposal, unit: str) -> Anchor:
    """Where the unit began to take part as it does: there starts the clock of a limit that was counted from elsewhere
    and is no longer."""
    version = proposal.tasks[unit].assigned_version
    on = day_of(proposal.history[version - 1].occurred_at)
    return Anchor(stream=stream_of(proposal), version=version, event="UnitAssigned", on=on)


def _cause(old: Deadline, fresh: Deadline) -> Recomputation:
    """What has become known that sets the limit otherwise."""
    if (old.rulebook, old.rulebook_version) != (fresh.rulebook, fresh.rulebook_version):
        return Recomputation.RULEBOOK
    if old.rule != fresh.rule:
        return Recomputation.KEY_PROPOSAL
    if old.backwards:
        return Recomputation.CALENDAR if old.anchor.on == fresh.anchor.on else Recomputation.REPLY_MOVED
    same = (old.anchor.stream, old.anchor.version) == (fresh.anchor.stream, fresh.anchor.version)
    return Recomputation.CALENDAR if same else Recomputation.SESSION_CLOSE


def _changed(old: Deadline, fresh: Deadline) -> bool:
    """Whether the limit is another, or provisional no longer; one that is only now said to be provisional is not."""
    return _told(fresh) != _told(old) or (old.provisional and not fresh.provisional)


def _told(due: Deadline) -> tuple[object, ...]:
    return due.due_on, due.rule, due.cap


def _moved(known: OpenLimit, fresh: Deadline, why: Recomputation) -> DeadlineRecomputed:
    limit: Limit = known.limit
    told = {"supersedes": limit.version, "moved_from": limit.deadline.due_on, "recomputed": why}
    return DeadlineRecomputed(unit=known.unit, round=known.round, deadline=fresh.model_copy(update=told))
