"""审查: what becomes of a proposal before it is a case, and of one that is a case no more.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias
from uuid import UUID

from domain.codes import CollectiveKind, Conversion, Level, RefusalGround, ReviewLevel, ReviewOpinion
from domain.events.base import Event
from domain.policy.deadlines import Deadline
from domain.policy.rulebook import RulebookRef
from domain.values import Attachment


class ReviewOpinionRecorded(Event):
    """审查意见: what one level of review thinks, and whom it would assign (S46)."""

    level: ReviewLevel
    opinion: ReviewOpinion
    note: str
    lead_unit: str | None = None
    co_units: tuple[str, ...] = ()


class ProposalReturnedForRevision(Event):
    """退回修改: the proposal must be handed in again, changed."""

    reason: str


class ProposalResubmitted(Event):
    """重新提交: the proposal as it now reads; without `attachments` they are as they were."""

    title: str
    body: str | None = None
    attachments: tuple[Attachment, ...] | None = None


class ProposalNotRegistered(Event):
    """不予立案: the proposal is refused on a coded ground; the proposers must be told (S2)."""

    ground: RefusalGround
    explanation: str


class RefusalNotified(Event):
    """告知不予立案: these proposers have been told why."""

    members: tuple[str, ...]
    note: str


class ProposalConverted(Event):
    """转为社情民意、来信或意见建议: passed on another way, without the duty to reply. `ground` says why it is no case,
    where no refusal has said so before (S2)."""

    conversion: Conversion
    sent_to: str
    reason: str
    ground: RefusalGround | None = None


class ProposalsMerged(Event):
    """立案并案: this proposal stands for the absorbed ones too; `co_signers` are all who now sign with the lead,
    `leads` those of them who were the absorbed ones' lead proposers. Where one of the absorbed was `passed_down`, or
    `collective` in the name of a body, and this one was not, this one is from now on."""

    absorbed: tuple[UUID, ...]
    co_signers: tuple[str, ...]
    reason: str
    leads: tuple[str, ...] | None = None
    passed_down: Level | None = None
    collective: CollectiveKind | None = None
    body_name: str | None = None


class ProposalAbsorbed(Event):
    """被并入: another proposal stands for this one from now on."""

    into: UUID
    reason: str


class ProposalWithdrawn(Event):
    """撤案: its proposer takes it back; `agreed_by` are the lead proposers of absorbed proposals, who do too."""

    member: str
    reason: str
    agreed_by: tuple[str, ...] | None = None


class CaseRulebookChanged(Event):
    """改用办理规则: the case is judged by another adopted rulebook from now on; `deadline` is for the supervision of a
    key proposal that had none by the rules before."""

    rulebook: RulebookRef
    reason: str
    deadline: Deadline | None = None


AdmissionEvent: TypeAlias = (
    ReviewOpinionRecorded
    | ProposalReturnedForRevision
    | ProposalResubmitted
    | ProposalNotRegistered
    | RefusalNotified
    | ProposalConverted
    | ProposalsMerged
    | ProposalAbsorbed
    | ProposalWithdrawn
    | CaseRulebookChanged
)
