"""审查、不予立案、并案、撤案."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, StrictInt

from domain.codes import Conversion, Ending, RefusalGround, ReviewLevel, ReviewOpinion
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    after_last,
    existing,
    in_order,
    open_case,
    stream_of,
    with_proposers,
)
from domain.commands.key_proposal import supervision_due
from domain.commands.other_rules import under_other_rules
from domain.events import (
    CaseReassigned,
    CaseRulebookChanged,
    CaseTransferredElsewhere,
    CaseTransferredToGovernment,
    ProposalAbsorbed,
    ProposalConverted,
    ProposalNotRegistered,
    ProposalRegistered,
    ProposalResubmitted,
    ProposalReturnedForRevision,
    ProposalsMerged,
    ProposalWithdrawn,
    RefusalNotified,
    ReviewOpinionRecorded,
)
from domain.labels import EVENTS
from domain.proposal import Proposal
from domain.rules import (
    ARCHIVED_ONCE,
    BEFORE_REGISTRATION,
    CASE_OPEN,
    CONTACT_IS_WITH_PROPOSERS,
    CONVERTED_ON_GROUND,
    KNOWN_UNIT,
    MERGED_BEFORE_ASSIGNMENT,
    MERGED_INTO_AS_FAR,
    OCCURRED_IN_ORDER,
    PROPOSAL_EXISTS,
    REFUSED_BEFORE_NOTICE,
    REVIEW_LEVELS_IN_ORDER,
    REVISED_BEFORE_REGISTRATION,
    RULEBOOK_ADOPTED,
    WITHDRAWN_BEFORE_REPLY,
    WITHDRAWN_BY_PROPOSER,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, On, Setting
from domain.streams import Stream, proposal_stream
from domain.values import Attachments, Code, LongText, Note, Title, layout

STAGES = (
    ProposalReturnedForRevision,
    ProposalResubmitted,
    ProposalRegistered,
    CaseTransferredToGovernment,
    CaseTransferredElsewhere,
    CaseReassigned,
)
"""What only a proposal goes through that has not ended."""


class RecordReviewOpinion(ProposalCommand):
    """Record what one level of review thinks; a higher level may not be followed by a lower one (S46)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        BEFORE_REGISTRATION,
        REVISED_BEFORE_REGISTRATION,
        REVIEW_LEVELS_IN_ORDER,
        KNOWN_UNIT,
        OCCURRED_IN_ORDER,
    )

    level: ReviewLevel
    opinion: ReviewOpinion
    note: Note
    lead_unit: Code | None = None
    co_units: Annotated[tuple[Code, ...], Field(max_length=30)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        _under_review(proposal)
        recorded = self.told(ReviewOpinionRecorded)
        if proposal.reviews.get(self.level) == recorded:
            return []
        reached = max((level.height for level in proposal.reviews), default=-1)
        in_turn = self.level.height in (reached, reached + 1)
        require(in_turn, REVIEW_LEVELS_IN_ORDER, "应按初审、复审、终审逐级进行", "level")
        if self.lead_unit is not None:
            setting.knows_unit(self.lead_unit, "lead_unit")
        for index, unit in enumerate(self.co_units):
            setting.knows_unit(unit, f"co_units.{index}")
        in_order(setting, proposal.submitted_at, "提交")
        in_order(setting, proposal.last(ReviewOpinionRecorded, ProposalResubmitted), "审查、重新提交")
        return [recorded]


class ReturnForRevision(ProposalCommand):
    """Send a proposal back to its proposers to be changed."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        BEFORE_REGISTRATION,
        REVISED_BEFORE_REGISTRATION,
        OCCURRED_IN_ORDER,
    )

    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        if proposal.to_revise == self.reason:
            return []
        _under_review(proposal)
        in_order(setting, proposal.submitted_at, "提交")
        in_order(setting, proposal.last(ProposalResubmitted), "重新提交")
        return [self.told(ProposalReturnedForRevision)]


class ResubmitProposal(ProposalCommand):
    """Hand a returned proposal in again, changed; without `attachments` they stay as they were."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, REVISED_BEFORE_REGISTRATION, OCCURRED_IN_ORDER)

    title: Title
    body: LongText | None = None
    attachments: Attachments | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        resubmitted = self.told(ProposalResubmitted)
        same = (proposal.title, layout(proposal.body or "")) == (self.title, layout(self.body or ""))
        same = same and resubmitted.attachments in (None, proposal.attachments)
        if proposal.to_revise is None:
            require(same, REVISED_BEFORE_REGISTRATION, "提案没有被退回修改")
            return []
        require(not same, REVISED_BEFORE_REGISTRATION, "与退回的提案相同，须修改后再提交", "body")
        in_order(setting, proposal.last(ProposalReturnedForRevision), "退回修改")
        return [resubmitted]


class RefuseRegistration(ProposalCommand):
    """Do not register the proposal, on a coded ground (S2)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        CASE_OPEN,
        BEFORE_REGISTRATION,
        OCCURRED_IN_ORDER,
    )

    ground: RefusalGround
    explanation: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        refused = self.told(ProposalNotRegistered)
        if proposal.refusal == refused:
            return []
        open_case(proposal)
        require(proposal.case_no is None, BEFORE_REGISTRATION, "已立案，不能不予立案")
        _not_before_its_stages(proposal, setting)
        return [refused]


class NotifyRefusal(ProposalCommand):
    """Note that proposers have been told why their proposal was not registered, or was passed on another way (S2); all
    where none is named."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        REFUSED_BEFORE_NOTICE,
        CONTACT_IS_WITH_PROPOSERS,
        OCCURRED_IN_ORDER,
    )

    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    note: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        no_case = proposal.refusal is not None or proposal.converted is not None
        require(no_case, REFUSED_BEFORE_NOTICE, "提案没有被不予立案，也没有转办")
        with_proposers(proposal, self.members, setting)
        wanted = dict.fromkeys(self.members or proposal.proposers)
        new = tuple(member for member in wanted if member not in proposal.notified)
        if not new:
            return []
        in_order(setting, proposal.last(ProposalNotRegistered, ProposalConverted), "不予立案、转办")
        return [self.told(RefusalNotified, members=new)]


