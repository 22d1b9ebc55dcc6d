"""承诺."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field, StrictInt

from domain.commands.base import (
    STANDING,
    ProposalCommand,
    answering,
    gated,
    in_order,
    standing,
    stream_of,
)
from domain.commands.issue import passed_down_breach, rank_breach
from domain.commands.letters import next_letter, register_of
from domain.events import (
    CommitmentBroken,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    SecondReplyIssued,
)
from domain.proposal import Commitment, Proposal, identity
from domain.rules import (
    COMMITMENT_AHEAD,
    COMMITMENT_OPEN,
    COMMITTED_IN_REPLY,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PASSED_DOWN_BY_OFFICE,
    RULEBOOK_IN_FORCE,
    SECOND_REPLY_SETTLES,
    SIGNER_OF_UNIT,
    SIGNER_RANK,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.streams import Stream
from domain.values import Code, Day, EvidenceClaim, LongText, Moment, Note, day_of

Number = Annotated[StrictInt, Field(ge=1, le=10_000)]
OF_COMMITMENT = (*STANDING, COMMITMENT_OPEN, OCCURRED_IN_ORDER)


class MakeCommitment(ProposalCommand):
    """Note a promise that the unit's latest reply makes, and by when it is to be kept (S13)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        COMMITTED_IN_REPLY,
        COMMITMENT_AHEAD,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    text: Note
    finish_on: Day | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        answered = answering(proposal, self.unit, setting).answered
        if answered is None or answered.issued_at is None:
            refuse(COMMITTED_IN_REPLY, "尚未答复，没有承诺", "unit")
        in_order(setting, answered.issued_at, "答复")
        ahead = self.finish_on is None or self.finish_on >= day_of(answered.issued_at)
        require(ahead, COMMITMENT_AHEAD, "承诺的期限早于答复", "finish_on")
        known = [commitment.made for commitment in proposal.commitments.values()]
        if any((m.unit, m.text, m.finish_on) == (self.unit, self.text, self.finish_on) for m in known):
            return []
        number = proposal.entries.count("CommitmentMade") + 1
        return [self.told(CommitmentMade, number=number, round=answered.number)]


class ReportCommitmentProgress(ProposalCommand):
    """Report how far a promise has come."""

    rules: ClassVar[tuple[Rule, ...]] = OF_COMMITMENT

    occurred_at: Moment
    number: Number
    progress: LongText
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        known = _commitment(proposal, setting, self.number)
        progressed = self.told(CommitmentProgressed)
        if identity(progressed, setting.occurred_at) in proposal.told:
            return []
        require(known.fulfilled is None, COMMITMENT_OPEN, f"第 {self.number} 项承诺已经兑现", "number")
        return [progressed]


class FulfilCommitment(ProposalCommand):
    """Note that a promise has been kept, in time or late."""

    rules: ClassVar[tuple[Rule, ...]] = OF_COMMITMENT

    number: Number
    outcome: LongText
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        known = _commitment(proposal, setting, self.number)
        fulfilled = self.told(CommitmentFulfilled)
        if known.fulfilled == fulfilled:
            return []
        require(known.fulfilled is None, COMMITMENT_OPEN, f"第 {self.number} 项承诺已经兑现", "number")
        return [fulfilled]


class BreakCommitment(ProposalCommand):
    """Note that a promise was not kept, and why, as the member is told (S13); it may still be kept later."""

    rules: ClassVar[tuple[Rule, ...]] = OF_COMMITMENT

    number: Number
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        known = _commitment(proposal, setting, self.number)
        broken = self.told(CommitmentBroken)
        if known.broken == broken:
            return []
        require(known.fulfilled is None, COMMITMENT_OPEN, f"第 {self.number} 项承诺已经兑现", "number")
        return [broken]


class IssueSecondReply(ProposalCommand):
    """Tell the proposers in a letter of its own what became of promises (S13). Of a case passed down the city's office
    tells them, as a city leader has approved (S14)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        SECOND_REPLY_SETTLES,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        SIGNER_RANK,
        PASSED_DOWN_BY_OFFICE,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    commitments: Annotated[tuple[Number, ...], Field(min_length=1, max_length=50)]
    text: LongText
    signer: Code
    approved_by: Code | None = None

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return (register_of(setting, self.unit),)

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        answering(proposal, self.unit, setting)
        for index, number in enumerate(self.commitments):
            known = proposal.commitments.get(number)
            own = known is not None and known.settled and self.unit in proposal.holders(known)
            require(own, SECOND_REPLY_SETTLES, f"第 {number} 项承诺尚无结果，或不是该单位的", f"commitments.{index}")
        signer, rulebook = setting.speaks_for(self.signer, self.unit, "signer"), setting.rulebook(proposal)
        commitments = tuple(dict.fromkeys(self.commitments))
        if self._sent(proposal, commitments):
            return []
        self._after_results(proposal, setting)
        letter = next_letter(setting, stream_of(proposal), self.unit)
        issued = self.told(
            SecondReplyIssued, commitments=commitments, letter=letter.number, recipients=proposal.proposers
        )
        breaches = rank_breach(signer, proposal, rulebook, committing=False)
        breaches += passed_down_breach(self.approved_by, proposal, setting, rulebook)
        return [gated(issued, breaches), letter.taken]

    def _sent(self, proposal: Proposal, commitments: tuple[int, ...]) -> bool:
        told = (self.unit, commitments, self.text, self.signer)
        known = [r for r in proposal.second_replies if (r.unit, r.commitments, r.text, r.signer) == told]
        for sent in known:
            same = sent.approved_by == self.approved_by
            require(same, PASSED_DOWN_BY_OFFICE, "该函已发出，批准人不能再改", "approved_by")
        return bool(known)

    def _after_results(self, proposal: Proposal, setting: Setting) -> None:
        for fact in proposal.standing:
            result = isinstance(fact.event, CommitmentFulfilled | CommitmentBroken)
            if result and fact.event.number in self.commitments:
                in_order(setting, fact.occurred_at, "承诺有结果")


def _commitment(proposal: Proposal, setting: Setting, number: int) -> Commitment:
    standing(proposal)
    known = proposal.commitments.get(number)
    if known is None:
        refuse(COMMITMENT_OPEN, f"没有第 {number} 项承诺", "number")
    in_order(setting, known.at, "承诺")
    return known
