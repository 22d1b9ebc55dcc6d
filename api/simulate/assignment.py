"""Who handles a case: assigned, objected to, decided, put to a leader, changed."""

from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate.people import COMMITTEE, Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.codes import AssignmentMode, Gate, LeaderDuty
from domain.policy.rulebook import DeadlineKind
from domain.rules import OBJECTION_IN_TIME


def assigned(case: Case, at: datetime) -> Story:
    """From the handover until it is settled which units handle the case."""
    dice, unit = case.dice, case.unit
    at = case.later(at, 1, 6)
    mode = dice.weighted({AssignmentMode.SOLE: f.ALONE, AssignmentMode.LEAD: f.LED, AssignmentMode.SPLIT: f.SPLIT})
    first, *others = case.whose_else()
    wanted = [(unit.code, mode)]
    if mode is AssignmentMode.SPLIT:
        wanted.append((first, mode))
    elif mode is AssignmentMode.LEAD:
        number = 1
        while number < len(others) and dice.chance(f.MORE_CO_UNITS):
            number += 1
        wanted += [(code, AssignmentMode.CO) for code in dice.some(others, number)]
    leader = case.vice_mayor().code if dice.chance(0.4) else None
    yield Act(at, case.office, _assign(wanted, leader))
    if dice.chance(f.KEY_PROPOSAL):
        at = yield from _made_key(case, at)
    if dice.chance(f.OBJECTS):
        at = yield from _objected(case, at, unit, mode)
    elif dice.chance(f.OBJECTS_LATE):
        at = yield from _objected_late(case, at, unit)
    elif mode is AssignmentMode.SOLE and dice.chance(f.REASSIGNED):
        at = case.later(at, 2, 9)
        new = (c.Assignment(unit=first, mode=mode),)
        changed = c.ReassignCase(
            leaving=(unit.code,), assignments=new, reason="机构职责调整", decided_by=case.vice_mayor().code
        )
        yield Act(at, case.office, changed)
    elif mode is AssignmentMode.LEAD and dice.chance(f.ASKS_FOR_UNITS):
        at = yield from _added(case, at, unit)
    return at


def _assign(wanted: list[tuple[str, AssignmentMode]], leader: str | None = None) -> c.Command:
    assignments = tuple(c.Assignment(unit=unit, mode=mode) for unit, mode in wanted)
    return c.AssignUnits(assignments=assignments, basis="按部门职责分工", leader=leader)


def _made_key(case: Case, at: datetime) -> Story:
    at = case.later(at, 1, 5)
    yield Act(at, COMMITTEE, c.SelectKeyProposal(basis="主席会议审定", theme=case.subject))
    chairs = case.place.staff.chairs
    duties = {LeaderDuty.SUPERVISE: chairs[case.index % len(chairs)], LeaderDuty.HANDLE: case.vice_mayor()}
    for duty, leader in duties.items():
        yield Act(at, COMMITTEE, c.AppointLeader(duty=duty, leader=leader.code))
    return at


def _objected(case: Case, at: datetime, unit: Unit, mode: AssignmentMode) -> Story:
    """The office upholds it only where the unit suggested could handle the case alone."""
    dice, suggested, desk = case.dice, case.whose_else(*case.state.tasks)[0], case.desk(unit)
    theirs = suggested == case.whose_else()[0]
    at = case.later(at, 1, 4)
    deputy = desk.deputy
    back = c.ReturnAssignment(
        unit=unit.code, reason="不属本单位职责范围", suggested_unit=suggested, signed_by=deputy.code
    )
    yield Act(at, deputy.actor, back)
    if dice.chance(f.UNDECIDED):
        at = yield from _left_undecided(case, at, unit)
    at = case.later(at, 1, 4)
    upheld = theirs and dice.chance(f.UPHELD)
    reason = "经核对三定方案，该事项由所建议的单位负责" if upheld else "经核对三定方案，属该单位职责"
    yield Act(at, case.office, c.DecideObjection(unit=unit.code, upheld=upheld, reason=reason))
    if not upheld and dice.chance(f.ESCALATED):
        leader = case.vice_mayor(unit)
        at = case.later(at, 1, 3)
        put = c.EscalateObjection(
            unit=unit.code, statement="确无此项职责，请予裁定", signed_by=desk.head.code, leader=leader.code
        )
        yield Act(at, desk.head.actor, put)
        at, upheld = case.later(at, 1, 4), theirs and dice.chance(0.4)
        final = c.DecideObjection(unit=unit.code, upheld=upheld, reason="经研究裁定", decided_by=leader.code)
        yield Act(at, leader.actor, final)
    if upheld:
        at = case.later(at, 0, 2)
        yield Act(at, case.office, _assign([(suggested, mode)]))
    return at


def _left_undecided(case: Case, at: datetime, unit: Unit) -> Story:
    """The office lets its own last day pass, and that is noted."""
    limit = case.task(unit).limit(DeadlineKind.OBJECTION_ANSWER)
    if limit is None:
        return at
    at = max(at, case.opening(limit.due_on + timedelta(days=1)))
    yield Act(at, case.office, c.NoteObjectionUnanswered(unit=unit.code))
    return at


def _objected_late(case: Case, at: datetime, unit: Unit) -> Story:
    """Too late: refused, or let pass with a flag and then rejected."""
    limit = case.task(unit).limit(DeadlineKind.OBJECTION)
    if limit is None:
        return at
    at = max(at, case.later(case.opening(limit.due_on), 1, 3))
    suggested, deputy = case.whose_else(*case.state.tasks)[0], case.desk(unit).deputy
    back = c.ReturnAssignment(
        unit=unit.code, reason="经研究不属本单位职责", suggested_unit=suggested, signed_by=deputy.code
    )
    refused = (case.rulebook.gates.objection_in_time or Gate.REFUSE) is Gate.REFUSE
    yield Act(at, deputy.actor, back, refused_by=OBJECTION_IN_TIME if refused else None)
    if refused:
        return at
    at = case.later(at, 1, 2)
    decided = c.DecideObjection(unit=unit.code, upheld=False, reason="逾期，且属其职责")
    yield Act(at, case.office, decided)
    return at


def _added(case: Case, at: datetime, unit: Unit) -> Story:
    dice, other, deputy = case.dice, case.whose_else(*case.state.tasks)[0], case.desk(unit).deputy
    at = case.later(at, 1, 6)
    asked = c.RequestUnitAddition(unit=unit.code, units=(other,), reason="涉及其职责", signed_by=deputy.code)
    yield Act(at, deputy.actor, asked)
    at, granted = case.later(at, 1, 4), dice.chance(0.7)
    reason = "同意增加会办单位" if granted else "现有单位可以办理，不再增加"
    yield Act(at, case.office, c.DecideUnitAddition(unit=unit.code, granted=granted, reason=reason))
    if granted:
        yield Act(at, case.office, _assign([(other, AssignmentMode.CO)]))
    return at
