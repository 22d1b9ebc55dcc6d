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


def page_of(rows: list[dict[str, Any]], limit: int, filters: Mapping[str, Any], *key: str) -> Page:
    """A page from `limit + 1` rows: the extra one only says that there are more."""
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, write_cursor(filters, [rows[-1][column] for column in key]) if more else None)


def write_cursor(filters: Mapping[str, Any], last: list[Any]) -> str:
    """Opaque to the caller: the last row's key, bound to the filters it was asked with."""
    written = orjson.dumps([_bound_to(filters), last], default=str)
    return base64.urlsafe_b64encode(written).decode().rstrip("=")


def read_cursor(cursor: str, filters: Mapping[str, Any], kinds: tuple[type, ...]) -> list[Any]:
    """The key a cursor holds. Raises `CursorInvalid` where it is damaged or belongs to another query."""
    try:
        bound, last = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        values = [kind(value) for kind, value in zip(kinds, last, strict=True)]
    except (ValueError, TypeError, binascii.Error, AttributeError, OverflowError):
        raise CursorInvalid("游标已损坏") from None
    if bound != _bound_to(filters):
        raise CursorInvalid("游标属于另一条件的查询")
    if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in values):
        raise CursorInvalid("游标已损坏")
    return values


def _bound_to(filters: Mapping[str, Any]) -> str:
    written = orjson.dumps(
        {name: str(value) for name, value in filters.items() if value is not None}, option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(written).hexdigest()[:16]
