"""提交、立案、交办."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import Channel, CollectiveKind, Gate, Level, Openness, Recipient, ReviewOpinion, Timing
from domain.commands.base import EXISTING, Breach, ProposalCommand, gated, in_order, open_case, relied_on
from domain.events import (
    CaseNumberTaken,
    CaseTransferredElsewhere,
    CaseTransferredToGovernment,
    CollectiveBody,
    ProposalRegistered,
    ProposalResubmitted,
    ProposalSubmitted,
    ReviewOpinionRecorded,
)
from domain.labels import label
from domain.policy.deadlines import add_months
from domain.policy.rulebook import Gates, Rulebook
from domain.proposal import Proposal
from domain.rules import (
    COLLECTIVE_AUTHENTICATED,
    IN_SESSION_WINDOW,
    KNOWN_MEMBER,
    KNOWN_SESSION,
    KNOWN_UNIT,
    OCCURRED_IN_ORDER,
    PROPOSERS_DISTINCT,
    REGISTERED_AS_REVIEWED,
    REGISTERED_BEFORE_TRANSFER,
    REGISTERED_ONCE,
    REVIEWED_BEFORE_REGISTRATION,
    REVISED_BEFORE_REGISTRATION,
    RULEBOOK_IN_FORCE,
    SUBMITTED_ONCE,
    TIMING_TOLD,
    TOPIC_IN_LIST,
    TRANSFERRED_ONCE,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, On, Setting
from domain.streams import Stream, session_stream
from domain.values import Attachments, Code, Frozen, LongText, Note, Title, day_of

_AGAINST = (ReviewOpinion.REFUSE, ReviewOpinion.CONVERT)


class CollectiveClaim(Frozen):
    """The body in whose name a proposal is handed in, with the limits of the door."""

    kind: CollectiveKind
    name: Title
    sealed: bool = False
    signed_by: Code | None = None


class SubmitProposal(ProposalCommand):
    """Hand in a proposal as it came, on paper or entered whole; creates its stream. Without `timing` the day says
    what it is; where the day does not, the author must."""

    rules: ClassVar[tuple[Rule, ...]] = (
        KNOWN_SESSION,
        KNOWN_MEMBER,
        KNOWN_UNIT,
        PROPOSERS_DISTINCT,
        SUBMITTED_ONCE,
        TIMING_TOLD,
        IN_SESSION_WINDOW,
        COLLECTIVE_AUTHENTICATED,
    )

    session: Code
    title: Title
    body: LongText | None = None
    timing: Timing | None = None
    channel: Channel = Channel.ONLINE
    lead_proposer: Code
    co_signers: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    suggested_units: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    openness_wish: Openness | None = None
    openness_reason: Note | None = None
    collective: CollectiveClaim | None = None
    passed_down: Level | None = None
    attachments: Attachments | None = None

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
        timing = timing_of(self.timing, setting)
        return [handed_in(self.told(ProposalSubmitted, timing=timing), setting)]


def timing_of(told: Timing | None, setting: Setting) -> Timing:
    """What its author says the proposal is, else what the day of handing in says."""
    day = day_of(setting.occurred_at)
    timing = told or setting.session.timing(day)
    if timing is None:
        unsure = f"按本届次已登记的日期，分不出 {day} 提交的是大会提案还是平时提案，须写明"
        refuse(TIMING_TOLD, unsure, "timing")
    return timing


def handed_in(submitted: ProposalSubmitted, setting: Setting) -> ProposalSubmitted:
    """The event, if it is in time for its kind and a body that hands it in has said so itself."""
    if submitted.timing is Timing.IN_SESSION:
        in_window(day_of(setting.occurred_at), setting)
    authenticated(submitted.collective, submitted.co_signers)
    return submitted


def authenticated(body: CollectiveBody | None, co_signers: tuple[str, ...]) -> None:
    """Refuse a body that has not said itself that it hands this in: by its seal, its head's or all its members' names
    (S46)."""
    if body is not None and body.kind.seals:
        require(body.sealed, COLLECTIVE_AUTHENTICATED, f"{label(body.kind)}提案须加盖公章", "collective.sealed")
    elif body is not None:
        by_all = body.kind is CollectiveKind.MEMBER_GROUP and co_signers
        signed = body.signed_by is not None or bool(by_all)
        require(signed, COLLECTIVE_AUTHENTICATED, f"{label(body.kind)}提案须由召集人或组长签名", "collective.signed_by")


def in_window(on: date, setting: Setting) -> None:
    """Refuse a day after the cut-off, and one that lies before the meeting of the year before: cities collect for some
    months (S46), none for more than a year."""
    last = setting.session.in_session_until
    require(last is None or on <= last, IN_SESSION_WINDOW, f"大会提案截至 {last}，此后为平时提案", "timing")
    opened_on = setting.session.opened.opened_on if setting.session.opened else None
    first = add_months(opened_on, -12) if opened_on else None
    early = f"早于开幕（{opened_on}）一年以上，不是这次大会的提案"
    require(first is None or on >= first, IN_SESSION_WINDOW, early, "occurred_at")


class RegisterProposal(ProposalCommand):
    """Admit the proposal as a case: takes the session's next number and pins the rulebook in force. Its type follows
    from those who sign it; without `openness` it is as open as they wished."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        REGISTERED_ONCE,
        REVISED_BEFORE_REGISTRATION,
        REVIEWED_BEFORE_REGISTRATION,
        REGISTERED_AS_REVIEWED,
        TOPIC_IN_LIST,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    topic: Title | None = None
    openness: Openness | None = None

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return (session_stream(setting.ledger, proposal.session),) if proposal.session else ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        if proposal.case_no is not None or proposal.session is None or proposal.stream is None:
            require(proposal.topic == self.topic, REGISTERED_ONCE, "已立案，类别不同", "topic")
            same = self.openness in (None, proposal.openness)
            require(same, REGISTERED_ONCE, "已立案，公开属性不同", "openness")
            return []
        require(proposal.to_revise is None, REVISED_BEFORE_REGISTRATION, "已退回修改，须待重新提交")
        in_order(setting, proposal.submitted_at, "提交")
        in_order(setting, proposal.last(ProposalResubmitted), "重新提交")
        rulebook = setting.rulebook(proposal)
        if self.topic is not None:
            in_list(rulebook, self.topic, TOPIC_IN_LIST, "topic")
        numbers = session_stream(setting.ledger, proposal.session)
        case_no, pinned = setting.at(numbers).last_case_no + 1, setting.session.ref(rulebook)
        told: dict[str, Any] = {"proposal_type": proposal.proposal_type, "openness": self.openness or proposal.openness}
        told |= {"session": proposal.session, "case_no": case_no, "rulebook": pinned}
        return [
            gated(self.told(ProposalRegistered, **told), _against_review(proposal, setting, rulebook.gates)),
            On(numbers, CaseNumberTaken(case_no=case_no, proposal=proposal.stream)),
        ]


