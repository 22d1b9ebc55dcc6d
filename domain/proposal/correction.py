"""更正."""

from dataclasses import replace
from typing import assert_never

from domain import events
from domain.proposal.state import Proposal


def evolve(proposal: Proposal, event: events.CorrectionEvent) -> Proposal:
    match event:
        case events.ReportRetracted() | events.StepTakenBack():
            return proposal  # the whole case is told anew without what it names
        case events.ClericalErrorCorrected():
            corrected = {**proposal.corrected, (event.version, event.field): event.correct}
            return _told(replace(proposal, corrected=corrected), event)
        case events.HandlingReopened():
            return replace(proposal, closed=None, closed_at=None, result_class=None, reopened=event)
        case _:
            assert_never(event)


def _told(proposal: Proposal, event: events.ClericalErrorCorrected) -> Proposal:
    """The proposal with its own texts as they should read."""
    match event.field:
        case "title":
            return replace(proposal, title=event.correct)
        case "body":
            return replace(proposal, body=event.correct)
        case "topic":
            return replace(proposal, topic=event.correct)
        case _:
            return proposal
