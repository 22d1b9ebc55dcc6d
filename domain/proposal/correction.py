"""更正."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, assert_never

from domain import events
from domain.proposal.state import Proposal
from domain.record import Recorded


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


def taken_back(history: Iterable[Recorded[Any]]) -> dict[int, int]:
    """What of a history was taken back: its version, with the version of the event that took it back."""
    takings = (known for known in history if isinstance(known.event, events.ReportRetracted | events.StepTakenBack))
    return {taking.event.version: taking.version for taking in takings}


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
