"""撰写、附议."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from domain.codes import Channel, Gate, Openness, Timing
from domain.commands.base import Breach, ProposalCommand, gated, in_order
from domain.commands.registration import CollectiveClaim, handed_in, timing_of
from domain.events import (
    CoSignatureDeclined,
    CoSignatureExpired,
    CoSignatureGiven,
    CoSignatureInvited,
    Event,
    ProposalDraftSaved,
    ProposalSubmitted,
)
from domain.proposal import Drafting, Proposal
from domain.rules import (
    CO_SIGNED_ANEW,
    CO_SIGNED_IN_TIME,
    COLLECTIVE_AUTHENTICATED,
    IN_SESSION_WINDOW,
    INVITED_TO_CO_SIGN,
    KNOWN_MEMBER,
    KNOWN_SESSION,
    KNOWN_UNIT,
    NOT_YET_SUBMITTED,
    OCCURRED_IN_ORDER,
    PROPOSAL_DRAFTED,
    PROPOSERS_DISTINCT,
    SUBMITTED_ONCE,
    TIMING_TOLD,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Attachments, Code, Day, LongText, Note, Title, day_of

DRAFTED = (PROPOSAL_DRAFTED, NOT_YET_SUBMITTED)


class DraftingCommand(ProposalCommand):
    """What is done to a proposal before it is handed in."""

    def session_key(self, proposal: Proposal, /) -> str | None:
        return proposal.drafting.latest.session if proposal.drafting.latest else None


class DraftProposal(ProposalCommand):
    """Begin a proposal that is not yet handed in; creates its stream. Without `timing` the day of handing in says what
    it is."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_SESSION, KNOWN_MEMBER, KNOWN_UNIT, SUBMITTED_ONCE)

    session: Code
    title: Title
    body: LongText | None = None
    timing: Timing | None = None
    lead_proposer: Code
    suggested_units: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    openness_wish: Openness | None = None
    openness_reason: Note | None = None
    attachments: Attachments | None = None

    def session_key(self, proposal: Proposal, /) -> str | None:
        return self.session

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        require(proposal.version == 0, SUBMITTED_ONCE, "这件提案已经撰写")
        require(setting.session.opened is not None, KNOWN_SESSION, f"没有届次“{self.session}”", "session")
        setting.knows_member(self.lead_proposer, "lead_proposer")
        for index, unit in enumerate(self.suggested_units):
            setting.knows_unit(unit, f"suggested_units.{index}")
        return [self.told(ProposalDraftSaved, draft=1)]


class ReviseProposalDraft(DraftingCommand):
    """Save the draft as it now reads. What was co-signed before was signed for other words, and is asked again."""

    rules: ClassVar[tuple[Rule, ...]] = (*DRAFTED, KNOWN_UNIT, OCCURRED_IN_ORDER)

    title: Title
    body: LongText | None = None
    timing: Timing | None = None
    suggested_units: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    openness_wish: Openness | None = None
    openness_reason: Note | None = None
    attachments: Attachments | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        latest = _latest(proposal)
        for index, unit in enumerate(self.suggested_units):
            setting.knows_unit(unit, f"suggested_units.{index}")
        kept = {"session": latest.session, "lead_proposer": latest.lead_proposer}
        if self.told(ProposalDraftSaved, draft=latest.draft, **kept) == latest:
            return []
        in_order(setting, proposal.last(ProposalDraftSaved), "撰写")
        return [self.told(ProposalDraftSaved, draft=latest.draft + 1, **kept)]


