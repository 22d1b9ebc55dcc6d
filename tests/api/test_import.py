"""A history that leaves one ledger and comes into another is the same history, judged anew and just the same."""

import asyncio
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema_rs
import psycopg
import pytest

from api.history.exporting import Written, lines
from api.history.importing import Tally, bring_in
from api.history.line import Source
from api.history.reading import FileRefused, Rejected, windows
from api.simulate.run import Wanted, simulate
from domain.commands import ListUnit
from domain.policy.rulebook import DeadlineKind, parse
from domain.record import Context
from domain.rules import KNOWN_UNIT, LATE_ENTRY_NEEDS_REASON
from domain.streams import calendar_stream, directory_stream, proposal_stream, session_stream
from ledger.keys import Keys
from ledger.ledger import Ledger, VersionClash, one_ledger
from tests.api.test_cli import Cli
from tests.conftest import SECRET, Database

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
def cli(database: Database, tmp_path: Path) -> Cli:
    return Cli(database, tmp_path)


@pytest.fixture
async def other(database: Database, ledger_name: str) -> AsyncIterator[Ledger]:
    """Another empty ledger."""
    async with one_ledger(f"{ledger_name}-other", database.app, secret=SECRET) as opened:
        yield opened


async def take(
    ledger: Ledger, file: Path, *, apply: bool = True, source: str = "s", keys: Keys | None = None
) -> tuple[Tally, list[Rejected]]:
    tally, rejected = Tally(), list[Rejected]()
    origin = Source(ledger=ledger.name, name=source)

    def note(_path: Path, new: Sequence[Rejected], _resumed: bool) -> None:
        rejected.extend(one for one in new if one not in rejected)

    await bring_in(
        ledger, [file], partial(windows, source=origin), tally, now=NOW, keys=keys, apply=apply, rejects=note
    )
    return tally, rejected


def written(database: Database, ledger: str, file: Path, *, flags: bool = False) -> list[bytes]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        told = list(lines(connection, ledger, Written(), flags=flags))
    file.write_bytes(b"".join(told))
    return told


def stored(database: Database, ledger: str, streams: Sequence[UUID] = ()) -> list[Any]:
    """Every event as it is kept, without what two ledgers need not share: origin, and the ids of `streams`."""
    with psycopg.connect(database.app, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT originator_id, originator_version, topic, state FROM ledger.events WHERE ledger = %s"
            " ORDER BY notification_id", (ledger,), binary=True,
        ).fetchall()  # fmt: skip
    names = {str(stream): f"reference {place}" for place, stream in enumerate(streams)}
    found = []
    for stream, version, topic, state in rows:
        text = state.decode()
        for id, name in names.items():
            text = text.replace(id, name)
        kept = json.loads(text)
        assert kept.pop("origin") in ("SIMULATED", "IMPORTED")
        own = None if topic.startswith("LetterNumberTaken") else names.get(str(stream), str(stream))
        found.append((own, version, topic, kept))
    return found


def reference(ledger: str, sessions: Sequence[str]) -> list[UUID]:
    streams = [directory_stream(ledger), calendar_stream(ledger)]
    return [*(one.id for one in streams), *(session_stream(ledger, key).id for key in sessions)]


