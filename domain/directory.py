"""The directory (名录): units, officials with rank and portfolio, members."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never
from uuid import UUID

from domain.events import DirectoryEvent, MemberListed, OfficialAppointed, UnitListed
from domain.record import Recorded


@dataclass(frozen=True, slots=True)
class Directory:
    """The latest entry by identifier."""

    stream: UUID | None = None
    version: int = 0
    units: Mapping[str, UnitListed] = field(default_factory=dict)
    officials: Mapping[str, OfficialAppointed] = field(default_factory=dict)
    members: Mapping[str, MemberListed] = field(default_factory=dict)


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
        case _:
            assert_never(event)
