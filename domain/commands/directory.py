"""名录."""

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from domain.codes import Rank, Recipient
from domain.commands.base import DirectoryCommand
from domain.directory import Directory
from domain.events import MemberListed, OfficialAppointed, UnitListed
from domain.personal import Of, Sealed, sealed_in
from domain.rules import KNOWN_UNIT, Rule
from domain.setting import Decision, Setting
from domain.values import Address, Code, Phone, Title, day_of


class ListUnit(DirectoryCommand):
    """List a unit, or change the entry. A court, a Party office or a mass organisation is listed with its `side`."""

    unit: Code
    name: Title
    side: Recipient | None = None

    def decide(self, directory: Directory, setting: Setting, /) -> Decision:
        listed = self.told(UnitListed)
        return [] if directory.units.get(self.unit) == listed else [listed]


class AppointOfficial(DirectoryCommand):
    """List an official with rank and portfolio, or change them, from the day on that it happened: what an official
    did before is judged by the post of then."""

    rules: ClassVar[tuple[Rule, ...]] = (KNOWN_UNIT,)

    official: Code
    name: Title
    title: Title
    rank: Rank
    unit: Code | None = None
    portfolio: Annotated[tuple[Code, ...], Field(max_length=200)] = ()
    phone: Annotated[Phone | None, Of("official", "official")] = None

    def compared(self, directory: Directory, /) -> Iterable[Sealed]:
        return sealed_in(directory.official(self.official))

    def decide(self, directory: Directory, setting: Setting, /) -> Decision:
        if self.unit is not None:
            setting.knows_unit(self.unit)
        for index, unit in enumerate(self.portfolio):
            setting.knows_unit(unit, f"portfolio.{index}")
        appointed = self.told(OfficialAppointed)
        posts = directory.posts.get(self.official, ())
        same = posts and setting.opened(posts[-1].entry) == appointed
        return [] if same and posts[-1].since <= day_of(setting.occurred_at) else [appointed]


class ListMember(DirectoryCommand):
    """List a member, or change the entry."""

    member: Code
    name: Title
    sector: Title | None = None
    phone: Annotated[Phone | None, Of("member", "member")] = None
    address: Annotated[Address | None, Of("member", "member")] = None

    def compared(self, directory: Directory, /) -> Iterable[Sealed]:
        return sealed_in(directory.members.get(self.member))

    def decide(self, directory: Directory, setting: Setting, /) -> Decision:
        listed = self.told(MemberListed)
        return [] if setting.opened(directory.members.get(self.member)) == listed else [listed]
