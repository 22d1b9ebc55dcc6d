"""回访."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.events import (
    ClassReassessed,
    LookbackCampaignOpened,
    LookbackRecorded,
    MemberRevisited,
    OnSiteCheckRecorded,
)
from domain.rules import (
    CLASS_IN_SCHEME,
    COMMITMENTS_BEFORE_BETTER_CLASS,
    CONTACT_IS_WITH_PROPOSERS,
    FINISH_AHEAD,
    KNOWN_SESSION,
    LOOKBACK_OPEN,
    ONLY_ASSIGNED_UNIT_ACTS,
    PROPOSAL_EXISTS,
    REASSESSED_AFTER_CLOSING,
    REVISIT_AT_ITS_STAGE,
)
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    SPLIT,
    STRANGER,
    Attempt,
    Given,
    World,
    assigned,
    attempt,
    closed,
    dissatisfied,
    issued,
    left,
    opened,
    refuses,
    revisit,
    signed,
    transferred,
)


@pytest.mark.parametrize(
    ("given", "stage"),
    [
        (assigned, RevisitStage.DURING_HANDLING),
        (issued, RevisitStage.AFTER_REPLY),
        (dissatisfied, RevisitStage.AFTER_REPLY),
        (closed, RevisitStage.AFTER_REPLY),
        (closed, RevisitStage.AFTER_CLOSING),
    ],
)
def test_a_member_is_revisited_in_each_stage(given: Given, stage: RevisitStage) -> None:
    world = given()
    [fact] = world.do(revisit(world.now, stage, unit=EDU))
    assert fact.event == MemberRevisited(
        unit=EDU,
        stage=stage,
        mode=ContactMode.PHONE,
        members=(LEAD,),
        finding="承诺的教师已到岗",
        member_position=MemberPosition.AGREE,
    )


def test_a_revisit_told_twice_is_recorded_once() -> None:
    world = closed()
    told = revisit(world.now)
    assert len(world.do(told)) == 1
    assert world.do(told) == []


def withdrawn() -> World:
    world = assigned()
    world.do(c.WithdrawProposal(member=LEAD, reason="情况变化"))
    return world


@refuses(c.RecordRevisit, REVISIT_AT_ITS_STAGE, "stage")
@pytest.mark.parametrize(
    ("given", "stage"),
    [
        (transferred, RevisitStage.DURING_HANDLING),
        (withdrawn, RevisitStage.DURING_HANDLING),
        (closed, RevisitStage.DURING_HANDLING),
        (signed, RevisitStage.AFTER_REPLY),
        (issued, RevisitStage.AFTER_CLOSING),
    ],
)
def test_a_revisit_belongs_to_the_stage_the_case_is_in(given: Given, stage: RevisitStage) -> Attempt:
    world = given()
    return attempt(world, revisit(world.now, stage))


@refuses(c.RecordRevisit, CONTACT_IS_WITH_PROPOSERS, "members")
def test_only_proposers_are_revisited() -> Attempt:
    world = issued()
    return attempt(world, revisit(world.now, members=(LEAD, STRANGER)))


@refuses(c.RecordRevisit, ONLY_ASSIGNED_UNIT_ACTS, "unit")
@pytest.mark.parametrize(("given", "unit"), [(assigned, HEALTH), (left, EDU)], ids=["never on the case", "left"])
def test_a_unit_that_is_not_on_the_case_revisits_nobody(given: Given, unit: str) -> Attempt:
    world = given()
    return attempt(world, revisit(world.now, RevisitStage.DURING_HANDLING, unit=unit))


# checks on the spot


def check(world: World, unit: str = EDU) -> c.RecordOnSiteCheck:
    told = {"place": "市第一中学", "people": ({"name": "王喆"},), "finding": "教师在岗", "conforms": True}
    return c.RecordOnSiteCheck(occurred_at=world.now, unit=unit, **told)


def test_a_check_told_twice_is_recorded_once() -> None:
    world = closed()
    told = check(world)
    [fact] = world.do(told)
    assert isinstance(fact.event, OnSiteCheckRecorded)
    assert world.do(told) == []


@refuses(c.RecordOnSiteCheck, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_what_is_checked_is_a_units_that_is_on_the_case() -> Attempt:
    world = closed()
    return attempt(world, check(world, HEALTH))


# another class


def reassess(result_class: str = "A") -> c.ReassessClass:
    return c.ReassessClass(result_class=result_class, basis="承诺已兑现")


def closed_b() -> World:
    return closed(result_class="B")


def test_a_case_whose_promise_was_kept_turns_from_b_to_a() -> None:
    world = closed_b()
    world.do(c.MakeCommitment(unit=EDU, text="年底前到岗"))
    assert world.refused(reassess()).rule is COMMITMENTS_BEFORE_BETTER_CLASS
    world.do(c.FulfilCommitment(number=1, outcome="全部到岗"))
    [fact] = world.do(reassess())
    scheme = world.case.closed.class_scheme
    assert fact.event == ClassReassessed(class_scheme=scheme, before="B", result_class="A", basis="承诺已兑现")
    assert world.do(reassess()) == []


def test_a_case_may_turn_out_worse_than_it_was_closed() -> None:
    world = closed(result_class="A")
    world.do(c.MakeCommitment(unit=EDU, text="年底前到岗"))
    assert world.do(reassess("B"))


@refuses(c.ReassessClass, COMMITMENTS_BEFORE_BETTER_CLASS, "result_class")
def test_a_broken_promise_makes_no_better_class() -> Attempt:
    world = closed_b()
    world.do(c.MakeCommitment(unit=EDU, text="年底前到岗"))
    world.do(c.BreakCommitment(number=1, reason="编制未批"))
    return attempt(world, reassess())


@refuses(c.ReassessClass, REASSESSED_AFTER_CLOSING)
def test_a_case_has_its_class_before_it_has_another() -> Attempt:
    return attempt(issued(), reassess())


@refuses(c.ReassessClass, CLASS_IN_SCHEME, "result_class")
def test_another_class_is_of_the_same_scheme() -> Attempt:
    return attempt(closed_b(), reassess("Z"))


# looking back


def look_back(**change: Any) -> c.OpenLookbackCampaign:
    return c.OpenLookbackCampaign(**{"title": "B 类提案回头看", "classes": ("B",), **change})


def found(campaign: int = 1, unit: str = EDU, **change: Any) -> c.RecordLookback:
    told = {"delivered": True, "finding": "教师在岗"}
    return c.RecordLookback(**{"campaign": campaign, "unit": unit, **told, **change})


def looking_back(world: World | None = None, **change: Any) -> World:
    world = world or closed_b()
    world.do(look_back(**change))
    return world


def test_a_campaign_looks_again_at_classes_or_cases() -> None:
    world = closed_b()
    [fact] = world.do(look_back())
    assert fact.event == LookbackCampaignOpened(number=1, title="B 类提案回头看", classes=("B",))
    assert world.do(look_back()) == []
    [fact] = world.do(look_back(classes=(), cases=(world.proposal,)))
    assert fact.event.number == 2


@refuses(c.OpenLookbackCampaign, KNOWN_SESSION)
def test_no_campaign_without_a_session() -> Attempt:
    return attempt(World(), look_back())


@refuses(c.OpenLookbackCampaign, CLASS_IN_SCHEME, "classes.1")
def test_a_campaign_is_about_classes_that_the_session_has() -> Attempt:
    return attempt(opened(), look_back(classes=("B", "Z")))


@refuses(c.OpenLookbackCampaign, FINISH_AHEAD, "finish_on")
def test_no_campaign_is_over_before_it_begins() -> Attempt:
    return attempt(opened(), look_back(finish_on=date(2024, 2, 29)))


@refuses(c.OpenLookbackCampaign, PROPOSAL_EXISTS, "cases.0")
def test_a_campaign_names_cases_of_its_session() -> Attempt:
    return attempt(opened(), look_back(cases=(UUID(int=1),)))


def test_what_a_campaign_found_stands_until_it_finds_otherwise() -> None:
    world = looking_back()
    [fact] = world.do(found())
    assert fact.event == LookbackRecorded(campaign=1, unit=EDU, delivered=True, finding="教师在岗")
    assert world.do(found()) == []
    assert world.do(found(delivered=False))


def test_each_units_part_is_looked_at_for_itself() -> None:
    world = looking_back(closed(modes=SPLIT, result_class="B"))
    ours, theirs = found(), found(unit=HEALTH, delivered=False)
    assert world.do(ours)
    assert world.do(theirs)
    assert (world.do(ours), world.do(theirs)) == ([], [])


def test_a_campaign_without_classes_and_cases_means_all() -> None:
    assert looking_back(classes=()).do(found())


@refuses(c.RecordLookback, LOOKBACK_OPEN, "campaign")
@pytest.mark.parametrize("change", [{"classes": ("A",)}, {"cases": (), "classes": ("A",)}])
def test_a_campaign_finds_nothing_in_a_case_it_does_not_look_at(change: dict[str, Any]) -> Attempt:
    return attempt(looking_back(**change), found())


@refuses(c.RecordLookback, LOOKBACK_OPEN, "campaign")
def test_nothing_is_found_by_a_campaign_that_was_not_opened() -> Attempt:
    return attempt(closed_b(), found())


@refuses(c.RecordLookback, ONLY_ASSIGNED_UNIT_ACTS, "unit")
def test_what_a_campaign_finds_is_a_units_that_is_on_the_case() -> Attempt:
    return attempt(looking_back(), found(unit=HEALTH))
