"""提交、立案、交办."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import Channel, Timing
from domain.commands.base import EXISTING, ProposalCommand, in_order, open_case
from domain.events import CaseNumberTaken, CaseTransferredToGovernment, ProposalRegistered, ProposalSubmitted
from domain.proposal import Proposal
from domain.rules import (
    KNOWN_MEMBER,
    KNOWN_SESSION,
    KNOWN_UNIT,
    OCCURRED_IN_ORDER,
    PROPOSERS_DISTINCT,
    REGISTERED_BEFORE_TRANSFER,
    REGISTERED_ONCE,
    REVISED_BEFORE_REGISTRATION,
    RULEBOOK_IN_FORCE,
    SUBMITTED_ONCE,
    TRANSFERRED_ONCE,
    Rule,
    require,
)
from domain.setting import Decision, On, Setting
from domain.streams import Stream, session_stream
from domain.values import Code, LongText, Note, Title


class SubmitProposal(ProposalCommand):
    """Hand in a proposal; creates its stream."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, KNOWN_MEMBER, KNOWN_UNIT, PROPOSERS_DISTINCT, SUBMITTED_ONCE)

    session: Code
    title: Title
    body: LongText | None = None
    timing: Timing = Timing.IN_SESSION
    channel: Channel = Channel.ONLINE
    lead_proposer: Code
    co_signers: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    suggested_units: Annotated[tuple[Code, ...], Field(max_length=30)] = ()

    def session_key(self, proposal: Proposal, /) -> str | None:
        return self.session

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        require(proposal.version == 0, SUBMITTED_ONCE, "这件提案已经提交")
        require(setting.session.opened is not None, KNOWN_SESSION, f"没有届次“{self.session}”", "session")
        proposers = (self.lead_proposer, *self.co_signers)
        require(len(set(proposers)) == len(proposers), PROPOSERS_DISTINCT, "领衔人与附议人不得重复", "co_signers")
        setting.knows_member(self.lead_proposer, "lead_proposer")
        for index, member in enumerate(self.co_signers):
            setting.knows_member(member, f"co_signers.{index}")
        for index, unit in enumerate(self.suggested_units):
            setting.knows_unit(unit, f"suggested_units.{index}")
        return [self.told(ProposalSubmitted)]


class RegisterProposal(ProposalCommand):
    """Admit the proposal as a case: takes the session's next number and pins the rulebook in force."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        REGISTERED_ONCE,
        REVISED_BEFORE_REGISTRATION,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    topic: Title | None = None

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return (session_stream(setting.ledger, proposal.session),) if proposal.session else ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        if proposal.case_no is not None or proposal.session is None or proposal.stream is None:
            require(proposal.topic == self.topic, REGISTERED_ONCE, "已立案，类别不同", "topic")
            return []
        require(proposal.to_revise is None, REVISED_BEFORE_REGISTRATION, "已退回修改，须待重新提交")
        in_order(setting, proposal.submitted_at, "提交")
        rulebook = setting.rulebook(proposal)
        numbers = session_stream(setting.ledger, proposal.session)
        case_no, pinned = setting.at(numbers).last_case_no + 1, setting.session.ref(rulebook)
        return [
            self.told(ProposalRegistered, session=proposal.session, case_no=case_no, rulebook=pinned),
            On(numbers, CaseNumberTaken(case_no=case_no, proposal=proposal.stream)),
        ]


class TransferCase(ProposalCommand):
    """Hand the case to the government side, e.g. at a joint handover meeting."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, REGISTERED_BEFORE_TRANSFER, TRANSFERRED_ONCE, OCCURRED_IN_ORDER)

    occasion: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        require(proposal.case_no is not None, REGISTERED_BEFORE_TRANSFER, "尚未立案，不能交办")
        if proposal.transferred:
            require(proposal.occasion == self.occasion, TRANSFERRED_ONCE, f"已经“{proposal.occasion}”交办", "occasion")
            return []
        in_order(setting, proposal.registered_at, "立案")
        return [CaseTransferredToGovernment(occasion=self.occasion)]
