"""Folds are total: a fact about something unknown is kept aside, and nothing that was stored breaks a state."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain import events, letters
from domain.codes import AssignmentMode, Origin
from domain.commands.base import after_last, stream_of
from domain.communication import Communication, ReplyRound, counting_for
from domain.communication.facts import Mark
from domain.policy.deadlines import Anchor, derive
from domain.policy.working_days import WorkingDays
from domain.proposal import Proposal, UnitTask, evolve
from domain.record import Context, Recorded
from domain.rules import PROPOSAL_EXISTS, Refused
from domain.streams import NOTES, ledger_notes
from tests.domain.given import EDU, HEALTH, SHIPPED, assigned

AT = datetime(2024, 3, 5, 1, 30, tzinfo=UTC)


def recorded(event: events.Event, version: int = 1) -> Recorded[Any]:
    return Recorded(event, UUID(int=1), version, version, AT, AT, Context(actor="somebody"))


DUE = derive(
    SHIPPED.deadlines[0],
    SHIPPED.id,
    SHIPPED.version,
    Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=AT.date()),
    WorkingDays(),
)


@pytest.mark.parametrize(
    "event",
    [
        events.CommitmentFulfilled(number=7, outcome="无"),
        events.SupervisionAnswered(unit=EDU, number=7, text="无", signer="nobody"),
        events.HandlingPlanApproved(unit=EDU, approver="nobody"),
        events.CoOpinionReturned(unit=HEALTH, asked_by=EDU, reason="无"),
        events.ClockResumed(unit=EDU, round=1, reason="无"),
        events.ReportRetracted(version=99, type="MemberContacted", reason="无"),
        events.DeadlineRecomputed(unit=EDU, round=7, deadline=DUE),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_fact_about_something_unknown_is_kept_aside(event: events.Event) -> None:
    known = evolve(Proposal(), recorded(event))
    assert (known.version, known.entries) == (1, (type(event).__name__,))


def test_a_ledger_counts_how_often_its_clock_stood_still() -> None:
    notes = letters.evolve_notes(NOTES.empty, recorded(events.ClockStepped(behind_ms=5)))
    assert notes.clock_steps == 1
    assert ledger_notes("test").kind is NOTES


def test_what_has_no_stream_has_no_id() -> None:
    with pytest.raises(Refused) as refused:
        stream_of(Proposal())
    assert refused.value.rule is PROPOSAL_EXISTS


def test_contacts_of_a_round_that_history_does_not_tell_of_are_none() -> None:
    mark = Mark(version=1, position=1, at=AT, entered_at=AT, clock="recorded_at", origin=Origin.NATIVE)
    stray = ReplyRound(unit=EDU, round=3, assigned=mark)
    assert counting_for(Communication(), stray, SHIPPED.contact_before_reply) == []


def test_a_unit_that_has_done_nothing_yet_bars_no_moment() -> None:
    world = assigned()
    weighed = world.weigh(c.AcknowledgeAssignment(unit=EDU))
    after_last(weighed.setting, UnitTask(EDU, AssignmentMode.SOLE))
