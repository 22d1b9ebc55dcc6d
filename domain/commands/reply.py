"""拟稿、会签、签发、答复."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt

from domain.codes import AssignmentMode, Countersignature, DecisiveMoment, Defect, DeliveryChannel, Gate, Openness
from domain.commands.base import (
    EXISTING,
    STANDING,
    Breach,
    ProposalCommand,
    after_last,
    answering,
    assigned,
    current_draft,
    deadline,
    gated,
    in_order,
    late,
    open_case,
    standing,
    stream_of,
)
from domain.commands.before_reply import contact_breach
from domain.commands.countersigning import uncountersigned
from domain.commands.letters import next_letter, register_of
from domain.events import OfficialAppointed, ReplyCountersigned, ReplyDelivered, ReplyDrafted, ReplyIssued, ReplySigned
from domain.labels import label
from domain.personal import Of, Sealed
from domain.policy.rulebook import DeadlineKind, Gates, Rulebook
from domain.proposal import Draft, DraftStatus, Proposal, UnitTask
from domain.record import same_hand
from domain.rules import (
    CLASS_IN_SCHEME,
    CO_OPINION_BEFORE_ISSUE,
    CO_UNIT_COUNTERSIGNS,
    CONTACT_BEFORE_REPLY,
    COUNTERSIGNED_BEFORE_ISSUE,
    COUNTERSIGNED_BEFORE_SIGNING,
    DELIVERED_AFTER_ISSUE,
    DONE_IN_TIME,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    DRAFTER_NEVER_APPROVES,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PASSED_DOWN_BY_OFFICE,
    PHONE_NAMES_ITS_PERSON,
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
from domain.values import ClassCode, Code, LongText, Moment, Note, Phone, Title, layout, visible

DraftNumber = Annotated[StrictInt, Field(ge=1, le=1_000)]


class DraftReply(ProposalCommand):
    """Write version n of the unit's reply. A returned draft must change before it comes back (S0, S17)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CLASS_IN_SCHEME,
        PHONE_NAMES_ITS_PERSON,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        DRAFT_NOT_SIGNED,
        RETURNED_DRAFT_CHANGES,
        CONTACT_BEFORE_REPLY,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    text: LongText
    result_class: ClassCode
    openness: Openness = Openness.PUBLISH_FULL
    commits: bool = False
    contact_person: Code | None = None
    contact_phone: Annotated[Phone | None, Of("official", "contact_person")] = None

    def compared(self, proposal: Proposal, /) -> Iterable[Sealed]:
        task = proposal.tasks.get(self.unit)
        draft = task.round.draft if task else None
        return (draft.contact_phone,) if draft and isinstance(draft.contact_phone, Sealed) else ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        current = task.round
        rulebook = setting.rulebook(proposal)
        scheme, known = rulebook.class_scheme.id, rulebook.has_class(self.result_class)
        require(known, CLASS_IN_SCHEME, f"分类“{scheme}”中没有“{self.result_class}”类", "result_class")
        self._names_contact(setting)
        latest = current.draft
        if latest is not None:
            final = latest.status in (DraftStatus.SIGNED, DraftStatus.ISSUED)
            require(not final, DRAFT_NOT_SIGNED, f"第 {latest.number} 稿已签发，不能再拟稿")
        sent_back = self._sent_back(proposal, task)
        require(not sent_back, RETURNED_DRAFT_CHANGES, "与退回或委员不满意的稿件相同，须修改后再报", "text")
        if latest is not None and not latest.returned and self._identical(latest, setting):
            return []
        after_last(setting, task)
        drafted = self.told(
            ReplyDrafted, round=current.number, draft=latest.number + 1 if latest else 1, class_scheme=scheme
        )
        return [gated(drafted, contact_breach(proposal, self.unit, DecisiveMoment.DRAFT, setting, rulebook))]

    def _names_contact(self, setting: Setting) -> None:
        named = self.contact_phone is None or self.contact_person is not None
        require(named, PHONE_NAMES_ITS_PERSON, "写了联系电话，须同时写明联系人", "contact_person")
        if self.contact_person is not None:
            setting.of_unit(self.contact_person, self.unit, "contact_person")

    def _identical(self, draft: Draft, setting: Setting) -> bool:
        phone = draft.contact_phone
        contact = (draft.contact_person, setting.texts.get(phone, phone) if isinstance(phone, Sealed) else phone)
        known = (layout(draft.text), draft.result_class, draft.openness, draft.commits, *contact)
        asked = (layout(self.text), self.result_class, self.openness, self.commits)
        return known == (*asked, self.contact_person, self.contact_phone)

    def _sent_back(self, proposal: Proposal, task: UnitTask) -> bool:
        """Whether an earlier round that had to be redone was answered in these words, or a reviewer has returned them
        for something that another class, another openness, another layout or a talk has not mended."""
        words = visible(self.text)
        for current in task.rounds.values():
            for draft in current.drafts.values():
                if draft.words != words:
                    continue
                if draft.issued and current.number < task.round.number:
                    return True
                if draft.returned and not draft.defects <= self._mended(proposal, draft):
                    return True
        return False

    def _mended(self, proposal: Proposal, draft: Draft) -> set[Defect]:
        """The defects that can be mended without another word, and have been."""
        mended = set()
        if draft.result_class != self.result_class:
            mended.add(Defect.WRONG_CLASS)
        if draft.openness is not self.openness:
            mended.add(Defect.LAW_OR_POLICY)
        if layout(draft.text) != layout(self.text):
            mended.add(Defect.FORMAT)
        contacts = proposal.communication.contacts
        if any(contact.unit == self.unit and contact.mark.version > draft.returned_version for contact in contacts):
            mended |= {Defect.NOT_CONTACTED, Defect.STILL_UNSATISFIED}
        return mended


