"""Questions to the audit trail."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.codes import Origin
from projections.asking import Ask, Page, page_of, read_cursor

_EVENTS = """
SELECT trail.*, (
    SELECT min(taking.version) FROM boards.audit_trail taking
    WHERE taking.ledger = trail.ledger AND taking.stream = trail.stream AND taking.takes_back = trail.version
) AS taken_back_by
FROM boards.audit_trail trail
"""


async def events(
    ask: Ask,
    ledger: str,
    *,
    case: UUID | None = None,
    actor: str | None = None,
    unit: str | None = None,
    type: str | None = None,
    origin: Origin | None = None,
    occurred_from: date | None = None,
    occurred_to: date | None = None,
    recorded_from: datetime | None = None,
    recorded_to: datetime | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """Events in the ledger's order. `actor` finds both who acted and who was acted for; the bounds are inclusive.
    `taken_back_by` is the version of the event that took this one back."""
    filters = {
        "case": case,
        "actor": actor,
        "unit": unit,
        "type": type,
        "origin": origin,
        "occurred_from": occurred_from,
        "occurred_to": occurred_to,
        "recorded_from": recorded_from,
        "recorded_to": recorded_to,
    }
    conditions = {
        "case": "stream = %(case)s",
        "actor": "(actor = %(actor)s OR on_behalf_of = %(actor)s)",
        "unit": "unit = %(unit)s",
        "type": "type = %(type)s",
        "origin": "origin = %(origin)s",
        "occurred_from": "occurred_on >= %(occurred_from)s",
        "occurred_to": "occurred_on <= %(occurred_to)s",
        "recorded_from": "recorded_at >= %(recorded_from)s",
        "recorded_to": "recorded_at <= %(recorded_to)s",
    }
    where = ["ledger = %(ledger)s", *(conditions[name] for name, value in filters.items() if value is not None)]
    asked = {**filters, "ledger": ledger, "question": "audit_trail"}
    values: dict[str, Any] = {**filters, "ledger": ledger, "limit": limit + 1}
    if cursor is not None:
        (values["after"],) = read_cursor(cursor, asked, (int,))
        where.append("position > %(after)s")
    order = "ORDER BY position LIMIT %(limit)s"
    rows = await ask(f"{_EVENTS}WHERE {' AND '.join(where)} {order}", values)
    return page_of(rows, limit, asked, "position")


_ATTEMPTS = """
SELECT id, attempted_at, stream, command, actor, on_behalf_of, rule, reason FROM ledger.attempts
WHERE ledger = %(ledger)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""


async def attempts(ask: Ask, ledger: str, *, limit: int = 100, cursor: str | None = None) -> Page:
    """What gates refused, in order."""
    asked = {"ledger": ledger, "question": "attempts"}
    (after,) = read_cursor(cursor, asked, (int,)) if cursor else (0,)
    return page_of(await ask(_ATTEMPTS, {"ledger": ledger, "after": after, "limit": limit + 1}), limit, asked, "id")
