"""先沟通后答复, asked when a reply is drafted, signed or issued."""

from domain import communication
from domain.codes import ContactMode, DecisiveMoment, Outcome
from domain.commands.base import Breach
from domain.communication import Communication
from domain.events import (
    CaseRulebookChanged,
    ContactWaived,
    Event,
    MemberContacted,
    ReportRetracted,
    SubmissionCorrected,
)
from domain.labels import label
from domain.policy.rulebook import ContactRule, Rulebook
from domain.proposal import Proposal
from domain.rules import CONTACT_BEFORE_REPLY
from domain.setting import Setting


def contact_breach(
    proposal: Proposal, unit: str, moment: DecisiveMoment, setting: Setting, rulebook: Rulebook
) -> list[Breach]:
    """先沟通后答复, asked at the moment the rulebook makes decisive."""
    rule = rulebook.contact_before_reply
    if rule.before is not moment:
        return []
    number = proposal.tasks[unit].round.number
    facts = communication.as_if_now(proposal.communication, unit, number, moment, setting.occurred_at)
    return _judged(facts, unit, number, setting, rule)


def contact_breach_since(proposal: Proposal, unit: str, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    """The same of a draft that was passed at its moment, where what that rested on has been set right since: who the
    proposers are, a contact, the rules."""
    rule, number = rulebook.contact_before_reply, proposal.tasks[unit].round.number
    answered = proposal.communication.round_of(unit, number)
    decisive = answered.decisive(rule.before) if answered else None
    since = [known.event for known in proposal.standing if decisive and known.version > decisive.version]
    if not any(map(_sets_right, since)):
        return []
    return _judged(proposal.communication, unit, number, setting, rule)


def _sets_right(event: Event) -> bool:
    if isinstance(event, ReportRetracted):
        return event.type in (MemberContacted.__name__, ContactWaived.__name__)
    return isinstance(event, SubmissionCorrected | CaseRulebookChanged)


def _judged(facts: Communication, unit: str, number: int, setting: Setting, rule: ContactRule) -> list[Breach]:
    if communication.judge(facts, unit, number, rule).outcome is not Outcome.FAIL:
        return []
    missing = _missing(facts, unit, number, setting, rule)
    reason = f"“{setting.unit_name(unit)}”本轮{missing}，也没有经批准的免于沟通"
    return [Breach(rule.gate, CONTACT_BEFORE_REPLY, reason)]


def _missing(known: Communication, unit: str, number: int, setting: Setting, rule: ContactRule) -> str:
    """What the contacts there are fall short of."""
    answered = known.round_of(unit, number)
    counting = communication.counting_for(known, answered, rule) if answered else []
    proposers = {known.lead_proposer, *known.co_signers}
    spoken_with = {member for contact in counting for member in contact.members}
    reached = proposers & spoken_with
    if reached and rule.reach_percent:
        return f"只与 {len(proposers)} 位提案者中的 {len(reached)} 位沟通，不足 {rule.reach_percent}%"
    if reached:
        return "只与附议委员沟通，尚未与领衔委员沟通"
    if spoken_with:
        return f"只与“{setting.member_names(*sorted(spoken_with))}”沟通，而其不是本案提案者"
    any_mode = rule.model_copy(update={"modes": tuple(ContactMode)})
    others = communication.counting_for(known, answered, any_mode) if answered else []
    tried = {contact.mode for contact in others if proposers.intersection(contact.members)}
    if tried:
        told, asked = ("、".join(label(mode) for mode in modes) for modes in (sorted(tried), rule.modes))
        return f"只以{told}沟通，规则要求以{asked}沟通"
    return "尚未与提案者沟通" if rule.reach_percent else "尚未与领衔委员沟通"
