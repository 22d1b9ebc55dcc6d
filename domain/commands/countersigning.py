"""会签: what assisting units have not yet agreed to, before the lead's draft goes on."""

from domain.codes import Countersignature, Gate
from domain.commands.base import Breach
from domain.proposal import Draft, Proposal
from domain.rules import COUNTERSIGNED_BEFORE_SIGNING
from domain.setting import Setting


def uncountersigned(gate: Gate, proposal: Proposal, draft: Draft, setting: Setting) -> list[Breach]:
    """A breach for each assisting unit that has not agreed to the draft (S15, P4)."""
    breaches = []
    for task in proposal.assisting:
        given, name = draft.countersigned.get(task.unit), setting.unit_name(task.unit)
        if given is None or given.countersignature is Countersignature.WITHHELD:
            told = f"“{name}”尚未会签" if given is None else f"“{name}”不同意会签"
            breaches.append(Breach(gate, COUNTERSIGNED_BEFORE_SIGNING, told, "draft"))
    return breaches
