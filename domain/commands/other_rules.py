"""改用规则: what of a case's open limits ends, moves and begins where it is judged by another rulebook from here on."""

from collections.abc import Iterator

from domain.codes import AssignmentMode, Recomputation
from domain.commands.recomputation import recomputed
from domain.events import (
    CaseReassigned,
    DeadlineRecomputed,
    Event,
    FeedbackFormIssued,
    ObjectionUpheld,
    RehandlingOrdered,
    ReplyIssued,
    UnitAssigned,
)
from domain.policy.deadlines import Deadline, back_from
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.proposal import Limit, OpenLimit, Proposal, UnitTask, open_limits, with_limit
from domain.record import Recorded
from domain.setting import Setting
from domain.supposing import deadlines_under
from domain.values import day_of

OF_REPLY = (DeadlineKind.REPLY, DeadlineKind.REHANDLING)


def under_other_rules(proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[DeadlineRecomputed]:
    """An event for each open limit that this rulebook does not know, for each that it sets on another day, and for each
    that it alone knows: from where its clock would have started by this rulebook. What somebody has granted stands."""
    changed = [*_ended(proposal, rulebook), *recomputed(Recomputation.RULEBOOK, proposal, setting, rulebook)]
    return [*changed, *_begun(proposal, changed, setting, rulebook)]


def _ended(proposal: Proposal, rulebook: Rulebook) -> Iterator[DeadlineRecomputed]:
    for known in open_limits(proposal):
        old = known.limit.deadline
        if rulebook.deadline(old.kind, proposal.traits) is None and not old.granted:
            told = {"supersedes": known.limit.version, "moved_from": old.due_on}
            ended = old.model_copy(update={**told, "recomputed": Recomputation.RULEBOOK})
            yield DeadlineRecomputed(unit=known.unit, round=known.round, deadline=ended, ended=True)


def _begun(
    proposal: Proposal, changed: list[DeadlineRecomputed], setting: Setting, rulebook: Rulebook
) -> Iterator[DeadlineRecomputed]:
    """Those of the limits that the history begins by this rulebook that stand open and that nobody has yet."""
    here = proposal.version + 1
    for event in changed:
        proposal = with_limit(proposal, event, here)
    for recorded, due in _by_place(proposal, setting, rulebook):
        task = proposal.tasks[getattr(recorded.event, "unit", "")]
        limit = _as_due(due, recorded, proposal, setting, rulebook)
        number = _round_of(recorded.event, due.kind)
        begun = DeadlineRecomputed(unit=task.unit, round=number, deadline=limit)
        after = with_limit(proposal, begun, here)
        stands_open = OpenLimit(task.unit, number, Limit(limit, here)) in open_limits(after)
        if not _has(task, number, due) and stands_open and _asked(task, number, due.kind):
            proposal = after
            yield begun


def _by_place(proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[tuple[Recorded[Event], Deadline]]:
    """What each unit's present part in the case begins by this rulebook, the latest of each kind and round; of forms
    each is one of its own."""
    found: dict[tuple[object, ...], tuple[Recorded[Event], Deadline]] = {}
    left = _left(proposal)
    for recorded, due in deadlines_under(rulebook, proposal.history, setting.session, setting.calendar):
        unit, number = getattr(recorded.event, "unit", None), _round_of(recorded.event, due.kind)
        if unit is not None and (number is not None or recorded.version > left.get(unit, 0)):
            form = recorded.version if due.kind is DeadlineKind.FEEDBACK else 0
            found[unit, number, due.kind, form] = (recorded, due)
    return list(found.values())


def _left(proposal: Proposal) -> dict[str, int]:
    """By unit, the version at which it last left the case."""
    left: dict[str, int] = {}
    for recorded in proposal.standing:
        match recorded.event:
            case CaseReassigned():
                left |= dict.fromkeys(recorded.event.left, recorded.version)
            case ObjectionUpheld():
                left[recorded.event.unit] = recorded.version
    return left


def _round_of(event: Event, kind: DeadlineKind) -> int | None:
    """The round whose limit this is; None where it is none of a round."""
    match event:
        case UnitAssigned():
            return event.first_round if kind in OF_REPLY else None
        case RehandlingOrdered() | FeedbackFormIssued() | ReplyIssued():
            return event.round
        case _:
            return None


def _as_due(
    due: Deadline, recorded: Recorded[Event], proposal: Proposal, setting: Setting, rulebook: Rulebook
) -> Deadline:
    """The limit as it begins now; one counted back from the reply follows the day that this is due in fact."""
    rule, reply = rulebook.deadline(due.kind, proposal.traits), proposal.reply_due
    if due.backwards and rule is not None and reply is not None:
        begun = day_of(recorded.occurred_at)
        due = back_from(reply, rule, rulebook.id, rulebook.version, begun, setting.calendar.days)
    return due.model_copy(update={"recomputed": Recomputation.RULEBOOK})


def _has(task: UnitTask, number: int | None, due: Deadline) -> bool:
    """Whether the unit has a limit of this kind already."""
    current = task.rounds.get(number or 0)
    if current is None:
        return due.kind in task.limits
    if due.kind in OF_REPLY:
        return current.deadline is not None
    if due.kind is DeadlineKind.PUBLICATION:
        return current.publish_by is not None
    return all(form.limit is not None for form in current.forms.values() if form.version == due.anchor.version)


def _asked(task: UnitTask, number: int | None, kind: DeadlineKind) -> bool:
    """Whether such a limit is of the part that the unit has in the case now, and of its latest reply."""
    match kind:
        case DeadlineKind.FIRST_CONTACT:
            return task.mode.answers
        case DeadlineKind.CO_OPINION:
            return task.mode is AssignmentMode.CO
        case DeadlineKind.PUBLICATION:
            return task.answered is not None and task.answered.number == number
        case _:
            return True
