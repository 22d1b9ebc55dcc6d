"""回访."""

import pytest

from domain import commands as c
from domain.codes import ContactMode, MemberPosition, RevisitStage
from domain.events import MemberRevisited
from domain.rules import CONTACT_IS_WITH_PROPOSERS, ONLY_ASSIGNED_UNIT_ACTS, REVISIT_AT_ITS_STAGE
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    STRANGER,
    Attempt,
    Given,
    assigned,
    attempt,
    closed,
    dissatisfied,
    issued,
    left,
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


@refuses(c.RecordRevisit, REVISIT_AT_ITS_STAGE, "stage")
@pytest.mark.parametrize(
    ("given", "stage"),
    [
        (transferred, RevisitStage.DURING_HANDLING),
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
