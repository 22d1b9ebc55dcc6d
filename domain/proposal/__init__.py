"""The state of one proposal: what a rule may ask about it.

`evolve` is total over any subsequence of a stream: round and draft numbers come from the payloads, never from
counting, and a fact about something unknown creates it or is kept aside. Each stage folds its own events, in the
module of its name.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeAlias, get_args

from typing_extensions import TypeIs

from domain import communication, events
from domain.changing import changed
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

_Step: TypeAlias = (
    events.UnitAssigned
    | events.AssignmentReturned
    | events.ObjectionUpheld
    | events.ObjectionRejected
    | events.ObjectionEscalated
    | events.ReplyDrafted
    | events.ReplyReviewed
    | events.ReplyReturned
    | events.ReplySigned
    | events.ReplyIssued
    | events.RehandlingOrdered
)
_STEPS = frozenset(get_args(_Step))
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
    return _FOLDS[type(recorded.event)](proposal, recorded.event, recorded)


def _contacted(proposal: Proposal, _: events.MemberContacted, recorded: Recorded[Any]) -> Proposal:
    return reported(proposal, recorded)


def _waived(proposal: Proposal, _: events.ContactWaived, __: Recorded[Any]) -> Proposal:
    return proposal


def _archived(proposal: Proposal, event: events.ArchiveEvent, _: Recorded[Any]) -> Proposal:
    return changed(proposal, archived=event)


_STAGES: tuple[tuple[Any, Callable[[Proposal, Any, Recorded[Any]], Proposal]], ...] = (
    (events.DraftingEvent, drafting.evolve),
    (events.RegistrationEvent, registration.evolve),
    (events.AdmissionEvent, admission.evolve),
    (events.AssignmentEvent, assignment.evolve),
    (events.ObjectionEvent, objection.evolve),
    (events.MemberContacted, _contacted),
    (events.ContactWaived, _waived),
    (events.ClockEvent, clock.evolve),
    (events.HandlingEvent, handling.evolve),
    (events.CoOpinionEvent, co_opinion.evolve),
    (events.PublicationEvent, publication.evolve),
    (events.KeyProposalEvent, key_proposal.evolve),
    (events.SupervisionEvent, supervision.evolve),
    (events.DraftEvent, reply.evolve),
    (events.FeedbackEvent, feedback.evolve),
    (events.FollowUpEvent, follow_up.evolve),
    (events.CommitmentEvent, commitment.evolve),
    (events.ScoringEvent, scoring.evolve),
    (events.ArchiveEvent, _archived),
    (events.CorrectionEvent, correction.evolve),
)
_FOLDS = {kind: fold for kinds, fold in _STAGES for kind in get_args(kinds) or (kinds,)}
"""By type: to ask an event of one stage after the other costs more than to fold it."""


def _is_step(event: events.ProposalEvent) -> TypeIs[_Step]:
    return type(event) in _STEPS


def _stepped(proposal: Proposal, recorded: Recorded[events.ProposalEvent]) -> Proposal:
    event, at = recorded.event, recorded.occurred_at
    if not _is_step(event):
        return proposal
    task = task_of(proposal, event.unit)
    if isinstance(event, events.UnitAssigned):
        at = later(task.assigned_at, at)
    if isinstance(event, events.RehandlingOrdered) and (ended := task.rounds.get(event.round - 1)):
        at = later(ended.rated_at, at)
    at = later(task.last.at if task.last else None, at)
    return with_task(proposal, changed(task, last=Act(type(event).__name__, at)))


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
