"""What a reply promises, and what comes of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate.letter import second
from api.simulate.matter import Promise
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story, minutes
from domain import commands as c
from domain.rules import COMMITMENTS_BEFORE_BETTER_CLASS
from domain.values import day_of


def promised(case: Case, unit: Unit, promises: Sequence[Promise], at: datetime) -> Story:
    """What the letter promises by a day, entered within days of the reply."""
    if not promises:
        return at
    at = case.later(at, 0, 2)
    for promise in promises:
        at = case.after(at, 10)
        made = c.MakeCommitment(unit=unit.code, text=promise.text, finish_on=promise.finish_on)
        yield Act(at, case.desk(unit).by, made)
        case.promised[max(case.state.commitments)] = promise
    return at


def followed(case: Case, number: int, at: datetime) -> Story:
    """A promise to its end; then a second reply, and the better class where all are kept."""
    dice, made, point = case.dice, case.state.commitments[number].made, case.promised[number].point
    unit = case.place.unit(made.unit)
    desk = case.desk(unit)
    by = desk.by
    if case.state.result_class == "B" and dice.chance(f.BETTER_TOO_EARLY):
        at = case.later(at, 5, 20)
        yield Act(at)
        better = c.ReassessClass(result_class="A", basis="单位申请转类")
        yield Act(at, by, better, refused_by=COMMITMENTS_BEFORE_BETTER_CLASS)
    due = made.finish_on or day_of(at)
    for progress in point.each("progress"):
        reported = case.later(at, 25, 60)
        if day_of(reported) > due - timedelta(days=20) or not dice.chance(0.6):
            break
        at = case.same_day(reported, 10, 60)
        yield Act(at, by, c.ReportCommitmentProgress(occurred_at=reported, number=number, progress=f"{progress}。"))
    end = dice.weighted({"kept": f.KEPT, "broken": f.BROKEN, "open": 1 - f.KEPT - f.BROKEN})
    if end == "open":
        return at
    earliest = case.later(at, 8, 14)
    if day_of(earliest) > due:  # handled again, the case was closed when the day had passed
        end = "broken"
    if end == "broken":
        at = max(case.later(at, 1, 10), case.later(case.opening(due), 1, 6))
        reason = f"{point.said('broken')}。"
        yield Act(at, by, c.BreakCommitment(number=number, reason=reason))
        at = yield from _second_reply(case, unit, number, at, kept=False)
        if case.state.version >= f.MUCH or not dice.chance(f.KEPT_LATE):
            return at
        at = case.later(at, 20, 60)
    else:
        at = max(earliest, case.later(case.opening(due - timedelta(days=35)), 0, 22))
    outcome = f"{point.said('kept')}。"
    yield Act(at, by, c.FulfilCommitment(number=number, outcome=outcome))
    at = yield from _second_reply(case, unit, number, at, kept=True)
    kept = all(promise.fulfilled for promise in case.state.commitments.values())
    if kept and case.state.result_class == "B" and dice.chance(0.7):
        at = case.later(at, 1, 6)
        yield Act(at)
        if case.state.result_class == "B":
            basis = f"承诺已全部兑现，经承办单位{desk.deputy.post}{desk.deputy.name}确认"
            yield Act(at, case.office, c.ReassessClass(result_class="A", basis=basis))
    return at


def _second_reply(case: Case, unit: Unit, number: int, at: datetime, *, kept: bool) -> Story:
    """Most write once more where a promise is kept; where it is not, all of them explain it (S13)."""
    if kept and not case.dice.chance(0.7):
        return at
    at = case.later(at, 1, 8)
    desk, text = case.desk(unit), second(case, case.promised[number], kept=kept)
    told = c.IssueSecondReply(unit=unit.code, commitments=(number,), text=text, signer=desk.deputy.code)
    yield Act(at, desk.by, told)
    return minutes(at, 1)
