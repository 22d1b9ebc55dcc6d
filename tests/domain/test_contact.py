"""沟通、免于沟通."""

from typing import Any

import pytest

from domain import commands as c
from domain.codes import ContactMode, ContactStage, MemberPosition, Rank
from domain.events import ContactWaived, MemberContacted
from domain.rules import (
    CONTACT_IS_WITH_PROPOSERS,
    KNOWN_OFFICIAL,
    ONLY_ASSIGNED_UNIT_ACTS,
    ONLY_ASSIGNED_UNIT_REPLIES,
    SIGNER_OF_UNIT,
    WAIVER_NEEDS_APPROVER,
)
from domain.values import Evidence, Person
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    LED,
    OFFICE,
    SECOND,
    STRANGER,
    Attempt,
    Given,
    assigned,
    attempt,
    contact,
    dissatisfied,
    leader_of,
    left,
    moment,
    officer_of,
    refuses,
    returned,
    submitted,
    waive,
)

PHOTO = {"name": "走访照片.jpg", "sha256": "0" * 64}


def test_a_contact_is_kept_as_it_was_told() -> None:
    world = assigned()
    told = contact(
        "2024-03-05 14:30",
        members=(LEAD, SECOND),
        mode="FORUM",
        stage="DURING",
        evidence=(PHOTO,),
        declined_by_member=True,
    )
    [fact] = world.do(told, at="2024-03-05 18:00")
    assert fact.event == MemberContacted(
        unit=EDU,
        stage=ContactStage.DURING,
        mode=ContactMode.FORUM,
        unit_people=(Person(name="王喆", title="科长", rank=Rank.SECTION_HEAD),),
        members=(LEAD, SECOND),
        content="就提案所提建议当面听取意见",
        member_position=MemberPosition.AGREE,
        evidence=(Evidence(**PHOTO),),
        declined_by_member=True,
    )
    assert (fact.occurred_at, fact.recorded_at) == (moment("2024-03-05 14:30"), moment("2024-03-05 18:00"))


def test_the_office_itself_may_speak_with_a_member_before_any_unit_is_assigned() -> None:
    world = submitted()
    [fact] = world.do(contact(world.now, unit=None))
    assert fact.event.unit is None


def test_a_contact_told_twice_is_recorded_once() -> None:
    world = assigned()
    told = contact(world.now)
    assert len(world.do(told)) == 1
    assert world.do(told) == []


@pytest.mark.parametrize(
    "change",
    [
        {"when": "2024-03-05 15:30"},
        {"members": (LEAD, SECOND)},
        {"mode": "PHONE"},
        {"unit": None},
        {"content": "另谈一事"},
    ],
    ids=["time", "members", "mode", "who spoke", "content"],
)
def test_another_contact_is_another_fact(change: dict[str, Any]) -> None:
    world = assigned()
    world.do(contact("2024-03-05 14:30"), at="2024-03-05 18:00")
    assert len(world.do(contact(**{"when": "2024-03-05 14:30", **change}))) == 1


@refuses(c.RecordMemberContact, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize("given", [assigned, left], ids=["never on the case", "left"])
def test_only_a_unit_on_the_case_makes_contact(given: Given) -> Attempt:
    world = given()
    return attempt(world, contact(world.now, HEALTH if given is assigned else EDU))


@refuses(c.RecordMemberContact, CONTACT_IS_WITH_PROPOSERS, "members")
def test_contact_is_with_those_who_signed_the_proposal() -> Attempt:
    world = assigned()
    return attempt(world, contact(world.now, members=(LEAD, STRANGER)))


def test_a_waiver_is_for_one_unit_and_round() -> None:
    world = dissatisfied()
    [fact] = world.do(waive(reason="委员病重"))
    assert fact.event == ContactWaived(unit=EDU, round=2, reason="委员病重", approver="mayor-yan")


def test_the_same_waiver_is_recorded_once_and_another_reason_is_another_waiver() -> None:
    world = assigned()
    assert len(world.do(waive())) == 1
    assert world.do(waive()) == []
    assert len(world.do(waive(reason="另一理由"))) == 1


@refuses(c.WaiveContact, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
@pytest.mark.parametrize("given", [submitted, left, returned], ids=["unassigned", "left", "handed back"])
def test_only_a_unit_that_answers_is_waived(given: Given) -> Attempt:
    return attempt(given(), waive())


@refuses(c.WaiveContact, ONLY_ASSIGNED_UNIT_REPLIES, "unit")
def test_an_assisting_unit_needs_no_waiver() -> Attempt:
    return attempt(assigned(modes=LED), waive(HEALTH))


@refuses(c.WaiveContact, KNOWN_OFFICIAL, "approver")
def test_a_listed_official_approves_a_waiver() -> Attempt:
    return attempt(assigned(), waive(approver="nobody"))


@refuses(c.WaiveContact, WAIVER_NEEDS_APPROVER, "approver")
@pytest.mark.parametrize(
    ("by", "on_behalf_of"),
    [(f"official:{leader_of(EDU)}", None), ("system:import", f"official:{leader_of(EDU)}")],
    ids=["asks", "has it asked"],
)
def test_nobody_approves_a_waiver_of_their_own(by: str, on_behalf_of: str | None) -> Attempt:
    return attempt(assigned(), waive(approver=leader_of(EDU), on_behalf_of=on_behalf_of), by=by)


@refuses(c.WaiveContact, WAIVER_NEEDS_APPROVER, "approver")
def test_nobody_approves_a_waiver_they_ask_for_in_another_name() -> Attempt:
    command = waive(approver=leader_of(EDU), on_behalf_of=OFFICE)
    return attempt(assigned(), command, by=f"official:{leader_of(EDU)}")


@refuses(c.WaiveContact, SIGNER_OF_UNIT, "approver")
def test_a_waiver_is_approved_in_the_unit_or_by_the_citys_leaders() -> Attempt:
    return attempt(assigned(), waive(approver=leader_of(HEALTH)))


@refuses(c.WaiveContact, WAIVER_NEEDS_APPROVER, "approver")
def test_a_desk_officer_approves_no_waiver() -> Attempt:
    return attempt(assigned(), waive(approver=officer_of(EDU)))
