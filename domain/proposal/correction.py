"""更正."""

from dataclasses import replace
from typing import assert_never

from domain import events
from domain.proposal.parts import Round, UnitTask
from domain.proposal.state import Proposal


def evolve(proposal: Proposal, event: events.CorrectionEvent) -> Proposal:
    match event:
        case events.ReportRetracted():
            told = {key: version for key, version in proposal.told.items() if version != event.version}
            tasks = {unit: _without(task, event.version) for unit, task in proposal.tasks.items()}
            return replace(proposal, told=told, tasks=tasks, retracted=proposal.retracted | {event.version})
        case events.ClericalErrorCorrected():
            corrected = {**proposal.corrected, (event.version, event.field): event.correct}
            return _told(replace(proposal, corrected=corrected), event)
        case events.HandlingReopened():
            return replace(proposal, closed=None, closed_at=None, result_class=None, reopened=event)
        case _:
            assert_never(event)


def _without(task: UnitTask, version: int) -> UnitTask:
    return replace(task, rounds={number: _unrated(current, version) for number, current in task.rounds.items()})


def _unrated(current: Round, version: int) -> Round:
    """The round without the answer at this version."""
    gone = {member for member, rated in current.rated_versions.items() if rated == version}
    if not gone:
        return current
    return replace(current, ratings={m: rated for m, rated in current.ratings.items() if m not in gone})


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