class ConvertProposal(ProposalCommand):
    """Pass a proposal that is no case on another way: as 社情民意, a letter, a suggestion; on a coded ground, unless it
    was refused on one (S2)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        CASE_OPEN,
        BEFORE_REGISTRATION,
        CONVERTED_ON_GROUND,
        ARCHIVED_ONCE,
        OCCURRED_IN_ORDER,
    )

    conversion: Conversion
    sent_to: Title
    reason: Note
    ground: RefusalGround | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        converted = self.told(ProposalConverted)
        if proposal.converted == converted:
            return []
        if proposal.ended is not Ending.NOT_REGISTERED or proposal.converted is not None:
            open_case(proposal)
        require(proposal.case_no is None, BEFORE_REGISTRATION, "已立案，不能转办")
        require(proposal.archived is None, ARCHIVED_ONCE, "已归档，不再转办")
        refused = proposal.refusal.ground if proposal.refusal else None
        require(bool(refused or self.ground), CONVERTED_ON_GROUND, "须写明不予立案的情形", "ground")
        same = refused is None or self.ground in (None, refused)
        require(same, CONVERTED_ON_GROUND, "与不予立案的情形不同", "ground")
        _not_before_its_stages(proposal, setting)
        in_order(setting, proposal.last(ProposalNotRegistered), "不予立案")
        return [converted]


class MergeProposals(ProposalCommand):
    """Let this proposal stand for others of the session too; all their proposers sign it from now on (立案并案)."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, MERGED_BEFORE_ASSIGNMENT, MERGED_INTO_AS_FAR, OCCURRED_IN_ORDER)

    absorbed: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=30)]
    reason: Note

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [proposal_stream(other) for other in dict.fromkeys(self.absorbed) if other != proposal.stream]

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        others = [other for other in self.beside(proposal, setting) if other.id not in proposal.absorbed]
        if not others and proposal.stream not in self.absorbed:
            return []
        require(bool(others), MERGED_BEFORE_ASSIGNMENT, "须写明另外的提案", "absorbed")
        require(not proposal.active_tasks, MERGED_BEFORE_ASSIGNMENT, "已分办，不能再并案")
        states = [setting.at(other) for other in others]
        for other, state in zip(others, states, strict=True):
            self._fits(proposal, state, setting, f"absorbed.{self.absorbed.index(other.id)}")
        in_order(setting, proposal.submitted_at, "提交")
        merged = self.told(ProposalsMerged, absorbed=tuple(other.id for other in others), **_united(proposal, states))
        into = stream_of(proposal)
        return [merged, *(On(other, ProposalAbsorbed(into=into, reason=self.reason)) for other in others)]

    def _fits(self, proposal: Proposal, other: Proposal, setting: Setting, field: str) -> None:
        """Refuse a proposal that this one cannot stand for."""
        require(other.session == proposal.session, MERGED_BEFORE_ASSIGNMENT, "该提案不在本届次", field)
        standing = other.ended is None and other.closed is None
        require(standing, MERGED_BEFORE_ASSIGNMENT, "该提案已终结", field)
        require(not other.active_tasks, MERGED_BEFORE_ASSIGNMENT, "该提案已分办，不能再并案", field)
        _as_far(proposal, other, setting, field)
        _not_before_its_stages(other, setting)


