"""撰写、附议."""

from dataclasses import replace
from typing import assert_never

from domain import events
from domain.proposal.changing import changed
from domain.proposal.parts import Drafting
from domain.proposal.state import Proposal


def evolve(proposal: Proposal, event: events.DraftingEvent) -> Proposal:
    return changed(proposal, drafting=_drafting(proposal.drafting, event))


def _drafting(known: Drafting, event: events.DraftingEvent) -> Drafting:
    match event:
        case events.ProposalDraftSaved():
            return replace(known, latest=event)
        case events.CoSignatureInvited():
            declined = known.declined - set(event.members)
            return replace(known, invited={**known.invited, **dict.fromkeys(event.members, event)}, declined=declined)
        case events.CoSignatureGiven():
            signed = {**known.signed, event.member: event.draft}
            return replace(known, signed=signed, declined=known.declined - {event.member})
        case events.CoSignatureDeclined():
            return replace(known, signed=_without(known.signed, event.member), declined=known.declined | {event.member})
        case events.CoSignatureExpired():
            invited = {member: asked for member, asked in known.invited.items() if member not in event.members}
            return replace(known, invited=invited)
        case _:
            assert_never(event)


def _without(signed: dict[str, int], member: str) -> dict[str, int]:
    return {name: draft for name, draft in signed.items() if name != member}
