"""The append function and its rights: what holds however it is called."""

from itertools import accumulate
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.migrate import migrate
from tests.conftest import Database

APPEND = """SELECT command, outcome, first_position, last_position, version FROM ledger.append(
    %s, %s::uuid[], %s::uuid[], %s::bytea[], %s::bigint[], %s::int[], %s::int[],
    %s::int[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[])"""


@pytest.fixture
def app(database: Database, ledger_name: str):
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT ledger.open_ledger(%s)", (ledger_name,))
        yield connection


Answer = tuple[str, int | None, int, int]


def append(
    connection: psycopg.Connection, ledger: str, *commands: tuple[UUID | None, bytes, UUID, list[int]]
) -> list[Answer]:
    """Each command: id, digest, stream, versions of its events. What each is told: outcome, first and last position,
    version."""
    *others, whole = rows(connection, ledger, *commands)
    turned_away = {command: tuple(answer) for command, *answer in others}
    answers, last = [], whole[2] - 1
    for place, (_, _, _, versions) in enumerate(commands, 1):
        if place in turned_away:
            answers.append(turned_away[place])
        elif versions:
            answers.append(("appended", last + 1, last + len(versions), versions[-1]))
            last += len(versions)
        else:
            answers.append(("appended", None, last, 0))
    assert last == whole[3], "the batch's own row says the same"
    return answers


def rows(connection: psycopg.Connection, ledger: str, *commands: tuple[UUID | None, bytes, UUID, list[int]]) -> Any:
    events = [(n, stream, version) for n, (_, _, stream, versions) in enumerate(commands, 1) for version in versions]
    return connection.execute(
        APPEND,
        (
            ledger,
            [identity for identity, *_ in commands],
            [stream for _, _, stream, _ in commands],
            [digest for _, digest, *_ in commands],
            [versions[-1] if versions else 0 for *_, versions in commands],
            [len(versions) for *_, versions in commands],
            list(accumulate(len(versions) for *_, versions in commands)),
            [n for n, *_ in events],
            [stream for _, stream, _ in events],
            [version for *_, version in events],
            ["Tested/1"] * len(events),
            [b"{}"] * len(events),
        ),
    ).fetchall()


def test_positions_follow_each_other_without_gap(app: psycopg.Connection, ledger_name: str) -> None:
    one, two = uuid4(), uuid4()
    rows = append(app, ledger_name, (uuid4(), b"a", one, [1, 2]), (uuid4(), b"b", two, [1]))
    assert rows == [("appended", 1, 2, 2), ("appended", 3, 3, 1)]


def test_only_the_command_that_clashes_fails(app: psycopg.Connection, ledger_name: str) -> None:
    taken, free, ahead = uuid4(), uuid4(), uuid4()
    append(app, ledger_name, (uuid4(), b"", taken, [1]))
    rows = append(app, ledger_name, (uuid4(), b"", taken, [1]), (uuid4(), b"", free, [1]), (uuid4(), b"", ahead, [3]))
    assert [row[0] for row in rows] == ["clashed", "appended", "clashed"]
    assert rows[1][1:3] == (2, 2)


def test_a_stream_has_no_holes_within_a_command(app: psycopg.Connection, ledger_name: str) -> None:
    assert append(app, ledger_name, (uuid4(), b"", uuid4(), [1, 3]))[0][0] == "clashed"


def test_a_command_without_events_leaves_a_receipt(app: psycopg.Connection, ledger_name: str) -> None:
    key = uuid4()
    assert append(app, ledger_name, (key, b"d", uuid4(), []))[0][:3] == ("appended", None, 0)
    assert append(app, ledger_name, (key, b"d", uuid4(), []))[0][0] == "repeated"
    assert append(app, ledger_name, (key, b"other", uuid4(), []))[0][0] == "reused"


def test_a_repeated_command_keeps_its_answer_while_history_goes_on(app: psycopg.Connection, ledger_name: str) -> None:
    key, stream = uuid4(), uuid4()
    first = append(app, ledger_name, (key, b"d", stream, [1]))
    append(app, ledger_name, (uuid4(), b"", stream, [2]))
    again = append(app, ledger_name, (key, b"d", stream, [1]))
    assert again == [("repeated", *first[0][1:])]


