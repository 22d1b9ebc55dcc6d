"""Carrying stored payloads up to the present shape of their event. History is never rewritten: this is done on reading.

Each step goes from one schema number to the next, and stays for ever.
"""

from collections.abc import Callable, Mapping
from typing import Any


def _session_names_its_cppcc(payload: dict[str, Any]) -> dict[str, Any]:
    """`body` (ambiguous with a proposal's text) became `cppcc`."""
    return {"cppcc" if name == "body" else name: value for name, value in payload.items()}


UPCASTS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("SessionOpened", 1): _session_names_its_cppcc,
}
"""(event name, schema number) → what carries its payload to the next schema number."""
