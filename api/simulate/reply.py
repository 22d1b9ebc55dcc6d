"""A unit's reply: drafted, sent back, countersigned, signed, sent, rated, and where somebody is unhappy once more."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.feedback import heard_back, mediated
from api.simulate.handling import begun, prepared, talked
from api.simulate.place import OFFICE, REVIEWERS, Unit
from api.simulate.story import Act, Case, Story, minutes, morning
from domain import commands as c
from domain.codes import (
    AssignmentMode,
    ContactStage,
    Countersignature,
    Defect,
    DeliveryChannel,
    Gate,
    Openness,
    WithholdingGround,
)
from domain.proposal import UnitTask
from domain.rules import (
    CO_OPINION_BEFORE_ISSUE,
    CONTACT_BEFORE_REPLY,
    DRAFTER_NEVER_APPROVES,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RETURNED_DRAFT_CHANGES,
    REVIEW_BEFORE_SIGNING,
    SIGNER_RANK,
    Rule,
)
from domain.values import day_of

GROUNDS = [ground for ground in WithholdingGround if ground is not WithholdingGround.SECRET]
DEFECTS = (Defect.OFF_TOPIC, Defect.WORDING, Defect.LAW_OR_POLICY, Defect.CO_OPINION_NOT_MERGED)
COPIES = ("市政协提案委", "市政府督查室")


@dataclass
class _Writing:
    """One round of one unit's reply under way."""

    case: Case
    unit: Unit
    officer: str
    reviewer: str
    talked: bool
    drafts: int = 0
    text: str = ""

    @property
    def by(self) -> str:
        return f"official:{self.officer}"

    @property
    def signer(self) -> str:
        return self.unit.deputies[0]

    @property
    def assisting(self) -> list[Unit]:
        """Who assists this unit: nobody, where it is not the lead."""
        if self.case.task(self.unit).mode is not AssignmentMode.LEAD:
            return []
        return [self.case.place.unit(task.unit) for task in self.case.state.assisting]


def answered(case: Case, unit: Unit, at: datetime) -> Story:
    """From the assignment until nobody is unhappy with the unit's reply any more."""
    officer = case.dice.choice(unit.officers)
    never = case.dice.chance(f.NEVER_TALKED)
    at = yield from begun(case, unit, at, officer, plans=True)
    at = yield from prepared(case, unit, at, officer, talks=not never)
    at = yield from _round(case, unit, at, officer, never=never)
    while case.task(unit).dissatisfied:
        current = case.task(unit).round
        if current.issued and current.number > 1:
            return (yield from mediated(case, unit, at))
        if current.issued:
            at = case.later(at, 1, 4)
            yield Act(at, OFFICE, c.OrderRehandling(unit=unit.code, cause="委员不满意"))
        at = yield from _round(case, unit, at, officer, never=False)
    return at


def _round(case: Case, unit: Unit, at: datetime, officer: str, *, never: bool) -> Story:
    dice = case.dice
    known = case.task(unit).round
    writing = _Writing(case, unit, officer, dice.choice(REVIEWERS), talked=not never)
    out = max(_planned(case, unit, at), at)
    hasty = bool(writing.assisting) and dice.chance(f.HASTE)
    if not hasty:
        at = max(at, morning(day_of(out) - timedelta(days=dice.randint(8, 16))))
    if not never:
        at = yield from talked(case, unit, case.later(at, 1, 3), officer, ContactStage.BEFORE_REPLY)
    if not hasty:
        at = yield from _opinions_in(writing, at)
    at = yield from _drafted(writing, at)
    at = yield from _signed(writing, at)
    if hasty:
        at = yield from _too_early(writing, at)
    at = max(at, out) if known.number == 1 else at
    at = yield from _opinions_in(writing, case.later(at, 0, 1))
    yield Act(at, writing.by, c.IssueReply(unit=unit.code, draft=_number(writing), copied_to=COPIES))
    if not writing.talked and dice.chance(f.BACKFILLED):
        days = dice.randint(4, 9)
        earlier = at - timedelta(days=days)
        at = yield from talked(case, unit, earlier, officer, ContactStage.BEFORE_REPLY, late=days + 1)
    if dice.chance(f.DELIVERED):
        reached = case.later(at, 0, 4)
        at = minutes(reached, dice.randint(5, 200))
        channel = dice.choice(list(DeliveryChannel))
        yield Act(at, writing.by, c.RecordDelivery(occurred_at=reached, unit=unit.code, channel=channel))
    return (yield from heard_back(case, unit, at, officer))


