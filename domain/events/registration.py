"""提交、立案、交办: a proposal comes in, becomes a case, and goes to the government.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias
from uuid import UUID

from domain.codes import Channel, CollectiveKind, Level, Openness, ProposalType, Recipient, Timing
from domain.events.base import Event
from domain.policy.rulebook import RulebookRef
from domain.values import Attachment, Frozen


class CollectiveBody(Frozen):
    """集体提案者: the body in whose name the lead proposer hands it in, its seal, and who signed for it."""

    kind: CollectiveKind
    name: str
    sealed: bool = False
    signed_by: str | None = None


class ProposalSubmitted(Event):
    """提交提案: the lead proposer hands it in, with those who co-sign; or a higher level passes it down (S14)."""

    session: str
    title: str
    body: str | None = None
    timing: Timing
    channel: Channel
    lead_proposer: str
    co_signers: tuple[str, ...] = ()
    suggested_units: tuple[str, ...] = ()
    openness_wish: Openness | None = None
    openness_reason: str | None = None
    collective: CollectiveBody | None = None
    passed_down: Level | None = None
    attachments: tuple[Attachment, ...] | None = None


class ProposalRegistered(Event):
    """立案: the proposal becomes a case with a number, judged by the pinned rulebook from here on. `openness` is what
    was decided, else what its proposers wished; events recorded earlier tell neither it nor the type."""

    session: str
    case_no: int
    proposal_type: ProposalType | None = None
    topic: str | None = None
    openness: Openness | None = None
    rulebook: RulebookRef


class CaseTransferredToGovernment(Event):
    """交办: the CPPCC hands the case to the government side."""

    occasion: str


class CaseTransferredElsewhere(Event):
    """交办: to a Party office, a court, a procuratorate or a mass organisation, which handles it by the same steps."""

    recipient: Recipient
    occasion: str


class CaseNumberTaken(Event):
    """取案号: on the session's stream; this number went to this proposal."""

    case_no: int
    proposal: UUID


RegistrationEvent: TypeAlias = (
    ProposalSubmitted | ProposalRegistered | CaseTransferredToGovernment | CaseTransferredElsewhere
)
"""What the proposal's own stream knows of this stage."""
