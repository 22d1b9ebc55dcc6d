"""Arrays as PostgreSQL's binary protocol has them: a batch of hundreds of commands is written by one join, where the
driver would ask every element for its type."""

import struct
from collections.abc import Iterable
from uuid import UUID

from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_HEAD = struct.Struct(">iiiii").pack
_EMPTY = struct.Struct(">iii").pack
_LENGTH = struct.Struct(">i").pack
_INT4 = struct.Struct(">ii").pack
_INT8 = struct.Struct(">iq").pack
_UUID = _LENGTH(16)
_NULL = _LENGTH(-1)


class Array(bytes):
    """A one-dimensional array, ready to be sent; each subclass is one type of PostgreSQL's."""

    __slots__ = ()


class Uuids(Array):
    @classmethod
    def of(cls, values: Iterable[UUID | None]) -> "Uuids":
        return cls(_array(2950, [_NULL if value is None else _UUID + value.bytes for value in values]))


class Bytes(Array):
    @classmethod
    def of(cls, values: Iterable[bytes | None]) -> "Bytes":
        return cls(_array(17, [_NULL if value is None else _LENGTH(len(value)) + value for value in values]))


class Texts(Array):
    @classmethod
    def of(cls, values: Iterable[str]) -> "Texts":
        return cls(_array(25, [_LENGTH(len(value)) + value for value in map(str.encode, values)]))


class Integers(Array):
    @classmethod
    def of(cls, values: Iterable[int]) -> "Integers":
        return cls(_array(23, [_INT4(4, value) for value in values]))


class Bigints(Array):
    @classmethod
    def of(cls, values: Iterable[int]) -> "Bigints":
        return cls(_array(20, [_INT8(8, value) for value in values]))


class _AsIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj


_ARRAY_TYPES = {Uuids: 2951, Bytes: 1001, Texts: 1009, Integers: 1007, Bigints: 1016}


def register(adapters: AdaptersMap) -> None:
    """Let a connection send these."""
    for kind, oid in _ARRAY_TYPES.items():
        adapters.register_dumper(kind, type(f"{kind.__name__}Dumper", (_AsIs,), {"oid": oid}))


def _array(element: int, values: list[bytes]) -> bytes:
    if not values:
        return _EMPTY(0, 0, element)
    return b"".join((_HEAD(1, 0, element, len(values), 1), *values))
