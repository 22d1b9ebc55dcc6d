"""公开."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import Openness, WithholdingGround
from domain.commands.base import (
    STANDING,
    ProposalCommand,
    gated,
    in_order,
    late,
    replied,
    standing,
    with_proposers,
)
from domain.events import PublicationContested, PublicationDecided, ReplyPublished, ReplyWithheld
from domain.proposal import Proposal, Round, UnitTask
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    CONTEST_WEIGHED,
    DONE_IN_TIME,
    DRAFT_EXISTS,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    PUBLICATION_DECIDED,
    PUBLISHED_AFTER_ISSUE,
    PUBLISHED_ONCE,
    SECRET_NEVER_PUBLISHED,
    WITHHOLDING_HAS_GROUND,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Frozen, Note, Title

ON_REPLY = (*STANDING, ONLY_ASSIGNED_UNIT_REPLIES)

RoundNumber = Annotated[StrictInt, Field(ge=1, le=100)]


class PublicationClaim(Frozen):
    """A decision about publication, with the limits of the door."""

    openness: Openness
    withholding_ground: WithholdingGround | None = None
    redactions: Annotated[tuple[Note, ...], Field(max_length=50)] = ()

    def check(self, field: str = "") -> None:
        """Refuse less than full publication without a ground, and any publication of a secret."""
        whole = self.openness is Openness.PUBLISH_FULL
        said = whole or self.withholding_ground is not None
        require(said, WITHHOLDING_HAS_GROUND, "不公开或部分公开须写明情形", f"{field}withholding_ground")
        secret = self.withholding_ground is WithholdingGround.SECRET
        hidden = not secret or self.openness is Openness.WITHHOLD
        require(hidden, SECRET_NEVER_PUBLISHED, "涉密的答复不得公开", f"{field}openness")


class DecidePublication(ProposalCommand, PublicationClaim):
    """Decide whether this round's reply is published, once there is a draft; as often as needed until it is (S43). Of a
    unit that answers no more it is the reply that went out. `round` names another reply that went out: one that is
    handled again meanwhile is still published."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *ON_REPLY,
        DRAFT_EXISTS,
        WITHHOLDING_HAS_GROUND,
        SECRET_NEVER_PUBLISHED,
        PUBLISHED_ONCE,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    round: RoundNumber | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        current = _drafted(replied(proposal, self.unit, setting), self.round)
        if current.draft is None:
            refuse(DRAFT_EXISTS, "本轮尚未拟稿，此前各轮的答复须写明轮次", "unit")
        self.check()
        decided = self.told(PublicationDecided, round=current.number)
        if current.publication == decided and not current.contested:
            return []
        require(current.published is None, PUBLISHED_ONCE, "本轮答复已登记公开或不公开", "unit")
        in_order(setting, current.draft.at, "拟稿")
        in_order(setting, proposal.last(PublicationContested) if current.contested else None, "委员提出异议")
        return [decided]


class ContestPublication(ProposalCommand):
    """A proposer says why the reply should not be published (P1); what was decided is decided again."""

    rules: ClassVar[tuple[Rule, ...]] = (*STANDING, CONTACT_IS_WITH_PROPOSERS, OCCURRED_IN_ORDER)

    member: Code
    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        with_proposers(proposal, (self.member,), setting, "member")
        if proposal.contested.get(self.member) == self.reason:
            return []
        in_order(setting, proposal.submitted_at, "提交")
        return [self.told(PublicationContested)]


class PublishReply(ProposalCommand):
    """Report where the unit's latest reply was published, or that of the round named."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *ON_REPLY,
        PUBLISHED_AFTER_ISSUE,
        PUBLICATION_DECIDED,
        CONTEST_WEIGHED,
        PUBLISHED_ONCE,
        OCCURRED_IN_ORDER,
        DONE_IN_TIME,
    )

    unit: Code
    round: RoundNumber | None = None
    url: Annotated[Title, Field(pattern=r"^https?://[^\s]+$", examples=["https://example.invalid/fuwen/28"])]

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        answered, decided = _decided(proposal, setting, self.unit, self.round)
        open_ = decided.openness is not Openness.WITHHOLD
        require(open_, PUBLICATION_DECIDED, "公开审查的结论是不公开", "unit")
        published = self.told(ReplyPublished, round=answered.number, openness=decided.openness)
        return _settled(published, answered, setting)


class WithholdReply(ProposalCommand):
    """Note that the unit's latest reply, or that of the round named, is not published, on the ground that was
    decided."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *ON_REPLY,
        PUBLISHED_AFTER_ISSUE,
        PUBLICATION_DECIDED,
        CONTEST_WEIGHED,
        PUBLISHED_ONCE,
        OCCURRED_IN_ORDER,
        DONE_IN_TIME,
    )

    unit: Code
    round: RoundNumber | None = None
    note: Note | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        answered, decided = _decided(proposal, setting, self.unit, self.round)
        if decided.openness is not Openness.WITHHOLD or decided.withholding_ground is None:
            refuse(PUBLICATION_DECIDED, "公开审查的结论是公开", "unit")
        withheld = self.told(ReplyWithheld, round=answered.number, withholding_ground=decided.withholding_ground)
        return _settled(withheld, answered, setting)


def _drafted(task: UnitTask, number: int | None) -> Round:
    """The round whose publication is decided: the one named, if its reply is out; else the one under way, or where the
    unit answers no more the latest that went out."""
    current = task.round if task.answers else (task.answered or task.round)
    if number in (None, current.number):
        return current
    named = task.rounds.get(number or 0)
    if named is None or not named.issued:
        refuse(DRAFT_EXISTS, f"第 {number} 轮没有发出的答复", "round")
    return named


def _answered(task: UnitTask, number: int | None) -> Round:
    """The round named, else the latest that went out, if its reply is out."""
    answered = task.answered if number is None else task.rounds.get(number)
    if answered is None or not answered.issued:
        told = "尚未答复" if number is None else f"第 {number} 轮尚未答复"
        refuse(PUBLISHED_AFTER_ISSUE, told, "unit" if number is None else "round")
    return answered


def _decided(proposal: Proposal, setting: Setting, unit: str, number: int | None) -> tuple[Round, PublicationDecided]:
    """The unit's reply of this round, or its latest, and what was decided about it."""
    standing(proposal)
    answered = _answered(replied(proposal, unit, setting), number)
    if answered.publication is None:
        refuse(PUBLICATION_DECIDED, "尚未作公开审查", "unit")
    require(not answered.contested, CONTEST_WEIGHED, "委员有异议，须重新作公开审查", "unit")
    in_order(setting, answered.issued_at, "答复")
    in_order(setting, proposal.last(PublicationDecided, unit=unit, round=answered.number), "公开审查")
    return answered, answered.publication


def _settled(outcome: ReplyPublished | ReplyWithheld, answered: Round, setting: Setting) -> Decision:
    if answered.published == outcome:
        return []
    require(answered.published is None, PUBLISHED_ONCE, "本轮答复已登记公开或不公开", "unit")
    return [gated(outcome, late(answered.publish_by.deadline if answered.publish_by else None, setting))]
