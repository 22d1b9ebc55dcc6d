"""先沟通后答复, asked when a reply is drafted, signed or issued."""

from domain import communication
from domain.codes import ContactMode, DecisiveMoment, Outcome
from domain.commands.base import Breach
from domain.communication import Communication
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
    if communication.judge(facts, unit, number, rule).outcome is not Outcome.FAIL:
        return []
    missing = _missing(facts, unit, number, rule)
    reason = f"“{setting.unit_name(unit)}”本轮{missing}，也没有经批准的免于沟通"
    return [Breach(rule.gate, CONTACT_BEFORE_REPLY, reason)]


def _missing(known: Communication, unit: str, number: int, rule: ContactRule) -> str:
    """What the contacts there are fall short of."""
    answered = known.round_of(unit, number)
    counting = communication.counting_for(known, answered, rule) if answered else []
    proposers = {known.lead_proposer, *known.co_signers}
    reached = proposers & {member for contact in counting for member in contact.members}
    if reached and rule.reach_percent:
        return f"只与 {len(proposers)} 位提案者中的 {len(reached)} 位沟通，不足 {rule.reach_percent}%"
    if reached:
        return "只与附议委员沟通，尚未与领衔委员沟通"
    any_mode = rule.model_copy(update={"modes": tuple(ContactMode)})
    others = {contact.mode for contact in communication.counting_for(known, answered, any_mode)} if answered else set()
    if others:
        told, asked = ("、".join(label(mode) for mode in modes) for modes in (sorted(others), rule.modes))
        return f"只以{told}沟通，规则要求以{asked}沟通"
    return "尚未与提案者沟通" if rule.reach_percent else "尚未与领衔委员沟通"
