"""One door: what each role may do is written here, whole; everything else is refused to it, and tried.

A superuser may do anything, and history does not show it: to prove that nobody has is the business of the proof."""

from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Database
from tests.ledger.test_append import append

ROLES = ("app", "daemon", "reactions", "sealer")
TABLES = (
    "ledger.events",
    "ledger.ledger_head",
    "ledger.receipts",
    "ledger.attempts",
    "control.checkpoints",
    "control.tokens",
    "control.reactions",
)
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
FUNCTIONS = ("open_ledger", "append", "record_attempt")

MAY: dict[str, dict[str, set[str]]] = {
    "app": {table: {"SELECT"} for table in TABLES},
    "daemon": {
        "ledger.events": {"SELECT"},
        "ledger.ledger_head": {"SELECT"},
        "control.checkpoints": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    },
    "reactions": {
        **{table: {"SELECT"} for table in TABLES},
        "control.reactions": {"SELECT", "INSERT", "UPDATE"},
    },
    "sealer": {
        "ledger.events": {"SELECT"},
        "ledger.ledger_head": {"SELECT"},
    },
}
MAY_CALL = {"app": set(FUNCTIONS), "daemon": set(), "reactions": set(FUNCTIONS), "sealer": set()}

BY_HAND = {
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "UPDATE {table} SET {column} = NULL WHERE false",
    "DELETE": "DELETE FROM {table} WHERE false",
    "TRUNCATE": "TRUNCATE {table}",
    "SELECT": "SELECT FROM {table} LIMIT 0",
}
OF_OWNERS = (
    "ALTER TABLE ledger.events DISABLE TRIGGER ALL",
    "ALTER TABLE ledger.events DROP CONSTRAINT events_pkey",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger.events EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO ledger.events DO INSTEAD NOTHING",
    "CREATE TABLE ledger.mine (a int)",
    "CREATE FUNCTION ledger.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP FUNCTION ledger.append",
    "ALTER FUNCTION ledger.append SECURITY INVOKER",
    "ALTER FUNCTION ledger.append OWNER TO CURRENT_USER",
    "SET ROLE huiyin_owner",
    "SET ROLE postgres",
    "SET session_replication_role = replica",
    "COPY ledger.events TO PROGRAM 'cat'",
    "CREATE ROLE mine",
    "ALTER SYSTEM SET fsync = off",
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", TABLES)
def test_a_role_has_these_rights_on_a_table_and_no_other(admin: psycopg.Connection, role: str, table: str) -> None:
    [held] = admin.execute(
        "SELECT array_agg(p) FILTER (WHERE has_table_privilege(%s, %s, p)) FROM unnest(%s::text[]) AS p",
        (f"huiyin_{role}", table, list(PRIVILEGES)),
    ).fetchall()
    assert set(held[0] or ()) == MAY[role].get(table, set())


def test_these_are_all_the_tables_and_functions_there_are(admin: psycopg.Connection) -> None:
    tables = admin.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('ledger', 'control')"
    )
    assert {name for (name,) in tables} == set(TABLES)
    functions = admin.execute("SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace")
    assert sorted(name for (name,) in functions) == sorted(FUNCTIONS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_call_these_functions_and_no_other(admin: psycopg.Connection, role: str) -> None:
    called = admin.execute(
        """SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        AND has_function_privilege(%s, oid, 'EXECUTE')""",
        (f"huiyin_{role}",),
    )
    assert {name for (name,) in called} == MAY_CALL[role]


@pytest.mark.parametrize(
    ("role", "table", "privilege"),
    [
        (role, table, privilege)
        for role in ROLES
        for table in TABLES
        for privilege in BY_HAND
        if privilege not in MAY[role].get(table, set())
    ],
)
def test_what_a_role_may_not_do_to_a_table_is_refused_when_tried(
    database: Database, role: str, table: str, privilege: str
) -> None:
    column = "principal" if table == "control.tokens" else "ledger"
    with (
        psycopg.connect(getattr(database, role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(BY_HAND[privilege].format(table=table, column=column).encode())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", OF_OWNERS)
def test_no_role_of_the_service_can_change_the_door(database: Database, role: str, statement: str) -> None:
    with (
        psycopg.connect(getattr(database, role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_grant_itself_more(database: Database, admin: psycopg.Connection, role: str) -> None:
    with psycopg.connect(getattr(database, role), autocommit=True) as connection:
        connection.execute("GRANT ALL ON ledger.events TO CURRENT_USER")  # answered with a warning
    test_a_role_has_these_rights_on_a_table_and_no_other(admin, role, "ledger.events")


@pytest.mark.parametrize("role", ["daemon", "sealer"])
def test_only_the_application_may_append(database: Database, ledger_name: str, role: str) -> None:
    with (
        psycopg.connect(getattr(database, role), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        append(connection, ledger_name, (uuid4(), b"", uuid4(), [1]))


def test_no_role_is_more_than_it_seems(admin: psycopg.Connection) -> None:
    """None is a superuser, makes roles or databases, passes by row security or replicates; and of the others' rights
    only reactions have any: those of the application."""
    flags = admin.execute(
        """SELECT rolname FROM pg_roles WHERE rolname LIKE 'huiyin\\_%'
        AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)"""
    )
    assert flags.fetchall() == []
    members = admin.execute(
        """SELECT member.rolname, role.rolname FROM pg_auth_members
        JOIN pg_roles member ON member.oid = member JOIN pg_roles role ON role.oid = roleid
        WHERE member.rolname LIKE 'huiyin\\_%'"""
    )
    assert members.fetchall() == [("huiyin_reactions", "huiyin_app")]
    assert admin.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'huiyin_owner'").fetchone() == (False,)


def test_nobody_else_may_do_anything(admin: psycopg.Connection) -> None:
    [(schemas,)] = admin.execute(
        """SELECT count(*) FROM unnest(ARRAY['ledger', 'control', 'boards']) AS s
        WHERE has_schema_privilege('public', s, 'USAGE') OR has_schema_privilege('public', s, 'CREATE')"""
    )
    [(functions,)] = admin.execute(
        """SELECT count(*) FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace
        AND has_function_privilege('public', oid, 'EXECUTE')"""
    )
    assert (schemas, functions) == (0, 0)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_acts_for_its_owner_looks_nowhere_else(admin: psycopg.Connection, function: str) -> None:
    """A search path of its own: nobody can put a table of theirs in the way."""
    [(definer, settings)] = admin.execute(
        "SELECT prosecdef, proconfig FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND proname = %s",
        (function,),
    )
    assert definer
    assert "search_path=pg_catalog, pg_temp" in settings


def test_a_table_of_ones_own_in_the_way_changes_nothing(database: Database, ledger_name: str) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT ledger.open_ledger(%s)", (ledger_name,))
        connection.execute("CREATE TEMP TABLE events (LIKE ledger.events)")
        connection.execute("CREATE TEMP TABLE unnest (a int)")
        append(connection, ledger_name, (uuid4(), b"", uuid4(), [1]))
        assert connection.execute("SELECT count(*) FROM pg_temp.events").fetchone() == (0,)
        told = connection.execute("SELECT count(*) FROM ledger.events WHERE ledger = %s", (ledger_name,))
        assert told.fetchone() == (1,)


def test_a_superuser_can_still_rewrite_history_and_nothing_here_shows_it(
    database: Database, ledger_name: str, admin: psycopg.Connection
) -> None:
    stream = uuid4()
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT ledger.open_ledger(%s)", (ledger_name,))
        append(connection, ledger_name, (uuid4(), b"", stream, [1]))
    changed = admin.execute("UPDATE ledger.events SET state = '{\"a\":1}' WHERE ledger = %s", (ledger_name,))
    assert changed.rowcount == 1
    with psycopg.connect(database.app, autocommit=True) as connection:
        assert append(connection, ledger_name, (uuid4(), b"", stream, [2]))[0][0] == "appended"
