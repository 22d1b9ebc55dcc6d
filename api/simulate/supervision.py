"""What goes on beside the handling of a case: pressure on its units, leaders of key proposals, return visits, rules
and working days that change under way."""

from collections.abc import Generator
from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.extension import extended_late
from api.simulate.people import COMMITTEE, OFFICE, Unit
from api.simulate.rules import revised
from api.simulate.story import Act, Case, Story, minutes
from domain import commands as c
from domain.codes import LeaderDuty, Pressure, ReminderMode
from domain.policy.rulebook import LadderStep
from domain.proposal import Round, open_limits
from domain.values import day_of


def key_track(case: Case, at: datetime) -> Story:
    """Meetings and a report to the leader of a key proposal, while it is handled; some are taken off the list."""
    leader = case.state.leaders.get(LeaderDuty.SUPERVISE)
    if leader is None:
        return at
    dice = case.dice
    if dice.chance(f.KEY_RELEASED):
        at = case.later(at, 5, 20)
        yield Act(at)
        if case.state.closed is None:
            reason = "与另一件重点提案内容相近，经主席会议研究调整"
            yield Act(at, COMMITTEE, c.ReleaseKeyProposal(reason=reason))
        return at
    for _ in range(dice.randint(1, 2)):
        at = case.met(case.later(at, 15, 35), 60, leader, *case.state.proposers[:3])
        yield Act(at)
        if case.state.closed is not None:
            return at
        units = tuple(task.unit for task in case.state.active_tasks)
        held = c.RecordSupervisionMeeting(
            occurred_at=at,
            leader=leader,
            place=words.CITY + case.matter.place,
            units=units,
            members=case.state.proposers[:3],
            outcome=case.told("pressed.meeting"),
        )
        at = case.same_day(at, 60, 200)
        yield Act(at, case.clerk, held)
        report = case.told("pressed.report")
        filed = c.FileSupervisionReport(occurred_at=at, author="市政协提案委", leader=leader, text=report)
        yield Act(at, case.clerk, filed)
    return at


def recounted(case: Case, at: datetime) -> Story:
    """Limits that were set before the working days they count by were known are set again when they are."""
    for notice in case.place.notices:
        known_on = case.opening(case.place.announced_on(notice))
        if known_on <= at:
            continue
        at = minutes(known_on, 90)
        yield Act(at)
        limits = [found.limit.deadline for found in open_limits(case.state)]
        if any(limit.provisional and not limit.granted for limit in limits):
            yield Act(at, OFFICE, c.RecomputeDeadlines())
    return at


def rules_changed(case: Case, at: datetime) -> Story:
    """Open cases go over to the second version of the rulebook once it is adopted."""
    if case.meeting.revised_on is None or not case.dice.chance(f.RULES_CHANGED):
        return at
    at = max(at, case.later(case.opening(case.meeting.revised_on), 1, 9))
    yield Act(at)
    known, pinned = revised(case.rulebook), case.state.rulebook
    if case.state.closed is None and pinned is not None and pinned.version != known.version:
        reason = "本届次已采用修订后的办理规则，未办结的提案改按新版办理"
        yield Act(at, COMMITTEE, c.ChangeCaseRulebook(rulebook=known.id, version=known.version, reason=reason))
    return at


def pressed(case: Case, unit: Unit, at: datetime) -> Story:
    """What the supervision office does about the unit's last day, before and after it, until the reply is out."""
    dice = case.dice
    for step in case.rulebook.ladder or ():
        offset = -(step.value or 0) if step.before else step.value or 0
        if step.before and not dice.chance(f.REMINDED_BEFORE):
            continue
        waited = yield from _still_due(case, unit, at, offset)
        if waited is None:
            return at
        due, at = waited
        if step.pressure is Pressure.REMINDER:
            yield Act(at, case.office, _reminder(case, unit, step, due))
            continue
        at = yield from _noticed(case, unit, step, due, at)
        if dice.chance(f.EXTENSION_TOO_LATE):
            at = yield from extended_late(case, unit, at)
    if not dice.chance(f.INTERVIEWED):
        return at
    waited = yield from _still_due(case, unit, at, f.INTERVIEW_AFTER)
    return (yield from _interviewed(case, unit, waited[1])) if waited else at


