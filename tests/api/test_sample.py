"""The sample year: the report's figures come out of the boards, and what is made up says so."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api import demo
from api.cli.service import load_sample
from api.settings import Addresses, Settings
from domain.events import EVENT_TYPES
from ledger.ledger import Ledger, one_ledger
from tests.api.conftest import following, serving
from tests.cases import Office
from tests.conftest import SECRET, Database

TOLD = (
    "关于引导、规范“地摊经济”有序发展的建议的提案",
    "关于加强中小学生心理健康教育的提案",
    "关于治理城市“牛皮癣”的提案",
)


@pytest.fixture(scope="module")
def sample(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    name = f"sample-{uuid4().hex[:8]}"
    load(database, name)
    with following(database, name), serving(database, tmp_path_factory.mktemp("sample"), name) as client:
        yield client, name


def load(database: Database, name: str) -> int:
    async def loaded() -> int:
        async with one_ledger(name, database.app, secret=SECRET) as ledger:
            return await demo.load(ledger)

    return asyncio.run(loaded())


def get(sample: tuple[TestClient, str], path: str, **query: Any) -> Any:
    client, _ = sample
    after = client.get("/health").json()["ledgers"][0]["position"]
    answer = client.get(path, params={"after": after, **query}, headers={"Prefer": "handling=strict"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_reports_figures_come_out_of_the_boards(sample: tuple[TestClient, str]) -> None:
    report = get(sample, "/sessions/15-3/report")
    figures = {figure["id"]: figure for figure in report["figures"]}
    assert figures["cases"]["count"] == 28
    assert figures["units"]["count"] == len(figures["units"]["units"]) == 29
    shares = {
        "reply_rate": (28, 28, "100.0"),
        "satisfaction_rate": (28, 28, "100.0"),
        "class_A": (22, 28, "78.6"),
        "class_B": (6, 28, "21.4"),
    }
    for name, (part, whole, percent) in shares.items():
        figure = figures[name]
        assert (figure["count"], figure["of"], figure["percent"]) == (part, whole, percent)
        assert len({case["case"] for case in figure["cases"]}) == part
        assert len({case["case"] for case in figure["of_cases"]}) == whole
        assert figure["definition"]
        assert figure["rounding"] == "half-up"
    assert report["has_made_up"]


def test_loading_again_adds_nothing(sample: tuple[TestClient, str], database: Database) -> None:
    assert load(database, sample[1]) == 0


async def test_it_is_loaded_into_an_empty_ledger_and_finished_where_it_was_broken_off(
    sample: tuple[TestClient, str], database: Database, ledger: Ledger
) -> None:
    assert await demo.unfinished(ledger), "an empty ledger"

    class BrokenOff(Exception):
        pass

    def break_off(done: int, _of: int) -> None:
        if done == 5:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        await demo.load(ledger, break_off)
    assert await demo.unfinished(ledger), "a part of it"
    async with one_ledger(sample[1], database.app, secret=SECRET) as whole:
        assert not await demo.unfinished(whole), "all of it: a second start loads nothing and says nothing"


async def test_it_is_not_loaded_among_other_peoples_cases(ledger: Ledger) -> None:
    office = Office(ledger)
    await office.set_up()
    assert not await demo.unfinished(ledger)
    before = await ledger.position()
    with pytest.raises(demo.SampleRefused):
        await demo.load(ledger)
    assert await ledger.position() == before, "no unit of theirs was renamed, nothing made up stands among it"


async def test_it_is_known_by_its_first_step(ledger: Ledger) -> None:
    class BrokenOff(Exception):
        pass

    def break_off(_done: int, _of: int) -> None:
        raise BrokenOff

    with pytest.raises(BrokenOff):
        await demo.load(ledger, break_off)
    assert await demo.unfinished(ledger)


def test_everything_says_where_it_comes_from(sample: tuple[TestClient, str]) -> None:
    items, cursor = [], None
    while True:
        page = get(sample, "/audit/trail", limit=500, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert {item["origin"] for item in items} == {"IMPORTED", "MADE_UP"}
    for item in items:
        assert item["entered_at"], item
        if item["origin"] == "IMPORTED":
            assert "occurred_at" in item["made_up"], "the report gives no day"
            assert set(item["made_up"]) <= {"occurred_at", *EVENT_TYPES[item["type"]].model_fields}, item
    lines = get(sample, "/boards/supervision", limit=500)["items"]
    assert all(line["has_made_up"] for line in lines)
    told = [line for line in lines if "IMPORTED" in line["origins"]]
    assert sorted(line["title"] for line in told) == sorted(TOLD)
    assert all("虚拟" in line["title"] for line in lines if line not in told)


@pytest.mark.parametrize(
    ("title", "in_order"),
    [
        (TOLD[0], [
            ("MemberContacted", None), ("UnitAssigned", "zhifaju"), ("UnitAssigned", "shichangju"),
            ("UnitAssigned", "huanweichu"), ("MemberContacted", "zhifaju"), ("HandlingPlanFiled", "zhifaju"),
            ("ReplyIssued", "zhifaju"),
        ]),
        (TOLD[1], [("HandlingPlanFiled", "jiaoyuju"), ("ReplyIssued", "jiaoyuju")]),
        (TOLD[2], [
            ("UnitAssigned", "zhifaju"), ("UnitAssigned", "jiedaoban"), ("MemberContacted", "zhifaju"),
            ("HandlingPlanFiled", "zhifaju"), ("MemberRevisited", None), ("MemberContacted", "zhifaju"),
            ("SatisfactionRecorded", "zhifaju"),
        ]),
    ],
)  # fmt: skip
def test_the_cases_the_report_tells_happen_in_its_order(
    sample: tuple[TestClient, str], title: str, in_order: list[tuple[str, str | None]]
) -> None:
    lines = get(sample, "/boards/supervision", limit=500)["items"]
    (line,) = [line for line in lines if line["title"] == title]
    assert (line["stage"], line["satisfaction"], line["light"]) == ("CLOSED", "SATISFIED", "DONE")
    events = get(sample, f"/proposals/{line['case']}/history")["events"]
    happened = iter([(event["type"], event["body"].get("unit")) for event in events])
    assert [step for step in in_order if step not in happened] == [], "each is found after the one before"


def test_every_reply_of_the_year_was_preceded_by_contact_or_waived(sample: tuple[TestClient, str]) -> None:
    verdicts = get(sample, "/compliance/communication-before-reply", limit=500)["items"]
    outcomes = [verdict["outcome"] for verdict in verdicts]
    assert set(outcomes) == {"PASS", "WAIVED", "NOT_APPLICABLE"}
    assert outcomes.count("WAIVED") == 1
    assert outcomes.count("NOT_APPLICABLE") == 1, "the unit whose objection was upheld"
    assert {verdict["clock"] for verdict in verdicts if verdict["outcome"] == "PASS"} == {"entered_at"}


def test_nobody_of_the_year_began_without_having_spoken(sample: tuple[TestClient, str]) -> None:
    """先沟通后办理: the report says that all did, and the city's rulebook flags who does not."""
    assert get(sample, "/audit/trail", limit=500, type="HandlingPlanFiled")["items"]
    for step in ("HandlingPlanFiled", "FieldVisitRecorded", "ReplyDrafted"):
        items = get(sample, "/audit/trail", limit=500, type=step)["items"]
        assert [item["flags"] for item in items if item["flags"]] == []


def test_no_sentence_and_no_phone_number_of_the_report_is_in_the_data() -> None:
    data = Path(demo.__file__).parent / "sample" / "dehui-15-3.toml"
    text = data.read_text(encoding="utf-8")
    assert "0431" not in text
    assert "。" not in text.replace("# 示例年度：德惠市政协十五届三次会议。", "")


async def test_a_service_on_a_ledger_of_others_says_that_it_loads_no_sample(
    database: Database, ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await Office(ledger).set_up()
    before = await ledger.position()
    settings = Settings(data=tmp_path, ledgers=(ledger.name,))
    urls = Addresses(database.admin, database.app, database.daemon, database.reactions, embedded=False)
    await asyncio.to_thread(load_sample, settings, urls)
    told = capsys.readouterr().out.replace("\n", "")
    assert f"没有载入示例年度：台账“{ledger.name}”中已有别的事件" in told
    assert await ledger.position() == before
