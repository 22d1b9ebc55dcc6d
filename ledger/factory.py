"""`PERSISTENCE_MODULE=ledger.factory`: an application written for the `eventsourcing` library keeps its events in a
ledger of its own.

Settings: HUIYIN_LEDGER_DSN, a connection string of the application's role, and HUIYIN_LEDGER, the ledger's name. What
the library keeps besides events (snapshots, how far a projection has come) is not history: a projection's view names
a persistence module of its own.
"""

from typing import Any, NoReturn

from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    ProcessRecorder,
    TrackingRecorder,
)

from ledger.recorder import LedgerRecorder


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    _made: LedgerRecorder | None = None

    def application_recorder(self) -> LedgerRecorder:
        """Raises `InfrastructureFactoryError` where a setting is missing."""
        dsn, ledger = self.env.get("HUIYIN_LEDGER_DSN"), self.env.get("HUIYIN_LEDGER")
        if not dsn or not ledger:
            raise InfrastructureFactoryError("HUIYIN_LEDGER_DSN and HUIYIN_LEDGER must both be set")
        self._made = self._made or LedgerRecorder(dsn, ledger)
        return self._made

    def aggregate_recorder(self, purpose: str = "events") -> LedgerRecorder:
        if purpose != "events":
            _not_kept(purpose)
        return self.application_recorder()

    def close(self) -> None:
        if self._made is not None:
            self._made.close()

    def tracking_recorder(self, tracking_recorder_class: type[Any] | None = None) -> NoReturn:
        _not_kept("tracking")

    def process_recorder(self) -> ProcessRecorder:
        _not_kept("tracking")


def _not_kept(what: str) -> NoReturn:
    raise InfrastructureFactoryError(f"a ledger keeps events, not {what}: name another persistence module for it")