def _reminder(case: Case, unit: Unit, step: LadderStep, due: date) -> c.Command:
    mode = case.dice.choice((ReminderMode.SYSTEM, ReminderMode.PHONE))
    ask = "期限将至，请抓紧办理" if step.before else "期限已过，请尽快答复"
    return c.IssueReminder(unit=unit.code, step=step.rule, about=step.about, due_on=due, ask=ask, mode=mode)


def _noticed(case: Case, unit: Unit, step: LadderStep, due: date, at: datetime) -> Story:
    """A notice, and within its time the unit's answer: how far it is, or that it has replied meanwhile."""
    answer_by = case.place.workday(day_of(at) + timedelta(days=7))
    asked = {"unit": unit.code, "step": step.rule, "about": step.about, "due_on": due, "answer_by": answer_by}
    notice = c.IssueSupervisionNotice.model_validate({**asked, "ask": "已逾期，请书面说明原因并限期答复"})
    yield Act(at, case.office, notice)
    number, desk = max(case.state.actions), case.desk(unit)
    case.city.noticed[case.meeting.key][unit.code] += 1
    at = case.later(at, 1, 5)
    yield Act(at)
    issued_at = case.task(unit).round.issued_at
    if issued_at is None:
        draft = case.task(unit).round.draft
        text = case.told(f"pressed.answer.{draft.status if draft else 'none'}")
    else:
        text = case.told("pressed.already", d=words.day(day_of(issued_at)))
    answer = c.AnswerSupervision(unit=unit.code, number=number, text=text, signer=desk.deputy.code)
    yield Act(at, desk.by, answer)
    return at


def _interviewed(case: Case, unit: Unit, at: datetime) -> Story:
    """The vice mayor calls in the unit's head; now and then the office goes to see for itself. Neither, where the reply
    has gone before they all had time."""
    leader = case.vice_mayor(unit).code
    at = case.met(at, 60, leader, unit.head.code)
    yield Act(at)
    if case.task(unit).round.issued:
        return at
    held = {"leader": leader, "person": unit.head.claim}
    summary = case.told("pressed.interview")
    told = {"occurred_at": at, "unit": unit.code, **held, "summary": summary}
    yield Act(at, case.office, c.RecordLeaderInterview.model_validate(told))
    if case.dice.chance(f.ON_SITE):
        people = case.place.staff.office[:2]
        at = case.met(at, 60, *(person.code for person in people))
        yield Act(at)
        if case.task(unit).round.issued:
            return at
        seen = {
            "place": words.CITY + case.matter.place,
            "people": tuple(person.claim for person in people),
            "finding": case.told("pressed.on_site"),
            "ask": "本周内答复",
        }
        on_site = {"occurred_at": at, "unit": unit.code, **seen}
        yield Act(at, case.office, c.RecordOnSiteSupervision.model_validate(on_site))
    return at


def _due(current: Round) -> date:
    return current.deadline.due_on if current.deadline else date.max


def _still_due(case: Case, unit: Unit, at: datetime, offset: int) -> Generator[Act, None, tuple[date, datetime] | None]:
    """Wait until so many days from the last day, wherever that moves: that day and the hour it is then, or None where
    the reply is out."""
    while True:
        due = _due(case.task(unit).round)
        if due == date.max:
            return None
        at = max(at, case.opening(due + timedelta(days=offset)))
        yield Act(at)
        task = case.task(unit)
        if task.round.issued or task.round.number > 1 or case.state.closed is not None:
            return None
        if _due(task.round) == due:
            return due, at
