"""更正: every recorded mistake is set right by a later event."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt

from domain import events
from domain.codes import Rank, Rating
from domain.commands.base import Breach, ProposalCommand, existing, gated, in_order, stream_of
from domain.commands.feedback import not_by_others
from domain.commands.handling import UNHAPPY, called_for
from domain.commands.mending import MENDED_BY, RETRACTED, TAKEN_BACK, mended, resting_on
from domain.commands.recomputation import recomputed
from domain.commands.registration import in_list
from domain.events import (
    CaseArchived,
    ClassReassessed,
    ClericalErrorCorrected,
    CommitmentEvent,
    CommitmentFulfilled,
    DeadlineRecomputed,
    ExtensionGranted,
    FaceToFaceMediationHeld,
    FeedbackFormIssued,
    HandlingClosed,
    HandlingReopened,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalWithdrawn,
    RehandlingOrdered,
    ReportRetracted,
    SatisfactionRecorded,
    SatisfactionRevised,
    StepTakenBack,
    UnitAssigned,
)
from domain.labels import EVENTS
from domain.proposal import Proposal, evolve, open_limits, round_of, without
from domain.record import Recorded
from domain.rules import (
    CITY_LEADER_APPROVES,
    CORRECTS_TEXT,
    HANDLING_CLOSED,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    PROPOSAL_EXISTS,
    RATED_BY_OTHERS,
    REOPENED_BEFORE_ARCHIVE,
    RETRACTS_REPORT,
    TAKEN_BACK_BY_LEADER,
    TAKES_BACK_STEP,
    TOPIC_IN_LIST,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, On, Setting
from domain.streams import Stream, proposal_stream
from domain.values import Code, LongText, Note

UPON = (FeedbackFormIssued, SatisfactionRecorded, SatisfactionRevised, FaceToFaceMediationHeld)
"""What a case was closed upon."""

ENDS = (ProposalNotRegistered, ProposalConverted, ProposalWithdrawn, CaseArchived)
"""Steps that end a case, so that they are taken back where it has ended."""

TEXTS: dict[str, frozenset[str]] = {
    "ProposalSubmitted": frozenset({"title", "body"}),
    "ProposalResubmitted": frozenset({"title", "body"}),
    "ProposalRegistered": frozenset({"topic"}),
    "MemberContacted": frozenset({"content"}),
    "FieldVisitRecorded": frozenset({"place", "finding"}),
    "MemberRevisited": frozenset({"finding"}),
    "OnSiteCheckRecorded": frozenset({"place", "finding"}),
    "DifficultyRaised": frozenset({"text", "asks"}),
    "CommitmentMade": frozenset({"text"}),
    "SatisfactionRecorded": frozenset({"comment"}),
    "SatisfactionRevised": frozenset({"comment"}),
}
"""Texts that no rule weighs, by event."""

SHORT = frozenset({"title", "topic", "place"})
"""Texts of one line."""

Version = Annotated[StrictInt, Field(ge=1, le=1_000_000)]


class RetractReport(ProposalCommand):
    """Take back a report that was a mistake; it stays in history and counts no longer. The truth is recorded anew. A
    round that the rulebook ordered for an answer that never was goes with the answer, while nothing has come of it; one
    that was taken back meanwhile comes back with the answer that calls for it and stands again."""

    rules: ClassVar[tuple[Rule, ...]] = (PROPOSAL_EXISTS, RETRACTS_REPORT, RATED_BY_OTHERS, OCCURRED_IN_ORDER)

    version: Version
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        if self.version in proposal.retracted:
            return []
        fact = named(proposal, self.version, RETRACTED, RETRACTS_REPORT)
        answered = proposal.closed is None or not isinstance(fact.event, UPON)
        require(answered, RETRACTS_REPORT, "已办结，征询、评价与协调须先恢复办理方可撤回", "version")
        followed = proposal.archived is None or not isinstance(fact.event, CommitmentEvent)
        require(followed, RETRACTS_REPORT, "已归档，承诺须先撤销归档方可撤回", "version")
        in_order(setting, proposal.last(HandlingReopened) if isinstance(fact.event, UPON) else None, "恢复办理")
        in_order(setting, fact.occurred_at, f"“{EVENTS[type(fact.event).__name__]}”")
        about = {"unit": getattr(fact.event, "unit", None), "number": getattr(fact.event, "number", None)}
        _class_stands_without(proposal, fact, setting)
        told = self.told(ReportRetracted, type=type(fact.event).__name__, **about)
        retracted = gated(told, _of_the_rated(fact, proposal, setting))
        ordered = _ordered_for(proposal, fact, setting)
        further = [self.told(StepTakenBack, **_step(ordered))] if ordered else []
        again = [] if ordered else _called_for_again(proposal, fact, setting)
        return [retracted, *further, *again, *_due_after(proposal, setting, told, *further, *again)]


class TakeBackStep(ProposalCommand):
    """Take back a step that was a mistake, while nothing has come of it; a leader of the city or the CPPCC approves.
    The cases that a merger absorbed stand for themselves again; every limit that is open without the step is due by the
    rules and the days known now, and one that came of it is gone, however often it was set again."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        TAKES_BACK_STEP,
        KNOWN_OFFICIAL,
        TAKEN_BACK_BY_LEADER,
        OCCURRED_IN_ORDER,
    )

    version: Version
    reason: Note
    approver: Code

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        known = proposal.history[: self.version][self.version - 1 :]
        return [proposal_stream(other) for fact in known for other in getattr(fact.event, "absorbed", ())]

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        if self.version in proposal.retracted:
            return []
        fact = named(proposal, self.version, TAKEN_BACK, TAKES_BACK_STEP)
        _reachable(proposal, fact.event)
        approved_by_leader(self.approver, TAKEN_BACK_BY_LEADER, setting)
        in_order(setting, fact.occurred_at, f"“{EVENTS[type(fact.event).__name__]}”")
        _not_passed_on(proposal, fact)
        taken_back = self.told(StepTakenBack, **_step(fact))
        return [taken_back, *self._released(proposal, setting), *_due_after(proposal, setting, taken_back)]

    def _released(self, proposal: Proposal, setting: Setting) -> list[On]:
        """What the absorbed cases are told."""
        released = []
        for other in self.beside(proposal, setting):
            state = setting.at(other)
            put_away = "被并入的提案已归档，须先撤销其归档"
            require(state.archived is None, TAKES_BACK_STEP, put_away, "version")
            [absorbed] = [known for known in state.standing if isinstance(known.event, ProposalAbsorbed)]
            released.append(On(other, self.told(StepTakenBack, **_step(absorbed))))
        return released


