"""Ids that nobody has to be able to make again."""

import time
from os import urandom
from uuid import UUID

_VERSION, _VARIANT = 7 << 76, 2 << 62


def uuid7() -> UUID:
    """A new id that begins with the time (RFC 9562, version 7; the twelve bits behind the milliseconds are the part of
    the millisecond): what is written together lies together in an index."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    part = rest * 4096 // 1_000_000
    chance = int.from_bytes(urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | _VERSION | part << 64 | _VARIANT | chance)
