"""名录."""

import pytest

from domain import commands as c
from domain.codes import Rank
from domain.events import MemberListed, OfficialAppointed, UnitListed
from domain.rules import KNOWN_UNIT
from domain.streams import directory_stream
from tests.domain.given import EDU, HEALTH, LEDGER, Attempt, World, attempt, opened, refuses

UNIT = c.ListUnit(unit="shuiliju", name="市水利局")
MEMBER = c.ListMember(member="long-rong", name="\uf9dc镕", sector="教育界")
LEADER = c.AppointOfficial(
    official="zhao-zhe", name="赵喆", title="副市长", rank=Rank.VICE_MAYOR, portfolio=(EDU, HEALTH)
)


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (UNIT, UnitListed(unit="shuiliju", name="市水利局")),
        (MEMBER, MemberListed(member="long-rong", name="\uf9dc镕", sector="教育界")),
        (
            LEADER,
            OfficialAppointed(
                official="zhao-zhe", name="赵喆", title="副市长", rank=Rank.VICE_MAYOR, portfolio=(EDU, HEALTH)
            ),
        ),
    ],
    ids=["unit", "member", "official"],
)
def test_an_entry_is_listed_and_listed_once(command: c.Command, event: object) -> None:
    world = opened()
    [fact] = world.do(command)
    assert fact.event == event
    assert world.do(command) == []


@pytest.mark.parametrize(
    ("kind", "command"),
    [("units", UNIT), ("members", MEMBER), ("officials", LEADER)],
)
def test_an_entry_may_change_its_name(kind: str, command: c.Command) -> None:
    world = opened()
    world.do(command)
    [fact] = world.do(command.model_copy(update={"name": "改名䶮"}))
    known = getattr(world.state(directory_stream(LEDGER)), kind)
    assert [entry.name for entry in known.values()].count("改名䶮") == 1
    assert fact.event in known.values()


@refuses(c.AppointOfficial, KNOWN_UNIT, "unit")
def test_an_official_belongs_to_a_listed_unit() -> Attempt:
    return attempt(World(), LEADER.model_copy(update={"unit": EDU}))


@refuses(c.AppointOfficial, KNOWN_UNIT, "portfolio.1")
def test_a_portfolio_names_listed_units() -> Attempt:
    return attempt(opened(), LEADER.model_copy(update={"portfolio": (EDU, "nowhere")}))
