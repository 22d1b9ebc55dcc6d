"""A rulebook: the numbers of one jurisdiction, level and year, as data.

It is adopted into a session's stream and pinned by each case at registration, so history carries the rules it
was judged by. It must load for ever: `problems()` is asked at the door, never on load.
"""

import hashlib
import json
import tomllib
from calendar import monthrange
from collections.abc import Iterator
from enum import StrEnum

from domain.codes import ContactMode, DecisiveMoment, Gate, Rank, Rating
from domain.values import Frozen


class DeadlineKind(StrEnum):
    REPLY = "REPLY"
    CO_OPINION = "CO_OPINION"
    REHANDLING = "REHANDLING"
    FEEDBACK = "FEEDBACK"


class AnchorKind(StrEnum):
    """The event a clock starts at (process matrix: receipt, handover, or close of the session)."""

    TRANSFER = "TRANSFER"
    ASSIGNMENT = "ASSIGNMENT"
    SESSION_CLOSE = "SESSION_CLOSE"
    ORDER = "ORDER"
    FORM = "FORM"


class CountedIn(StrEnum):
    DAY = "DAY"
    MONTH = "MONTH"
    FIXED_DATE = "FIXED_DATE"


class DeadlineRule(Frozen):
    """`value` counts days or months; a fixed date is `month`-`day` of the anchor's year, or the next one."""

    kind: DeadlineKind
    rule: str
    anchor: AnchorKind
    counted_in: CountedIn
    value: int | None = None
    month: int | None = None
    day: int | None = None
    source: str


class ResultClass(Frozen):
    code: str
    title: str


class ClassScheme(Frozen):
    """Class letters mean different things in different places: a class is never shown without its scheme."""

    id: str
    classes: tuple[ResultClass, ...]


class ContactRule(Frozen):
    """先沟通后答复: which contacts count, with whom, and before which moment. `reach_percent` is the share of
    signers that must be reached; 0 means the lead proposer alone is enough."""

    gate: Gate
    before: DecisiveMoment = DecisiveMoment.SIGNING
    modes: tuple[ContactMode, ...] = tuple(ContactMode)
    reach_percent: int = 0
    source: str


class Gates(Frozen):
    review_before_signing: Gate = Gate.REFUSE
    co_opinion_before_issue: Gate = Gate.REFUSE
    countersigned_before_issue: Gate = Gate.REFUSE
    signer_rank: Gate = Gate.REFUSE


class RulebookRef(Frozen):
    """What a case pins at registration. `digest` is SHA-256 over the rulebook's canonical JSON."""

    id: str
    version: int
    digest: str


class Rulebook(Frozen):
    """The numbers one session is handled by. `origin` says where they come from; `MADE_UP` where nobody knows."""

    id: str
    version: int
    title: str
    origin: str
    source: str
    deadlines: tuple[DeadlineRule, ...]
    class_scheme: ClassScheme
    ratings: tuple[Rating, ...]
    contact_before_reply: ContactRule
    gates: Gates = Gates()
    signer_rank: Rank = Rank.UNIT_PORTFOLIO_LEADER
    rehandling_automatic: bool = True
    late_entry_hours: int = 24
    due_soon_days: int = 10

    def deadline(self, kind: DeadlineKind) -> DeadlineRule | None:
        return next((rule for rule in self.deadlines if rule.kind is kind), None)

    def has_class(self, code: str) -> bool:
        return any(known.code == code for known in self.class_scheme.classes)

    def ref(self) -> RulebookRef:
        written = json.dumps(
            self.model_dump(mode="json", exclude_none=True),
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return RulebookRef(id=self.id, version=self.version, digest=hashlib.sha256(written.encode()).hexdigest())


def parse(toml: str) -> Rulebook:
    """Read a rulebook from TOML text. Raises `tomllib.TOMLDecodeError` or `pydantic.ValidationError`."""
    return Rulebook.model_validate(tomllib.loads(toml))


def problems(rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    """What is wrong with a rulebook, as (field, Chinese sentence); empty where it may be adopted."""
    if rulebook.version < 1:
        yield "version", "版本号从 1 起"
    kinds = [rule.kind for rule in rulebook.deadlines]
    if len(set(kinds)) != len(kinds):
        yield "deadlines", "同一种期限只能规定一次"
    if DeadlineKind.REPLY not in kinds:
        yield "deadlines", "须规定答复期限"
    for index, rule in enumerate(rulebook.deadlines):
        yield from _deadline_problems(rule, f"deadlines.{index}")
    codes = [known.code for known in rulebook.class_scheme.classes]
    if not codes or len(set(codes)) != len(codes):
        yield "class_scheme.classes", "办理结果分类不得为空或重复"
    if Rating.DISSATISFIED not in rulebook.ratings:
        yield "ratings", "评价等次须含不满意"
    if not 0 <= rulebook.contact_before_reply.reach_percent <= 100:
        yield "contact_before_reply.reach_percent", "须在 0 与 100 之间"
    if not rulebook.contact_before_reply.modes:
        yield "contact_before_reply.modes", "至少允许一种沟通方式"
    for field in ("late_entry_hours", "due_soon_days"):
        if getattr(rulebook, field) < 0:
            yield field, "时限不得为负"


_ANCHORS = {
    DeadlineKind.REPLY: {AnchorKind.TRANSFER, AnchorKind.ASSIGNMENT, AnchorKind.SESSION_CLOSE},
    DeadlineKind.CO_OPINION: {AnchorKind.TRANSFER, AnchorKind.ASSIGNMENT, AnchorKind.SESSION_CLOSE},
    DeadlineKind.REHANDLING: {AnchorKind.ORDER},
    DeadlineKind.FEEDBACK: {AnchorKind.FORM},
}


def _deadline_problems(rule: DeadlineRule, field: str) -> Iterator[tuple[str, str]]:
    if rule.anchor not in _ANCHORS[rule.kind]:
        yield f"{field}.anchor", "该种期限不能从这一事件起算"
    if rule.counted_in is CountedIn.FIXED_DATE:
        # 2000 is a leap year: 29 February is a date, and falls on the 28th in other years
        if rule.month is None or rule.day is None or not 1 <= rule.month <= 12:
            yield f"{field}.month", "固定日期须写明月和日"
        elif not 1 <= rule.day <= monthrange(2000, rule.month)[1]:
            yield f"{field}.day", f"没有 {rule.month} 月 {rule.day} 日这一天"
    elif rule.value is None or not 1 <= rule.value <= 3650:
        yield f"{field}.value", "须为 1 至 3650 的整数"
