"""The office goes back: to the members in every stage, to the places, and to all replies of the year once more."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.proposal import Commitment
from domain.values import day_of

LOOKBACK_ENDS = (12, 18)


def revisited(case: Case, went: datetime, stage: RevisitStage) -> Story:
    """A talk of the office with the lead proposer about how it goes, if the case is still in this stage."""
    dice = case.dice
    went = case.met(went, 60, case.office.removeprefix("official:"), case.state.lead_proposer)
    yield Act(went)
    if stage is not RevisitStage.AFTER_CLOSING and case.state.closed is not None:
        return went
    told = {"stage": stage, "mode": dice.choice((ContactMode.PHONE, ContactMode.VISIT))}
    found = _found(case, went, stage)
    position = dice.choice([MemberPosition(known) for known in words.TEXTS["revisited"][found]])
    finding = case.told(f"revisited.{found}.{position}")
    revisit = {"occurred_at": went, "members": (case.state.lead_proposer,), "finding": finding}
    at = case.same_day(went, 20, 150)
    asked = {**told, **revisit, "member_position": position}
    yield Act(at, case.office, c.RecordRevisit.model_validate(asked))
    return at


def checked(case: Case, units: Sequence[Unit], at: datetime) -> Story:
    """A look whether what a unit said is there: of what was promised, once its day has come."""
    dice = case.dice
    if not case.routine(f.CHECKED, 0):
        return at
    unit = dice.choice(units)
    people = (case.place.staff.office[0], dice.choice(case.place.staff.office[1:]))
    went = _once_due(case, unit, case.later(at, 5, 25))
    went = case.met(went, 60, *(person.code for person in people))
    yield Act(went)
    if not case.state.commitments and case.state.result_class != "A":
        return went
    conforms = _delivered(case, unit, went)
    if conforms is None:
        return went
    finding = _seen(case, unit, went, there=conforms)
    seen = {"place": words.CITY + case.matter.place, "people": tuple(person.claim for person in people)}
    found = {"occurred_at": went, "unit": unit.code, "finding": finding, "conforms": conforms}
    at = case.same_day(went, 30, 200)
    yield Act(at, case.office, c.RecordOnSiteCheck.model_validate({**seen, **found}))
    return at


def looked_back(case: Case, units: Sequence[Unit], at: datetime) -> Story:
    """The year's campaign: A really delivered? B on schedule (S30)? What was promised for later is not asked yet."""
    dice, begins = case.dice, case.meeting.campaign_on
    ends = date(begins.year, *LOOKBACK_ENDS)
    if not dice.chance(f.LOOKED_BACK):
        return at
    unit = dice.choice(units)
    at = _once_due(case, unit, case.later(max(at, case.opening(begins)), 1, 40))
    if day_of(at) > ends:
        return at
    yield Act(at)
    delivered = _delivered(case, unit, at) if case.state.result_class in ("A", "B") else None
    if delivered is None:
        return at
    finding = _seen(case, unit, at, there=delivered)
    told = c.RecordLookback(campaign=1, unit=unit.code, delivered=delivered, finding=finding)
    yield Act(at, case.office, told)
    if not delivered and case.state.result_class == "A":
        at = case.later(at, 3, 9)
        worse = c.ReassessClass(result_class="B", basis="回头看发现答复事项没有全部落实")
        yield Act(at, case.office, worse)
    return at


def _found(case: Case, went: datetime, stage: RevisitStage) -> str:
    """Which texts tell what the member said, by how the case stands."""
    if stage is RevisitStage.DURING_HANDLING:
        return "talked" if any(talk < went for talk in case.talks) else "waiting"
    if stage is RevisitStage.AFTER_REPLY:
        return stage.value
    return "done" if case.state.result_class == "A" else "open"


def _promises(case: Case, unit: Unit) -> list[Commitment]:
    return [promise for promise in case.state.commitments.values() if promise.made.unit == unit.code]


def _seen(case: Case, unit: Unit, at: datetime, *, there: bool) -> str:
    """What was found of a promise that was due, or else of a point that was answered as done."""
    due = [
        (promise.fulfilled, case.promised[number].point)
        for number, promise in case.state.commitments.items()
        if promise.made.unit == unit.code and promise.made.finish_on and promise.made.finish_on < day_of(at)
    ]
    if due:
        point = next(point for fulfilled, point in due if bool(fulfilled) is there)
        what = point.said("kept" if there else "no")
    else:
        point = case.points_of(unit)[0]
        what = point.each("done")[0] if there else point.said("less")
    return case.told("checked.yes" if there else "checked.no", what=what)


def _once_due(case: Case, unit: Unit, at: datetime) -> datetime:
    """Not before the first day that the unit has promised."""
    days = [promise.made.finish_on for promise in _promises(case, unit) if promise.made.finish_on]
    if not days:
        return at
    return max(at, case.later(case.opening(min(days) + timedelta(days=1)), 1, 6))


def _delivered(case: Case, unit: Unit, at: datetime) -> bool | None:
    """Whether what was to be there by now is; None where nothing was yet."""
    promises = _promises(case, unit)
    if not promises:
        return case.dice.chance(f.HOLDS) if case.state.result_class == "A" else None
    due = [promise for promise in promises if promise.made.finish_on and promise.made.finish_on < day_of(at)]
    return all(promise.fulfilled for promise in due) if due else None
