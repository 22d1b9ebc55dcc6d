"""签发、答复、送达."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import Countersignature, DecisiveMoment, DeliveryChannel, Gate
from domain.commands.base import (
    EXISTING,
    STANDING,
    Breach,
    ProposalCommand,
    after_last,
    answering,
    current_draft,
    deadline,
    gated,
    in_order,
    late,
    open_case,
    relied_on,
    replied,
    standing,
    stream_of,
)
from domain.commands.before_reply import contact_breach, contact_breach_since
from domain.commands.countersigning import settled, uncountersigned
from domain.commands.letters import next_letter, register_of
from domain.commands.reply import DraftNumber
from domain.events import (
    ExtensionGranted,
    HandlingPlanFiled,
    LeaderAppointed,
    OfficialAppointed,
    PublicationContested,
    PublicationDecided,
    ReplyDelivered,
    ReplyIssued,
    ReplySigned,
)
from domain.labels import label
from domain.policy.rulebook import DeadlineKind, Gates, Rulebook
from domain.proposal import Draft, DraftStatus, Proposal, UnitTask
from domain.record import same_hand
from domain.rules import (
    CO_OPINION_BEFORE_ISSUE,
    CONTACT_BEFORE_REPLY,
    COUNTERSIGNED_BEFORE_ISSUE,
    COUNTERSIGNED_BEFORE_SIGNING,
    DECIDER_LEADS_CITY,
    DELIVERED_AFTER_ISSUE,
    DONE_IN_TIME,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    KEY_PLAN_BEFORE_SIGNING,
    KEY_PROPOSAL_LED,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PASSED_DOWN_BY_OFFICE,
    PUBLICATION_DECIDED,
    RETURNED_DRAFT_CHANGES,
    REVIEW_BEFORE_SIGNING,
    RULEBOOK_IN_FORCE,
    SIGNED_BEFORE_ISSUE,
    SIGNER_OF_UNIT,
    SIGNER_RANK,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.streams import Stream
from domain.values import Code, Moment, Title, day_of, earlier


class SignReply(ProposalCommand):
    """An official of the required rank signs the draft; the drafter never does."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        DRAFTER_NEVER_APPROVES,
        SIGNER_RANK,
        REVIEW_BEFORE_SIGNING,
        COUNTERSIGNED_BEFORE_SIGNING,
        KEY_PROPOSAL_LED,
        KEY_PLAN_BEFORE_SIGNING,
        CONTACT_BEFORE_REPLY,
        RETURNED_DRAFT_CHANGES,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    draft: DraftNumber
    signer: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        draft = current_draft(task, self.draft)
        if draft.status is DraftStatus.SIGNED:
            require(draft.signer == self.signer, DRAFT_NOT_SIGNED, "该稿已由他人签发", "signer")
            return []
        require(draft.status is not DraftStatus.ISSUED, DRAFT_NOT_SIGNED, "该稿已发出", "draft")
        returned = draft.status is DraftStatus.RETURNED
        require(not returned, RETURNED_DRAFT_CHANGES, "该稿已退回，须修改后再报", "draft")
        after_last(setting, task)
        signer = setting.speaks_for(self.signer, self.unit, "signer")
        own_draft = any(same_hand(drafted, setting.context, self.signer) for drafted in draft.drafted)
        require(not own_draft, DRAFTER_NEVER_APPROVES, "拟稿人不得签发自己的稿件", "signer")
        breaches = [*self._breaches(task, draft, proposal, setting)]
        breaches += rank_breach(signer, proposal, setting.rulebook(proposal), committing=draft.commits)
        return [gated(self.told(ReplySigned, round=task.round.number), breaches)]

    def _breaches(self, task: UnitTask, draft: Draft, proposal: Proposal, setting: Setting) -> Iterator[Breach]:
        """What should have come before the signature."""
        rulebook = setting.rulebook(proposal)
        yield from contact_breach(proposal, self.unit, DecisiveMoment.SIGNING, setting, rulebook)
        if draft.status is not DraftStatus.REVIEWED:
            gate = rulebook.gates.review_before_signing
            yield Breach(gate, REVIEW_BEFORE_SIGNING, "该稿尚未审核通过", "draft")
        gate = rulebook.gates.countersigned_before_signing or Gate.FLAG
        yield from uncountersigned(gate, proposal, task, draft, setting)
        if proposal.key_at is not None and not earlier(setting.occurred_at, proposal.key_at):
            yield from _not_yet_handled_as_key(proposal, task, setting, rulebook.gates)