class CountersignReply(ProposalCommand):
    """An assisting unit agrees to the lead's draft, or withholds its agreement with a reason."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CO_UNIT_COUNTERSIGNS,
        DRAFT_EXISTS,
        DRAFT_IS_CURRENT,
        DRAFT_NOT_SIGNED,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    answering_unit: Code
    draft: DraftNumber
    countersignature: Countersignature
    reason: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        require(task.mode is AssignmentMode.CO, CO_UNIT_COUNTERSIGNS, "该单位不是会办单位", "unit")
        lead = answering(proposal, self.answering_unit, setting, "answering_unit")
        draft = current_draft(lead, self.draft)
        known = draft.countersigned.get(self.unit)
        if known and (known.countersignature, known.reason) == (self.countersignature, self.reason):
            return []
        open_draft = draft.status not in (DraftStatus.RETURNED, DraftStatus.ISSUED)
        require(open_draft, DRAFT_NOT_SIGNED, "该稿已退回或已发出，不能会签", "draft")
        agreed = self.countersignature is Countersignature.AGREED
        require(agreed or self.reason is not None, CO_UNIT_COUNTERSIGNS, "不同意会签须说明理由", "reason")
        in_order(setting, draft.at, "拟稿")
        return [self.told(ReplyCountersigned, round=lead.round.number)]


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
        rulebook = setting.rulebook(proposal)
        breaches = contact_breach(proposal, self.unit, DecisiveMoment.SIGNING, setting, rulebook)
        breaches += rank_breach(signer, proposal, rulebook, committing=draft.commits)
        if draft.status is not DraftStatus.REVIEWED:
            gate = rulebook.gates.review_before_signing
            breaches.append(Breach(gate, REVIEW_BEFORE_SIGNING, "该稿尚未审核通过", "draft"))
        if task.mode is AssignmentMode.LEAD:
            gate = rulebook.gates.countersigned_before_signing or Gate.FLAG
            breaches += uncountersigned(gate, proposal, draft, setting)
        return [gated(self.told(ReplySigned, round=task.round.number), breaches)]


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
        SIGNER_OF_UNIT,
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
        issued = self.told(
            ReplyIssued,
            round=task.round.number,
            letter=letter.number,
            recipients=proposal.proposers,
            further=(published,) if published else (),
        )
        return [gated(issued, self._breaches(task, draft, proposal, setting, rulebook)), letter.taken]

    def _unchanged(self, issued: ReplyIssued) -> None:
        for field in ("copied_to", "approved_by"):
            same = getattr(issued, field) == getattr(self, field)
            require(same, DRAFT_NOT_SIGNED, "该稿已发出，抄送和批准人不能再改", field)

    def _breaches(
        self, task: UnitTask, draft: Draft, proposal: Proposal, setting: Setting, rulebook: Rulebook
    ) -> list[Breach]:
        breaches = contact_breach(proposal, self.unit, DecisiveMoment.ISSUE, setting, rulebook)
        breaches += [] if task.round.paused else late(task.round.deadline, setting)
        if task.mode is AssignmentMode.LEAD:
            breaches += _unsettled(proposal, draft, setting, rulebook.gates)
        if task.round.publication is None or task.round.contested:
            gate = rulebook.gates.publication_before_issue or Gate.OFF
            breaches.append(Breach(gate, PUBLICATION_DECIDED, "本轮答复尚未作公开审查"))
        return [*breaches, *self._of_passed_down(proposal, setting, rulebook)]

    def _of_passed_down(self, proposal: Proposal, setting: Setting, rulebook: Rulebook) -> list[Breach]:
        """A case passed down that the unit would answer itself; what the office answers a city leader approves."""
        if self.approved_by is not None:
            own = proposal.passed_down is not None
            require(own, PASSED_DOWN_BY_OFFICE, "本案不是上级交办的，由承办单位答复", "approved_by")
            setting.city_leader(self.approved_by, "approved_by")
        if proposal.passed_down is None or self.approved_by is not None:
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
        answered = answering(proposal, self.unit, setting).answered
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


def _unsettled(proposal: Proposal, draft: Draft, setting: Setting, gates: Gates) -> list[Breach]:
    """What the lead still owes its assisting units. A withheld countersignature is never let pass (S14, S15)."""
    breaches: list[Breach] = []
    for task in proposal.assisting:
        name = setting.unit_name(task.unit)
        in_order(setting, task.co_opinion, f"“{name}”提出会办意见")
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
