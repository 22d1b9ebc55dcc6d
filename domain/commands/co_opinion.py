"""会办意见."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt

from domain.codes import Countersignature, LetterSeries, Restart, Ruling
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    after_assignment,
    answering,
    assisting,
    decided_above,
    gated,
    in_order,
    late,
    open_case,
    stream_of,
)
from domain.commands.letters import next_letter, register_of
from domain.commands.recomputation import reopened, restarted
from domain.events import (
    CoOpinionRequested,
    CoOpinionReturned,
    CoOpinionSubmitted,
    DisagreementEscalated,
    DisagreementSettled,
)
from domain.policy.rulebook import DeadlineKind
from domain.proposal import OpenLimit, Proposal, UnitTask
from domain.rules import (
    CO_UNIT_GIVES_OPINION,
    DISAGREEMENT_DECIDED_ABOVE,
    DISAGREEMENT_EXISTS,
    DISAGREEMENT_OPEN,
    DONE_IN_TIME,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    OPINION_GIVEN,
    RETURNED_OPINION_CHANGES,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.streams import Stream
from domain.values import Code, LongText, Note, visible


class RequestCoOpinion(ProposalCommand):
    """The lead asks an assisting unit for its opinion on certain points."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CO_UNIT_GIVES_OPINION,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    asked_by: Code
    points: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assisting(proposal, self.unit, setting)
        lead = answering(proposal, self.asked_by, setting, "asked_by")
        requested = self.told(CoOpinionRequested)
        if proposal.asked.get(self.unit) == requested:
            return []
        for one in (task, lead):
            after_assignment(setting, proposal, one)
        return [requested]


class SubmitCoOpinion(ProposalCommand):
    """An assisting unit gives the lead its opinion; it does not answer the member (S14). One that was sent back must
    change."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        CO_UNIT_GIVES_OPINION,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        RETURNED_OPINION_CHANGES,
        OCCURRED_IN_ORDER,
        DONE_IN_TIME,
    )

    unit: Code
    text: LongText
    signer: Code

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return (register_of(setting, self.unit, LetterSeries.CO_OPINION),)

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assisting(proposal, self.unit, setting)
        setting.speaks_for(self.signer, self.unit, "signer")
        known, returned = proposal.filed.get((CoOpinionSubmitted, self.unit)), proposal.returned.get(self.unit)
        given = isinstance(known, CoOpinionSubmitted) and (known.text, known.signer) == (self.text, self.signer)
        if given and task.co_opinion is not None:
            return []
        changed = returned is None or visible(returned.text) != visible(self.text)
        require(changed, RETURNED_OPINION_CHANGES, "与退回的会办意见相同，须修改后再报", "text")
        after_assignment(setting, proposal, task)
        in_order(setting, proposal.last(CoOpinionReturned, unit=self.unit), "退回会办意见")
        letter = next_letter(setting, stream_of(proposal), self.unit, LetterSeries.CO_OPINION)
        submitted = self.told(CoOpinionSubmitted, letter=letter.number)
        return [gated(submitted, late(task.limit(DeadlineKind.CO_OPINION), setting)), letter.taken]


class ReturnCoOpinion(ProposalCommand):
    """The lead sends an assisting unit's opinion back, before its reply goes out (S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CO_UNIT_GIVES_OPINION,
        OPINION_GIVEN,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    asked_by: Code
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assisting(proposal, self.unit, setting)
        lead = answering(proposal, self.asked_by, setting, "asked_by")
        if task.co_opinion is None and self.unit in proposal.returned:
            return []
        require(task.co_opinion is not None, OPINION_GIVEN, "该单位尚未提出会办意见", "unit")
        require(not lead.round.issued, OPINION_GIVEN, "本轮已答复，会办意见不再退回", "asked_by")
        in_order(setting, proposal.last(CoOpinionSubmitted, unit=self.unit), "提出会办意见")
        after_assignment(setting, proposal, lead)
        limit = task.limits.get(DeadlineKind.CO_OPINION)
        own = [OpenLimit(self.unit, None, limit)] if limit else []
        anew = restarted(Restart.CO_OPINION_RETURNED, own, proposal, setting, "CoOpinionReturned")
        after = replace(proposal, tasks={**proposal.tasks, self.unit: replace(task, co_opinion=None)})
        begun = {moved.deadline.kind for moved in anew}
        again = [moved for moved in reopened(proposal, after, setting) if moved.deadline.kind not in begun]
        return [self.told(CoOpinionReturned), *anew, *again]


