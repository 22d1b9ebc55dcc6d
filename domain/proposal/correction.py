"""更正."""

from collections.abc import Collection, Iterable
from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.proposal.state import Proposal
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.CorrectionEvent, _: Recorded[Any]) -> Proposal:
    match event:
        case events.ReportRetracted() | events.StepTakenBack():
            return proposal  # the whole case is told anew without what it names
        case events.ClericalErrorCorrected():
            corrected = {**proposal.corrected, (event.version, event.field): event.correct}
            return _told(changed(proposal, corrected=corrected), event)
        case events.SubmissionCorrected():
            return as_corrected(proposal, event)
        case events.HandlingReopened():
            return changed(proposal, closed=None, closed_at=None, result_class=None, reopened=event)
        case _:
            assert_never(event)


def as_corrected(proposal: Proposal, event: events.SubmissionCorrected) -> Proposal:
    """The proposal as it should have been handed in."""
    body, gone = event.collective, bool(event.not_collective)
    return changed(
        proposal,
        lead_proposer=event.lead_proposer or proposal.lead_proposer,
        co_signers=proposal.co_signers if event.co_signers is None else event.co_signers,
        timing=event.timing or proposal.timing,
        collective=body.kind if body else None if gone else proposal.collective,
        body_name=body.name if body else None if gone else proposal.body_name,
        passed_down=None if event.not_passed_down else event.passed_down or proposal.passed_down,
    )


def taken_back(history: Iterable[Recorded[Any]]) -> dict[int, int]:
    """What of a history was taken back: its version, with the version of the event that took it back."""
    takings = (known for known in history if isinstance(known.event, events.ReportRetracted | events.StepTakenBack))
    return {taking.event.version: taking.version for taking in takings}


def going_with(history: Iterable[Recorded[Any]], version: int) -> frozenset[int]:
    """The versions that stand no more without the event at this one: its own, and every time that a limit was set again
    which began with it, or with its round. A clock that something else has started anew since runs on."""
    gone, fact = {version}, None
    for known in history:
        event = known.event
        if known.version == version:
            fact = event
        elif isinstance(event, events.DeadlineRecomputed) and fact is not None:
            ordered = isinstance(fact, events.RehandlingOrdered)
            if (ordered and (event.unit, event.round) == (fact.unit, fact.round)) or _began_with(gone, known):
                gone.add(known.version)
    return frozenset(gone)


def _began_with(gone: Collection[int], known: Recorded[events.DeadlineRecomputed]) -> bool:
    due = known.event.deadline
    counted_from = due.anchor.stream == known.stream and due.anchor.version in gone
    return counted_from or (due.supersedes in gone and not due.started_anew)


def _told(proposal: Proposal, event: events.ClericalErrorCorrected) -> Proposal:
    """The proposal with its own texts as they should read."""
    match event.field:
        case "title":
            return changed(proposal, title=event.correct)
        case "body":
            return changed(proposal, body=event.correct)
        case "topic":
            return changed(proposal, topic=event.correct)
        case _:
            return proposal
