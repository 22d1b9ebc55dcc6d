"""What an operator may set, by environment variables, and where the databases are."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.embedded import EmbeddedPostgres, default_data_folder, make_data_folder
from ledger.keys import Keys

DEHUI = "220183"
"""行政区划代码 of 德惠市, the sample's city."""


def _dsn(value: str) -> str:
    try:
        conninfo_to_dict(value)
    except psycopg.Error:
        raise PydanticCustomError("dsn_invalid", "应为 PostgreSQL 的连接串，如 postgresql://用户@主机/库名") from None
    return value


Dsn = Annotated[str, AfterValidator(_dsn)]
LedgerName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class Settings(BaseSettings):
    """HUIYIN_DATA, HUIYIN_HOST, HUIYIN_PORT, HUIYIN_LEDGERS (JSON list), HUIYIN_POSTGRES_BIN, HUIYIN_SECRET;
    HUIYIN_KEYS names the folder of the keys of personal details (else `keys` in the data folder);
    HUIYIN_RULEBOOKS and HUIYIN_CALENDARS name folders of TOML files besides those that come with the program;
    DATABASE_URL replaces the embedded database, DATABASE_URL_APP, DATABASE_URL_DAEMON and DATABASE_URL_REACTIONS give
    its roles their own logins. Services that share a database need one HUIYIN_SECRET: by it each knows the others'
    idempotency keys; and one folder of keys: what one has sealed the others must open. What is set to nothing is not
    set."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_", env_ignore_empty=True, extra="ignore")

    data: Path = Field(default_factory=default_data_folder)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    ledgers: Annotated[tuple[LedgerName, ...], Field(min_length=1)] = (DEHUI,)
    postgres_bin: Path | None = None
    secret: str | None = None
    keys: Path | None = None
    rulebooks: Path | None = None
    calendars: Path | None = None
    database_url: Dsn | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_app: Dsn | None = Field(default=None, validation_alias="DATABASE_URL_APP")
    database_url_daemon: Dsn | None = Field(default=None, validation_alias="DATABASE_URL_DAEMON")
    database_url_reactions: Dsn | None = Field(default=None, validation_alias="DATABASE_URL_REACTIONS")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Connection strings of one database, by role. `owner` may change the schema."""

    owner: str
    app: str
    daemon: str
    reactions: str
    embedded: bool

    def environment(self) -> dict[str, str]:
        """For a child process: the same database, as an external one."""
        return {
            "DATABASE_URL": self.owner,
            "DATABASE_URL_APP": self.app,
            "DATABASE_URL_DAEMON": self.daemon,
            "DATABASE_URL_REACTIONS": self.reactions,
        }


def addresses(settings: Settings, server: EmbeddedPostgres | None = None) -> Addresses:
    if server is not None:
        app, daemon, reactions = (server.dsn(user=f"huiyin_{role}") for role in ("app", "daemon", "reactions"))
        return Addresses(server.dsn(), app, daemon, reactions, embedded=True)
    owner = settings.database_url or ""
    return Addresses(
        owner,
        settings.database_url_app or as_role(owner, "huiyin_app"),
        settings.database_url_daemon or as_role(owner, "huiyin_daemon"),
        settings.database_url_reactions or as_role(owner, "huiyin_reactions"),
        embedded=False,
    )


def as_role(dsn: str, role: str) -> str:
    """The same login, acting as a role it is a member of."""
    options = f"{conninfo_to_dict(dsn).get('options') or ''} -c role={role}".strip()
    return make_conninfo(dsn, options=options)


@contextmanager
def database(settings: Settings) -> Iterator[Addresses]:
    """The database for the length of a command: the external one, or the embedded one, started if nobody runs it."""
    if settings.database_url:
        yield addresses(settings)
        return
    server = EmbeddedPostgres(settings.data, settings.postgres_bin).ensure()
    try:
        yield addresses(settings, server)
    finally:
        server.stop()


def keys(settings: Settings) -> Keys:
    """The store of the keys of personal details."""
    return Keys(settings.keys or settings.data / "keys")


def secret(settings: Settings) -> bytes:
    """The key of the receipts' digests: set, or made once and kept in the data folder."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data / "secret"
    if not path.exists():
        make_data_folder(settings.data)
        with NamedTemporaryFile(dir=settings.data) as file:  # 0600; linked when whole, so that none is ever half there
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_bytes()
