"""A rulebook: the numbers of one jurisdiction, level and year, as data.

It is adopted into a session's stream and pinned by each case at registration, so history carries the rules it
was judged by. It must load for ever: `domain.policy.soundness` is asked at the door, never on load.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.codes import (
    CollectiveKind,
    ContactMode,
    DecisiveMoment,
    Gate,
    Level,
    Pressure,
    Rank,
    Rating,
    Restart,
    Timing,
)
from domain.values import Frozen, Points


class DeadlineKind(StrEnum):
    """What a deadline is for."""

    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT"
    OBJECTION = "OBJECTION"
    OBJECTION_ANSWER = "OBJECTION_ANSWER"
    FIRST_CONTACT = "FIRST_CONTACT"
    REPLY = "REPLY"
    CO_OPINION = "CO_OPINION"
    REHANDLING = "REHANDLING"
    FEEDBACK = "FEEDBACK"
    PUBLICATION = "PUBLICATION"
    KEY_SUPERVISION = "KEY_SUPERVISION"


class AnchorKind(StrEnum):
    """The event a clock starts at: receipt, handover, or close of the session; REPLY_DUE is no event, a clock that
    runs backwards from the day the reply is due (S36)."""

    TRANSFER = "TRANSFER"
    ASSIGNMENT = "ASSIGNMENT"
    SESSION_CLOSE = "SESSION_CLOSE"
    ORDER = "ORDER"
    FORM = "FORM"
    REPLY_DUE = "REPLY_DUE"
    RETURN = "RETURN"
    ISSUE = "ISSUE"
    SELECTION = "SELECTION"


class CountedIn(StrEnum):
    """What a deadline is counted in, or that it is a date."""

    DAY = "DAY"
    WORKDAY = "WORKDAY"
    MONTH = "MONTH"
    FIXED_DATE = "FIXED_DATE"


class Count(Frozen):
    """`value` counts days, working days or months; a fixed date is `month`-`day` of the anchor's year, or the next."""

    counted_in: CountedIn
    value: int | None = None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a case a rule may ask: when it came, whether it is a key proposal, which kind of body handed it in and
    that body's name, and from which higher level it was passed down."""

    timing: Timing | None = None
    key_proposal: bool = False
    collective: CollectiveKind | None = None
    passed_down: Level | None = None
    body: str | None = None


class When(Frozen):
    """Which cases a rule is for; every condition named must hold. `body` is a part of the body's name: the notice of
    one place has a day for parties and 工商联, not for every people's organisation (S11)."""

    timing: Timing | None = None
    key_proposal: bool | None = None
    collective: CollectiveKind | None = None
    passed_down: Level | None = None
    body: str | None = None

    def holds(self, traits: Traits) -> bool:
        named = self.model_dump(exclude_none=True, exclude={"body"})
        of_body = self.body is None or self.body in (traits.body or "")
        return of_body and all(getattr(traits, trait) == wanted for trait, wanted in named.items())


class Extension(Frozen):
    """How far a deadline may be moved: never later than `limit` from the same anchor; `approver` is the lowest rank
    that may grant it."""

    limit: Count
    approver: Rank = Rank.VICE_MAYOR


class DeadlineRule(Count):
    """How long something may take. `when`: for which cases. `rolls`: a last day on which nobody works moves on to the
    next working day. `backwards`: counted back from the anchor. `cap`: never later than this from the same anchor.
    `restarts`: what starts the clock anew; where nothing is named nothing does.

    What a rulebook did not say when it was adopted is None and no part of its digest: so digests do not drift.
    """

    kind: DeadlineKind
    rule: str
    anchor: AnchorKind
    when: When | None = None
    rolls: bool | None = None
    backwards: bool | None = None
    cap: Count | None = None
    restarts: tuple[Restart, ...] | None = None
    extension: Extension | None = None
    source: str


class ResultClass(Frozen):
    code: str
    title: str


class ClassScheme(Frozen):
    """Class letters mean different things in different places: a class is never shown without its scheme."""

    id: str
    classes: tuple[ResultClass, ...]


class Topic(Frozen):
    """类别: what a proposal is about, by the list that a place uses; lists differ, so they go with the rulebook."""

    code: str
    title: str


