"""Questions to the supervision board. `today` is always passed in: a past board can be asked for again."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.codes import Light, Stage
from projections.asking import Ask, Page, page_of, read_cursor

_LIGHT = """
CASE
    WHEN closed_on IS NOT NULL OR ended IS NOT NULL OR (replied_on IS NOT NULL AND due_on IS NULL) THEN 'DONE'
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
