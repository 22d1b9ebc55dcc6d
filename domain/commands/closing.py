"""办结: the reply track ends, and nothing is left waiting."""

from typing import ClassVar

from domain.codes import AssignmentMode, Gate, Rating
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_last,
    gated,
    in_order,
    in_scheme,
    open_case,
    relied_on,
)
from domain.events import (
    CaseReassigned,
    CommitmentFulfilled,
    DisagreementSettled,
    Event,
    FaceToFaceMediationHeld,
    HandlingClosed,
    HandlingReopened,
    KeyProposalReleased,
    SupervisionReportFiled,
    UnitAdditionGranted,
    UnitAdditionRefused,
    UnitAssigned,
)
from domain.labels import EVENTS
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal, TaskStatus, UnitTask
from domain.rules import (
    ADDITION_OPEN,
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    DISSATISFIED_IS_REHANDLED,
    FEEDBACK_BEFORE_CLOSING,
    KEY_REPORT_BEFORE_CLOSING,
    OBJECTION_OPEN,
    OCCURRED_IN_ORDER,
    REPLIED_BEFORE_CLOSING,
    RULEBOOK_IN_FORCE,
    SETTLED_BEFORE_CLOSING,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Flagged, Setting
from domain.values import ClassCode, Note

SETTLING = (CaseReassigned, DisagreementSettled, HandlingReopened, UnitAdditionGranted, UnitAdditionRefused)
"""What a case that is closed has no longer to wait for."""


class CloseHandling(ProposalCommand):
    """Close the reply track, with the class the case ends in."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        REPLIED_BEFORE_CLOSING,
        DISSATISFIED_IS_REHANDLED,
        FEEDBACK_BEFORE_CLOSING,
        OBJECTION_OPEN,
        ADDITION_OPEN,
        SETTLED_BEFORE_CLOSING,
        CLASS_IN_SCHEME,
        COMMITMENTS_BEFORE_BETTER_CLASS,
        KEY_REPORT_BEFORE_CLOSING,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    basis: Note
    result_class: ClassCode

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        closed = proposal.closed
        if closed is not None and (closed.basis, closed.result_class) == (self.basis, self.result_class):
            return []
        open_case(proposal)
        _settled(proposal)
        for task in proposal.active_tasks:
            self._done(task, proposal, setting)
        require(bool(proposal.answering), REPLIED_BEFORE_CLOSING, "尚无承办单位答复")
        _after_every_step(proposal, setting)
        closing = self._closing(proposal, setting)
        for task in proposal.answering:
            self._heard(task, proposal, setting)
        _nobody_unheard(proposal, setting)
        self._as_promised(proposal, setting)
        return [closing]

    def _closing(self, proposal: Proposal, setting: Setting) -> Event | Flagged:
        rulebook = setting.rulebook(proposal)
        closing = self.told(HandlingClosed, class_scheme=in_scheme(rulebook, self.result_class))
        breaches = [*_over_the_dissatisfied(proposal, setting, rulebook), *_parts_of_nobody(proposal, setting)]
        return gated(closing, [*breaches, *_unreported(proposal, setting, rulebook)])

    def _as_promised(self, proposal: Proposal, setting: Setting) -> None:
        """Refuse a better class than the reply of a unit that has still to keep a promise (S30)."""
        rulebook = setting.rulebook(proposal)
        for number, promise in proposal.commitments.items():
            task = proposal.tasks.get(promise.made.unit)
            given = task.answered.result_class if task and task.answered else None
            better = given is not None and rulebook.has_class(given) and rulebook.better(self.result_class, given)
            kept = promise.fulfilled is not None or not better
            require(kept, COMMITMENTS_BEFORE_BETTER_CLASS, f"第 {number} 项承诺尚未兑现", "result_class")
            in_order(setting, proposal.last(CommitmentFulfilled, number=number) if better else None, "承诺兑现")

    def _done(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse to close while something of the unit's waits."""
        undecided = f"“{setting.unit_name(task.unit)}”的退件尚未裁定"
        require(task.status is not TaskStatus.RETURNED, OBJECTION_OPEN, undecided)
        asked = task.addition is not None and task.addition_decided is None
        require(not asked, ADDITION_OPEN, f"“{setting.unit_name(task.unit)}”的增办建议尚未裁定")
        if task.mode.answers:
            self._answered(task, setting)

    def _answered(self, task: UnitTask, setting: Setting) -> None:
        """Refuse to close over a round without a reply."""
        name, current = setting.unit_name(task.unit), task.round
        require(current.issued, REPLIED_BEFORE_CLOSING, f"“{name}”第 {current.number} 轮尚未答复")

    def _heard(self, task: UnitTask, proposal: Proposal, setting: Setting) -> None:
        """Refuse to close while a member was not heard about the unit's reply."""
        name = setting.unit_name(task.unit)
        waiting = setting.member_names(*sorted(task.unanswered))
        require(not waiting, FEEDBACK_BEFORE_CLOSING, f"委员 {waiting} 尚未反馈对“{name}”的意见，也未注明未反馈")
        asked = proposal.lead_proposer in task.asked
        require(asked, FEEDBACK_BEFORE_CLOSING, f"“{name}”尚未向领衔委员征询意见")


def _settled(proposal: Proposal) -> None:
    """Refuse to close over a disagreement that waits to be decided, whether or not its unit is still on the case."""
    pending = [str(number) for number, known in sorted(proposal.disagreements.items()) if known.settled is None]
    require(not pending, SETTLED_BEFORE_CLOSING, f"第 {'、'.join(pending)} 项意见分歧尚未裁定")


def _parts_of_nobody(proposal: Proposal, setting: Setting) -> list[Breach]:
    """The parts of units that handed theirs back, where nobody has been assigned since and the office has not said who
    goes on."""
    later = max((known.version for known in proposal.standing if _says_who_answers(known.event)), default=0)
    left = [task for task in proposal.tasks.values() if not task.active and task.ceased > later]
    parts = [setting.unit_name(task.unit) for task in left if task.mode is AssignmentMode.SPLIT]
    told = "“{}”退件之后，其分办的部分没有单位承办"
    return [Breach(Gate.FLAG, REPLIED_BEFORE_CLOSING, told.format(name)) for name in parts]


def _unreported(proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    """A key proposal whose supervision has not been reported on (S27)."""
    if proposal.key is None:
        return []
    gate = rulebook.gates.key_report_before_closing or Gate.OFF
    if proposal.key_reported:
        since = proposal.version_of(KeyProposalReleased)
        relied_on(gate, setting, proposal.first(SupervisionReportFiled, since=since), "报送督办报告")
        return []
    return [Breach(gate, KEY_REPORT_BEFORE_CLOSING, "重点提案尚未报送督办报告")]


def _says_who_answers(event: Event) -> bool:
    return isinstance(event, CaseReassigned) or (isinstance(event, UnitAssigned) and event.mode.answers)


def _after_every_step(proposal: Proposal, setting: Setting) -> None:
    """Refuse a moment before a unit's last step, an answer, or what settled what would have kept the case open."""
    for known in proposal.standing:
        if isinstance(known.event, SETTLING):
            in_order(setting, known.occurred_at, f"“{EVENTS[type(known.event).__name__]}”")
    for task in proposal.tasks.values():
        after_last(setting, task)
        for answered in task.rounds.values():
            in_order(setting, answered.rated_at, "委员评价")


def _nobody_unheard(proposal: Proposal, setting: Setting) -> None:
    """Refuse to close over a member who was not heard about the reply of a unit that answers no more."""
    for unit, members in proposal.unheard.items():
        who, name = setting.member_names(*sorted(members)), setting.unit_name(unit)
        waiting = f"委员 {who} 尚未反馈对“{name}”的意见，也未注明未反馈；该单位已不再答复，也没有单位再次征询"
        refuse(FEEDBACK_BEFORE_CLOSING, waiting)


def _over_the_dissatisfied(proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    """Members whom a unit has not satisfied; of one that answers no more, who took over asks again."""
    again, gone = "须重新办理并再次征询", "该单位已不再答复，须由现承办单位答复后再次征询"
    told = [(task.unit, task.dissatisfied, again) for task in proposal.answering if task.dissatisfied]
    told += [(unit, members, gone) for unit, members in proposal.disregarded.items()]
    people = [(setting.member_names(*sorted(members)), setting.unit_name(unit), must) for unit, members, must in told]
    gate, reason = rulebook.gates.satisfied_before_closing or Gate.REFUSE, "委员 {} 对“{}”不满意，{}"
    for task in proposal.answering:
        unhappy = [m for m, n in task.rated.items() if task.rounds[n].ratings[m].overall is Rating.DISSATISFIED]
        talked = not task.dissatisfied.issuperset(unhappy)
        relied_on(gate, setting, proposal.last(FaceToFaceMediationHeld, unit=task.unit) if talked else None, "当面协调")
    return [Breach(gate, DISSATISFIED_IS_REHANDLED, reason.format(*person)) for person in people]
