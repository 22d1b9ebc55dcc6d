"""分办、签收、改办."""

from collections.abc import Mapping
from typing import Any, TypeVar, assert_never

from domain import events
from domain.changing import changed
from domain.policy.rulebook import DeadlineKind
from domain.proposal.parts import Limit, Round, TaskStatus, UnitTask
from domain.proposal.state import Proposal, task_of, with_task
from domain.record import Recorded
from domain.values import later

V = TypeVar("V")


def evolve(proposal: Proposal, event: events.AssignmentEvent, recorded: Recorded[Any]) -> Proposal:
    match event:
        case events.UnitAssigned():
            known = proposal.tasks.get(event.unit)
            if known is not None and known.active and known.mode.handles and known.assigned is not None:
                return with_task(proposal, _changed(known, event, recorded.version))
            before = known.last.at if known and known.last else proposal.transferred_at
            at = later(before, recorded.occurred_at)
            limits, rounds = _limits(event, recorded.version), _rounds(known, event, recorded.version)
            task = UnitTask(event.unit, event.mode, assigned=event, assigned_at=at, limits=limits, rounds=rounds)
            ceased = known.ceased if known else 0
            task = changed(task, assigned_version=recorded.version, ceased=ceased)
            return with_task(_begun_anew(proposal, event.unit), task)
        case events.AssignmentAcknowledged():
            return with_task(proposal, changed(task_of(proposal, event.unit), status=TaskStatus.ACKNOWLEDGED))
        case events.CaseReassigned():
            for unit in event.left:
                task = changed(task_of(proposal, unit), status=TaskStatus.LEFT, ceased=recorded.version)
                proposal = with_task(proposal, task)
            return proposal
        case events.ResponsibilityNamed():
            return with_task(proposal, changed(task_of(proposal, event.unit), responsible=event))
        case events.CasesHandledJointly():
            others = frozenset(event.cases) - {recorded.stream}
            joint = {**proposal.joint, event.unit: proposal.joint.get(event.unit, frozenset()) | others}
            return changed(proposal, joint=joint)
        case _:
            assert_never(event)


def _begun_anew(proposal: Proposal, unit: str) -> Proposal:
    """The case as a unit finds it that is given it: its plan and its opinion of an earlier assignment, what was
    approved, asked for or sent back of them, what it handled together with this, and its word on drafts that are not
    out yet are none of the new one."""
    return changed(
        proposal,
        filed={key: known for key, known in proposal.filed.items() if key[1] != unit},
        approved=_of_others(proposal.approved, unit),
        asked=_of_others(proposal.asked, unit),
        returned=_of_others(proposal.returned, unit),
        joint=_of_others(proposal.joint, unit),
        tasks={other: _countersigned_by_others(task, unit) for other, task in proposal.tasks.items()},
    )


def _of_others(known: Mapping[str, V], unit: str) -> dict[str, V]:
    return {other: told for other, told in known.items() if other != unit}


def _countersigned_by_others(task: UnitTask, unit: str) -> UnitTask:
    """The task with its drafts as they stand without this unit's word; a letter that is out keeps what was agreed."""
    rounds = {}
    for number, current in task.rounds.items():
        drafts = {
            n: draft if draft.issued else changed(draft, countersigned=_of_others(draft.countersigned, unit))
            for n, draft in current.drafts.items()
        }
        rounds[number] = changed(current, drafts=drafts)
    return changed(task, rounds=rounds)


def _changed(known: UnitTask, event: events.UnitAssigned, version: int) -> UnitTask:
    """The task of a unit that goes on in another way: what it has done and when it is due stand."""
    rounds = known.rounds if known.mode.answers else _rounds(known, event, version)
    limits = dict(known.limits)
    limits.pop(DeadlineKind.CO_OPINION, None)
    if not event.mode.answers:  # who answers no more is not the one to speak first with the member
        limits.pop(DeadlineKind.FIRST_CONTACT, None)
    ceased = version if known.mode.answers and not event.mode.answers else known.ceased
    going_on = changed(known, mode=event.mode, limits=limits | _limits(event, version), rounds=rounds, ceased=ceased)
    return changed(going_on, assigned=event, assigned_version=version)


def _rounds(known: UnitTask | None, event: events.UnitAssigned, version: int) -> dict[int, Round]:
    """The unit's rounds with the one that begins here, where it answers; those of an earlier assignment stand. Who has
    answered its last round goes on with that."""
    rounds = dict(known.rounds) if known is not None and event.first_round > 1 else {}
    if known is not None and known.round.issued and event.round is not None and event.mode.answers:
        return dict(known.rounds)  # an order that would have begun a further round does not stand
    if event.mode.answers:
        cause = rounds[event.first_round].cause if event.first_round in rounds else None
        begun = Round(event.first_round, event.deadline, version, cause=cause)
        rounds[event.first_round] = _stopped_still(known, begun)
    return rounds


def _stopped_still(known: UnitTask | None, begun: Round) -> Round:
    """The round as it begins; its clock stands where it stood before the unit left or assisted, unless it starts anew:
    what a leader has approved ends by nobody's being off the case."""
    was = known.rounds.get(begun.number) if known is not None else None
    if was is None or begun.deadline is None or begun.deadline.started_anew:
        return begun
    return changed(begun, paused=was.paused, paused_on=was.paused_on)


def _limits(event: events.UnitAssigned, version: int) -> dict[DeadlineKind, Limit]:
    own = () if event.mode.answers or event.deadline is None else (event.deadline,)
    return {limit.kind: Limit(limit, version) for limit in (*event.further, *own)}
