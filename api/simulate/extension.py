"""More time for a reply: asked for, granted or not, or the clock stopped."""

from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.policy.deadlines import Deadline, farthest
from domain.rules import EXTENSION_WITHIN_CAP
from domain.values import day_of


def paused(case: Case, unit: Unit, at: datetime) -> Story:
    at, due = case.later(at, 1, 5), case.task(unit).round.deadline
    if due is not None and day_of(at) > due.due_on:
        return at
    approver = case.vice_mayor(unit).code
    yield Act(at, case.office, c.PauseClock(unit=unit.code, reason="等待上级政策出台", approver=approver))
    at = case.later(at, 6, 20)
    yield Act(at, case.office, c.ResumeClock(unit=unit.code, reason="政策已出台"))
    return at


def extended(case: Case, unit: Unit, at: datetime) -> Story:
    """More time, asked for before it is up, within what the rulebook admits; some ask for too much at first."""
    dice, due, deputy = case.dice, case.task(unit).round.deadline, case.desk(unit).deputy
    if due is None:
        return at
    at = case.later(max(at, case.opening(due.due_on - timedelta(days=15))), 0, 3)
    last = _last_admitted(case, due)
    until = due.due_on + timedelta(days=dice.randint(7, 28))
    until = min(until, last) if last else until
    if until <= due.due_on or day_of(at) > due.due_on:
        return at
    asked = {"unit": unit.code, "reason": "涉及部门多，尚需论证", "signed_by": deputy.code}
    if last and dice.chance(f.EXTENSION_TOO_FAR):
        too_far = c.RequestExtension.model_validate({**asked, "until": last + timedelta(days=10)})
        yield Act(at, deputy.actor, too_far, refused_by=EXTENSION_WITHIN_CAP)
    yield Act(at, deputy.actor, c.RequestExtension.model_validate({**asked, "until": until}))
    at, granted = case.later(at, 0, 3), not dice.chance(f.EXTENSION_REFUSED)
    reason = "情况属实，同意延期" if granted else "时间尚可，请按期答复"
    told = {"unit": unit.code, "granted": granted, "approver": case.vice_mayor(unit).code, "reason": reason}
    yield Act(at, case.office, c.DecideExtension.model_validate(told))
    return at


def extended_late(case: Case, unit: Unit, at: datetime) -> Story:
    """More time, asked for when it is up: let pass with a flag, and granted at once."""
    at = case.later(at, 0, 2)
    yield Act(at)
    current, deputy = case.task(unit).round, case.desk(unit).deputy
    if current.deadline is None or current.number > 1 or current.issued or current.asked_until is not None:
        return at
    last, until = _last_admitted(case, current.deadline), day_of(at) + timedelta(days=case.dice.randint(5, 15))
    if until <= current.deadline.due_on or (last is not None and until > last):
        return at
    told = {"unit": unit.code, "until": until, "reason": "情况复杂，未能按期", "signed_by": deputy.code}
    yield Act(at, deputy.actor, c.RequestExtension.model_validate(told))
    approver = case.vice_mayor(unit).code
    granted = c.DecideExtension(unit=unit.code, granted=True, approver=approver, reason="同意，下不为例")
    yield Act(at, case.office, granted)
    return at


def _last_admitted(case: Case, due: Deadline) -> date | None:
    return farthest(due, case.rulebook.deadline(due.kind, case.state.traits), case.place.working)
