"""承办责任: who in the unit answers for a case, and the cases that it handles together."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from domain.codes import Rank
from domain.commands.base import (
    EXISTING,
    ProposalCommand,
    answering,
    assigned,
    in_order,
    open_case,
)
from domain.events import (
    CasesHandledJointly,
    ResponsibilityNamed,
)
from domain.proposal import Proposal
from domain.rules import (
    JOINT_CASES_OF_ONE_UNIT,
    KNOWN_OFFICIAL,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    RESPONSIBILITY_RANK,
    SIGNER_OF_UNIT,
    Rule,
    require,
)
from domain.setting import Decision, On, Setting
from domain.streams import Stream, proposal_stream
from domain.values import Code, Note


class NameResponsibility(ProposalCommand):
    """Name who in the unit answers for the case: head, portfolio leader, desk officer (S0)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_ACTS,
        KNOWN_OFFICIAL,
        SIGNER_OF_UNIT,
        RESPONSIBILITY_RANK,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    head: Code
    portfolio_leader: Code
    desk_officer: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        task = assigned(proposal, self.unit, setting)
        for field, rank in (("head", Rank.UNIT_HEAD), ("portfolio_leader", Rank.UNIT_PORTFOLIO_LEADER)):
            known = setting.of_unit(getattr(self, field), self.unit, field)
            require(
                known.rank.height >= rank.height, RESPONSIBILITY_RANK, setting.outranked(known.official, rank), field
            )
        setting.of_unit(self.desk_officer, self.unit, "desk_officer")
        named = self.told(ResponsibilityNamed)
        if task.responsible == named:
            return []
        in_order(setting, task.assigned_at, "分办")
        return [named]


class HandleJointly(ProposalCommand):
    """Handle this case together with others of the same unit; each proposer is still answered apart (S9, S14)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        ONLY_ASSIGNED_UNIT_REPLIES,
        JOINT_CASES_OF_ONE_UNIT,
        OCCURRED_IN_ORDER,
    )

    unit: Code
    cases: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]
    reason: Note

    def beside(self, proposal: Proposal, setting: Setting, /) -> Sequence[Stream[Any]]:
        return [proposal_stream(case) for case in dict.fromkeys(self.cases) if case != proposal.stream]

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        answering(proposal, self.unit, setting)
        others = self.beside(proposal, setting)
        for index, other in enumerate(others):
            self._of_the_unit(setting.at(other), f"cases.{index}")
        require(bool(others), JOINT_CASES_OF_ONE_UNIT, "须写明另外的案件", "cases")
        together = tuple(sorted([other.id for other in others] + ([proposal.stream] if proposal.stream else [])))
        if all(self._together(proposal, setting.at(other)) for other in others):
            return []
        for case in (proposal, *map(setting.at, others)):
            in_order(setting, case.tasks[self.unit].assigned_at, "分办")
        joint = CasesHandledJointly(unit=self.unit, cases=together, reason=self.reason)
        return [joint, *(On(other, joint) for other in others)]

    def _together(self, one: Proposal, other: Proposal) -> bool:
        """Whether both cases know that the unit handles them together, since it was last given them."""
        return all(b.stream in a.joint.get(self.unit, ()) for a, b in ((one, other), (other, one)))

    def _of_the_unit(self, other: Proposal, field: str) -> None:
        """Refuse a case that is over, or not the unit's to answer."""
        stands = other.closed is None and other.ended is None
        require(stands, JOINT_CASES_OF_ONE_UNIT, "该案已办结或已终结", field)
        task = other.tasks.get(self.unit)
        own = task is not None and task.answers
        require(own, JOINT_CASES_OF_ONE_UNIT, "该案不由本单位答复", field)
