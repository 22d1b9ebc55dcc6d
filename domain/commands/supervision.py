"""催办、督办."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, StrictInt

from domain.codes import Gate, Pressure, Rank, ReminderMode
from domain.commands.base import (
    EXISTING,
    STANDING,
    Breach,
    ProposalCommand,
    SessionCommand,
    assigned,
    existing,
    gated,
    in_order,
    open_case,
    relied_on,
    standing,
)
from domain.events import (
    CircularIssued,
    LeaderInterviewHeld,
    OnSiteSupervisionHeld,
    ReminderIssued,
    SupervisionAction,
    SupervisionAnswered,
    SupervisionNoticeIssued,
)
from domain.explanation import deadlines_of
from domain.labels import label
from domain.policy.rulebook import DeadlineKind, LadderStep
from domain.proposal import Action, Proposal, owed, plan_due, step_day
from domain.rules import (
    ANSWER_BY_AHEAD,
    COMMITMENT_OPEN,
    KNOWN_OFFICIAL,
    KNOWN_SESSION,
    KNOWN_UNIT,
    LADDER_IN_ORDER,
    LEADER_RANK,
    LIMIT_NAMED,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    PROPOSAL_EXISTS,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    STEP_IN_LADDER,
    STEP_ON_ITS_DAY,
    SUPERVISION_NUMBERED,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, Setting
from domain.streams import Stream, proposal_stream
from domain.values import Code, Day, EvidenceClaim, LongText, Moment, Note, PersonClaim, Title, day_of

PRESSURE: dict[type, Pressure] = {
    ReminderIssued: Pressure.REMINDER,
    SupervisionNoticeIssued: Pressure.NOTICE,
    LeaderInterviewHeld: Pressure.INTERVIEW,
    OnSiteSupervisionHeld: Pressure.ON_SITE,
}
PRESSING = (*EXISTING, ONLY_ASSIGNED_UNIT_ACTS, LADDER_IN_ORDER, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE)


class PressingCommand(ProposalCommand):
    """What is done to press one unit of a case that is still handled."""

    unit: Code

    def pressed(self, action: SupervisionAction, proposal: Proposal, setting: Setting) -> Decision:
        """The action on a case that is `still` handled; none if the same was done on the same day, or for the same step
        of the same limit."""
        task = assigned(proposal, self.unit, setting)
        in_order(setting, task.assigned_at, "分办")
        rulebook = setting.rulebook(proposal)
        if any(_same(known, action, setting) for known in proposal.actions.values()):
            return []
        gate = rulebook.gates.ladder_in_order or Gate.OFF
        mild = begins_mildly(proposal, self.unit, PRESSURE[type(action)])
        order = Breach(gate, LADDER_IN_ORDER, "此前没有较轻的督办", "unit")
        lighter = _lighter(proposal, self.unit, PRESSURE[type(action)])
        relied_on(gate, setting, lighter[0].at if lighter else None, "较轻的督办")
        return [gated(action, () if mild else (order,))]

    def still(self, proposal: Proposal) -> None:
        """Refuse a case that is handled no more."""
        open_case(proposal)


class SteppedCommand(PressingCommand):
    """What may be a step of the rulebook's ladder: `about` says which limit, `due_on` when it ran out; or is about a
    promise, by its number. A closed case is still pressed about what outlives closing."""

    ask: Note
    step: Code | None = None
    about: DeadlineKind | None = None
    due_on: Day | None = None
    commitment: Annotated[StrictInt, Field(ge=1, le=10_000)] | None = None

    def still(self, proposal: Proposal) -> None:
        existing(proposal)
        if self.commitment is None:
            outlives = self.about is not None and any(
                (due.unit, due.about) == (self.unit, self.about) for due in owed(proposal)
            )
        else:
            known = proposal.commitments.get(self.commitment)
            own = known is not None and known.fulfilled is None and self.unit in proposal.holders(known)
            require(own, COMMITMENT_OPEN, f"该单位没有第 {self.commitment} 项尚待兑现的承诺", "commitment")
            outlives = proposal.ended is None and proposal.archived is None
        if not outlives:
            open_case(proposal)

    def in_ladder(self, proposal: Proposal, setting: Setting, pressure: Pressure) -> None:
        """Refuse a step that the rulebook does not have, that is another kind of pressure, or that comes too early; and
        a limit that the unit did not have that day."""
        known = setting.rulebook(proposal).step(self.step)
        fits = known is not None and known.pressure is pressure and self.about in (None, known.about)
        require(fits or self.step is None, STEP_IN_LADDER, f"本规则的督办阶梯中没有“{self.step}”这一步", "step")
        self._of_the_unit(known.about if known else self.about, proposal, setting)
        if known is not None:
            self._on_its_day(known, proposal, setting)

    def _of_the_unit(self, about: DeadlineKind | None, proposal: Proposal, setting: Setting) -> None:
        days: set[date | None] = set()
        if about is not None:
            days |= _limits_on(proposal, self.unit, day_of(setting.occurred_at)).get(about, set())
            require(bool(days), LIMIT_NAMED, f"该单位当日没有{label(about)}", "about")
        elif self.commitment is not None:
            days |= {proposal.commitments[self.commitment].made.finish_on}
        elif (task := proposal.tasks.get(self.unit)) is not None:
            days |= {plan_due(proposal, task, setting.rulebook(proposal).key_plan_days)}
        named = self.due_on is None or self.due_on in days
        require(named, LIMIT_NAMED, f"{self.due_on} 不是该单位当日的期限；未写明哪种期限的，写明 about", "due_on")

    def _on_its_day(self, step: LadderStep, proposal: Proposal, setting: Setting) -> None:
        if self.due_on is None:
            refuse(STEP_ON_ITS_DAY, f"未写明“{self.step}”针对的期限", "due_on")
        day = step_day(proposal, self.unit, step, self.due_on, setting.calendar.days)
        if day is None:
            waited = f"期限 {self.due_on} 过后发出、尚未回复的督办单“{step.since}”"
            refuse(STEP_ON_ITS_DAY, f"“{self.step}”之前须有{waited}", "step")
        require(day_of(setting.occurred_at) >= day, STEP_ON_ITS_DAY, f"“{self.step}”不得早于 {day}", "step")


class IssueReminder(SteppedCommand):
    """Remind a unit, before a limit runs out or after."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        COMMITMENT_OPEN,
        STEP_IN_LADDER,
        STEP_ON_ITS_DAY,
        LIMIT_NAMED,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    mode: ReminderMode

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        self.still(proposal)
        self.in_ladder(proposal, setting, Pressure.REMINDER)
        return self.pressed(self.told(ReminderIssued, number=next_number(proposal)), proposal, setting)


