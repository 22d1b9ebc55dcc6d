"""期限变动."""

from typing import Any, TypeAlias, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.limits import with_limit
from domain.proposal.parts import Round
from domain.proposal.state import Proposal, round_of, with_round
from domain.record import Recorded
from domain.values import day_of

MoreTime: TypeAlias = (
    events.ExtensionRequested
    | events.ExtensionGranted
    | events.ExtensionRefused
    | events.ClockPaused
    | events.ClockResumed
)
"""What moves the limit of one round."""


def evolve(proposal: Proposal, event: events.ClockEvent, recorded: Recorded[Any]) -> Proposal:
    if isinstance(event, events.DeadlineRecomputed):
        return with_limit(proposal, event, recorded.version)
    task, current = round_of(proposal, event.unit, event.round)
    return with_round(proposal, task, _round(current, event, recorded))


def _round(current: Round, event: MoreTime, recorded: Recorded[Any]) -> Round:
    match event:
        case events.ExtensionRequested():
            return changed(current, asked_until=event, asked_at=recorded.occurred_at, asked_decided=None)
        case events.ExtensionGranted():
            moved = changed(current, deadline=event.deadline, deadline_version=recorded.version)
            return changed(moved, asked_decided=event)
        case events.ExtensionRefused():
            return changed(current, asked_decided=event)
        case events.ClockPaused():
            return changed(current, paused=event, paused_on=day_of(recorded.occurred_at), resumed=None)
        case events.ClockResumed():
            on = day_of(recorded.occurred_at)
            running = changed(current, paused=None, paused_on=None, resumed=event.reason, resumed_on=on)
            if event.deadline is None:
                return running
            return changed(running, deadline=event.deadline, deadline_version=recorded.version)
        case _:
            assert_never(event)
