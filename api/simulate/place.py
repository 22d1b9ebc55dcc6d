"""The made-up city: its units with their people, its members, its sessions, and whose rules they follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from domain import commands as c
from domain.codes import Gate, Pressure, Rank
from domain.policy import working_days
from domain.policy.rulebook import (
    AnchorKind,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    LadderStep,
    Rulebook,
    ScoreItem,
    parse,
)
from domain.policy.working_days import Notice, WorkingDays

OFFICE, COMMITTEE = "official:gov-office", "official:cppcc-committee"
REVIEWERS = ("official:gov-reviewer-1", "official:gov-reviewer-2", "official:gov-reviewer-3")
MAYOR, VICE_MAYORS = "mayor", tuple(f"vice-mayor-{number}" for number in range(1, 7))
CHAIRS = ("cppcc-vice-chair-1", "cppcc-vice-chair-2", "cppcc-vice-chair-3")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its people, by their codes."""

    code: str
    name: str
    subjects: tuple[str, ...]

    @property
    def head(self) -> str:
        return f"{self.code}-head"

    @property
    def deputies(self) -> tuple[str, ...]:
        return (f"{self.code}-deputy-1", f"{self.code}-deputy-2")

    @property
    def officers(self) -> tuple[str, ...]:
        return tuple(f"{self.code}-officer-{number}" for number in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session: its days, and the rulebook its cases follow."""

    key: str
    year: int
    term: int
    meeting: int
    opened_on: date
    closed_on: date
    in_session_until: date
    handover_on: date
    campaign_on: date
    rulebook: Rulebook


@dataclass(frozen=True, slots=True)
class Place:
    seed: int
    units: tuple[Unit, ...]
    members: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    working: WorkingDays
    notices: tuple[Notice, ...]

    def unit(self, code: str) -> Unit:
        return next(unit for unit in self.units if unit.code == code)

    def busy(self, dice: Dice) -> Unit:
        """A unit, the busiest most often."""
        return dice.choices(self.units, [1 / (rank + 1) ** f.SKEW for rank in range(len(self.units))])[0]


def make(seed: int, years: int) -> Place:
    """The city of this seed, with one session a year, the last of them that of `figures.LAST_SESSION`."""
    notices = tuple(_notices())
    working = WorkingDays()
    for notice in notices:
        working = working.with_notice(notice)
    units = tuple(Unit(told["code"], told["name"], tuple(told["subjects"])) for told in words.UNITS)
    members = tuple(f"m{number:03}" for number in range(1, f.MEMBERS + 1))
    adopted = rulebooks()
    meetings = tuple(
        _meeting(year, working, adopted[number % len(adopted)], Dice(seed, "meeting", year))
        for number, year in enumerate(range(f.LAST_SESSION - years + 1, f.LAST_SESSION + 1))
    )
    return Place(seed, units, members, meetings, working, notices)


def listings(place: Place) -> Iterator[c.Command]:
    """The commands that enter calendar and directory."""
    dice = Dice(place.seed, "people")
    for notice in place.notices:
        yield c.AnnounceCalendar(notice=notice)
    for unit in place.units:
        yield c.ListUnit(unit=unit.code, name=unit.name)
    for code, title, rank in _city_leaders():
        yield c.AppointOfficial(official=code, name=words.person(dice), title=title, rank=rank)
    for unit in place.units:
        people = [(unit.head, "主要负责人", Rank.UNIT_HEAD)]
        people += [(code, "分管负责人", Rank.UNIT_PORTFOLIO_LEADER) for code in unit.deputies]
        people += [(code, "经办人", Rank.OFFICER) for code in unit.officers]
        for code, title, rank in people:
            yield c.AppointOfficial(official=code, name=words.person(dice), title=title, rank=rank, unit=unit.code)
    for member in place.members:
        yield c.ListMember(member=member, name=words.person(dice), sector=dice.choice(words.SECTORS))


def rulebooks() -> list[Rulebook]:
    """Those that come with the program, with limits, ladder and scoring sheet where they name none: first one that
    lets a missing talk pass with a flag, then two that refuse it."""
    return [_filled(name) for name in ("sichuan-2024-like", "xian-2011-like", "dehui-15-3")]


def _city_leaders() -> list[tuple[str, str, Rank]]:
    return [
        (MAYOR, "市长", Rank.MAYOR),
        *((code, "副市长", Rank.VICE_MAYOR) for code in VICE_MAYORS),
        *((code, "市政协副主席", Rank.CPPCC_VICE_CHAIR) for code in CHAIRS),
    ]


def _notices() -> Iterator[Notice]:
    for file in sorted((files("domain") / "calendars").iterdir(), key=lambda file: file.name):
        notice = working_days.parse(file.read_text(encoding="utf-8"))
        if f.LAST_SESSION - f.MOST_YEARS < notice.year <= f.LAST_SESSION + 1:
            yield notice


def _meeting(year: int, working: WorkingDays, rulebook: Rulebook, dice: Dice) -> Meeting:
    opened = date(year, 1, 6) + timedelta(days=dice.randint(0, 9))
    handover = date(year, 3, 4) + timedelta(days=dice.randint(0, 8))
    campaign = date(year, 10, 9) + timedelta(days=dice.randint(0, 9))
    while not working.works(handover):
        handover += timedelta(days=1)
    while not working.works(campaign):
        campaign += timedelta(days=1)
    term, meeting = 15 + (year - 2022) // 5, (year - 2022) % 5 + 1
    return Meeting(
        key=f"{term}-{meeting}",
        year=year,
        term=term,
        meeting=meeting,
        opened_on=opened,
        closed_on=opened + timedelta(days=4),
        in_session_until=opened + timedelta(days=2),
        handover_on=handover,
        campaign_on=campaign,
        rulebook=rulebook,
    )


def _filled(name: str) -> Rulebook:
    shipped = parse((files("domain") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8"))
    known = {rule.kind for rule in shipped.deadlines}
    lenient = shipped.contact_before_reply.gate is Gate.FLAG
    gates: dict[str, Any] = {"ladder_in_order": Gate.FLAG, "publication_before_issue": Gate.FLAG}
    if lenient:
        gates |= {"objection_in_time": Gate.FLAG, "countersigned_before_issue": Gate.FLAG}
    return shipped.model_copy(
        update={
            "id": f"{name}-simulated",
            "title": f"{shipped.title}（模拟用，增补）",
            "origin": "SIMULATED",
            "deadlines": (*shipped.deadlines, *(rule for rule in _LIMITS if rule.kind not in known)),
            "gates": shipped.gates.model_copy(update=gates),
            "ladder": _LADDER,
            "scoring": _SCORING,
        }
    )


def _limit(
    kind: DeadlineKind, anchor: AnchorKind, value: int, counted_in: CountedIn = CountedIn.WORKDAY
) -> DeadlineRule:
    rule = f"simulated-{kind.lower().replace('_', '-')}"
    return DeadlineRule(kind=kind, rule=rule, anchor=anchor, counted_in=counted_in, value=value, source="模拟")


_LIMITS = (
    _limit(DeadlineKind.ACKNOWLEDGEMENT, AnchorKind.ASSIGNMENT, 10),
    _limit(DeadlineKind.OBJECTION, AnchorKind.ASSIGNMENT, 10),
    _limit(DeadlineKind.FIRST_CONTACT, AnchorKind.ASSIGNMENT, 15),
    _limit(DeadlineKind.CO_OPINION, AnchorKind.ASSIGNMENT, 1, CountedIn.MONTH),
    _limit(DeadlineKind.OBJECTION_ANSWER, AnchorKind.RETURN, 5),
    _limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, 15, CountedIn.DAY),
    _limit(DeadlineKind.REHANDLING, AnchorKind.ORDER, 2, CountedIn.MONTH),
    _limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, 20),
)

_LADDER = tuple(
    LadderStep(
        rule=rule,
        pressure=pressure,
        about=DeadlineKind.REPLY,
        before=before,
        counted_in=CountedIn.DAY,
        value=value,
        source="S49",
    )
    for rule, pressure, before, value in (
        ("remind-ten-days-before", Pressure.REMINDER, True, 10),
        ("remind-the-day-after", Pressure.REMINDER, False, 1),
        ("notice-five-days-after", Pressure.NOTICE, False, f.NOTICE_AFTER),
    )
)

_SCORING = (
    ScoreItem.model_validate({"id": "on-time", "title": "按时答复", "most": "10", "source": "S36"}),
    ScoreItem.model_validate({"id": "face-to-face", "title": "当面沟通", "most": "5", "source": "S35"}),
    ScoreItem.model_validate({"id": "late", "title": "逾期扣分", "most": "4", "deducts": True, "source": "S36"}),
)
