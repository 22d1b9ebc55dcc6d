"""期限变动: 延期、中止."""

from typing import ClassVar

from pydantic import StrictBool

from domain.codes import Gate, Rank
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_assignment,
    after_last,
    answering,
    gated,
    in_order,
    open_case,
)
from domain.commands.recomputation import following
from domain.events import (
    ClockPaused,
    ClockResumed,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    RehandlingOrdered,
)
from domain.policy.deadlines import Deadline, after_pause, farthest
from domain.policy.rulebook import DeadlineRule
from domain.proposal import Proposal, Round, UnitTask
from domain.rules import (
    APPROVER_RANK,
    CITY_LEADER_APPROVES,
    CLOCK_RUNS_OR_STANDS,
    EXTENSION_BEFORE_DUE,
    EXTENSION_IS_LATER,
    EXTENSION_OPEN,
    EXTENSION_WITHIN_CAP,
    KNOWN_OFFICIAL,
    NOT_YET_REPLIED,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PAUSED_BEFORE_DUE,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    TOLD_BEFORE_DUE,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Day, Note, day_of


class RequestExtension(ProposalCommand):
    """Ask for more time for this round's reply, before the time is up and within what the rulebook admits."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        NOT_YET_REPLIED,
        EXTENSION_IS_LATER,
        EXTENSION_WITHIN_CAP,
        EXTENSION_BEFORE_DUE,
        TOLD_BEFORE_DUE,
        EXTENSION_OPEN,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    until: Day
    reason: Note
    signed_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        current = task.round
        requested = self.told(ExtensionRequested, round=current.number)
        if current.asked_until == requested:
            return []
        due = _running(current)
        pending = current.asked_until is not None and current.asked_decided is None
        require(not pending, EXTENSION_OPEN, "已有延期申请待批", "unit")
        setting.speaks_for(self.signed_by, self.unit, "signed_by")
        require(self.until > due.due_on, EXTENSION_IS_LATER, f"现有期限为 {due.due_on}", "until")
        beyond = _beyond(proposal, setting, due, self.until)
        self._in_turn(task, proposal, setting)
        late = [*_too_late(current, due, proposal, setting), *_told_late(current, due, setting)]
        return [gated(requested, [*late, *beyond])]

    def _in_turn(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse a moment before the round began, or before the last request of it was decided."""
        after_assignment(setting, proposal, task)
        this = {"unit": self.unit, "round": task.round.number}
        in_order(setting, proposal.last(RehandlingOrdered, **this), "责成重新办理")
        in_order(setting, proposal.last(ExtensionGranted, ExtensionRefused, **this), "决定延期")


class DecideExtension(ProposalCommand):
    """Grant or refuse more time; whoever decides has the rank the rulebook asks for, else leads the city, and is of no
    unit on the case."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        NOT_YET_REPLIED,
        EXTENSION_OPEN,
        EXTENSION_IS_LATER,
        EXTENSION_WITHIN_CAP,
        TOLD_BEFORE_DUE,
        KNOWN_OFFICIAL,
        APPROVER_RANK,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    granted: StrictBool
    approver: Code
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        current = answering(proposal, self.unit, setting).round
        if self._already(current):
            return []
        asked, due = _pending(current), _running(current)
        in_order(setting, current.asked_at, "申请延期")
        self._may_decide(_rule(proposal, setting, due), proposal, setting)
        if not self.granted:
            return [self.told(ExtensionRefused, round=current.number)]
        later = f"现有期限已为 {due.due_on}，须另行申请"
        require(asked.until > due.due_on, EXTENSION_IS_LATER, later, "until")
        beyond = _beyond(proposal, setting, due, asked.until)
        moved = due.moved(asked.until, current.deadline_version)
        granted = self.told(ExtensionGranted, round=current.number, deadline=moved)
        breaches = [*beyond, *_told_late(current, due, setting)]
        return [gated(granted, breaches), *following(moved, proposal, setting)]

    def _may_decide(self, rule: DeadlineRule | None, proposal: Proposal, setting: Setting) -> None:
        approver = setting.post(self.approver, "approver")
        needed = rule.extension.approver if rule and rule.extension else Rank.VICE_MAYOR
        enough = approver.rank.height >= needed.height
        require(enough, APPROVER_RANK, setting.outranked(self.approver, needed), "approver")
        own = f"“{approver.name}”属本案承办单位，不能批准本案的延期"
        require(approver.unit not in proposal.tasks, APPROVER_RANK, own, "approver")

    def _already(self, current: Round) -> bool:
        known = current.asked_decided
        if known is None or known.approver != self.approver:
            return False
        return self.granted == isinstance(known, ExtensionGranted) and known.reason == self.reason


class PauseClock(ProposalCommand):
    """Stop the unit's clock for a reason outside its hands, with a city leader's approval. A clock that has run out is
    not stopped; that it stood still and was only told after its last day is flagged."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        NOT_YET_REPLIED,
        CLOCK_RUNS_OR_STANDS,
        KNOWN_OFFICIAL,
        CITY_LEADER_APPROVES,
        PAUSED_BEFORE_DUE,
        TOLD_BEFORE_DUE,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    reason: Note
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        paused = self.told(ClockPaused, round=task.round.number)
        if task.round.paused == paused:
            return []
        require(task.round.paused is None, CLOCK_RUNS_OR_STANDS, "计时已经中止", "unit")
        due = _running(task.round)
        setting.city_leader(self.approver, "approver", CITY_LEADER_APPROVES)
        after_last(setting, task)
        in_order(setting, task.round.resumed_on, "恢复计时")
        reason = f"期限至 {due.due_on}，已过，不能再中止计时"
        require(day_of(setting.occurred_at) <= due.due_on, PAUSED_BEFORE_DUE, reason, "occurred_at")
        return [gated(paused, _told_late(task.round, due, setting))]


class ResumeClock(ProposalCommand):
    """Let the clock run on; the deadline is later by the days it stood still, up to the cap. It stood still from when
    it had begun, and no longer than until the reply went out."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CLOCK_RUNS_OR_STANDS,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        current = answering(proposal, self.unit, setting).round
        if current.paused_on is None or current.deadline is None:
            require(current.resumed == self.reason, CLOCK_RUNS_OR_STANDS, "计时没有中止", "unit")
            return []
        in_order(setting, current.paused_on, "中止计时")
        stood = _stood(current.paused_on, day_of(setting.occurred_at), current.deadline, current)
        rule = _rule(proposal, setting, current.deadline)
        moved = after_pause(current.deadline, stood, current.deadline_version, rule, setting.calendar.days)
        return [self.told(ClockResumed, round=current.number, deadline=moved), *following(moved, proposal, setting)]


def _stood(paused: Day, ended: Day, due: Deadline, current: Round) -> int:
    """The days that the clock of this limit stood still: none before it started, none after the reply went out."""
    begun = max(paused, due.anchor.on)
    until = min(ended, day_of(current.issued_at)) if current.issued_at is not None else ended
    return max(0, (until - begun).days)


def _too_late(current: Round, due: Deadline, proposal: Proposal, setting: Setting) -> list[Breach]:
    """More time that is asked for once the time is up; a clock that stands still has not run out."""
    if current.paused or day_of(setting.occurred_at) <= due.due_on:
        return []
    gate = setting.rulebook(proposal).gates.extension_in_time or Gate.FLAG
    return [Breach(gate, EXTENSION_BEFORE_DUE, f"期限至 {due.due_on}，已过", "occurred_at")]


def _told_late(current: Round, due: Deadline, setting: Setting) -> list[Breach]:
    """What is only told once the time is up, on a later day than it is said to have happened: it undoes a lateness that
    everybody has seen. A clock that stands still has not run out."""
    told = day_of(setting.now)
    if current.paused or told <= due.due_on or told == day_of(setting.occurred_at):
        return []
    return [Breach(Gate.FLAG, TOLD_BEFORE_DUE, f"期限至 {due.due_on}，届满之后才登记", "occurred_at")]


def _pending(current: Round) -> ExtensionRequested:
    """The request that waits to be decided."""
    if current.asked_until is None or current.asked_decided is not None:
        refuse(EXTENSION_OPEN, "没有待批的延期申请", "unit")
    return current.asked_until


def _running(current: Round) -> Deadline:
    """The deadline of a round that has not been answered."""
    require(not current.issued, NOT_YET_REPLIED, "本轮已答复，期限不再变动", "unit")
    if current.deadline is None:
        refuse(NOT_YET_REPLIED, "本轮没有期限", "unit")
    return current.deadline


def _rule(proposal: Proposal, setting: Setting, due: Deadline) -> DeadlineRule | None:
    """The rule for such a limit of such a case, in the rulebook it is judged by now."""
    return setting.rulebook(proposal).deadline(due.kind, proposal.traits)


def _beyond(proposal: Proposal, setting: Setting, due: Deadline, until: Day) -> list[Breach]:
    """Refuse a day beyond what the rule admits; what no rule admits stands by a leader's word, and is flagged."""
    limit = farthest(due, _rule(proposal, setting, due), setting.calendar.days)
    if limit is None:
        return [Breach(Gate.FLAG, EXTENSION_WITHIN_CAP, "办理规则没有规定可以延期", "until")]
    require(until <= limit, EXTENSION_WITHIN_CAP, f"最长至 {limit}", "until")
    return []
