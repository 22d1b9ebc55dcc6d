"""What the measures work on: the sample year, loaded through commands, and copies of its cases."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api import demo
from benchmarks.harness import Database
from domain.commands import RecordMemberContact
from domain.record import Context
from domain.setting import Setting
from domain.streams import directory_stream, proposal_stream, session_stream
from ledger.ledger import Ledger

LEDGER = "220183"
SECRET = b"benchmarks"
ACTOR = "admin"
SESSION = demo.read()[0]["session"]["session"]
LENGTH = 20
"""Events of a stream before a cycle."""

_CONTENT = "上门与提案人面谈，逐条听取其对办理思路的意见，约定月底前再见一次。" * 2


@dataclass(frozen=True, slots=True)
class Year:
    """A loaded ledger. `end` is its last position, `open_case` has `LENGTH` events and is not closed; a contact of
    `unit` with `member` is always something new to it."""

    end: int
    open_case: UUID
    unit: str
    member: str
    setting: Setting

    def contact(self) -> dict[str, Any]:
        """A command's body but its `occurred_at`; the stored event takes about 500 bytes."""
        return {
            "unit": self.unit,
            "stage": "BEFORE_REPLY",
            "mode": "VISIT",
            "unit_people": [{"name": "虚拟经办人"}],
            "members": [self.member],
            "content": _CONTENT,
            "member_position": "AGREE",
        }

    def commands(self) -> Callable[[], RecordMemberContact]:
        body = self.contact()
        return lambda: RecordMemberContact.model_validate({**body, "occurred_at": datetime.now(UTC)})


def load(database: Database) -> Year:
    """The sample year, and the case of it that is copied for the cycles."""

    async def run() -> Year:
        ledger = Ledger(LEDGER, database.dsn("huiyin_app"), secret=SECRET)
        await ledger.open()
        try:
            await demo.load(ledger)
            rows = await ledger.query(
                """SELECT originator_id FROM ledger.events
                   WHERE ledger = %s AND originator_version = %s AND topic LIKE 'HandlingClosed/%%'
                   ORDER BY notification_id LIMIT 1""",
                (LEDGER, LENGTH + 1),
            )
            case = rows[0][0]
            proposal, _ = await ledger.load(proposal_stream(case))
            return Year(
                end=await ledger.position(),
                open_case=case,
                unit=proposal.answering[0].unit,
                member=proposal.lead_proposer,
                setting=await setting(ledger),
            )
        finally:
            await ledger.close()

    return asyncio.run(run())


async def setting(ledger: Ledger) -> Setting:
    """What rules look at besides a case, as it stands."""
    now, end = datetime.now(UTC), await ledger.position()
    return Setting(
        ledger=ledger.name,
        now=now,
        occurred_at=now,
        context=Context(actor=ACTOR, reference_position=end),
        directory=(await ledger.load(directory_stream(ledger.name)))[0],
        session=(await ledger.load(session_stream(ledger.name, SESSION)))[0],
        beside={},
    )


def copy_open_case(database: Database, year: Year, copies: int) -> tuple[list[UUID], int]:
    """New streams of `LENGTH` events, byte for byte those of the open case; and the ledger's last position."""
    which = f"originator_id = '{year.open_case}' AND originator_version <= {LENGTH}"
    end = _copy(database, which, copies, "copy, originator_version")
    with database.connected() as connection:
        rows = connection.execute(
            "SELECT DISTINCT originator_id FROM ledger.events WHERE ledger = %s AND notification_id > %s",
            (LEDGER, year.end),
        ).fetchall()
    return [row[0] for row in rows], end


def copy_all_cases(database: Database, events: int) -> int:
    """At least so many events of new streams, copied from every case of the year; the ledger's last position.

    Ten copies of the year, 280 cases, go on side by side as in a busy session: all first events, all second ones, …
    """
    which = """originator_id IN (SELECT originator_id FROM ledger.events WHERE topic LIKE 'ProposalSubmitted/%')"""
    with database.connected() as connection:
        row = connection.execute(f"SELECT count(*) FROM ledger.events WHERE {which}".encode()).fetchone()
    assert row
    return _copy(database, which, -(-events // row[0]), "(copy - 1) / 10, originator_version, copy, originator_id")


def _copy(database: Database, which: str, copies: int, order: str) -> int:
    """Copy events past the append function, which a superuser may: what is measured comes after."""
    with database.connected() as connection, connection.transaction():
        connection.execute(
            f"""INSERT INTO ledger.events
                SELECT ledger, (SELECT position FROM ledger.ledger_head h WHERE h.ledger = e.ledger)
                        + row_number() OVER (ORDER BY {order}),
                    md5(copy::text || originator_id)::uuid, originator_version, topic, state, recorded_at
                FROM ledger.events e, generate_series(1, {copies}) AS copy
                WHERE ledger = '{LEDGER}' AND {which}""".encode()
        )
        row = connection.execute(
            """UPDATE ledger.ledger_head h
               SET position = (SELECT max(notification_id) FROM ledger.events e WHERE e.ledger = h.ledger)
               WHERE ledger = %s RETURNING position""",
            (LEDGER,),
        ).fetchone()
    assert row
    return int(row[0])


class Streams:
    """Streams of `LENGTH` events for both sides, cut back to that length before every round."""

    def __init__(self, database: Database, table: str, copies: int) -> None:
        """`table`: the library's, already made. It gets the same streams and the same bytes."""
        self.year = load(database)
        self.ids, self.end = copy_open_case(database, self.year, copies)
        self._database = database
        self._table = table
        with database.connected() as connection:
            row = connection.execute(
                f"""WITH copied AS (
                        INSERT INTO {table} (originator_id, originator_version, topic, state)
                        SELECT originator_id, originator_version, topic, state FROM ledger.events
                        WHERE ledger = %s AND notification_id > %s ORDER BY notification_id RETURNING notification_id
                    ) SELECT max(notification_id) FROM copied""".encode(),
                (LEDGER, self.year.end),
            ).fetchone()
            assert row
            self._library_end = row[0]
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def cut(self) -> None:
        with self._database.connected() as connection:
            with connection.transaction():
                ours = (LEDGER, self.end)
                connection.execute("DELETE FROM ledger.events WHERE ledger = %s AND notification_id > %s", ours)
                connection.execute("DELETE FROM ledger.receipts WHERE ledger = %s AND last_position > %s", ours)
                connection.execute("UPDATE ledger.ledger_head SET position = %s WHERE ledger = %s", ours[::-1])
                past = (self._library_end,)
                connection.execute(f"DELETE FROM {self._table} WHERE notification_id > %s".encode(), past)
            connection.execute(f"VACUUM ledger.events, ledger.receipts, {self._table}".encode())
