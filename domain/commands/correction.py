"""更正: every recorded mistake is set right by a later event."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.commands.base import ProposalCommand, existing
from domain.events import ClericalErrorCorrected, HandlingReopened, ReportRetracted
from domain.proposal import Proposal
from domain.rules import (
    ARCHIVED_ONCE,
    CORRECTS_TEXT,
    HANDLING_CLOSED,
    KNOWN_OFFICIAL,
    PROPOSAL_EXISTS,
    RETRACTS_REPORT,
    SIGNER_OF_UNIT,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, LongText, Note

REPORTS = frozenset(
    {
        "MemberContacted",
        "ContactWaived",
        "FieldVisitRecorded",
        "MemberRevisited",
        "OnSiteCheckRecorded",
        "CommitmentProgressed",
        "SatisfactionRecorded",
        "SatisfactionRevised",
    }
)
"""What only reports the world, so that a mistaken report may be taken back; what was decided is decided anew."""

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
    """Take back a report that was a mistake; it stays in history and counts no longer. The truth is recorded anew."""

    rules: ClassVar[tuple[Rule, ...]] = (PROPOSAL_EXISTS, RETRACTS_REPORT)

    version: Version
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        if self.version in proposal.retracted:
            return []
        type_ = entry(proposal, self.version)
        require(type_ in REPORTS, RETRACTS_REPORT, f"第 {self.version} 个事件不是可以撤回的登记", "version")
        standing_still = proposal.closed is None or type_ not in ("SatisfactionRecorded", "SatisfactionRevised")
        require(standing_still, RETRACTS_REPORT, "已办结，评价须先恢复办理方可撤回", "version")
        return [self.told(ReportRetracted, type=type_)]


class CorrectClericalError(ProposalCommand):
    """Say how a text in a recorded event should read."""

    rules: ClassVar[tuple[Rule, ...]] = (PROPOSAL_EXISTS, CORRECTS_TEXT)

    version: Version
    field: Code
    correct: LongText
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        type_ = entry(proposal, self.version)
        known = self.field in TEXTS.get(type_, ())
        require(known, CORRECTS_TEXT, f"第 {self.version} 个事件没有可以更正的文字“{self.field}”", "field")
        short = self.field not in SHORT or len(self.correct) <= 200
        require(short, CORRECTS_TEXT, "文字过长，最长 200 个字符", "correct")
        newer = type_.startswith("Proposal") and "ProposalResubmitted" in proposal.entries[self.version :]
        require(not newer, CORRECTS_TEXT, "提案后来已重新提交，应更正新的一稿", "version")
        so = proposal.corrected.get((self.version, self.field)) == self.correct
        return [] if so else [self.told(ClericalErrorCorrected, type=type_)]


class ReopenHandling(ProposalCommand):
    """Open a case that was closed by mistake or too early; a leader of the city approves it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        HANDLING_CLOSED,
        ARCHIVED_ONCE,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
    )

    reason: Note
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        reopened = self.told(HandlingReopened)
        if proposal.reopened == reopened:
            return []
        require(proposal.closed is not None, HANDLING_CLOSED, "本案没有办结")
        require(proposal.archived is None, ARCHIVED_ONCE, "已归档的不再恢复办理")
        setting.city_leader(self.approver, "approver")
        return [reopened]


def entry(proposal: Proposal, version: int) -> str:
    """The type of the event at this version; empty where there is none."""
    return proposal.entries[version - 1] if version <= len(proposal.entries) else ""
