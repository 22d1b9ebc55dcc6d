"""What the measures work on: the sample year, loaded through commands, and copies of its cases."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from api import demo
from benchmarks.harness import Database
from domain.commands import RecordMemberContact
from domain.proposal import Proposal
from domain.record import Context
from domain.setting import Setting
from domain.streams import calendar_stream, directory_stream, proposal_stream, session_stream
from ledger.ids import uuid7
from ledger.ledger import one_ledger

LEDGER = "220183"
ACTOR = "admin"
LENGTH = 20
"""Events of a stream before a cycle."""

_CONTENT = "上门与提案人面谈，逐条听取其对办理思路的意见，约定月底前再见一次。" * 2


def fresh_ids() -> Iterator[UUID]:
    """Ids as the service makes them where a caller sends no key of its own; most are made before the clock runs: to
    make one costs as much as a tenth of an append."""
    made = [uuid7() for _ in range(150_000)]
    return chain(made, iter(uuid7, None))


def load(database: Database) -> tuple[int, UUID, Proposal, Setting]:
    """The sample year: its last position, a case that is open until its event `LENGTH + 1` closes it, that case's
    state, and what rules look at besides a case."""

    async def run() -> tuple[int, UUID, Proposal, Setting]:
        async with one_ledger(LEDGER, database.dsn("huiyin_app"), secret=b"benchmarks") as ledger:
            await demo.load(ledger)
            sql = """SELECT originator_id FROM ledger.events WHERE originator_version = %s
                     AND topic LIKE 'HandlingClosed/%%' ORDER BY notification_id LIMIT 1"""
            ((case,),) = await ledger.query(sql, (LENGTH + 1,))
            proposal, _ = await ledger.load(proposal_stream(case))
            directory, _ = await ledger.load(directory_stream(LEDGER))
            session, _ = await ledger.load(session_stream(LEDGER, str(proposal.session)))
            calendar, _ = await ledger.load(calendar_stream(LEDGER))
            end, now = await ledger.position(), datetime.now(UTC)
            context = Context(actor=ACTOR, reference_position=end)
            setting = Setting(LEDGER, now, now, context, directory, session, calendar, {})
            return end, case, proposal, setting

    return asyncio.run(run())


def copy(database: Database, which: str, copies: int, order: str) -> int:
    """Append copies of events as new streams; the ledger's last position. Past the append function, which a
    superuser may: what is measured comes after."""
    with database.connected() as connection, connection.transaction():
        connection.execute(
            f"""INSERT INTO ledger.events
                SELECT e.ledger, h.position + row_number() OVER (ORDER BY {order}),
                    md5(copy::text || originator_id)::uuid, originator_version, topic, state, e.recorded_at
                FROM ledger.events e JOIN ledger.ledger_head h USING (ledger), generate_series(1, {copies}) AS copy
                WHERE {which}""".encode()
        )
        moved = connection.execute(
            """UPDATE ledger.ledger_head SET position = (SELECT max(notification_id) FROM ledger.events)
               RETURNING position"""
        ).fetchone()
    return int(moved[0]) if moved else 0


def give_to_library(database: Database, table: str, after: int, limit: int | None = None) -> None:
    """The same events of the same streams, byte for byte and in the same order; then both start from clean tables."""
    with database.connected() as connection:
        connection.execute(
            f"""INSERT INTO library.{table} (originator_id, originator_version, topic, state)
                SELECT originator_id, originator_version, topic, state FROM ledger.events
                WHERE notification_id > %s ORDER BY notification_id LIMIT %s""".encode(),
            (after, limit),
        )
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


class OpenCases:
    """Streams of `LENGTH` events, the same ones for both sides, cut back to that length before every round."""

    def __init__(self, database: Database, table: str, copies: int) -> None:
        """`table` is the library's, already made."""
        start, case, proposal, self.setting = load(database)
        which = f"originator_id = '{case}' AND originator_version <= {LENGTH}"
        self._end = copy(database, which, copies, "copy, originator_version")
        self._database, self._table, self._library_end = database, table, self._end - start
        give_to_library(database, table, start)
        with database.connected() as connection:
            sql = "SELECT DISTINCT originator_id FROM ledger.events WHERE notification_id > %s"
            self.ids: list[UUID] = [row[0] for row in connection.execute(sql, (start,)).fetchall()]
        self.contact = {
            "unit": proposal.answering[0].unit,
            "stage": "BEFORE_REPLY",
            "mode": "VISIT",
            "unit_people": [{"name": "虚拟经办人"}],
            "members": [proposal.lead_proposer],
            "content": _CONTENT,
            "member_position": "AGREE",
        }

    def commands(self) -> Callable[[], RecordMemberContact]:
        """Each a contact at another moment, which is always something new; its event takes about 500 bytes."""
        return lambda: RecordMemberContact.model_validate({**self.contact, "occurred_at": datetime.now(UTC)})

    def cut(self) -> None:
        with self._database.connected() as connection:
            with connection.transaction():
                connection.execute("DELETE FROM ledger.events WHERE notification_id > %s", (self._end,))
                connection.execute("DELETE FROM ledger.receipts WHERE last_position > %s", (self._end,))
                connection.execute("UPDATE ledger.ledger_head SET position = %s", (self._end,))
                longer = f"DELETE FROM library.{self._table} WHERE notification_id > %s"
                connection.execute(longer.encode(), (self._library_end,))
            connection.execute(f"VACUUM ledger.events, ledger.receipts, library.{self._table}".encode())
