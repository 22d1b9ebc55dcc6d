"""After the replies: closed, followed up, scored, put away."""

from datetime import datetime
from hashlib import sha256

from api.simulate import figures as f
from api.simulate.promises import followed
from api.simulate.scoring import scored
from api.simulate.story import Act, Case, Story, merged
from api.simulate.visits import checked, looked_back, revisited
from domain import commands as c
from domain.codes import Rating, Retention, RevisitStage


def closed(case: Case, at: datetime) -> Story:
    """From the last answer to the archive. Where little has been written down, the points are given before closing, and
    the office asks the proposer once more."""
    dice, units = case.dice, [case.place.unit(task.unit) for task in case.state.answering]
    result = max(_classes(case))
    if early := case.state.version < f.FEWEST - 1:
        at = yield from scored(case, units, at)
    if case.state.version < f.FEWEST - 1:
        at = yield from revisited(case, case.later(at, 1, 9), RevisitStage.AFTER_REPLY)
    at = case.later(at, 2, 10)
    yield Act(at, case.office, c.CloseHandling(basis=_basis(case), result_class=result))
    if dice.chance(f.REOPENED):
        at = case.later(at, 3, 12)
        approver = case.vice_mayor().code
        yield Act(at, case.office, c.ReopenHandling(reason="办结依据有误", approver=approver))
        at = case.later(at, 1, 5)
        yield Act(at, case.office, c.CloseHandling(basis="补正后办结", result_class=result))
    promises = [followed(case, number, at) for number in case.state.commitments]
    others = [_visited(case, at), checked(case, units, at), looked_back(case, units, at)]
    at = yield from merged(at, [*promises, *others, *([] if early else [scored(case, units, at)])])
    settled = all(promise.settled for promise in case.state.commitments.values())
    if (dice.chance(f.ARCHIVED) or case.state.version <= f.FEWEST) and settled:
        at = yield from _put_away(case, case.later(at, 10, 45))
    return at


def _put_away(case: Case, at: datetime) -> Story:
    """The file in the archive; now and then something was left out of it, and it is put away again."""
    retention, papers = _retention(case), ["案卷"]
    yield Act(at, case.office, _archive(case, retention, papers))
    if case.dice.chance(f.MISFILED):
        at = case.later(at, 3, 20)
        take_back = {"version": case.state.version, "reason": "案卷漏装送达凭证", "approver": case.vice_mayor().code}
        yield Act(at, case.office, c.TakeBackStep.model_validate(take_back))
        at = case.later(at, 1, 3)
        yield Act(at, case.office, _archive(case, retention, [*papers, "送达凭证"]))
    return at


def _retention(case: Case) -> Retention:
    """Key proposals for good; those of which nothing was taken up ten years."""
    if case.state.key:
        return Retention.PERMANENT
    return Retention.YEARS_30 if case.state.result_class in ("A", "B") else Retention.YEARS_10


def _archive(case: Case, retention: Retention, papers: list[str]) -> c.ArchiveCase:
    names = [f"{case.meeting.key}-{case.state.case_no}-{paper}.pdf" for paper in papers]
    files = [{"name": name, "sha256": sha256(f"{case.index}{name}".encode()).hexdigest()} for name in names]
    return c.ArchiveCase.model_validate({"files": files, "retention": retention})


def _basis(case: Case) -> str:
    rounds = [task.rounds[number] for task in case.state.answering for number in set(task.asked.values())]
    silent = any(told.overall is Rating.NO_RESPONSE for current in rounds for told in current.ratings.values())
    return "承办单位已答复，反馈期满，未反馈的已注明" if silent else "承办单位已答复，委员均已反馈"


def _classes(case: Case) -> list[str]:
    """The classes of the replies that stand, and B where something promised is still to come; A is better than B."""
    rounds = [task.answered for task in case.state.answering if task.answered]
    told = [draft.result_class for current in rounds for draft in current.drafts.values() if draft.issued]
    return [*told, *("B" for _ in case.state.commitments)]


def _visited(case: Case, at: datetime) -> Story:
    if not case.routine(f.REVISITED, 29):
        return at
    return (yield from revisited(case, case.later(at, 3, 25), RevisitStage.AFTER_CLOSING))
