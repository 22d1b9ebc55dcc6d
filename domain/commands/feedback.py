"""征询意见."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictInt

from domain.codes import Addressed, EnteredBy, Gate, Heard, MediationForm, MemberPosition, Rating, Visit
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    answering,
    deadline,
    gated,
    in_order,
    open_case,
    replied,
    with_proposers,
)
from domain.commands.handling import called_for
from domain.events import (
    Event,
    FaceToFaceMediationHeld,
    FeedbackFormIssued,
    FeedbackOverdue,
    SatisfactionRecorded,
    SatisfactionRevised,
)
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.proposal import Form, Proposal, Round, UnitTask, identity, silent
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    FORM_BEFORE_RATING,
    MEDIATED_AFTER_REHANDLING,
    NO_RESPONSE_AFTER_DUE,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RATED_BEFORE_REVISION,
    RATED_BY_OTHERS,
    RATED_ONCE,
    RATING_IN_SCALE,
    REPLIED_BEFORE_FEEDBACK,
    RULEBOOK_IN_FORCE,
    Rule,
    refuse,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, LongText, Moment, Note, PersonClaim, day_of


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
        with_proposers(proposal, self.members, setting)
        wanted = dict.fromkeys(self.members or proposal.proposers)
        asked = tuple(member for member in wanted if member not in current.forms)
        if not asked:
            return []
        rulebook = setting.rulebook(proposal)
        due = deadline(DeadlineKind.FEEDBACK, rulebook, proposal, setting, "FeedbackFormIssued")
        return [FeedbackFormIssued(unit=self.unit, round=current.number, members=asked, deadline=due)]


RATING = (*EXISTING, ONLY_ASSIGNED_UNIT_REPLIES, FORM_BEFORE_RATING, RATING_IN_SCALE, RATED_BY_OTHERS)


class RatingCommand(ProposalCommand):
    """One proposer's answer to a round: the one named, else the latest that went out with a form."""

    unit: Code
    round: Annotated[StrictInt, Field(ge=1, le=100)] | None = None
    member: Code
    attitude: Rating
    result: Rating
    overall: Rating
    heard: Heard | None = None
    addressed: Addressed | None = None
    visited: Visit | None = None
    leader_answered: bool | None = None
    comment: Note | None = None
    entered_by: EnteredBy

    def rated(self, task: UnitTask) -> tuple[Round, Form]:
        """The round the answer is about, and the form it answers."""
        asked = [current for current in task.rounds.values() if current.forms]
        if self.round is not None:
            asked = [current for current in asked if current.number == self.round]
        if not asked:
            refuse(FORM_BEFORE_RATING, "尚未发征询意见表", "round" if self.round else "unit")
        rated = max(asked, key=lambda current: current.number)
        if self.member not in rated.forms:
            refuse(FORM_BEFORE_RATING, "未向该委员发征询意见表", "member")
        return rated, rated.forms[self.member]

    def in_scale(self, rulebook: Rulebook) -> None:
        for field in ("attitude", "result", "overall"):
            rating = getattr(self, field)
            in_scale = rating in rulebook.scale(field) or rating is Rating.NO_RESPONSE
            require(in_scale, RATING_IN_SCALE, "评价不在本规则的等次之内", field)
        if self.overall is Rating.NO_RESPONSE:
            for field in ("attitude", "result"):
                silent = getattr(self, field) is Rating.NO_RESPONSE
                require(silent, RATING_IN_SCALE, "未反馈的委员没有作过评价", field)
            for field in ("heard", "addressed", "visited", "leader_answered", "comment"):
                require(getattr(self, field) is None, RATING_IN_SCALE, "未反馈的委员没有说过什么", field)

    def answered(self, answer: Event, task: UnitTask, rated: Round, proposal: Proposal, setting: Setting) -> Decision:
        """The answer, and where the rulebook says so of such an answer the order to handle it again (S8, S34), while
        the unit answers."""
        rulebook, latest = setting.rulebook(proposal), rated.number == task.round.number
        told = gated(answer, not_by_others(self.unit, self.member, "entered_by", proposal, setting))
        if not (task.answers and latest and rulebook.rehandles(task.replies(rated.number), self.overall)):
            return [told]
        return [told, *called_for(proposal, setting, self.unit, rated.number + 1, self.overall)]


