"""Bring a database to this program's schema, and tell whether it is there."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

_LOCK = 7_215_551_220  # one migration at a time on a database
_HERE = Path(__file__).parent


class SchemaOutdated(Exception):
    """The database's schema is not this program's. `code` is stable; the message is for the operator."""

    code = "schema-outdated"


def migrate(dsn: str) -> None:
    """Create or upgrade the schema. `dsn` must name the owner of the database, or a superuser. Idempotent.

    Raises `psycopg.Error` where the database does not answer or does not allow it; nothing is then changed.
    """
    with _bound(dsn) as bound:
        raw = _raw(bound)
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        config = _config()
        config.attributes["connection"] = bound
        command.upgrade(config, "head")
        functions, digest = _functions()
        if _applied(raw) != digest:
            raw.execute("SET LOCAL ROLE huiyin_owner")
            raw.execute(functions)
            raw.execute(f"COMMENT ON FUNCTION ledger.append IS '{digest}'".encode())
            raw.execute("RESET ROLE")


def check(dsn: str) -> None:
    """Raise `SchemaOutdated` unless the schema is this program's."""
    with _bound(dsn) as bound:
        found = MigrationContext.configure(bound, opts={"version_table": "schema_version"}).get_current_revision()
        wanted = ScriptDirectory.from_config(_config()).get_current_head()
        if found != wanted:
            raise SchemaOutdated(f"数据库结构版本为 {found or '空'}，本程序需要 {wanted}：请先运行 huiyin migrate")
        if _applied(_raw(bound)) != _functions()[1]:
            raise SchemaOutdated("数据库中追加事件的函数不是本程序的版本：请先运行 huiyin migrate")


@contextmanager
def _bound(dsn: str) -> Iterator[sqlalchemy.Connection]:
    """A transaction for Alembic; the driver's errors as the driver's, not wrapped."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool)
    try:
        with engine.begin() as bound:
            yield bound
    except DBAPIError as error:
        raise (error.orig or error) from None


def _raw(bound: sqlalchemy.Connection) -> psycopg.Connection:
    return cast(psycopg.Connection, bound.connection.driver_connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE / "migrations"))
    return config


def _functions() -> tuple[bytes, str]:
    sql = (_HERE / "append.sql").read_bytes()
    return sql, "sha256:" + hashlib.sha256(sql).hexdigest()


def _applied(connection: psycopg.Connection) -> str | None:
    row = connection.execute("SELECT obj_description(to_regproc('ledger.append')::oid, 'pg_proc')").fetchone()
    return row[0] if row else None
