"""The state of one proposal: what a rule may ask about it.

`evolve` is total over any subsequence of a stream: round and draft numbers come from the payloads, never from
counting, and a fact about something unknown creates it or is kept aside. Each stage folds its own events, in the
module of its name.
"""

from dataclasses import replace
from functools import reduce
from typing import assert_never

from domain import communication, events
from domain.proposal import (
    admission,
    assignment,
    clock,
    co_opinion,
    commitment,
    correction,
    drafting,
    feedback,
    follow_up,
    handling,
    key_proposal,
    objection,
    publication,
    registration,
    reply,
    scoring,
    supervision,
)
from domain.proposal.changing import changed
from domain.proposal.correction import as_corrected, going_with, taken_back
from domain.proposal.ladder import step_day
from domain.proposal.limits import OpenLimit, contacted, open_limits, with_limit
from domain.proposal.owing import Debtor, Duty, Owed, Undated, owed, plan_due, silent, undated
from domain.proposal.parts import (
    Act,
    Action,
    Commitment,
    Disagreement,
    Draft,
    Drafting,
    DraftStatus,
    Form,
    Limit,
    Round,
    TaskStatus,
    UnitTask,
)
from domain.proposal.scoring import subject
from domain.proposal.state import Proposal, draft_of, identity, reported, round_of, task_of, with_task
from domain.record import Recorded
from domain.values import later

_STEPS = (
    events.UnitAssigned,
    events.AssignmentReturned,
    events.ObjectionUpheld,
    events.ObjectionRejected,
    events.ObjectionEscalated,
    events.ReplyDrafted,
    events.ReplyReviewed,
    events.ReplyReturned,
    events.ReplySigned,
    events.ReplyIssued,
    events.RehandlingOrdered,
)
"""What one unit's task goes through in order, each after the one before. Acknowledgements, contacts, plans, opinions,
countersignatures, forms and answers run beside them."""


def evolve(proposal: Proposal, recorded: Recorded[events.ProposalEvent]) -> Proposal:
    history = (*proposal.history, recorded)
    folded = _after(proposal, recorded)
    if isinstance(recorded.event, events.ReportRetracted | events.StepTakenBack):
        folded = without(changed(folded, history=history), recorded.event.version)
    return changed(
        folded,
        stream=recorded.stream,
        version=recorded.version,
        history=history,
        communication=communication.evolve(proposal.communication, recorded),
    )


def without(proposal: Proposal, version: int) -> Proposal:
    """The state that the rest of history leads to: what rested on the event at this version goes with it, what stood
    before stands again."""
    retracted = proposal.retracted | going_with(proposal.history, version)
    setting_right = events.ReportRetracted | events.StepTakenBack
    standing = (known for known in proposal.history if known.version not in retracted)
    told = [known for known in standing if not isinstance(known.event, setting_right)]
    return changed(
        reduce(_after, told, Proposal()),
        stream=proposal.stream,
        version=proposal.version,
        history=proposal.history,
        communication=reduce(communication.evolve, told, communication.Communication()),
        retracted=retracted,
    )


def _after(proposal: Proposal, recorded: Recorded[events.ProposalEvent]) -> Proposal:
    return _stepped(_fold(proposal, recorded), recorded)


def _fold(proposal: Proposal, recorded: Recorded[events.ProposalEvent]) -> Proposal:
    event = recorded.event
    if isinstance(event, events.DraftingEvent):
        return drafting.evolve(proposal, event)
    if isinstance(event, events.RegistrationEvent):
        return registration.evolve(proposal, event, recorded)
    if isinstance(event, events.AdmissionEvent):
        return admission.evolve(proposal, event, recorded)
    if isinstance(event, events.AssignmentEvent):
        return assignment.evolve(proposal, event, recorded)
    if isinstance(event, events.ObjectionEvent):
        return objection.evolve(proposal, event, recorded)
    if isinstance(event, events.MemberContacted):
        return reported(proposal, recorded)
    if isinstance(event, events.ContactWaived):
        return proposal
    if isinstance(event, events.ClockEvent):
        return clock.evolve(proposal, event, recorded)
    if isinstance(event, events.HandlingEvent):
        return handling.evolve(proposal, event, recorded)
    if isinstance(event, events.CoOpinionEvent):
        return co_opinion.evolve(proposal, event, recorded)
    if isinstance(event, events.PublicationEvent):
        return publication.evolve(proposal, event)
    if isinstance(event, events.KeyProposalEvent):
        return key_proposal.evolve(proposal, event, recorded)
    if isinstance(event, events.SupervisionEvent):
        return supervision.evolve(proposal, event, recorded)
    if isinstance(event, events.DraftEvent):
        return reply.evolve(proposal, event, recorded)
    if isinstance(event, events.FeedbackEvent):
        return feedback.evolve(proposal, event, recorded)
    if isinstance(event, events.FollowUpEvent):
        return follow_up.evolve(proposal, event, recorded)
    if isinstance(event, events.CommitmentEvent):
        return commitment.evolve(proposal, event, recorded)
    if isinstance(event, events.ScoringEvent):
        return scoring.evolve(proposal, event)
    if isinstance(event, events.ArchiveEvent):
        return changed(proposal, archived=event)
    if isinstance(event, events.CorrectionEvent):
        return correction.evolve(proposal, event)
    assert_never(event)


def _stepped(proposal: Proposal, recorded: Recorded[events.ProposalEvent]) -> Proposal:
    event, at = recorded.event, recorded.occurred_at
    if not isinstance(event, _STEPS):
        return proposal
    task = task_of(proposal, event.unit)
    if isinstance(event, events.UnitAssigned):
        at = later(task.assigned_at, at)
    if isinstance(event, events.RehandlingOrdered) and (ended := task.rounds.get(event.round - 1)):
        at = later(ended.rated_at, at)
    at = later(task.last.at if task.last else None, at)
    return with_task(proposal, replace(task, last=Act(type(event).__name__, at)))


__all__ = [
    "Act",
    "Action",
    "Commitment",
    "Debtor",
    "Disagreement",
    "Draft",
    "DraftStatus",
    "Drafting",
    "Duty",
    "Form",
    "Limit",
    "OpenLimit",
    "Owed",
    "Proposal",
    "Round",
    "TaskStatus",
    "Undated",
    "UnitTask",
    "as_corrected",
    "contacted",
    "draft_of",
    "evolve",
    "identity",
    "open_limits",
    "owed",
    "plan_due",
    "round_of",
    "silent",
    "step_day",
    "subject",
    "taken_back",
    "undated",
    "with_limit",
    "without",
]