def not_by_others(unit: str, member: str, field: str, proposal: Proposal, setting: Setting) -> list[Breach]:
    """What a proposer thinks of a unit's reply, entered or taken back by somebody of the units that handle the case, or
    by another member (P4)."""
    gate = setting.rulebook(proposal).gates.rated_by_others or Gate.FLAG
    handling = {unit, *(task.unit for task in proposal.active_tasks if task.mode.handles)}
    if any(setting.of_its_hand(own) for own in handling):
        return [Breach(gate, RATED_BY_OTHERS, "本案承办单位的人员不得录入、更改或撤回委员的评价", field)]
    other = f"委员“{setting.member_names(member)}”的评价不由其他委员录入、更改或撤回"
    return [Breach(gate, RATED_BY_OTHERS, other, field)] if setting.of_another_member(member) else []


class RecordSatisfaction(RatingCommand):
    """Record a proposer's answer. 不满意 orders re-handling at once where the rulebook says so (S8)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *RATING,
        RATED_ONCE,
        NO_RESPONSE_AFTER_DUE,
        OCCURRED_IN_ORDER,
        RULEBOOK_IN_FORCE,
    )

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = replied(proposal, self.unit, setting)
        rated, form = self.rated(task)
        self.in_scale(setting.rulebook(proposal))
        in_order(setting, form.at, "发征询意见表")
        in_order(setting, rated.issued_at, "答复")
        recorded = self.told(SatisfactionRecorded, round=rated.number)
        known = rated.ratings.get(self.member)
        if known is not None and (known == recorded or known.overall is not Rating.NO_RESPONSE):
            for field in ("overall", *type(recorded).model_fields):
                same = getattr(known, field) == getattr(recorded, field)
                require(same, RATED_ONCE, "该委员本轮已评价，改变看法须走更改评价", field)
            return []
        if self.overall is Rating.NO_RESPONSE and form.due is not None:
            expired = day_of(setting.occurred_at) > form.due
            require(expired, NO_RESPONSE_AFTER_DUE, f"反馈期至 {form.due}，期满方可注明未反馈", "overall")
        return self.answered(recorded, task, rated, proposal, setting)


class ReviseSatisfaction(RatingCommand):
    """A proposer who has answered thinks otherwise now; every version stays in history (P2)."""

    rules: ClassVar[tuple[Rule, ...]] = (*RATING, RATED_BEFORE_REVISION, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE)

    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = replied(proposal, self.unit, setting)
        rated, _ = self.rated(task)
        self.in_scale(setting.rulebook(proposal))
        known = rated.ratings.get(self.member)
        revised = self.told(SatisfactionRevised, round=rated.number)
        if known is None:
            refuse(RATED_BEFORE_REVISION, "该委员本轮尚未评价，无从更改", "member")
        if known == revised:
            return []
        spoke = self.overall is not Rating.NO_RESPONSE or known.overall is Rating.NO_RESPONSE
        require(spoke, RATED_BEFORE_REVISION, "委员已反馈，不能改为未反馈；登记有误的应予撤回", "overall")
        in_order(setting, rated.rated_at, "委员评价")
        return self.answered(revised, task, rated, proposal, setting)


class NoteFeedbackOverdue(ProposalCommand):
    """Note who has not sent the unit's forms back in time; once each, and of the latest form they had alone."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, ONLY_ASSIGNED_UNIT_REPLIES)

    unit: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        replied(proposal, self.unit, setting)
        late: dict[int, set[str]] = {}
        for due in silent(proposal, day_of(setting.occurred_at)):
            if due.unit == self.unit and due.round is not None:
                late.setdefault(due.round, set()).update(due.members)
        return [
            FeedbackOverdue(unit=self.unit, round=number, members=tuple(sorted(members)))
            for number, members in late.items()
        ]


class RecordMediation(ProposalCommand):
    """Report the talk at which the office and the CPPCC bring the unit together with proposers whom handling the matter
    again has not satisfied, or the special explanation they are given (S8)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        CONTACT_IS_WITH_PROPOSERS,
        MEDIATED_AFTER_REHANDLING,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    unit: Code
    conveners: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=30)]
    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    outcome: LongText
    member_position: MemberPosition
    form: MediationForm | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        with_proposers(proposal, self.members, setting)
        members = tuple(dict.fromkeys(self.members))
        rounds = [task.rated[member] for member in members if member in task.rated]
        held = self.told(FaceToFaceMediationHeld, round=max(rounds, default=task.round.number), members=members)
        if identity(held, setting.occurred_at) in proposal.told:
            return []
        for index, member in enumerate(self.members):
            rated = task.rounds.get(task.rated.get(member, 0))
            unhappy = rated is not None and rated.ratings[member].overall is Rating.DISSATISFIED
            again = rated is not None and task.replies(rated.number) > 1 and unhappy
            require(again, MEDIATED_AFTER_REHANDLING, "该委员对重新办理的结果没有表示不满意", f"members.{index}")
            in_order(setting, rated.rated_at if rated else None, "委员评价")
        return [held]