class ContactRule(Frozen):
    """先沟通后答复: which contacts count, with whom, and before which moment. `reach_percent` is the share of
    proposers that must be reached; 0 means the lead proposer alone is enough."""

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
    objection_in_time: Gate | None = None
    """REFUSE where a rulebook does not say."""
    extension_in_time: Gate | None = None
    """FLAG where a rulebook does not say."""
    publication_before_issue: Gate | None = None
    """Whether publication is decided before the reply goes out (S43); OFF where a rulebook does not say."""
    ladder_in_order: Gate | None = None
    """Whether pressure begins mildly (S19); OFF where a rulebook does not say."""
    reviewed_before_registration: Gate | None = None
    """Whether a proposal is reviewed before it is registered (S46); OFF where a rulebook does not say."""
    registered_as_reviewed: Gate | None = None
    """Whether the last review must not have said that it is no case (S46); FLAG where a rulebook does not say."""
    countersigned_before_review: Gate | None = None
    """Whether all assisting units agree to a draft before it is reviewed (P4); OFF where a rulebook does not say."""
    countersigned_before_signing: Gate | None = None
    """Whether they agree to it before it is signed (S15); FLAG where a rulebook does not say."""
    passed_down_by_office: Gate | None = None
    """Whether the city's office, not the unit, answers a case passed down (S14); FLAG where a rulebook does not say."""
    rated_by_others: Gate | None = None
    """Whether a rating is entered by nobody of the unit it is about (P4); FLAG where a rulebook does not say."""
    key_proposal_led: Gate | None = None
    """Whether a key proposal has a leader before a reply to it is signed (S27, S28); FLAG where a rulebook does not
    say: wherever there are key proposals, somebody leads them."""
    key_plan_before_signing: Gate | None = None
    """Whether a unit has filed its plan before its reply to a key proposal is signed (S15); OFF where a rulebook does
    not say."""
    key_report_before_closing: Gate | None = None
    """Whether the supervision of a key proposal is reported before it is closed (S27); OFF where a rulebook does not
    say."""
    contact_before_handling: Gate | None = None
    """Whether a unit speaks with a proposer before it takes a step (S0, S22); OFF where a rulebook does not say."""
    satisfied_before_closing: Gate | None = None
    """Whether a case is closed only where nobody is left dissatisfied (S8); REFUSE where a rulebook does not say."""
    promises_told_before_archive: Gate | None = None
    """Whether what became of every promise was told to the proposers before the file is put away (S13); FLAG where a
    rulebook does not say."""


class LadderStep(Count):
    """One step of pressure: so many days `before` a limit's last day, or after it; or `since` an earlier step, named by
    its rule, was taken and the unit has answered neither that nor what it owes (S49)."""

    rule: str
    pressure: Pressure
    about: DeadlineKind
    before: bool = False
    since: str | None = None
    source: str


class ScoreItem(Frozen):
    """One item of a scoring sheet, worth up to `most` points; `deducts`: points are taken off, not given (S35, S36)."""

    id: str
    title: str
    most: Points
    deducts: bool = False
    source: str

    def admits(self, points: Decimal) -> bool:
        """Whether so many points may be given (or, as a negative number, taken off)."""
        given = -points if self.deducts else points
        return 0 <= given <= self.most


class SignerRanks(Frozen):
    """Lowest ranks that may sign what weighs more: a reply to a key proposal, one that commits projects or money
    (S17), one to a collective proposer (P1); and what a unit signs about its assignment: an objection, or the statement
    that puts it to a leader (S18), each a portfolio leader's where a rulebook does not say."""

    key_proposal: Rank | None = None
    committing: Rank | None = None
    collective: Rank | None = None
    objection: Rank | None = None
    escalation: Rank | None = None


class LateEntry(Frozen):
    """How many hours after it occurred each kind of event may be entered without a reason, by the event's name; for
    events not named the rulebook's `late_entry_hours` holds."""

    hours: Mapping[str, int]
    source: str | None = None


class RulebookRef(Frozen):
    """What a case pins at registration. `digest` is SHA-256 over the rulebook's canonical JSON."""

    id: str
    version: int
    digest: str