def _planned(case: Case, unit: Unit, at: datetime) -> datetime:
    """When the reply goes out: most shortly before its last day, some after it."""
    dice, due = case.dice, case.task(unit).round.deadline
    if due is None:
        return case.later(at, 15, 60)
    if dice.chance(f.OVERDUE):
        return case.later(morning(due.due_on), 1, 34)
    early = min(int(dice.expovariate(1 / f.BURST_DAYS)), 60)
    return morning(due.due_on - timedelta(days=early)) + timedelta(minutes=dice.randint(0, 500))


def _opinions_in(writing: _Writing, at: datetime) -> Story:
    """Wait until every assisting unit's opinion is there."""
    yield Act(at)
    while any(task.co_opinion is None for task in _assisting(writing)):
        at = writing.case.later(at, 1, 3)
        yield Act(at)
    return at


def _assisting(writing: _Writing) -> list[UnitTask]:
    return [writing.case.task(unit) for unit in writing.assisting]


def _drafted(writing: _Writing, at: datetime) -> Story:
    """Draft after draft, until the reviewer and the assisting units let one pass."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    passed = False
    while not passed:
        number = case.task(unit).round.number
        again = f"（第 {number} 轮第 {writing.drafts + 1} 稿）" if number > 1 or writing.drafts else ""
        writing.text = words.reply(dice, case.subject, again)
        writing.drafts += 1
        draft = _draft(writing)
        if writing.assisting and dice.chance(f.WRONG_HAND):
            wrong = writing.assisting[0]
            asked = draft.model_copy(update={"unit": wrong.code})
            yield Act(at, f"official:{wrong.officers[0]}", asked, refused_by=ONLY_ASSIGNED_UNIT_REPLIES)
        yield Act(at, writing.by, draft)
        if writing.talked and dice.chance(f.UNREVIEWED):
            at = minutes(at, 30)
            yield Act(at, f"official:{writing.signer}", _sign(writing), refused_by=REVIEW_BEFORE_SIGNING)
        at = case.later(at, 0, 2)
        passed = yield from _reviewed(writing, draft, at)
        if passed:
            passed, at = yield from _countersigned(writing, at)
        at = case.later(at, 0, 2)
    if case.task(unit).round.publication is None and not dice.chance(f.PUBLICATION_FORGOTTEN):
        yield Act(at, writing.by, c.DecidePublication.model_validate({"unit": unit.code, **_publication(case)}))
    return at


def _draft(writing: _Writing) -> c.DraftReply:
    case, dice = writing.case, writing.case.dice
    classes = {known.code: f.CLASSES[known.code] for known in case.rulebook.class_scheme.classes}
    result = dice.weighted(classes)
    commits = result == "B" and dice.chance(0.2)
    return c.DraftReply(unit=writing.unit.code, text=writing.text, result_class=result, commits=commits)


def _reviewed(writing: _Writing, draft: c.DraftReply, at: datetime) -> Generator[Act, None, bool]:
    """Whether the reviewer lets the draft pass."""
    case, dice, unit = writing.case, writing.case.dice, writing.unit.code
    number = _number(writing)
    if dice.chance(f.RETURNED):
        defects = ({"code": dice.choice(DEFECTS), "note": words.told(dice, case.subject, "found")},)
        back = c.ReturnReply.model_validate({"unit": unit, "draft": number, "defects": defects})
        yield Act(at, writing.reviewer, back)
        if dice.chance(f.SAME_AGAIN):
            yield Act(minutes(at, 2), writing.by, draft, refused_by=RETURNED_DRAFT_CHANGES)
        return False
    passing: dict[str, object] = {"unit": unit, "draft": number}
    if dice.chance(f.CLASS_CHANGED):
        other = {"A": "B"}.get(draft.result_class, "A")
        passing |= {"result_class": other, "class_reason": "对照分类标准，办理结果应予调整"}
    if dice.chance(0.5):
        passing["publication"] = _publication(case)
    yield Act(at, writing.reviewer, c.ReviewReply.model_validate(passing))
    return True


def _countersigned(writing: _Writing, at: datetime) -> Generator[Act, None, tuple[bool, datetime]]:
    """Whether every assisting unit has signed beside the lead, and when the last of them has spoken."""
    case, dice = writing.case, writing.case.dice
    for unit in writing.assisting:
        at = case.later(at, 0, 1)
        told = {"unit": unit.code, "answering_unit": writing.unit.code, "draft": _number(writing)}
        if dice.chance(f.OBJECTION_WITHHELD):
            withheld = {"countersignature": Countersignature.WITHHELD, "reason": "未体现本单位意见"}
            yield Act(at, f"official:{unit.deputies[0]}", c.CountersignReply.model_validate({**told, **withheld}))
            return False, at
        agreed = c.CountersignReply.model_validate({**told, "countersignature": Countersignature.AGREED})
        yield Act(at, f"official:{unit.deputies[0]}", agreed)
    return True, at


def _signed(writing: _Writing, at: datetime) -> Story:
    case, dice, unit = writing.case, writing.case.dice, writing.unit
    if not writing.talked and case.rulebook.contact_before_reply.gate is Gate.REFUSE:
        at = yield from _made_to_talk(writing, at)
    low = next(officer for officer in unit.officers if officer != writing.officer)
    wrong: list[tuple[float, str, Rule]] = [
        (f.OWN_DRAFT, writing.officer, DRAFTER_NEVER_APPROVES),
        (f.LOW_RANK, low, SIGNER_RANK),
    ]
    for share, official, rule in wrong:
        if writing.talked and dice.chance(share):
            at = minutes(at, 15)
            yield Act(at, f"official:{official}", _sign(writing, official), refused_by=rule)
    at = case.later(at, 0, 2)
    yield Act(at, f"official:{writing.signer}", _sign(writing))
    return at


def _made_to_talk(writing: _Writing, at: datetime) -> Story:
    """Refused the signature, the unit talks with the proposers after all, or is let off by its head."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    yield Act(at, f"official:{writing.signer}", _sign(writing), refused_by=CONTACT_BEFORE_REPLY)
    writing.talked = True
    if dice.chance(0.25):
        at = case.later(at, 0, 2)
        waived = c.WaiveContact(unit=unit.code, reason="委员出国期间无法联系", approver=unit.head)
        yield Act(at, writing.by, waived)
        return at
    return (yield from talked(case, unit, case.later(at, 0, 2), writing.officer, ContactStage.BEFORE_REPLY))


