"""Who handles a case: assigned, objected to, decided, put to a leader, changed."""

from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate.place import CHAIRS, COMMITTEE, OFFICE, VICE_MAYORS, Unit
from api.simulate.story import Act, Case, Story, morning
from domain import commands as c
from domain.codes import AssignmentMode, Gate, LeaderDuty
from domain.policy.rulebook import DeadlineKind
from domain.rules import OBJECTION_IN_TIME


def assigned(case: Case, at: datetime) -> Story:
    """From the handover until it is settled which units handle the case."""
    dice, unit = case.dice, case.unit
    at = case.later(at, 1, 6)
    mode = dice.weighted({AssignmentMode.SOLE: f.ALONE, AssignmentMode.LEAD: f.LED, AssignmentMode.SPLIT: f.SPLIT})
    wanted = [(unit.code, mode)]
    if mode is not AssignmentMode.SOLE:
        others = AssignmentMode.SPLIT if mode is AssignmentMode.SPLIT else AssignmentMode.CO
        wanted.append((case.other_unit(unit.code).code, others))
        while others is AssignmentMode.CO and len(wanted) < 5 and dice.chance(f.MORE_CO_UNITS):
            wanted.append((case.other_unit(*(code for code, _ in wanted)).code, others))
    leader = dice.choice(VICE_MAYORS) if dice.chance(0.4) else None
    yield Act(at, OFFICE, _assign(wanted, leader))
    if dice.chance(f.KEY_PROPOSAL):
        at = yield from _made_key(case, at)
    if dice.chance(f.OBJECTS):
        at = yield from _objected(case, at, unit, mode)
    elif dice.chance(f.OBJECTS_LATE):
        at = yield from _objected_late(case, at, unit)
    elif mode is AssignmentMode.SOLE and dice.chance(f.REASSIGNED):
        at = case.later(at, 2, 9)
        other = case.other_unit(unit.code).code
        new = (c.Assignment(unit=other, mode=mode),)
        changed = c.ReassignCase(
            leaving=(unit.code,), assignments=new, reason="机构职责调整", decided_by=dice.choice(VICE_MAYORS)
        )
        yield Act(at, OFFICE, changed)
    elif mode is AssignmentMode.LEAD and dice.chance(f.ASKS_FOR_UNITS):
        at = yield from _added(case, at, unit)
    return at


def key_track(case: Case, at: datetime) -> Story:
    """Meetings and a report to the leader of a key proposal, while it is handled."""
    leader = case.state.leaders.get(LeaderDuty.SUPERVISE)
    if leader is None:
        return at
    for _ in range(case.dice.randint(1, 2)):
        at = case.later(at, 15, 35)
        yield Act(at)
        if case.state.closed is not None:
            return at
        units = tuple(task.unit for task in case.state.active_tasks)
        members = case.state.proposers[:3]
        held = c.RecordSupervisionMeeting(
            occurred_at=at - timedelta(hours=2),
            leader=leader,
            place="现场",
            units=units,
            members=members,
            outcome="听取进展，明确时限",
        )
        yield Act(at, OFFICE, held)
        report = c.FileSupervisionReport(
            occurred_at=at, author="市政府督查室", leader=leader, text="督办情况报告：进展总体顺利。"
        )
        yield Act(at, OFFICE, report)
    return at


def _assign(wanted: list[tuple[str, AssignmentMode]], leader: str | None = None) -> c.Command:
    assignments = tuple(c.Assignment(unit=unit, mode=mode) for unit, mode in wanted)
    return c.AssignUnits(assignments=assignments, basis="按部门职责分工", leader=leader)


def _made_key(case: Case, at: datetime) -> Story:
    at = case.later(at, 1, 5)
    yield Act(at, COMMITTEE, c.SelectKeyProposal(basis="主席会议审定", theme=case.subject))
    duties = {LeaderDuty.SUPERVISE: CHAIRS, LeaderDuty.HANDLE: VICE_MAYORS}
    for duty, leaders in duties.items():
        yield Act(at, COMMITTEE, c.AppointLeader(duty=duty, leader=case.dice.choice(leaders)))
    return at


def _objected(case: Case, at: datetime, unit: Unit, mode: AssignmentMode) -> Story:
    dice, suggested = case.dice, case.other_unit(*case.state.tasks)
    at = case.later(at, 1, 4)
    deputy = f"official:{unit.deputies[0]}"
    back = c.ReturnAssignment(
        unit=unit.code, reason="不属本单位职责范围", suggested_unit=suggested.code, signed_by=unit.deputies[0]
    )
    yield Act(at, deputy, back)
    at = case.later(at, 1, 4)
    upheld = dice.chance(f.UPHELD)
    yield Act(at, OFFICE, c.DecideObjection(unit=unit.code, upheld=upheld, reason="以三定方案为准"))
    if not upheld and dice.chance(f.ESCALATED):
        leader = dice.choice(VICE_MAYORS)
        at = case.later(at, 1, 3)
        put = c.EscalateObjection(
            unit=unit.code, statement="确无此项职责，请予裁定", signed_by=unit.head, leader=leader
        )
        yield Act(at, deputy, put)
        at, upheld = case.later(at, 1, 4), dice.chance(0.4)
        final = c.DecideObjection(unit=unit.code, upheld=upheld, reason="经研究裁定", decided_by=leader)
        yield Act(at, f"official:{leader}", final)
    if upheld:
        at = case.later(at, 0, 2)
        yield Act(at, OFFICE, _assign([(suggested.code, mode)]))
    return at


def _objected_late(case: Case, at: datetime, unit: Unit) -> Story:
    """Too late: refused, or let pass with a flag and then rejected."""
    limit = case.task(unit).limit(DeadlineKind.OBJECTION)
    if limit is None:
        return at
    at = max(at, case.later(morning(limit.due_on), 1, 3))
    suggested = case.other_unit(*case.state.tasks).code
    back = c.ReturnAssignment(
        unit=unit.code, reason="经研究不属本单位职责", suggested_unit=suggested, signed_by=unit.deputies[1]
    )
    refused = (case.rulebook.gates.objection_in_time or Gate.REFUSE) is Gate.REFUSE
    yield Act(at, f"official:{unit.deputies[1]}", back, refused_by=OBJECTION_IN_TIME if refused else None)
    if refused:
        return at
    at = case.later(at, 1, 2)
    yield Act(at, OFFICE, c.DecideObjection(unit=unit.code, upheld=False, reason="逾期，且属其职责"))
    return at


def _added(case: Case, at: datetime, unit: Unit) -> Story:
    dice, other = case.dice, case.other_unit(*case.state.tasks).code
    at = case.later(at, 1, 6)
    deputy = unit.deputies[0]
    asked = c.RequestUnitAddition(unit=unit.code, units=(other,), reason="涉及其职责", signed_by=deputy)
    yield Act(at, f"official:{deputy}", asked)
    at, granted = case.later(at, 1, 4), dice.chance(0.7)
    yield Act(at, OFFICE, c.DecideUnitAddition(unit=unit.code, granted=granted, reason="经研究决定"))
    if granted:
        yield Act(at, OFFICE, _assign([(other, AssignmentMode.CO)]))
    return at
