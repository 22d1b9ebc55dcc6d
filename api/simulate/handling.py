"""What a unit does before it writes its reply: who answers for it, plans, talks, visits, opinions, more time."""

from collections.abc import Generator
from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.place import OFFICE, VICE_MAYORS, Unit
from api.simulate.story import Act, Case, Story, minutes, morning
from domain import commands as c
from domain.codes import ContactMode, ContactStage, Heard, MemberPosition, Pressure, ReminderMode
from domain.policy.deadlines import Deadline, farthest
from domain.proposal import Round
from domain.rules import EXTENSION_WITHIN_CAP, LATE_ENTRY_NEEDS_REASON
from domain.values import PersonClaim, day_of

POSITIONS = {
    MemberPosition.AGREE: 0.62,
    MemberPosition.UNDERSTAND: 0.25,
    MemberPosition.RESERVE: 0.07,
    MemberPosition.NO_COMMENT: 0.05,
    MemberPosition.OBJECT: 0.01,
}
MODES = {
    ContactMode.VISIT: 0.35,
    ContactMode.PHONE: 0.33,
    ContactMode.FORUM: 0.16,
    ContactMode.ONLINE: 0.12,
    ContactMode.LETTER: 0.04,
}
HEARD = {ContactMode.VISIT: Heard.VISITED, ContactMode.PHONE: Heard.PHONED}


def begun(case: Case, unit: Unit, at: datetime, officer: str, *, plans: bool) -> Story:
    """Signed for, somebody named, a plan filed."""
    dice, by = case.dice, f"official:{officer}"
    at = case.later(at, 0, 4)
    yield Act(at, by, c.AcknowledgeAssignment(unit=unit.code))
    deputy = unit.deputies[dice.randint(0, 1)]
    if dice.chance(f.NAMES_RESPONSIBLE):
        at = case.later(at, 0, 2)
        named = c.NameResponsibility(unit=unit.code, head=unit.head, portfolio_leader=deputy, desk_officer=officer)
        yield Act(at, by, named)
    if plans and dice.chance(f.FILES_PLAN):
        at = case.later(at, 0, 3)
        measures = tuple(words.told(dice, case.subject, "done") for _ in range(dice.randint(1, 3)))
        plan = c.FileHandlingPlan(
            unit=unit.code,
            goal=f"推动{case.subject}取得实效",
            measures=measures,
            responsible_leader=deputy,
            desk_officer=officer,
        )
        yield Act(at, by, plan)
        if dice.chance(f.PLAN_APPROVED):
            at = case.later(at, 0, 2)
            yield Act(at, f"official:{deputy}", c.ApproveHandlingPlan(unit=unit.code, approver=deputy))
    return at


def prepared(case: Case, unit: Unit, at: datetime, officer: str, *, talks: bool) -> Story:
    """Talks, visits, difficulties, pauses and more time, up to the writing."""
    dice, by = case.dice, f"official:{officer}"
    if talks and dice.chance(f.TALKS_FIRST):
        at = yield from talked(case, unit, case.later(at, 1, 6), officer, ContactStage.BEFORE_HANDLING)
    if dice.chance(f.JOINT):
        at = yield from _joined(case, unit, at, by)
    case.city.last_assigned[unit.code] = case.stream.id
    if dice.chance(f.FIELD_VISIT):
        went = case.later(at, 2, 10)
        at = minutes(went, dice.randint(60, 400))
        visit = c.RecordFieldVisit(
            occurred_at=went,
            unit=unit.code,
            place=words.place(dice),
            unit_people=(PersonClaim(name=words.person(dice), title="科长"),),
            members=case.state.proposers[:1] if dice.chance(0.4) else (),
            finding=words.told(dice, case.subject, "found"),
        )
        yield Act(at, by, visit)
    if dice.chance(f.DIFFICULTY):
        at = yield from _in_trouble(case, unit, at, by)
    if dice.chance(f.PAUSED) and case.task(unit).round.deadline:
        at = yield from _paused(case, unit, at)
    if talks and dice.chance(f.TALKS_AGAIN):
        at = yield from talked(case, unit, case.later(at, 2, 12), officer, ContactStage.DURING)
    if dice.chance(f.EXTENSION):
        at = yield from _extended(case, unit, at)
    return at


