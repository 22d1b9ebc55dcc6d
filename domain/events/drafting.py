"""撰写、附议: a proposal before it is handed in, and who puts their name beside the lead proposer's.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from datetime import date
from typing import TypeAlias

from domain.codes import Openness, Timing
from domain.events.base import Event
from domain.values import Attachment


class ProposalDraftSaved(Event):
    """撰写: version `draft` of a proposal that is not yet handed in; no `timing` leaves it to the day of handing in."""

    session: str
    draft: int
    title: str
    body: str | None = None
    timing: Timing | None = None
    lead_proposer: str
    suggested_units: tuple[str, ...] = ()
    openness_wish: Openness | None = None
    openness_reason: str | None = None
    attachments: tuple[Attachment, ...] | None = None


class CoSignatureInvited(Event):
    """邀请附议: these members may sign until the end of `sign_by`."""

    members: tuple[str, ...]
    sign_by: date


class CoSignatureGiven(Event):
    """附议: a member signs version `draft`, and no other."""

    member: str
    draft: int


class CoSignatureDeclined(Event):
    """不附议: a member will not sign, or takes the signature back before the proposal is handed in."""

    member: str
    reason: str | None = None


class CoSignatureExpired(Event):
    """附议逾期: the last day has passed, or the proposal was handed in, and these members had not signed it as it then
    read; those in `signed_earlier` had signed a version that was rewritten since."""

    members: tuple[str, ...]
    signed_earlier: tuple[str, ...] | None = None


DraftingEvent: TypeAlias = (
    ProposalDraftSaved | CoSignatureInvited | CoSignatureGiven | CoSignatureDeclined | CoSignatureExpired
)
