"""The description of the API, and requests made up from it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from domain.commands import COMMANDS
from domain.labels import COMMAND_MEANINGS
from tests.api.conftest import listening
from tests.conftest import Database

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_description_tells_a_stranger_what_there_is(client: TestClient) -> None:
    schema: dict[str, Any] = client.get("/openapi.json").json()
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert {command.__name__ for command in COMMANDS} <= {op["operationId"] for op in operations}
    for operation in operations:
        assert CHINESE.search(operation["summary"]), operation["operationId"]
        assert "422" not in operation["responses"] or "Problem" in str(operation["responses"]["422"])
    schemas = schema["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    assert "独办" in schemas["AssignmentMode"]["description"]
    for command in COMMANDS:
        meaning = COMMAND_MEANINGS[command.__name__]
        assert schemas[command.__name__]["description"].endswith(f"：{meaning}")
        assert any(op["description"].startswith(meaning) for op in operations if op["operationId"] == command.__name__)
    assert schemas["DraftReply"]["properties"]["result_class"]["title"] == "结果分类"
    assert all(CHINESE.search(found.get("description", "中")) for found in schemas.values())
    assert {server["url"] for server in schema["servers"]} == {"/", "/l/{ledger}"}


def test_the_pages_of_the_description_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page) == []


@pytest.mark.usefixtures("client")
def test_made_up_requests_are_answered_as_described(database: Database, api_ledger: str, tmp_path: Path) -> None:
    """No server error, no undescribed status or type, no answer that differs from its schema."""
    with listening(database, tmp_path, api_ledger) as (address, token):
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "7", "--no-color"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--warnings", "off"),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=240, check=False)
    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