class CorrectClericalError(ProposalCommand):
    """Say how a text in a recorded event should read."""

    rules: ClassVar[tuple[Rule, ...]] = (PROPOSAL_EXISTS, CORRECTS_TEXT, TOPIC_IN_LIST, OCCURRED_IN_ORDER)

    version: Version
    field: Code
    correct: LongText
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        type_ = dict(enumerate(proposal.entries, 1)).get(self.version, "")
        known = self.field in TEXTS.get(type_, ())
        require(known, CORRECTS_TEXT, f"第 {self.version} 个事件没有可以更正的文字“{self.field}”", "field")
        short = self.field not in SHORT or len(self.correct) <= 200
        require(short, CORRECTS_TEXT, "文字过长，最长 200 个字符", "correct")
        rulebook = setting.session.rulebook(proposal.rulebook)
        if self.field == "topic" and rulebook is not None:
            in_list(rulebook, self.correct, TOPIC_IN_LIST, "correct")
        newer = type_.startswith("Proposal") and "ProposalResubmitted" in proposal.entries[self.version :]
        require(not newer, CORRECTS_TEXT, "提案后来已重新提交，应更正新的一稿", "version")
        so = proposal.corrected.get((self.version, self.field)) == self.correct
        in_order(setting, proposal.history[self.version - 1].occurred_at, f"“{EVENTS[type_]}”")
        return [] if so else [self.told(ClericalErrorCorrected, type=type_)]


