"""What a life is told in: acts in the order of their days, by people, through commands.

A story is a generator of acts. It is asked for the next act only when the one before has been done, and may then look
at what has become of the case.
"""

import heapq
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from api.simulate import figures as f
from api.simulate.dice import Dice
from api.simulate.place import Meeting, Place, Unit
from domain import commands as c
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal, UnitTask
from domain.rules import Rule
from domain.streams import NAMESPACE, Stream, created_by, proposal_stream
from domain.values import SHANGHAI
from ledger.in_memory import InMemory


@dataclass(frozen=True, slots=True)
class Act:
    """A command that `by` gives and that is entered `at`; without a command, time just passes. `refused_by`: it is
    given on purpose although this rule forbids it. `stream`: another than the story's own."""

    at: datetime
    by: str = ""
    command: c.Command | None = None
    refused_by: Rule | None = None
    stream: Stream[Any] | None = None


Story: TypeAlias = Generator[Act, None, datetime]
"""Acts, never earlier than the one before; in the end the time at which the story is over."""


@dataclass
class City:
    """The place, all its states, and what one case may know of the others."""

    place: Place
    states: InMemory
    proposals: int
    to_merge: set[UUID] = field(default_factory=set)
    """Proposals that wait to be merged into another."""
    to_hand_over: dict[str, list[UUID]] = field(default_factory=dict)
    """By session, the cases that wait for the meeting, in the order of their numbers."""
    last_assigned: dict[str, UUID] = field(default_factory=dict)
    """By unit, the case it has begun to handle last."""

    def stream_of(self, index: int) -> Stream[Proposal]:
        """The stream of the case with this number, known before it is there."""
        key = uuid5(NAMESPACE, f"simulate/{self.place.seed}/{index}")
        return proposal_stream(created_by(self.states.name, key))

    def state_of(self, case: UUID) -> Proposal:
        return self.states.state(proposal_stream(case))


@dataclass
class Case:
    """One proposal on its way. What it draws depends on the seed and its number alone."""

    city: City
    index: int
    meeting: Meeting
    dice: Dice
    stream: Stream[Proposal]
    unit: Unit
    subject: str

    @classmethod
    def of(cls, city: City, index: int) -> "Case":
        dice = Dice(city.place.seed, "case", index)
        meetings = city.place.meetings
        unit = city.place.busy(dice)
        meeting = meetings[index % len(meetings)]
        return cls(city, index, meeting, dice, city.stream_of(index), unit, dice.choice(unit.subjects))

    @property
    def state(self) -> Proposal:
        return self.city.states.state(self.stream)

    @property
    def place(self) -> Place:
        return self.city.place

    @property
    def rulebook(self) -> Rulebook:
        return self.meeting.rulebook

    def task(self, unit: Unit) -> UnitTask:
        return self.state.tasks[unit.code]

    def later(self, at: datetime, least: int, most: int) -> datetime:
        return self.dice.later(at, (least, most), self.place.working)

    def other_unit(self, *taken: str) -> Unit:
        """A unit that is none of these."""
        while True:
            unit = self.place.busy(self.dice)
            if unit.code not in taken:
                return unit


def merged(at: datetime, stories: Sequence[Story], beside: Sequence[Story] = ()) -> Story:
    """Several stories as one, each at its own pace, until all of them are over; those `beside` then break off. What
    follows an act at once is not interrupted by the others."""
    waiting: list[tuple[datetime, int, Act, Story]] = []
    left = 0
    for number, story in enumerate([*stories, *beside]):
        if (act := next(story, None)) is not None:
            heapq.heappush(waiting, (act.at, number, act, story))
            left += number < len(stories)
    while left:
        at, number, act, story = heapq.heappop(waiting)
        following: Act | None = act
        while following is not None and following.at <= at:
            yield following
            following = next(story, None)
        if following is not None:
            heapq.heappush(waiting, (following.at, number, following, story))
        else:
            left -= number < len(stories)
    return at


def morning(on: date) -> datetime:
    return datetime.combine(on, time(9), SHANGHAI).astimezone(UTC)


def evening(on: date) -> datetime:
    return datetime.combine(on, time(18), SHANGHAI).astimezone(UTC)


def minutes(at: datetime, number: int) -> datetime:
    return at + timedelta(minutes=number)


NOW = evening(date(*f.TODAY))
"""When every story breaks off."""
