"""重点提案."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from pydantic import Field

from domain.codes import LeaderDuty, Rank, Recomputation
from domain.commands.base import (
    EXISTING,
    STANDING,
    ProposalCommand,
    assigned,
    deadline,
    gated,
    in_order,
    late,
    open_case,
    standing,
    stream_of,
    with_proposers,
)
from domain.commands.recomputation import recomputed
from domain.events import (
    KeyProposalReleased,
    KeyProposalSelected,
    LeaderAppointed,
    SupervisionMeetingHeld,
    SupervisionReportFiled,
)
from domain.policy.deadlines import Anchor, Deadline, derive
from domain.policy.rulebook import DeadlineKind, Rulebook
from domain.proposal import Proposal, identity
from domain.record import Recorded
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    DONE_IN_TIME,
    KEY_PROPOSAL_IS_CASE,
    KEY_PROPOSAL_SELECTED,
    KNOWN_OFFICIAL,
    LEADER_APPOINTED,
    LEADER_RANK,
    OCCURRED_IN_ORDER,
    ONLY_ASSIGNED_UNIT_ACTS,
    RULEBOOK_IN_FORCE,
    Rule,
    require,
)
from domain.setting import Decision, Setting
from domain.values import Code, LongText, Moment, Note, Title, day_of


class SelectKeyProposal(ProposalCommand):
    """Make a registered case a key proposal (S54)."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, KEY_PROPOSAL_IS_CASE, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE)

    basis: Note
    theme: Title | None = None

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        require(proposal.case_no is not None, KEY_PROPOSAL_IS_CASE, "尚未立案，不能列为重点提案")
        selected = self.told(KeyProposalSelected)
        known = proposal.key
        if known is not None and (known.basis, known.theme) == (self.basis, self.theme):
            return []
        in_order(setting, proposal.registered_at, "立案")
        in_order(setting, proposal.last(KeyProposalReleased), "不再列为重点提案")
        cause, rulebook = Recomputation.KEY_PROPOSAL, setting.rulebook(proposal)
        if known is None:
            chosen = replace(proposal, key=selected)
            due = deadline(DeadlineKind.KEY_SUPERVISION, rulebook, chosen, setting, "KeyProposalSelected")
            selected = selected.model_copy(update={"deadline": due})
        return [selected, *recomputed(cause, proposal, setting, rulebook, key=True)]


def supervision_due(proposal: Proposal, rulebook: Rulebook, setting: Setting) -> Deadline | None:
    """Until when these rules have a key proposal supervised, from when it became one, where the rules so far did not
    say and it has not been reported on."""
    rule, since = rulebook.deadline(DeadlineKind.KEY_SUPERVISION, proposal.traits), _selected(proposal)
    if rule is None or since is None or proposal.key_limit is not None or proposal.key_reported:
        return None
    on, own = day_of(since.occurred_at), type(since.event).__name__
    anchor = Anchor(stream=stream_of(proposal), version=since.version, event=own, on=on)
    return derive(rule, rulebook.id, rulebook.version, anchor, setting.calendar.days)


def _selected(proposal: Proposal) -> Recorded[Any] | None:
    """The choice that made the case the key proposal it is; a new basis is none."""
    made = None
    for known in proposal.standing:
        if isinstance(known.event, KeyProposalSelected):
            made = made or known
        elif isinstance(known.event, KeyProposalReleased):
            made = None
    return made


class ReleaseKeyProposal(ProposalCommand):
    """Take a case off the list of key proposals."""

    rules: ClassVar[tuple[Rule, ...]] = (*EXISTING, KEY_PROPOSAL_IS_CASE, OCCURRED_IN_ORDER, RULEBOOK_IN_FORCE)

    reason: Note

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        require(proposal.case_no is not None, KEY_PROPOSAL_IS_CASE, "尚未立案")
        if proposal.key is None:
            return []
        in_order(setting, proposal.key_at, "确定重点提案")
        cause, rulebook = Recomputation.KEY_PROPOSAL, setting.rulebook(proposal)
        return [self.told(KeyProposalReleased), *recomputed(cause, proposal, setting, rulebook, key=False)]