async def test_a_simulated_city_comes_back_event_by_event_with_exactly_its_flags(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    tally = await simulate(ledger, Wanted(proposals=60, years=2, seed=11))
    assert tally is not None
    file = tmp_path / "city.ndjson"
    told = written(database, ledger.name, file)
    taken, rejected = await take(other, file)
    assert rejected == []
    assert taken.consequences == {}
    assert taken.added == tally.events == len(told)
    assert taken.flags == tally.flagged != {}
    sessions = [json.loads(line)["payload"]["session"] for line in told if b'"SessionOpened"' in line]
    here, there = (stored(database, one.name, reference(one.name, sessions)) for one in (ledger, other))
    assert there == here


async def test_the_same_file_again_adds_nothing_and_a_longer_one_only_what_is_new(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    await simulate(ledger, Wanted(proposals=25, years=1, seed=3))
    file = tmp_path / "city.ndjson"
    told = written(database, ledger.name, file)
    begun = tmp_path / "begun.ndjson"
    begun.write_bytes(b"".join(told[:1101]))
    first, _ = await take(other, begun)
    again, _ = await take(other, begun)
    rest, _ = await take(other, file)
    assert first.added == 1101
    assert (again.added, again.known) == (0, 1101)
    assert (rest.added, rest.known) == (len(told) - 1101, 1101)
    assert await other.position() == len(told)
    assert first.flags + rest.flags == (await take_fresh(database, file)).flags


async def take_fresh(database: Database, file: Path) -> Tally:
    """What would come of the file in an empty ledger."""
    async with one_ledger(f"empty-{uuid4().hex[:8]}", database.app, secret=SECRET) as empty:
        tally, _ = await take(empty, file, apply=False)
        assert await empty.position() == 0
    return tally


async def test_a_trial_writes_nothing_and_tells_what_the_import_then_does(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    await simulate(ledger, Wanted(proposals=15, years=1, seed=4))
    file = tmp_path / "city.ndjson"
    written(database, ledger.name, file)
    tried, _ = await take(other, file, apply=False)
    assert await other.position() == 0
    done, _ = await take(other, file)
    assert (tried.events, tried.flags, tried.consequences) == (done.events, done.flags, done.consequences)
    assert (tried.added, done.added) == (0, await other.position())


async def test_two_imports_of_one_file_at_once_import_it_once(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    await simulate(ledger, Wanted(proposals=30, years=1, seed=5))
    file = tmp_path / "city.ndjson"
    told = written(database, ledger.name, file)
    async with one_ledger(other.name, database.app, secret=SECRET) as beside:
        (one, _), (two, _) = await asyncio.gather(take(other, file), take(beside, file))
    assert one.added + two.added == len(told)
    assert await other.position() == len(told)
    assert one.flags + two.flags == (await take_fresh(database, file)).flags


async def test_people_may_write_to_the_ledger_meanwhile(
    ledger: Ledger, other: Ledger, database: Database, tmp_path: Path
) -> None:
    await simulate(ledger, Wanted(proposals=20, years=1, seed=6))
    file = tmp_path / "city.ndjson"
    told = written(database, ledger.name, file)
    directory, stop = directory_stream(other.name), asyncio.Event()

    async def write() -> int:
        """People list units, on the stream to which the file lists its own."""
        number = 0
        while not stop.is_set():
            with suppress(VersionClash):  # told to try again
                await other.handle(directory, ListUnit(unit=f"unit-{number}", name="新单位"), Context(actor="admin"))
                number += 1
            await asyncio.sleep(0.01)
        return number

    writing = asyncio.create_task(write())
    try:
        taken, rejected = await take(other, file)
    finally:
        stop.set()
    assert rejected == []
    assert taken.added == len(told)
    listed = await writing
    assert listed > 0
    assert await other.position() == len(told) + listed
    fresh = await take_fresh(database, file)
    assert taken.flags == fresh.flags


def test_an_import_that_was_killed_goes_on_and_doubles_nothing(
    database: Database, admin: psycopg.Connection[Any], tmp_path: Path
) -> None:
    name = f"killed-{uuid4().hex[:8]}"
    environment = {**os.environ, "DATABASE_URL": database.admin, "HUIYIN_DATA": str(tmp_path)}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        command = [sys.executable, "-m", "api.cli", *arguments]
        return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)

    file = tmp_path / "city.ndjson"
    assert start("simulate", "--proposals", "90", "--years", "1", "--ledger", f"{name}-from").wait() == 0
    assert start("export", "--ledger", f"{name}-from", "--to", str(file)).wait() == 0
    bad = file.read_bytes().splitlines(keepends=True)
    bad.insert(10, b"{no json}\n")
    bad.insert(4000, b"[]\n")
    file.write_bytes(b"".join(bad))

    def there() -> int:
        found = admin.execute("SELECT position FROM ledger.ledger_head WHERE ledger = %s", (name,)).fetchone()
        return found[0] if found else 0

    arguments = ("import", str(file), "--ledger", name, "--apply")
    running = start(*arguments)
    while running.poll() is None and not there():
        pass
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert 0 < there() < len(bad) - 2
    assert start(*arguments).wait() == 1, "two lines are no events"
    assert there() == len(bad) - 2
    rejected = [json.loads(line) for line in (tmp_path / "city.ndjson.rejects.ndjson").read_text().splitlines()]
    assert [(one["line"], one["original"]) for one in rejected] == [(11, "{no json}"), (4001, "[]")]
    here, kept = (stored(database, one) for one in (f"{name}-from", name))
    assert [(one[1:3], one[3].get("flags")) for one in kept] == [(one[1:3], one[3].get("flags")) for one in here]


def line(event: str = "UnitListed", payload: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    told = {"unit": "rongchuanju", "name": "镕川䶮河管理局（喆）"} if payload is None else payload
    return {"event": event, "payload": told, "occurred_at": "2019-05-01", "actor": "official:zhang", **more}


def packed(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


BAD: dict[str, tuple[bytes, str, str]] = {
    "not JSON": (b"{oops", "import-not-json", "JSON"),
    "not an object": (b"[1]", "import-not-object", "对象"),
    "NaN": (b'{"event": NaN}', "import-not-json", "NaN"),
    "not UTF-8": ("{\"event\": \"喆\"}".encode("gb18030"), "import-not-utf8", "UTF-8"),
    "a key twice": (b'{"event": "UnitListed", "event": "UnitListed"}', "import-key-twice", "event"),
    "unknown event": (packed(line("UnitRenamed")), "import-event-unknown", "UnitRenamed"),
    "unknown schema": (packed(line(schema=7)), "import-schema-unknown", "schema"),
    "unknown field": (packed(line(colour="red")), "import-field-invalid", "colour"),
    "unknown field of the payload": (
        packed(line(payload={"unit": "a", "name": "b", "colour": 1})), "import-field-invalid", "payload.colour",
    ),
    "wrong type": (packed(line(payload={"unit": 7, "name": "b"})), "import-field-invalid", "payload.unit"),
    "no actor": (packed({k: v for k, v in line().items() if k != "actor"}), "import-field-invalid", "actor"),
    "no such day": (packed(line(occurred_at="2019-02-30")), "import-field-invalid", "occurred_at"),
    "wanting": (packed(line(payload={"unit": "a"})), "import-field-missing", "payload.name"),
    "NUL": (packed(line(payload={"unit": "a", "name": "\0"})), "import-character", "payload.name"),
    "lone surrogate": (
        b'{"event": "UnitListed", "payload": {"unit": "a", "name": "\\ud800"}}', "import-character", "payload.name",
    ),
    "another kind of stream": (packed(line(stream={"proposal": "2019-1"})), "import-stream-kind", "directory"),
    "no stream": (packed(line("CaseTransferredToGovernment", {"occasion": "会"})), "import-stream-missing", "stream"),
    "too long a line": (packed(line(payload={"unit": "a", "name": "长" * 400_000})), "import-line-too-long", "上限"),
    "too large an event": (packed(line(payload={"unit": "a", "name": "长" * 30_000})), "import-too-large", "name"),
}  # fmt: skip


async def test_each_bad_line_is_rejected_with_its_number_and_reason_and_nothing_is_lost(
    ledger: Ledger, tmp_path: Path
) -> None:
    good = [packed(line(payload={"unit": f"unit-{number}", "name": "单位"})) for number in range(len(BAD) * 19)]
    lines_: list[bytes] = []
    for number, (bad, _, _) in enumerate(BAD.values()):
        lines_ += [*good[number * 19 : number * 19 + 19], bad]
    file = tmp_path / "bad.ndjson"
    file.write_bytes(b"\n".join(lines_))
    tally, rejected = await take(ledger, file)
    assert tally.lines == len(lines_)
    assert tally.added == len(good) == await ledger.position()
    found = [(one.line, one.code, one.original) for one in sorted(rejected)]
    assert found == [(20 * number, code, bad) for number, (bad, code, _) in enumerate(BAD.values(), 1)]
    for one, (_, _, named) in zip(sorted(rejected), BAD.values(), strict=True):
        assert named in one.reason


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
async def test_an_empty_file_is_imported_at_once(ledger: Ledger, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "empty.ndjson"
    file.write_bytes(content)
    tally, rejected = await take(ledger, file)
    assert (tally.added, rejected, await ledger.position()) == (0, [], 0)


async def test_a_byte_order_mark_windows_line_ends_and_gzip_are_read(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    content = b"\xef\xbb\xbf" + packed(line()) + b"\r\n"
    plain, zipped = tmp_path / "plain.ndjson", tmp_path / "zipped.ndjson.gz"
    plain.write_bytes(content)
    zipped.write_bytes(gzip.compress(content))
    for into, file in ((ledger, plain), (other, zipped)):
        tally, rejected = await take(into, file)
        assert (tally.added, rejected) == (1, [])
        units = (await into.directory()).units
        assert units["rongchuanju"].name == "镕川䶮河管理局（喆）"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
async def test_a_file_in_another_encoding_is_refused_whole(ledger: Ledger, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "gbk.ndjson"
    file.write_bytes("\n".join(json.dumps(line(), ensure_ascii=False) for _ in range(10)).encode(encoding))
    with pytest.raises(FileRefused, match="UTF-8") as refused:
        await take(ledger, file)
    assert refused.value.code == "import-file-encoding"
    assert await ledger.position() == 0


async def test_personal_details_come_in_sealed_and_stay_out_of_reasons_and_exports(
    ledger: Ledger, database: Database, tmp_path: Path, keys: Keys
) -> None:
    phone = "13800001234"
    listed = {"member": "liu-zhe", "name": "刘喆", "phone": phone}
    file = tmp_path / "members.ndjson"
    file.write_bytes(packed(line("MemberListed", listed)) + b"\n" + packed(line("MemberListed", {"phone": phone})))
    tally, rejected = await take(ledger, file, keys=keys)
    assert tally.added == 1
    assert phone not in rejected[0].reason
    [kept] = stored(database, ledger.name)
    assert phone not in json.dumps(kept)
    member = (await ledger.directory()).members["liu-zhe"]
    [opening] = await ledger.open_details([member.phone])  # type: ignore[list-item]
    assert opening.text == phone
    told = written(database, ledger.name, tmp_path / "out.ndjson")
    assert b"phone" not in told[0]
    with psycopg.connect(database.app, autocommit=True) as connection:
        opened = list(lines(connection, ledger.name, Written(), opened=lambda one: keys.open(ledger.name, one).text))
    assert json.loads(opened[0])["payload"]["phone"] == phone


@pytest.mark.parametrize("book", sorted(file.name for file in (files("domain") / "rulebooks").iterdir()))
async def test_under_every_rulebook_a_case_comes_in_with_limits_and_numbers_from_the_rules(
    ledger: Ledger, tmp_path: Path, book: str
) -> None:
    """A short file as a city writes it: no limits, rounds, numbers of drafts or pinned rulebooks."""
    rulebook = parse((files("domain") / "rulebooks" / book).read_text(encoding="utf-8"))
    about = {"stream": {"proposal": "2019-17"}}
    told = [
        line("UnitListed", {"unit": "shuiliju", "name": "市水利局"}),
        line("MemberListed", {"member": "liu-zhe", "name": "刘喆"}),
        line("SessionOpened", {"session": "15-3", "cppcc": "镕川市政协", "term": 15, "meeting": 3}),
        line(
            "RulebookAdopted",
            {"rulebook": rulebook.model_dump(mode="json"), "digest": rulebook.ref().digest},
            stream={"session": "15-3"},
        ),
        line(
            "ProposalSubmitted",
            {
                "session": "15-3", "title": "关于治理䶮河的提案", "timing": "IN_SESSION", "channel": "PAPER",
                "lead_proposer": "liu-zhe",
            },
            **about,
        ),
        line("ProposalRegistered", {"session": "15-3", "case_no": 17}, **about),
        line("CaseTransferredToGovernment", {"occasion": "交办会"}, **about),
        line("UnitAssigned", {"unit": "shuiliju", "mode": "SOLE", "basis": "职责"}, **about),
        line("UnitAssigned", {"unit": "nobody", "mode": "SOLE", "basis": "职责"}, **about),
    ]  # fmt: skip
    file = tmp_path / "case.ndjson"
    file.write_bytes(b"\n".join(map(packed, told)))
    tally, rejected = await take(ledger, file)
    assert rejected == []
    assert tally.consequences == {"CaseNumberTaken": 1, "RulebookVersionFixed": 1}
    case = Source(ledger=ledger.name, name="s").case("2019-17")
    state, version = await ledger.load(proposal_stream(case))
    assert version == 5
    assert state.case_no == 17
    assert state.rulebook == rulebook.ref()
    due = rulebook.deadline(DeadlineKind.REPLY, state.traits)
    assert (state.tasks["shuiliju"].round.deadline is None) is (due is None)
    flagged = [one.flags for one in await ledger.history(proposal_stream(case))]
    assert flagged == [*[(LATE_ENTRY_NEEDS_REASON.id,)] * 4, (KNOWN_UNIT.id,)]
    numbers = await ledger.kept(session_stream(ledger.name, "15-3"))
    assert numbers.last_case_no == 17


def test_the_documented_example_is_imported_whole(cli: Cli, admin: psycopg.Connection[Any], tmp_path: Path) -> None:
    example = tmp_path / "example.ndjson"
    example.write_bytes((ROOT / "docs" / "import-example.ndjson").read_bytes())
    tried = cli("import", str(example))
    assert tried.returncode == 0, tried.stderr
    assert "没有写入" in tried.stdout
    report = tmp_path / "report.json"
    done = cli("import", str(example), "--apply", "--report", str(report))
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_bytes())
    assert told["lines"] == sum(told["events"].values()) == 20
    assert told["rejects"] == {}
    assert {"review-before-signing", "co-opinion-before-issue"} <= set(told["flags"])
    found = admin.execute("SELECT position FROM ledger.ledger_head WHERE ledger = %s", (cli.ledger,)).fetchone()
    assert found == (20 + sum(told["consequences"].values()),)
    origins = "SELECT DISTINCT convert_from(state, 'UTF8')::json->>'origin' FROM ledger.events WHERE ledger = %s"
    assert admin.execute(origins, (cli.ledger,)).fetchall() == [("IMPORTED",)]
    out = cli("export")
    assert len(out.stdout.splitlines()) == found[0]


def test_every_code_of_a_reject_is_documented() -> None:
    sources = [*(ROOT / "api" / "history").rglob("*.py"), ROOT / "api" / "cli" / "histories.py"]
    codes = set(re.findall(r'"(import-[a-z0-9-]+)"', "".join(file.read_text(encoding="utf-8") for file in sources)))
    documented = set(re.findall(r"`(import-[a-z0-9-]+)`", (ROOT / "docs" / "import.md").read_text(encoding="utf-8")))
    assert codes == documented


def test_the_schema_of_a_line_takes_the_documented_example(cli: Cli) -> None:
    told = json.loads(cli("import", "--schema").stdout)
    check = jsonschema_rs.Draft202012Validator(told)
    for one in (ROOT / "docs" / "import-example.ndjson").read_text(encoding="utf-8").splitlines():
        check.validate(json.loads(one))
    wrong = line(payload={"unit": 7, "name": "b"})
    assert not check.is_valid(wrong)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "usage"),
        (("nowhere.ndjson",), "import-file-unreadable"),
        (("/dev/null", "--ledger", "台账"), "import-file-unreadable"),
    ],
)
def test_what_cannot_be_imported_says_so(cli: Cli, arguments: tuple[str, ...], code: str) -> None:
    answered = cli("import", *arguments)
    assert answered.returncode == 2
    assert code in answered.stderr


def test_rejects_end_in_one_and_stand_beside_the_file(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "half.ndjson"
    file.write_bytes(packed(line()) + b"\n" + BAD["wanting"][0] + b"\n")
    answered = cli("import", str(file), "--apply")
    assert answered.returncode == 1
    kept = tmp_path / "half.ndjson.rejects.ndjson"
    assert kept.stat().st_mode & 0o777 == 0o600
    [told] = [json.loads(one) for one in kept.read_bytes().splitlines()]
    assert (told["line"], told["code"]) == (2, "import-field-missing")
    assert told["original"].encode() == BAD["wanting"][0]
