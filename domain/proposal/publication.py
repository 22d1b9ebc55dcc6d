"""公开."""

from collections.abc import Mapping
from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.parts import Round
from domain.proposal.state import Proposal, round_of, with_round
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.PublicationEvent, _: Recorded[Any]) -> Proposal:
    match event:
        case events.PublicationContested():
            tasks = {unit: changed(task, rounds=_contested(task.rounds)) for unit, task in proposal.tasks.items()}
            return changed(proposal, tasks=tasks, contested={**proposal.contested, event.member: event.reason})
        case events.PublicationDecided():
            task, current = round_of(proposal, event.unit, event.round)
            return with_round(proposal, task, changed(current, publication=event, contested=False))
        case events.ReplyPublished() | events.ReplyWithheld():
            task, current = round_of(proposal, event.unit, event.round)
            return with_round(proposal, task, changed(current, published=event))
        case _:
            assert_never(event)


def _contested(rounds: Mapping[int, Round]) -> dict[int, Round]:
    """A decision made before somebody objected has to be made again."""
    return {number: changed(current, contested=current.publication is not None) for number, current in rounds.items()}
