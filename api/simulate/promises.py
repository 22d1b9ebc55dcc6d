"""What a reply promises, and what comes of it."""

from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story, minutes
from domain import commands as c
from domain.rules import COMMITMENTS_BEFORE_BETTER_CLASS
from domain.values import day_of


def promised(case: Case, unit: Unit, at: datetime) -> Story:
    """A reply of class B promises something by a day, entered within days of the reply."""
    dice, answered = case.dice, case.task(unit).answered
    known = [promise for promise in case.state.commitments.values() if promise.made.unit == unit.code]
    if known or answered is None or not any(d.issued and d.result_class == "B" for d in answered.drafts.values()):
        return at
    at = case.later(at, 0, 2)
    for number in range(1 + dice.chance(f.SECOND_COMMITMENT)):
        at = case.after(at, 10)
        by_when = _end_of_month(day_of(at), dice.randint(2, 4) + 3 * number)
        text = words.told(dice, case.subject, "promise.made", d=words.day(by_when))
        yield Act(at, case.desk(unit).by, c.MakeCommitment(unit=unit.code, text=text, finish_on=by_when))
    return at


def followed(case: Case, number: int, at: datetime) -> Story:
    """A promise to its end; then a second reply, and the better class where all are kept."""
    dice, made = case.dice, case.state.commitments[number].made
    unit = case.place.unit(made.unit)
    desk = case.desk(unit)
    by = desk.by
    if case.state.result_class == "B" and dice.chance(f.BETTER_TOO_EARLY):
        at = case.later(at, 5, 20)
        yield Act(at)
        better = c.ReassessClass(result_class="A", basis="单位申请转类")
        yield Act(at, by, better, refused_by=COMMITMENTS_BEFORE_BETTER_CLASS)
    due = made.finish_on or day_of(at)
    while dice.chance(0.6) and day_of(at) < due - timedelta(days=30):
        reported = case.later(at, 25, 60)
        at = case.same_day(reported, 10, 60)
        progress = words.told(dice, case.subject, "promise.progress")
        yield Act(at, by, c.ReportCommitmentProgress(occurred_at=reported, number=number, progress=progress))
    end = dice.weighted({"kept": f.KEPT, "broken": f.BROKEN, "open": 1 - f.KEPT - f.BROKEN})
    if end == "open":
        return at
    if end == "broken":
        at = max(case.later(at, 1, 10), case.later(case.opening(due), 1, 6))
        reason = words.told(dice, case.subject, "promise.broken")
        yield Act(at, by, c.BreakCommitment(number=number, reason=reason))
        if not dice.chance(f.KEPT_LATE):
            return (yield from _second_reply(case, unit, number, at, kept=False))
        at = case.later(at, 20, 60)
    else:
        at = max(case.later(at, 1, 10), case.later(case.opening(due - timedelta(days=25)), 0, 22))
    outcome = words.told(dice, case.subject, "promise.kept")
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
    if not case.dice.chance(0.7):
        return at
    at = case.later(at, 1, 8)
    desk, promise = case.desk(unit), case.state.commitments[number].made.text
    text = words.second_reply(case.dice, case.subject, case.addressee, case.state.title, promise, kept=kept)
    told = c.IssueSecondReply(unit=unit.code, commitments=(number,), text=text, signer=desk.deputy.code)
    yield Act(at, desk.by, told)
    return minutes(at, 1)


def _end_of_month(on: date, months: int) -> date:
    """The last day of the month so many months on."""
    following = on.month + months
    return date(on.year + following // 12, following % 12 + 1, 1) - timedelta(days=1)