class Rulebook(Frozen):
    """The numbers one session is handled by. `origin` says where they come from; `MADE_UP` where nobody knows.

    `jurisdiction`, `level` and `year` say whose rules they are and of when; rulebooks adopted earlier do not say.
    """

    id: str
    version: int
    title: str
    origin: str
    source: str
    deadlines: tuple[DeadlineRule, ...]
    class_scheme: ClassScheme
    ratings: tuple[Rating, ...]
    attitude_ratings: tuple[Rating, ...] | None = None
    result_ratings: tuple[Rating, ...] | None = None
    """The scales of 办理态度 and 办理结果 where they are others than the whole answer's (P1)."""
    contact_before_reply: ContactRule
    topics: tuple[Topic, ...] | None = None
    """What a case may be about; any words will do where a rulebook does not say."""
    gates: Gates = Gates()
    signer_rank: Rank = Rank.UNIT_PORTFOLIO_LEADER
    signer_ranks: SignerRanks | None = None
    rehandling_automatic: bool = True
    automatic_rehandlings: int | None = None
    """How often a reply is handled again without somebody's order; as often as needed where a rulebook does not say."""
    rehandled_ratings: tuple[Rating, ...] | None = None
    """Which answers begin the next round by themselves (S34: 基本满意 too); 不满意 where a rulebook does not say."""
    ladder: tuple[LadderStep, ...] | None = None
    key_plan_days: int | None = None
    """Days a unit has to file its plan for a key proposal before it is reminded; nobody is where a rulebook does not
    say."""
    scoring: tuple[ScoreItem, ...] | None = None
    feedback_form_automatic: bool | None = None
    """Whether the form goes out with the reply by itself; it does not where a rulebook does not say."""
    late_entry_hours: int = 24
    due_soon_days: int = 10
    jurisdiction: str | None = None
    level: Level | None = None
    year: int | None = None
    late_entry: LateEntry | None = None

    def deadline(self, kind: DeadlineKind, traits: Traits = Traits()) -> DeadlineRule | None:
        """The first rule of this kind that is for such a case."""
        fitting = (rule for rule in self.deadlines if rule.when is None or rule.when.holds(traits))
        return next((rule for rule in fitting if rule.kind is kind), None)

    def rank_to_sign(self, *, key_proposal: bool, committing: bool, collective: bool) -> Rank:
        """The lowest rank that may sign such a reply."""
        more = self.signer_ranks or SignerRanks()
        asked = ((more.key_proposal, key_proposal), (more.committing, committing), (more.collective, collective))
        ranks = (rank for rank, weighs in asked if rank and weighs)
        return max((self.signer_rank, *ranks), key=lambda rank: rank.height)

    def rank_to_object(self, *, escalating: bool) -> Rank:
        """The lowest rank that may sign a unit's objection, or put it to a leader."""
        more = self.signer_ranks or SignerRanks()
        return (more.escalation if escalating else more.objection) or Rank.UNIT_PORTFOLIO_LEADER

    def step(self, rule: str | None) -> LadderStep | None:
        """The step of the ladder with this id."""
        return next((step for step in self.ladder or () if step.rule == rule), None)

    def scale(self, of: str) -> tuple[Rating, ...]:
        """What may be answered about the `attitude`, the `result`, or `overall`."""
        own = {"attitude": self.attitude_ratings, "result": self.result_ratings}.get(of)
        return own or self.ratings

    def score_item(self, id: str) -> ScoreItem | None:
        return next((item for item in self.scoring or () if item.id == id), None)

    def better(self, one: str, other: str) -> bool:
        """Whether one class solves more than another: schemes list the best first."""
        order = [known.code for known in self.class_scheme.classes]
        return order.index(one) < order.index(other)

    def rehandles(self, replies: int, rating: Rating) -> bool:
        """Whether such an answer to the last of so many replies begins the next round without an order."""
        most, begin = self.automatic_rehandlings, self.rehandled_ratings or (Rating.DISSATISFIED,)
        return self.rehandling_automatic and rating in begin and (most is None or replies <= most)

    def late_after(self, event: str) -> int:
        """Hours after which an event of this name is entered late."""
        return self.late_entry.hours.get(event, self.late_entry_hours) if self.late_entry else self.late_entry_hours

    def has_topic(self, code: str) -> bool:
        """Whether a case may be about this: anything, where no list is named."""
        return self.topics is None or any(known.code == code for known in self.topics)

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
