"""A running service: the real application, the real daemon, the real reactions, the real database."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import uvicorn
from starlette.testclient import TestClient

from api import tokens
from api.app import create_app
from api.reactions import process
from api.settings import Addresses, Settings
from projections import READ_MODELS, daemon
from tests.cases import rulebook
from tests.conftest import SECRET, Database

SESSION = "15-3"


@contextmanager
def following(database: Database, *ledgers: str) -> Iterator[None]:
    """The daemon, in a thread of its own."""
    stopped = threading.Event()
    running = threading.Thread(
        target=daemon.run, args=(database.daemon, ledgers, READ_MODELS, stopped.is_set), daemon=True
    )
    running.start()
    yield
    stopped.set()
    running.join(10)


@contextmanager
def reacting(database: Database, *ledgers: str) -> Iterator[None]:
    """The reactions' process, in a thread of its own."""
    stopped = threading.Event()

    def run() -> None:
        asyncio.run(process.run(database.reactions, ledgers, secret=SECRET, stopped=stopped.is_set))

    running = threading.Thread(target=run, daemon=True)
    running.start()
    yield
    stopped.set()
    running.join(10)


@contextmanager
def serving(database: Database, folder: Path, *ledgers: str) -> Iterator[TestClient]:
    """The application, with the administrator's token in every request."""
    settings = Settings(data=folder, ledgers=ledgers)
    urls = Addresses(database.admin, database.app, database.daemon, database.reactions, embedded=False)
    token = tokens.issue(database.admin)
    with TestClient(
        create_app(settings, urls), headers={"Authorization": f"Bearer {token}"}, raise_server_exceptions=False
    ) as client:
        yield client


@contextmanager
def listening(database: Database, folder: Path, *ledgers: str) -> Iterator[tuple[str, str]]:
    """The application on a port of this machine: its address, and the administrator's token."""
    urls = Addresses(database.admin, database.app, database.daemon, database.reactions, embedded=False)
    app = create_app(Settings(data=folder, ledgers=ledgers), urls)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", tokens.issue(database.admin)
    server.should_exit = True
    running.join(10)


@dataclass
class Case:
    """One case, driven over HTTP."""

    client: TestClient
    id: str

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        return self.client.post(f"/proposals/{self.id}/{path}", json=body, headers=headers)

    def line(self, after: int) -> dict[str, Any]:
        answer = self.client.get(
            f"/proposals/{self.id}", params={"after": after}, headers={"Prefer": "handling=strict"}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["line"])


@pytest.fixture(scope="session")
def api_ledger() -> str:
    return f"api-{uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def client(database: Database, api_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service with one session, three units and two members."""
    with (
        following(database, api_ledger),
        reacting(database, api_ledger),
        serving(database, tmp_path_factory.mktemp("api"), api_ledger) as client,
    ):
        set_up(client)
        yield client


@pytest.fixture
def case(client: TestClient) -> Case:
    """Submitted, registered, transferred, assigned to one unit."""
    return assigned(client)


def assigned(client: TestClient) -> Case:
    submitted = client.post("/proposals", json=submission())
    assert submitted.status_code == 201, submitted.text
    case = Case(client, submitted.json()["stream"])
    for path, body in (
        ("registration", {}),
        ("transfer", {"occasion": "专题联席会议"}),
        ("assignments", {"assignments": [{"unit": "zhifaju", "mode": "SOLE"}], "basis": "联席会议"}),
    ):
        assert case.post(path, body).status_code == 200
    return case


def submission(**change: Any) -> dict[str, Any]:
    usual = {"session": SESSION, "title": "关于整治䶮河的提案", "timing": "IN_SESSION", "lead_proposer": "weiyuan-1"}
    return {**usual, **change}


def contact(at: str, **change: Any) -> dict[str, Any]:
    return {
        "occurred_at": at, "unit": "zhifaju", "stage": "BEFORE_REPLY", "mode": "VISIT",
        "unit_people": [{"name": "李镕", "title": "经办人"}], "members": ["weiyuan-1"], "content": "听取意见",
        "member_position": "AGREE", **change,
    }  # fmt: skip


def set_up(client: TestClient, ledger: str = "") -> None:
    """`ledger`: what goes before the path, where there are several."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("/sessions", {"session": SESSION, "cppcc": "德惠市政协", "term": 15, "meeting": 3}),
        (f"/sessions/{SESSION}/rulebooks", {"rulebook": rulebook().model_dump(mode="json")}),
    ]
    for unit in ("zhifaju", "shichangju", "huanweichu"):
        steps.append(("/directory/units", {"unit": unit, "name": f"{unit} 局"}))
        for post, title, rank in (("leader", "副局长", "UNIT_PORTFOLIO_LEADER"), ("officer", "科长", "OFFICER")):
            named = {"official": f"{unit}-{post}", "name": "王喆", "title": title, "rank": rank, "unit": unit}
            steps.append(("/directory/officials", named))
    reviewer = {"official": "gov-reviewer", "name": "周喆", "title": "科长", "rank": "OFFICER"}
    steps.append(("/directory/officials", reviewer))
    steps += [("/directory/members", {"member": f"weiyuan-{n}", "name": "刘䶮"}) for n in (1, 2)]
    for path, body in steps:
        answer = client.post(ledger + path, json=body)
        assert answer.status_code == 200, answer.text
