"""`kill -9` of API, daemon, reactions and PostgreSQL at random moments: nothing acknowledged is lost, nothing is
doubled, what follows of itself follows once, and every board equals a rebuild."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.codes import Gate
from domain.policy.rulebook import Gates
from tests.api.conftest import SESSION, submission
from tests.cases import rulebook

PATIENCE = 60.0
KINDS = ("api", "daemon", "reactions", "postgres", "backend")
BY_ITSELF = rulebook(
    id="by-itself",
    feedback_form_automatic=True,
    contact_before_reply=rulebook().contact_before_reply.model_copy(update={"gate": Gate.OFF}),
    gates=Gates(review_before_signing=Gate.OFF),
)
"""The short way to a reply, after which the form goes out by itself."""


LEADER = {
    "official": "zhifaju-leader", "name": "王喆", "title": "副局长", "rank": "UNIT_PORTFOLIO_LEADER", "unit": "zhifaju",
}  # fmt: skip
OFFICER = {**LEADER, "official": "zhifaju-officer", "title": "科长", "rank": "OFFICER"}

Steps = Sequence[tuple[str, dict[str, Any]]]


class Service:
    """A real `huiyin serve` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "HUIYIN_DATA": str(folder / "data"), "HUIYIN_PORT": "18400"}
        self.environment.pop("DATABASE_URL", None)
        self.output = folder / "output"
        self.start()
        printed = self.output.read_text()
        found = re.search(r"^\s+([\w-]{43})$", printed, re.M)
        assert found, printed
        self.token = found[1]

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.parent = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + PATIENCE
        while "http://" not in self.output.read_text():
            assert time.monotonic() < until, self.output.read_text()
            assert self.parent.poll() is None, self.output.read_text()
            time.sleep(0.05)
        found = re.search(r"http://[\d.]+:\d+", self.output.read_text())
        assert found
        self.url = found[0]

    def victims(self, kind: str) -> list[int]:
        """Process ids of one kind among the parent's children (and, for backends, their children).

        `-ww`, because ps cuts every line at COLUMNS where a terminal's width is in the environment."""
        table = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in table.splitlines()]
        children = [(int(pid), args) for pid, ppid, args in rows if int(ppid) == self.parent.pid]
        postgres = [pid for pid, args in children if "postgres" in args and "api.cli" not in args]
        found = {
            "api": [pid for pid, args in children if args.endswith("api.cli api")],
            "daemon": [pid for pid, args in children if args.endswith("api.cli daemon")],
            "reactions": [pid for pid, args in children if args.endswith("api.cli reactions")],
            "postgres": postgres,
            "backend": [int(pid) for pid, ppid, args in rows if int(ppid) in postgres and "huiyin_" in args],
        }
        return found[kind]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *arguments], env=self.environment, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip

    def stop(self) -> None:
        self.parent.terminate()
        self.parent.wait(30)


@pytest.fixture
def service() -> Iterator[Service]:
    folder = Path(tempfile.mkdtemp(prefix="huiyin-crash-"))
    folder.chmod(0o711)
    started = Service(folder)
    yield started
    if started.parent.poll() is None:
        started.stop()
    shutil.rmtree(folder, ignore_errors=True)


REGISTERED: Steps = (("registration", {}),)
REPLIED: Steps = (
    *REGISTERED,
    ("transfer", {"occasion": "专题联席会议"}),
    ("assignments", {"assignments": [{"unit": "zhifaju", "mode": "SOLE"}], "basis": "部门职责"}),
    ("drafts", {"unit": "zhifaju", "text": "已办", "result_class": "A", "on_behalf_of": "zhifaju-officer"}),
    ("signatures", {"unit": "zhifaju", "draft": 1, "signer": "zhifaju-leader", "on_behalf_of": "zhifaju-leader"}),
    ("replies", {"unit": "zhifaju", "draft": 1}),
)