class IssueSupervisionNotice(SteppedCommand):
    """Send a unit a notice that it must answer (S33)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *PRESSING,
        COMMITMENT_OPEN,
        STEP_IN_LADDER,
        STEP_ON_ITS_DAY,
        LIMIT_NAMED,
        ANSWER_BY_AHEAD,
    )

    answer_by: Day | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        self.still(proposal)
        self.in_ladder(proposal, setting, Pressure.NOTICE)
        ahead = self.answer_by is None or self.answer_by >= day_of(setting.occurred_at)
        require(ahead, ANSWER_BY_AHEAD, "回复期限不得早于发单之日", "answer_by")
        return self.pressed(self.told(SupervisionNoticeIssued, number=next_number(proposal)), proposal, setting)


class RecordLeaderInterview(PressingCommand):
    """Report that a leader called in somebody of the unit."""

    rules: ClassVar[tuple[Rule, ...]] = (*PRESSING, KNOWN_OFFICIAL, LEADER_RANK)

    occurred_at: Moment
    leader: Code
    person: PersonClaim
    summary: LongText

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        self.still(proposal)
        rank = setting.post(self.leader, "leader").rank
        leads = rank.of_cppcc or rank.height >= Rank.VICE_MAYOR.height
        require(leads, LEADER_RANK, setting.outranked(self.leader, Rank.VICE_MAYOR), "leader")
        return self.pressed(self.told(LeaderInterviewHeld, number=next_number(proposal)), proposal, setting)


class RecordOnSiteSupervision(PressingCommand):
    """Report that people of the supervision office, with members or experts, went to see for themselves (S54)."""

    rules: ClassVar[tuple[Rule, ...]] = PRESSING

    occurred_at: Moment
    place: Title
    people: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=50)]
    finding: LongText
    ask: Note
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        self.still(proposal)
        return self.pressed(self.told(OnSiteSupervisionHeld, number=next_number(proposal)), proposal, setting)


class AnswerSupervision(ProposalCommand):
    """The unit answers the action of this number; a later answer stands beside the earlier in history."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        ONLY_ASSIGNED_UNIT_ACTS,
        SUPERVISION_NUMBERED,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    number: Annotated[StrictInt, Field(ge=1, le=10_000)]
    text: LongText
    signer: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        assigned(proposal, self.unit, setting)
        action = proposal.actions.get(self.number)
        own = action is not None and action.done.unit == self.unit
        require(own, SUPERVISION_NUMBERED, f"没有对该单位的第 {self.number} 次督办", "number")
        setting.speaks_for(self.signer, self.unit, "signer")
        answered = self.told(SupervisionAnswered)
        if action is None or action.answer == answered:
            return []
        in_order(setting, action.at, "督办")
        return [answered]


