"""台账: what a ledger notes about itself.

The names of these events are the storage format. Rename nothing; change a shape only with an upcast.
"""

from domain.events.base import Event


class ClockStepped(Event):
    """时钟回拨: the database's clock stood behind the ledger's head; recording times stood still meanwhile."""

    behind_ms: int
