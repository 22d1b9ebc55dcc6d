"""What was done elsewhere is asked again: the same command, so the same answer."""

from typing import Any

import pytest

from domain import commands as c
from domain import events as e
from domain.codes import AssignmentMode
from domain.commands import COMMANDS
from domain.events import EVENT_TYPES, Event
from domain.judging import Judged, NoEvent, Verdict, asked, judged
from domain.personal import details, personal_fields
from domain.restating import BEGINS, STATED_BY, Stated, restated, stating
from domain.rules import (
    KNOWN_UNIT,
    LATE_ENTRY_NEEDS_REASON,
    STATED_ONCE,
    STATED_WITH_ITS_CAUSE,
    STATED_WITHIN_LIMITS,
    TRANSFERRED_BEFORE_ASSIGNMENT,
)
from domain.setting import placed
from domain.streams import Stream, proposal_stream
from tests.api.test_catalogue import MORE
from tests.domain.given import ALONE, CITY, EDU, LEDGER, World, acknowledged, assign, assigned, registered, transferred
from tests.domain.test_every_command import HAPPY, Sample

SAMPLES = [*HAPPY.values(), *MORE]
NAMES = [*(command.__name__ for command in HAPPY), *(f"more {number}" for number, _ in enumerate(MORE, 1))]


def fields(event: Event) -> dict[str, Any]:
    """As a file tells them: personal details in plain text."""
    plain = {detail.field: detail.text for detail in details(event)}
    hidden = event.model_copy(update=dict.fromkeys(personal_fields(type(event))))
    return hidden.model_dump(mode="json", exclude_none=True) | plain


def stated(stream: Stream[Any], kind: type[Event], told: dict[str, Any]) -> Stated:
    try:
        return Stated(stream, kind, told, kind.model_validate(told))
    except ValueError:
        return Stated(stream, kind, told)


def ask(world: World, act: list[Stated], **claimed: Any) -> tuple[list[Judged], list[NoEvent]]:
    """Judge an act as of now in a world."""
    main = stating(act)
    verdict: Verdict | None = None
    if main is not None:
        try:
            command = restated(act, main, world.state(main.stream), {"occurred_at": world.now, **claimed})
        except ValueError:
            return judged(act, main, None, LEDGER)
        weighed = world.weigh(command, stream=main.stream)
        verdict = asked(command, weighed.state, weighed.setting)
    return judged(act, main, verdict, LEDGER)


def fact(world: World, kind: type[Event], **told: Any) -> Stated:
    return stated(proposal_stream(world.proposal), kind, told)


def flags(kept: list[Judged]) -> list[tuple[str, tuple[str, ...]]]:
    return [(type(one.event).__name__, one.flags) for one in kept]


@pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)
def test_the_events_of_every_command_are_judged_as_that_command_was(sample: Sample) -> None:
    given, when = sample
    world = given()
    weighed = world.weigh(when(world))
    decision = [placed(weighed.stream, item) for item in weighed.decide()]
    act = [stated(stream, type(event), fields(event)) for stream, event, _ in decision]
    main = stating(act)
    assert main is not None
    claimed = {"occurred_at": weighed.setting.occurred_at, "late_entry_reason": weighed.command.late_entry_reason}
    command = restated(act, main, weighed.state, claimed)
    assert type(command) is type(weighed.command)
    kept, none = judged(act, main, asked(command, weighed.state, weighed.setting), LEDGER)
    assert none == []
    assert [(one.stream, one.event, one.flags) for one in kept] == decision


def test_every_command_is_restated_and_every_event_states_one_or_follows() -> None:
    assert {*STATED_BY.values(), *BEGINS.values()} == set(COMMANDS)
    following = {e.ProposalAbsorbed, e.CaseNumberTaken, e.LetterNumberTaken, e.RulebookVersionFixed, e.ClockStepped}
    assert set(EVENT_TYPES.values()) - set(STATED_BY) == following


def test_what_a_rule_refuses_stands_with_the_rule() -> None:
    world = registered()
    told = fact(world, e.UnitAssigned, unit=EDU, mode="SOLE", basis="职责")
    kept, none = ask(world, [told])
    assert none == []
    assert flags(kept) == [("UnitAssigned", (TRANSFERRED_BEFORE_ASSIGNMENT.id,))]


