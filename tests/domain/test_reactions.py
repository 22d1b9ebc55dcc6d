"""What follows of itself: given what has happened, these commands and no others."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain import commands as c
from domain.codes import Origin, Rating
from domain.events import FeedbackFormIssued, ReplyIssued
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.reactions import REACTIONS, OnEvent, Today, base
from domain.reactions.base import actor
from domain.reactions.when_a_form_is_overdue_then_note_who_is_silent import (
    WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT,
)
from domain.reactions.when_a_reply_is_issued_then_ask_for_feedback import WHEN_A_REPLY_IS_ISSUED_THEN_ASK_FOR_FEEDBACK
from domain.values import SHANGHAI
from tests.domain.given import (
    EDU,
    HEALTH,
    LEAD,
    SECOND,
    SHIPPED,
    SPLIT,
    World,
    assign,
    contact,
    draft,
    form,
    form_out,
    issue,
    issued,
    opened,
    rate,
    review,
    ruled,
    sign,
    signed,
    submit,
)

FILES = sorted(path.stem for path in Path(base.__file__).parent.glob("when_*.py"))
BY_ITSELF = ruled(feedback_form_automatic=True)


def follows(reaction: OnEvent[Any], world: World, rulebook: Rulebook) -> Sequence[c.Command]:
    """What follows of the latest event that the reaction is about."""
    return reaction.react(world.case, world.last(reaction.event), rulebook)


def asked(world: World, rulebook: Rulebook) -> Sequence[c.Command]:
    return follows(WHEN_A_REPLY_IS_ISSUED_THEN_ASK_FOR_FEEDBACK, world, rulebook)


def test_where_the_rulebook_says_so_the_form_goes_with_the_reply_to_every_proposer() -> None:
    world = issued(opened(BY_ITSELF))
    [command] = asked(world, BY_ITSELF)
    [went_out] = world.do(command)
    assert went_out.event.members == world.last(ReplyIssued).event.recipients == (LEAD, SECOND)


@pytest.mark.parametrize("rulebook", [SHIPPED, ruled(feedback_form_automatic=False)], ids=["silent", "no"])
def test_where_the_rulebook_does_not_say_so_people_send_the_form(rulebook: Rulebook) -> None:
    assert asked(issued(opened(rulebook)), rulebook) == []


def test_of_a_reply_that_is_told_weeks_late_the_form_went_out_with_it_and_answers_since_then_are_taken() -> None:
    world = signed(opened(BY_ITSELF))
    went_out_at = world.now
    world.now += 40 * ONE_DAY
    world.do(issue(occurred_at=went_out_at, late_entry_reason="纸质复文补录"))
    [command] = asked(world, BY_ITSELF)
    [went_out] = world.do(command)
    assert went_out.occurred_at == went_out_at
    assert went_out.event.deadline.due_on < world.now.date()
    world.do(rate(occurred_at=went_out_at + 6 * ONE_DAY, late_entry_reason="纸质回执补录"))


def test_a_reply_told_on_its_day_needs_no_reason_for_its_form() -> None:
    [command] = asked(issued(opened(BY_ITSELF)), BY_ITSELF)
    assert (command.occurred_at, command.late_entry_reason) == (None, None)


def test_every_unit_that_answers_asks_about_its_own_reply() -> None:
    world = signed(opened(BY_ITSELF), SPLIT)
    for unit in (EDU, HEALTH):
        world.do(issue(unit))
        [command] = asked(world, BY_ITSELF)
        [went_out] = world.do(command)
        assert (went_out.event.unit, went_out.event.members) == (unit, (LEAD, SECOND))


def test_a_form_that_somebody_has_sent_meanwhile_is_not_sent_again() -> None:
    world = issued(opened(BY_ITSELF))
    [command] = asked(world, BY_ITSELF)
    world.do(form(members=(LEAD,)))
    [went_out] = world.do(command)
    assert went_out.event.members == (SECOND,)
    assert world.do(command) == []


def test_a_reply_to_more_proposers_than_a_command_may_name_is_asked_about_too() -> None:
    world = opened(BY_ITSELF)
    signers = tuple(f"m{number}" for number in range(500))
    for member in signers:
        world.do(c.ListMember(member=member, name="陈喆"))
    world.do(submit(co_signers=signers))
    for begun in (c.RegisterProposal(), c.TransferCase(occasion="交办会"), assign()):
        world.do(begun)
    for step in (contact(world.now), draft(), review(), sign(), issue()):
        world.do(step)
    [command] = asked(world, BY_ITSELF)
    world.do(command)
    assert len(world.last(FeedbackFormIssued).event.members) == 501


def silent_on(world: World, day: date) -> Sequence[base.Due]:
    """What has come due on this day, the clock standing at its morning."""
    world.now = datetime.combine(day, time(8), SHANGHAI).astimezone(UTC)
    return WHEN_A_FORM_IS_OVERDUE_THEN_NOTE_WHO_IS_SILENT.react(world.case, Today(day, SHIPPED, WorkingDays()))


def test_who_has_not_sent_a_form_back_is_noted_the_day_after_its_last_day() -> None:
    world = form_out()
    last_day = world.last(FeedbackFormIssued).event.deadline.due_on
    world.do(rate(member=LEAD))
    assert silent_on(world, last_day) == []
    [due] = silent_on(world, last_day + ONE_DAY)
    assert (due.due_on, due.step) == (last_day, f"{EDU}/1")
    [noted] = world.do(due.command)
    assert noted.event.members == (SECOND,)
    assert silent_on(world, last_day + 2 * ONE_DAY) == [], "it is told"


def test_a_form_that_a_later_round_has_replaced_is_waited_for_no_more() -> None:
    world = form_out()
    world.do(rate(member=LEAD, rating=Rating.DISSATISFIED))
    world.do(contact(world.now))
    for step in (draft(text="第二稿"), review(), sign(), issue(), form(), rate(member=SECOND)):
        world.do(step)
    last_day = world.last(FeedbackFormIssued).event.deadline.due_on
    assert [due.step for due in silent_on(world, last_day + 9 * ONE_DAY)] == [f"{EDU}/2"]


def test_a_day_that_was_missed_is_made_good_on_the_next() -> None:
    world = form_out()
    last_day = world.last(FeedbackFormIssued).event.deadline.due_on
    assert [due.due_on for due in silent_on(world, last_day + 9 * ONE_DAY)] == [last_day]


def test_every_unit_and_every_last_day_is_a_cause_of_its_own() -> None:
    world = issued(modes=SPLIT)
    first = world.do(form(EDU, members=(LEAD,)))[0].event.deadline.due_on
    world.now += 3 * ONE_DAY
    for unit in (EDU, HEALTH):
        world.do(form(unit))
    due = silent_on(world, first + 10 * ONE_DAY)
    assert [(d.due_on, d.step) for d in due] == [
        (first, f"{EDU}/1"),
        (first + 3 * ONE_DAY, f"{EDU}/1"),
        (first + 3 * ONE_DAY, f"{HEALTH}/1"),
    ]
    for each in due:
        world.do(each.command)
    assert silent_on(world, first + 11 * ONE_DAY) == []


def test_what_a_rulebook_does_not_say_is_no_part_of_its_digest() -> None:
    assert "feedback_form_automatic" not in SHIPPED.model_dump(exclude_none=True)
    assert BY_ITSELF.ref().digest != SHIPPED.ref().digest


def test_every_reaction_is_listed_and_is_called_by_its_file() -> None:
    assert sorted(reaction.name for reaction in REACTIONS) == FILES


def test_the_same_cause_has_the_same_id_and_every_other_another() -> None:
    cases = (UUID(int=1), UUID(int=2))
    causes = [(name, case, cause) for name in ("one", "two") for case in cases for cause in ("7/0", "2024-06-01/3")]
    ids = [base.command_id(*cause) for cause in causes]
    assert len(set(ids)) == len(ids)
    assert ids == [base.command_id(*cause) for cause in causes]


def test_real_days_pass_for_real_cases_and_simulated_days_for_simulated_ones() -> None:
    real, imported, simulated, mixed = issued(), opened(), opened(), opened()
    imported.do(submit(), origin=Origin.IMPORTED)
    simulated.do(submit(), origin=Origin.SIMULATED)
    mixed.do(submit(), origin=Origin.MADE_UP)
    mixed.do(c.RegisterProposal())
    worlds = (real, imported, simulated, mixed)
    assert [base.is_real(world.story) for world in worlds] == [True, True, False, False]
    assert [base.is_simulated(world.story) for world in worlds] == [False, False, True, False]


def test_what_acts_of_itself_says_so() -> None:
    assert actor("when_a_reply_is_issued_then_ask_for_feedback").startswith("system:")
