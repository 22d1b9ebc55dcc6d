"""A connection that appends: the one statement of the hot path, without the driver's cursors around it.

Sending prepared arrays and reading the rows costs the driver's own machinery for any statement twice what the statement
itself costs this process; here there is one statement, made ready once.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Generator, Sequence
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, generators
from psycopg.adapt import Transformer
from psycopg.errors import Diagnostic, error_from_result
from psycopg.pq import ExecStatus, Format

SILENCE = 10.0
"""Seconds without a word from the server before its connection counts as lost."""

_PREPARE = "PREPARE append AS SELECT * FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
_BINARY = [Format.BINARY] * 12


class NotReplicated(psycopg.OperationalError):
    """The commit is on this server alone: somebody has cancelled its wait for the standby."""


class Lane:
    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._rows = Transformer(connection)
        self._warned: list[str] = []
        connection.add_notice_handler(self._notice)

    @classmethod
    async def to(cls, dsn: str) -> Self:
        """Raises `psycopg.Error`."""
        connection = await AsyncConnection.connect(dsn, autocommit=True)
        try:
            await connection.execute(_PREPARE)
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    async def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            await self._connection.close()

    async def append(self, ledger: str, *arrays: bytes) -> list[tuple[Any, ...]]:
        """The rows of an append whose commit is known to stand, on the standby too where there is one. After an error
        the lane is not used again. Raises `psycopg.Error`."""
        self._warned.clear()
        silent = asyncio.get_running_loop().call_later(SILENCE, self._shut)
        try:
            results = await self._connection.wait(self._asked([ledger.encode(), *arrays]))
        finally:
            silent.cancel()
        for result in results:  # the rows are sent before the commit: one that fails is told behind them
            if result.status != ExecStatus.TUPLES_OK:
                raise error_from_result(result)
        if len(results) != 1:
            raise psycopg.OperationalError(f"{len(results)} answers to one append")
        if self._warned:
            raise NotReplicated(self._warned[0])
        self._rows.set_pgresult(results[0])
        return self._rows.load_rows(0, results[0].ntuples, tuple)

    def _asked(self, values: Sequence[bytes]) -> Generator[Any, Any, list[Any]]:
        self._connection.pgconn.send_query_prepared(b"append", values, _BINARY, Format.BINARY)
        results: list[Any] = yield from generators.execute(self._connection.pgconn)
        return results

    def _notice(self, told: Diagnostic) -> None:
        if told.source_function == "SyncRepWaitForLSN":
            self._warned.append(told.message_primary or "")

    def _shut(self) -> None:
        """End the wait: the driver then sees a lost connection. To cancel the statement would ask a server that may be
        waiting for its standby to give that up."""
        line = self._connection.fileno()
        with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(line)) as own:
            own.shutdown(socket.SHUT_RDWR)
