"""Questions to the supervision board. `today` is always passed in: a past board can be asked for again."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.codes import Light, Stage
from projections.asking import Ask, Page, page_of, read_cursor
from projections.supervision_board.board import SUPERVISION_BOARD

_LIGHT = """
CASE
    WHEN ended IS NOT NULL OR archived_on IS NOT NULL THEN 'DONE'
    WHEN (closed_on IS NOT NULL OR replied_on IS NOT NULL) AND due_on IS NULL AND commitments = '[]' THEN 'DONE'
    WHEN due_on IS NULL THEN 'NONE'
    WHEN due_on < %(today)s::date THEN 'RED'
    WHEN due_on - %(today)s::date <= due_soon_days THEN 'YELLOW'
    ELSE 'GREEN'
END"""

_COLUMNS = f"""
SELECT *, {_LIGHT} AS light, due_on - %(today)s::date AS days_left,
    coalesce(case_no, 2147483647) AS place
FROM boards.supervision_board"""


async def cases(
    ask: Ask,
    ledger: str,
    *,
    today: date,
    session: str | None = None,
    unit: str | None = None,
    leader: str | None = None,
    stage: Stage | None = None,
    light: Light | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """Cases by number, unregistered proposals last; a day's lights and days left beside each."""
    filters: dict[str, Any] = {"session": session, "unit": unit, "leader": leader, "stage": stage, "light": light}
    asked = {**filters, "today": today if light else None, "ledger": ledger, "question": "supervision_board"}
    where = ["ledger = %(ledger)s"]
    values: dict[str, Any] = {**filters, "ledger": ledger, "today": today, "limit": limit + 1}
    if session is not None:
        where.append("session = %(session)s")
    if unit is not None:
        where.append("units @> jsonb_build_array(%(unit)s::text)")
    if leader is not None:
        where.append("leader = %(leader)s")
    if stage is not None:
        where.append("stage = %(stage)s")
    if light is not None:
        where.append(f"{_LIGHT} = %(light)s")
    if cursor is not None:
        values["place"], values["stream"] = read_cursor(cursor, asked, (int, UUID))
        where.append("(coalesce(case_no, 2147483647), stream) > (%(place)s, %(stream)s)")
    order = "ORDER BY coalesce(case_no, 2147483647), stream LIMIT %(limit)s"
    rows = await ask(f"{_COLUMNS} WHERE {' AND '.join(where)} {order}", values)
    return page_of(rows, limit, asked, "place", "stream")


async def of_case(ask: Ask, ledger: str, stream: UUID, today: date) -> dict[str, Any] | None:
    """One case's line."""
    values = {"ledger": ledger, "stream": stream, "today": today}
    rows = await ask(f"{_COLUMNS} WHERE ledger = %(ledger)s AND stream = %(stream)s", values)
    return rows[0] if rows else None


async def alive(
    ask: Ask, ledger: str, *, closed: bool, after: UUID | None, limit: int
) -> tuple[int | None, list[UUID]]:
    """Cases for which days still pass, by id: those that did not end without a reply and were not archived, closed ones
    if asked for; and how far the board had come when it told so, None where it has not begun."""
    values = {"ledger": ledger, "closed": closed, "after": after, "limit": limit, "version": SUPERVISION_BOARD.version}
    rows = await ask(_ALIVE, values)
    return (rows[0]["position"] if rows else None), [row["stream"] for row in rows if row["stream"]]


async def holds_simulated(ask: Ask, ledger: str) -> tuple[int | None, bool]:
    """Whether any case has something simulated or made up in it; and how far the board had come, as above."""
    rows = await ask(_SIMULATED, {"ledger": ledger, "version": SUPERVISION_BOARD.version})
    return (rows[0]["position"], rows[0]["found"]) if rows else (None, False)


async def last_simulated_entry(ask: Ask, ledger: str) -> datetime | None:
    """When the last event of any such case was entered, as it claims; None where there is none."""
    [row] = await ask(_LAST_SIMULATED, {"ledger": ledger})
    entered_at: datetime | None = row["entered_at"]
    return entered_at


# each one statement, so that a rebuild that switches the table cannot come between the position and the cases
_ALIVE = """
SELECT c.position, alive.stream
FROM control.checkpoints c LEFT JOIN LATERAL (
    SELECT b.stream FROM boards.supervision_board b
    WHERE b.ledger = c.ledger AND b.ended IS NULL AND b.archived_on IS NULL AND (b.closed_on IS NULL OR %(closed)s)
        AND (%(after)s::uuid IS NULL OR b.stream > %(after)s)
    ORDER BY b.stream LIMIT %(limit)s
) alive ON true
WHERE c.ledger = %(ledger)s AND c.model = 'supervision_board' AND c.version = %(version)s
ORDER BY alive.stream"""

_SIMULATED = """
SELECT c.position, EXISTS (
    SELECT FROM boards.supervision_board b
    WHERE b.ledger = c.ledger AND (b.has_made_up OR b.origins @> '["SIMULATED"]')
) AS found
FROM control.checkpoints c
WHERE c.ledger = %(ledger)s AND c.model = 'supervision_board' AND c.version = %(version)s"""

_LAST_SIMULATED = """
SELECT max((convert_from(e.state, 'UTF8')::jsonb ->> 'entered_at')::timestamptz) AS entered_at
FROM boards.supervision_board b JOIN ledger.events e ON e.ledger = b.ledger AND e.notification_id = b.last_position
WHERE b.ledger = %(ledger)s AND (b.has_made_up OR b.origins @> '["SIMULATED"]')"""