def in_list(rulebook: Rulebook, topic: str, rule: Rule, field: str) -> None:
    """Refuse a topic that is not of the rulebook's list, where it has one."""
    allowed = "、".join(f"{known.code}（{known.title}）" for known in rulebook.topics or ())
    require(rulebook.has_topic(topic), rule, f"没有类别“{topic}”，可用的有：{allowed}", field)


def _against_review(proposal: Proposal, setting: Setting, gates: Gates) -> list[Breach]:
    """A registration without review, or against the highest one so far (S46)."""
    gate, agreeing = gates.reviewed_before_registration or Gate.OFF, gates.registered_as_reviewed or Gate.FLAG
    if not proposal.reviews:
        return [Breach(gate, REVIEWED_BEFORE_REGISTRATION, "尚未审查，不能立案")]
    since = proposal.version_of(ProposalResubmitted)
    relied_on(gate, setting, proposal.first(ReviewOpinionRecorded, since=since), "审查")
    last = proposal.reviews[max(proposal.reviews, key=lambda level: level.height)]
    if last.opinion in _AGAINST:
        told = f"{label(last.level)}意见为{label(last.opinion)}，不能立案"
        return [Breach(agreeing, REGISTERED_AS_REVIEWED, told)]
    overruled = any(opinion.opinion in _AGAINST for opinion in _opinions(proposal, since))
    relied_on(agreeing, setting, proposal.last(ReviewOpinionRecorded) if overruled else None, "审查")
    return []


def _opinions(proposal: Proposal, since: int) -> list[ReviewOpinionRecorded]:
    """Every review of the proposal as it was handed in last, at this version."""
    later = (known.event for known in proposal.standing if known.version > since)
    return [event for event in later if isinstance(event, ReviewOpinionRecorded)]


class TransferCase(ProposalCommand):
    """Hand the case to the government side, or to where else it belongs."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, REGISTERED_BEFORE_TRANSFER, TRANSFERRED_ONCE, OCCURRED_IN_ORDER)

    occasion: Note
    recipient: Recipient = Recipient.GOVERNMENT

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        transferable(proposal, setting)
        if proposal.transferred:
            recipient = proposal.recipient or Recipient.GOVERNMENT
            require(recipient is self.recipient, TRANSFERRED_ONCE, f"已交办{label(recipient)}", "recipient")
            require(proposal.occasion == self.occasion, TRANSFERRED_ONCE, f"已经“{proposal.occasion}”交办", "occasion")
            return []
        if self.recipient is Recipient.GOVERNMENT:
            return [self.told(CaseTransferredToGovernment)]
        return [self.told(CaseTransferredElsewhere)]


def transferable(proposal: Proposal, setting: Setting) -> None:
    """Refuse a case that is not there, has ended, has no number, or got it later."""
    open_case(proposal)
    require(proposal.case_no is not None, REGISTERED_BEFORE_TRANSFER, "尚未立案，不能交办")
    if not proposal.transferred:
        in_order(setting, proposal.registered_at, "立案")
