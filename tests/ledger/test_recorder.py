"""The library's own recorder suites, unmodified, against our tables."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import ApplicationRecorder
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase

from ledger.recorder import LedgerRecorder
from tests.conftest import Database


@pytest.fixture(scope="class")
def recorders(request: pytest.FixtureRequest, database: Database):
    """Gives the suites a recorder per call, each on a ledger of its own."""
    opened: list[LedgerRecorder] = []

    def create(_: object = None) -> LedgerRecorder:
        opened.append(LedgerRecorder(database.app, f"suite-{uuid4().hex[:12]}"))
        return opened[-1]

    request.cls.create = staticmethod(create)
    yield
    for recorder in opened:
        recorder.close()


@pytest.mark.usefixtures("recorders")
class TestApplicationRecorder(ApplicationRecorderTestCase[LedgerRecorder]):
    def create_recorder(self) -> LedgerRecorder:
        return self.create()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


@pytest.mark.usefixtures("recorders")
class TestNonInterleaving(NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> ApplicationRecorder:
        return self.create()


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase
