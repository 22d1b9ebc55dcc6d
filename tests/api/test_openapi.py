"""The description of the API, and requests made up from it."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Addresses, Settings
from domain.commands import COMMANDS
from tests.conftest import Database

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_description_tells_a_stranger_what_there_is(client: TestClient) -> None:
    schema: dict[str, Any] = client.get("/openapi.json").json()
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert {command.__name__ for command in COMMANDS} <= {op["operationId"] for op in operations}
    for operation in operations:
        assert CHINESE.search(operation["summary"]), operation["operationId"]
        assert "422" not in operation["responses"] or "Problem" in str(operation["responses"]["422"])
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    assert {server["url"] for server in schema["servers"]} == {"/", "/l/{ledger}"}


def test_the_pages_of_the_description_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page) == []


@pytest.fixture(scope="session")
def address(database: Database, api_ledger: str, client: TestClient, tmp_path_factory: pytest.TempPathFactory):
    """The service on a port of this machine."""
    urls = Addresses(database.admin, database.app, database.daemon, embedded=False)
    app = create_app(Settings(data=tmp_path_factory.mktemp("described"), ledgers=(api_ledger,)), urls)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join(10)


def test_made_up_requests_are_answered_as_described(address: str, client: TestClient, tmp_path: Path) -> None:
    """No server error, no undescribed status or type, no answer that differs from its schema."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
        *("--header", f"Authorization: {client.headers['Authorization']}"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "7", "--no-color"),
        *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--warnings", "off"),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=240, check=False)
    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
