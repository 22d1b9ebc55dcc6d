"""JSON without duplicate keys and without NaN: what the sender meant must be beyond doubt."""

import json
from typing import Any

import orjson
from pydantic_core import from_json


class KeyTwice(ValueError):
    """An object has a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NoNumber(ValueError):
    """NaN or an infinity, `name`, which JSON does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def read(raw: bytes) -> Any:
    """What is written. Raises `UnicodeDecodeError`, `json.JSONDecodeError`, `KeyTwice`, `NoNumber`, or `ValueError` and
    `RecursionError` for what is too long or too deep to be read."""
    if b"\\" not in raw:
        try:
            value = from_json(raw, allow_inf_nan=False)
            # a key that came twice is read once: written again, it lacks the quotation marks of the other
            if orjson.dumps(value).count(b'"') == raw.count(b'"'):
                return value
        except (ValueError, TypeError):  # not JSON, or a number of more than 64 bits: told below
            pass
    return read_slowly(raw)


def read_slowly(raw: bytes) -> Any:
    """The same, looking at every object on its own."""
    return json.loads(raw.decode("utf-8"), object_pairs_hook=_distinct, parse_constant=_no_constant)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise KeyTwice(next(key for key in keys if keys.count(key) > 1))
    return found


def _no_constant(name: str) -> Any:
    raise NoNumber(name)
