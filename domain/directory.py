"""The directory (名录): units, officials with rank and portfolio, members, and what each version of a rulebook says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from domain.events import DirectoryEvent, MemberListed, OfficialAppointed, RulebookVersionFixed, UnitListed
from domain.record import Recorded


@dataclass(frozen=True, slots=True)
class Directory:
    """The latest entry by identifier."""

    stream: UUID | None = None
    version: int = 0
    units: Mapping[str, UnitListed] = field(default_factory=dict)
    officials: Mapping[str, OfficialAppointed] = field(default_factory=dict)
    members: Mapping[str, MemberListed] = field(default_factory=dict)
    rulebooks: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """The digest of every version that any session has adopted."""


def evolve(directory: Directory, recorded: Recorded[DirectoryEvent]) -> Directory:
    event = recorded.event
    directory = replace(directory, stream=recorded.stream, version=recorded.version)
    match event:
        case UnitListed():
            return replace(directory, units={**directory.units, event.unit: event})
        case OfficialAppointed():
            return replace(directory, officials={**directory.officials, event.official: event})
        case MemberListed():
            return replace(directory, members={**directory.members, event.member: event})
        case RulebookVersionFixed():
            fixed = {(event.rulebook.id, event.rulebook.version): event.rulebook.digest}
            return replace(directory, rulebooks={**directory.rulebooks, **fixed})
        case _:
            assert_never(event)
