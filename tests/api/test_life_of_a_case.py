"""One case from submission to satisfaction over HTTP; each step shows on the board through `?after=`."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from tests.api.conftest import SESSION, Case, contact, submission


def now() -> str:
    return datetime.now(UTC).isoformat()


def test_every_step_shows_on_the_board_once_it_is_answered(client: TestClient) -> None:
    submitted = client.post("/proposals", json=submission())
    case = Case(client, submitted.json()["stream"])
    assert submitted.headers["Location"] == f"/proposals/{case.id}"
    rating = {"unit": "zhifaju", "member": "weiyuan-1", "entered_by": "MEMBER", "heard": "VISITED"}
    dissatisfied = {"attitude": "SATISFIED", "result": "DISSATISFIED", "overall": "DISSATISFIED"}
    satisfied = {"attitude": "SATISFIED", "result": "SATISFIED", "overall": "SATISFIED"}
    draft = {"unit": "zhifaju", "result_class": "A"}
    steps: list[tuple[str, dict[str, Any] | None, str]] = [
        ("registration", {"topic": "城市管理"}, "REGISTERED"),
        ("transfer", {"occasion": "专题联席会议"}, "REGISTERED"),
        ("assignments", {"assignments": [{"unit": "zhifaju", "mode": "SOLE"}], "basis": "联席会议"}, "ASSIGNED"),
        ("acknowledgements", {"unit": "zhifaju"}, "ACKNOWLEDGED"),
        ("contacts", None, "IN_HANDLING"),
        ("drafts", {**draft, "text": "第一稿", "on_behalf_of": "zhifaju-officer"}, "UNDER_REVIEW"),
        (
            "draft-returns",
            {"unit": "zhifaju", "draft": 1, "defects": [{"code": "OFF_TOPIC", "note": "未逐条"}]},
            "IN_HANDLING",
        ),
        ("drafts", {**draft, "text": "第二稿", "on_behalf_of": "zhifaju-officer"}, "UNDER_REVIEW"),
        ("reviews", {"unit": "zhifaju", "draft": 2, "on_behalf_of": "gov-reviewer"}, "UNDER_REVIEW"),
        (
            "signatures",
            {"unit": "zhifaju", "draft": 2, "signer": "zhifaju-leader", "on_behalf_of": "zhifaju-leader"},
            "UNDER_REVIEW",
        ),
        ("replies", {"unit": "zhifaju", "draft": 2}, "REPLIED"),
        ("feedback-forms", {"unit": "zhifaju"}, "AWAITING_FEEDBACK"),
        ("ratings", {**rating, **dissatisfied}, "REHANDLING"),
    ]
    for path, body, stage in steps:
        answer = case.post(path, body or contact(now()))
        assert answer.status_code == 200, answer.text
        assert case.line(answer.json()["position"])["stage"] == stage, path
    again: list[tuple[str, dict[str, Any] | None, str]] = [
        ("contacts", None, "REHANDLING"),
        ("drafts", {**draft, "text": "重办稿", "on_behalf_of": "zhifaju-officer"}, "REHANDLING"),
        ("reviews", {"unit": "zhifaju", "draft": 1, "on_behalf_of": "gov-reviewer"}, "REHANDLING"),
        (
            "signatures",
            {"unit": "zhifaju", "draft": 1, "signer": "zhifaju-leader", "on_behalf_of": "zhifaju-leader"},
            "REHANDLING",
        ),
        ("replies", {"unit": "zhifaju", "draft": 1}, "REPLIED"),
        ("feedback-forms", {"unit": "zhifaju"}, "AWAITING_FEEDBACK"),
        ("ratings", {**rating, **satisfied}, "REPLIED"),
        ("closing", {"basis": "已答复并反馈", "result_class": "A"}, "CLOSED"),
    ]
    for path, body, stage in again:
        answer = case.post(path, body or contact(now()))
        assert answer.status_code == 200, answer.text
        line = case.line(answer.json()["position"])
        assert line["stage"] == stage, path
    assert (line["rounds"], line["returns"], line["satisfaction"]) == (2, 1, "SATISFIED")

    position = answer.json()["position"]
    verdicts = client.get("/compliance/communication-before-reply", params={"case": case.id, "after": position}).json()[
        "items"
    ]
    assert [(v["round"], v["outcome"]) for v in verdicts] == [(1, "PASS"), (2, "PASS")]
    history = client.get(f"/proposals/{case.id}/history").json()["events"]
    trail = client.get("/audit/trail", params={"case": case.id, "after": position}).json()["items"]
    assert [event["position"] for event in history] == [row["position"] for row in trail]
    by_position = {event["position"]: event["type"] for event in history}
    assert by_position[verdicts[0]["proof"][1]["position"]] == "MemberContacted"


def test_the_board_can_be_filtered_and_paged(client: TestClient, case: Case) -> None:
    others = [client.post("/proposals", json=submission()).json() for _ in range(3)]
    after = max(other["position"] for other in others)
    query = {"session": SESSION, "limit": 2, "after": after}
    seen: list[str] = []
    page = client.get("/boards/supervision", params=query).json()
    seen += [item["case"] for item in page["items"]]
    while page["next"]:
        page = client.get("/boards/supervision", params={**query, "cursor": page["next"]}).json()
        seen += [item["case"] for item in page["items"]]
    whole = client.get("/boards/supervision", params={**query, "limit": 500}).json()["items"]
    assert seen == [item["case"] for item in whole]
    assert len(seen) == len(set(seen))
    assert {case.id, *(other["stream"] for other in others)} <= set(seen)
    of_unit = client.get("/boards/supervision", params={"unit": "zhifaju", "limit": 500}).json()["items"]
    assert case.id in {item["case"] for item in of_unit}
    assert all("zhifaju" in {unit["code"] for unit in item["units"]} for item in of_unit)
    assert client.get("/boards/supervision", params={"unit": "nobody"}).json()["items"] == []


def test_lights_are_judged_against_the_day_asked_for(client: TestClient, case: Case) -> None:
    due = case.line(case.post("acknowledgements", {"unit": "zhifaju"}).json()["position"])["due_on"]
    for today, light, left in (("2000-01-01", "GREEN", None), (due, "YELLOW", 0), ("2199-01-01", "RED", None)):
        items = client.get("/boards/supervision", params={"today": today, "limit": 500}).json()["items"]
        (line,) = [item for item in items if item["case"] == case.id]
        assert line["light"] == light
        assert left is None or line["days_left"] == left
        same = client.get("/boards/supervision", params={"today": today, "light": light, "limit": 500}).json()["items"]
        assert case.id in {item["case"] for item in same}


def test_another_rulebook_can_be_asked(client: TestClient, case: Case) -> None:
    case.post("contacts", contact(now()))
    done = case.post(
        "drafts", {"unit": "zhifaju", "text": "稿", "result_class": "A", "on_behalf_of": "zhifaju-officer"}
    )
    query = {"case": case.id, "after": done.json()["position"]}
    own = client.get("/compliance/communication-before-reply", params=query).json()["items"]
    assert [item["outcome"] for item in own] == ["PENDING"]
    current = client.get(f"/sessions/{SESSION}").json()["rulebooks"][0]
    stricter = {
        **current,
        "id": "draft-first",
        "contact_before_reply": {**current["contact_before_reply"], "before": "DRAFT"},
    }
    assert client.post(f"/sessions/{SESSION}/rulebooks", json={"rulebook": stricter}).status_code == 200
    under = {**query, "session": SESSION, "under": "draft-first@2"}
    other = client.get("/compliance/communication-before-reply", params=under).json()["items"]
    assert [(item["outcome"], item["rulebook"]) for item in other] == [("PASS", "draft-first")]


def test_a_rulebook_that_nobody_adopted_can_be_asked_too(client: TestClient, case: Case) -> None:
    done = case.post("contacts", contact(now()))
    case_only = {"case": case.id, "after": done.json()["position"]}
    for query in (case_only, {**case_only, "session": SESSION}):
        asked = {**query, "under": "xian-2011-like@2"}
        [verdict] = client.get("/compliance/communication-before-reply", params=asked).json()["items"]
        assert (verdict["rulebook"], verdict["rulebook_version"]) == ("xian-2011-like", 2)
        [own] = client.get("/compliance/communication-before-reply", params=query).json()["items"]
        adopted = {**query, "under": f"{own['rulebook']}@{own['rulebook_version']}"}
        [again] = client.get("/compliance/communication-before-reply", params=adopted).json()["items"]
        assert again == own
        unknown = client.get("/compliance/communication-before-reply", params={**query, "under": "nobody@1"})
        assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "under")


def test_a_case_tells_what_would_be_due_under_another_rulebook(client: TestClient, case: Case) -> None:
    own = client.get(f"/proposals/{case.id}/deadlines").json()
    other = client.get(f"/proposals/{case.id}/deadlines", params={"under": "xian-2011-like@2"}).json()
    assert (own["under"], other["under"], other["version"]) == (None, "xian-2011-like@2", own["version"])
    assert {line["deadline"]["rulebook"] for line in other["deadlines"]} == {"xian-2011-like"}
    by_kind = {line["kind_label"]: line for line in other["deadlines"]}
    assert "xian-2011-like 第 2 版" in by_kind["答复期限"]["why"][1]
    assert by_kind["答复期限"]["deadline"]["due_on"] != own["deadlines"][0]["deadline"]["due_on"]
    unknown = client.get(f"/proposals/{case.id}/deadlines", params={"under": "nobody@1"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "under")


def test_a_case_tells_why_it_is_due_on_that_day(client: TestClient, case: Case) -> None:
    answer = client.get(f"/proposals/{case.id}/deadlines")
    assert answer.status_code == 200, answer.text
    [deadline] = answer.json()["deadlines"]
    assert (deadline["event_title"], deadline["kind_label"], deadline["superseded_by"]) == ("分办", "答复期限", None)
    assert deadline["why"][0] == f"答复期限为 {deadline['deadline']['due_on']}（当日 24 时止）。"
    assert client.get(f"/proposals/{uuid4()}/deadlines").status_code == 404


def test_what_was_taken_back_is_marked_wherever_history_is_read(client: TestClient, case: Case) -> None:
    contacted = case.post("contacts", contact(now())).json()
    taken = case.post("retractions", {"version": contacted["version"], "reason": "误登在本案"}).json()
    history = client.get(f"/proposals/{case.id}/history").json()["events"]
    trail = client.get("/audit/trail", params={"case": case.id, "after": taken["position"]}).json()["items"]
    for told in (history, trail):
        marks = {event["version"]: event["taken_back_by"] for event in told if event["taken_back_by"]}
        assert marks == {contacted["version"]: taken["version"]}