IDS, STREAMS = [uuid4() for _ in range(8)], [uuid4() for _ in range(4)]


@st.composite
def batches(draw: st.DrawFn) -> list[list[tuple[UUID, bytes, UUID, list[int]]]]:
    """Batches whose commands fit, clash, come again, bring a key back with another request, or add nothing."""

    def commands() -> list[tuple[UUID, bytes, UUID, list[int]]]:
        streams = draw(st.lists(st.sampled_from(STREAMS), min_size=1, max_size=4, unique=True))
        ids = draw(st.permutations(IDS))[: len(streams)]
        return [
            (key, draw(st.sampled_from([b"a", b"a", b"b"])), *on(stream))
            for key, stream in zip(ids, streams, strict=True)
        ]

    def on(stream: UUID) -> tuple[UUID, list[int]]:
        first = draw(st.sampled_from([1, heights[stream] + 1, heights[stream] + 1, heights[stream] + 2]))
        versions = list(range(first, first + draw(st.integers(0, 3))))
        if first == heights[stream] + 1:
            heights[stream] += len(versions)
        return stream, versions

    heights = dict.fromkeys(STREAMS, 0)
    return [commands() for _ in range(draw(st.integers(1, 5)))]


@given(batches())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_does_what_its_commands_do_one_by_one(app: psycopg.Connection, sent: Any) -> None:
    together, apart = f"together-{uuid4().hex[:12]}", f"apart-{uuid4().hex[:12]}"
    for ledger in (together, apart):
        app.execute("SELECT ledger.open_ledger(%s)", (ledger,))
    for batch in sent:
        answers = append(app, together, *batch)
        alone = [append(app, apart, command)[0] for command in batch]
        assert [told(answer) for answer in answers] == [told(answer) for answer in alone]
    assert history(app, together) == history(app, apart)


def told(answer: Answer) -> Answer | str:
    """What a clash tells beside is where the ledger was, which is no promise."""
    return "clashed" if answer[0] == "clashed" else answer


def history(connection: psycopg.Connection, ledger: str) -> tuple[Any, ...]:
    events = """SELECT notification_id, originator_id, originator_version, topic, state
        FROM ledger.events WHERE ledger = %s ORDER BY notification_id"""
    receipts = """SELECT command_id, stream, body_digest, first_position, last_position, version
        FROM ledger.receipts WHERE ledger = %s ORDER BY command_id"""
    head = "SELECT position FROM ledger.ledger_head WHERE ledger = %s"
    return tuple(connection.execute(sql, (ledger,)).fetchall() for sql in (events, receipts, head))


def test_a_ledger_nobody_opened_takes_nothing(app: psycopg.Connection) -> None:
    with pytest.raises(psycopg.Error) as error:
        append(app, "nobody-opened-this", (uuid4(), b"", uuid4(), [1]))
    assert error.value.sqlstate == "HY404"


def test_every_look_up_is_one_by_index_from_the_first_append_of_a_new_database_on(database: Database) -> None:
    """Plans are made once, when the tables are still empty, and then kept: they must not read a ledger's receipts, or
    its events, through."""
    name, ledger = f"fresh_{uuid4().hex[:8]}", "fresh"
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        migrate(database.admin.replace("dbname=huiyin", f"dbname={name}"))
        with psycopg.connect(database.app.replace("dbname=huiyin", f"dbname={name}"), autocommit=True) as app:
            app.execute("SELECT ledger.open_ledger(%s)", (ledger,))
            known = [(uuid4(), b"d", uuid4(), [1]) for _ in range(16)]
            append(app, ledger, *known)
            for _ in range(40):
                append(app, ledger, *((uuid4(), b"d", uuid4(), [1]) for _ in range(15)), known[0])
        with psycopg.connect(database.admin.replace("dbname=huiyin", f"dbname={name}"), autocommit=True) as looking:
            [(through,)] = looking.execute("SELECT sum(seq_tup_read)::int FROM pg_stat_user_tables")
            [(read,)] = looking.execute(
                "SELECT sum(idx_tup_read)::int FROM pg_stat_user_indexes WHERE relname IN ('events', 'receipts')"
            )
        assert (through, read < 1_000) == (0, True), read
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