class WithdrawProposal(ProposalCommand):
    """Take a proposal back, at its lead proposer's request, before any unit has replied (撤案). One that stands for
    others is taken back with the agreement of their lead proposers."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        CASE_OPEN,
        WITHDRAWN_BY_PROPOSER,
        WITHDRAWN_BEFORE_REPLY,
        OCCURRED_IN_ORDER,
    )

    member: Code
    reason: Note
    agreed_by: Annotated[tuple[Code, ...], Field(max_length=500)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        withdrawn = self.told(ProposalWithdrawn, agreed_by=tuple(dict.fromkeys(self.agreed_by)) or None)
        if proposal.withdrawn == withdrawn:
            return []
        open_case(proposal)
        require(self.member == proposal.lead_proposer, WITHDRAWN_BY_PROPOSER, "撤案须由领衔人提出", "member")
        unasked = setting.member_names(*sorted(proposal.merged_leads - set(self.agreed_by)))
        together = f"并入本案的提案，其领衔委员 {unasked} 尚未同意撤案"
        require(not unasked, WITHDRAWN_BY_PROPOSER, together, "agreed_by")
        others = set(self.agreed_by) <= proposal.merged_leads
        require(others, WITHDRAWN_BY_PROPOSER, "只写并入本案的提案的领衔委员", "agreed_by")
        replied = any(answered.issued for answered in proposal.communication.rounds)
        require(not replied, WITHDRAWN_BEFORE_REPLY, "已有承办单位答复，不能撤案")
        _not_before_its_stages(proposal, setting)
        return [withdrawn]


class ChangeCaseRulebook(ProposalCommand):
    """Judge the case by another rulebook that its session has adopted, for a reason."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, RULEBOOK_ADOPTED, OCCURRED_IN_ORDER)

    rulebook: Code
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)]
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        adopted = setting.session.rulebooks.get((self.rulebook, self.version))
        if adopted is None:
            refuse(RULEBOOK_ADOPTED, "本届次没有采用过这一版规则", "rulebook")
        require(proposal.rulebook is not None, RULEBOOK_ADOPTED, "尚未立案，没有可改的规则")
        pinned = setting.session.ref(adopted)
        if proposal.rulebook == pinned:
            return []
        in_order(setting, proposal.registered_at, "立案")
        in_order(setting, proposal.last(CaseRulebookChanged), "改用规则")
        due = supervision_due(proposal, adopted, setting)
        changed = CaseRulebookChanged(rulebook=pinned, reason=self.reason, deadline=due)
        return [changed, *under_other_rules(proposal, setting, adopted)]


def _united(proposal: Proposal, others: Sequence[Proposal]) -> dict[str, Any]:
    """Who signs a proposal that stands for these others too, and what it is for their sake that it was not before:
    passed down (S14), or in the name of a body."""
    lead = proposal.lead_proposer
    proposers = dict.fromkeys(proposal.co_signers)
    proposers |= dict.fromkeys(one for other in others for one in other.proposers if one != lead)
    leads = {one for other in others for one in (other.lead_proposer, *other.merged_leads)} - {lead}
    passed_down = next((other.passed_down for other in others if other.passed_down), None)
    body = next((other for other in others if other.collective), None)
    united: dict[str, Any] = {"co_signers": tuple(proposers), "leads": tuple(sorted(leads)) or None}
    if proposal.passed_down is None:
        united["passed_down"] = passed_down
    if proposal.collective is None and body is not None:
        united |= {"collective": body.collective, "body_name": body.body_name}
    return united


def _as_far(proposal: Proposal, other: Proposal, setting: Setting, field: str) -> None:
    """Refuse to absorb a case that stands further on than this one: nobody would answer it any more."""
    numbered = other.case_no is None or proposal.case_no is not None
    require(numbered, MERGED_INTO_AS_FAR, "该提案已立案，不能并入未立案的提案", field)
    here = proposal.transferred is not None and proposal.recipient is other.recipient
    require(other.transferred is None or here, MERGED_INTO_AS_FAR, "该案已交办，只能并入交办同一方的案件", field)
    in_order(setting, proposal.registered_at if other.case_no is not None else None, "立案")
    in_order(setting, proposal.transferred_at if other.transferred else None, "交办")


def _not_before_its_stages(proposal: Proposal, setting: Setting) -> None:
    """Refuse an end that is earlier than a stage of the proposal, or a step of a unit on it."""
    in_order(setting, proposal.submitted_at, "提交")
    for stage in STAGES:
        in_order(setting, proposal.last(stage), f"“{EVENTS[stage.__name__]}”")
    for task in proposal.tasks.values():
        after_last(setting, task)


def _under_review(proposal: Proposal) -> None:
    open_case(proposal)
    require(proposal.case_no is None, BEFORE_REGISTRATION, "已立案，不再审查")
    require(proposal.to_revise is None, REVISED_BEFORE_REGISTRATION, "已退回修改，须待重新提交")
