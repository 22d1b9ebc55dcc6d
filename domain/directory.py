"""The directory (名录): units, officials with rank and portfolio, members, and what each version of a rulebook says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple, assert_never
from uuid import UUID

from domain.events import DirectoryEvent, MemberListed, OfficialAppointed, RulebookVersionFixed, UnitListed
from domain.record import Recorded
from domain.values import day_of


class Post(NamedTuple):
    """What the directory says of an official from a day on."""

    since: date
    entry: OfficialAppointed


@dataclass(frozen=True, slots=True)
class Directory:
    """The latest entry by identifier; of officials also what they were before, by day."""

    stream: UUID | None = None
    version: int = 0
    units: Mapping[str, UnitListed] = field(default_factory=dict)
    posts: Mapping[str, tuple[Post, ...]] = field(default_factory=dict)
    members: Mapping[str, MemberListed] = field(default_factory=dict)
    rulebooks: Mapping[tuple[str, int], str] = field(default_factory=dict)
    """The digest of every version that any session has adopted."""

    @property
    def officials(self) -> Mapping[str, OfficialAppointed]:
        """Each official as last entered."""
        return {official: posts[-1].entry for official, posts in self.posts.items()}

    def official(self, code: str, on: date | None = None) -> OfficialAppointed | None:
        """The official as on that day, or as last entered. Before the first entry the first one serves: a directory
        begins some day, and its people were in their posts already."""
        posts = self.posts.get(code)
        if posts is None:
            return None
        if on is None:
            return posts[-1].entry
        return next((post.entry for post in reversed(posts) if post.since <= on), posts[0].entry)


def evolve(directory: Directory, recorded: Recorded[DirectoryEvent]) -> Directory:
    event = recorded.event
    directory = replace(directory, stream=recorded.stream, version=recorded.version)
    match event:
        case UnitListed():
            return replace(directory, units={**directory.units, event.unit: event})
        case OfficialAppointed():
            return replace(directory, posts={**directory.posts, event.official: _posts(directory, recorded, event)})
        case MemberListed():
            return replace(directory, members={**directory.members, event.member: event})
        case RulebookVersionFixed():
            fixed = {(event.rulebook.id, event.rulebook.version): event.rulebook.digest}
            return replace(directory, rulebooks={**directory.rulebooks, **fixed})
        case _:
            assert_never(event)


def _posts(directory: Directory, recorded: Recorded[DirectoryEvent], entry: OfficialAppointed) -> tuple[Post, ...]:
    """What is entered last stands from its day on; what was said of the days before stands."""
    since = day_of(recorded.occurred_at)
    before = (post for post in directory.posts.get(entry.official, ()) if post.since < since)
    return (*before, Post(since, entry))
