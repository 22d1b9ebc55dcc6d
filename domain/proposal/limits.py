"""Limits that are still open: what somebody owes by a day."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain import events
from domain.changing import changed
from domain.communication import follows
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import DeadlineKind
from domain.proposal.parts import Form, Limit, Round, TaskStatus, UnitTask
from domain.proposal.state import Proposal, task_of, with_round, with_task


@dataclass(frozen=True)
class OpenLimit:
    """An open limit of one unit, or of the case where there is no `unit`; `round` where it is a round's own."""

    unit: str | None
    round: int | None
    limit: Limit


def open_limits(proposal: Proposal) -> list[OpenLimit]:
    """Every limit of the case that somebody still has to keep. A closed case may still have its reply to publish
    and its supervision to report."""
    if proposal.ended is not None or proposal.archived is not None:
        return []
    own = [OpenLimit(None, None, proposal.key_limit)] if proposal.key_limit and not proposal.key_reported else []
    return [*own, *(found for task in proposal.tasks.values() for found in _of_task(proposal, task))]


def contacted(proposal: Proposal, task: UnitTask) -> bool:
    """Whether the unit has reached a proposer since it was given the case to answer: of a unit that comes back an
    earlier contact is none of this assignment."""
    known = proposal.communication
    begun = known.round_of(task.unit, task.begun)
    own = (contact.mark for contact in known.contacts if contact.unit == task.unit)
    return any(begun is None or follows(mark, begun.assigned) for mark in own)


def _of_task(proposal: Proposal, task: UnitTask) -> Iterator[OpenLimit]:
    """What the unit still has to keep; of one that has left, what its reply asks of proposers and the public."""
    handled = proposal.closed is None
    for number, current in task.rounds.items():
        if handled:
            found = _of_round(current, answers=task.answers and number == task.round.number)
            yield from (OpenLimit(task.unit, number, limit) for limit in found)
        if current.publish_by is not None and current.issued and current.published is None:
            yield OpenLimit(task.unit, number, current.publish_by)
    for kind, limit in task.limits.items():
        if handled and task.active and _owed(proposal, task, kind):
            yield OpenLimit(task.unit, None, limit)


def _of_round(current: Round, *, answers: bool) -> Iterator[Limit]:
    """The reply's own limit until it is out, if the unit still `answers` this round: one it left behind unanswered owes
    none; and that of each form until it is back."""
    if answers and current.deadline is not None and not current.issued:
        yield Limit(current.deadline, current.deadline_version)
    waiting = [form.limit for member, form in current.forms.items() if member not in current.ratings]
    yield from dict.fromkeys(limit for limit in waiting if limit is not None)


def _owed(proposal: Proposal, task: UnitTask, kind: DeadlineKind) -> bool:
    if not task.mode.handles and kind is not DeadlineKind.OBJECTION_ANSWER:
        return False
    match kind:
        case DeadlineKind.ACKNOWLEDGEMENT:
            return task.status in (TaskStatus.ASSIGNED, TaskStatus.RETURNED)
        case DeadlineKind.OBJECTION:
            return task.status in (TaskStatus.ASSIGNED, TaskStatus.ACKNOWLEDGED) and task.untouched
        case DeadlineKind.OBJECTION_ANSWER:
            return task.status is TaskStatus.RETURNED
        case DeadlineKind.FIRST_CONTACT:
            return not contacted(proposal, task)
        case _:
            return task.co_opinion is None


def with_limit(proposal: Proposal, event: events.DeadlineRecomputed, version: int) -> Proposal:
    """The case with this deadline in place of the one it supersedes, if any; without that where it has ended."""
    limit, kind = None if event.ended else Limit(event.deadline, version), event.deadline.kind
    if event.unit is None:
        return changed(proposal, key_limit=limit if proposal.key else None)
    task = task_of(proposal, event.unit)
    if event.round is None:
        others = {known: other for known, other in task.limits.items() if known is not kind}
        return with_task(proposal, changed(task, limits={**others, kind: limit} if limit else others))
    current = task.rounds.get(event.round)
    if current is None:  # the order of the round was taken back
        return proposal
    if kind is DeadlineKind.PUBLICATION:
        return with_round(proposal, task, changed(current, publish_by=limit))
    if kind is not DeadlineKind.FEEDBACK:
        if limit is None:  # nothing is left that could stand still
            return with_round(proposal, task, changed(current, deadline=None, paused=None, paused_on=None))
        return with_round(proposal, task, changed(current, deadline=event.deadline, deadline_version=version))
    forms = {
        member: changed(form, limit=limit) if _is_due_by(form, event.deadline) else form
        for member, form in current.forms.items()
    }
    return with_round(proposal, task, changed(current, forms=forms))


def _is_due_by(form: Form, due: Deadline) -> bool:
    """Whether this is the limit of the form: in place of the one it has, or its first."""
    if form.limit is None:
        return due.supersedes is None and form.version == due.anchor.version
    return form.limit.version == due.supersedes
