"""Arrays as PostgreSQL's binary protocol has them: a batch of hundreds of commands is written by one join, where the
driver would ask every element for its type."""

import struct
from collections.abc import Iterable
from uuid import UUID

_HEAD = struct.Struct(">iiiii").pack
_EMPTY = struct.Struct(">iii").pack
_LENGTH = struct.Struct(">i").pack
_INT4 = struct.Struct(">ii").pack
_INT8 = struct.Struct(">iq").pack
_UUID = _LENGTH(16)
_NULL = _LENGTH(-1)


def uuids(values: Iterable[UUID | None]) -> bytes:
    return _array(2950, [_NULL if value is None else _UUID + value.bytes for value in values])


def byteas(values: Iterable[bytes | None]) -> bytes:
    return _array(17, [_NULL if value is None else _LENGTH(len(value)) + value for value in values])


def texts(values: Iterable[str]) -> bytes:
    return _array(25, [_LENGTH(len(value)) + value for value in map(str.encode, values)])


def integers(values: Iterable[int]) -> bytes:
    return _array(23, [_INT4(4, value) for value in values])


def bigints(values: Iterable[int]) -> bytes:
    return _array(20, [_INT8(8, value) for value in values])


def _array(element: int, values: list[bytes]) -> bytes:
    """One dimension, ready to be sent."""
    if not values:
        return _EMPTY(0, 0, element)
    return b"".join((_HEAD(1, 0, element, len(values), 1), *values))
