"""One law for every read model: one by one == any batching == rebuild, over histories nobody thought of."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import communication
from domain.codes import AssignmentMode, Rating
from domain.events import RulebookAdopted, UnitAssigned
from domain.policy.rulebook import DeadlineKind
from domain.proposal import TaskStatus, owed, undated
from domain.streams import proposal_stream
from ledger.mapper import Envelope, to_state, type_name
from ledger.recorder import LedgerRecorder
from projections import READ_MODELS, engine
from projections.communication_before_reply.board import COMMUNICATION_BEFORE_REPLY
from projections.engine import Engine
from projections.readmodel import Key, ReadModel, Reference
from projections.supervision_board.board import SUPERVISION_BOARD
from tests.conftest import Database
from tests.domain.given import CITY, HEALTH, LED, LEDGER, World, assigned, opinion
from tests.domain.walks import histories, reshuffled

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def reference(world: World) -> Reference:
    adopted = [r.event for r in world.history if isinstance(r.event, RulebookAdopted)]
    return Reference(LEDGER, {event.digest: event.rulebook for event in adopted})


def in_batches(model: ReadModel[Any], world: World, sizes: Iterator[int]) -> dict[Key, Any]:
    """All rows, with each batch's changes written down before the next is read."""
    kept: dict[UUID, dict[Key, Any]] = {}
    left = list(world.history)
    while left:
        size = next(sizes)
        batch, left = left[:size], left[size:]
        for key, row in engine.fold(model, kept, batch, reference(world)).items():
            kept.setdefault(row.stream, {})[key] = row
    return {key: row for rows in kept.values() for key, row in rows.items()}


def forever(size: int) -> Iterator[int]:
    while True:
        yield size


@many
@given(histories())
def test_the_board_and_the_rules_agree_about_who_is_awaited_and_who_is_not_satisfied(world: World) -> None:
    rows = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world))
    for row in rows.values():
        case = world.state(proposal_stream(row.stream))
        assert row.awaited == sum(len(task.unanswered) for task in case.answering)
        unhappy = any(task.dissatisfied for task in case.answering)
        assert (row.satisfaction is Rating.DISSATISFIED) == unhappy


@many
@given(st.one_of(histories(), reshuffled()))
def test_the_board_and_the_rules_agree_about_what_was_taken_back(world: World) -> None:
    rows = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world))
    for row in rows.values():
        case = world.state(proposal_stream(row.stream))
        assert (row.ended, row.archived_on is None) == (case.ended, case.archived is None)
        assert (row.recipient, row.transferred_on is None) == (case.recipient, case.transferred is None)
        assert set(row.units) == {task.unit for task in case.active_tasks}
        assert (row.proposers, row.untold) == (case.proposers, case.untold)
        assert set(row.commitments) == {n for n, promise in case.commitments.items() if promise.fulfilled is None}
        assert set(row.disagreements) == {n for n, known in case.disagreements.items() if known.settled is None}
        assert row.duties == tuple(known.duty for known in undated(case))
        assert row.difficulties == len(case.difficulties.keys() - case.resolved.keys())
        for line, task in ((line, case.tasks[line.unit]) for line in row.tasks if line.active and line.mode.answers):
            known = (task.status, task.mode, task.round.number, task.round.paused is not None)
            assert (line.status, line.mode, line.round, line.paused) == known
            rated = {member: task.rounds[number].ratings[member].overall for member, number in task.rated.items()}
            assert {member: answer.overall for member, answer in line.answers.items()} == rated
            due = task.round.deadline
            assert line.due_on == (due.due_on if due else None)
        for line, task in ((line, case.tasks[line.unit]) for line in row.tasks if line.active and line.owes_opinion):
            due = task.limit(DeadlineKind.CO_OPINION)
            assert (line.status, line.paused, line.due_on) == (task.status, False, due.due_on if due else None)
        assisting = {line.unit for line in row.tasks if line.active and line.mode is AssignmentMode.CO}
        assert assisting == {task.unit for task in case.assisting}
        given = {line.unit for line in row.tasks if line.unit in assisting and line.opinion_on is not None}
        assert given == {task.unit for task in case.assisting if task.co_opinion is not None}