class ReopenHandling(ProposalCommand):
    """Open a case that was closed by mistake or too early; a leader of the city approves it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        HANDLING_CLOSED,
        REOPENED_BEFORE_ARCHIVE,
        KNOWN_OFFICIAL,
        CITY_LEADER_APPROVES,
        OCCURRED_IN_ORDER,
    )

    reason: Note
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        told = self.told(HandlingReopened)
        if proposal.reopened == told:
            return []
        require(proposal.closed is not None, HANDLING_CLOSED, "本案没有办结")
        require(proposal.archived is None, REOPENED_BEFORE_ARCHIVE, "本案已归档，须先撤销归档")
        setting.city_leader(self.approver, "approver", CITY_LEADER_APPROVES)
        in_order(setting, proposal.closed_at, "办结")
        return [told, *_due_after(proposal, setting, told)]


def approved_by_leader(official: str, rule: Rule, setting: Setting) -> None:
    """Refuse an approver who is no leader of the city or the CPPCC."""
    approver = setting.post(official, "approver")
    leads = approver.rank.of_cppcc or approver.rank.height >= Rank.VICE_MAYOR.height
    require(leads, rule, f"“{approver.name}”不是市领导或政协领导", "approver")


def named(proposal: Proposal, version: int, mended_so: tuple[str, ...], rule: Rule) -> Recorded[events.ProposalEvent]:
    """The fact at this version, if it is of those that are mended so and nothing rests on it."""
    known = proposal.history[:version][version - 1 :]
    if not known:
        refuse(rule, f"本案没有第 {version} 个事件", "version")
    [fact] = known
    type_ = type(fact.event).__name__
    other = f"“{EVENTS[type_]}”应以{mended(type_)}改正"
    require(set(mended_so) <= set(MENDED_BY[type_]), rule, other, "version")
    resting = resting_on(proposal, fact)
    require(resting is None, rule, f"“{EVENTS[type_]}”之后已有“{resting}”，不能撤销", "version")
    return fact


def _of_the_rated(fact: Recorded[Any], proposal: Proposal, setting: Setting) -> list[Breach]:
    """An answer is taken back by whoever may enter it."""
    if not isinstance(fact.event, SatisfactionRecorded | SatisfactionRevised):
        return []
    return not_by_others(fact.event.unit, fact.event.member, "version", proposal, setting)


def _class_stands_without(proposal: Proposal, fact: Recorded[Any], setting: Setting) -> None:
    """Refuse to take back that a promise was kept while the case stands in the better class that this earned, whether
    it was put into it or closed in it (S30)."""
    if not isinstance(fact.event, CommitmentFulfilled) or proposal.result_class is None:
        return
    since = [r.event for r in proposal.standing[::-1] if r.version > fact.version]
    reassessed = next((event for event in since if isinstance(event, ClassReassessed)), None)
    if reassessed is not None:
        better = _better(reassessed.result_class, reassessed.before, proposal, setting)
        require(not better, RETRACTS_REPORT, "类别已因承诺兑现改好，须先改回方可撤回", "version")
    if any(isinstance(event, HandlingClosed) for event in since):
        task = proposal.tasks.get(proposal.commitments[fact.event.number].made.unit)
        replied = task.answered.result_class if task and task.answered else None
        better = _better(proposal.result_class, replied, proposal, setting)
        require(not better, RETRACTS_REPORT, "已因承诺兑现按更好的类别办结，须先恢复办理方可撤回", "version")


def _better(one: str, other: str | None, proposal: Proposal, setting: Setting) -> bool:
    """Whether one class solves more than the other, as far as the case's rulebook knows both."""
    scheme = setting.rulebook(proposal)
    return other is not None and scheme.has_class(one) and scheme.has_class(other) and scheme.better(one, other)


def _reachable(proposal: Proposal, step: events.Event) -> None:
    """Refuse to take back a step that lies behind the end of the case, its closing or its filing."""
    merged = not isinstance(step, ProposalAbsorbed)
    require(merged, TAKES_BACK_STEP, "并入他案的，应在所并入的提案撤销并案", "version")
    archived = proposal.archived is None or isinstance(step, CaseArchived)
    require(archived, TAKES_BACK_STEP, "已归档，须先撤销归档", "version")
    running = isinstance(step, CaseArchived) or proposal.closed is None
    require(running, TAKES_BACK_STEP, "已办结，须先恢复办理", "version")
    alive = isinstance(step, ENDS) or proposal.ended is None
    require(alive, TAKES_BACK_STEP, "提案已终结，须先撤销终结", "version")


