"""How cases stand on a day, and the figures of the year that follow: those of the published session report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain import events
from domain.codes import Rating, Stage
from domain.policy.rulebook import ClassScheme
from domain.proposal import DraftStatus, Proposal, TaskStatus, UnitTask
from projections.session_report.figures import half_up

_BEGINS = (
    events.MemberContacted,
    events.HandlingPlanFiled,
    events.DifficultyRaised,
    events.FieldVisitRecorded,
    events.ReplyDrafted,
)
"""With what a unit that has to answer begins to handle a case."""
_GOOD = frozenset({Rating.VERY_SATISFIED, Rating.SATISFIED, Rating.BASIC})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the report asks of a case that the government handles."""

    units: frozenset[str]
    replied: bool
    satisfied: bool
    result_class: str | None


def standing(proposal: Proposal) -> Standing | None:
    """None where the government does not handle it."""
    if proposal.transferred is None or proposal.recipient is not None or proposal.ended is not None:
        return None
    answering = proposal.answering
    replied = bool(answering) and all(task.round.issued for task in answering)
    return Standing(
        units=frozenset(task.unit for task in proposal.active_tasks),
        replied=replied,
        satisfied=replied and _satisfied(answering),
        result_class=proposal.closed.result_class if proposal.closed else None,
    )


def stage(proposal: Proposal) -> Stage:
    """How far a case has come, in the word that the supervision board has for it."""
    if proposal.ended is not None:
        return Stage(proposal.ended.value)
    if proposal.archived is not None:
        return Stage.ARCHIVED
    if proposal.closed is not None:
        open_ones = [promise for promise in proposal.commitments.values() if promise.fulfilled is None]
        return Stage.FOLLOW_UP if open_ones else Stage.CLOSED
    if proposal.case_no is None:
        return Stage.SUBMITTED
    return _handled(proposal) if proposal.answering else Stage.REGISTERED


def figures(cases: Iterable[Standing], scheme: ClassScheme) -> Iterator[dict[str, object]]:
    known = list(cases)
    yield {"id": "cases", "count": len(known)}
    yield {"id": "units", "count": len({unit for case in known for unit in case.units})}
    shares = {
        "reply_rate": [case.replied for case in known],
        "satisfaction_rate": [case.satisfied for case in known],
        **{f"class_{of.code}": [case.result_class == of.code for case in known] for of in scheme.classes},
    }
    for name, held in shares.items():
        percent = half_up(sum(held), len(held)) if held else None
        yield {"id": name, "count": sum(held), "of": len(held), "percent": percent}


def _handled(proposal: Proposal) -> Stage:
    """Of a case that units have to answer."""
    owing = [task for task in proposal.answering if not task.round.issued]
    if any(task.round.number > 1 for task in owing):
        return Stage.REHANDLING
    if not owing:
        return Stage.AWAITING_FEEDBACK if any(task.unanswered for task in proposal.answering) else Stage.REPLIED
    drafts = [task.round.draft for task in owing]
    if any(draft and draft.status is not DraftStatus.RETURNED for draft in drafts):
        return Stage.UNDER_REVIEW
    if any(_begun(proposal, task) for task in owing):
        return Stage.IN_HANDLING
    return Stage.ACKNOWLEDGED if all(task.status is TaskStatus.ACKNOWLEDGED for task in owing) else Stage.ASSIGNED


def _begun(proposal: Proposal, task: UnitTask) -> bool:
    return any(
        isinstance(told.event, _BEGINS) and told.event.unit == task.unit
        for told in proposal.standing
        if told.version > task.assigned_version
    )


def _satisfied(answering: Iterable[UnitTask]) -> bool:
    """Nobody's answer is awaited, somebody has answered, and the worst of the latest answers is good."""
    tasks = list(answering)
    latest = [task.rounds[number].ratings.get(member) for task in tasks for member, number in task.asked.items()]
    said = [answer.overall for answer in latest if answer is not None and answer.overall is not Rating.NO_RESPONSE]
    return not any(task.unanswered for task in tasks) and bool(said) and _GOOD.issuperset(said)
