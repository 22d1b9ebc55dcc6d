"""Of every event of the catalogue there is an answer to what mends it where it was a mistake (ADR 10)."""

from pathlib import Path

import pytest

from domain import commands as c
from domain.commands.mending import MENDED_BY, RESTS, RETRACTED, TAKEN_BACK
from domain.events import EVENT_TYPES

ADR = next((Path(__file__).parents[2] / "docs" / "decisions").glob("0010-*.md"))
BY_NOTHING = {"CaseNumberTaken", "LetterNumberTaken", "ClockStepped"}


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_event_has_an_answer(event: str) -> None:
    known = {command.__name__ for command in c.COMMANDS}
    assert set(MENDED_BY[event]) <= known
    assert (MENDED_BY[event] == ()) == (event in BY_NOTHING)


def test_only_events_are_mended() -> None:
    assert set(MENDED_BY) == set(EVENT_TYPES)


def test_only_what_may_be_taken_back_asks_what_rests_on_it() -> None:
    assert all(set(MENDED_BY[event]) & {*RETRACTED, *TAKEN_BACK} for event in RESTS)


@pytest.mark.parametrize("event", [event for event, by in MENDED_BY.items() if set(TAKEN_BACK) <= set(by)])
def test_the_decision_names_every_step_that_may_be_taken_back(event: str) -> None:
    assert f"`{event}`" in ADR.read_text(encoding="utf-8")
