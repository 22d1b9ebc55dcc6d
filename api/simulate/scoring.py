"""What units are given for a case: as the facts have it, on the evidence of their own events."""

from datetime import datetime

from api.simulate import figures as f
from api.simulate.people import COMMITTEE, Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.codes import AssignmentMode, ContactMode, MutualReview, Rating
from domain.values import day_of

FACE_TO_FACE = frozenset({ContactMode.VISIT, ContactMode.FORUM})


def scored(case: Case, units: list[Unit], at: datetime) -> Story:
    """Points, the quality of the proposal, and what the parties think of each other."""
    dice = case.dice
    if case.routine(f.SCORED, 29):
        at = case.later(at, 1, 15)
        yield Act(at)
        for unit in units:
            yield from _points(case, unit, at)
    if case.routine(f.QUALITY_SCORED, 29):
        at = case.later(at, 0, 6)
        items = [{"item": item, "points": str(dice.randint(12, 20))} for item in ("selection", "analysis", "measures")]
        quality = c.ScoreProposalQuality.model_validate({"scorer": "提案委评审组", "items": items})
        yield Act(at, COMMITTEE, quality)
    if case.routine(f.REVIEWED_EACH_OTHER, 29):
        at = case.later(at, 0, 6)
        for review in _reviews(case, units[0]):
            yield Act(at, case.office, review)
    return at


def _points(case: Case, unit: Unit, at: datetime) -> Story:
    """In time or not, how late, and whether the unit talked face to face before its first reply."""
    known = case.state.communication
    told, current = known.round_of(unit.code, 1), case.task(unit).rounds[1]
    if told is None or told.issued is None or current.issued_at is None:
        return at
    issued = told.issued.version
    given: list[tuple[str, float, tuple[int, ...]]] = []
    if current.deadline is not None:
        days = (day_of(current.issued_at) - current.deadline.due_on).days
        given.append(("on-time", 0 if days > 0 else 10, (issued,)))
        given += [("late", -min(4.0, 0.1 * days), (issued,))] if days > 0 else []
    met = [
        talk.mark.version
        for talk in known.contacts
        if talk.unit == unit.code and talk.mode in FACE_TO_FACE and not talk.declined and talk.mark.version < issued
    ]
    given.append(("face-to-face", 5 if met else 0, tuple(met) or (issued,)))
    for item, points, evidence in given:
        case.city.scored[case.meeting.key, unit.code, item].append(points)
        asked = {"unit": unit.code, "item": item, "points": f"{points:.1f}", "evidence": evidence}
        yield Act(at, case.office, c.RecordScoreItem.model_validate(asked))
    return at


def _reviews(case: Case, unit: Unit) -> list[c.Command]:
    """Unit and proposer of each other, the proposer as in the form, if there is one; lead and assisting units of each
    other."""
    dice, lead, by = case.dice, case.state.lead_proposer, unit.code
    pairs = [(MutualReview.UNIT_ON_PROPOSAL, by, lead), (MutualReview.PROPOSER_ON_UNIT, lead, by)]
    for task in case.state.active_tasks:
        if task.mode is AssignmentMode.CO:
            pairs += [(MutualReview.LEAD_ON_CO, by, task.unit), (MutualReview.CO_ON_LEAD, task.unit, by)]
    said = None
    for _, current in sorted(case.task(unit).rounds.items()):
        told = current.ratings.get(lead)
        said = told.overall if told and told.overall is not Rating.NO_RESPONSE else said
    usual = [Rating.SATISFIED if dice.chance(0.9) else Rating.BASIC for _ in pairs]
    reviews = {pair: said if pair[0] is MutualReview.PROPOSER_ON_UNIT else usual[n] for n, pair in enumerate(pairs)}
    return [
        c.RecordMutualReview(direction=direction, by=one, about=other, rating=rating)
        for (direction, one, other), rating in reviews.items()
        if rating is not None
    ]
