"""先沟通后办理, asked when a unit takes its first step: files a plan, visits the place, drafts a reply."""

from domain.codes import Gate
from domain.commands.base import Breach
from domain.communication import Mark, follows
from domain.events import FieldVisitRecorded, HandlingPlanFiled, ReplyDrafted
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal, UnitTask
from domain.rules import CONTACT_BEFORE_HANDLING
from domain.setting import Setting
from domain.values import comes_before, earlier

_STEPS = (HandlingPlanFiled, FieldVisitRecorded, ReplyDrafted)


def handling_breach(proposal: Proposal, task: UnitTask, setting: Setting, rulebook: Rulebook) -> list[Breach]:
    """先沟通后办理 (S0, S22): before the first step of its present assignment a unit that answers has spoken with a
    proposer, in whatever way, or has been let off. Who only assists need not speak with them (S14)."""
    gate = rulebook.gates.contact_before_handling or Gate.OFF
    answered = proposal.communication.round_of(task.unit, task.begun)
    if gate is Gate.OFF or answered is None or not task.mode.answers:
        return []
    if _begun(proposal, task.unit, answered.assigned, setting) or _spoken(proposal, task, answered.assigned, setting):
        return []
    reason = f"“{setting.unit_name(task.unit)}”接办以来尚未与提案者沟通，也没有经批准的免于沟通"
    return [Breach(gate, CONTACT_BEFORE_HANDLING, reason)]


def _begun(proposal: Proposal, unit: str, assigned: Mark, setting: Setting) -> bool:
    """Whether the unit has taken a step since it was assigned that this one does not precede."""
    since = (known for known in proposal.standing if known.version > assigned.version)
    own = (known for known in since if isinstance(known.event, _STEPS) and known.event.unit == unit)
    return any(not earlier(setting.occurred_at, known.occurred_at) for known in own)


def _spoken(proposal: Proposal, task: UnitTask, assigned: Mark, setting: Setting) -> bool:
    known = proposal.communication
    contacts = (contact for contact in known.contacts if contact.unit == task.unit and not contact.declined)
    own = [contact.mark for contact in contacts if follows(contact.mark, assigned)]
    waivers = (waiver for waiver in known.waivers if waiver.unit == task.unit and waiver.round >= task.begun)
    return any(comes_before(mark.at, setting.occurred_at) for mark in (*own, *(waiver.mark for waiver in waivers)))
