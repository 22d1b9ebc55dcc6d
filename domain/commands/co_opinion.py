"""会办意见."""

from collections.abc import Sequence
from typing import Any, ClassVar

from domain.codes import LetterSeries, Restart
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    answering,
    assisting,
    gated,
    in_order,
    late,
    open_case,
    stream_of,
)
from domain.commands.letters import next_letter, register_of
from domain.commands.recomputation import restarted
from domain.events import CoOpinionRequested, CoOpinionReturned, CoOpinionSubmitted
from domain.policy.rulebook import DeadlineKind
from domain.proposal import OpenLimit, Proposal
from domain.rules import (
    CO_UNIT_GIVES_OPINION,
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
        answering(proposal, self.asked_by, setting, "asked_by")
        requested = self.told(CoOpinionRequested)
        if proposal.asked.get(self.unit) == requested:
            return []
        in_order(setting, task.assigned_at, "分办")
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
        in_order(setting, task.assigned_at, "分办")
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
        in_order(setting, task.co_opinion, "提出会办意见")
        limit = task.limits.get(DeadlineKind.CO_OPINION)
        own = [OpenLimit(self.unit, None, limit)] if limit else []
        anew = restarted(Restart.CO_OPINION_RETURNED, own, proposal, setting, "CoOpinionReturned")
        return [self.told(CoOpinionReturned), *anew]