def _not_yet_handled_as_key(proposal: Proposal, task: UnitTask, setting: Setting, gates: Gates) -> Iterator[Breach]:
    """A key proposal that nobody leads (S27, S28), or for which the unit has filed no plan (S15)."""
    led, planned = gates.key_proposal_led or Gate.FLAG, gates.key_plan_before_signing or Gate.OFF
    if not proposal.leaders:
        yield Breach(led, KEY_PROPOSAL_LED, "重点提案尚未确定领办或督办领导")
    relied_on(led, setting, proposal.first(LeaderAppointed), "确定领导")
    if (HandlingPlanFiled, task.unit) not in proposal.filed:
        told = f"重点提案，“{setting.unit_name(task.unit)}”尚未报送办理方案"
        yield Breach(planned, KEY_PLAN_BEFORE_SIGNING, told, "unit")
    filed = proposal.first(HandlingPlanFiled, since=task.ceased, unit=task.unit)
    relied_on(planned, setting, filed, "报送办理方案")


def rank_breach(signer: OfficialAppointed, proposal: Proposal, rulebook: Rulebook, *, committing: bool) -> list[Breach]:
    """A signer of too low a rank for such a reply (S13, S14, S17, P1)."""
    key, body = proposal.key is not None, proposal.collective is not None
    asked = rulebook.rank_to_sign(key_proposal=key, committing=committing, collective=body)
    low = signer.rank.height < asked.height
    return [Breach(rulebook.gates.signer_rank, SIGNER_RANK, f"须由{label(asked)}以上签发", "signer")] if low else []