class IssueCircular(SessionCommand):
    """Name units, and cases where it is about some, before everybody (S19)."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, KNOWN_UNIT, PROPOSAL_EXISTS)

    title: Title
    text: LongText
    units: Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
    cases: Annotated[tuple[UUID, ...], Field(max_length=300)] = ()

    def beside(self, session: Session, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [proposal_stream(case) for case in self.cases]

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        for index, unit in enumerate(self.units):
            setting.knows_unit(unit, f"units.{index}")
        for index, case in enumerate(self.cases):
            own = setting.at(proposal_stream(case)).session == session.session
            require(own, PROPOSAL_EXISTS, "不是本届次的提案", f"cases.{index}")
        issued = self.told(CircularIssued, number=max(session.circulars, default=0) + 1)
        told = {known.model_copy(update={"number": issued.number}) for known in session.circulars.values()}
        return [] if issued in told else [issued]


def begins_mildly(proposal: Proposal, unit: str, wanted: Pressure) -> bool:
    """Whether the unit has been pressed less hard before, or would not be pressed hard now."""
    return wanted is Pressure.REMINDER or bool(_lighter(proposal, unit, wanted))


def next_number(proposal: Proposal) -> int:
    """The number of what is done next to press a unit of this case."""
    names = {kind.__name__ for kind in PRESSURE}
    return sum(name in names for name in proposal.entries) + 1


def _limits_on(proposal: Proposal, unit: str, day: date) -> dict[DeadlineKind, set[date]]:
    """The last days that were set for a unit by that day, kept or not, by what they are for; without those that others
    had taken the place of before."""
    found: dict[tuple[int | None, DeadlineKind], date] = {}
    for fact in proposal.standing:
        set_on = day_of(fact.occurred_at)
        if getattr(fact.event, "unit", None) == unit and set_on <= day:
            for limit in deadlines_of(fact.event):
                if set_on < day:
                    found.pop((limit.supersedes, limit.kind), None)
                found[fact.version, limit.kind] = limit.due_on
    return {kind: {on for (_, of), on in found.items() if of is kind} for _, kind in found}


def _lighter(proposal: Proposal, unit: str, wanted: Pressure) -> list[Action]:
    """What was done before to press the unit less hard."""
    own = (action for action in proposal.actions.values() if action.done.unit == unit)
    return [action for action in own if PRESSURE[type(action.done)].height < wanted.height]


def _same(known: Action, action: SupervisionAction, setting: Setting) -> bool:
    """Whether this was done before: the same on the same day, or the same step for the same last day."""
    if type(known.done) is not type(action) or known.done.unit != action.unit:
        return False
    if (step := _step(action)) is not None:
        return _step(known.done) == step
    same = known.done.model_copy(update={"number": action.number}) == action
    return same and day_of(known.at) == day_of(setting.occurred_at)


def _step(action: SupervisionAction) -> tuple[str, date | None] | None:
    """The step of the ladder that an action was, and the last day it was about."""
    if isinstance(action, ReminderIssued | SupervisionNoticeIssued) and action.step is not None:
        return action.step, action.due_on
    return None
