"""更正提案登记信息: who handed a proposal in, when in the year, in whose name, and by whom it was passed down."""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import Level, Recomputation, Timing
from domain.commands.base import EXISTING, ProposalCommand, in_order, open_case
from domain.commands.correction import approved_by_leader
from domain.commands.recomputation import recomputed
from domain.commands.registration import CollectiveClaim, authenticated, in_window
from domain.events import CollectiveBody, ProposalSubmitted, SubmissionCorrected
from domain.proposal import Proposal, as_corrected, open_limits
from domain.rules import (
    COLLECTIVE_AUTHENTICATED,
    CORRECTS_SUBMISSION,
    IN_SESSION_WINDOW,
    KNOWN_MEMBER,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    PROPOSERS_DISTINCT,
    RULEBOOK_IN_FORCE,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Note, day_of

UNITED = ("lead_proposer", "co_signers", "collective", "not_collective", "passed_down", "not_passed_down")
"""What a merger says anew of the proposal that stands for the others."""


class CorrectSubmission(ProposalCommand):
    """Say how the proposal should have been handed in: only what was told wrong. A leader of the city or the CPPCC
    approves it. What has been answered was answered to those who were named, so that nothing is corrected once the
    first reply has gone out; open limits that depend on it are set again."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        CORRECTS_SUBMISSION,
        KNOWN_MEMBER,
        PROPOSERS_DISTINCT,
        IN_SESSION_WINDOW,
        COLLECTIVE_AUTHENTICATED,
        KNOWN_OFFICIAL,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    lead_proposer: Code | None = None
    co_signers: Annotated[tuple[Code, ...], Field(max_length=500)] | None = None
    timing: Timing | None = None
    collective: CollectiveClaim | None = None
    not_collective: bool = False
    passed_down: Level | None = None
    not_passed_down: bool = False
    reason: Note
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        told = self._told()
        wrong = {field: value for field, value in told.items() if value != _known(proposal, field)}
        if not wrong:
            return []
        corrected = SubmissionCorrected(**wrong, reason=self.reason, approver=self.approver)
        _may_still(proposal, wrong)
        approved_by_leader(self.approver, CORRECTS_SUBMISSION, setting)
        in_order(setting, proposal.submitted_at, "提交")
        right = as_corrected(proposal, corrected)
        _holds(corrected, right, setting)
        if not open_limits(proposal):
            return [corrected]
        return [corrected, *recomputed(Recomputation.SUBMISSION, right, setting, setting.rulebook(proposal))]

    def _told(self) -> dict[str, Any]:
        """What the command says of the proposal, by field of the event."""
        body = CollectiveBody.model_validate(self.collective.model_dump()) if self.collective else None
        asked = {
            "lead_proposer": self.lead_proposer,
            "co_signers": self.co_signers,
            "timing": self.timing,
            "collective": body,
            "not_collective": self.not_collective or None,
            "passed_down": self.passed_down,
            "not_passed_down": self.not_passed_down or None,
        }
        told = {field: value for field, value in asked.items() if value is not None}
        require(bool(told), CORRECTS_SUBMISSION, "没有写明更正什么", "lead_proposer")
        for field in ("collective", "passed_down"):
            both = {field, f"not_{field}"} <= told.keys()
            require(not both, CORRECTS_SUBMISSION, "不能既写明是，又写明不是", f"not_{field}")
        return told


def _may_still(proposal: Proposal, wrong: Iterable[str]) -> None:
    """Refuse to correct what a reply rests on, or what a merger has said anew since."""
    replied = any(answered.issued for answered in proposal.communication.rounds)
    require(not replied, CORRECTS_SUBMISSION, "首次答复已经发出，提案登记信息不再更正")
    united = next((field for field in wrong if field in UNITED), None) if proposal.absorbed else None
    require(united is None, CORRECTS_SUBMISSION, "提案者、名义以并案时所定为准，须先撤销并案再更正", united)


def _known(proposal: Proposal, field: str) -> object:
    """What stands of the proposal, by field of the event."""
    match field:
        case "collective":
            return _body(proposal)
        case "not_collective":
            return proposal.collective is None
        case "not_passed_down":
            return proposal.passed_down is None
        case _:
            return getattr(proposal, field)


def _body(proposal: Proposal) -> CollectiveBody | None:
    """The body in whose name it was handed in, as it was told last."""
    told = [
        known.event for known in proposal.standing if isinstance(known.event, ProposalSubmitted | SubmissionCorrected)
    ]
    named = next((event.collective for event in reversed(told) if event.collective), None)
    return named if proposal.collective else None


def _holds(corrected: SubmissionCorrected, right: Proposal, setting: Setting) -> None:
    """Refuse what could not have been handed in so."""
    members = (right.lead_proposer, *right.co_signers)
    require(len(set(members)) == len(members), PROPOSERS_DISTINCT, "领衔人与附议人不得重复", "co_signers")
    if corrected.lead_proposer is not None:
        setting.knows_member(corrected.lead_proposer, "lead_proposer")
    for index, member in enumerate(corrected.co_signers or ()):
        setting.knows_member(member, f"co_signers.{index}")
    if corrected.timing is Timing.IN_SESSION and right.submitted_at is not None:
        in_window(day_of(right.submitted_at), setting)
    authenticated(corrected.collective or _body(right), right.co_signers)
