"""A unit's reply: drafted, sent back, countersigned, signed, sent, rated, and where somebody is unhappy once more."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate.contact import talked
from api.simulate.feedback import heard_back, mediated
from api.simulate.handling import begun, prepared
from api.simulate.letter import Flaw, Letter, composed, flaws
from api.simulate.people import Desk, Person, Unit
from api.simulate.promises import promised
from api.simulate.publication import decision, published
from api.simulate.story import Act, Case, Story, merged, minutes
from api.simulate.visits import revisited
from domain import commands as c
from domain.codes import (
    AssignmentMode,
    ContactStage,
    Countersignature,
    DeliveryChannel,
    Gate,
    RevisitStage,
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

COPIES = ("市政协提案委", "市政府督查室")


@dataclass
class _Writing:
    """One round of one unit's reply under way."""

    case: Case
    unit: Unit
    reviewer: str
    talked: bool
    letter: Letter = field(init=False)
    flaws: list[Flaw] = field(default_factory=list)
    """What is wrong in the next draft."""
    claimed: str = "A"
    """The class the unit gives its letter."""
    commits: bool = False

    @property
    def desk(self) -> Desk:
        return self.case.desk(self.unit)

    @property
    def by(self) -> str:
        return self.desk.by

    @property
    def signer(self) -> Person:
        """The deputy whose portfolio it is; the head, where it weighs more (S17)."""
        return self.desk.head if self.commits or self.case.state.key else self.desk.deputy

    @property
    def assisting(self) -> list[Unit]:
        """Who assists this unit: nobody, where it is not the lead."""
        if self.case.task(self.unit).mode is not AssignmentMode.LEAD:
            return []
        return [self.case.place.unit(task.unit) for task in self.case.state.assisting]


def answered(case: Case, unit: Unit, at: datetime) -> Story:
    """From the assignment until nobody is unhappy with the unit's reply any more."""
    never = case.dice.chance(f.NEVER_TALKED)
    at = yield from begun(case, unit, at, plans=True)
    at = yield from prepared(case, unit, at, talks=not never)
    at = yield from _round(case, unit, at, never=never)
    while case.task(unit).dissatisfied:
        current = case.task(unit).round
        if current.issued and current.number > 1:
            return (yield from mediated(case, unit, at))
        if current.issued:
            at = case.later(at, 1, 4)
            yield Act(at, case.office, c.OrderRehandling(unit=unit.code, cause="委员不满意"))
        at = yield from _round(case, unit, at, never=False)
    return at


def _round(case: Case, unit: Unit, at: datetime, *, never: bool) -> Story:
    dice = case.dice
    known = case.task(unit).round
    reviewers = case.place.staff.reviewers
    writing = _Writing(case, unit, reviewers[case.index % len(reviewers)].actor, talked=not never)
    out = max(_planned(case, unit, at), at)
    hasty = bool(writing.assisting) and dice.chance(f.HASTE)
    if not hasty:
        at = max(at, case.opening(day_of(out) - timedelta(days=dice.randint(8, 16))))
    if not never:
        unhappy = tuple(sorted(case.task(unit).dissatisfied))
        at = yield from talked(case, unit, case.later(at, 1, 3), ContactStage.BEFORE_REPLY, unhappy=unhappy)
    if not hasty:
        at = yield from _opinions_in(writing, at)
    at = case.later(at, 0, 1)
    _compose(writing, max(at, out))
    at = yield from _drafted(writing, at)
    at = yield from _signed(writing, at)
    if hasty:
        at = yield from _too_early(writing, at)
    at = max(at, out) if known.number == 1 and not hasty else at
    at = yield from _opinions_in(writing, case.later(at, 0, 1))
    yield Act(at, writing.by, c.IssueReply(unit=unit.code, draft=_number(writing), copied_to=COPIES))
    at = yield from promised(case, unit, writing.letter.promises, at)
    if not writing.talked and dice.chance(f.BACKFILLED):
        at = yield from _backfilled(writing, at)
    at = yield from merged(at, [_delivered(writing, at), published(case, unit, at)])
    if known.number == 1 and not case.task(unit).dissatisfied and case.routine(f.REVISITED_AFTER, 29):
        at = yield from revisited(case, case.later(at, 1, 9), RevisitStage.AFTER_REPLY)
    return at


