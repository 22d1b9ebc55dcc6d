"""A connection that appends: the one statement of the hot path, without the driver's cursors around it.

Sending prepared arrays and reading the rows costs the driver's own machinery for any statement twice what the statement
itself costs this process; here there is one statement, made ready once.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection
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
    """Of the loop it is made on. It listens for as long as it is open: to begin and end that anew for every append
    would cost as much as the rest of sending it."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._line = connection.pgconn
        self._rows = Transformer(connection)
        self._loop = asyncio.get_running_loop()
        self._results: list[Any] = []
        self._warned: list[str] = []
        self._answer: asyncio.Future[list[tuple[Any, ...]]] = self._loop.create_future()
        self._answer.cancel()  # nobody waits yet
        self._silent: asyncio.TimerHandle | None = None
        connection.add_notice_handler(self._notice)
        self._loop.add_reader(connection.fileno(), self._hear)

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
        if self._silent is not None:
            self._silent.cancel()
        self._deaf()
        with contextlib.suppress(psycopg.Error):
            await self._connection.close()

    def append(self, ledger: str, *arrays: bytes) -> Awaitable[list[tuple[Any, ...]]]:
        """Send an append, before anything is awaited. What comes of it: the rows of an append whose commit is known to
        stand, on the standby too where there is one; or `psycopg.Error`, after which the lane is not used again."""
        self._results.clear()
        self._warned.clear()
        self._answer = self._loop.create_future()
        self._silent = self._loop.call_later(SILENCE, self._shut)
        try:
            self._line.send_query_prepared(b"append", [ledger.encode(), *arrays], _BINARY, Format.BINARY)
            self._flush()
        except psycopg.Error as error:
            self._fail(error)
        return self._answer

    def _flush(self) -> None:
        try:
            left = self._line.flush()
        except psycopg.Error as error:
            self._fail(error)
            return
        if left:
            self._loop.add_writer(self._line.socket, self._flush)
        else:
            self._loop.remove_writer(self._line.socket)

    def _hear(self) -> None:
        try:
            self._line.consume_input()
            while not self._line.is_busy():
                result = self._line.get_result()
                if result is None:
                    self._told()
                    return
                self._results.append(result)
        except psycopg.Error as error:
            self._fail(error)

    def _told(self) -> None:
        if self._answer.done() or not self._results:
            return
        results, self._results = self._results, []
        for result in results:  # the rows are sent before the commit: one that fails is told behind them
            if result.status != ExecStatus.TUPLES_OK:
                self._end(error_from_result(result))
                return
        if len(results) != 1:
            self._end(psycopg.OperationalError(f"{len(results)} answers to one append"))
        elif self._warned:
            self._end(NotReplicated(self._warned[0]))
        else:
            self._rows.set_pgresult(results[0])
            self._end(self._rows.load_rows(0, results[0].ntuples, tuple))

    def _end(self, outcome: list[tuple[Any, ...]] | psycopg.Error) -> None:
        if self._silent is not None:
            self._silent.cancel()
        if self._answer.done():
            return
        if isinstance(outcome, psycopg.Error):
            self._answer.set_exception(outcome)
        else:
            self._answer.set_result(outcome)

    def _fail(self, error: psycopg.Error) -> None:
        """The connection is lost, and would be heard of for ever."""
        self._deaf()
        self._end(error)

    def _deaf(self) -> None:
        with contextlib.suppress(psycopg.Error):  # closed before: it has no line any more
            self._loop.remove_reader(self._line.socket)
            self._loop.remove_writer(self._line.socket)

    def _notice(self, told: Diagnostic) -> None:
        if told.source_function == "SyncRepWaitForLSN":
            self._warned.append(told.message_primary or "")

    def _shut(self) -> None:
        """End the wait: a lost connection is then heard. To cancel the statement would ask a server that may be waiting
        for its standby to give that up."""
        line = self._connection.fileno()
        with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(line)) as own:
            own.shutdown(socket.SHUT_RDWR)
