"""回访、核查、回头看、重新定类."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, assert_never
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.commands.base import (
    STANDING,
    ProposalCommand,
    SessionCommand,
    assigned,
    existing,
    in_order,
    standing,
    with_proposers,
)
from domain.events import (
    ClassReassessed,
    CommitmentFulfilled,
    HandlingClosed,
    LookbackCampaignOpened,
    LookbackRecorded,
    MemberRevisited,
    OnSiteCheckRecorded,
)
from domain.proposal import Proposal, identity
from domain.rules import (
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    CONTACT_IS_WITH_PROPOSERS,
    FINISH_AHEAD,
    KNOWN_SESSION,
    LOOKBACK_OPEN,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    PROPOSAL_EXISTS,
    REASSESSED_AFTER_CLOSING,
    REVISIT_AT_ITS_STAGE,
    RULEBOOK_IN_FORCE,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.setting import Decision, Setting
from domain.streams import Stream, proposal_stream
from domain.values import (
    ClassCode,
    Code,
    Day,
    EvidenceClaim,
    LongText,
    Moment,
    Note,
    PersonClaim,
    Title,
    day_of,
    earlier,
)


class RecordRevisit(ProposalCommand):
    """Report a return visit; without `unit` it was the government's office itself that went."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        ONLY_ASSIGNED_UNIT_ACTS,
        CONTACT_IS_WITH_PROPOSERS,
        REVISIT_AT_ITS_STAGE,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    unit: Code | None = None
    stage: RevisitStage
    mode: ContactMode
    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    finding: LongText
    member_position: MemberPosition
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        if self.unit is not None:
            assigned(proposal, self.unit, setting)
        with_proposers(proposal, self.members, setting)
        require(self._in_stage(proposal), REVISIT_AT_ITS_STAGE, "回访阶段与办理进度不符", "stage")
        begun = any(not earlier(setting.occurred_at, at) for at in self._beginnings(proposal))
        require(begun, OCCURRED_IN_ORDER, "发生时间早于进入该阶段的时间", "occurred_at")
        revisited = self.told(MemberRevisited, members=tuple(dict.fromkeys(self.members)))
        return [] if identity(revisited, setting.occurred_at) in proposal.told else [revisited]

    def _beginnings(self, proposal: Proposal) -> list[datetime | date]:
        """When the stage named began: each assignment, each reply, the closing."""
        match self.stage:
            case RevisitStage.DURING_HANDLING:
                begun = [task.assigned_at for task in proposal.active_tasks]
            case RevisitStage.AFTER_REPLY:
                begun = [answered.issued.at for answered in proposal.communication.rounds if answered.issued]
            case RevisitStage.AFTER_CLOSING:
                begun = [proposal.closed_at]
            case _:
                assert_never(self.stage)
        return [at for at in begun if at is not None]

    def _in_stage(self, proposal: Proposal) -> bool:
        replied = any(current.issued for task in proposal.answering for current in task.rounds.values())
        match self.stage:
            case RevisitStage.DURING_HANDLING:
                return bool(proposal.active_tasks) and proposal.closed is None and proposal.ended is None
            case RevisitStage.AFTER_REPLY:
                return replied
            case RevisitStage.AFTER_CLOSING:
                return proposal.closed is not None
            case _:
                assert_never(self.stage)