def _delivered(writing: _Writing, at: datetime) -> Story:
    """In the proposers' hands, until they have said what they think of it."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    if case.routine(f.DELIVERED, 25):
        reached = case.later(at, 0, 4)
        at = case.same_day(reached, 5, 120)
        channel = dice.choice(list(DeliveryChannel))
        yield Act(at, writing.by, c.RecordDelivery(occurred_at=reached, unit=unit.code, channel=channel))
    return (yield from heard_back(case, unit, at))


def _backfilled(writing: _Writing, at: datetime) -> Story:
    """A talk before the reply that is entered only after it."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    days = dice.randint(4, 9)
    on = day_of(at) - timedelta(days=days)
    while not case.place.working.works(on):
        on -= timedelta(days=1)
    earlier = dice.hour(on)
    assigned_at = case.task(unit).assigned_at
    if assigned_at is None or on <= day_of(assigned_at):
        return at
    late = (day_of(at) - on).days + 1
    return (yield from talked(case, unit, earlier, ContactStage.BEFORE_REPLY, late=late))


def _planned(case: Case, unit: Unit, at: datetime) -> datetime:
    """When the reply goes out: most shortly before its last day, some after it."""
    dice, due = case.dice, case.task(unit).round.deadline
    if due is None:
        return case.later(at, 15, 60)
    if dice.chance(f.OVERDUE):
        return case.later(case.opening(due.due_on), 1, 34)
    early = min(int(dice.expovariate(1 / f.BURST_DAYS)), 60)
    on = due.due_on - timedelta(days=early)
    while not case.place.working.works(on):
        on -= timedelta(days=1)
    return dice.hour(on)


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
    """Draft after draft, until the assisting units and the reviewer let one pass."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    passed = False
    while not passed:
        draft = _draft(writing)
        if writing.assisting and dice.chance(f.WRONG_HAND):
            wrong = writing.assisting[0]
            asked = draft.model_copy(update={"unit": wrong.code})
            yield Act(at, case.desk(wrong).by, asked, refused_by=ONLY_ASSIGNED_UNIT_REPLIES)
        yield Act(at, writing.by, draft)
        if writing.talked and dice.chance(f.UNREVIEWED):
            at = case.after(at, 30)
            yield Act(at, writing.signer.actor, _sign(writing), refused_by=REVIEW_BEFORE_SIGNING)
        passed, at = yield from _countersigned(writing, at)
        if passed:
            at = case.later(at, 0, 2)
            passed = yield from _reviewed(writing, draft, at)
        at = case.later(at, 0, 2)
    if case.task(unit).round.publication is None and not dice.chance(f.PUBLICATION_FORGOTTEN):
        yield Act(at, writing.by, c.DecidePublication.model_validate({"unit": unit.code, **decision(case, unit)}))
    return at


def _compose(writing: _Writing, out: datetime) -> None:
    """Decide what the letter says that goes out about then, and what its drafts have wrong."""
    case, dice, unit = writing.case, writing.case.dice, writing.unit
    letter = composed(case, unit, _result(writing), day_of(out), case.task(unit).round.number)
    writing.letter, writing.flaws, writing.claimed = letter, flaws(case, letter), letter.result
    case.results[unit.code] = letter.result
    writing.commits = bool(letter.promises) and dice.chance(0.2)
    wrong = any(flaw.result for flaw in writing.flaws)
    if letter.promises and not wrong and dice.chance(f.OVERCLAIMED):
        writing.claimed = "A"


def _draft(writing: _Writing) -> c.DraftReply:
    """The letter with what is still wrong in it: each draft is the one before without what was found."""
    letter, remaining = writing.letter, writing.flaws
    return c.DraftReply(
        unit=writing.unit.code,
        text=letter.drafted(remaining),
        result_class=next((flaw.result for flaw in remaining if flaw.result), writing.claimed),
        commits=writing.commits,
        contact_person=writing.desk.officer.code,
    )


def _result(writing: _Writing) -> str:
    """The class of the letter. One that answers once more takes nothing back: what was done is done, what was promised
    stands; what could not be done may now be promised."""
    case, before = writing.case, writing.case.results.get(writing.unit.code)
    if before is not None:
        return case.dice.choice(("B", "C")) if before == "C" else before
    return case.dice.weighted({known.code: f.CLASSES[known.code] for known in case.rulebook.class_scheme.classes})


def _reviewed(writing: _Writing, draft: c.DraftReply, at: datetime) -> Generator[Act, None, bool]:
    """Whether the reviewer lets the draft pass."""
    case, dice, unit = writing.case, writing.case.dice, writing.unit.code
    number = _number(writing)
    if writing.flaws:
        found = writing.flaws.pop(0)
        defects = ({"code": found.code, "note": found.note},)
        back = c.ReturnReply.model_validate({"unit": unit, "draft": number, "defects": defects})
        yield Act(at, writing.reviewer, back)
        if dice.chance(f.SAME_AGAIN):
            yield Act(minutes(at, 2), writing.by, draft, refused_by=RETURNED_DRAFT_CHANGES)
        return False
    passing: dict[str, object] = {"unit": unit, "draft": number}
    if writing.claimed != writing.letter.result:
        reason = "答复中尚有承诺事项，对照分类标准应予调整"
        passing |= {"result_class": writing.letter.result, "class_reason": reason}
    if dice.chance(0.5):
        passing["publication"] = decision(case, writing.unit)
    yield Act(at, writing.reviewer, c.ReviewReply.model_validate(passing))
    return True


def _countersigned(writing: _Writing, at: datetime) -> Generator[Act, None, tuple[bool, datetime]]:
    """Whether every assisting unit has signed beside the lead, and when the last of them has spoken."""
    case = writing.case
    for unit in writing.assisting:
        at, by = case.later(at, 0, 1), case.desk(unit).deputy.actor
        told = {"unit": unit.code, "answering_unit": writing.unit.code, "draft": _number(writing)}
        if writing.flaws and writing.flaws[0].withheld_by == unit.code:
            writing.flaws.pop(0)
            withheld = {"countersignature": Countersignature.WITHHELD, "reason": "未体现本单位意见"}
            yield Act(at, by, c.CountersignReply.model_validate({**told, **withheld}))
            return False, at
        agreed = c.CountersignReply.model_validate({**told, "countersignature": Countersignature.AGREED})
        yield Act(at, by, agreed)
    return True, at


def _signed(writing: _Writing, at: datetime) -> Story:
    case, dice = writing.case, writing.case.dice
    if not writing.talked and case.rulebook.contact_before_reply.gate is Gate.REFUSE:
        at = yield from _made_to_talk(writing, at)
    wrong: list[tuple[float, Person, Rule]] = [
        (f.OWN_DRAFT, writing.desk.officer, DRAFTER_NEVER_APPROVES),
        (f.LOW_RANK, writing.desk.section, SIGNER_RANK),
    ]
    for share, official, rule in wrong:
        if writing.talked and dice.chance(share):
            at = case.after(at, 15)
            yield Act(at, official.actor, _sign(writing, official), refused_by=rule)
    at = case.later(at, 0, 2)
    yield Act(at, writing.signer.actor, _sign(writing))
    return at


def _made_to_talk(writing: _Writing, at: datetime) -> Story:
    """Refused the signature, the unit talks with the proposers after all, or is let off by its head."""
    case, unit, dice = writing.case, writing.unit, writing.case.dice
    yield Act(at, writing.signer.actor, _sign(writing), refused_by=CONTACT_BEFORE_REPLY)
    writing.talked = True
    at = case.later(at, 0, 2)
    yield Act(at)
    if dice.chance(0.4) and not case.talks:
        waived = c.WaiveContact(unit=unit.code, reason="委员出国期间无法联系", approver=unit.head.code)
        yield Act(at, writing.by, waived)
        return at
    return (yield from talked(case, unit, case.later(at, 0, 1), ContactStage.BEFORE_REPLY))


def _sign(writing: _Writing, signer: Person | None = None) -> c.SignReply:
    return c.SignReply(unit=writing.unit.code, draft=_number(writing), signer=(signer or writing.signer).code)


def _too_early(writing: _Writing, at: datetime) -> Story:
    """Sent before the assisting units have spoken: refused; then it waits for them."""
    at = writing.case.after(at, 30)
    yield Act(at)
    if any(task.co_opinion is None for task in _assisting(writing)):
        early = c.IssueReply(unit=writing.unit.code, draft=_number(writing), copied_to=COPIES)
        yield Act(at, writing.by, early, refused_by=CO_OPINION_BEFORE_ISSUE)
    return (yield from _opinions_in(writing, at))


def _number(writing: _Writing) -> int:
    draft = writing.case.task(writing.unit).round.draft
    return draft.number if draft else 1
