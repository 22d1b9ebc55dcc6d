"""After the replies: closed, published, followed up, scored, put away."""

from datetime import datetime
from hashlib import sha256

from api.simulate import figures as f
from api.simulate.people import Unit
from api.simulate.promises import followed
from api.simulate.scoring import scored
from api.simulate.story import Act, Case, Story, merged
from api.simulate.visits import checked, looked_back, revisited
from domain import commands as c
from domain.codes import Openness, Retention, RevisitStage, WithholdingGround


def closed(case: Case, at: datetime) -> Story:
    """From the last answer to the archive."""
    dice, units = case.dice, [case.place.unit(task.unit) for task in case.state.answering]
    result = max(_classes(case))
    at = case.later(at, 2, 10)
    yield Act(at, case.office, c.CloseHandling(basis="承办单位已答复，委员已反馈", result_class=result))
    if dice.chance(f.REOPENED):
        at = case.later(at, 3, 12)
        approver = case.vice_mayor().code
        yield Act(at, case.office, c.ReopenHandling(reason="办结依据有误", approver=approver))
        at = case.later(at, 1, 5)
        yield Act(at, case.office, c.CloseHandling(basis="补正后办结", result_class=result))
    promises = [followed(case, number, at) for number in case.state.commitments]
    published = [_published(case, unit, at) for unit in units]
    others = [_visited(case, at), checked(case, units, at), looked_back(case, units, at), scored(case, units, at)]
    at = yield from merged(at, [*promises, *published, *others])
    settled = all(promise.settled for promise in case.state.commitments.values())
    if (dice.chance(f.ARCHIVED) or case.state.version <= f.FEWEST) and settled:
        at = case.later(at, 10, 45)
        name = f"{case.meeting.key}-{case.state.case_no}-案卷.pdf"
        files = ({"name": name, "sha256": sha256(f"{case.index}{name}".encode()).hexdigest()},)
        retention = dice.choice(list(Retention))
        yield Act(at, case.office, c.ArchiveCase.model_validate({"files": files, "retention": retention}))
    return at


def _classes(case: Case) -> list[str]:
    """The classes of the replies that stand, and B where something promised is still to come; A is better than B."""
    rounds = [task.answered for task in case.state.answering if task.answered]
    told = [draft.result_class for current in rounds for draft in current.drafts.values() if draft.issued]
    return [*told, *("B" for _ in case.state.commitments)]


def _visited(case: Case, at: datetime) -> Story:
    if not case.routine(f.REVISITED, 29):
        return at
    return (yield from revisited(case, case.later(at, 3, 25), RevisitStage.AFTER_CLOSING))


def _published(case: Case, unit: Unit, at: datetime) -> Story:
    dice, by = case.dice, case.desk(unit).by
    at = case.later(at, 0, 14)
    yield Act(at)
    answered = case.task(unit).answered
    decided = answered.publication if answered else None
    if decided is None:
        yield Act(at, by, c.DecidePublication(unit=unit.code, openness=Openness.PUBLISH_FULL))
        openness = Openness.PUBLISH_FULL
    else:
        openness = decided.openness
    if dice.chance(f.CONTESTED):
        member = case.state.lead_proposer
        contest = c.ContestPublication(member=member, reason="涉及尚未公开的调研数据")
        at = case.at_home(at, 0, 3)
        yield Act(at, f"member:{member}", contest)
        at = case.later(at, 1, 4)
        ground, openness = WithholdingGround.MEMBER_OBJECTS, Openness.WITHHOLD
        again = c.DecidePublication(unit=unit.code, openness=openness, withholding_ground=ground)
        yield Act(at, by, again)
    at = case.later(at, 0, 8)
    yield Act(at)
    task = case.task(unit).answered
    if task is None or task.contested or task.published:
        return at
    if openness is Openness.WITHHOLD:
        yield Act(at, by, c.WithholdReply(unit=unit.code))
    else:
        url = f"https://example.invalid/fuwen/{case.meeting.key}/{case.state.case_no}/{unit.code}"
        yield Act(at, by, c.PublishReply(unit=unit.code, url=url))
    return at
