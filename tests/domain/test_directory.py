"""名录."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain import commands as c
from domain.codes import Rank
from domain.events import MemberListed, OfficialAppointed, UnitListed
from domain.personal import Place, Sealed
from domain.rules import KNOWN_UNIT, SIGNER_OF_UNIT, SIGNER_RANK
from domain.streams import directory_stream
from domain.values import day_of
from tests.domain.given import EDU, HEALTH, LEDGER, Attempt, World, attempt, opened, refuses, reviewed, sign

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


@pytest.fixture(scope="module")
def ready() -> World:
    """Reviewed on the first day, to be signed; the clock stands three weeks later."""
    world = reviewed()
    world.now += timedelta(days=21)
    return world


def post(rank: Rank, day: datetime | date | None = None, unit: str = EDU) -> c.AppointOfficial:
    late = {"late_entry_reason": "任职文件后到"} if day else {}
    return c.AppointOfficial(
        official="he-zhe", name="何喆", title="干部", rank=rank, unit=unit, occurred_at=day, **late
    )


def signature(day: datetime | date | None = None) -> c.SignReply:
    return sign(signer="he-zhe", occurred_at=day, late_entry_reason="补录")


def test_a_rank_that_came_later_signs_nothing_before(ready: World) -> None:
    world, signed_on = ready.copy(), ready.now - timedelta(days=10)
    world.do(post(Rank.OFFICER, signed_on - timedelta(days=5)))
    world.do(post(Rank.UNIT_HEAD, signed_on + timedelta(days=5)))
    assert world.refused(signature(signed_on)).rule is SIGNER_RANK
    assert world.do(signature(signed_on + timedelta(days=5)))


def test_who_has_left_a_unit_has_signed_what_they_signed_there(ready: World) -> None:
    world, signed_on = ready.copy(), ready.now - timedelta(days=10)
    world.do(post(Rank.UNIT_HEAD, signed_on - timedelta(days=5)))
    world.do(post(Rank.UNIT_HEAD, signed_on + timedelta(days=5), unit=HEALTH))
    assert world.refused(signature()).rule is SIGNER_OF_UNIT
    assert world.do(signature(signed_on))


def test_before_the_first_entry_people_were_in_their_posts(ready: World) -> None:
    world, signed_on = ready.copy(), ready.now - timedelta(days=10)
    world.do(post(Rank.UNIT_HEAD))
    assert world.do(signature(signed_on))


def test_what_is_entered_last_of_a_post_stands_from_its_day_on(ready: World) -> None:
    world, day = ready.copy(), day_of(ready.now)
    world.do(post(Rank.UNIT_HEAD, day))
    corrected = post(Rank.OFFICER, day - timedelta(days=20))
    assert world.do(corrected)
    assert world.do(corrected) == []
    assert world.refused(signature()).rule is SIGNER_RANK


PERSONAL = [
    MEMBER.model_copy(update={"phone": "000-0000 0001", "address": "䶮河路零号（虚拟）"}),
    LEADER.model_copy(update={"phone": "000-0000 0002"}),
]


@pytest.mark.parametrize("command", PERSONAL, ids=["member", "official"])
def test_personal_details_are_told_to_history_once_and_read_sealed(command: c.Command) -> None:
    world = opened()
    [fact] = world.do(command)
    assert isinstance(fact.event.phone, Sealed)
    assert fact.event.phone.place == Place(fact.stream, fact.version, "phone")
    assert fact.event.phone.subject in ("member:long-rong", "official:zhao-zhe")
    assert "000-0000" not in str(fact)
    assert world.do(command) == []


@pytest.mark.parametrize("command", PERSONAL, ids=["member", "official"])
@pytest.mark.parametrize("phone", ["000-0000 0009", None], ids=["changed", "removed"])
def test_personal_details_may_change(command: c.Command, phone: str | None) -> None:
    world = opened()
    world.do(command)
    [fact] = world.do(command.model_copy(update={"phone": phone}))
    assert (fact.event.phone is None) == (phone is None)


@refuses(c.AppointOfficial, KNOWN_UNIT, "unit")
def test_an_official_belongs_to_a_listed_unit() -> Attempt:
    return attempt(World(), LEADER.model_copy(update={"unit": EDU}))


@refuses(c.AppointOfficial, KNOWN_UNIT, "portfolio.1")
def test_a_portfolio_names_listed_units() -> Attempt:
    return attempt(opened(), LEADER.model_copy(update={"portfolio": (EDU, "nowhere")}))


@pytest.mark.parametrize("phone", ["000-0000 0001x", "０００", "转12", "0" * 33, ""])
def test_a_phone_that_cannot_be_dialled_is_no_phone(phone: str) -> None:
    with pytest.raises(ValidationError) as refused:
        c.ListMember(member="long-rong", name="龙镕", phone=phone)
    assert [(error["type"], error["loc"]) for error in refused.value.errors()] == [("phone_invalid", ("phone",))]