class IssueReply(ProposalCommand):
    """Send the signed reply to the proposers; takes the unit's next letter number of the year. A case passed down is
    answered by the city's office, as a city leader has approved (S14)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        SIGNED_BEFORE_ISSUE,
        OCCURRED_IN_ORDER,
        CO_OPINION_BEFORE_ISSUE,
        COUNTERSIGNED_BEFORE_ISSUE,
        CONTACT_BEFORE_REPLY,
        PUBLICATION_DECIDED,
        DONE_IN_TIME,
        PASSED_DOWN_BY_OFFICE,
        KNOWN_OFFICIAL,
        DECIDER_LEADS_CITY,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    draft: DraftNumber
    copied_to: Annotated[tuple[Title, ...], Field(max_length=30)] = ()
    approved_by: Code | None = None

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return (register_of(setting, self.unit),)

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        draft = current_draft(task, self.draft)
        if draft.issued:
            self._unchanged(draft.issued)
            return []
        require(draft.status is DraftStatus.SIGNED, SIGNED_BEFORE_ISSUE, "该稿尚未签发", "draft")
        after_last(setting, task)
        rulebook = setting.rulebook(proposal)
        letter = next_letter(setting, stream_of(proposal), self.unit)
        published = deadline(DeadlineKind.PUBLICATION, rulebook, proposal, setting, "ReplyIssued")
        told = {"round": task.round.number, "letter": letter.number, "recipients": proposal.proposers}
        issued = self.told(ReplyIssued, **told, further=(published,) if published else ())
        return [gated(issued, self._breaches(task, draft, proposal, setting, rulebook)), letter.taken]

    def _unchanged(self, issued: ReplyIssued) -> None:
        for field in ("copied_to", "approved_by"):
            same = getattr(issued, field) == getattr(self, field)
            require(same, DRAFT_NOT_SIGNED, "该稿已发出，抄送和批准人不能再改", field)

    def _breaches(
        self, task: UnitTask, draft: Draft, proposal: Proposal, setting: Setting, rulebook: Rulebook
    ) -> list[Breach]:
        breaches = contact_breach(proposal, self.unit, DecisiveMoment.ISSUE, setting, rulebook)
        breaches += contact_breach_since(proposal, self.unit, setting, rulebook)
        breaches += [] if task.round.paused else _overdue(proposal, task, setting)
        breaches += _unsettled(proposal, task, draft, setting, rulebook.gates)
        breaches += _undecided(proposal, task, setting, rulebook.gates)
        return [*breaches, *passed_down_breach(self.approved_by, proposal, setting, rulebook)]


def _overdue(proposal: Proposal, task: UnitTask, setting: Setting) -> list[Breach]:
    """What goes out after its last day; nothing goes out in time thanks to what was granted later."""
    breaches, day = late(task.round.deadline, setting), day_of(setting.occurred_at)
    for known in () if breaches else proposal.standing:
        event = known.event
        if isinstance(event, ExtensionGranted) and (event.unit, event.round) == (task.unit, task.round.number):
            until = event.deadline.moved_from
            in_order(setting, known.occurred_at if until and day > until else None, "批准延期")
    return breaches


def _undecided(proposal: Proposal, task: UnitTask, setting: Setting, gates: Gates) -> list[Breach]:
    """A reply about whose publication nothing has been decided, or nothing since somebody objected (S43)."""
    gate = gates.publication_before_issue or Gate.OFF
    if task.round.publication is None or task.round.contested:
        return [Breach(gate, PUBLICATION_DECIDED, "本轮答复尚未作公开审查")]
    since = proposal.version_of(PublicationContested)
    decided = proposal.first(PublicationDecided, since=since, unit=task.unit, round=task.round.number)
    relied_on(gate, setting, decided, "公开审查")
    return []


def passed_down_breach(
    approved_by: str | None, proposal: Proposal, setting: Setting, rulebook: Rulebook
) -> list[Breach]:
    """A case passed down that the unit would answer itself; what the office answers a city leader approves (S14)."""
    if approved_by is not None:
        own = proposal.passed_down is not None
        require(own, PASSED_DOWN_BY_OFFICE, "本案不是上级交办的，由承办单位答复", "approved_by")
        setting.city_leader(approved_by, "approved_by", DECIDER_LEADS_CITY)
    if proposal.passed_down is None or approved_by is not None:
        return []
    gate = rulebook.gates.passed_down_by_office or Gate.FLAG
    told = f"{label(proposal.passed_down)}交办的提案由政府办公室答复，须写明批准的市领导"
    return [Breach(gate, PASSED_DOWN_BY_OFFICE, told, "approved_by")]


class RecordDelivery(ProposalCommand):
    """Report that the letter of the unit's latest reply has reached proposers; all who have not had it where none is
    named."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        DELIVERED_AFTER_ISSUE,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    unit: Code
    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    channel: DeliveryChannel

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        answered = replied(proposal, self.unit, setting).answered
        if answered is None or answered.letter is None:
            refuse(DELIVERED_AFTER_ISSUE, "尚未答复，无从送达", "unit")
        recipients = answered.letter.recipients
        for index, member in enumerate(self.members):
            to = f"答复函没有发给“{setting.member_names(member)}”"
            require(member in recipients, DELIVERED_AFTER_ISSUE, to, f"members.{index}")
        reached = dict.fromkeys(self.members or recipients)
        members = tuple(member for member in reached if member not in answered.delivered)
        if not members:
            return []
        in_order(setting, answered.issued_at, "答复")
        return [self.told(ReplyDelivered, round=answered.number, members=members)]


def _unsettled(proposal: Proposal, lead: UnitTask, draft: Draft, setting: Setting, gates: Gates) -> list[Breach]:
    """What the lead still owes its assisting units. A withheld countersignature is never let pass, unless the
    disagreement has been settled (S14, S15)."""
    breaches: list[Breach] = []
    for task in proposal.assisting:
        name = setting.unit_name(task.unit)
        in_order(setting, task.co_opinion, f"“{name}”提出会办意见")
        if settled(proposal, task.unit, lead, draft, setting):
            continue
        if task.co_opinion is None:
            gate = gates.co_opinion_before_issue
            breaches.append(Breach(gate, CO_OPINION_BEFORE_ISSUE, f"“{name}”尚未提出会办意见"))
        given = draft.countersigned.get(task.unit)
        in_order(setting, given.at if given else None, f"“{name}”会签")
        if given is not None and given.countersignature is Countersignature.WITHHELD:
            breaches.append(Breach(Gate.REFUSE, COUNTERSIGNED_BEFORE_ISSUE, f"“{name}”不同意会签"))
        if given is None:
            gate = gates.countersigned_before_issue
            breaches.append(Breach(gate, COUNTERSIGNED_BEFORE_ISSUE, f"“{name}”尚未会签"))
    return breaches
