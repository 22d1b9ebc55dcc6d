"""征询意见."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import EnteredBy, Heard, Rating
from domain.commands.base import EXISTING, ProposalCommand, answering, deadline, in_order, open_case, with_proposers
from domain.commands.handling import rehandling
from domain.events import Event, FeedbackFormIssued, SatisfactionRecorded
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, Round, UnitTask
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    FORM_BEFORE_RATING,
    NO_RESPONSE_AFTER_DUE,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RATED_ONCE,
    RATING_IN_SCALE,
    REPLIED_BEFORE_FEEDBACK,
    RULEBOOK_IN_FORCE,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, Note, day_of


class IssueFeedbackForm(ProposalCommand):
    """Ask proposers what they think of a reply; all of them where none is named."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        REPLIED_BEFORE_FEEDBACK,
        CONTACT_IS_WITH_PROPOSERS,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        current = answering(proposal, self.unit, setting).round
        require(current.issued, REPLIED_BEFORE_FEEDBACK, "本轮尚未答复，不能征询意见", "unit")
        in_order(setting, current.issued_at, "答复")
        with_proposers(proposal, self.members)
        wanted = dict.fromkeys(self.members or proposal.proposers)
        asked = tuple(member for member in wanted if member not in current.forms)
        if not asked:
            return []
        rulebook = setting.rulebook(proposal)
        due = deadline(DeadlineKind.FEEDBACK, rulebook, proposal, setting, "FeedbackFormIssued")
        return [FeedbackFormIssued(unit=self.unit, round=current.number, members=asked, deadline=due)]


class RecordSatisfaction(ProposalCommand):
    """Record a proposer's answer. 不满意 orders re-handling at once where the rulebook says so (S8)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        FORM_BEFORE_RATING,
        RATING_IN_SCALE,
        RATED_ONCE,
        NO_RESPONSE_AFTER_DUE,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    unit: Code
    round: Annotated[StrictInt, Field(ge=1, le=100)] | None = None
    member: Code
    attitude: Rating
    result: Rating
    overall: Rating
    heard: Heard | None = None
    comment: Note | None = None
    entered_by: EnteredBy

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        rated = self._round(task)
        form = rated.forms.get(self.member)
        if form is None:
            refuse(FORM_BEFORE_RATING, "未向该委员发征询意见表", "member")
        rulebook = setting.rulebook(proposal)
        for field in ("attitude", "result", "overall"):
            rating = getattr(self, field)
            in_scale = rating in rulebook.ratings or rating is Rating.NO_RESPONSE
            require(in_scale, RATING_IN_SCALE, "评价不在本规则的等次之内", field)
        if self.overall is Rating.NO_RESPONSE:
            require(self.heard is None, RATING_IN_SCALE, "未反馈的委员没有说过是否沟通", "heard")
        recorded = self.told(SatisfactionRecorded, round=rated.number)
        in_order(setting, form.at, "发征询意见表")
        in_order(setting, rated.issued_at, "答复")
        known = rated.ratings.get(self.member)
        if known == recorded:
            return []
        if known is not None and known.overall is not Rating.NO_RESPONSE:
            for field in ("overall", "attitude", "result", "heard", "comment", "entered_by"):
                same = getattr(known, field) == getattr(recorded, field)
                require(same, RATED_ONCE, "该委员本轮已评价，更改须走更正", field)
        if self.overall is Rating.NO_RESPONSE and form.due is not None:
            expired = day_of(setting.occurred_at) > form.due
            require(expired, NO_RESPONSE_AFTER_DUE, f"反馈期至 {form.due}，期满方可注明未反馈", "overall")
        decided: list[Event] = [recorded]
        latest = rated.number == task.round.number
        if self.overall is Rating.DISSATISFIED and rulebook.rehandling_automatic and latest:
            decided.append(rehandling(proposal, setting, self.unit, rated.number + 1, "委员不满意", index=1))
        return decided

    def _round(self, task: UnitTask) -> Round:
        """The round named, else the latest that went out with a form."""
        asked = [current for current in task.rounds.values() if current.forms]
        if self.round is not None:
            asked = [current for current in asked if current.number == self.round]
        if not asked:
            refuse(FORM_BEFORE_RATING, "尚未发征询意见表", "round" if self.round else "unit")
        return max(asked, key=lambda current: current.number)
