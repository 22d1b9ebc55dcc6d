"""What becomes of a database that older programs have written."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from alembic import command

from ledger import migrate
from tests.conftest import Database


@pytest.fixture
def empty(database: Database) -> Iterator[str]:
    """A database of its own, without a schema."""
    name = f"old_{uuid4().hex[:8]}"
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield database.admin.replace("dbname=huiyin", f"dbname={name}")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_what_a_ledger_holds_when_reactions_come_to_it_causes_nothing(empty: str) -> None:
    with migrate._bound(empty) as bound:
        config = migrate._config()
        config.attributes["connection"] = bound
        command.upgrade(config, "0001")
    with psycopg.connect(empty, autocommit=True) as admin:
        admin.execute("INSERT INTO ledger.ledger_head (ledger, position) VALUES ('old', 4711)")
        migrate.migrate(empty)
        begun = admin.execute("SELECT ledger, position, day FROM control.reactions").fetchall()
        [(yesterday,)] = admin.execute("SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date - 1").fetchall()
    assert begun == [("old", 4711, yesterday)]


def test_a_database_whose_append_function_is_another_programs_is_named_so(empty: str) -> None:
    migrate.migrate(empty)
    migrate.check(empty)
    with psycopg.connect(empty, autocommit=True) as admin:
        admin.execute("COMMENT ON FUNCTION ledger.append IS 'sha256:of another program'")
    with pytest.raises(migrate.SchemaOutdated, match="追加事件的函数"):
        migrate.check(empty)
    migrate.migrate(empty)
    migrate.check(empty)
