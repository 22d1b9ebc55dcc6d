"""What a unit does before it writes its reply: who answers for it, plans, talks, visits, opinions, more time."""

from datetime import datetime

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.contact import talked
from api.simulate.extension import extended, paused
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story
from api.simulate.visits import revisited
from domain import commands as c
from domain.codes import ContactStage, RevisitStage
from domain.values import PersonClaim


def begun(case: Case, unit: Unit, at: datetime, *, plans: bool) -> Story:
    """Signed for, somebody named, a plan filed."""
    desk = case.desk(unit)
    at = case.later(at, 0, 4)
    yield Act(at, desk.by, c.AcknowledgeAssignment(unit=unit.code))
    if case.routine(f.NAMES_RESPONSIBLE, 10):
        at = case.later(at, 0, 2)
        named = c.NameResponsibility(
            unit=unit.code,
            head=desk.head.code,
            portfolio_leader=desk.deputy.code,
            desk_officer=desk.officer.code,
        )
        yield Act(at, desk.by, named)
    if plans and case.routine(f.FILES_PLAN, 11):
        at = case.later(at, 0, 3)
        plan = c.FileHandlingPlan(
            unit=unit.code,
            goal=f"推动{case.subject}取得实效",
            measures=case.matter.plan(case.points_of(unit)),
            responsible_leader=desk.deputy.code,
            desk_officer=desk.officer.code,
        )
        yield Act(at, desk.by, plan)
        if case.routine(f.PLAN_APPROVED, 12):
            at = case.later(at, 0, 2)
            approved = c.ApproveHandlingPlan(unit=unit.code, approver=desk.deputy.code)
            yield Act(at, desk.deputy.actor, approved)
    return at


def prepared(case: Case, unit: Unit, at: datetime, *, talks: bool) -> Story:
    """Talks, visits, difficulties, pauses and more time, up to the writing."""
    dice, by = case.dice, case.desk(unit).by
    if talks and case.routine(f.TALKS_FIRST, 14):
        at = yield from talked(case, unit, case.later(at, 1, 6), ContactStage.BEFORE_HANDLING)
    if dice.chance(f.JOINT):
        at = yield from _joined(case, unit, at, by)
    case.city.last_assigned[unit.code, case.subject] = case.stream.id
    if case.routine(f.FIELD_VISIT, 12):
        at = yield from _went_to_see(case, unit, case.later(at, 2, 10))
    if case.routine(f.REVISITED_BEFORE, 14):
        at = yield from revisited(case, case.later(at, 2, 9), RevisitStage.DURING_HANDLING)
    if dice.chance(f.DIFFICULTY):
        at = yield from _in_trouble(case, unit, at, by)
    if dice.chance(f.PAUSED) and case.task(unit).round.deadline:
        at = yield from paused(case, unit, at)
    if talks and case.routine(f.TALKS_AGAIN, 16):
        at = yield from talked(case, unit, case.later(at, 2, 12), ContactStage.DURING)
    if dice.chance(f.EXTENSION):
        at = yield from extended(case, unit, at)
    return at


def assisted(case: Case, unit: Unit, lead: Unit, at: datetime) -> Story:
    """An assisting unit: signs for it and gives the lead its opinion; some late, some sent back."""
    dice, desk, asking = case.dice, case.desk(unit), case.desk(lead).by
    at = yield from begun(case, unit, at, plans=False)
    if dice.chance(f.OPINION_ASKED):
        at = case.later(at, 1, 6)
        points = case.told("request")
        yield Act(at, asking, c.RequestCoOpinion(unit=unit.code, asked_by=lead.code, points=points))
    at = case.later(at, 28, 50) if dice.chance(f.OPINION_LATE) else case.later(at, 4, 22)
    yield Act(at)
    known = [{kind: text.format(**case.matter.named) for kind, text in each.items()} for each in words.TEXTS["opinion"]]
    said, signer = (
        dice.choice([each for each in known if each["short"] not in case.opinions.values()]),
        desk.deputy.code,
    )
    opinion = said["text"]
    yield Act(at, desk.by, c.SubmitCoOpinion(unit=unit.code, text=opinion, signer=signer))
    case.opinions[unit.code] = said["short"]
    if dice.chance(f.OPINION_RETURNED):
        at = case.later(at, 1, 3)
        yield Act(at)
        if not case.task(lead).round.issued:
            yield Act(at, asking, c.ReturnCoOpinion(unit=unit.code, asked_by=lead.code, reason="请补充量化措施和时限"))
            at = case.later(at, 1, 5)
            changed = opinion + case.told("supplement")
            yield Act(at, desk.by, c.SubmitCoOpinion(unit=unit.code, text=changed, signer=signer))
    return at


def _went_to_see(case: Case, unit: Unit, went: datetime) -> Story:
    dice, desk, spot = case.dice, case.desk(unit), case.matter.place
    people = (desk.section, desk.officer) if dice.chance(0.7) else (desk.deputy, desk.section, desk.officer)
    members = case.state.proposers[:1] if dice.chance(0.4) else ()
    went = case.met(went, 60, *members, *(person.code for person in people))
    visit = c.RecordFieldVisit(
        occurred_at=went,
        unit=unit.code,
        place=words.CITY + spot,
        unit_people=tuple(PersonClaim(name=person.name, title=person.post) for person in people),
        members=members,
        finding=_finding(case),
    )
    at = case.same_day(went, 60, 300)
    yield Act(at, desk.by, visit)
    return at


def _finding(case: Case) -> str:
    """Of what there is to see of such a matter; another unit of the case sees something else."""
    finding = case.dice.choice([text for text in words.TEXTS["seen"][case.matter.kind] if text not in case.seen])
    case.seen.append(finding)
    return f"{finding.format(n=case.dice.randint(2, 30), **case.matter.named)}。"


def _joined(case: Case, unit: Unit, at: datetime, by: str) -> Story:
    """Together with the case on the same subject that this unit has begun before, if that is still open."""
    at = case.later(at, 1, 3)
    yield Act(at)
    other = case.city.last_assigned.get((unit.code, case.subject))
    if other is None or other == case.stream.id:
        return at
    state = case.city.state_of(other)
    task = state.tasks.get(unit.code)
    if state.closed is None and state.archived is None and task is not None and task.active and task.mode.answers:
        yield Act(at, by, c.HandleJointly(unit=unit.code, cases=(other,), reason="内容相近，并案办理、分别答复"))
    return at


def _in_trouble(case: Case, unit: Unit, at: datetime, by: str) -> Story:
    dice = case.dice
    at = case.later(at, 1, 8)
    named: dict[str, object] = {**case.matter.named, "n": 5 * dice.randint(4, 40)}
    possible = words.fitting(words.TEXTS["difficulty"], case.subject)
    chosen = dice.choice([each for each in possible if each.get("not_of") != unit.code])
    told = {kind: chosen[kind].format(**named) for kind in ("text", "asks", "outcome")}
    yield Act(at, by, c.RaiseDifficulty(unit=unit.code, text=told["text"], asks=told["asks"]))
    number = max(case.state.difficulties)
    at = case.later(at, 3, 12)
    leader = case.vice_mayor(unit).code
    settled = c.ResolveDifficulty(number=number, outcome=told["outcome"], coordinated_by=leader)
    yield Act(at, case.office, settled)
    return at