def talked(case: Case, unit: Unit, on: datetime, officer: str, stage: ContactStage, late: int = 0) -> Story:
    """A talk with proposers at this moment, entered the same day, or late with a reason; `late`: so many days."""
    dice, by = case.dice, f"official:{officer}"
    if not late and dice.chance(f.ENTERED_LATE):
        late = dice.randint(2, 12)
    people = tuple({"name": words.person(dice), "title": "副局长"} for _ in range(dice.randint(1, 2)))
    others = case.state.co_signers[: dice.randint(0, 2)]
    told = {
        "occurred_at": on,
        "unit": unit.code,
        "stage": stage,
        "mode": dice.weighted(MODES),
        "unit_people": people,
        "members": (case.state.lead_proposer, *others),
        "content": words.told(dice, case.subject),
        "member_position": dice.weighted(POSITIONS),
    }
    if not late:
        at = minutes(on, dice.randint(20, 300))
        yield Act(at, by, c.RecordMemberContact.model_validate(told))
        return at
    at = case.later(on, late, late + 1)
    if dice.chance(f.LATE_WITHOUT_REASON):
        yield Act(at, by, c.RecordMemberContact.model_validate(told), refused_by=LATE_ENTRY_NEEDS_REASON)
    reason = dice.choice(("经办人出差，返岗后补录", "系统故障期间发生，现补录", "纸质记录补登"))
    yield Act(at, by, c.RecordMemberContact.model_validate({**told, "late_entry_reason": reason}))
    return at


def assisted(case: Case, unit: Unit, lead: Unit, at: datetime) -> Story:
    """An assisting unit: signs for it and gives the lead its opinion; some late, some sent back."""
    dice = case.dice
    officer, deputy = dice.choice(unit.officers), unit.deputies[0]
    by, asking = f"official:{officer}", f"official:{lead.officers[0]}"
    at = yield from begun(case, unit, at, officer, plans=False)
    if dice.chance(f.OPINION_ASKED):
        at = case.later(at, 1, 6)
        asked = c.RequestCoOpinion(unit=unit.code, asked_by=lead.code, points=words.told(dice, case.subject, "found"))
        yield Act(at, asking, asked)
    at = case.later(at, 28, 50) if dice.chance(f.OPINION_LATE) else case.later(at, 4, 22)
    opinion = words.told(dice, case.subject, "done")
    yield Act(at, by, c.SubmitCoOpinion(unit=unit.code, text=opinion, signer=deputy))
    if dice.chance(f.OPINION_RETURNED):
        at = case.later(at, 1, 3)
        yield Act(at)
        if not case.task(lead).round.issued:
            yield Act(at, asking, c.ReturnCoOpinion(unit=unit.code, asked_by=lead.code, reason="请补充量化措施和时限"))
            at = case.later(at, 1, 5)
            changed = f"补充意见：{words.told(dice, case.subject, 'will')}"
            yield Act(at, by, c.SubmitCoOpinion(unit=unit.code, text=opinion + changed, signer=deputy))
    return at


def pressed(case: Case, unit: Unit, at: datetime) -> Story:
    """What the supervision office does about the unit's last day, before and after it, until the reply is out."""
    dice, officer, code = case.dice, f"official:{unit.officers[0]}", unit.code
    ladder = case.rulebook.ladder or ()
    stages = [(-step.value if step.before else step.value, step) for step in ladder if step.value]
    for offset, step in stages:
        if step.before and not dice.chance(f.REMINDED_BEFORE):
            continue
        due = yield from _still_due(case, unit, at, offset)
        if due is None:
            return at
        at = max(at, morning(due + timedelta(days=offset)))
        told = {"unit": code, "step": step.rule, "about": step.about, "due_on": due, "ask": "请抓紧办理，按期答复"}
        if step.pressure is Pressure.REMINDER:
            mode = dice.choice((ReminderMode.SYSTEM, ReminderMode.PHONE))
            yield Act(at, OFFICE, c.IssueReminder.model_validate({**told, "mode": mode}))
            continue
        answer_by = day_of(at) + timedelta(days=5)
        yield Act(at, OFFICE, c.IssueSupervisionNotice.model_validate({**told, "answer_by": answer_by}))
        number = max(case.state.actions)
        at = case.later(at, 1, 5)
        answer = c.AnswerSupervision(
            unit=code, number=number, text="已倒排工期，近日答复委员。", signer=unit.deputies[0]
        )
        yield Act(at, officer, answer)
        if dice.chance(f.EXTENSION_TOO_LATE):
            at = yield from _extended_late(case, unit, at)
    if not dice.chance(f.INTERVIEWED) or (yield from _still_due(case, unit, at, f.INTERVIEW_AFTER)) is None:
        return at
    at = max(at, morning(_due(case.task(unit).round) + timedelta(days=f.INTERVIEW_AFTER)))
    person = {"name": words.person(dice), "title": "主要负责人"}
    interview = {"leader": dice.choice(VICE_MAYORS), "person": person, "summary": "说明原因，限期答复"}
    yield Act(at, OFFICE, c.RecordLeaderInterview.model_validate({"occurred_at": at, "unit": code, **interview}))
    if dice.chance(f.ON_SITE):
        seen = {
            "place": words.place(dice),
            "people": ({"name": words.person(dice)},),
            "finding": "措施已启动",
            "ask": "本周内答复",
        }
        yield Act(at, OFFICE, c.RecordOnSiteSupervision.model_validate({"occurred_at": at, "unit": code, **seen}))
    return at


