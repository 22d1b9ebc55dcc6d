"""The command line: Chinese messages, useful exit codes, the same on an external database."""

import json
import os
import re
import socket
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from api import tokens
from api.settings import Settings, secret
from domain import commands as c
from ledger.ledger import Ledger
from tests.cases import Office
from tests.conftest import Database


class Cli:
    """`huiyin` on the tests' database, as an external one, with a ledger of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.ledger = f"cli-{uuid4().hex[:8]}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database.admin,
            "HUIYIN_DATA": str(folder),
            "HUIYIN_LEDGERS": json.dumps([self.ledger]),
        }
        self.environment.pop("COLUMNS", None)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def cli(database: Database, tmp_path: Path) -> Cli:
    return Cli(database, tmp_path)


def test_from_sample_to_verified_boards(cli: Cli, admin: psycopg.Connection) -> None:
    loaded = cli("demo")
    assert loaded.returncode == 0, loaded.stderr
    added = int(re.findall(r"(\d+) 个事件", loaded.stdout)[-1])
    assert "没有新增" in cli("demo").stdout
    assert cli("verify-readmodels").returncode == 0, "a board that has seen nothing yet is what history says at 0"
    rebuilt = cli("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    _beat(admin, cli.ledger, "1 minute")
    _react(admin, cli.ledger, "1 minute")
    status = cli("status")
    assert status.returncode == 0, status.stdout + status.stderr
    _react(admin, cli.ledger, "-1 minute")
    silent = cli("status")
    assert (silent.returncode, "reactions-silent" in silent.stderr) == (1, True), "and so are reactions"
    assert str(added) in status.stdout
    _beat(admin, cli.ledger, "-1 minute")
    silent = cli("status")
    assert (silent.returncode, "daemon-silent" in silent.stderr) == (1, True), "a daemon that says nothing is no daemon"
    assert cli("verify-readmodels").returncode == 0
    far = cli("tick", "--day", "2199-06-01")
    assert (far.returncode, "day-too-far" in far.stderr) == (2, True), far.stderr
    last = date.fromisoformat(re.findall(r"模拟时钟在 ([0-9-]+)，", far.stderr)[0])
    ticked = cli("tick", "--day", str(last + timedelta(days=3)))
    assert (ticked.returncode, "过了 3 天" in ticked.stdout) == (0, True), ticked.stderr
    back = cli("tick", "--day", str(last + timedelta(days=2)))
    assert (back.returncode, "day-passed" in back.stderr) == (2, True), back.stderr
    admin.execute(
        "UPDATE boards.supervision_board_v11 SET title = '改过的' WHERE ledger = %s AND case_no = 7", (cli.ledger,)
    )
    found = cli("verify-readmodels", "supervision_board")
    assert found.returncode == 1
    assert "1 行不一致" in found.stdout
    row = admin.execute(
        "SELECT stream FROM boards.supervision_board_v11 WHERE ledger = %s AND case_no = 7", (cli.ledger,)
    ).fetchone()
    assert row
    history = cli("history", str(row[0]))
    assert history.returncode == 0
    for word in ("提交提案", "立案", "签发", "虚拟", "gov-reviewer"):
        assert word in history.stdout
    assert "…" not in history.stdout, "a pipe has no width to save"


def test_a_ledger_that_no_daemon_has_ever_followed_is_not_well(cli: Cli) -> None:
    silent = cli("status")
    assert (silent.returncode, "daemon-silent" in silent.stderr) == (1, True), silent.stdout


async def test_a_cases_history_marks_what_was_taken_back(cli: Cli, ledger: Ledger) -> None:
    office = await (await Office(ledger).set_up()).assigned()
    contacted = await office.do(office.contact())
    retracted = await office.do(c.RetractReport(version=contacted.version, reason="误登在本案"))
    told = cli("history", str(office.case), "--ledger", ledger.name).stdout
    marked = [line for line in told.splitlines() if f"已由第 {retracted.version} 版撤回" in line]
    assert [re.findall(r"\d+", line)[0] for line in marked] == [str(contacted.version)]


def test_reading_a_case_opens_no_ledger(cli: Cli, admin: psycopg.Connection) -> None:
    cli("history", str(uuid4()), "--ledger", f"{cli.ledger}-typo")
    opened = admin.execute("SELECT 1 FROM ledger.ledger_head WHERE ledger = %s", (f"{cli.ledger}-typo",)).fetchall()
    assert opened == []


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("HUIYIN_DATA", "HUIYIN_KEYS", "HUIYIN_POSTGRES_BIN", "HUIYIN_LEDGERS", "HUIYIN_SECRET", "DATABASE_URL")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    unset = Settings()
    for name in names:
        monkeypatch.setenv(name, "")
    assert Settings() == unset
    assert unset.data.is_absolute(), "no cluster is made in whatever folder somebody stands in"


def test_the_key_of_the_receipts_is_whole_and_kept(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")
    assert len(secret(settings)) == 32
    assert secret(settings) == secret(settings)
    assert [path.name for path in settings.data.iterdir()] == ["secret"]
    assert (settings.data / "secret").stat().st_mode & 0o777 == 0o600
    assert settings.data.stat().st_mode & 0o066 == 0


def _beat(admin: psycopg.Connection, ledger: str, since: str) -> None:
    """As if the daemon had last said then that it lives."""
    admin.execute(
        "UPDATE control.checkpoints SET beat_at = clock_timestamp() + %s::interval WHERE ledger = %s", (since, ledger)
    )


def _react(admin: psycopg.Connection, ledger: str, since: str) -> None:
    """As if reactions had last said then that they live, and have answered everything."""
    admin.execute(
        """INSERT INTO control.reactions (ledger, position, day, beat_at)
           SELECT ledger, position, current_date, clock_timestamp() + %s::interval FROM ledger.ledger_head
           WHERE ledger = %s
           ON CONFLICT (ledger) DO UPDATE SET position = excluded.position, beat_at = excluded.beat_at""",
        (since, ledger),
    )


def test_a_simulation_is_told_in_tables_and_kept_apart(cli: Cli) -> None:
    small = ("simulate", "--proposals", "5", "--years", "1", "--ledger", f"{cli.ledger}-simulated")
    ran = cli(*small)
    assert ran.returncode == 0, ran.stderr
    for word in ("模拟完成", "每件事件数", "到达的阶段", "HUIYIN_LEDGERS"):
        assert word in ran.stdout
    assert "没有新增" in cli(*small).stdout
    sample = cli("demo", HUIYIN_LEDGERS=json.dumps([small[-1]]))
    assert (sample.returncode, "ledger-not-sample" in sample.stderr) == (2, True), sample.stdout + sample.stderr
    for arguments, word in (
        ((*small, "--seed", "2"), "ledger-not-simulated"),
        (("simulate", "--ledger", "坏 名字"), "ledger-invalid"),
        (("simulate", "--proposals", "0"), "proposals-invalid"),
        (("simulate", "--years", "11"), "years-invalid"),
    ):
        refused = cli(*arguments)
        assert (refused.returncode, word in refused.stderr) == (2, True), refused.stdout + refused.stderr


def test_wrong_usage_says_what_is_wrong(cli: Cli) -> None:
    for arguments, code, word in (
        (("history", "not-a-uuid"), 2, "case-invalid"),
        (("history", str(uuid4())), 1, "not-found"),
        (("history", str(uuid4()), "--ledger", "坏 名字"), 2, "ledger-unknown"),
        (("no-such-command",), 2, "没有命令“no-such-command”"),
        (("status", "--typo", "x"), 2, "没有选项“--typo”"),
        (("status", "--ledger", "a", "b", "c"), 2, "多出了"),
        (("history",), 2, "须写明"),
        (("tick",), 2, "“--day”须写明"),
        (("simulate", "--proposals", "many"), 2, "“--proposals”的值“many”不合要求"),
        (("rulebooks", "check", "absent.toml"), 2, "不存在"),
        (("status", "--ledger", "typo"), 2, "ledger-unknown"),
        (("rebuild", "no_such_board"), 2, "model-unknown"),
        (("tick", "--day", "2024-02-30"), 2, "day-invalid"),
        (("tick", "--day", "9999-12-31"), 2, "day-invalid"),
        (("tick", "--day", "20240601"), 2, "day-invalid"),
        (("tick", "--day", "2024-06-01", "--ledger", "typo"), 2, "ledger-unknown"),
    ):
        ran = cli(*arguments)
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert word in ran.stderr
    assert cli("status", HUIYIN_PORT="99999").returncode == 2
    for setting in ("{", "[]", '["a b"]', '[""]'):
        wrong = cli("status", HUIYIN_LEDGERS=setting)
        assert (wrong.returncode, "setting-invalid" in wrong.stderr) == (2, True), wrong.stderr
    wrong = cli("status", DATABASE_URL="nonsense")
    assert (wrong.returncode, "setting-invalid" in wrong.stderr) == (2, True), wrong.stderr


def test_no_database_and_an_old_schema_have_codes_of_their_own(cli: Cli, admin: psycopg.Connection) -> None:
    gone = cli("status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")
    assert (gone.returncode, "database-unavailable" in gone.stderr) == (3, True), gone.stderr
    name = f"empty_{uuid4().hex[:8]}"
    admin.execute(f"CREATE DATABASE {name}".encode())
    try:
        empty = cli.environment["DATABASE_URL"].replace("dbname=huiyin", f"dbname={name}")
        old = cli("status", DATABASE_URL=empty)
        assert (old.returncode, "schema-outdated" in old.stderr) == (4, True), old.stderr
        assert cli("migrate", DATABASE_URL=empty).returncode == 0
        assert cli("migrate", DATABASE_URL=empty).returncode == 0, "migrating again changes nothing"
        assert "daemon-silent" in cli("status", DATABASE_URL=empty).stderr, "the schema is there, the service is not"
    finally:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_the_variables_of_the_embedded_database_are_not_those_of_another(cli: Cli, tmp_path: Path) -> None:
    refused = cli("postgres")
    assert (refused.returncode, "database-external" in refused.stderr, refused.stdout) == (2, True, "")
    told = cli("postgres", DATABASE_URL="")
    assert (told.returncode, f"export PGHOST={tmp_path}/run" in told.stdout) == (0, True), told.stdout + told.stderr


def test_a_new_token_can_take_the_place_of_the_others(cli: Cli, database: Database, admin: psycopg.Connection) -> None:
    first, second = cli("token").stdout.strip(), cli("token").stdout.strip()
    assert first != second
    assert re.fullmatch(r"[\w-]{43}", first)
    valid = "SELECT count(*) FROM control.tokens WHERE revoked_at IS NULL AND principal = 'admin'"
    before = admin.execute(valid).fetchone()
    assert before
    assert before[0] >= 2


def test_only_the_first_start_prints_a_token(database: Database) -> None:
    tokens.issue(database.admin)
    assert tokens.issue_first(database.admin) is None


def test_a_data_folder_that_cannot_be_used_and_a_taken_port_are_told(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("")
    unusable = cli("serve", HUIYIN_DATA=str(file))
    assert (unusable.returncode, "data-unusable" in unusable.stderr) == (2, True), unusable.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = cli("serve", HUIYIN_PORT=port, HUIYIN_DATA=str(tmp_path / "new"), DATABASE_URL="")
    assert (refused.returncode, "port-taken" in refused.stderr) == (2, True), refused.stderr
    for host in ("nonexist.invalid", "192.0.2.1"):
        nowhere = cli("serve", HUIYIN_HOST=host, HUIYIN_DATA=str(tmp_path / "new"), DATABASE_URL="")
        assert (nowhere.returncode, "host-invalid" in nowhere.stderr) == (2, True), nowhere.stderr
    assert not (tmp_path / "new" / "cluster").exists(), "nothing is begun that cannot be finished"


def test_a_traceback_in_the_log_holds_no_values(cli: Cli) -> None:
    program = """
import structlog
from api import telemetry
telemetry.configure()
def fails(token):
    raise ZeroDivisionError
try:
    fails("secret-token")
except ZeroDivisionError as error:
    structlog.get_logger().error("internal_error", exc_info=error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], env=cli.environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert "ZeroDivisionError" in ran.stderr
    assert ran.stderr.count("secret-token") == 0
    assert len(ran.stderr.splitlines()) == 1
