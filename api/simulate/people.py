"""Who lives and works in the made-up city: officials at their posts, units with their desks, members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from domain import commands as c
from domain.codes import Rank

OFFICE, COMMITTEE = "official:gov-office", "official:cppcc-committee"
"""The head of the government's supervision office, and the head of the proposal committee."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory; `post` is the title in short, as it stands behind a name."""

    code: str
    name: str
    post: str
    rank: Rank
    charge: str = ""

    @property
    def actor(self) -> str:
        return f"official:{self.code}"

    @property
    def claim(self) -> dict[str, str]:
        """As one writes whom one has met."""
        return {"name": self.name, "title": self.post}

    @property
    def title(self) -> str:
        return f"{self.post}（{self.charge}）" if self.charge else self.post


@dataclass(frozen=True, slots=True)
class Desk:
    """Who handles a matter in a unit: its head, the deputy whose portfolio it is in, the section's head, and whose
    desk it is on."""

    head: Person
    deputy: Person
    section: Person
    officer: Person
    colleague: Person

    @property
    def by(self) -> str:
        return self.officer.actor


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, what it is in charge of, and a desk for each of its deputies."""

    code: str
    name: str
    topic: str
    subjects: tuple[str, ...]
    desks: tuple[Desk, ...]

    @property
    def head(self) -> Person:
        return self.desks[0].head

    @property
    def people(self) -> Iterator[Person]:
        yield self.head
        for desk in self.desks:
            yield from (desk.deputy, desk.section, desk.officer, desk.colleague)

    def desk(self, subject: str, number: int) -> Desk:
        """Where this subject belongs; one that is nobody's goes to the desk of this number."""
        known = self.subjects.index(subject) if subject in self.subjects else number
        return self.desks[known % len(self.desks)]


@dataclass(frozen=True, slots=True)
class Member:
    code: str
    name: str
    sector: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Those outside the units: the city's leaders, the supervision office and its reviewers, the CPPCC's committee."""

    mayor: Person
    vice_mayors: tuple[Person, ...]
    chairs: tuple[Person, ...]
    office: tuple[Person, ...]
    reviewers: tuple[Person, ...]
    committee: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (self.mayor, *self.vice_mayors, *self.chairs, *self.office, *self.reviewers, *self.committee)


class Names:
    """Names of which no two are the same."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._taken: set[str] = set()

    def another(self) -> str:
        name = words.person(self._dice)
        while name in self._taken:
            name = words.person(self._dice)
        self._taken.add(name)
        return name


def staff(names: Names) -> Staff:
    def people(code: str, number: int, post: str, rank: Rank) -> tuple[Person, ...]:
        return tuple(Person(f"{code}-{n}", names.another(), post, rank) for n in range(1, number + 1))

    def one(code: str, post: str, rank: Rank) -> Person:
        return Person(code, names.another(), post, rank)

    chief = one(OFFICE.removeprefix("official:"), "市政府督查室主任", Rank.SECTION_HEAD)
    chair = one(COMMITTEE.removeprefix("official:"), "市政协提案委主任", Rank.SECTION_HEAD)
    deputy = one("cppcc-committee-deputy", "市政协提案委副主任", Rank.SECTION_HEAD)
    return Staff(
        mayor=one("mayor", "市长", Rank.MAYOR),
        vice_mayors=people("vice-mayor", 6, "副市长", Rank.VICE_MAYOR),
        chairs=people("cppcc-vice-chair", 3, "市政协副主席", Rank.CPPCC_VICE_CHAIR),
        office=(chief, *people("gov-office", 4, "市政府督查室科员", Rank.OFFICER)),
        reviewers=people("gov-reviewer", 3, "市政府办公室复文审核员", Rank.OFFICER),
        committee=(chair, deputy, *people("cppcc-committee", 3, "市政协提案委科员", Rank.OFFICER)),
    )


def units(names: Names) -> tuple[Unit, ...]:
    return tuple(_unit(told["code"], told["name"], told["topic"], told["subjects"], names) for told in words.UNITS)


def members(dice: Dice, names: Names) -> tuple[Member, ...]:
    numbers = range(1, f.MEMBERS + 1)
    return tuple(Member(f"m{number:03}", names.another(), dice.choice(words.SECTORS)) for number in numbers)


def listings(city: Staff, handling: Sequence[Unit], sitting: Sequence[Member]) -> Iterator[c.Command]:
    """The commands that enter them into the directory."""
    for unit in handling:
        yield c.ListUnit(unit=unit.code, name=unit.name)
    for person in city.everybody:
        portfolio = tuple(unit.code for unit in handling if in_charge(city, handling, unit) is person)
        yield c.AppointOfficial(
            official=person.code, name=person.name, title=person.title, rank=person.rank, portfolio=portfolio
        )
    for unit in handling:
        for person in unit.people:
            yield c.AppointOfficial(
                official=person.code, name=person.name, title=person.title, rank=person.rank, unit=unit.code
            )
    for member in sitting:
        yield c.ListMember(member=member.code, name=member.name, sector=member.sector)


def in_charge(city: Staff, handling: Sequence[Unit], unit: Unit) -> Person:
    """The vice mayor in whose portfolio the unit is."""
    return city.vice_mayors[handling.index(unit) % len(city.vice_mayors)]


def _unit(code: str, name: str, topic: str, subjects: Sequence[str], names: Names) -> Unit:
    posts = next(known for known in words.POSTS if name.endswith(known["unit"]))
    head = Person(f"{code}-head", names.another(), posts["head"], Rank.UNIT_HEAD)
    number = 3 if len(subjects) > 3 else 2
    desks = []
    for index in range(number):
        charge = "分管" + "、".join(subjects[index::number])
        people = [
            Person(f"{code}-deputy-{index + 1}", names.another(), posts["deputy"], Rank.UNIT_PORTFOLIO_LEADER, charge),
            Person(f"{code}-section-{index + 1}", names.another(), posts["section"], Rank.SECTION_HEAD),
            Person(f"{code}-officer-{2 * index + 1}", names.another(), posts["officer"], Rank.OFFICER),
            Person(f"{code}-officer-{2 * index + 2}", names.another(), posts["officer"], Rank.OFFICER),
        ]
        desks.append(Desk(head, *people))
    return Unit(code, name, topic, tuple(subjects), tuple(desks))