class RecordOnSiteCheck(ProposalCommand):
    """Report a look at whether what a unit said was done is there (S30)."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, ONLY_ASSIGNED_UNIT_ACTS, OCCURRED_IN_ORDER)

    occurred_at: Moment
    unit: Code
    place: Title
    people: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=50)]
    finding: LongText
    conforms: StrictBool
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        task = assigned(proposal, self.unit, setting)
        in_order(setting, task.assigned_at, "分办")
        checked = self.told(OnSiteCheckRecorded)
        return [] if identity(checked, setting.occurred_at) in proposal.told else [checked]


class ReassessClass(ProposalCommand):
    """Put a closed case into another class of its scheme, e.g. B 转 A when the promise was kept (S30, S31)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        REASSESSED_AFTER_CLOSING,
        CLASS_IN_SCHEME,
        COMMITMENTS_BEFORE_BETTER_CLASS,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    result_class: ClassCode
    basis: Note
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        if proposal.closed is None or proposal.result_class is None:
            refuse(REASSESSED_AFTER_CLOSING, "尚未办结，没有类别可改")
        rulebook = setting.rulebook(proposal)
        scheme, before = proposal.closed.class_scheme, proposal.result_class
        known = rulebook.class_scheme.id == scheme and rulebook.has_class(self.result_class)
        require(known, CLASS_IN_SCHEME, f"分类“{scheme}”中没有“{self.result_class}”类", "result_class")
        if before == self.result_class:
            return []
        in_order(setting, proposal.closed_at, "办结")
        in_order(setting, proposal.last(ClassReassessed), "重新定类")
        better = rulebook.better(self.result_class, before)
        open_still = [number for number, promise in proposal.commitments.items() if promise.fulfilled is None]
        which = "、".join(map(str, open_still))
        earned = not (open_still and better)
        require(earned, COMMITMENTS_BEFORE_BETTER_CLASS, f"第 {which} 项承诺尚未兑现", "result_class")
        for number in proposal.commitments if better else ():
            in_order(setting, proposal.last(CommitmentFulfilled, number=number), "承诺兑现")
        return [self.told(ClassReassessed, class_scheme=scheme, before=before)]


class OpenLookbackCampaign(SessionCommand):
    """Begin to look again at cases of the session: those of some classes, or those named (S30, S31)."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, PROPOSAL_EXISTS, CLASS_IN_SCHEME, FINISH_AHEAD)

    title: Title
    classes: Annotated[tuple[ClassCode, ...], Field(max_length=20)] = ()
    cases: Annotated[tuple[UUID, ...], Field(max_length=300)] = ()
    finish_on: Day | None = None

    def beside(self, session: Session, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [proposal_stream(case) for case in self.cases]

    def decide(self, session: Session, setting: Setting, /) -> Decision:
        require(session.opened is not None, KNOWN_SESSION, "届次尚未设立")
        for index, case in enumerate(self.cases):
            own = setting.at(proposal_stream(case)).session == session.session
            require(own, PROPOSAL_EXISTS, "不是本届次的提案", f"cases.{index}")
        for index, wanted in enumerate(self.classes):
            known = any(rulebook.has_class(wanted) for rulebook in session.rulebooks.values())
            require(known, CLASS_IN_SCHEME, f"本届次的办理规则没有“{wanted}”类", f"classes.{index}")
        ahead = self.finish_on is None or self.finish_on >= day_of(setting.occurred_at)
        require(ahead, FINISH_AHEAD, "完成日早于开展之日", "finish_on")
        opened = self.told(LookbackCampaignOpened, number=max(session.lookbacks, default=0) + 1)
        told = [known.model_copy(update={"number": opened.number}) for known in session.lookbacks.values()]
        return [] if opened in told else [opened]


class RecordLookback(ProposalCommand):
    """Report what a campaign found of one unit's part in this case; one result a campaign and unit, the last stands."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, ONLY_ASSIGNED_UNIT_ACTS, LOOKBACK_OPEN, OCCURRED_IN_ORDER)

    campaign: Annotated[StrictInt, Field(ge=1, le=10_000)]
    unit: Code
    delivered: StrictBool
    finding: LongText
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        task = assigned(proposal, self.unit, setting)
        campaign = setting.session.lookbacks.get(self.campaign)
        if campaign is None:
            refuse(LOOKBACK_OPEN, f"本届次没有第 {self.campaign} 批回头看", "campaign")
        of_class = proposal.result_class in campaign.classes
        named = proposal.stream in campaign.cases or not (campaign.classes or campaign.cases)
        meant = of_class or named
        require(meant, LOOKBACK_OPEN, "本案不在这一批回头看的范围之内", "campaign")
        recorded = self.told(LookbackRecorded)
        if proposal.lookbacks.get((self.campaign, self.unit)) == recorded:
            return []
        in_order(setting, task.assigned_at, "分办")
        in_order(setting, setting.session.lookbacks_at.get(self.campaign), "开展回头看")
        in_order(setting, None if named else proposal.last(HandlingClosed, ClassReassessed), "定类")
        return [recorded]
