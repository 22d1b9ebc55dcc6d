"""Several ledgers beside each other in one service: each answers for itself alone."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import following, serving, set_up, submission
from tests.conftest import Database

OWN = "镕台账独有的标题"


@pytest.fixture(scope="module")
def two(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, list[str]]]:
    """Two ledgers with the same session, units and members; each with a case, the second's told by its title."""
    names = [f"beside-{uuid4().hex[:8]}" for _ in range(2)]
    with (
        following(database, *names),
        serving(database, tmp_path_factory.mktemp("beside"), *names) as client,
    ):
        for name, title in zip(names, ("关于䶮河的提案", OWN), strict=True):
            set_up(client, f"/l/{name}")
            answer = client.post(f"/l/{name}/proposals", json=submission(title=title))
            registered = client.post(f"/l/{name}/proposals/{answer.json()['stream']}/registration", json={})
            assert registered.status_code == 200, registered.text
            after = {"after": registered.json()["position"]}
            strict = {"Prefer": "handling=strict"}
            assert client.get(f"/l/{name}/boards/supervision", params=after, headers=strict).status_code == 200
        yield client, names


def questions(client: TestClient, case: str) -> Iterator[str]:
    """Every GET of the API that names no other thing than a case or a session."""
    document: dict[str, Any] = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        if "get" not in operations:
            continue
        filled = path.replace("{case}", case).replace("{session}", "15-3")
        if "{" not in filled:
            yield filled


def test_what_one_ledger_holds_no_question_to_another_shows(two: tuple[TestClient, list[str]]) -> None:
    client, (one, other) = two
    board = client.get(f"/l/{other}/boards/supervision").json()
    case = board["items"][0]["case"]
    shown = {
        name: {path for path in questions(client, case) if OWN in client.get(f"/l/{name}{path}").text}
        for name in (one, other)
    }
    assert shown[one] == set()
    assert len(shown[other]) >= 4, "the same questions to the other show it"


def test_a_case_of_another_ledger_does_not_exist(two: tuple[TestClient, list[str]]) -> None:
    client, (one, other) = two
    case = client.get(f"/l/{other}/boards/supervision").json()["items"][0]["case"]
    assert client.get(f"/l/{one}/proposals/{case}").status_code == 404
    refused = client.post(f"/l/{one}/proposals/{case}/transfer", json={"occasion": "专题联席会议"})
    assert (refused.status_code, refused.json()["rule"]) == (404, "proposal-exists")


def test_one_key_sent_to_two_ledgers_is_two_commands(two: tuple[TestClient, list[str]]) -> None:
    client, names = two
    key = {"Idempotency-Key": "the-same"}
    answers = [client.post(f"/l/{name}/proposals", json=submission(), headers=key).json() for name in names]
    assert answers[0]["stream"] != answers[1]["stream"]
    assert not any(answer["repeated"] for answer in answers)
