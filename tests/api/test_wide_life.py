"""A case that goes through nearly everything there is, over HTTP: from a draft that is co-signed to the archive."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from domain.values import day_of
from tests.api.conftest import Case, contact

UNIT, CO, LEADER, MAYOR = "zhifaju", "shichangju", "zhifaju-leader", "mayor"
EVIDENCE = {"name": "现场照片.jpg", "sha256": "0" * 64}


def now() -> str:
    return datetime.now(UTC).isoformat()


@pytest.fixture(scope="module")
def session(client: TestClient) -> str:
    """A session of its own whose rulebook has a day for key proposals, a ladder and a scoring sheet."""
    current = client.get("/sessions/15-3").json()["rulebooks"][0]
    reply = {"kind": "REPLY", "anchor": "TRANSFER", "counted_in": "MONTH", "source": "S9"}
    rulebook = {
        **current,
        "id": "wide",
        "version": 1,
        "deadlines": [
            {**reply, "rule": "key-two-months", "value": 2, "when": {"key_proposal": True}},
            {**reply, "rule": "three-months", "value": 3},
        ],
        "scoring": [{"id": "face-to-face", "title": "面商率", "most": "5", "source": "S35"}],
    }
    steps: list[tuple[str, dict[str, Any]]] = [
        ("/sessions", {"session": "15-8", "cppcc": "德惠市政协", "term": 15, "meeting": 8}),
        ("/sessions/15-8/rulebooks", {"rulebook": rulebook}),
        ("/sessions/15-8/closing", {"closed_on": "2024-01-12"}),
        ("/directory/officials", {"official": MAYOR, "name": "赵䶮", "title": "副市长", "rank": "VICE_MAYOR"}),
    ]
    for path, body in steps:
        answer = client.post(path, json=body)
        assert answer.status_code == 200, (path, answer.text)
    return "15-8"


def drafted(client: TestClient, session: str) -> Case:
    written = {
        "session": session,
        "title": "关于增设校园心理教师的提案",
        "body": "情况、分析、建议",
        "timing": "INTER_SESSION",
        "lead_proposer": "weiyuan-1",
    }
    answer = client.post("/proposal-drafts", json=written)
    assert answer.status_code == 201, answer.text
    return Case(client, answer.json()["stream"])


def test_nearly_everything_a_case_can_go_through(client: TestClient, session: str) -> None:
    case = drafted(client, session)
    tomorrow = (day_of(datetime.now(UTC)) + timedelta(days=1)).isoformat()
    people = [{"name": "王喆", "title": "科长"}]
    rating = {"member": "weiyuan-1", "entered_by": "MEMBER", "attitude": "SATISFIED", "result": "SATISFIED"}
    draft = {"unit": UNIT, "result_class": "A", "on_behalf_of": "zhifaju-officer"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("co-signature-invitations", {"members": ["weiyuan-2"], "sign_by": tomorrow}),
        ("co-signatures", {"member": "weiyuan-2"}),
        (
            "draft-revisions",
            {"title": "关于每校增设心理教师的提案", "body": "情况、分析、建议", "timing": "INTER_SESSION"},
        ),
        ("co-signatures", {"member": "weiyuan-2"}),
        ("submission", {"channel": "ONLINE"}),
        ("registration", {"topic": "教育"}),
    ]
    handed_in = take(case, steps) - 1
    held = {"occurred_at": now(), "occasion": "交办会", "units": [UNIT, CO], "cases": [case.id]}
    meeting = client.post(f"/sessions/{session}/handover-meetings", json=held)
    assert meeting.status_code == 200, meeting.text
    steps = [
        ("assignments", {"assignments": [{"unit": UNIT, "mode": "LEAD"}, {"unit": CO, "mode": "CO"}], "basis": "分工"}),
        ("key-selection", {"basis": "主席会议", "theme": "校园心理健康"}),
        ("leaders", {"duty": "SUPERVISE", "leader": MAYOR}),
        ("acknowledgements", {"unit": UNIT}),
        ("handling-plans", {"unit": UNIT, "goal": "每校一名", "measures": ["招聘"], "responsible_leader": LEADER,
                            "desk_officer": LEADER}),
        ("handling-plan-approvals", {"unit": UNIT, "approver": LEADER}),
        ("contacts", contact(now())),
        ("field-visits", {"occurred_at": now(), "unit": UNIT, "place": "市第一中学", "unit_people": people,
                          "finding": "缺编"}),
        ("difficulties", {"unit": UNIT, "text": "编制不足", "asks": "请市委编办支持"}),
        ("difficulty-resolutions", {"number": 1, "outcome": "调剂两名", "coordinated_by": MAYOR}),
        ("supervision-meetings", {"occurred_at": now(), "leader": MAYOR, "units": [UNIT], "outcome": "六月底前到岗"}),
        ("supervision-reports", {"occurred_at": now(), "author": "市政协提案委", "leader": MAYOR, "text": "督办情况"}),
        ("reminders", {"unit": UNIT, "mode": "PHONE", "ask": "请按期答复"}),
        ("supervision-notices", {"unit": UNIT, "ask": "请说明进度", "answer_by": tomorrow}),
        ("supervision-answers", {"unit": UNIT, "number": 2, "text": "已安排", "signer": LEADER}),
        ("co-opinion-requests", {"unit": CO, "asked_by": UNIT, "points": "经费"}),
        ("co-opinions", {"unit": CO, "text": "经费可以列支", "signer": "shichangju-leader"}),
        ("co-opinion-returns", {"unit": CO, "asked_by": UNIT, "reason": "未写明科目"}),
        ("co-opinions", {"unit": CO, "text": "经费可以在教育附加中列支", "signer": "shichangju-leader"}),
        ("drafts", {**draft, "text": "您的建议已采纳，现答复如下。"}),
        ("countersignatures", {"unit": CO, "answering_unit": UNIT, "draft": 1, "countersignature": "AGREED"}),
        ("reviews", {"unit": UNIT, "draft": 1, "on_behalf_of": "gov-reviewer", "result_class": "B",
                     "class_reason": "尚未到岗", "publication": {"openness": "PUBLISH_FULL"}}),
        ("signatures", {"unit": UNIT, "draft": 1, "signer": LEADER, "on_behalf_of": LEADER}),
        ("replies", {"unit": UNIT, "draft": 1}),
        ("deliveries", {"occurred_at": now(), "unit": UNIT, "channel": "IN_PERSON"}),
        ("feedback-forms", {"unit": UNIT}),
        ("ratings", {**rating, "unit": UNIT, "overall": "BASIC", "addressed": "ADDRESSED", "visited": "VISITED"}),
        ("rating-revisions", {**rating, "unit": UNIT, "overall": "SATISFIED", "reason": "又来电说明"}),
        ("ratings", {**rating, "unit": UNIT, "overall": "SATISFIED", "member": "weiyuan-2"}),
        ("commitments", {"unit": UNIT, "text": "年底前每校一名", "finish_on": "2099-12-31"}),
        ("closing", {"basis": "已答复，委员满意", "result_class": "B"}),
    ]  # fmt: skip
    take(case, steps)
    case.line(client.get(f"/proposals/{case.id}/history").json()["events"][-1]["position"])
    for today, light in (("2000-01-01", "GREEN"), ("2099-12-31", "YELLOW"), ("2100-01-01", "RED")):
        items = client.get("/boards/supervision", params={"today": today, "light": light, "limit": 500}).json()["items"]
        (line,) = [item for item in items if item["case"] == case.id]
        assert (line["stage"], line["due_on"]) == ("FOLLOW_UP", "2099-12-31")
    steps = [
        ("publications", {"unit": UNIT, "url": "https://example.invalid/fuwen/1"}),
        ("commitment-progress", {"occurred_at": now(), "number": 1, "progress": "已到岗八名"}),
        ("commitment-fulfilments", {"number": 1, "outcome": "全部到岗", "evidence": [EVIDENCE]}),
        ("second-replies", {"unit": UNIT, "commitments": [1], "text": "已全部到岗。", "signer": LEADER}),
        ("class-reassessments", {"result_class": "A", "basis": "承诺已兑现"}),
        ("revisits", {"occurred_at": now(), "stage": "AFTER_CLOSING", "mode": "PHONE", "members": ["weiyuan-1"],
                      "finding": "满意", "member_position": "AGREE"}),
        ("on-site-checks", {"occurred_at": now(), "unit": UNIT, "place": "市第一中学", "people": people,
                            "finding": "在岗", "conforms": True}),
        ("score-items", {"unit": UNIT, "item": "face-to-face", "points": "4.5", "evidence": [1]}),
        ("quality-scores", {"scorer": "第三方", "items": [{"item": "topic", "points": "8"}]}),
        ("mutual-reviews", {"direction": "LEAD_ON_CO", "by": UNIT, "about": CO, "rating": "SATISFIED"}),
        ("text-corrections", {"version": handed_in, "field": "title", "correct": "关于为每所学校增设心理教师的提案",
                              "reason": "录入有误"}),
        ("archive", {"files": [EVIDENCE], "retention": "PERMANENT"}),
    ]  # fmt: skip
    take(case, steps)
    line = case.line(client.get(f"/proposals/{case.id}/history").json()["events"][-1]["position"])
    assert (line["stage"], line["key_proposal"], line["commitments"]) == ("ARCHIVED", True, [])
    assert (line["due_on"], line["light"]) == (None, "DONE")
    assert (line["result_class"], line["reassessed_class"]) == ("B", "A")
    assert line["title"] == "关于为每所学校增设心理教师的提案"
    lead, assisting = line["tasks"]
    gave = [(bool(task["replied_on"]), bool(task["opinion_on"])) for task in (lead, assisting)]
    assert gave == [(True, False), (False, True)]


def test_what_a_session_does_for_all_its_cases(client: TestClient, session: str) -> None:
    circular = {"title": "进度通报", "text": "逾期未答复", "units": [UNIT]}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("circulars", circular),
        ("lookback-campaigns", {"title": "B 类回头看", "classes": ["B"]}),
        ("unit-scores", {"unit": UNIT, "items": [{"item": "face-to-face", "points": "4.50"}]}),
        ("report-snapshots", {"as_known": 1, "figures": [{"id": "cases", "count": 28}]}),
    ]
    for path, body in steps:
        answer = client.post(f"/sessions/{session}/{path}", json=body)
        assert answer.status_code == 200, (path, answer.text)
        again = client.post(f"/sessions/{session}/{path}", json=body)
        assert again.json()["added"] == 0, (path, again.text)


def test_which_limits_moved_and_why(client: TestClient, session: str) -> None:
    case = drafted(client, session)
    assigned = {"assignments": [{"unit": UNIT, "mode": "SOLE"}], "basis": "分工"}
    take(
        case,
        [("submission", {}), ("registration", {}), ("transfer", {"occasion": "交办会"}), ("assignments", assigned)],
    )
    chosen = case.post("key-selection", {"basis": "主席会议"}).json()
    query = {"case": case.id, "after": chosen["position"]}
    [moved] = client.get("/deadlines/moved", params=query).json()["items"]
    assert (moved["unit"]["code"], moved["kind"], moved["cause"]) == (UNIT, "REPLY", "KEY_PROPOSAL")
    assert moved["days"] < 0
    told = client.get(f"/proposals/{case.id}/deadlines").json()["deadlines"]
    assert told[0]["superseded_by"] == told[-1]["version"]
    assert "因列为（或不再列为）重点提案，由" in told[-1]["why"][-1]
    assert client.get("/deadlines/moved", params={"case": str(uuid4())}).json()["items"] == []


def test_which_limits_ended_and_began_with_other_rules(client: TestClient, session: str) -> None:
    current = next(one for one in client.get(f"/sessions/{session}").json()["rulebooks"] if one["id"] == "wide")
    receipt = {"kind": "ACKNOWLEDGEMENT", "rule": "ten-days", "anchor": "ASSIGNMENT", "counted_in": "DAY", "value": 10}
    other = {**current, "id": "receipted", "deadlines": [*current["deadlines"], {**receipt, "source": "S16"}]}
    for path, body in (
        ("/sessions", {"session": "15-18", "cppcc": "德惠市政协", "term": 15, "meeting": 18}),
        ("/sessions/15-18/rulebooks", {"rulebook": other}),
        ("/sessions/15-18/rulebooks", {"rulebook": current}),
    ):
        assert client.post(path, json=body).status_code == 200, path
    case = drafted(client, "15-18")
    assigned = {"assignments": [{"unit": UNIT, "mode": "SOLE"}], "basis": "分工"}
    go_over = {"rulebook": "receipted", "version": 1, "reason": "适用规则有误"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("submission", {}), ("registration", {}), ("transfer", {"occasion": "交办会"}), ("assignments", assigned),
        ("rulebook-changes", go_over),
    ]  # fmt: skip
    take(case, steps)
    back = case.post("rulebook-changes", {**go_over, "rulebook": "wide"}).json()
    query = {"case": case.id, "after": back["position"]}
    asked = client.get("/deadlines/moved", params=query).json()["items"]
    began, ended = [moved for moved in asked if moved["kind"] == "ACKNOWLEDGEMENT"]
    assert (began["before"], began["ended"], began["days"]) == (None, False, 0)
    assert (ended["before"], ended["ended"], ended["cause"]) == (began["due_on"], True, "RULEBOOK")
    told = client.get(f"/proposals/{case.id}/deadlines").json()["deadlines"]
    began, ended = [one for one in told if one["deadline"]["kind"] == "ACKNOWLEDGEMENT"]
    assert (began["superseded_by"], began["ended"], ended["ended"]) == (ended["version"], False, True)
    assert ended["why"] == [f"签收期限原为 {ended['deadline']['due_on']}，因改用办理规则，不再适用。"]


def take(case: Case, steps: list[tuple[str, dict[str, Any]]]) -> int:
    """Take the steps one after the other, each of which adds something; the version reached."""
    version = 0
    for path, told in steps:
        body = {**told, "occurred_at": now()} if "occurred_at" in told else told
        answer = case.post(path, body)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json()["added"] > 0, path
        version = answer.json()["version"]
    return version


def test_a_proposal_refused_as_secret_shows_no_title_but_in_its_history(client: TestClient, session: str) -> None:
    title = "关于某工程选址的提案"
    handed = {"session": session, "title": title, "timing": "INTER_SESSION", "lead_proposer": "weiyuan-1"}
    answer = client.post("/proposals", json=handed)
    assert answer.status_code == 201, answer.text
    stream = answer.json()["stream"]
    refused = client.post(f"/proposals/{stream}/refusal", json={"ground": "SECRET", "explanation": "涉及国家秘密"})
    assert refused.status_code == 200, refused.text
    after = {"after": refused.json()["position"]}
    shown = client.get(f"/proposals/{stream}", params=after)
    assert shown.json()["line"]["title"] == "涉密，不在本系统显示"
    board = client.get("/boards/supervision", params={"session": session, **after})
    assert title not in shown.text + board.text
    assert title in client.get(f"/proposals/{stream}/history").text
