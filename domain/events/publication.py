"""公开: whether a reply is published, what is left out, and what became of it.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import TypeAlias

from domain.codes import Openness, WithholdingGround
from domain.events.base import Event


class PublicationDecided(Event):
    """公开审查: the decision about this round's reply; `redactions` say what is left out."""

    unit: str
    round: int
    openness: Openness
    withholding_ground: WithholdingGround | None = None
    redactions: tuple[str, ...] = ()


class PublicationContested(Event):
    """委员对公开有异议: a proposer does not want the reply published, or not whole."""

    member: str
    reason: str


class ReplyPublished(Event):
    """公开: the reply stands at `url`, whole or in part."""

    unit: str
    round: int
    openness: Openness
    url: str


class ReplyWithheld(Event):
    """不公开: the reply is not published, and why."""

    unit: str
    round: int
    withholding_ground: WithholdingGround
    note: str | None = None


PublicationEvent: TypeAlias = PublicationDecided | PublicationContested | ReplyPublished | ReplyWithheld