class EscalateDisagreement(ProposalCommand):
    """Put a disagreement with an assisting unit to those above, before the lead's reply goes out: the lead, by whoever
    signs for it, or the office where nobody is named (S14, S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CO_UNIT_GIVES_OPINION,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        DISAGREEMENT_EXISTS,
        DISAGREEMENT_OPEN,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    answering_unit: Code
    dispute: Note
    signed_by: Code | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assisting(proposal, self.unit, setting)
        lead = answering(proposal, self.answering_unit, setting, "answering_unit")
        if self.signed_by is not None:
            setting.speaks_for(self.signed_by, self.answering_unit, "signed_by")
        known = proposal.disagreed(self.unit, lead.unit, lead.round.number)
        if known is not None and known.settled is None:
            same = (known.escalated.dispute, known.escalated.signed_by) == (self.dispute, self.signed_by)
            require(same, DISAGREEMENT_OPEN, f"第 {known.escalated.number} 项分歧尚待裁定", "unit")
            return []
        in_order(setting, known.settled_at if known is not None else None, "裁定意见分歧")
        after_assignment(setting, proposal, lead)
        self._disagrees(proposal, task, lead, setting)
        number, draft = proposal.entries.count("DisagreementEscalated") + 1, lead.round.draft
        told = {"number": number, "round": lead.round.number, "draft": draft.number if draft else None}
        return [self.told(DisagreementEscalated, **told)]

    def _disagrees(self, proposal: Proposal, task: UnitTask, lead: UnitTask, setting: Setting) -> None:
        """Refuse where there is nothing yet, or nothing any more, to disagree about."""
        require(not lead.round.issued, DISAGREEMENT_EXISTS, "本轮已答复，没有分歧可报", "answering_unit")
        name, draft = setting.unit_name(self.unit), lead.round.draft
        spoken = task.co_opinion is not None or self.unit in proposal.returned
        told = proposal.last(CoOpinionSubmitted, unit=self.unit) if spoken else task.assigned_at
        in_order(setting, task.co_opinion or told, f"“{name}”提出会办意见")
        given = draft.countersigned.get(self.unit) if draft else None
        require(spoken or given is not None, DISAGREEMENT_EXISTS, f"“{name}”尚未提出会办意见或会签", "unit")
        if draft is None:
            return
        agreed = given is not None and given.countersignature is Countersignature.AGREED
        require(not agreed, DISAGREEMENT_EXISTS, f"“{name}”已同意会签第 {draft.number} 稿", "unit")
        in_order(setting, given.at if given else draft.at, f"“{name}”会签" if given else "拟稿")
        settled = proposal.disagreed(self.unit, lead.unit, lead.round.number)
        decided = settled is not None and settled.settles(draft)
        require(not decided, DISAGREEMENT_EXISTS, "该稿的分歧已经裁定，应当服从", "unit")


class SettleDisagreement(ProposalCommand):
    """Decide a disagreement: the draft goes on as it is, or amended, or the units have agreed by themselves. The
    office or a leader of the city decides it, nobody of a unit on the case (S14, S15)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        DISAGREEMENT_OPEN,
        KNOWN_OFFICIAL,
        DISAGREEMENT_DECIDED_ABOVE,
        OCCURRED_IN_ORDER,
    )

    number: Annotated[StrictInt, Field(ge=1, le=10_000)]
    ruling: Ruling
    decision: Note
    decided_by: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        settled, known = self.told(DisagreementSettled), proposal.disagreements.get(self.number)
        if known is None:
            refuse(DISAGREEMENT_OPEN, f"没有第 {self.number} 项待裁定的分歧", "number")
        if known.settled is not None:
            require(known.settled == settled, DISAGREEMENT_OPEN, f"第 {self.number} 项分歧已经裁定", "number")
            return []
        written = self.ruling is not Ruling.AS_DRAFTED or known.escalated.draft is not None
        require(written, DISAGREEMENT_OPEN, "报请协调时尚未拟稿，不能裁定按原稿办理", "ruling")
        decided_above(proposal, self.decided_by, setting, DISAGREEMENT_DECIDED_ABOVE)
        in_order(setting, known.at, "报请协调")
        return [settled]
