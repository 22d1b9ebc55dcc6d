"""Rulebooks to choose from: listed, read, adopted over HTTP; checked by command and at start-up."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from api import policy_files
from api.settings import Settings
from domain.events import RulebookAdopted
from domain.policy.rulebook import Rulebook, parse
from domain.record import Context
from domain.streams import session_stream
from ledger.committer import NewEvent
from ledger.ledger import one_ledger
from ledger.mapper import Envelope, to_state, type_name
from tests.api.conftest import serving
from tests.api.test_cli import Cli
from tests.conftest import Database

SHIPPED = Path(__file__).parents[2] / "domain" / "rulebooks"
XIAN = (SHIPPED / "xian-2011-like.toml").read_text(encoding="utf-8")
CALENDAR = (SHIPPED.parent / "calendars" / "2026.toml").read_text(encoding="utf-8")
OWN = XIAN.replace('"xian-2011-like"', '"wuhan-2024"').replace('"西安市"', '"武汉市"').replace("2011\n", "2024\n")
SEPTEMBER = OWN.replace("month = 5\nday = 15", "month = 9\nday = 31")


@pytest.fixture
def cli(database: Database, tmp_path: Path) -> Cli:
    return Cli(database, tmp_path / "data")


def folder(tmp_path: Path, **files: str) -> Path:
    own = tmp_path / "own"
    own.mkdir()
    for name, text in files.items():
        (own / f"{name}.toml").write_text(text, encoding="utf-8")
    return own


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# over HTTP


def test_the_shipped_rulebooks_are_listed(client: TestClient) -> None:
    listed = {one["id"]: one for one in client.get("/rulebooks").json()}
    assert set(listed) == {path.stem for path in SHIPPED.glob("*.toml")}
    assert listed["xian-2011-like"] == {
        "id": "xian-2011-like",
        "version": 2,
        "title": "西安一类的提案办理规则",
        "jurisdiction": "西安市",
        "level": "CITY",
        "level_label": "市级",
        "year": 2011,
        "origin": "依据公开规定整理",
        "source": "S16,S8,S10,S22",
        "rules": 5,
        "digest": parse(XIAN).ref().digest,
    }


def test_a_rulebook_is_fetched_and_adopted_as_it_is(client: TestClient) -> None:
    fetched = client.get("/rulebooks/sichuan-2024-like/3").json()
    assert Rulebook.model_validate(fetched) == parse((SHIPPED / "sichuan-2024-like.toml").read_text(encoding="utf-8"))
    session = {"session": "16-1", "cppcc": "德惠市政协", "term": 16, "meeting": 1}
    assert client.post("/sessions", json=session).status_code == 200
    adopted = client.post("/sessions/16-1/rulebooks", json={"rulebook": fetched})
    assert (adopted.status_code, adopted.json()["added"]) == (200, 2), adopted.text
    [kept] = client.get("/sessions/16-1").json()["rulebooks"]
    assert (kept["id"], kept["jurisdiction"], kept["level"], kept["year"]) == (
        *("sichuan-2024-like", "四川省"),
        *("PROVINCE", 2024),
    )


def test_a_shipped_version_is_adopted_as_it_is_or_under_another_name(client: TestClient) -> None:
    session = {"session": "16-9", "cppcc": "德惠市政协", "term": 16, "meeting": 9}
    assert client.post("/sessions", json=session).status_code == 200
    altered = {**client.get("/rulebooks/shanghai-2007-like/4").json(), "due_soon_days": 29}
    refused = client.post("/sessions/16-9/rulebooks", json={"rulebook": altered})
    assert (refused.status_code, refused.json()["rule"]) == (409, "rulebook-version-final"), refused.text
    assert refused.json()["errors"][0]["field"] == "rulebook.version"
    for own in ({"id": "our-own"}, {"version": 5}):
        adopted = client.post("/sessions/16-9/rulebooks", json={"rulebook": {**altered, **own}})
        assert adopted.status_code == 200, adopted.text


def test_a_version_adopted_before_versions_were_fixed_means_one_text_too(
    client: TestClient, database: Database, api_ledger: str
) -> None:
    for number in (11, 12, 13):
        session = {"session": f"16-{number}", "cppcc": "德惠市政协", "term": 16, "meeting": number}
        assert client.post("/sessions", json=session).status_code == 200
    then = parse(OWN.replace('"wuhan-2024"', '"same"'))
    otherwise = then.model_copy(update={"title": "另一种规则"})
    for number, adopted in ((11, then), (12, otherwise)):
        asyncio.run(adopted_unfixed(database, api_ledger, f"16-{number}", adopted))

    def adopt(session: str, rulebook: Rulebook) -> Any:
        return client.post(f"/sessions/{session}/rulebooks", json={"rulebook": rulebook.model_dump(mode="json")})

    refused = adopt("16-13", otherwise)
    assert (refused.status_code, refused.json().get("rule")) == (409, "rulebook-version-final"), refused.text
    assert refused.json()["errors"][0]["field"] == "rulebook.version"
    assert adopt("16-12", otherwise).json()["added"] == 0
    assert adopt("16-13", then).json()["added"] == 2
    assert adopt("16-13", then.model_copy(update={"version": 3})).json()["added"] == 2


async def adopted_unfixed(database: Database, name: str, session: str, rulebook: Rulebook) -> None:
    """An adoption as it was written before it fixed its version for the whole ledger."""
    async with one_ledger(name, database.app, secret=b"secret") as ledger:
        stream = session_stream(name, session)
        _, version = await ledger.load(stream)
        event = RulebookAdopted(rulebook=rulebook, digest=rulebook.ref().digest)
        envelope = Envelope(context=Context(actor="official:fu-ban"), occurred_at=datetime.now(UTC))
        new = NewEvent(stream.id, version + 1, type_name(RulebookAdopted), to_state(event, envelope))
        assert await ledger.append(uuid4(), [new])


@pytest.mark.parametrize(
    ("path", "status"),
    [("nobody/1", 404), ("xian-2011-like/1", 404), ("xian-2011-like/0", 422), ("xian-2011-like/x", 422)],
)
def test_a_rulebook_that_is_not_there_is_told_so(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"/rulebooks/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_who_has_no_token_reads_no_rulebook(client: TestClient) -> None:
    for path in ("/rulebooks", "/rulebooks/xian-2011-like/2", "/notices"):
        assert client.get(path, headers={"Authorization": "Bearer none"}).status_code == 401


def test_notices_to_announce_are_listed_and_announced_as_they_are(client: TestClient) -> None:
    notices = client.get("/notices").json()
    assert [notice["year"] for notice in notices] == list(range(2015, 2027))
    assert client.post("/calendar/notices", json={"notice": notices[0]}).status_code == 200


def test_a_limit_for_an_event_that_does_not_exist_is_refused_by_its_field(client: TestClient) -> None:
    rulebook: dict[str, Any] = {**client.get("/rulebooks/xian-2011-like/2").json(), "version": 9}
    rulebook["late_entry"] = {"hours": {"Contacted": 72}}
    refused = client.post("/sessions/15-3/rulebooks", json={"rulebook": rulebook})
    assert (refused.status_code, refused.json()["rule"]) == (422, "rulebook-consistent")
    assert refused.json()["errors"][0]["field"] == "rulebook.late_entry.hours.Contacted"


def test_the_operators_rulebooks_are_offered_and_a_spoiled_file_costs_only_itself(
    database: Database, tmp_path: Path, api_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYIN_RULEBOOKS", str(folder(tmp_path, own=OWN, spoiled=SEPTEMBER)))
    with serving(database, tmp_path / "data", api_ledger) as client:
        listed = [one["id"] for one in client.get("/rulebooks").json()]
        assert (listed[-1], len(listed)) == ("wuhan-2024", 6)


# at start-up


def test_the_service_does_not_start_beside_a_rulebook_that_names_31_september(cli: Cli, tmp_path: Path) -> None:
    own = folder(tmp_path, good=OWN, september=SEPTEMBER.replace("wuhan-2024", "wuhan-2025"), torn="id = ")
    refused = cli("serve", HUIYIN_RULEBOOKS=str(own), DATABASE_URL="")
    assert refused.returncode == 2, refused.stderr
    line = line_of(SEPTEMBER, "day = 31")
    assert f"{own / 'september.toml'} 第 {line} 行，deadlines[0].day（规则 reply-by-15-may）：没有 9 月 31 日" in (
        refused.stderr
    )
    assert f"{own / 'torn.toml'} 第 1 行：" in refused.stderr, "every file is told, not only the first"
    assert "policy-files-invalid" in refused.stderr
    assert not (tmp_path / "data").exists(), "nothing is begun that cannot be finished"


def test_nor_beside_a_calendar_that_does(cli: Cli, tmp_path: Path) -> None:
    spoiled = CALENDAR.replace("version = 1", "version = 2").replace("2026-10-10]", "2026-09-31]")
    own = folder(tmp_path, year=spoiled)
    refused = cli("serve", HUIYIN_CALENDARS=str(own), DATABASE_URL="")
    assert refused.returncode == 2, refused.stderr
    assert f"第 {line_of(spoiled, 'working =')} 行，working[5]：没有 2026-09-31 这一天" in refused.stderr


def test_nor_where_the_folder_is_not_there(cli: Cli, tmp_path: Path) -> None:
    refused = cli("serve", HUIYIN_RULEBOOKS=str(tmp_path / "nowhere"), DATABASE_URL="")
    assert (refused.returncode, "folder-unreadable" in refused.stderr) == (2, True), refused.stderr


# by command


def test_rulebooks_are_listed_by_command(cli: Cli, tmp_path: Path) -> None:
    listed = cli("rulebooks", HUIYIN_RULEBOOKS=str(folder(tmp_path, own=OWN)))
    assert listed.returncode == 0, listed.stderr
    [row] = [line for line in listed.stdout.splitlines() if "wuhan-2024" in line]
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells[:8] == ["wuhan-2024", "2", "西安一类的提案办理规则", "武汉市", "市级", "2024", "S16,S8,S10,S22", "5"]
    assert "xian-2011-like" in listed.stdout


def test_a_listing_tells_what_it_had_to_leave_out(cli: Cli, tmp_path: Path) -> None:
    listed = cli("rulebooks", HUIYIN_RULEBOOKS=str(folder(tmp_path, spoiled=SEPTEMBER)))
    assert (listed.returncode, "没有 9 月 31 日" in listed.stderr) == (2, True), listed.stderr
    assert "xian-2011-like" in listed.stdout


def test_files_are_checked_by_command_before_they_are_put_in_place(cli: Cli, tmp_path: Path) -> None:
    own = folder(tmp_path, good=OWN, spoiled=SEPTEMBER, copied=XIAN)
    good = cli("rulebooks", "check", str(own / "good.toml"))
    assert (good.returncode, good.stdout) == (0, "没有问题。\n"), good.stderr
    spoiled = cli("rulebooks", "check", str(own / "good.toml"), str(own / "spoiled.toml"))
    assert (spoiled.returncode, spoiled.stderr.count("rulebook-")) == (2, 2), "31 September, and the same id twice"
    copied = cli("rulebooks", "check", str(own / "copied.toml"))
    assert (copied.returncode, "rulebook-duplicate" in copied.stderr) == (2, True), "it is shipped already"
    (own / "copied.toml").unlink()
    (own / "spoiled.toml").unlink()
    placed = cli("rulebooks", "check", str(own / "good.toml"), HUIYIN_RULEBOOKS=str(own))
    assert placed.returncode == 0, "a file in its place is no copy of itself"
    absent = cli("rulebooks", "check", str(own / "absent.toml"))
    assert (absent.returncode, "file-unreadable" in absent.stderr) == (2, True)
    assert cli("rulebooks", "check", HUIYIN_RULEBOOKS=str(own)).returncode == 0
    (own / "spoiled.toml").write_text(SEPTEMBER, encoding="utf-8")
    assert cli("rulebooks", "check", HUIYIN_RULEBOOKS=str(own)).returncode == 2


def test_calendars_are_listed_and_checked_by_command(cli: Cli, tmp_path: Path) -> None:
    listed = cli("calendars")
    assert (listed.returncode, "2026" in listed.stdout) == (0, True), listed.stderr
    own = folder(tmp_path, good=CALENDAR.replace("version = 1", "version = 2"), copied=CALENDAR)
    assert cli("calendars", "check", str(own / "good.toml")).returncode == 0
    assert "calendar-duplicate" in cli("calendars", "check", str(own / "copied.toml")).stderr


# as files


def test_a_file_is_read_however_it_was_saved(tmp_path: Path) -> None:
    own = folder(tmp_path)
    (own / "bom.TOML").write_bytes(b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode())
    (own / ".hidden.toml").write_text("broken", encoding="utf-8")
    (own / "notes.txt").write_text("broken", encoding="utf-8")
    found = policy_files.read(Settings(data=tmp_path, rulebooks=own))
    assert found.faults == ()
    assert found.rulebooks.documents[-1] == (own / "bom.TOML", parse(OWN))
    (own / "gbk.toml").write_bytes("id = 'x'\n# 西安".encode("gbk"))
    [fault] = policy_files.read(Settings(data=tmp_path, rulebooks=own)).faults
    assert (fault.file, fault.line, fault.code) == (str(own / "gbk.toml"), 2, "file-not-utf8")
    assert re.search("UTF-8", fault.message)


def test_a_link_that_leads_to_itself_is_a_file_that_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    own = folder(tmp_path)
    loop = own / "loop.toml"
    loop.symlink_to(loop)
    [fault] = policy_files.read(Settings(data=tmp_path, rulebooks=own, calendars=loop)).rulebooks.faults
    assert (fault.file, fault.code) == (str(loop), "file-unreadable")
    [fault] = policy_files.read(Settings(data=tmp_path, calendars=loop)).faults
    assert (fault.file, fault.code) == (str(loop), "folder-unreadable")
    checked = cli("rulebooks", "check", str(loop))
    assert (checked.returncode, "file-unreadable" in checked.stderr) == (2, True), checked.stderr


def test_the_shipped_folder_may_be_named_and_an_empty_setting_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert policy_files.read(Settings(data=tmp_path, rulebooks=SHIPPED)).faults == ()
    monkeypatch.setenv("HUIYIN_RULEBOOKS", "")
    monkeypatch.setenv("HUIYIN_CALENDARS", "")
    assert policy_files.read(Settings(data=tmp_path)).faults == ()
