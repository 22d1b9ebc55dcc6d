"""审核、退回重办."""

from typing import Annotated, ClassVar

from pydantic import Field

from domain.codes import Defect, Gate
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    after_last,
    answering,
    current_draft,
    gated,
    in_order,
    in_scheme,
    open_case,
)
from domain.commands.countersigning import uncountersigned
from domain.commands.publication import PublicationClaim
from domain.commands.reply import DraftNumber
from domain.events import Event, FoundDefect, PublicationContested, PublicationDecided, ReplyReturned, ReplyReviewed
from domain.policy.rulebook import Rulebook
from domain.proposal import Draft, DraftStatus, Proposal, Round
from domain.record import same_hand
from domain.rules import (
    CLASS_CHANGE_HAS_REASON,
    CLASS_IN_SCHEME,
    COUNTERSIGNED_BEFORE_SIGNING,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RETURNED_DRAFT_CHANGES,
    RULEBOOK_IN_FORCE,
    SECRET_NEVER_PUBLISHED,
    WITHHOLDING_HAS_GROUND,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import ClassCode, Code, Frozen, Note


class DefectClaim(Frozen):
    """One thing wrong with a draft, coded and explained."""

    code: Defect
    note: Note


class ReviewReply(ProposalCommand):
    """Pass a draft; whoever drafted it never does. The reviewer may put it into another class (P4), and decide about
    its publication at once (S43)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        RETURNED_DRAFT_CHANGES,
        DRAFTER_NEVER_APPROVES,
        COUNTERSIGNED_BEFORE_SIGNING,
        CLASS_IN_SCHEME,
        CLASS_CHANGE_HAS_REASON,
        WITHHOLDING_HAS_GROUND,
        SECRET_NEVER_PUBLISHED,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    draft: DraftNumber
    result_class: ClassCode | None = None
    class_reason: Note | None = None
    publication: PublicationClaim | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        draft = current_draft(task, self.draft)
        same_class = self.result_class in (None, draft.result_class)
        if draft.status is DraftStatus.REVIEWED and same_class:
            return self._published(proposal, task.round, setting)
        self._reclassifies(draft, setting.rulebook(proposal))
        self._may_pass(draft, setting)
        after_last(setting, task)
        changed = {} if same_class else {"result_class": self.result_class, "class_reason": self.class_reason}
        reviewed = ReplyReviewed(unit=self.unit, round=task.round.number, draft=self.draft, **changed)
        gate = setting.rulebook(proposal).gates.countersigned_before_review or Gate.OFF
        breaches = uncountersigned(gate, proposal, task, draft, setting)
        return [gated(reviewed, breaches), *self._published(proposal, task.round, setting)]

    def _may_pass(self, draft: Draft, setting: Setting) -> None:
        returned = draft.status is DraftStatus.RETURNED
        require(not returned, RETURNED_DRAFT_CHANGES, "该稿已退回，须修改后再报", "draft")
        unsigned = draft.status in (DraftStatus.DRAFTED, DraftStatus.REVIEWED)
        require(unsigned, DRAFT_NOT_SIGNED, "该稿已签发", "draft")
        own = any(same_hand(drafted, setting.context) for drafted in draft.drafted)
        require(not own, DRAFTER_NEVER_APPROVES, "拟稿人不得审核自己的稿件", "on_behalf_of")

    def _reclassifies(self, draft: Draft, rulebook: Rulebook) -> None:
        """Refuse a class that is not in the scheme, and a change of class without a reason (P4)."""
        if self.result_class is None or self.result_class == draft.result_class:
            return
        in_scheme(rulebook, self.result_class)
        silent = f"由 {draft.result_class} 类调整为 {self.result_class} 类须说明理由"
        require(self.class_reason is not None, CLASS_CHANGE_HAS_REASON, silent, "class_reason")

    def _published(self, proposal: Proposal, current: Round, setting: Setting) -> list[Event]:
        """What was decided about publication together with the review (S43)."""
        if self.publication is None:
            return []
        self.publication.check("publication.")
        decided = PublicationDecided(unit=self.unit, round=current.number, **self.publication.model_dump())
        if current.publication == decided and not current.contested:
            return []
        in_order(setting, proposal.last(PublicationContested) if current.contested else None, "委员提出异议")
        return [decided]


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
