"""拟稿、会签."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import AssignmentMode, Countersignature, DecisiveMoment, Defect, Openness
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    after_last,
    answering,
    assigned,
    current_draft,
    gated,
    in_order,
    in_scheme,
    open_case,
)
from domain.commands.before_handling import handling_breach
from domain.commands.before_reply import contact_breach
from domain.events import ReplyCountersigned, ReplyDrafted
from domain.personal import Of, Sealed
from domain.proposal import Draft, DraftStatus, Proposal, UnitTask
from domain.rules import (
    CLASS_IN_SCHEME,
    CO_UNIT_COUNTERSIGNS,
    CONTACT_BEFORE_HANDLING,
    CONTACT_BEFORE_REPLY,
    DRAFT_EXISTS,
    DRAFT_IS_CURRENT,
    DRAFT_NOT_SIGNED,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PHONE_NAMES_ITS_PERSON,
    RETURNED_DRAFT_CHANGES,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import ClassCode, Code, LongText, Note, Phone, earlier, layout, visible

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
        CONTACT_BEFORE_HANDLING,
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
        scheme = in_scheme(rulebook, self.result_class)
        self._names_contact(setting)
        self._not_final(current.draft)
        sent_back = self._sent_back(proposal, task, setting)
        require(not sent_back, RETURNED_DRAFT_CHANGES, "与退回或委员不满意的稿件相同，须修改后再报", "text")
        if self._identical(current.draft, setting):
            return []
        after_last(setting, task)
        number = current.draft.number + 1 if current.draft else 1
        drafted = self.told(ReplyDrafted, round=current.number, draft=number, class_scheme=scheme)
        breaches = contact_breach(proposal, self.unit, DecisiveMoment.DRAFT, setting, rulebook)
        return [gated(drafted, [*breaches, *handling_breach(proposal, task, setting, rulebook)])]

    def _names_contact(self, setting: Setting) -> None:
        named = self.contact_phone is None or self.contact_person is not None
        require(named, PHONE_NAMES_ITS_PERSON, "写了联系电话，须同时写明联系人", "contact_person")
        if self.contact_person is not None:
            setting.of_unit(self.contact_person, self.unit, "contact_person")

    def _not_final(self, latest: Draft | None) -> None:
        if latest is not None:
            final = latest.status in (DraftStatus.SIGNED, DraftStatus.ISSUED)
            require(not final, DRAFT_NOT_SIGNED, f"第 {latest.number} 稿已签发，不能再拟稿")

    def _identical(self, draft: Draft | None, setting: Setting) -> bool:
        """Whether the draft under way reads so already."""
        if draft is None or draft.returned:
            return False
        phone = draft.contact_phone
        contact = (draft.contact_person, setting.texts.get(phone, phone) if isinstance(phone, Sealed) else phone)
        known = (layout(draft.text), draft.result_class, draft.openness, draft.commits, *contact)
        asked = (layout(self.text), self.result_class, self.openness, self.commits)
        return known == (*asked, self.contact_person, self.contact_phone)

    def _sent_back(self, proposal: Proposal, task: UnitTask, setting: Setting) -> bool:
        """Whether an earlier round that had to be redone was answered in these words, or a reviewer has returned them
        for something that another class, another openness, another layout or a talk has not mended."""
        words = visible(self.text)
        for current in task.rounds.values():
            for draft in current.drafts.values():
                if draft.words != words:
                    continue
                if draft.issued and current.number < task.round.number:
                    return True
                if draft.returned and not draft.defects <= self._mended(proposal, draft, setting):
                    return True
        return False

    def _mended(self, proposal: Proposal, draft: Draft, setting: Setting) -> set[Defect]:
        """The defects that can be mended without another word, and have been."""
        mended = set()
        if draft.result_class != self.result_class:
            mended.add(Defect.WRONG_CLASS)
        if draft.openness is not self.openness:
            mended.add(Defect.LAW_OR_POLICY)
        if layout(draft.text) != layout(self.text):
            mended.add(Defect.FORMAT)
        own = (contact.mark for contact in proposal.communication.contacts if contact.unit == self.unit)
        since = (spoken for spoken in own if spoken.version > draft.returned_version)
        if any(not earlier(setting.occurred_at, spoken.at) for spoken in since):
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
        in_order(setting, task.assigned_at, "分办")
        return [self.told(ReplyCountersigned, round=lead.round.number)]
