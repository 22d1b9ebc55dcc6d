"""审核、退回重办."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.codes import Defect
from domain.commands.base import EXISTING, ProposalCommand, after_last, answering, current_draft, open_case
from domain.commands.reply import DraftNumber
from domain.events import FoundDefect, ReplyReturned, ReplyReviewed
from domain.proposal import DraftStatus, Proposal
from domain.record import same_hand
from domain.rules import (
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RETURNED_DRAFT_CHANGES,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Frozen, Note


class DefectClaim(Frozen):
    """One thing wrong with a draft, coded and explained."""

    code: Defect
    note: Note


class ReviewReply(ProposalCommand):
    """Pass a draft; whoever drafted it never does."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        RETURNED_DRAFT_CHANGES,
        DRAFTER_NEVER_APPROVES,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    draft: DraftNumber

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        draft = current_draft(task, self.draft)
        if draft.status is DraftStatus.REVIEWED:
            return []
        returned = draft.status is DraftStatus.RETURNED
        require(not returned, RETURNED_DRAFT_CHANGES, "该稿已退回，须修改后再报", "draft")
        require(draft.status is DraftStatus.DRAFTED, DRAFT_NOT_SIGNED, "该稿已签发", "draft")
        after_last(setting, task)
        own = any(same_hand(drafted, setting.context) for drafted in draft.drafted)
        require(not own, DRAFTER_NEVER_APPROVES, "拟稿人不得审核自己的稿件", "on_behalf_of")
        return [ReplyReviewed(unit=self.unit, round=task.round.number, draft=self.draft)]


class ReturnReply(ProposalCommand):
    """Send a draft back with coded defects, any time before it goes out."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        RETURNED_DRAFT_CHANGES,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    draft: DraftNumber
    defects: Annotated[tuple[DefectClaim, ...], Field(min_length=1, max_length=20)]

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        draft = current_draft(task, self.draft)
        require(draft.status is not DraftStatus.ISSUED, DRAFT_NOT_SIGNED, "该稿已发出，不能退回", "draft")
        defects = tuple(FoundDefect(code=defect.code, note=defect.note) for defect in self.defects)
        returned = ReplyReturned(unit=self.unit, round=task.round.number, draft=self.draft, defects=defects)
        if draft.returned is not None:
            same = draft.returned == returned
            require(same, RETURNED_DRAFT_CHANGES, "该稿已退回，另有意见须待修改稿报来再提", "defects")
            return []
        after_last(setting, task)
        return [returned]
