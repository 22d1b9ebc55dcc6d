"""A 台账 in Excel, as cities keep it: one row a case, filled in by many hands."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.history.importing import Tally, bring_in
from api.history.line import Source
from api.history.reading import FileRefused, Rejected
from api.history.workbook import cells, reading
from api.history.workbook.cells import Unread
from api.history.workbook.mapping import Mapping, read_mapping
from domain import commands as c
from domain.codes import ContactMode, Rating
from domain.events import STREAM_KINDS
from domain.policy.rulebook import parse
from domain.record import Context
from domain.rules import ONLY_ASSIGNED_UNIT_ACTS
from domain.streams import directory_stream, proposal_stream, session_stream
from ledger.ledger import Ledger, one_ledger
from tests.api.test_cli import Cli
from tests.conftest import SECRET, Database

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "docs" / "import-mapping.toml"
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TITLES = (
    "案号", "案由", "领衔委员", "附议委员", "提交日期", "立案日期", "交办日期", "主办单位", "会办单位", "签收日期",
    "沟通日期", "沟通方式", "沟通人", "再次沟通日期", "再次沟通方式", "再次沟通人", "答复日期", "答复文号",
    "办理类别", "是否公开", "反馈日期", "对态度", "对结果", "委员评价", "办结日期", "备注",
)  # fmt: skip
USUAL: dict[str, Any] = {
    "案号": "００７", "案由": "关于治理䶮河沿岸环境的提案", "领衔委员": "刘　喆", "附议委员": "林慧、张镕；",
    "提交日期": "2019年2月21日", "立案日期": 43525, "交办日期": "2019.3.18", "主办单位": "市水利局",
    "会办单位": "环保局，市林业局", "签收日期": date(2019, 3, 19), "沟通日期": "2019-05-06", "沟通方式": "上门",
    "沟通人": "李镕", "答复日期": "2019/6/4", "答复文号": "水函〔2019〕23号", "办理类别": "A", "是否公开": "公开",
    "反馈日期": "20190701", "对态度": "很满意", "对结果": "满意", "委员评价": "满意",
    "办结日期": "２０１９年７月１０日",
}  # fmt: skip


async def city(ledger: Ledger) -> None:
    session, directory = session_stream(ledger.name, "12-3"), directory_stream(ledger.name)
    rulebook = parse((files("domain") / "rulebooks" / "dehui-15-3.toml").read_text(encoding="utf-8"))
    units = {"shuiliju": "市水利局", "huanbaoju": "市环境保护局", "linyeju": "市林业局"}
    members = {"liu-zhe": "刘喆", "lin-hui": "林慧", "zhang-rong": "张镕"}
    steps: list[tuple[Any, c.Command]] = [
        (session, c.OpenSession(session="12-3", cppcc="镕川市政协", term=12, meeting=3)),
        (session, c.AdoptRulebook(rulebook=rulebook)),
        *((directory, c.ListUnit(unit=unit, name=name)) for unit, name in units.items()),
        *((directory, c.ListMember(member=member, name=name)) for member, name in members.items()),
    ]
    for stream, command in steps:
        await ledger.handle(stream, command, Context(actor="admin"))


def book(path: Path, *rows: dict[str, Any], above: int = 2) -> Path:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "2019年"
    for _ in range(above):
        sheet.append(["政协提案办理台账"])
    sheet.append(list(TITLES))
    for row in rows:
        sheet.append([row.get(title) for title in TITLES])
    made.save(path)
    return path


async def take(ledger: Ledger, path: Path, mapping: Mapping | None = None) -> tuple[Tally, list[Rejected]]:
    tally, rejected = Tally(), list[Rejected]()
    source, directory = Source(ledger=ledger.name, name="tz"), await ledger.directory()
    opened = partial(reading.windows, mapping=mapping or read_mapping(SAMPLE), source=source, directory=directory)

    def note(_path: Path, new: Sequence[Rejected], _resumed: bool) -> None:
        rejected.extend(one for one in new if one not in rejected)

    await bring_in(ledger, [path], opened, tally, now=NOW, keys=None, apply=True, rejects=note)
    return tally, rejected


async def case(ledger: Ledger, number: int) -> list[Any]:
    return await ledger.history(proposal_stream(Source(ledger=ledger.name, name="tz").case(f"12-3/{number}")))


async def test_a_row_becomes_the_facts_it_states_in_the_order_of_their_days(ledger: Ledger, tmp_path: Path) -> None:
    await city(ledger)
    tally, rejected = await take(ledger, book(tmp_path / "tz.xlsx", USUAL))
    assert rejected == []
    known = await case(ledger, 7)
    assert [(type(one.event).__name__, one.occurred_at) for one in known] == [
        ("ProposalSubmitted", date(2019, 2, 21)),
        ("ProposalRegistered", date(2019, 3, 1)),
        ("CaseTransferredToGovernment", date(2019, 3, 18)),
        ("UnitAssigned", date(2019, 3, 18)),
        ("UnitAssigned", date(2019, 3, 18)),
        ("UnitAssigned", date(2019, 3, 18)),
        ("AssignmentAcknowledged", date(2019, 3, 19)),
        ("MemberContacted", date(2019, 5, 6)),
        ("ReplyDrafted", date(2019, 6, 4)),
        ("ReplyIssued", date(2019, 6, 4)),
        ("SatisfactionRecorded", date(2019, 7, 1)),
        ("HandlingClosed", date(2019, 7, 10)),
    ]
    assert all(STREAM_KINDS[type(one.event).__name__] == "proposal" for one in known)
    submitted, registered, *_ = (one.event for one in known)
    assert (submitted.lead_proposer, submitted.co_signers) == ("liu-zhe", ("lin-hui", "zhang-rong"))
    assert submitted.title == "关于治理䶮河沿岸环境的提案"
    assert registered.case_no == 7
    assert [(one.event.unit, one.event.mode) for one in known[3:6]] == [
        ("shuiliju", "LEAD"), ("huanbaoju", "CO"), ("linyeju", "CO"),
    ]  # fmt: skip
    assert known[7].event.mode is ContactMode.VISIT
    assert known[7].made_up == ("content", "member_position")
    assert dict(known[9].event.letter)["number"] == 23
    assert (known[10].event.attitude, known[10].event.overall) == (Rating.VERY_SATISFIED, Rating.SATISFIED)
    assert tally.events.total() == len(known)


async def test_the_same_workbook_again_adds_nothing(ledger: Ledger, tmp_path: Path) -> None:
    await city(ledger)
    await take(ledger, book(tmp_path / "tz.xlsx", USUAL))
    before = await ledger.position()
    again, _ = await take(ledger, book(tmp_path / "saved-again.xlsx", USUAL))
    assert (again.added, await ledger.position()) == (0, before)
    longer, _ = await take(
        ledger, book(tmp_path / "longer.xlsx", USUAL, {**USUAL, "案号": 8, "答复文号": "水函[2019]24号"})
    )
    assert longer.flags["submitted-once"] == 0
    assert len(await case(ledger, 8)) == 12


async def test_what_a_row_breaks_is_flagged(ledger: Ledger, tmp_path: Path) -> None:
    await city(ledger)
    late = {**USUAL, "签收日期": "2019年3月17日"}
    _, rejected = await take(ledger, book(tmp_path / "tz.xlsx", late))
    assert rejected == []
    flags = {type(one.event).__name__: one.flags for one in await case(ledger, 7)}
    assert flags["AssignmentAcknowledged"] == (ONLY_ASSIGNED_UNIT_ACTS.id,), "in the order of days it came first"
    assert flags["ReplyIssued"]
    assert flags["MemberContacted"] == ()


@pytest.mark.parametrize(
    ("column", "value", "code", "kept"),
    [
        ("签收日期", "三月底", "import-cell-unread", 11),
        ("立案日期", "2019年2月30日", "import-cell-unread", 12),
        ("主办单位", "市水务局", "import-cell-unread", 6),
        ("会办单位", "环保局、市林草局", "import-cell-unread", 10),
        ("领衔委员", "王五", "import-cell-unread", 7),
        ("沟通方式", "飞鸽", "import-cell-unread", 11),
        ("答复文号", "二十三号", "import-cell-unread", 11),
        ("委员评价", "还行", "import-cell-unread", 11),
        ("案由", None, "import-cell-missing", 9),
        ("反馈日期", "去年", "import-cell-unread", 12),
        ("案号", "七", "import-cell-unread", 0),
        ("案号", None, "import-cell-missing", 0),
    ],
)
async def test_a_cell_that_cannot_be_read_is_named_and_the_rest_of_the_row_comes_in(
    ledger: Ledger, tmp_path: Path, column: str, value: str | None, code: str, kept: int
) -> None:
    await city(ledger)
    tally, rejected = await take(ledger, book(tmp_path / "tz.xlsx", {**USUAL, column: value}))
    named = [one for one in rejected if one.code == code]
    assert len(named) == 1, rejected
    assert named[0].line == 4
    for told in ("2019年", "第 4 行", f"列“{column}”", value or "空白"):
        assert told in named[0].reason
    assert tally.events.total() == kept


async def test_merged_cells_hidden_and_blank_rows_and_titles_further_down_are_read(
    ledger: Ledger, tmp_path: Path
) -> None:
    await city(ledger)
    path = book(tmp_path / "tz.xlsx", USUAL, {}, {**USUAL, "案号": 8.0, "主办单位": None}, above=5)
    made = openpyxl.load_workbook(path)
    sheet = made["2019年"]
    column = openpyxl.utils.get_column_letter(TITLES.index("主办单位") + 1)
    sheet.merge_cells(f"{column}7:{column}9")
    sheet.row_dimensions[9].hidden = True
    made.create_sheet("草稿").sheet_state = "hidden"
    made.save(path)
    tally, rejected = await take(ledger, path)
    assert rejected == []
    assert tally.lines == 2
    assert [
        one.event.unit for one in await case(ledger, 8) if type(one.event).__name__ == "AssignmentAcknowledged"
    ] == ["shuiliju"]


async def test_a_workbook_without_the_columns_named_is_refused_whole(ledger: Ledger, tmp_path: Path) -> None:
    path = book(tmp_path / "tz.xlsx", USUAL)
    mapping = read_mapping(SAMPLE)
    wrong = mapping.model_copy(update={"columns": mapping.columns.model_copy(update={"title": "题目"})})
    with pytest.raises(FileRefused, match="题目"):
        await take(ledger, path, wrong)
    (tmp_path / "no.xlsx").write_bytes(b"PK no")
    with pytest.raises(FileRefused, match="工作簿"):
        await take(ledger, tmp_path / "no.xlsx")
    (tmp_path / "no.toml").write_text("session = 7", encoding="utf-8")
    with pytest.raises(FileRefused, match="session"):
        read_mapping(tmp_path / "no.toml")


@pytest.mark.parametrize(
    "told",
    [
        "2019年5月1日", "2019.5.1", "2019-05-01", "2019/5/1", "20190501", "２０１９．５．１", "2019 年 5 月 1 日",
        43586, 43586.0, date(2019, 5, 1), datetime(2019, 5, 1, 9, 30, tzinfo=UTC), "2019-05-01 09:30:00",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_shape(told: Any) -> None:
    assert cells.day(told) == date(2019, 5, 1)


@pytest.mark.parametrize("told", ["5月1日", "2019年5月", "2019.13.1", "五月", 7, True, "1919年5月4日", "2019-05-01x"])
def test_what_is_no_day_is_not_guessed(told: Any) -> None:
    with pytest.raises(Unread):
        cells.day(told)


async def test_the_command_asks_for_a_mapping_and_then_takes_the_workbook(database: Database, tmp_path: Path) -> None:
    cli = Cli(database, tmp_path)
    path = book(tmp_path / "tz.xlsx", {**USUAL, "签收日期": "三月底"})
    alone = cli("import", str(path))
    assert (alone.returncode, "import-mapping-missing" in alone.stderr) == (2, True)
    async with one_ledger(cli.ledger, database.app, secret=SECRET) as ledger:
        await city(ledger)
        before = await ledger.position()
        taken = cli("import", str(path), "--mapping", str(SAMPLE), "--apply")
        assert taken.returncode == 1, taken.stderr
        assert await ledger.position() > before
    [rejected] = [json.loads(one) for one in (tmp_path / "tz.xlsx.rejects.ndjson").read_bytes().splitlines()]
    assert json.loads(rejected["original"]) == {"sheet": "2019年", "row": 4, "column": "签收日期", "value": "三月底"}
