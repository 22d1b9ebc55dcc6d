"""The ledger behind the `eventsourcing` library's recorder interface (sync).

The same tables and the same append function as `ledger.Ledger`, so that any application, subscription or projection
written for the library can follow a ledger, or write one of its own. A recorder is bound to one ledger.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import UUID, uuid5

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    PersistenceError,
    ProgrammingError,
    StoredEvent,
    Subscription,
)
from psycopg_pool import ConnectionPool

from domain.streams import NAMESPACE

_APPEND = """
SELECT first_position, last_position
FROM ledger.append(%s, '{NULL}'::uuid[], %s::uuid[], '{NULL}'::bytea[], %s::bigint[], %s::int[], %s::int[],
                   %s::int[], %s::uuid[], %s::bigint[], %s::text[], %s::bytea[])
WHERE command = 0
"""

_POLL_SECONDS = 0.25


class LedgerRecorder(ApplicationRecorder):
    """`dsn` names the application role. Stream ids that are no UUID become uuid5 of their text."""

    def __init__(self, dsn: str, ledger: str, *, pool_size: int = 16) -> None:
        self.ledger = ledger
        self.dsn = dsn
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            dsn, min_size=1, max_size=pool_size, open=True, kwargs={"autocommit": True}
        )
        try:
            with self._connection() as connection:
                connection.execute("SELECT ledger.open_ledger(%s)", (ledger,))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._pool.close()

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """All in one append or none. Raises `IntegrityError` where a stream is not at the version before."""
        if not stored_events:
            return []
        streams = [_uuid(stored.originator_id) for stored in stored_events]
        versions = [stored.originator_version for stored in stored_events]
        with self._connection() as connection:
            row = connection.execute(
                _APPEND,
                (
                    self.ledger,
                    streams[:1],
                    versions[-1:],
                    [len(stored_events)],
                    [len(stored_events)],
                    [1] * len(stored_events),
                    streams,
                    versions,
                    [stored.topic for stored in stored_events],
                    [stored.state for stored in stored_events],
                ),
                binary=True,
                prepare=True,
            ).fetchone()
        positions = range(row[0], row[1] + 1) if row is not None else range(0)
        if not positions:
            raise IntegrityError("a stream is not at the version before these events")
        return list(positions)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        sql = f"""
            SELECT originator_version, topic, state FROM ledger.events
            WHERE ledger = %s AND originator_id = %s
                AND originator_version > coalesce(%s::bigint, -1)
                AND originator_version <= coalesce(%s::bigint, 9223372036854775807)
            ORDER BY originator_version {"DESC" if desc else "ASC"} LIMIT %s"""
        values = (self.ledger, _uuid(originator_id), gt, lte, limit)
        with self._connection() as connection:
            rows = connection.execute(sql.encode(), values, binary=True).fetchall()
        return [StoredEvent(originator_id, *row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = 0 if start is None else start - inclusive_of_start
        sql = b"""
            SELECT originator_id, originator_version, topic, state, notification_id FROM ledger.events
            WHERE ledger = %s AND notification_id > %s
                AND notification_id <= coalesce(%s::bigint, 9223372036854775807)
                AND (%s::text[] IS NULL OR topic = ANY (%s::text[]))
            ORDER BY notification_id LIMIT %s"""
        wanted = list(topics) or None
        with self._connection() as connection:
            rows = connection.execute(sql, (self.ledger, after, stop, wanted, wanted, limit), binary=True).fetchall()
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        with self._connection() as connection:
            sql = "SELECT nullif(position, 0) FROM ledger.ledger_head WHERE ledger = %s"
            row = connection.execute(sql, (self.ledger,)).fetchone()
        return row[0] if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return LedgerSubscription(self, gt=gt, topics=topics)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A pooled connection; the database's errors as the library's."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except psycopg.DataError as error:
            raise DataError(error) from error
        except psycopg.OperationalError as error:
            raise OperationalError(error) from error
        except psycopg.IntegrityError as error:
            raise IntegrityError(error) from error
        except psycopg.ProgrammingError as error:
            raise ProgrammingError(error) from error
        except psycopg.Error as error:
            raise PersistenceError(error) from error


class LedgerSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Yields each position once, in order. Woken by the committer's hint, and by a poll under it, so that neither
    a lost hint nor one that came before LISTEN costs more than one poll."""

    def __init__(self, recorder: LedgerRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        self._dsn = recorder.dsn
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._hint_thread = Thread(target=self._wake_for_ever, daemon=True)
        self._hint_thread.start()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._hint_thread.join()

    def _wake_for_ever(self) -> None:
        while not self._has_been_stopped:
            try:
                with psycopg.connect(self._dsn, autocommit=True) as connection:
                    connection.execute("LISTEN huiyin_events")
                    while not self._has_been_stopped:
                        for _ in connection.notifies(timeout=_POLL_SECONDS, stop_after=1):
                            pass
                        self._has_been_notified.set()
            except psycopg.Error:
                self._has_been_notified.wait(_POLL_SECONDS)
                self._has_been_notified.set()


def _uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else uuid5(NAMESPACE, originator_id)
