"""名录: units, officials with rank and portfolio, members.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from typing import Annotated

from domain.codes import Rank, Recipient
from domain.events.base import Event
from domain.personal import Of, Personal
from domain.policy.rulebook import RulebookRef


class UnitListed(Event):
    """列入承办单位: a unit is in the directory; listing it again changes the entry. `side` is where a case goes
    that the unit answers; the government where nothing else is said."""

    unit: str
    name: str
    side: Recipient | None = None


class OfficialAppointed(Event):
    """列入人员: an official is in the directory; `portfolio` names the units a leader is in charge of."""

    official: str
    name: str
    title: str
    rank: Rank
    unit: str | None = None
    portfolio: tuple[str, ...] = ()
    phone: Annotated[Personal[str] | None, Of("official", "official")] = None


class MemberListed(Event):
    """列入委员: a member is in the directory; listing them again changes the entry."""

    member: str
    name: str
    sector: str | None = None
    phone: Annotated[Personal[str] | None, Of("member", "member")] = None
    address: Annotated[Personal[str] | None, Of("member", "member")] = None


class RulebookVersionFixed(Event):
    """办理规则定版: from its first adoption on this version means one text, whatever session adopts it."""

    rulebook: RulebookRef
