"""Seeing one's own write, and knowing when one does not."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from starlette.testclient import TestClient

from domain.values import SHANGHAI
from ledger.embedded import EmbeddedPostgres
from ledger.migrate import migrate
from projections import READ_MODELS, engine
from tests.api.conftest import following, reacting, serving, set_up, submission
from tests.cases import rulebook
from tests.conftest import Database


def test_a_board_that_is_behind_says_so_and_catches_up(database: Database, tmp_path: Path) -> None:
    ledger = f"behind-{uuid4().hex[:8]}"
    with psycopg.connect(database.daemon, autocommit=True) as daemon:
        engine.prepare(daemon, READ_MODELS)
    with serving(database, tmp_path, ledger) as client:
        body = {"session": "15-3", "cppcc": "德惠市政协", "term": 15, "meeting": 3}
        after = client.post("/sessions", json=body).json()["position"]
        stale = client.get("/audit/trail", params={"after": after})
        assert stale.status_code == 200
        assert stale.headers["Huiyin-Behind"] == "1"
        assert stale.json()["items"] == []
        strict = client.get("/audit/trail", params={"after": after}, headers={"Prefer": "handling=strict"})
        assert (strict.status_code, strict.json()["code"]) == (503, "model-behind")
        assert strict.headers["Retry-After"] == "1"
        with following(database, ledger):
            fresh = client.get("/audit/trail", params={"after": after}, headers={"Prefer": "handling=strict"})
            assert "Huiyin-Behind" not in fresh.headers
            assert [item["type"] for item in fresh.json()["items"]] == ["SessionOpened"]


def test_a_case_that_the_board_has_not_reached_is_not_said_to_be_nowhere(database: Database, tmp_path: Path) -> None:
    ledger = f"unread-{uuid4().hex[:8]}"
    with serving(database, tmp_path, ledger) as client:
        set_up(client)
        case = client.post("/proposals", json=submission()).json()["stream"]
        unread = client.get(f"/proposals/{case}")
        assert (unread.status_code, unread.json()["code"]) == (503, "model-behind")
        assert client.get(f"/proposals/{uuid4()}").status_code == 404
        with following(database, ledger):
            until = time.monotonic() + 30
            while client.get(f"/proposals/{case}").status_code != 200:
                assert time.monotonic() < until, "the board never came"
                time.sleep(0.1)


def test_health_is_not_fooled_by_a_dead_daemon(database: Database, tmp_path: Path) -> None:
    ledger = f"health-{uuid4().hex[:8]}"
    with serving(database, tmp_path, ledger) as client:
        never = client.get("/health")
        assert (never.status_code, never.json()["status"]) == (503, "degraded")
        with following(database, ledger), reacting(database, ledger):
            until_well(client)
        until = time.monotonic() + 10
        while client.get("/health").status_code == 200:
            assert time.monotonic() < until, "a daemon that is gone for 10 s still looks healthy"
            time.sleep(0.2)
        assert client.get("/health").json()["status"] == "degraded"


def test_health_is_not_fooled_by_dead_reactions(database: Database, tmp_path: Path, admin: psycopg.Connection) -> None:
    ledger = f"health-{uuid4().hex[:8]}"
    with serving(database, tmp_path, ledger) as client, following(database, ledger):
        with reacting(database, ledger):
            until_well(client)
            until, today = time.monotonic() + 10, str(datetime.now(SHANGHAI).date())
            while (known := client.get("/health").json()["ledgers"][0]["reactions"])["day"] < today:
                assert time.monotonic() < until, "the day has not been gone through"
                time.sleep(0.1)
        assert (known["position"], known["behind"], known["simulated_day"]) == (0, 0, None)
        admin.execute(
            "UPDATE control.reactions SET beat_at = beat_at - interval '1 minute' WHERE ledger = %s", (ledger,)
        )
        dead = client.get("/health")
        assert (dead.status_code, dead.json()["detail"]) == (503, "自动办理进程没有应答")


def until_well(client: TestClient) -> None:
    until = time.monotonic() + 10
    while client.get("/health").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_health_is_not_fooled_by_a_daemon_that_cannot_read_history(
    database: Database, tmp_path: Path, admin: psycopg.Connection
) -> None:
    ledger = f"unread-{uuid4().hex[:8]}"
    with serving(database, tmp_path, ledger) as client:
        client.post("/sessions", json={"session": "15-3", "cppcc": "德惠市政协", "term": 15, "meeting": 3})
        admin.execute("ALTER TABLE ledger.events DISABLE TRIGGER USER")
        admin.execute("UPDATE ledger.events SET topic = 'SessionOpened/99' WHERE ledger = %s", (ledger,))
        admin.execute("ALTER TABLE ledger.events ENABLE TRIGGER USER")
        with following(database, ledger):
            until = time.monotonic() + 3
            while time.monotonic() < until:
                assert client.get("/health").json()["status"] == "degraded"
                time.sleep(0.2)


def test_boards_that_nobody_has_made_yet_are_behind(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="huiyin-fresh-"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data") as server:
        migrate(server.dsn())
        with serving(Database(server), tmp_path, "fresh") as client:
            for path in ("/boards/supervision", "/audit/trail", "/compliance/communication-before-reply"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["code"]) == (503, "model-behind")
    shutil.rmtree(folder, ignore_errors=True)


def test_health_answers_while_the_database_is_frozen(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="huiyin-frozen-"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data") as server:
        migrate(server.dsn())
        own = Database(server)
        with serving(own, tmp_path, "frozen") as client, psycopg.connect(own.admin, autocommit=True) as admin:
            backends = admin.execute(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchall()
            postmaster = int((folder / "data" / "cluster" / "postmaster.pid").read_text().split()[0])
            with frozen(postmaster, *(pid for (pid,) in backends)):
                answer = client.get("/health")
                posted = client.post("/sessions", json={"session": "1", "cppcc": "政协", "term": 1, "meeting": 1})
                read = client.get("/boards/supervision")
            for unanswered in (posted, read):
                assert (unanswered.status_code, unanswered.json()["code"]) == (503, "database-unavailable")
            assert (answer.status_code, answer.json()["status"]) == (503, "down")
            assert client.get("/health").json()["status"] == "degraded", "it has thawed"
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_two_ledgers_are_told_apart_by_the_path(database: Database, tmp_path: Path) -> None:
    one, two = f"one-{uuid4().hex[:8]}", f"two-{uuid4().hex[:8]}"
    with serving(database, tmp_path, one, two) as client:
        body = {"session": "15-3", "cppcc": "德惠市政协", "term": 15, "meeting": 3}
        assert client.post("/sessions", json=body).status_code == 404
        assert client.post(f"/l/{one}/sessions", json=body).json()["position"] == 1
        assert client.get(f"/l/{one}/sessions/15-3").status_code == 200
        assert client.get(f"/l/{two}/sessions/15-3").status_code == 404
        assert client.get("/l/nowhere/health").status_code == 404


def test_what_was_made_in_a_ledger_is_found_in_it(database: Database, tmp_path: Path) -> None:
    one, two = f"one-{uuid4().hex[:8]}", f"two-{uuid4().hex[:8]}"
    with serving(database, tmp_path, one, two) as client:
        for path, body in (
            ("sessions", {"session": "15-3", "cppcc": "德惠市政协", "term": 15, "meeting": 3}),
            ("sessions/15-3/rulebooks", {"rulebook": rulebook().model_dump(mode="json")}),
            ("directory/members", {"member": "weiyuan-1", "name": "刘䶮"}),
        ):
            assert client.post(f"/l/{two}/{path}", json=body).status_code == 200
        made = client.post(f"/l/{two}/proposals", json=submission())
        assert made.headers["Location"] == f"/l/{two}/proposals/{made.json()['stream']}"
        assert client.get(f"{made.headers['Location']}/history").status_code == 200
