"""Personal details over HTTP: who asks for them gets them; nothing else of the service holds them in clear."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from ledger.keys import KeysUnusable
from tests.api.conftest import assigned, following, reacting, serving, set_up
from tests.api.test_cli import Cli
from tests.conftest import Database

DIGITS = "4815162342"
PHONE, LEADERS_PHONE, LETTER_PHONE = (f"000-{DIGITS}-{number}" for number in (1, 2, 3))
ADDRESS = "䶮河路零号虚拟楼"
MEMBER = {"member": "weiyuan-9", "name": "刘䶮", "phone": PHONE, "address": ADDRESS}
LEADER = {
    "official": "zhifaju-leader", "name": "王喆", "title": "副局长", "rank": "UNIT_PORTFOLIO_LEADER",
    "unit": "zhifaju", "phone": LEADERS_PHONE,
}  # fmt: skip
LETTER = {
    "unit": "zhifaju", "text": "已采纳，现答复如下。", "result_class": "A", "contact_person": "zhifaju-leader",
    "contact_phone": LETTER_PHONE,
}  # fmt: skip
SECRETS = tuple(secret.encode() for secret in (DIGITS, ADDRESS))


@dataclass
class Service:
    client: TestClient
    folder: Path
    case: str
    position: int


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A member, an official and a letter with phones, each said twice, and some that were refused."""
    folder, ledger = tmp_path_factory.mktemp("personal"), f"personal-{uuid4().hex[:8]}"
    with (
        following(database, ledger),
        reacting(database, ledger),
        serving(database, folder, ledger) as client,
    ):
        set_up(client)
        case = assigned(client)
        for path, body in (
            ("/directory/members", MEMBER),
            ("/directory/officials", LEADER),
            (f"/proposals/{case.id}/drafts", LETTER),
        ):
            key = {"Idempotency-Key": uuid4().hex}
            for repeated in (False, True):
                done = client.post(path, json=body, headers=key)
                assert (done.status_code, done.json()["repeated"]) == (200, repeated), done.text
            again = client.post(path, json=body)
            assert again.json()["added"] == 0, again.text
        for path, body in (
            ("/directory/members", {**MEMBER, "phone": f"{PHONE}x"}),
            ("/directory/members", {**MEMBER, "phone": {"number": PHONE}}),
            ("/directory/members", {**MEMBER, "adress": PHONE}),
            ("/directory/officials", {**LEADER, "unit": "nowhere"}),
            (f"/proposals/{case.id}/drafts", {**LETTER, "unit": "huanweichu"}),
            (f"/proposals/{case.id}/drafts", {**LETTER, "contact_person": None}),
        ):
            refused = client.post(path, json=body)
            assert refused.status_code in (409, 422), refused.text
            assert not tells(refused.content)
        attempts = client.get("/audit/attempts").json()["items"]
        assert "only-assigned-unit-replies" in {attempt["rule"] for attempt in attempts}
        yield Service(client, folder, case.id, again.json()["position"])


def tells(content: bytes) -> bool:
    return any(secret in content for secret in SECRETS)


def test_a_phone_is_opened_for_whoever_asks_for_it(service: Service) -> None:
    answer = service.client.get("/directory/contacts/member:weiyuan-9")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "person": "member:weiyuan-9",
        "name": "刘䶮",
        "details": [
            {"field": "phone", "title": "电话", "disclosure": "OPENED", "disclosure_label": "可读", "text": PHONE},
            {"field": "address", "title": "地址", "disclosure": "OPENED", "disclosure_label": "可读", "text": ADDRESS},
        ],
    }
    [leader] = service.client.get("/directory/contacts/official:zhifaju-leader").json()["details"]
    assert leader["text"] == LEADERS_PHONE


def test_whom_a_letter_names_is_told_with_the_phone_it_gives(service: Service) -> None:
    answer = service.client.get(f"/proposals/{service.case}/reply-contacts")
    assert answer.headers["Cache-Control"] == "no-store"
    [contact] = answer.json()["contacts"]
    assert (contact["unit"]["code"], contact["round"], contact["draft"]) == ("zhifaju", 1, 1)
    assert (contact["contact_person"], contact["name"]) == ("zhifaju-leader", "王喆")
    assert [detail["text"] for detail in contact["details"]] == [LETTER_PHONE]


def test_somebody_without_a_phone_has_none_and_a_stranger_is_not_found(service: Service) -> None:
    client = service.client
    assert client.get("/directory/contacts/member:weiyuan-1").json()["details"] == []
    for unknown in ("/directory/contacts/member:nobody", f"/proposals/{uuid4()}/reply-contacts"):
        assert client.get(unknown).status_code == 404
    assert client.get("/directory/contacts/nobody").status_code == 422
    assert client.get("/directory/contacts/member:weiyuan-9", headers={"Authorization": ""}).status_code == 401


