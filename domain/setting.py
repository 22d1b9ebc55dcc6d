"""What a rule may look at besides the state of its stream: the hour, the person, the place's own facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeAlias, cast
from uuid import UUID

from domain import personal
from domain.calendar import Calendar
from domain.codes import Origin, Rank
from domain.directory import Directory
from domain.events import Event, OfficialAppointed
from domain.labels import label
from domain.personal import M, Sealed
from domain.policy.rulebook import Rulebook
from domain.proposal import Proposal
from domain.record import Context, same_person
from domain.rules import (
    KNOWN_MEMBER,
    KNOWN_OFFICIAL,
    KNOWN_UNIT,
    RULEBOOK_IN_FORCE,
    SIGNER_OF_UNIT,
    Rule,
    refuse,
    require,
)
from domain.session import Session
from domain.streams import S, Stream
from domain.values import day_of


@dataclass(frozen=True, slots=True)
class On:
    """An event for another stream than the one addressed."""

    stream: Stream[Any]
    event: Event


@dataclass(frozen=True, slots=True)
class Flagged:
    """An event that breaks rules which this rulebook only flags."""

    event: Event
    rules: tuple[Rule, ...]


Decision: TypeAlias = Sequence[Event | On | Flagged]
"""What a command adds to history, in order. Empty: already so."""


def placed(stream: Stream[Any], item: Event | On | Flagged) -> tuple[Stream[Any], Event, tuple[str, ...]]:
    """The stream an item of a decision on `stream` goes to, its event, and the ids of the rules it breaks."""
    match item:
        case On():
            return item.stream, item.event, ()
        case Flagged():
            return stream, item.event, tuple(rule.id for rule in item.rules)
        case _:
            return stream, item, ()


@dataclass(frozen=True, slots=True)
class Setting:
    """`now` is the time of entry (the claimed one of a non-native fact). Directory, calendar and session may be a
    moment stale; the streams a command declares in `beside` are exact. `texts`: what the ledger could open of the
    sealed fields that the command declares in `compared`."""

    ledger: str
    now: datetime
    occurred_at: datetime | date
    context: Context
    directory: Directory
    session: Session
    calendar: Calendar
    beside: Mapping[UUID, Any]
    origin: Origin = Origin.NATIVE
    texts: Mapping[Sealed, str] = field(default_factory=dict, repr=False)

    def opened(self, known: M | None) -> M | None:
        """An event or entry of the state as far as it could be opened, to be compared with what is asked."""
        return personal.opened(known, self.texts) if known is not None else None

    def besides(self, exact: Mapping[UUID, Any], texts: Mapping[Sealed, str]) -> "Setting":
        """The same with the exact states of the streams the command declared, and the details it will compare."""
        return replace(self, beside=exact, texts=texts)

    def at(self, stream: Stream[S]) -> S:
        """The exact state of a stream the command declared."""
        return cast(S, self.beside[stream.id])

    def rulebook(self, proposal: Proposal) -> Rulebook:
        """The rulebook this case is judged by."""
        rulebook = self.session.rulebook(proposal.rulebook)
        if rulebook is None:
            refuse(RULEBOOK_IN_FORCE, "本届次尚未采用办理规则")
        return rulebook

    def knows_unit(self, unit: str, field: str = "unit") -> None:
        require(unit in self.directory.units, KNOWN_UNIT, f"名录中没有承办单位“{unit}”", field)

    def post(self, official: str, field: str) -> OfficialAppointed:
        """The official in the post of the day on which it happened: nobody has signed by a rank that came later, nor
        lost a signature with a rank."""
        known = self.directory.official(official, day_of(self.occurred_at))
        if known is None:
            refuse(KNOWN_OFFICIAL, f"名录中没有人员“{official}”", field)
        return known

    def speaks_for(self, official: str, unit: str, field: str) -> OfficialAppointed:
        """The official, if listed and of this unit or of the city's leaders."""
        known = self.post(official, field)
        own = known.unit == unit or known.rank.height >= Rank.VICE_MAYOR.height
        require(own, SIGNER_OF_UNIT, f"“{known.name}”不是“{self.unit_name(unit)}”的人员", field)
        return known

    def of_unit(self, official: str, unit: str, field: str) -> OfficialAppointed:
        """The official, if listed and of this unit itself."""
        known = self.post(official, field)
        require(known.unit == unit, SIGNER_OF_UNIT, f"“{known.name}”不是“{self.unit_name(unit)}”的人员", field)
        return known

    def of_its_hand(self, unit: str) -> bool:
        """Whether somebody of the unit states the fact, for themselves or for another."""
        people = {person.rpartition(":") for person in (self.context.actor, self.context.person)}
        listed = [self.directory.official(code) for kind, _, code in people if kind != "member"]
        return any(known is not None and known.unit == unit for known in listed)

    def of_another_member(self, member: str) -> bool:
        """Whether a member states the fact, for themselves or for another, who is not this one."""
        people = (self.context.actor, self.context.person)
        return any(person.startswith("member:") and not same_person(person, member) for person in people)

    def city_leader(self, official: str, field: str, rule: Rule) -> OfficialAppointed:
        """The official, if listed and one of the city's leaders, as `rule` asks."""
        known = self.post(official, field)
        leads = known.rank.height >= Rank.VICE_MAYOR.height
        require(leads, rule, f"“{known.name}”不是市政府领导", field)
        return known

    def above_units(self, official: str, field: str) -> OfficialAppointed | None:
        """The official, if listed and of no unit, as an office's people are, or one of the city's leaders."""
        known = self.post(official, field)
        return known if known.unit is None or known.rank.height >= Rank.VICE_MAYOR.height else None

    def knows_member(self, member: str, field: str) -> None:
        require(member in self.directory.members, KNOWN_MEMBER, f"名录中没有委员“{member}”", field)

    def outranked(self, official: str, needed: Rank) -> str:
        """For messages: that the official's rank is too low, or none of the government's, and which is asked for."""
        known = self.directory.official(official, day_of(self.occurred_at))
        if known is not None and known.rank.of_cppcc:
            return f"“{known.name}”是政协领导，不属政府，须为政府的{label(needed)}或更高"
        return f"“{self.official_name(official)}”的职级不够，须为{label(needed)}或更高"

    def member_names(self, *members: str) -> str:
        """For messages: the listed names, or codes, of members."""
        listed = self.directory.members
        return "、".join(listed[member].name if member in listed else member for member in members)

    def official_name(self, official: str) -> str:
        """For messages: the official's listed name, else the code."""
        listed = self.directory.official(official)
        return listed.name if listed else official

    def party_name(self, party: str) -> str:
        """For messages: the listed name of a unit or a member, else the code."""
        return self.unit_name(party) if party in self.directory.units else self.member_names(party)

    def unit_name(self, unit: str) -> str:
        """For messages: the unit's listed name, else its code."""
        listed = self.directory.units.get(unit)
        return listed.name if listed else unit
