"""征询意见."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.codes import Rating
from domain.proposal.parts import Answered, Form, Limit
from domain.proposal.state import Proposal, reported, round_of, task_of, with_round, with_task
from domain.record import Recorded
from domain.values import later


def evolve(proposal: Proposal, event: events.FeedbackEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.FeedbackFormIssued():
            task, current = round_of(proposal, event.unit, event.round)
            limit = Limit(event.deadline, recorded.version) if event.deadline else None
            form = Form(recorded.occurred_at, limit, recorded.version)
            forms = {**current.forms, **dict.fromkeys(event.members, form)}
            return with_round(proposal, task, changed(current, forms=forms))
        case events.SatisfactionRecorded() | events.SatisfactionRevised():
            task, current = round_of(proposal, event.unit, event.round)
            ratings = {**current.ratings, event.member: event}
            rated_at = later(current.rated_at, recorded.occurred_at)
            proposal = with_round(proposal, task, changed(current, ratings=ratings, rated_at=rated_at))
            return _talked_before(proposal, event) if event.overall is Rating.DISSATISFIED else proposal
        case events.FeedbackOverdue():
            task, current = round_of(proposal, event.unit, event.round)
            return with_round(proposal, task, changed(current, overdue=current.overdue | set(event.members)))
        case events.FaceToFaceMediationHeld():
            task, current = round_of(proposal, event.unit, event.round)
            mediated = with_round(proposal, task, changed(current, mediated=current.mediated | set(event.members)))
            return reported(mediated, recorded)
        case _:
            assert_never(event)


def _talked_before(proposal: Proposal, answer: Answered) -> Proposal:
    """What was talked over before this answer does not end it."""
    task = task_of(proposal, answer.unit)
    rounds = {n: changed(known, mediated=known.mediated - {answer.member}) for n, known in task.rounds.items()}
    return with_task(proposal, changed(task, rounds=rounds))