def _not_passed_on(proposal: Proposal, fact: Recorded[Any]) -> None:
    """Refuse to take back more time that goes on with a later assignment: of the unit itself that came back, or of one
    that took over its round."""
    grant = fact.event
    if not isinstance(grant, ExtensionGranted):
        return
    task, _ = round_of(without(proposal, fact.version), grant.unit, grant.round)
    kept = any(current.deadline == grant.deadline for current in task.rounds.values())
    others = (known.event for known in proposal.standing if isinstance(known.event, UnitAssigned))
    taken_over = any(other.unit != grant.unit and other.deadline == grant.deadline for other in others)
    require(not (kept or taken_over), TAKES_BACK_STEP, "改办时已沿用延长的期限，不能撤销", "version")


def _due_after(proposal: Proposal, setting: Setting, *told: events.Event) -> list[DeadlineRecomputed]:
    """The limits that are due on another day, by the rules and the days known now, once these have been told."""
    stream, at, now, by = stream_of(proposal), setting.occurred_at, setting.now, setting.context
    for event in told:
        fact: Recorded[Any] = Recorded(event, stream, proposal.version + 1, 0, at, now, by)
        proposal = evolve(proposal, fact)
    return recomputed(None, proposal, setting, setting.rulebook(proposal)) if open_limits(proposal) else []


def _step(fact: Recorded[Any]) -> dict[str, Any]:
    """What names a step that is taken back."""
    return {
        "version": fact.version,
        "type": type(fact.event).__name__,
        "unit": getattr(fact.event, "unit", None),
    }


def _ordered_for(proposal: Proposal, fact: Recorded[Any], setting: Setting) -> Recorded[Any] | None:
    """The round that the rulebook ordered for this answer and that nobody else's answer calls for, if nothing has come
    of it."""
    answer = fact.event
    if not isinstance(answer, SatisfactionRecorded | SatisfactionRevised):
        return None
    calling = {Rating.DISSATISFIED, *(setting.rulebook(proposal).rehandled_ratings or ())}
    for known in proposal.standing:
        order = known.event
        if not isinstance(order, RehandlingOrdered) or (order.unit, order.round) != (answer.unit, answer.round + 1):
            continue
        # an automatic order comes right after the answer that called for it: one that still stands keeps it; or after
        # the retraction of another, that made such an answer stand again
        begun = proposal.history[known.version - 2]
        kept = begun.version not in proposal.retracted and not isinstance(begun.event, ReportRetracted)
        uncaused = begun.version == fact.version or (not kept and answer.overall in calling)
        if not uncaused or resting_on(proposal, known) or not _automatic(order):
            continue
        _, left = round_of(without(proposal, fact.version), answer.unit, answer.round)
        if (calling | {answer.overall}).isdisjoint(rated.overall for rated in left.ratings.values()):
            return known
    return None


def _called_for_again(proposal: Proposal, fact: Recorded[Any], setting: Setting) -> list[events.Event]:
    """The order of the round that the proposer's answer calls for which stands again without this one, if the round's
    order was taken back."""
    answer = fact.event
    if not isinstance(answer, SatisfactionRecorded | SatisfactionRevised):
        return []
    task, rated = round_of(without(proposal, fact.version), answer.unit, answer.round)
    again = rated.ratings.get(answer.member)
    latest = task.answers and rated.number == task.round.number
    if again is None or not latest or answer.member in rated.mediated:
        return []
    if not setting.rulebook(proposal).rehandles(task.replies(rated.number), again.overall):
        return []
    return called_for(proposal, setting, answer.unit, rated.number + 1, again.overall)


def _automatic(order: RehandlingOrdered) -> bool:
    """Whether the rulebook gave the order; older orders say so by their cause."""
    return order.cause == UNHAPPY if order.automatic is None else order.automatic