class AppointLeader(ProposalCommand):
    """Name the leader who handles a case or leads its supervision. Only key proposals are supervised by a leader of
    the city or the CPPCC; any case may be handled by one, or by the head of a unit on it (S27, S28, S29)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        KEY_PROPOSAL_SELECTED,
        KNOWN_OFFICIAL,
        LEADER_RANK,
        OCCURRED_IN_ORDER,
    )

    duty: LeaderDuty
    leader: Code

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)  # a closed key proposal may still have its supervision to report
        supervises = self.duty is LeaderDuty.SUPERVISE
        require(not supervises or proposal.key is not None, KEY_PROPOSAL_SELECTED, "不是重点提案，不设领衔督办", "duty")
        official, needed = setting.post(self.leader, "leader"), Rank.VICE_MAYOR if supervises else Rank.UNIT_HEAD
        if proposal.leaders.get(self.duty) == self.leader:
            return []
        leads = official.rank.of_cppcc or official.rank.height >= needed.height
        require(leads, LEADER_RANK, setting.outranked(self.leader, needed), "leader")
        units = [task.unit for task in proposal.active_tasks if task.mode.handles]
        own = official.rank is not Rank.UNIT_HEAD or official.unit in units
        require(own, LEADER_RANK, f"“{official.name}”不是本案承办单位的主要负责人", "leader")
        in_order(setting, proposal.submitted_at, "提交")
        in_order(setting, proposal.key_at if supervises else None, "确定重点提案")
        headed = proposal.tasks.get(official.unit or "") if official.rank is Rank.UNIT_HEAD else None
        in_order(setting, headed.assigned_at if headed else None, "分办")
        return [self.told(LeaderAppointed)]


class RecordSupervisionMeeting(ProposalCommand):
    """Report a meeting at which the leader and the units of a key proposal, with members or without, took stock."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *EXISTING,
        KEY_PROPOSAL_SELECTED,
        LEADER_APPOINTED,
        ONLY_ASSIGNED_UNIT_ACTS,
        CONTACT_IS_WITH_PROPOSERS,
        OCCURRED_IN_ORDER,
    )

    occurred_at: Moment
    leader: Code
    place: Title | None = None
    units: Annotated[tuple[Code, ...], Field(min_length=1, max_length=30)]
    members: Annotated[tuple[Code, ...], Field(max_length=500)] = ()
    outcome: LongText

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        open_case(proposal)
        _led(proposal, self.leader, setting)
        for unit in self.units:
            assigned(proposal, unit, setting)
        with_proposers(proposal, self.members, setting)
        held = self.told(SupervisionMeetingHeld)
        if identity(held, setting.occurred_at) in proposal.told:
            return []
        _after_appointment(proposal, self.leader, setting)
        for unit in self.units:
            in_order(setting, proposal.tasks[unit].assigned_at, "分办")
        return [held]


class FileSupervisionReport(ProposalCommand):
    """Report in writing to the leader of a key proposal, closed or not; late is flagged (S27)."""

    rules: ClassVar[tuple[Rule, ...]] = (
        *STANDING,
        KEY_PROPOSAL_SELECTED,
        LEADER_APPOINTED,
        OCCURRED_IN_ORDER,
        DONE_IN_TIME,
    )

    occurred_at: Moment
    author: Title
    leader: Code
    text: LongText

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        standing(proposal)
        _led(proposal, self.leader, setting)
        filed = self.told(SupervisionReportFiled)
        if identity(filed, setting.occurred_at) in proposal.told:
            return []
        _after_appointment(proposal, self.leader, setting)
        limit = None if proposal.key_reported else proposal.key_limit
        return [gated(filed, late(limit.deadline if limit else None, setting))]


def _led(proposal: Proposal, leader: str, setting: Setting) -> None:
    """Refuse what is no key proposal, or not led by this leader."""
    require(proposal.key is not None, KEY_PROPOSAL_SELECTED, "不是重点提案")
    leads = leader in proposal.leaders.values()
    require(leads, LEADER_APPOINTED, f"“{setting.official_name(leader)}”不是本案领办或督办领导", "leader")


def _after_appointment(proposal: Proposal, leader: str, setting: Setting) -> None:
    """Refuse a moment before the case became a key proposal, or before this leader was first named."""
    in_order(setting, proposal.key_at, "确定重点提案")
    named = (r for r in proposal.standing if isinstance(r.event, LeaderAppointed) and r.event.leader == leader)
    in_order(setting, next((known.occurred_at for known in named), None), "确定领导")