class Writer(threading.Thread):
    """Submits proposals and takes these steps with each, repeating every request with its key until it is answered."""

    def __init__(self, service: Service, stopped: threading.Event, steps: Steps) -> None:
        super().__init__(daemon=True)
        self.service = service
        self.stopped = stopped
        self.steps = steps
        self.answered: list[dict[str, Any]] = []
        self.refused: list[str] = []

    def run(self) -> None:
        with httpx2.Client(headers={"Authorization": f"Bearer {self.service.token}"}, timeout=10) as client:
            while not self.stopped.is_set():
                created = self._post(client, "/proposals", submission())
                for path, body in self.steps if created else ():
                    self._post(client, f"/proposals/{created['stream']}/{path}", body)

    def _post(self, client: httpx2.Client, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        key = {"Idempotency-Key": str(uuid4())}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = client.post(self.service.url + path, json=body, headers=key)
            except httpx2.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code < 300:
                self.answered.append(answer.json())
                return dict(answer.json())
            if answer.status_code not in (500, 503):
                self.refused.append(answer.text)
                return None
            time.sleep(0.05)
        self.refused.append(f"no answer to {path} within {PATIENCE} s")
        return None


def set_up(service: Service) -> None:
    with httpx2.Client(headers={"Authorization": f"Bearer {service.token}"}, base_url=service.url) as client:
        for path, body in (
            ("/sessions", {"session": SESSION, "cppcc": "德惠市政协", "term": 15, "meeting": 3}),
            (f"/sessions/{SESSION}/rulebooks", {"rulebook": BY_ITSELF.model_dump(mode="json")}),
            ("/directory/members", {"member": "weiyuan-1", "name": "刘䶮"}),
            ("/directory/units", {"unit": "zhifaju", "name": "市执法局"}),
            ("/directory/officials", LEADER),
            ("/directory/officials", OFFICER),
        ):
            assert client.post(path, json=body).status_code == 200


def history(service: Service) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    with httpx2.Client(headers={"Authorization": f"Bearer {service.token}"}, base_url=service.url) as client:
        cursor = None
        while True:
            query = {"limit": 500, **({"cursor": cursor} if cursor else {})}
            answer = client.get("/audit/trail", params=query, headers={"Prefer": "handling=strict"})
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            cursor = answer.json()["next"]
            if cursor is None:
                return items


def wait_until_whole(service: Service) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            answer = httpx2.get(f"{service.url}/health", timeout=5)
            ledgers = answer.json()["ledgers"]
            followers = [follower for ledger in ledgers for follower in (*ledger["models"], ledger["reactions"])]
            if answer.status_code == 200 and all(follower["behind"] == 0 for follower in followers):
                return
        except (httpx2.HTTPError, ValueError):
            pass
        time.sleep(0.1)
    pytest.fail("the service did not become whole again:\n" + service.output.read_text()[-4_000:])


def killed_at_random(service: Service, times: int, chance: random.Random) -> None:
    set_up(service)
    stopped = threading.Event()
    writers = [Writer(service, stopped, steps) for steps in (REGISTERED, REGISTERED, REPLIED, REPLIED)]
    for writer in writers:
        writer.start()
    killed: Counter[str] = Counter()
    while killed.total() < times:
        time.sleep(chance.uniform(0.1, 1.0))
        kind = chance.choice(KINDS)
        for victim in service.victims(kind)[:1]:
            os.kill(victim, signal.SIGKILL)
            killed[kind] += 1
    stopped.set()
    assert set(killed) == set(KINDS), killed
    for writer in writers:
        writer.join(PATIENCE * 2)
        assert not writer.is_alive()
        assert writer.refused == []
    wait_until_whole(service)

    items = history(service)
    assert [item["position"] for item in items] == list(range(1, len(items) + 1))
    answered = [answer for writer in writers for answer in writer.answered]
    assert answered
    by_position = {item["position"]: item for item in items}
    for answer in answered:
        first = answer["position"] - answer["added"] + 1
        assert by_position[first]["stream"] == answer["stream"]
    streams = [answer["stream"] for answer in answered]
    submitted = [item["stream"] for item in items if item["type"] == "ProposalSubmitted"]
    assert len(submitted) == len(set(submitted))
    assert set(submitted) == set(streams)
    numbers = [item["body"]["case_no"] for item in items if item["type"] == "ProposalRegistered"]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    replied, asked = (
        Counter(item["stream"] for item in items if item["type"] == kind)
        for kind in ("ReplyIssued", "FeedbackFormIssued")
    )
    assert replied
    assert asked == replied
    verified = service.command("verify-readmodels")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_fifty_kills_at_random_lose_and_double_nothing(service: Service) -> None:
    killed_at_random(service, 50, random.Random(3))


@pytest.mark.soak
def test_four_hundred_kills_at_random_lose_and_double_nothing(service: Service) -> None:
    killed_at_random(service, 400, random.Random(15))


def test_the_parents_death_takes_everything_and_the_next_start_finds_everything(service: Service) -> None:
    set_up(service)
    wait_until_whole(service)
    before = history(service)
    children = everybody(service)
    service.parent.kill()
    service.parent.wait()
    until = time.monotonic() + PATIENCE
    while any(alive(pid) for pid in children):
        assert time.monotonic() < until
        time.sleep(0.05)
    service.start()
    wait_until_whole(service)
    assert history(service) == before


def test_a_second_service_on_the_same_data_is_told_so(service: Service) -> None:
    second = service.command("serve")
    assert second.returncode == 2
    assert "already-running" in second.stderr


def everybody(service: Service) -> list[int]:
    """API, daemon, reactions and PostgreSQL, none of which has died so far."""
    found = [pid for kind in ("api", "daemon", "reactions", "postgres") for pid in service.victims(kind)]
    assert len(found) == 4, service.output.read_text()
    output = service.output.read_text()
    assert "child_died" not in output, output
    assert "database_restarted" not in output, output
    return found


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