def _due(current: Round) -> date:
    return current.deadline.due_on if current.deadline else date.max


def _still_due(case: Case, unit: Unit, at: datetime, offset: int) -> Generator[Act, None, date | None]:
    """Wait until so many days from the last day, wherever that moves; that day, or None where the reply is out."""
    while True:
        due = _due(case.task(unit).round)
        if due == date.max:
            return None
        at = max(at, morning(due + timedelta(days=offset)))
        yield Act(at)
        task = case.task(unit)
        if task.round.issued or task.round.number > 1 or case.state.closed is not None:
            return None
        if _due(task.round) == due:
            return due


def _joined(case: Case, unit: Unit, at: datetime, by: str) -> Story:
    """Together with the case that this unit has begun before, if that is still open."""
    at = case.later(at, 1, 3)
    yield Act(at)
    other = case.city.last_assigned.get(unit.code)
    if other is None:
        return at
    state = case.city.state_of(other)
    task = state.tasks.get(unit.code)
    if state.closed is None and state.archived is None and task is not None and task.active and task.mode.answers:
        yield Act(at, by, c.HandleJointly(unit=unit.code, cases=(other,), reason="内容相近，并案办理、分别答复"))
    return at


def _in_trouble(case: Case, unit: Unit, at: datetime, by: str) -> Story:
    dice = case.dice
    at = case.later(at, 1, 8)
    raised = c.RaiseDifficulty(
        unit=unit.code, text=words.told(dice, case.subject, "found"), asks="请市领导协调资金和职责"
    )
    yield Act(at, by, raised)
    number = max(case.state.difficulties)
    at = case.later(at, 3, 12)
    settled = c.ResolveDifficulty(
        number=number, outcome="已召开协调会明确分工", coordinated_by=dice.choice(VICE_MAYORS)
    )
    yield Act(at, OFFICE, settled)
    return at


def _paused(case: Case, unit: Unit, at: datetime) -> Story:
    at, due = case.later(at, 1, 5), case.task(unit).round.deadline
    if due is not None and day_of(at) > due.due_on:
        return at
    paused = c.PauseClock(unit=unit.code, reason="等待上级政策出台", approver=case.dice.choice(VICE_MAYORS))
    yield Act(at, OFFICE, paused)
    at = case.later(at, 6, 20)
    yield Act(at, OFFICE, c.ResumeClock(unit=unit.code, reason="政策已出台"))
    return at


def _extended(case: Case, unit: Unit, at: datetime) -> Story:
    """More time, asked for before it is up, within what the rulebook admits; some ask for too much at first."""
    dice, due = case.dice, case.task(unit).round.deadline
    if due is None:
        return at
    at = case.later(max(at, morning(due.due_on - timedelta(days=15))), 0, 3)
    last = _last_admitted(case, due)
    until = due.due_on + timedelta(days=dice.randint(7, 28))
    until = min(until, last) if last else until
    if until <= due.due_on or day_of(at) > due.due_on:
        return at
    deputy = unit.deputies[0]
    asked = {"unit": unit.code, "reason": "涉及部门多，尚需论证", "signed_by": deputy}
    if last and dice.chance(f.EXTENSION_TOO_FAR):
        too_far = c.RequestExtension.model_validate({**asked, "until": last + timedelta(days=10)})
        yield Act(at, f"official:{deputy}", too_far, refused_by=EXTENSION_WITHIN_CAP)
    yield Act(at, f"official:{deputy}", c.RequestExtension.model_validate({**asked, "until": until}))
    at, granted = case.later(at, 0, 3), not dice.chance(f.EXTENSION_REFUSED)
    decided = c.DecideExtension(unit=unit.code, granted=granted, approver=dice.choice(VICE_MAYORS), reason="经研究决定")
    yield Act(at, OFFICE, decided)
    return at


def _extended_late(case: Case, unit: Unit, at: datetime) -> Story:
    """More time, asked for when it is up: let pass with a flag, and granted at once."""
    at = case.later(at, 0, 2)
    yield Act(at)
    current, deputy = case.task(unit).round, unit.deputies[0]
    if current.deadline is None or current.number > 1 or current.issued or current.asked_until is not None:
        return at
    last, until = _last_admitted(case, current.deadline), day_of(at) + timedelta(days=case.dice.randint(5, 15))
    if until <= current.deadline.due_on or (last is not None and until > last):
        return at
    told = {"unit": unit.code, "until": until, "reason": "情况复杂，未能按期", "signed_by": deputy}
    yield Act(at, f"official:{deputy}", c.RequestExtension.model_validate(told))
    approver = case.dice.choice(VICE_MAYORS)
    yield Act(at, OFFICE, c.DecideExtension(unit=unit.code, granted=True, approver=approver, reason="同意，下不为例"))
    return at


def _last_admitted(case: Case, due: Deadline) -> date | None:
    return farthest(due, case.rulebook.deadline(due.kind, case.state.traits), case.place.working)
