"""Event stores that are not Python or not the library's, each appending the same bytes under the same durability.

Each checks versions as we do: before it is measured, a second event for a version that is taken must be refused.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from benchmarks.harness import Bench, Figures
from benchmarks.peers import emmett, message_db, uma_db


class Peer(Protocol):
    """What each module of this package offers."""

    NAME: str

    def missing(self) -> str | None:
        """How to install it where it is not."""

    def opened(self, bench: Bench) -> AbstractContextManager[Callable[[int], Figures]]:
        """Asked with a number of writers, appends per second."""


PEERS: list[Peer] = [emmett, message_db, uma_db]
