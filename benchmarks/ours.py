"""Our side, opened the way the service opens it: as the application's role, through the server's socket."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from benchmarks.harness import Database
from benchmarks.sample import LEDGER
from ledger.committer import Committer
from ledger.connections import Connections
from ledger.ledger import Ledger, one_ledger


@asynccontextmanager
async def committing(database: Database) -> AsyncIterator[Committer]:
    """On a ledger that is open already."""
    async with Connections(database.dsn("huiyin_app")) as connections:
        committer = Committer(connections, LEDGER)
        committer.start()
        try:
            yield committer
        finally:
            await committer.close()


def opened(database: Database) -> AbstractAsyncContextManager[Ledger]:
    """Without anything in memory yet."""
    return one_ledger(LEDGER, database.dsn("huiyin_app"), secret=b"benchmarks")
