"""After the replies: closed, published, promises kept or broken, visits, checks, scores, corrections, the archive."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.place import COMMITTEE, OFFICE, VICE_MAYORS, Unit
from api.simulate.story import Act, Case, Story, merged, minutes, morning
from domain import commands as c
from domain.codes import (
    AssignmentMode,
    ContactMode,
    MemberPosition,
    MutualReview,
    Openness,
    Rating,
    Retention,
    RevisitStage,
    WithholdingGround,
)
from domain.rules import COMMITMENTS_BEFORE_BETTER_CLASS
from domain.values import day_of


def closed(case: Case, at: datetime) -> Story:
    """From the last answer to the archive."""
    dice = case.dice
    for unit in _answering(case):
        at = yield from _promised(case, unit, at)
    result = max(_classes(case))
    at = case.later(at, 2, 10)
    yield Act(at, OFFICE, c.CloseHandling(basis="承办单位已答复，委员已反馈", result_class=result))
    if dice.chance(f.REOPENED):
        at = case.later(at, 3, 12)
        yield Act(at, OFFICE, c.ReopenHandling(reason="办结依据有误", approver=dice.choice(VICE_MAYORS)))
        at = case.later(at, 1, 5)
        yield Act(at, OFFICE, c.CloseHandling(basis="补正后办结", result_class=result))
    promises = [_followed(case, number, at) for number in case.state.commitments]
    published = [_published(case, unit, at) for unit in _answering(case)]
    others = [_visited(case, at), _looked_back(case, at), _scored(case, at), _corrected(case, at)]
    at = yield from merged(at, [*promises, *published, *others])
    if dice.chance(f.ARCHIVED) and all(promise.settled for promise in case.state.commitments.values()):
        at = case.later(at, 10, 45)
        name = f"{case.meeting.key}-{case.state.case_no}-案卷.pdf"
        files = ({"name": name, "sha256": sha256(f"{case.index}{name}".encode()).hexdigest()},)
        retention = dice.choice(list(Retention))
        yield Act(at, OFFICE, c.ArchiveCase.model_validate({"files": files, "retention": retention}))
    return at


def _answering(case: Case) -> list[Unit]:
    return [case.place.unit(task.unit) for task in case.state.answering]


def _classes(case: Case) -> list[str]:
    """The classes of the replies that stand; A is better than B."""
    rounds = [task.answered for task in case.state.answering if task.answered]
    return [draft.result_class for current in rounds for draft in current.drafts.values() if draft.issued]


def _promised(case: Case, unit: Unit, at: datetime) -> Story:
    """A reply of class B promises something, by a day."""
    dice, answered = case.dice, case.task(unit).answered
    if answered is None or not any(d.issued and d.result_class == "B" for d in answered.drafts.values()):
        return at
    for _ in range(1 + dice.chance(f.SECOND_COMMITMENT)):
        at = minutes(at, dice.randint(20, 300))
        by_when = day_of(at) + timedelta(days=dice.randint(60, 240))
        promise = c.MakeCommitment(unit=unit.code, text=words.told(dice, case.subject, "will"), finish_on=by_when)
        yield Act(at, f"official:{unit.officers[0]}", promise)
    return at


def _followed(case: Case, number: int, at: datetime) -> Story:
    """A promise to its end; then a second reply, and the better class where all are kept."""
    dice, made = case.dice, case.state.commitments[number].made
    unit = case.place.unit(made.unit)
    by, deputy = f"official:{unit.officers[0]}", unit.deputies[0]
    if case.state.result_class == "B" and dice.chance(f.BETTER_TOO_EARLY):
        at = case.later(at, 5, 20)
        yield Act(at)
        better = c.ReassessClass(result_class="A", basis="单位申请转类")
        yield Act(at, by, better, refused_by=COMMITMENTS_BEFORE_BETTER_CLASS)
    due = made.finish_on or day_of(at)
    while dice.chance(0.6) and day_of(at) < due - timedelta(days=30):
        reported = case.later(at, 25, 60)
        at = minutes(reported, 45)
        progress = words.told(dice, case.subject, "done")
        yield Act(at, by, c.ReportCommitmentProgress(occurred_at=reported, number=number, progress=progress))
    end = dice.weighted({"kept": f.KEPT, "broken": f.BROKEN, "open": 1 - f.KEPT - f.BROKEN})
    if end == "open":
        return at
    at = max(case.later(at, 1, 10), case.later(morning(due), -20, 3))
    if end == "broken":
        yield Act(at, by, c.BreakCommitment(number=number, reason="上级政策调整，年内无法完成"))
        if not dice.chance(f.KEPT_LATE):
            return (yield from _second_reply(case, unit, number, at))
        at = case.later(at, 20, 60)
    yield Act(at, by, c.FulfilCommitment(number=number, outcome=words.told(dice, case.subject, "done")))
    at = yield from _second_reply(case, unit, number, at)
    kept = all(promise.fulfilled for promise in case.state.commitments.values())
    if kept and case.state.result_class == "B" and dice.chance(0.7):
        at = minutes(at, 60)
        yield Act(at)
        yield Act(at, OFFICE, c.ReassessClass(result_class="A", basis=f"承诺已兑现，经{deputy}确认"))
    return at


def _second_reply(case: Case, unit: Unit, number: int, at: datetime) -> Story:
    if not case.dice.chance(0.7):
        return at
    at = case.later(at, 1, 8)
    text = words.reply(case.dice, case.subject, f"（第 {number} 项承诺办理情况）")
    told = c.IssueSecondReply(unit=unit.code, commitments=(number,), text=text, signer=unit.deputies[0])
    yield Act(at, f"official:{unit.officers[0]}", told)
    return at


def _published(case: Case, unit: Unit, at: datetime) -> Story:
    dice, by = case.dice, f"official:{unit.officers[0]}"
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
        yield Act(minutes(at, 10), f"member:{member}", contest)
        ground, openness = WithholdingGround.MEMBER_OBJECTS, Openness.WITHHOLD
        again = c.DecidePublication(unit=unit.code, openness=openness, withholding_ground=ground)
        yield Act(minutes(at, 200), by, again)
    at = case.later(minutes(at, 200), 0, 8)
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


def _visited(case: Case, at: datetime) -> Story:
    """The office goes back to the members, and has a look whether what was said is there."""
    dice, lead = case.dice, case.state.lead_proposer
    if dice.chance(f.REVISITED):
        went = case.later(at, 3, 25)
        at = minutes(went, 100)
        told = {"stage": RevisitStage.AFTER_CLOSING, "mode": dice.choice((ContactMode.PHONE, ContactMode.VISIT))}
        position = dice.choice((MemberPosition.AGREE, MemberPosition.UNDERSTAND))
        finding = words.told(dice, case.subject, "done")
        revisit = {"occurred_at": went, "members": (lead,), "finding": finding, "member_position": position}
        yield Act(at, OFFICE, c.RecordRevisit.model_validate({**told, **revisit}))
    if dice.chance(f.CHECKED):
        went = case.later(at, 5, 25)
        at = minutes(went, 150)
        unit = dice.choice(_answering(case))
        seen = {"place": words.place(dice), "people": ({"name": words.person(dice)},)}
        checked = {"occurred_at": went, "unit": unit.code, "finding": words.told(dice, case.subject, "found")}
        conforms = dice.chance(0.93)
        yield Act(at, OFFICE, c.RecordOnSiteCheck.model_validate({**seen, **checked, "conforms": conforms}))
    return at


def _looked_back(case: Case, at: datetime) -> Story:
    dice, begins = case.dice, case.meeting.campaign_on
    if case.state.result_class != "B" or not dice.chance(f.LOOKED_BACK) or day_of(at) > date(begins.year, 12, 1):
        return at
    at = case.later(max(at, morning(begins)), 1, 15)
    yield Act(at)
    if case.state.result_class != "B":
        return at
    unit = dice.choice(_answering(case))
    delivered = dice.chance(0.85)
    finding = words.told(dice, case.subject, "done" if delivered else "found")
    yield Act(at, OFFICE, c.RecordLookback(campaign=1, unit=unit.code, delivered=delivered, finding=finding))
    return at


def _scored(case: Case, at: datetime) -> Story:
    dice = case.dice
    if dice.chance(f.SCORED):
        at = case.later(at, 1, 15)
        for unit in _answering(case):
            evidence = (case.state.entries.index("ReplyIssued") + 1,)
            points = f"{dice.randint(14, 20) / 2}"
            item: dict[str, Any] = {"unit": unit.code, "item": "on-time", "points": points, "evidence": evidence}
            yield Act(at, OFFICE, c.RecordScoreItem.model_validate(item))
    if dice.chance(f.QUALITY_SCORED):
        at = case.later(at, 0, 6)
        items = [{"item": item, "points": str(dice.randint(12, 20))} for item in ("selection", "analysis", "measures")]
        scored = c.ScoreProposalQuality.model_validate({"scorer": "提案委评审组", "items": items})
        yield Act(at, COMMITTEE, scored)
    if dice.chance(f.REVIEWED_EACH_OTHER):
        at = case.later(at, 0, 6)
        tasks, lead = case.state.active_tasks, case.state.lead_proposer
        unit_code = _answering(case)[0].code
        pairs = [(MutualReview.UNIT_ON_PROPOSAL, unit_code, lead), (MutualReview.PROPOSER_ON_UNIT, lead, unit_code)]
        for task in tasks:
            if task.mode is AssignmentMode.CO:
                pairs.append((MutualReview.LEAD_ON_CO, unit_code, task.unit))
                pairs.append((MutualReview.CO_ON_LEAD, task.unit, unit_code))
        for direction, by, about in pairs:
            rating = Rating.SATISFIED if dice.chance(0.9) else Rating.BASIC
            yield Act(at, OFFICE, c.RecordMutualReview(direction=direction, by=by, about=about, rating=rating))
    return at


def _corrected(case: Case, at: datetime) -> Story:
    """A talk that never was is taken back; a slip of the pen is put right."""
    dice = case.dice
    told = [version for version, name in enumerate(case.state.entries, 1) if name == "MemberContacted"]
    if told and dice.chance(f.RETRACTED):
        at = case.later(at, 2, 20)
        retracted = c.RetractReport(version=dice.choice(told), reason="误登记到本案")
        yield Act(at, OFFICE, retracted)
    if told and dice.chance(f.CORRECTED):
        at = case.later(at, 1, 20)
        correct = words.told(dice, case.subject)
        slip = c.CorrectClericalError(version=told[0], field="content", correct=correct, reason="笔误")
        yield Act(at, OFFICE, slip)
    return at
