"""The description of the API, and requests made up from it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from api.examples import FITTING
from domain.commands import COMMANDS, Command
from domain.labels import COMMAND_MEANINGS
from domain.labels import COMMANDS as TITLES
from domain.values import CODE
from tests.api.conftest import following, listening, reacting, serving, set_up
from tests.api.examples import body_of
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


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def shapes(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a part of the document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from shapes(inner)


def fields(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every field that is sent or answered: its class or route, its name, its schema."""
    for owner, schema in document["components"]["schemas"].items():
        for name, shape in schema.get("properties", {}).items():
            yield owner, name, shape
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                yield path, parameter["name"], parameter["schema"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_the_body_of_every_command_has_a_working_example(document: dict[str, Any], command: type[Command]) -> None:
    [example] = [
        operation["requestBody"]["content"]["application/json"]["example"]
        for path in document["paths"].values()
        for operation in path.values()
        if operation["operationId"] == command.__name__
    ]
    assert example == body_of(command), "run python -m tests.api.examples"
    named = {"$ref": f"#/components/schemas/{command.__name__}", "components": document["components"]}
    jsonschema_rs.validate(named, example)


def test_every_code_has_an_example_of_its_kind(document: dict[str, Any]) -> None:
    for owner, name, schema in fields(document):
        examples = [shape.get("examples") for shape in shapes(schema) if shape.get("pattern") == CODE]
        assert not examples or examples == [[FITTING.get(name)]], f"{owner} {name}"
    given = {name: FITTING[name] for name in ("session", "member", "signer", "approver", "item", "field", "unit")}
    assert len(set(given.values())) == len(given)


def test_every_field_has_a_chinese_title(document: dict[str, Any]) -> None:
    assert [
        (owner, name) for owner, name, shape in fields(document) if not CHINESE.search(shape.get("title", ""))
    ] == []
    for command, title in TITLES.items():
        assert document["components"]["schemas"][command]["title"] == title
    assert document["components"]["schemas"]["CaseLine"]["properties"]["closed_on"]["title"] == "办结日期"


def test_the_pages_of_the_description_load_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs").text
    assert re.findall(r"(?:src|href)=[\"'](?:https?:)?//", page) == []


def test_made_up_requests_are_answered_as_described(database: Database, tmp_path: Path) -> None:
    """No server error, no undescribed status or type, no answer that differs from its schema. On a ledger of its own:
    the examples do what they say."""
    ledger = f"made-up-{uuid4().hex[:8]}"
    with (
        following(database, ledger),
        reacting(database, ledger),
        serving(database, tmp_path, ledger) as client,
        listening(database, tmp_path, ledger) as (address, token),
    ):
        set_up(client)
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "7", "--no-color"),
            *("--checks", "all", "--exclude-checks", "positive_data_acceptance", "--warnings", "off"),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=240, check=False)
    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
