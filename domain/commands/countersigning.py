"""会签: what assisting units have not yet agreed to, before the lead's draft goes on."""

from domain.codes import Countersignature, Gate
from domain.commands.base import Breach, in_order, relied_on
from domain.proposal import Draft, Proposal, UnitTask
from domain.rules import COUNTERSIGNED_BEFORE_SIGNING
from domain.setting import Setting


def uncountersigned(gate: Gate, proposal: Proposal, lead: UnitTask, draft: Draft, setting: Setting) -> list[Breach]:
    """A breach for each assisting unit that has not agreed to the draft, and whose disagreement nobody has settled
    (S15, P4)."""
    breaches = []
    for task in proposal.assisting:
        if settled(proposal, task.unit, lead, draft, setting):
            continue
        given, name = draft.countersigned.get(task.unit), setting.unit_name(task.unit)
        if given is None or given.countersignature is Countersignature.WITHHELD:
            told = f"“{name}”尚未会签" if given is None else f"“{name}”不同意会签"
            breaches.append(Breach(gate, COUNTERSIGNED_BEFORE_SIGNING, told, "draft"))
        else:
            relied_on(gate, setting, given.at, f"“{name}”会签")
    return breaches


def settled(proposal: Proposal, unit: str, lead: UnitTask, draft: Draft, setting: Setting) -> bool:
    """Whether a decision about the unit's disagreement lets the draft go on; nothing rests on one before it was made
    (S14, S15)."""
    known = proposal.disagreed(unit, lead.unit, lead.round.number)
    if known is None or not known.settles(draft):
        return False
    in_order(setting, known.settled_at, "裁定意见分歧")
    return True
