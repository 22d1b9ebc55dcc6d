"""One real PostgreSQL for all tests, and a ledger of its own for each."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ledger.embedded import EmbeddedPostgres
from ledger.keys import Keys
from ledger.ledger import Ledger, one_ledger
from ledger.migrate import migrate

SECRET = b"tests"


@dataclass(frozen=True)
class Database:
    """Addresses of one database, by role."""

    server: EmbeddedPostgres

    @property
    def admin(self) -> str:
        return self.server.dsn()

    @property
    def app(self) -> str:
        return self.server.dsn(user="huiyin_app")

    @property
    def daemon(self) -> str:
        return self.server.dsn(user="huiyin_daemon")

    @property
    def reactions(self) -> str:
        return self.server.dsn(user="huiyin_reactions")

    @property
    def sealer(self) -> str:
        return self.server.dsn(user="huiyin_sealer")


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """A migrated database of the embedded server, in a folder its account can reach."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-tests-"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "data") as server:
            migrate(server.dsn())
            yield Database(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ledger_name() -> str:
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """An empty key store."""
    store = Keys(tmp_path / "keys")
    store.check()
    return store


@pytest.fixture
async def ledger(database: Database, ledger_name: str, keys: Keys) -> AsyncIterator[Ledger]:
    """An open, empty ledger."""
    async with one_ledger(ledger_name, database.app, secret=SECRET, keys=keys) as opened:
        yield opened


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection]:
    """A superuser's connection: what a database administrator can do."""
    with psycopg.connect(database.admin, autocommit=True) as connection:
        yield connection
