"""Whatever is sent: a clear problem with field and rule, in Chinese, and nothing written."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.problems import TITLES
from api.remedies import REMEDIES
from api.routes.boards import local_today
from domain.messages import message_of
from domain.values import Phone, Points
from ledger import committer
from projections.asking import write_cursor
from tests.api.conftest import SESSION, Case, contact, submission

CHINESE = re.compile(r"[\u4e00-\u9fff]")
MiB = 1_048_576


def position(client: TestClient) -> int:
    return int(client.get("/health").json()["ledgers"][0]["position"])


def problem(answer: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = dict(answer.json())
    assert document["code"] == code
    assert document["status"] == status
    assert CHINESE.search(document["title"])
    assert CHINESE.search(document["detail"])
    if field is not None:
        assert field in [error["field"] for error in document["errors"]]
        assert all(CHINESE.search(error["message"]) for error in document["errors"])
    return document


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": 7}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "长" * 201}, "title"),
        ({"title": "有\x00空字符"}, "title"),
        ({"title": "控\x1b制"}, "title"),
        ({"title": "第一行\n第二行"}, "title"),
        (
            {"attachments": [{"name": "../x", "sha256": "0" * 64, "media_type": "text/plain"}]},
            "attachments.0.name",
        ),
        ({"lead_proposer": "刘䶮"}, "lead_proposer"),
        ({"lead_proposer": None}, "lead_proposer"),
        ({"co_signers": "weiyuan-2"}, "co_signers"),
        ({"co_signers": ["weiyuan-2"] * 501}, "co_signers"),
        ({"timing": "SOMETIMES"}, "timing"),
        ({"surprise": 1}, "surprise"),
        ({"occurred_at": "2024-09-31"}, "occurred_at"),
        ({"occurred_at": "2024-03-05T10:00:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"occurred_at": 1709600000}, "occurred_at"),
        ({"occurred_at": True}, "occurred_at"),
        ({"on_behalf_of": "王 喆"}, "on_behalf_of"),
    ],
)
def test_a_malformed_field_is_named(client: TestClient, change: dict[str, Any], field: str) -> None:
    before = position(client)
    problem(client.post("/proposals", json=submission(**change)), 422, "request-invalid", field)
    assert position(client) == before


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/sessions/刘䶮", "应为编号"),
        ("/proposals/{case}/deadlines?under=xian-2011-like", "应写作 规则编号@版本，如 sichuan-2024-like@2"),
        ("/audit/trail?actor=刘䶮", "应为人员或承办单位的编号"),
        ("/audit/trail?type=回复", "应为事件类型的英文名"),
        ("/directory/contacts/weiyuan-1", "应写作 member:编号 或 official:编号"),
    ],
)
def test_what_is_wanted_is_said_and_no_pattern_shown(client: TestClient, path: str, told: str) -> None:
    found = problem(client.get(path.format(case=uuid4())), 422, "request-invalid")
    assert told in found["detail"]
    assert "{0," not in found["detail"]


def test_every_pattern_of_the_interface_has_its_words(client: TestClient) -> None:
    def patterns(part: Any) -> Iterator[str]:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        for value in inner:
            yield from patterns(value)
        if isinstance(part, dict) and isinstance(part.get("pattern"), str):
            yield part["pattern"]

    found = set(patterns(client.get("/openapi.json").json()))
    for adapter in (TypeAdapter(Phone), TypeAdapter(Points)):
        found -= set(patterns(adapter.json_schema()))
    assert found
    for pattern in found:
        item = {"type": "string_pattern_mismatch", "ctx": {"pattern": pattern}, "msg": ""}
        assert message_of(item) != "格式不符", pattern


def test_a_problem_says_what_it_means_and_how_to_go_on(client: TestClient) -> None:
    assert set(REMEDIES) == set(TITLES)
    for code, title in TITLES.items():
        page = client.get(f"/problems/{code}").json()
        assert (page["code"], page["title"]) == (code, title)
        assert CHINESE.search(page["meaning"])
        assert CHINESE.search(page["next"])
        assert bool(page["rules"]) == (code == "rule-refused")


def test_a_refusal_leads_to_its_rule_and_where_that_stands(client: TestClient) -> None:
    refused = problem(client.post("/proposals", json=submission(session="99-9")), 422, "rule-refused")
    rules = {rule["id"]: rule for rule in client.get(refused["type"]).json()["rules"]}
    named = rules[refused["rule"]]
    assert (named["title"], named["source"]) == (refused["rule_title"], refused["source"])
    problem(client.get("/problems/nothing"), 404, "not-found")


def test_a_list_with_a_wrong_item_is_not_called_too_short(case: Case) -> None:
    document = {"name": "卷宗", "sha256": "x"}
    wrong = problem(case.post("archive", {"files": [document], "retention": "YEARS_30"}), 422, "request-invalid")
    assert [error["field"] for error in wrong["errors"]] == ["files.0.sha256"]
    assert wrong["errors"][0]["message"].startswith("应为文件的 SHA-256 摘要")
    none = problem(case.post("archive", {"files": [], "retention": "YEARS_30"}), 422, "request-invalid", "files")
    assert none["errors"][0]["message"] == "至少 1 项"


def test_whom_somebody_acts_for_is_said_in_words(client: TestClient) -> None:
    found = problem(client.post("/proposals", json=submission(on_behalf_of="王喆")), 422, "request-invalid")
    assert "名录中的人员或委员的编号" in found["detail"]


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"session": "99-9"}, "session", "known-session"),
        ({"lead_proposer": "nobody"}, "lead_proposer", "known-member"),
        ({"suggested_units": ["zhifaju", "nowhere"]}, "suggested_units.1", "known-unit"),
        ({"co_signers": ["weiyuan-1"]}, "co_signers", "proposers-distinct"),
        ({"occurred_at": "2999-01-01"}, "occurred_at", "occurred-not-in-future"),
        ({"occurred_at": "1949-09-20", "late_entry_reason": "久远"}, "occurred_at", "occurred-plausible"),
        ({"occurred_at": "2024-03-05"}, "late_entry_reason", "late-entry-needs-reason"),
        ({"timing": None}, "timing", "timing-told"),
    ],
)
def test_what_cannot_be_is_refused_by_its_rule(
    client: TestClient, change: dict[str, Any], field: str, rule: str
) -> None:
    before = position(client)
    refused = problem(client.post("/proposals", json=submission(**change)), 422, "rule-refused", field)
    assert refused["rule"] == rule
    assert refused["source"]
    assert position(client) == before


WAYS = ("/proposals", f"/proposals/{uuid4()}/contacts")
"""Commands go two ways to the ledger: the framework's, and a short one for those on a case."""


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "request-invalid"),
        (b"{", 400, "body-not-json"),
        (b"null", 422, "request-invalid"),
        (b"[1, 2]", 422, "request-invalid"),
        (b'"text"', 422, "request-invalid"),
        (b'{"title": "a", "title": "b"}', 400, "body-not-json"),
        (b'{"title": NaN}', 400, "body-not-json"),
        (b"\xff\xfe", 400, "body-not-json"),
        ('{"session": "15-3", "title": "\u9f91", "lead_proposer": "weiyuan-1"}'.encode("utf-16"), 400, "body-not-json"),
        (b"[" * 100_000, 400, "body-not-json"),
        (b'{"title": "\\ud800 alone"}', 422, "request-invalid"),
        (b'{"\\ud800": 1}', 422, "request-invalid"),
        (b'{"title": ' + b"9" * 5_000 + b"}", 400, "body-not-json"),
        (b"x" * (10 * MiB), 413, "body-too-large"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_a_body_that_is_no_command_is_turned_away(
    client: TestClient, path: str, body: bytes, status: int, code: str
) -> None:
    before = position(client)
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    problem(answer, status, code)
    assert position(client) == before


@pytest.mark.parametrize("path", WAYS)
def test_a_large_body_without_a_length_is_turned_away_too(client: TestClient, path: str) -> None:
    chunks = (b" " * MiB for _ in range(10))
    answer = client.post(path, content=chunks, headers={"Content-Type": "application/json"})
    problem(answer, 413, "body-too-large")


def test_everything_that_is_wrong_with_a_command_on_a_case_is_told_at_once(client: TestClient) -> None:
    wrong = client.post("/proposals/not-an-id/contacts", json={**contact("2024-05-06"), "mode": "DREAM", "unit": 7})
    fields = {error["field"] for error in problem(wrong, 422, "request-invalid")["errors"]}
    assert fields == {"case", "mode", "unit"}


def test_a_form_is_not_a_command(client: TestClient) -> None:
    problem(client.post("/proposals", data={"title": "表单"}), 415, "unsupported-media-type")


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic abc", "Bearer ", "bearer \u00e9"])
def test_nobody_without_a_token_reads_or_writes(client: TestClient, token: str) -> None:
    for method, path in (("GET", "/boards/supervision"), ("POST", "/proposals"), ("GET", "/audit/trail")):
        answer = client.request(
            method, path, headers={"Authorization": token.encode("utf-8"), "Content-Type": "application/json"},
            content=b"{}" if method == "POST" else None,
        )  # fmt: skip
        problem(answer, 401, "token-required")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_unknown_case_is_not_found(client: TestClient) -> None:
    problem(client.get(f"/proposals/{uuid4()}"), 404, "not-found")
    problem(client.get(f"/proposals/{uuid4()}/history"), 404, "not-found")
    problem(client.post(f"/proposals/{uuid4()}/registration", json={}), 404, "rule-refused")
    problem(client.get("/proposals/not-a-uuid"), 422, "request-invalid", "case")
    problem(client.get("/sessions/99-9/report"), 404, "not-found")
    problem(client.get("/nowhere"), 404, "not-found")
    problem(client.delete("/proposals"), 405, "method-not-allowed")
    told = problem(client.get("/l/elsewhere/boards/supervision"), 404, "not-found")
    assert told["instance"] == "/l/elsewhere/boards/supervision"


def test_a_stale_version_is_told_the_present_one(client: TestClient, case: Case) -> None:
    stale = case.post("acknowledgements", {"unit": "zhifaju"}, **{"If-Match": '"1"'})
    assert problem(stale, 412, "version-stale")["current_version"] == 4
    fresh = case.post("acknowledgements", {"unit": "zhifaju"}, **{"If-Match": '"4"'})
    assert fresh.headers["ETag"] == '"5"'
    for nonsense in ("5", '"five"', 'W/"5"', '"-1"', '"' + "9" * 30 + '"'):
        answer = case.post("acknowledgements", {"unit": "zhifaju"}, **{"If-Match": nonsense})
        problem(answer, 400, "if-match-invalid", "If-Match")


def test_a_key_is_good_for_one_request(client: TestClient) -> None:
    key = {"Idempotency-Key": f"key-{uuid4()}"}
    first = client.post("/proposals", json=submission(), headers=key).json()
    again = client.post("/proposals", json=submission(), headers=key)
    assert again.status_code == 201
    assert again.json() == {**first, "repeated": True}
    problem(client.post("/proposals", json=submission(title="另一件"), headers=key), 422, "idempotency-key-reused")
    for nonsense in ("", "有汉字", "a b", "x" * 201):
        headers = {"Idempotency-Key": nonsense.encode()}
        problem(client.post("/proposals", json=submission(), headers=headers), 400, "idempotency-key-invalid")


def test_the_key_of_one_request_cannot_be_used_on_another_path(client: TestClient, case: Case) -> None:
    key = {"Idempotency-Key": f"key-{uuid4()}"}
    assert case.post("acknowledgements", {"unit": "zhifaju"}, **key).status_code == 200
    problem(client.post("/proposals", json=submission(), headers=key), 422, "idempotency-key-reused")


def test_a_cursor_belongs_to_its_question(client: TestClient, case: Case) -> None:
    after = case.post("acknowledgements", {"unit": "zhifaju"}).json()["position"]
    page = client.get("/audit/trail", params={"limit": 1, "after": after}).json()
    other = client.get("/audit/trail", params={"limit": 1, "unit": "zhifaju", "cursor": page["next"]})
    problem(other, 422, "cursor-invalid", "cursor")
    for nonsense in ("x", "有", "%00", "W10", page["next"][:-4] + "AAAA"):
        problem(client.get("/audit/trail", params={"cursor": nonsense}), 422, "cursor-invalid", "cursor")


@pytest.mark.parametrize("path", ["/audit/attempts", "/boards/supervision", "/compliance/communication-before-reply"])
def test_a_cursor_of_another_question_is_refused(client: TestClient, case: Case, path: str) -> None:
    after = case.post("acknowledgements", {"unit": "zhifaju"}).json()["position"]
    cursor = client.get("/audit/trail", params={"limit": 1, "after": after}).json()["next"]
    problem(client.get(path, params={"cursor": cursor}), 422, "cursor-invalid", "cursor")


def test_a_cursor_that_names_what_no_row_can_be_is_refused(client: TestClient, api_ledger: str) -> None:
    asked = {"ledger": api_ledger, "question": "communication_before_reply"}
    for last in ([1, str(uuid4()), 1, "\0"], [1, str(uuid4()), 2**63, "a"], [1, "x", 1, "a"]):
        path = "/compliance/communication-before-reply"
        refused = client.get(path, params={"cursor": write_cursor(asked, last)})
        problem(refused, 422, "cursor-invalid", "cursor")


def test_a_trailing_slash_is_another_address(client: TestClient, api_ledger: str) -> None:
    for path in ("/boards/supervision/", f"/l/{api_ledger}/boards/supervision/"):
        problem(client.get(path, follow_redirects=False), 404, "not-found")


def test_a_day_as_a_bound_is_that_whole_day(client: TestClient, case: Case) -> None:
    after = case.post("acknowledgements", {"unit": "zhifaju"}).json()["position"]
    today = local_today().isoformat()
    found = client.get(
        "/audit/trail", params={"case": case.id, "recorded_from": today, "recorded_to": today, "after": after}
    )
    assert len(found.json()["items"]) == 5
    for first in ("0001-01-01", "1949-09-20"):
        assert client.get("/audit/trail", params={"recorded_from": first}).status_code == 200


@pytest.mark.parametrize("path", ["/proposals/{case}", "/proposals/{case}/deadlines", "/boards/supervision"])
def test_a_parameter_that_is_not_there_is_no_answer_to_another_question(case: Case, path: str) -> None:
    answer = case.client.get(path.replace("{case}", str(case.id)), params={"undr": "sichuan-2024-like@2"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"], error["message"]) == ("undr", "unknown_parameter", "没有这一参数")


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 501}, {"limit": "many"}, {"today": "2024-09-31"}, {"stage": "NOWHERE"},
        {"unit": "a\x00b"}, {"light": "BLUE"}, {"after": -1}, {"after": 2**63},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_told_so(client: TestClient, query: dict[str, Any]) -> None:
    problem(client.get("/boards/supervision", params=query), 422, "request-invalid", next(iter(query)))


def test_a_limit_that_is_a_day_is_written_as_one(client: TestClient) -> None:
    refused = client.get("/audit/trail", params={"occurred_from": "1900-01-01"})
    assert problem(refused, 422, "request-invalid", "occurred_from")["detail"].endswith("不得小于 1949-09-21")


def test_a_unit_that_left_the_case_cannot_answer(client: TestClient, case: Case) -> None:
    body = {"unit": "zhifaju", "reason": "不属职责", "suggested_unit": "shichangju", "signed_by": "zhifaju-leader"}
    assert case.post("assignment-returns", body).status_code == 200
    done = case.post("objection-decisions", {"unit": "zhifaju", "upheld": True, "reason": "职责不符"})
    assert done.status_code == 200
    refused = case.post("drafts", {"unit": "zhifaju", "text": "越权答复", "result_class": "A"})
    document = problem(refused, 409, "rule-refused", "unit")
    assert document["rule"] == "only-assigned-unit-replies"
    attempts = client.get("/audit/attempts", params={"limit": 500}).json()["items"]
    assert ("DraftReply", case.id) in [(attempt["command"], attempt["stream"]) for attempt in attempts]


def test_a_contact_with_a_stranger_is_refused(case: Case) -> None:
    refused = case.post("contacts", contact("2024-03-05", members=["weiyuan-2"], late_entry_reason="补录"))
    assert problem(refused, 409, "rule-refused", "members")["rule"] == "contact-is-with-proposers"


def test_a_notice_that_cannot_be_is_refused(client: TestClient) -> None:
    notice = {"year": 2033, "version": 1, "title": "占位", "holidays": []}
    refused = problem(client.post("/calendar/notices", json={"notice": notice}), 422, "rule-refused", "notice.holidays")
    assert refused["rule"] == "calendar-consistent"


@pytest.mark.parametrize("huge", [2**53, -(2**53)])
def test_a_number_that_no_history_can_hold_is_refused(client: TestClient, case: Case, huge: int) -> None:
    points = {"unit": "zhifaju", "item": "face-to-face", "points": "1", "evidence": [huge]}
    problem(case.post("score-items", points), 422, "request-invalid", "evidence.0")
    figures = {"as_known": huge, "figures": [{"id": "cases", "count": 1}]}
    problem(client.post(f"/sessions/{SESSION}/report-snapshots", json=figures), 422, "request-invalid", "as_known")


def test_what_is_wrong_inside_a_notice_is_named_step_by_step(client: TestClient) -> None:
    notice = {"year": 2033, "version": 1, "title": "占位", "holidays": [{"name": " ", "first": "2033-01-01"}]}
    refused = problem(client.post("/calendar/notices", json={"notice": notice}), 422, "request-invalid")
    told = {error["field"]: error["label"] for error in refused["errors"]}
    assert told == {"notice.holidays.0.last": "节假日安排 · 放假 · 第 1 项 · 末日"}
    assert refused["detail"].startswith("节假日安排 · 放假 · 第 1 项 · 末日：")
    notice["holidays"][0]["last"] = "2033-01-01"
    notice["sources"] = ["占" * 501]
    refused = problem(client.post("/calendar/notices", json={"notice": notice}), 422, "request-invalid")
    told = {error["field"]: error["code"] for error in refused["errors"]}
    assert told == {"notice.holidays.0.name": "text_blank", "notice.sources.0": "text_too_long"}


def test_a_field_that_is_not_there_has_no_other_fields_name(case: Case) -> None:
    refused = problem(case.post("co-opinion-requests", {"unit": "zhifaju", "by": "x"}), 422, "request-invalid")
    told = {error["field"]: error["label"] for error in refused["errors"]}
    assert told["by"] == "by"
    assert told["points"] == "征求事项"


def test_rulebooks_that_cannot_be_are_refused(client: TestClient) -> None:
    current = client.get(f"/sessions/{SESSION}").json()["rulebooks"][0]
    fixed = {"kind": "REPLY", "rule": "by", "anchor": "TRANSFER", "counted_in": "FIXED_DATE", "month": 9, "day": 31}
    body = {"rulebook": {**current, "version": 9, "deadlines": [{**fixed, "source": "S10"}]}}
    refused = problem(client.post(f"/sessions/{SESSION}/rulebooks", json=body), 422, "rule-refused")
    assert refused["rule"] == "rulebook-consistent"
    assert refused["errors"][0]["field"] == "rulebook.deadlines.0.day"
    changed = {"rulebook": {**current, "due_soon_days": 3}}
    refused = problem(client.post(f"/sessions/{SESSION}/rulebooks", json=changed), 409, "rule-refused")
    assert refused["rule"] == "rulebook-version-final"


def test_a_ledger_with_too_many_waiting_says_when_to_come_back(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, key = position(client), {"Idempotency-Key": str(uuid4())}
    with monkeypatch.context() as full:
        full.setattr(committer, "MOST_WAITING", 0)
        answer = client.post("/proposals", json=submission(), headers=key)
        problem(answer, 503, "ledger-busy")
        assert int(answer.headers["Retry-After"]) >= 1
        assert position(client) == before
    again = client.post("/proposals", json=submission(), headers=key)
    assert (again.status_code, again.json()["repeated"]) == (201, False)
