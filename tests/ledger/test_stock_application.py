"""An application and a projection written with the stock library run on our tables."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import InfrastructureFactoryError, IntegrityError, Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic

from ledger import factory
from ledger.reader import head
from tests.conftest import Database


class Notice(Aggregate):
    """A note on a board, as any user of the library would write one."""

    @event("Posted")
    def __init__(self, text: str) -> None:
        self.text = text
        self.readers: list[str] = []

    @event("Seen")
    def see(self, reader: str) -> None:
        self.readers.append(reader)


class Board(Application[UUID]):
    def post(self, text: str) -> UUID:
        notice = Notice(text)
        self.save(notice)
        return notice.id

    def see(self, notice: UUID, reader: str) -> None:
        seen: Notice = self.repository.get(notice)
        seen.see(reader)
        self.save(seen)


class Counted(POPOTrackingRecorder):
    posted = 0
    seen = 0


class Counts(Projection[Counted]):
    name = "counts"
    topics = (get_topic(Notice.Posted), get_topic(Notice.Seen))  # type: ignore[attr-defined]  # made by the decorator

    @singledispatchmethod
    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        """What is neither posted nor seen is passed over."""

    @process_event.register
    def posted(self, _: Notice.Posted, tracking: Tracking) -> None:  # type: ignore[name-defined]  # as above
        self.view.insert_tracking(tracking)
        self.view.posted += 1

    @process_event.register
    def seen(self, _: Notice.Seen, tracking: Tracking) -> None:  # type: ignore[name-defined]  # as above
        self.view.insert_tracking(tracking)
        self.view.seen += 1


@pytest.fixture
def settings(database: Database, ledger_name: str) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": factory.__name__,
        "HUIYIN_LEDGER_DSN": database.app,
        "HUIYIN_LEDGER": ledger_name,
        "COUNTS_PERSISTENCE_MODULE": "eventsourcing.popo",
    }


@pytest.fixture
def board(settings: dict[str, str]) -> Iterator[Board]:
    with Board(settings) as opened:
        yield opened


def test_an_application_of_the_library_keeps_its_events_in_a_ledger(
    board: Board, database: Database, ledger_name: str, admin
) -> None:
    notice = board.post("䶮河整治")
    for reader in ("刘喆", "李镕"):
        board.see(notice, reader)
    assert board.repository.get(notice).readers == ["刘喆", "李镕"]
    assert board.repository.get(notice, version=2).readers == ["刘喆"]
    assert head(admin, ledger_name) == 3
    assert [item.id for item in board.notification_log.select(start=1, limit=10)] == [1, 2, 3]


def test_two_who_change_the_same_thing_clash(board: Board) -> None:
    notice = board.post("通知")
    one, other = board.repository.get(notice), board.repository.get(notice)
    one.see("刘喆")
    other.see("李镕")
    board.save(one)
    with pytest.raises(IntegrityError):
        board.save(other)


def test_a_projection_of_the_library_follows_it(settings: dict[str, str], ledger_name: str) -> None:
    with (
        ProjectionRunner(application_class=Board, projection_class=Counts, view_class=Counted, env=settings) as runner,
        Board(settings) as writing,
    ):
        notices = [writing.post(f"第 {number} 号") for number in range(20)]
        for notice in notices:
            writing.see(notice, "刘喆")
        runner.wait(40, timeout=10)
        assert (runner.projection.view.posted, runner.projection.view.seen) == (20, 20)


@pytest.mark.parametrize("missing", ["HUIYIN_LEDGER_DSN", "HUIYIN_LEDGER"])
def test_a_missing_setting_is_named(settings: dict[str, str], missing: str) -> None:
    del settings[missing]
    with pytest.raises(InfrastructureFactoryError, match=missing):
        Board(settings)


def test_what_is_no_history_is_not_kept_here(settings: dict[str, str]) -> None:
    with pytest.raises(InfrastructureFactoryError, match="snapshots"):
        Board({**settings, "IS_SNAPSHOTTING_ENABLED": "yes"})
    made = factory.LedgerFactory(settings)
    for ask in (made.tracking_recorder, made.process_recorder):
        with pytest.raises(InfrastructureFactoryError, match="tracking"):
            ask()
