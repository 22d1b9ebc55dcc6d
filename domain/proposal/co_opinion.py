"""会办意见."""

from typing import Any, assert_never

from domain import events
from domain.changing import changed
from domain.codes import AssignmentMode
from domain.proposal.parts import Disagreement
from domain.proposal.state import Proposal, task_of, with_task
from domain.record import Recorded


def evolve(proposal: Proposal, event: events.CoOpinionEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.CoOpinionRequested():
            return changed(proposal, asked={**proposal.asked, event.unit: event})
        case events.CoOpinionSubmitted():
            task = task_of(proposal, event.unit, AssignmentMode.CO)
            given = with_task(proposal, changed(task, co_opinion=task.co_opinion or recorded.occurred_at))
            return changed(given, filed={**proposal.filed, (events.CoOpinionSubmitted, event.unit): event})
        case events.CoOpinionReturned():
            opinion = proposal.filed.get((events.CoOpinionSubmitted, event.unit))
            task = changed(task_of(proposal, event.unit, AssignmentMode.CO), co_opinion=None)
            if isinstance(opinion, events.CoOpinionSubmitted):
                proposal = changed(proposal, returned={**proposal.returned, event.unit: opinion})
            return with_task(proposal, task)
        case events.DisagreementEscalated():
            told = {event.number: Disagreement(event, recorded.occurred_at, recorded.version)}
            return changed(proposal, disagreements={**proposal.disagreements, **told})
        case events.DisagreementSettled():
            known = proposal.disagreements.get(event.number)
            if known is None:
                return proposal
            at, version = recorded.occurred_at, recorded.version
            settled = changed(known, settled=event, settled_at=at, settled_version=version)
            return changed(proposal, disagreements={**proposal.disagreements, event.number: settled})
        case _:
            assert_never(event)