def _sign(writing: _Writing, signer: str | None = None) -> c.SignReply:
    return c.SignReply(unit=writing.unit.code, draft=_number(writing), signer=signer or writing.signer)


def _too_early(writing: _Writing, at: datetime) -> Story:
    """Sent before the assisting units have spoken: refused; then it waits for them."""
    at = minutes(at, 30)
    yield Act(at)
    if any(task.co_opinion is None for task in _assisting(writing)):
        early = c.IssueReply(unit=writing.unit.code, draft=_number(writing), copied_to=COPIES)
        yield Act(at, writing.by, early, refused_by=CO_OPINION_BEFORE_ISSUE)
    return (yield from _opinions_in(writing, at))


def _number(writing: _Writing) -> int:
    draft = writing.case.task(writing.unit).round.draft
    return draft.number if draft else 1


def _publication(case: Case) -> dict[str, object]:
    openness = case.dice.weighted(
        {
            Openness.WITHHOLD: f.WITHHELD,
            Openness.PUBLISH_SUMMARY: f.SUMMARISED,
            Openness.PUBLISH_FULL: 1 - f.WITHHELD - f.SUMMARISED,
        }
    )
    if openness is Openness.PUBLISH_FULL:
        return {"openness": openness}
    return {"openness": openness, "withholding_ground": case.dice.choice(GROUNDS)}
