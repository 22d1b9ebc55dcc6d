"""沟通."""

from typing import Annotated, ClassVar

from pydantic import Field, StrictBool

from domain.codes import ContactMode, ContactStage, MemberPosition, Rank
from domain.commands.base import (
    EXISTING,
    Breach,
    ProposalCommand,
    after_assignment,
    answering,
    assigned,
    gated,
    in_order,
    late,
    open_case,
    with_proposers,
)
from domain.events import ContactWaived, MemberContacted, RehandlingOrdered
from domain.policy.rulebook import DeadlineKind
from domain.proposal import Proposal, contacted, identity
from domain.record import same_person
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    DONE_IN_TIME,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    SIGNER_OF_UNIT,
    WAIVER_NEEDS_APPROVER,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, EvidenceClaim, LongText, Moment, Note, PersonClaim


class RecordMemberContact(ProposalCommand):
    """Report that a unit (without `unit`: the government's own office) reached a proposer. `occurred_at` is required:
    the answer to 先沟通后答复 rests on it."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        CONTACT_IS_WITH_PROPOSERS,
        OCCURRED_IN_ORDER,
        DONE_IN_TIME,
    )

    occurred_at: Moment
    unit: Code | None = None
    stage: ContactStage
    mode: ContactMode
    unit_people: Annotated[tuple[PersonClaim, ...], Field(min_length=1, max_length=30)]
    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    content: LongText
    member_position: MemberPosition
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()
    declined_by_member: StrictBool = False

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        if self.unit is not None:
            assigned(proposal, self.unit, setting)
        with_proposers(proposal, self.members, setting)
        contacted = self.told(MemberContacted, members=tuple(dict.fromkeys(self.members)))
        if identity(contacted, setting.occurred_at) in proposal.told:
            return []
        in_order(setting, proposal.submitted_at, "提交")
        return [gated(contacted, self._first_late(proposal, setting))]

    def _first_late(self, proposal: Proposal, setting: Setting) -> list[Breach]:
        """Whether this is the unit's first contact since it was assigned, and after the day it had for that."""
        task = proposal.tasks.get(self.unit or "")
        if task is None or contacted(proposal, task):
            return []
        return late(task.limit(DeadlineKind.FIRST_CONTACT), setting)


class WaiveContact(ProposalCommand):
    """Let a unit answer this round without contact, because somebody else approved it for a reason (P1)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        WAIVER_NEEDS_APPROVER,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    reason: Note
    approver: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = answering(proposal, self.unit, setting)
        number = task.round.number
        approver = setting.speaks_for(self.approver, self.unit, "approver")
        leads = approver.rank.height >= Rank.UNIT_PORTFOLIO_LEADER.height
        require(leads, WAIVER_NEEDS_APPROVER, "免于沟通须由单位领导或市政府领导批准", "approver")
        asking = (setting.context.person, setting.context.actor)
        own = any(same_person(self.approver, person) for person in asking)
        require(not own, WAIVER_NEEDS_APPROVER, "不能由申请人自己批准免于沟通", "approver")
        asked = (self.unit, number, self.approver, self.reason)
        if any((w.unit, w.round, w.approver, w.reason) == asked for w in proposal.communication.waivers):
            return []
        after_assignment(setting, proposal, task)
        in_order(setting, proposal.last(RehandlingOrdered, unit=self.unit, round=number), "责成重新办理")
        return [self.told(ContactWaived, round=number)]