@many
@given(st.one_of(histories(), reshuffled()))
def test_the_board_and_the_rules_agree_about_the_day_a_case_is_due(world: World) -> None:
    rows = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world))
    for row in rows.values():
        case = world.state(proposal_stream(row.stream))
        if case.ended or any(task.status is TaskStatus.RETURNED for task in case.active_tasks):
            continue  # nobody works at it, or nobody until an objection is decided
        kinds = (DeadlineKind.REPLY, DeadlineKind.REHANDLING, DeadlineKind.CO_OPINION)
        replies = [known.until for known in owed(case) if known.about in kinds]
        promises = [known.until for known in owed(case) if known.commitment is not None]
        assert row.due_on == min(replies or promises, default=None)


@many
@given(histories(), st.randoms(use_true_random=False))
def test_a_fold_does_not_depend_on_how_history_was_cut(world: World, chance: Any) -> None:
    for model in READ_MODELS:
        one_by_one = in_batches(model, world, forever(1))
        assert in_batches(model, world, iter(lambda: chance.randint(1, 9), 0)) == one_by_one
        assert in_batches(model, world, forever(len(world.history))) == one_by_one


@many
@given(histories())
def test_the_board_and_the_gate_never_disagree(world: World) -> None:
    """Every row of 先沟通后答复 is what the domain's own judgement says of the case's state."""
    rows = in_batches(COMMUNICATION_BEFORE_REPLY, world, forever(500))
    books = reference(world).rulebooks
    for row in rows.values():
        if row.round == 0 or row.rulebook_digest not in books:
            continue
        known = world.state(proposal_stream(row.stream)).communication
        rule = books[row.rulebook_digest].contact_before_reply
        verdict = communication.judge(known, row.unit, row.round, rule)
        assert (row.outcome, row.proof, row.drafted_first) == (verdict.outcome, verdict.proof, verdict.drafted_first)


@pytest.fixture(scope="module")
def daemon(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.daemon, autocommit=True) as connection:
        engine.prepare(connection, READ_MODELS)
        yield connection


@few
@given(histories(), st.randoms(use_true_random=False))
def test_on_the_database_any_batching_equals_a_rebuild(
    database: Database, daemon: psycopg.Connection[Any], world: World, chance: Any
) -> None:
    ledger = f"law-{uuid4().hex[:12]}"
    write(database, ledger, world)
    runner = Engine(daemon, ledger, READ_MODELS)
    while runner.advance(chance.randint(1, 12)):
        pass
    for model in READ_MODELS:
        live = engine.kept(daemon, ledger, model)
        assert live == engine.from_history(daemon, ledger, model, len(world.history))
        engine.rebuild(daemon, [ledger], model)
        assert engine.kept(daemon, ledger, model) == live


def write(database: Database, ledger: str, world: World) -> None:
    """The world's history on a ledger of its own, byte for byte as the ledger would have stored it."""
    recorder = LedgerRecorder(database.app, ledger, pool_size=1)
    recorder.insert_events(
        [
            StoredEvent(
                recorded.stream,
                recorded.version,
                type_name(type(recorded.event)),
                to_state(
                    recorded.event,
                    Envelope(
                        recorded.context,
                        recorded.occurred_at,
                        recorded.origin,
                        recorded.entered_at,
                        recorded.made_up,
                        recorded.flags,
                    ),
                ),
            )
            for recorded in world.history
        ]
    )
    recorder.close()


def test_what_an_assisting_unit_owes_is_due_on_the_board_until_it_is_given() -> None:
    world = assigned(modes=LED)
    deadlines = [recorded.event.deadline.due_on for recorded in world.all(UnitAssigned)]
    reply, opinions = deadlines[0], deadlines[1:]
    assert max(opinions) < reply

    def due() -> date | None:
        [row] = engine.fold(SUPERVISION_BOARD, {}, world.history, reference(world)).values()
        return row.due_on

    assert due() == min(opinions)
    for unit in (HEALTH, CITY):
        world.do(opinion(unit))
    assert due() == reply