def test_every_question_is_asked_though_one_was_answered_with_no() -> None:
    world = transferred()
    told = fact(world, e.UnitAssigned, unit="nobody", mode="SOLE", basis="职责")
    kept, _ = ask(world, [told], occurred_at=world.now.replace(year=2020))
    assert KNOWN_UNIT.id not in kept[0].flags  # the order of days is asked before
    told = fact(world, e.UnitAssigned, unit=EDU, mode="SOLE", basis="职责")
    later = world.copy()
    later.now = later.now.replace(year=2025)
    kept, _ = ask(later, [told], occurred_at=world.now)
    assert flags(kept) == [("UnitAssigned", (LATE_ENTRY_NEEDS_REASON.id,))]
    assert isinstance(kept[0].event, e.UnitAssigned)
    assert kept[0].event.deadline is not None


def test_what_is_so_already_stands_and_says_so() -> None:
    world = acknowledged()
    kept, _ = ask(world, [fact(world, e.AssignmentAcknowledged, unit=EDU)])
    assert flags(kept) == [("AssignmentAcknowledged", (STATED_ONCE.id,))]


def test_of_several_assignments_the_new_one_is_as_decided_and_the_known_one_says_so() -> None:
    world = assigned(modes=((EDU, AssignmentMode.LEAD), ("weijianju", AssignmentMode.CO)))
    act = [fact(world, e.UnitAssigned, unit=unit, mode="CO", basis="职责") for unit in ("weijianju", CITY)]
    kept, _ = ask(world, act)
    assert flags(kept) == [("UnitAssigned", (STATED_ONCE.id,)), ("UnitAssigned", ())]


def test_what_is_left_out_follows_from_the_rules_and_what_is_told_stands() -> None:
    world = transferred()
    kept, _ = ask(world, [fact(world, e.UnitAssigned, unit=EDU, mode="SOLE", basis="职责")])
    decided = world.copy().do(assign(ALONE))[0].event
    assert kept[0].event.deadline == decided.deadline  # type: ignore[attr-defined]
    own = decided.deadline.model_copy(update={"due_on": decided.deadline.due_on.replace(year=2030)})
    told = fact(world, e.UnitAssigned, unit=EDU, mode="SOLE", basis="职责", deadline=own.model_dump(mode="json"))
    kept, _ = ask(world, [told])
    assert kept[0].event.deadline == own  # type: ignore[attr-defined]


def test_numbers_are_taken_as_they_are_told() -> None:
    given, _ = HAPPY[c.RegisterProposal]
    world = given()
    kept, none = ask(world, [fact(world, e.ProposalRegistered, session="15-3", case_no=77)])
    assert none == []
    assert [type(one.event).__name__ for one in kept] == ["ProposalRegistered", "CaseNumberTaken"]
    assert [one.event.case_no for one in kept] == [77, 77]  # type: ignore[attr-defined]
    assert [one.told for one in kept] == [0, None]


def test_a_field_that_no_decision_can_fill_in_makes_the_fact_none() -> None:
    world = registered()
    _, none = ask(world, [fact(world, e.UnitAssigned, unit=EDU, basis="职责")])
    [found] = none
    assert [item["loc"] for item in found.error.errors()] == [("mode",)]


def test_what_the_door_would_not_take_for_its_length_stands_and_says_so() -> None:
    world = transferred()
    kept, _ = ask(world, [fact(world, e.UnitAssigned, unit=EDU, mode="SOLE", basis="长" * 3000)])
    assert flags(kept) == [("UnitAssigned", (STATED_WITHIN_LIMITS.id,))]


def test_a_number_without_the_letter_it_went_to_says_so() -> None:
    world = acknowledged()
    told = {"unit": EDU, "year": 2024, "number": 3, "proposal": str(world.proposal)}
    kept, _ = ask(world, [fact(world, e.LetterNumberTaken, **told)])
    assert flags(kept) == [("LetterNumberTaken", (STATED_WITH_ITS_CAUSE.id,))]
