"""Questions about 先沟通后答复 (CQ01)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.codes import Outcome
from domain.communication import Communication
from domain.policy.rulebook import Rulebook
from projections.asking import Ask, Page, page_of, read_cursor
from projections.communication_before_reply.board import VerdictRow, judged, pin

_ORDER = "ORDER BY coalesce(case_no, 2147483647), stream, round, unit"


async def verdicts(
    ask: Ask,
    ledger: str,
    *,
    session: str | None = None,
    case: UUID | None = None,
    unit: str | None = None,
    outcome: Outcome | None = None,
    under: Rulebook | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """A verdict per reply round and answering unit, by the pinned rulebook, or by another (`under`)."""
    filters = {
        "session": session,
        "case": case,
        "unit": unit,
        "outcome": outcome,
        "under": under and under.ref().digest,
    }
    asked = {**filters, "ledger": ledger, "question": "communication_before_reply"}
    where = ["ledger = %(ledger)s", "round > 0"]
    values: dict[str, Any] = {**filters, "ledger": ledger, "limit": limit + 1}
    if session is not None:
        where.append("session = %(session)s")
    if case is not None:
        where.append("stream = %(case)s")
    if unit is not None:
        where.append("unit = %(unit)s")
    if outcome is not None and under is None:
        where.append("outcome = %(outcome)s")
    if cursor is not None:
        names = ("place", "stream", "round", "last_unit")
        values |= dict(zip(names, read_cursor(cursor, asked, (int, UUID, int, str)), strict=True))
        where.append(
            "(coalesce(case_no, 2147483647), stream, round, unit) > (%(place)s, %(stream)s, %(round)s, %(last_unit)s)"
        )
    sql = f"""SELECT *, coalesce(case_no, 2147483647) AS place FROM boards.communication_before_reply
              WHERE {" AND ".join(where)} {_ORDER} LIMIT %(limit)s"""
    page = page_of(await ask(sql, values), limit, asked, "place", "stream", "round", "unit")
    if under is None:
        return page
    again = await _under(ask, ledger, page.rows, under)
    return Page([row for row in again if outcome is None or row["outcome"] == outcome], page.next)


async def _under(ask: Ask, ledger: str, rows: Iterable[dict[str, Any]], rulebook: Rulebook) -> list[dict[str, Any]]:
    """The same facts, judged again."""
    rows = list(rows)
    streams = list({row["stream"] for row in rows})
    sql = """SELECT * FROM boards.communication_before_reply
             WHERE ledger = %(ledger)s AND stream = ANY (%(streams)s) AND round = 0"""
    cases = {
        row["stream"]: VerdictRow.model_validate(row) for row in await ask(sql, {"ledger": ledger, "streams": streams})
    }
    other, again = pin(rulebook.ref()), []
    for row in rows:
        case = cases[row["stream"]]
        facts = case.facts or Communication()
        answered = facts.round_of(row["unit"], row["round"])
        if answered is not None:
            verdict = judged(case.model_copy(update=other), answered, facts, rulebook)
            verdict = verdict.model_copy(update={"last_position": row["last_position"]})
            again.append(verdict.model_dump())
    return again
