"""回访."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.commands.base import ProposalCommand, assigned, existing, with_proposers
from domain.events import MemberRevisited
from domain.proposal import Proposal, identity
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    PROPOSAL_EXISTS,
    REVISIT_AT_ITS_STAGE,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, EvidenceClaim, LongText, Moment, earlier


class RecordRevisit(ProposalCommand):
    """Report a return visit; without `unit` it was the government's office itself that went."""

    rules: ClassVar[tuple[Rule, ...]] = (
        PROPOSAL_EXISTS,
        ONLY_ASSIGNED_UNIT_ACTS,
        CONTACT_IS_WITH_PROPOSERS,
        REVISIT_AT_ITS_STAGE,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    unit: Code | None = None
    stage: RevisitStage
    mode: ContactMode
    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    finding: LongText
    member_position: MemberPosition
    evidence: Annotated[tuple[EvidenceClaim, ...], Field(max_length=50)] = ()

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        existing(proposal)
        if self.unit is not None:
            assigned(proposal, self.unit, setting)
        with_proposers(proposal, self.members)
        require(self._in_stage(proposal), REVISIT_AT_ITS_STAGE, "回访阶段与办理进度不符", "stage")
        begun = any(not earlier(setting.occurred_at, at) for at in self._beginnings(proposal))
        require(begun, OCCURRED_IN_ORDER, "发生时间早于进入该阶段的时间", "occurred_at")
        revisited = self.told(MemberRevisited, members=tuple(dict.fromkeys(self.members)))
        return [] if identity(revisited, setting.occurred_at) in proposal.told else [revisited]

    def _beginnings(self, proposal: Proposal) -> list[datetime | date]:
        """When the stage named began: each assignment, each reply, the closing."""
        match self.stage:
            case RevisitStage.DURING_HANDLING:
                begun = [task.assigned_at for task in proposal.active_tasks]
            case RevisitStage.AFTER_REPLY:
                begun = [answered.issued.at for answered in proposal.communication.rounds if answered.issued]
            case RevisitStage.AFTER_CLOSING:
                begun = [proposal.closed_at]
        return [at for at in begun if at is not None]

    def _in_stage(self, proposal: Proposal) -> bool:
        replied = any(current.issued for task in proposal.answering for current in task.rounds.values())
        match self.stage:
            case RevisitStage.DURING_HANDLING:
                return bool(proposal.active_tasks) and proposal.closed is None
            case RevisitStage.AFTER_REPLY:
                return replied
            case RevisitStage.AFTER_CLOSING:
                return proposal.closed is not None
