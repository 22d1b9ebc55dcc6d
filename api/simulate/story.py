"""What a life is told in: acts in the order of their days, by people, through commands.

A story is a generator of acts. It is asked for the next act only when the one before has been done, and may then look
at what has become of the case.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid5

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.diary import Diary
from api.simulate.dice import BACK, BREAK, LOCKED, NOON, Dice, moment, office
from api.simulate.matter import Matter, Point, Promise
from api.simulate.people import Desk, Person, Unit
from api.simulate.place import Meeting, Place
from api.simulate.report import Standing
from domain import commands as c
from domain.codes import AssignmentMode, RefusalGround
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal, UnitTask
from domain.rules import Rule
from domain.streams import NAMESPACE, Stream, created_by, proposal_stream
from domain.values import SHANGHAI, day_of
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


TRIES = 60
"""Half hours for which people look for one that suits all of them."""

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
    last_assigned: dict[tuple[str, str], UUID] = field(default_factory=dict)
    """By unit and subject, the case it has begun to handle last."""
    cases: dict[str, list[Stream[Proposal]]] = field(default_factory=lambda: defaultdict(list))
    """By session, the cases that have begun, in the order of their numbers."""
    ended: dict[UUID, Standing] = field(default_factory=dict)
    """How the cases stand whose stories are over, and whose states may be forgotten."""
    noticed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By session, how often each unit had a notice."""
    scored: dict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    """By session, unit and item, the points given in its cases."""

    diary: Diary = field(default_factory=Diary)

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
    matter: Matter
    collective: str | None = None
    """The name of the body that hands it in."""
    promised: dict[int, Promise] = field(default_factory=dict)
    """What the letters have promised, by the numbers of the promises."""
    results: dict[str, str] = field(default_factory=dict)
    """Classes of the letters written last, by the codes of their units."""
    opinions: dict[str, str] = field(default_factory=dict)
    """What the assisting units have said in short, by their codes."""
    seen: list[str] = field(default_factory=list)
    """What its units have found on the spot, as it stands in `texts.toml`."""
    lacking: str | None = None
    """What the committee will send it back for."""
    mended: str = ""
    """Its text once that is there."""
    refused_for: RefusalGround | None = None
    """Why it will not be registered."""
    talks: list[datetime] = field(default_factory=list)
    """When units talked with proposers, entered yet or not."""
    declined: set[str] = field(default_factory=set)
    """Members who did not wish to be visited."""

    @classmethod
    def of(cls, city: City, index: int) -> "Case":
        seed, meetings = city.place.seed, city.place.meetings
        same = index - len(meetings) if joins(city, index) else index
        about = Dice(seed, "subject", same)
        unit = city.place.busy(about)
        case = cls(
            city,
            index,
            meetings[index % len(meetings)],
            Dice(seed, "case", index),
            city.stream_of(index),
            unit,
            Matter.of(about, about.choice(unit.subjects)),
        )
        city.cases[case.meeting.key].append(case.stream)
        return case

    @property
    def subject(self) -> str:
        return self.matter.subject

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

    def desk(self, unit: Unit) -> Desk:
        """Who handles this case in the unit."""
        return unit.desk(self.subject, self.index)

    @property
    def office(self) -> str:
        """Who handles it in the supervision office."""
        desks = self.place.staff.office[1:]
        return desks[self.index % len(desks)].actor

    @property
    def clerk(self) -> str:
        """Who handles it in the proposal committee."""
        desks = self.place.staff.committee[2:]
        return desks[self.index % len(desks)].actor

    def vice_mayor(self, unit: Unit | None = None) -> Person:
        return self.place.in_charge(unit or self.unit)

    @property
    def addressee(self) -> str:
        return self.collective or f"{self.place.names[self.state.lead_proposer]}委员"

    @property
    def you(self) -> str:
        """As a letter speaks to them; its texts say 您."""
        if self.collective is None:
            return "您"
        return "贵界别" if self.collective.endswith("界别") else "贵单位"

    def told(self, kind: str, number: int = 1, **more: str) -> str:
        """So many sentences of a kind about this case, as `words.told` has them."""
        return words.told(self.dice, self.matter.named, kind, number, **more)

    def points_of(self, unit: Unit) -> Sequence[Point]:
        """The points that are this unit's to answer: of a divided case every other one."""
        task = self.task(unit)
        if task.mode is not AssignmentMode.SPLIT:
            return self.matter.points
        units = [each.unit for each in self.state.answering]
        return self.matter.points[units.index(unit.code) :: len(units)] if unit.code in units else self.matter.points

    def routine(self, share: float, by: int) -> bool:
        """Whether something is done that is done in this share of the cases: sure in one that has had fewer events than
        `by` so far, because who has little else to write down keeps to the routine; left out where there is much."""
        known = self.state.version
        return (self.dice.chance(share) and known < f.MUCH) or known < by

    def later(self, at: datetime, least: int, most: int) -> datetime:
        return self.dice.later(at, (least, most), self.place.working)

    def after(self, at: datetime, minutes: int) -> datetime:
        """So many minutes later, or when the offices open again."""
        return office(at + timedelta(minutes=minutes), self.place.working)

    def same_day(self, at: datetime, least: int, most: int) -> datetime:
        """So many minutes later, but before the doors are locked."""
        wanted, locked = at + timedelta(minutes=self.dice.randint(least, most)), moment(day_of(at), LOCKED)
        if moment(day_of(at), NOON) <= wanted < moment(day_of(at), BACK):
            wanted += timedelta(minutes=BREAK)
        if wanted <= locked:
            return wanted
        left = max(0, int((locked - at).total_seconds()) // 60)
        return at + timedelta(minutes=self.dice.randint(left // 2, left))

    def met(self, at: datetime, minutes: int, *people: str) -> datetime:
        """This moment, or the next at which all of them have time, officials and members; it is then in their diaries.
        Where they have none for days, they come all the same."""
        diary, tries = self.city.diary, 0
        while not diary.free(at, minutes, people) and tries < TRIES:
            at, tries = self.after(at, 30), tries + 1
        diary.take(at, minutes, people)
        return at

    def at_home(self, at: datetime, least: int, most: int) -> datetime:
        """A moment so many days later at which a member may be at it, weekends and evenings too; always after `at`."""
        wanted = at + timedelta(minutes=self.dice.randint(3, 40))
        return max(awake(wanted), self.dice.leisure(day_of(at) + timedelta(days=self.dice.randint(least, most))))

    def opening(self, on: date) -> datetime:
        """In the morning of this day, or of the next on which people work."""
        return minutes(moment(self.place.workday(on), time(8, 30)), 7 * self.index % 60)

    def whose_else(self, *taken: str) -> list[str]:
        """The units whose job this subject also is, none of these: the one first that could handle it alone."""
        return [code for code in words.SUBJECTS[self.subject].units if code not in taken]


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


def joins(city: City, index: int) -> bool:
    """Whether the proposal of this number says the same as the one before it in its session, and is taken into it."""
    before = index - len(city.place.meetings)
    return before >= 0 and _drawn(city, index) and not _drawn(city, before)


def _drawn(city: City, index: int) -> bool:
    return index < city.proposals and Dice(city.place.seed, "merge", index).chance(f.MERGED)


def morning(on: date) -> datetime:
    return moment(on, time(9))


def evening(on: date) -> datetime:
    return moment(on, time(18))


def minutes(at: datetime, number: int) -> datetime:
    return at + timedelta(minutes=number)


def awake(at: datetime) -> datetime:
    """This moment, or the next morning: nobody signs at three in the night."""
    local = at.astimezone(SHANGHAI)
    if local.hour >= 22:
        return moment(local.date() + timedelta(days=1), time(7, local.minute))
    return moment(local.date(), time(7, local.minute)) if local.hour < 7 else at


NOW = evening(date(*f.TODAY))
"""When every story breaks off."""
