"""What is owed on a case, by whom, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.changing import changed
from domain.policy.rulebook import DeadlineKind
from domain.proposal.limits import OpenLimit, open_limits
from domain.proposal.parts import Commitment, TaskStatus, UnitTask
from domain.proposal.state import Proposal
from domain.values import day_of


class Debtor(StrEnum):
    UNIT = "UNIT"
    OFFICE = "OFFICE"
    PROPOSERS = "PROPOSERS"
    COMMITTEE = "COMMITTEE"


class Duty(StrEnum):
    """What an authority has to do before a case goes on, by no day that a rule names."""

    ASSIGNMENT = "ASSIGNMENT"
    REFUSAL_NOTICE = "REFUSAL_NOTICE"
    DISAGREEMENT = "DISAGREEMENT"


@dataclass(frozen=True)
class Owed:
    """Something still to be done by the end of `until`, whether or not that has passed. It is `unit`'s, or about what
    `unit` did where the office or proposers owe it; no unit's where the committee owes it. Either `about` says which
    limit, or `commitment` which promise; `members` are the proposers who owe."""

    debtor: Debtor
    unit: str
    until: date
    about: DeadlineKind | None = None
    commitment: int | None = None
    round: int | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undated:
    """Something an authority has to do, for which no rule names a day; `members` are those it concerns."""

    debtor: Debtor
    duty: Duty
    members: tuple[str, ...] = ()


def undated(proposal: Proposal) -> Iterator[Undated]:
    """A case with the government is somebody's to answer: where no unit does, the office has to assign one. Whoever
    handed in what is no case has to be told (S2). A disagreement put to those above the units is decided (S14, S15)."""
    if proposal.archived is None and proposal.untold:
        yield Undated(Debtor.COMMITTEE, Duty.REFUSAL_NOTICE, proposal.untold)
    handled = proposal.ended is None and proposal.closed is None
    if handled and proposal.transferred is not None and proposal.recipient is None and not proposal.answering:
        yield Undated(Debtor.OFFICE, Duty.ASSIGNMENT)
    if handled and any(known.settled is None for known in proposal.disagreements.values()):
        yield Undated(Debtor.OFFICE, Duty.DISAGREEMENT)


def owed(proposal: Proposal) -> Iterator[Owed]:
    """What is owed now, of all limits that are open, and every promise with a day that was neither kept nor explained.
    A limit is open that may still be set again; owed is what somebody should be working at.

    A unit whose objection waits to be decided owes nothing: the office does. To object is a right and is not owed.
    """
    for found in open_limits(proposal):
        until = found.limit.deadline.due_on
        if found.unit is None:
            yield Owed(Debtor.COMMITTEE, "", until, found.limit.deadline.kind)
        else:
            yield from _of_limit(proposal, proposal.tasks[found.unit], found)
    if proposal.ended is None and proposal.archived is None:
        for number, promise in proposal.commitments.items():
            if promise.made.finish_on is not None and not promise.settled:
                for unit in _acting(proposal, promise):
                    yield Owed(Debtor.UNIT, unit, promise.made.finish_on, commitment=number)


def silent(proposal: Proposal, day: date) -> Iterator[Owed]:
    """The forms whose last day is past by `day`, and of whom nobody has noted yet that they did not send them back."""
    for due in owed(proposal):
        if due.about is DeadlineKind.FEEDBACK and due.until < day:
            noted = proposal.tasks[due.unit].rounds[due.round or 0].overdue
            if members := tuple(member for member in due.members if member not in noted):
                yield changed(due, members=members)


def plan_due(proposal: Proposal, task: UnitTask, days: int | None) -> date | None:
    """Until when a unit files its plan for a key proposal, so many days after the case became one and the unit's own,
    whichever is later (S54); None where no rule says or the case is none."""
    if days is None or proposal.key_at is None or task.assigned_at is None:
        return None
    return max(day_of(proposal.key_at), day_of(task.assigned_at)) + timedelta(days=days)


def _acting(proposal: Proposal, promise: Commitment) -> list[str]:
    """Who holds a promise and does not wait for its objection to be decided."""
    held = [proposal.tasks.get(unit) for unit in proposal.holders(promise)]
    return [task.unit for task in held if task is not None and task.status is not TaskStatus.RETURNED]


def _of_limit(proposal: Proposal, task: UnitTask, found: OpenLimit) -> Iterator[Owed]:
    kind, until = found.limit.deadline.kind, found.limit.deadline.due_on
    waits = task.status is TaskStatus.RETURNED
    if kind is DeadlineKind.OBJECTION_ANSWER:
        if waits and task.escalated is None:  # what was put to a leader has had the office's answer
            yield Owed(Debtor.OFFICE, task.unit, until, kind)
    elif kind is DeadlineKind.FEEDBACK:
        if members := _silent(proposal, task, found):
            yield Owed(Debtor.PROPOSERS, task.unit, until, kind, round=found.round, members=members)
    elif kind is DeadlineKind.PUBLICATION and not (task.active and task.mode.handles):
        if _is_due(proposal, task, found):  # nobody presses a unit that is on the case no more
            yield Owed(Debtor.OFFICE, task.unit, until, kind, round=found.round)
    elif not waits and _is_due(proposal, task, found):
        yield Owed(Debtor.UNIT, task.unit, until, kind, round=found.round)


def _silent(proposal: Proposal, task: UnitTask, found: OpenLimit) -> tuple[str, ...]:
    """Who has not sent this form back. One that a later form has replaced, of a later round or of who took over, is
    owed no more."""
    waiting = task.unanswered if task.answers else proposal.unheard.get(task.unit, frozenset())
    latest = [member for member in sorted(waiting) if task.asked[member] == found.round]
    return tuple(member for member in latest if task.rounds[task.asked[member]].forms[member].limit == found.limit)


def _is_due(proposal: Proposal, task: UnitTask, found: OpenLimit) -> bool:
    """Whether the unit should be working at it now."""
    match found.limit.deadline.kind:
        case DeadlineKind.OBJECTION:
            return False
        case DeadlineKind.ACKNOWLEDGEMENT:  # who has written something has plainly received the case
            return task.untouched
        case DeadlineKind.FIRST_CONTACT:
            waivers = proposal.communication.waivers
            waived = any(waiver.unit == task.unit and waiver.round >= task.begun for waiver in waivers)
            return not waived and (task.answered is None or task.answered.number < task.begun)
        case DeadlineKind.CO_OPINION:  # an opinion is for a reply that is still to be written
            return any(not other.round.issued for other in proposal.answering)
        case DeadlineKind.PUBLICATION:
            return task.answered is not None and task.answered.number == found.round
        case _:
            return task.round.number == found.round and task.round.paused is None
