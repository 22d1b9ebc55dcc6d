"""How queries reach the database, and how they page.

A query is a function and its SQL. It gets an `Ask`, which runs a statement with named parameters and answers with
dictionaries; where the rows come from is not its business.
"""

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

Ask = Callable[[str, Mapping[str, Any]], Awaitable[list[dict[str, Any]]]]

MOST_ROWS = 500


class CursorInvalid(Exception):
    """A cursor that was not given out for this query."""

    code = "cursor-invalid"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and where to go on; None at the end."""

    rows: list[dict[str, Any]]
    next: str | None


def page_of(rows: list[dict[str, Any]], limit: int, asked: Mapping[str, Any], *key: str) -> Page:
    """A page from `limit + 1` rows: the extra one only says that there are more. `asked` is the question: its name,
    its ledger, its filters."""
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, write_cursor(asked, [rows[-1][column] for column in key]) if more else None)


def write_cursor(asked: Mapping[str, Any], last: list[Any]) -> str:
    """Opaque to the caller: the last row's key, bound to the question."""
    written = orjson.dumps([_bound_to(asked), last], default=str)
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def read_cursor(cursor: str, asked: Mapping[str, Any], kinds: tuple[type, ...]) -> list[Any]:
    """The key a cursor holds. Raises `CursorInvalid` where it is damaged or belongs to another query."""
    try:
        bound, last = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        values = [kind(value) for kind, value in zip(kinds, last, strict=True)]
    except (ValueError, TypeError, binascii.Error, AttributeError, OverflowError):
        raise CursorInvalid("游标已损坏") from None
    if bound != _bound_to(asked):
        raise CursorInvalid("游标属于另一条件的查询")
    if not all(map(_storable, values)):
        raise CursorInvalid("游标已损坏")
    return values


def _storable(value: Any) -> bool:
    """Whether PostgreSQL can hold it."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, str) or value.isprintable()


def _bound_to(asked: Mapping[str, Any]) -> str:
    written = orjson.dumps(
        {name: str(value) for name, value in asked.items() if value is not None}, option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(written).hexdigest()[:16]