class InviteCoSigners(DraftingCommand):
    """Invite members to sign beside the lead proposer, until the end of a day."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *DRAFTED,
        KNOWN_MEMBER,
        PROPOSERS_DISTINCT,
        CO_SIGNED_IN_TIME,
        OCCURRED_IN_ORDER,
    )

    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    sign_by: Day

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        latest, drafting = _latest(proposal), proposal.drafting
        for index, member in enumerate(self.members):
            setting.knows_member(member, f"members.{index}")
            other = member != latest.lead_proposer
            require(other, PROPOSERS_DISTINCT, "领衔人不必附议", f"members.{index}")
        ahead = self.sign_by >= day_of(setting.occurred_at)
        require(ahead, CO_SIGNED_IN_TIME, "附议截止日不得早于邀请之日", "sign_by")
        in_order(setting, proposal.last(ProposalDraftSaved, draft=1), "撰写")
        asked = tuple(member for member in dict.fromkeys(self.members) if self._asks(drafting, member))
        return [CoSignatureInvited(members=asked, sign_by=self.sign_by)] if asked else []

    def _asks(self, drafting: Drafting, member: str) -> bool:
        """Whether the invitation says anything new to the member."""
        known = drafting.invited.get(member)
        return member in drafting.declined or known is None or known.sign_by != self.sign_by


class CoSign(DraftingCommand):
    """A member signs the latest version. After the last day a signature is void (P1, P3)."""

    rules: ClassVar[tuple[Rule, ...]] = (*DRAFTED, INVITED_TO_CO_SIGN, CO_SIGNED_IN_TIME, OCCURRED_IN_ORDER)

    member: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        latest = _latest(proposal)
        asked = _invited(proposal.drafting, self.member, setting)
        if self.member in proposal.drafting.co_signers:
            return []
        in_time = day_of(setting.occurred_at) <= asked.sign_by
        require(in_time, CO_SIGNED_IN_TIME, f"附议截至 {asked.sign_by}，逾期无效", "member")
        in_order(setting, proposal.last(ProposalDraftSaved), "撰写")
        _after_invitation(asked, proposal, setting)
        in_order(setting, proposal.last(CoSignatureDeclined, member=self.member), "谢绝附议")
        return [self.told(CoSignatureGiven, draft=latest.draft)]


class DeclineCoSignature(DraftingCommand):
    """A member will not sign, or takes the signature back."""

    rules: ClassVar[tuple[Rule, ...]] = (*DRAFTED, INVITED_TO_CO_SIGN, OCCURRED_IN_ORDER)

    member: Code
    reason: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        _latest(proposal)
        asked = _invited(proposal.drafting, self.member, setting)
        if self.member in proposal.drafting.declined:
            return []
        _after_invitation(asked, proposal, setting)
        in_order(setting, proposal.last(CoSignatureGiven, member=self.member), "附议")
        return [self.told(CoSignatureDeclined)]


class ExpireCoSignatures(DraftingCommand):
    """Note which invitations have run out."""

    rules: ClassVar[tuple[Rule, ...]] = DRAFTED

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        _latest(proposal)
        drafting, today = proposal.drafting, day_of(setting.occurred_at)
        return _expired(drafting, [member for member in drafting.awaited if drafting.invited[member].sign_by < today])


class SubmitDraft(DraftingCommand):
    """Hand in the draft, with those who have signed it; who has not signed by now no longer can."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_DRAFTED,
        TIMING_TOLD,
        IN_SESSION_WINDOW,
        COLLECTIVE_AUTHENTICATED,
        CO_SIGNED_ANEW,
        OCCURRED_IN_ORDER,
    )

    channel: Channel = Channel.ONLINE
    collective: CollectiveClaim | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        latest, drafting = proposal.drafting.latest, proposal.drafting
        if latest is None:
            refuse(PROPOSAL_DRAFTED, "没有这件提案草稿")
        if proposal.session is not None:
            return []
        in_order(setting, proposal.last(ProposalDraftSaved), "撰写")
        in_order(setting, proposal.last(CoSignatureGiven), "附议")
        written = latest.model_dump(include=set(ProposalSubmitted.model_fields))
        written["timing"] = timing_of(latest.timing, setting)
        submitted = self.told(ProposalSubmitted, co_signers=drafting.co_signers, **written)
        told = gated(handed_in(submitted, setting), _signed_earlier(drafting, setting))
        return [*_expired(drafting, drafting.awaited), told]


def _latest(proposal: Proposal) -> ProposalDraftSaved:
    latest = proposal.drafting.latest
    if latest is None:
        refuse(PROPOSAL_DRAFTED, "没有这件提案草稿")
    require(proposal.session is None, NOT_YET_SUBMITTED, "这件提案已经提交")
    return latest


def _after_invitation(asked: CoSignatureInvited, proposal: Proposal, setting: Setting) -> None:
    in_order(setting, proposal.last(CoSignatureInvited, members=asked.members, sign_by=asked.sign_by), "邀请附议")


def _expired(drafting: Drafting, members: Sequence[str]) -> list[Event]:
    """That these have not signed; who of them signed a version rewritten since is named."""
    earlier = tuple(member for member in members if member in drafting.signed_earlier)
    return [CoSignatureExpired(members=tuple(members), signed_earlier=earlier or None)] if members else []


def _signed_earlier(drafting: Drafting, setting: Setting) -> list[Breach]:
    names = setting.member_names(*drafting.signed_earlier)
    return [Breach(Gate.FLAG, CO_SIGNED_ANEW, f"委员 {names} 改稿之后没有再附议")] if names else []


def _invited(drafting: Drafting, member: str, setting: Setting) -> CoSignatureInvited:
    asked = drafting.invited.get(member)
    if asked is None:
        refuse(INVITED_TO_CO_SIGN, f"未邀请“{setting.member_names(member)}”附议，或邀请已失效", "member")
    return asked
