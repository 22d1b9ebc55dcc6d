"""What an operator may set, by environment variables, and where the databases are."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.embedded import EmbeddedPostgres, default_data_folder

DEHUI = "220183"
"""行政区划代码 of 德惠市, the sample's city."""


class Settings(BaseSettings):
    """HUIYIN_DATA, HUIYIN_HOST, HUIYIN_PORT, HUIYIN_LEDGERS (JSON list), HUIYIN_POSTGRES_BIN, HUIYIN_SECRET;
    DATABASE_URL replaces the embedded database, DATABASE_URL_APP and DATABASE_URL_DAEMON give its roles their own
    logins."""

    model_config = SettingsConfigDict(env_prefix="HUIYIN_", extra="ignore")

    data: Path = Field(default_factory=default_data_folder)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    ledgers: tuple[str, ...] = (DEHUI,)
    postgres_bin: Path | None = None
    secret: str | None = None
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    database_url_app: str | None = Field(default=None, validation_alias="DATABASE_URL_APP")
    database_url_daemon: str | None = Field(default=None, validation_alias="DATABASE_URL_DAEMON")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Connection strings of one database, by role. `owner` may change the schema."""

    owner: str
    app: str
    daemon: str
    embedded: bool

    def environment(self) -> dict[str, str]:
        """For a child process: the same database, as an external one."""
        return {
            "DATABASE_URL": self.owner,
            "DATABASE_URL_APP": self.app,
            "DATABASE_URL_DAEMON": self.daemon,
        }


def addresses(settings: Settings, server: EmbeddedPostgres | None = None) -> Addresses:
    if server is not None:
        app, daemon = server.dsn(user="huiyin_app"), server.dsn(user="huiyin_daemon")
        return Addresses(server.dsn(), app, daemon, embedded=True)
    owner = settings.database_url or ""
    return Addresses(
        owner,
        settings.database_url_app or as_role(owner, "huiyin_app"),
        settings.database_url_daemon or as_role(owner, "huiyin_daemon"),
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


def secret(settings: Settings) -> bytes:
    """The key of the receipts' digests: set, or made once and kept in the data folder."""
    if settings.secret:
        return settings.secret.encode()
    path = settings.data / "secret"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