def test_no_other_answer_tells_a_phone(service: Service) -> None:
    at = {"after": service.position}
    strict = {"Prefer": "handling=strict"}
    sealed: Any = service.client.get("/audit/trail", params={**at, "type": "MemberListed"}, headers=strict).json()
    held = [line["body"]["phone"] for line in sealed["items"] if "phone" in line["body"]]
    assert [set(phone) for phone in held] == [{"subject", "key", "nonce", "ct"}]
    routes = service.client.get("/openapi.json").json()["paths"]
    asked = 0
    for path, operations in routes.items():
        if "get" not in operations or path in ("/directory/contacts/{person}", "/proposals/{case}/reply-contacts"):
            continue
        address = path.replace("{case}", service.case).replace("{session}", "15-3").replace("{name}", "MemberListed")
        answer = service.client.get(address, params=at, headers=strict)
        assert not tells(answer.content), path
        asked += answer.status_code == 200
    assert asked > 12


def test_nothing_of_the_database_holds_a_phone(service: Service, database: Database, admin: psycopg.Connection) -> None:
    columns = admin.execute(
        """SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
           JOIN pg_tables ON schemaname = table_schema AND tablename = table_name
           WHERE table_schema IN ('ledger', 'boards', 'control')"""
    ).fetchall()
    assert {"events", "receipts", "attempts"} <= {table for _, table, _, _ in columns}
    for schema, table, column, kind in columns:
        plain = "{column}" if kind == "bytea" else "convert_to({column}::text, 'UTF8')"
        asked = sql.SQL("SELECT " + plain + " FROM {schema}.{table} WHERE {column} IS NOT NULL").format(
            schema=sql.Identifier(schema), table=sql.Identifier(table), column=sql.Identifier(column)
        )
        assert not any(tells(held) for (held,) in admin.execute(asked)), f"{schema}.{table}.{column}"
    admin.execute("CHECKPOINT")
    found = [path for path in database.server.data.rglob("*") if path.is_file() and tells(path.read_bytes())]
    assert found == [], "data files, write-ahead log, server log"
    [state] = admin.execute(
        "SELECT state FROM ledger.events WHERE topic = 'MemberListed/1' AND position(%s::bytea in state) > 0 LIMIT 1",
        (b'"weiyuan-9"',),
    ).fetchone() or [b""]
    assert b'"phone":{"ct":' in state


def test_nothing_in_the_data_folder_holds_a_phone_and_the_keys_lie_apart(service: Service) -> None:
    everything = [path for path in service.folder.rglob("*") if path.is_file()]
    assert [path for path in everything if tells(path.read_bytes())] == []
    assert len([path for path in everything if "keys" in path.parts]) == 2, "of the member and of the official"


def test_the_log_says_who_opened_whose_and_not_what(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    service.client.get("/directory/contacts/member:weiyuan-9")
    service.client.post("/directory/members", json={**MEMBER, "phone": f"{PHONE}-x"})
    service.client.post("/directory/members", json={**MEMBER, "name": "改名䶮"})
    logged = "".join(capfd.readouterr())
    assert "detail_opened" in logged
    assert "member:weiyuan-9" in logged
    assert not tells(logged.encode())


def test_a_key_that_is_destroyed_or_spoilt_is_told_as_such(
    database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(database, tmp_path, f"personal-{uuid4().hex[:8]}") as client:
        assert client.post("/directory/members", json=MEMBER).status_code == 200
        [key] = (tmp_path / "keys").rglob("*.json")
        whole = key.read_bytes()

        def told() -> set[tuple[str, str, str | None]]:
            details = client.get("/directory/contacts/member:weiyuan-9").json()["details"]
            return {(detail["disclosure"], detail["disclosure_label"], detail["text"]) for detail in details}

        key.write_bytes(whole[:20])
        assert told() == {("UNREADABLE", "打不开", None)}
        refused = client.post("/directory/members", json={**MEMBER, "name": "改名䶮"})
        assert (refused.status_code, refused.json()["code"]) == (503, "keys-unusable")
        assert not tells(refused.content)
        key.unlink()
        assert told() == {("DESTROYED", "已销毁", None)}
        assert client.get("/directory").status_code == 200
        key.write_bytes(whole)
        key.chmod(0o600)
        assert {text for *_, text in told()} == {PHONE, ADDRESS}
    assert not tells("".join(capfd.readouterr()).encode())


@pytest.mark.parametrize("external", [True, False], ids=["external database", "embedded database"])
def test_keys_open_to_others_stop_the_program_with_a_word_what_to_do(
    database: Database, tmp_path: Path, external: bool
) -> None:
    cli = Cli(database, tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine").chmod(0o750)
    other = {} if external else {"DATABASE_URL": ""}
    refused = cli("serve", HUIYIN_KEYS=str(tmp_path / "mine"), **other)
    assert refused.returncode == 2
    assert "keys-exposed" in refused.stderr
    assert f"chmod 700 {tmp_path / 'mine'}" in refused.stderr
    assert not (tmp_path / "cluster").exists()


def test_keys_open_to_others_stop_the_service(database: Database, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o750)
    with pytest.raises(KeysUnusable, match="可由他人读取"), serving(database, tmp_path, "keys"):
        raise AssertionError("served")
