"""归档、年度报告."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import Gate, Retention
from domain.commands.base import Breach, ProposalCommand, SessionCommand, existing, gated, in_order, relied_on
from domain.events import (
    AnnualReportSnapshotTaken,
    CaseArchived,
    CommitmentBroken,
    CommitmentFulfilled,
    KeyProposalReleased,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalWithdrawn,
    RefusalNotified,
    ReplyPublished,
    ReplyWithheld,
    SecondReplyIssued,
    SupervisionReportFiled,
)
from domain.labels import label
from domain.proposal import Proposal, owed
from domain.rules import (
    ARCHIVED_AFTER_CLOSING,
    ARCHIVED_ONCE,
    COMMITMENTS_BEFORE_ARCHIVE,
    DONE_BEFORE_ARCHIVE,
    FIGURES_AGREE,
    KNOWN_SESSION,
    OCCURRED_IN_ORDER,
    PROMISES_TOLD_BEFORE_ARCHIVE,
    PROPOSAL_EXISTS,
    RULEBOOK_IN_FORCE,
    SNAPSHOT_OF_HISTORY,
    TOLD_BEFORE_ARCHIVE,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, Setting
from domain.values import EvidenceClaim, Frozen, Note, Title, day_of

ENDS = (ProposalNotRegistered, ProposalConverted, ProposalAbsorbed, ProposalWithdrawn)
"""What ends a proposal without a reply."""


class ArchiveCase(ProposalCommand):
    """Put the file of a closed case, or of one that ended without a reply, away (S9, S23)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        ARCHIVED_AFTER_CLOSING,
        ARCHIVED_ONCE,
        COMMITMENTS_BEFORE_ARCHIVE,
        PROMISES_TOLD_BEFORE_ARCHIVE,
        DONE_BEFORE_ARCHIVE,
        TOLD_BEFORE_ARCHIVE,
        OCCURRED_IN_ORDER,
    )

    files: Annotated[tuple[EvidenceClaim, ...], Field(min_length=1, max_length=200)]
    retention: Retention

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        archived = self.told(CaseArchived)
        if proposal.archived == archived:
            return []
        require(proposal.archived is None, ARCHIVED_ONCE, "已归档")
        ended = proposal.closed is not None or proposal.ended is not None
        require(ended, ARCHIVED_AFTER_CLOSING, "尚未办结，不能归档")
        live = [number for number, promise in proposal.commitments.items() if not promise.settled]
        named = "、".join(map(str, live))
        require(not live, COMMITMENTS_BEFORE_ARCHIVE, f"第 {named} 项承诺既未兑现，也未说明原因")
        untold = setting.member_names(*proposal.untold)
        require(not untold, TOLD_BEFORE_ARCHIVE, f"尚未告知委员 {untold}")
        in_order(setting, proposal.closed_at, "办结")
        in_order(setting, proposal.last(*ENDS), "终结")
        _after_what_was_owed(proposal, setting)
        return [gated(archived, [*_still_owed(proposal), *_promises_untold(proposal, setting)])]


def _after_what_was_owed(proposal: Proposal, setting: Setting) -> None:
    """Refuse a moment before the outcome of a promise, a notice, or what was still to be done by a day."""
    for number in proposal.commitments:
        in_order(setting, proposal.first(CommitmentFulfilled, CommitmentBroken, number=number), "承诺有结果")
    in_order(setting, proposal.last(RefusalNotified), "告知委员")
    rounds = [answered for task in proposal.tasks.values() for answered in task.rounds.values()]
    published = any(answered.publish_by for answered in rounds)
    in_order(setting, proposal.last(ReplyPublished, ReplyWithheld) if published else None, "登记公开或不公开")
    reported = proposal.first(SupervisionReportFiled, since=proposal.version_of(KeyProposalReleased))
    in_order(setting, reported if proposal.key_limit else None, "报送督办报告")


def _still_owed(proposal: Proposal) -> list[Breach]:
    """What somebody has still to do by a day, as a reply to publish, a supervision to report: in a file that was put
    away nobody asks for it any more. A reply that a later one has replaced is nobody's to publish."""
    kinds = dict.fromkeys(label(known.about) for known in owed(proposal) if known.about is not None)
    told = f"尚有未了的期限：{'、'.join(kinds)}"
    return [Breach(Gate.FLAG, DONE_BEFORE_ARCHIVE, told)] if kinds else []


def _promises_untold(proposal: Proposal, setting: Setting) -> list[Breach]:
    """Promises of which no letter has told the proposers what became of them: none goes out of a file put away."""
    if not proposal.commitments:
        return []
    gate = setting.rulebook(proposal).gates.promises_told_before_archive or Gate.FLAG
    relied_on(gate, setting, proposal.last(SecondReplyIssued), "二次答复")
    told = {number for letter in proposal.second_replies for number in letter.commitments}
    untold = [number for number in proposal.commitments if number not in told]
    if not untold:
        return []
    named = "、".join(map(str, untold))
    return [Breach(gate, PROMISES_TOLD_BEFORE_ARCHIVE, f"第 {named} 项承诺的结果尚未以二次答复告知提案者")]


class FigureClaim(Frozen):
    """A figure of the report, with the limits of the door."""

    id: Title
    count: Annotated[StrictInt, Field(ge=0, le=10_000_000)]
    of: Annotated[StrictInt, Field(ge=0, le=10_000_000)] | None = None
    percent: Annotated[str, Field(pattern=r"^\d{1,3}\.\d$")] | None = None

    def agrees(self, field: str) -> None:
        """Refuse a part greater than its whole, and a percentage that is not theirs, rounded half up."""
        part = self.of is None or self.count <= self.of
        require(part, FIGURES_AGREE, f"部分 {self.count} 大于全体 {self.of}", f"{field}.count")
        if self.percent is None:
            return
        tenths = (self.count * 2000 + self.of) // (self.of * 2) if self.of else None
        percent = f"{tenths // 10}.{tenths % 10}" if tenths is not None else None
        told = f"应为 {percent}" if percent else "没有全体之数，无从计百分比"
        require(self.percent == percent, FIGURES_AGREE, told, f"{field}.percent")


class TakeReportSnapshot(SessionCommand):
    """Keep the session's figures as they are told today; asked for again later, they can be told apart from those."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, RULEBOOK_IN_FORCE, SNAPSHOT_OF_HISTORY, FIGURES_AGREE)

    as_known: Annotated[StrictInt, Field(ge=1, le=2**53 - 1)]
    figures: Annotated[tuple[FigureClaim, ...], Field(min_length=1, max_length=100)]
    note: Note | None = None

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        rulebook = session.rulebook(None)
        if rulebook is None:
            refuse(RULEBOOK_IN_FORCE, "本届次尚未采用办理规则")
        head = setting.context.reference_position
        there = head is None or self.as_known <= head
        require(there, SNAPSHOT_OF_HISTORY, f"台账现只到第 {head} 位", "as_known")
        for index, figure in enumerate(self.figures):
            once = figure.id not in [other.id for other in self.figures[:index]]
            require(once, FIGURES_AGREE, f"指标“{figure.id}”重复", f"figures.{index}.id")
            figure.agrees(f"figures.{index}")
        pinned = {"rulebook": rulebook.id, "rulebook_version": rulebook.version}
        taken = self.told(AnnualReportSnapshotTaken, as_of=day_of(setting.occurred_at), **pinned)
        return [] if taken in session.snapshots else [taken]
