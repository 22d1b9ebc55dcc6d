"""考核、评议."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.state import Proposal
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.ScoringEvent, _: Recorded[Any]) -> Proposal:
    return changed(proposal, scores={**proposal.scores, subject(event): event})


def subject(event: events.ScoringEvent) -> tuple[str, ...]:
    """What is judged: a later event about the same takes the place of the one before."""
    match event:
        case events.ScoreItemRecorded():
            return ("item", event.unit, event.item)
        case events.ProposalQualityScored():
            return ("quality", event.scorer)
        case events.MutualReviewRecorded():
            return (event.direction, event.by, event.about)
        case _:
            assert_never(event)
