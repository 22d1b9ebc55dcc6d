"""The README's walk: what it says to paste works, and shows what it says it shows."""

import json
import re
import subprocess
from pathlib import Path
from uuid import uuid4

from tests.api.conftest import following, listening
from tests.api.test_sample import load
from tests.conftest import Database

README = Path(__file__).parents[2] / "README.md"


def test_the_walk_of_the_readme_works_as_written(database: Database, tmp_path: Path) -> None:
    name = f"walk-{uuid4().hex[:8]}"
    load(database, name)
    found = re.search(r"<!-- walk -->\n```bash\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    assert found
    with following(database, name), listening(database, tmp_path, name) as (address, token):
        walked = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", found[1]],
            env={"PATH": "/usr/bin:/bin", "T": token, "U": address, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert walked.returncode == 0, walked.stderr
    stages = [line[2:] for line in walked.stdout.splitlines() if line.startswith("→ ")]
    assert stages == [
        *("已立案", "已立案", "已分办", "已签收", "审核中", "审核中", "审核中", "审核中", "审核中", "审核中"),
        *("已答复", "待反馈", "已答复", "已办结"),
    ]
    answers = [json.loads(line) for line in walked.stdout.splitlines() if not line.startswith("→ ")]
    refused = [answer for answer in answers if "code" in answer]
    assert [answer["rule"] for answer in refused] == ["contact-before-reply"]
    case, history, verdicts, trail, attempts, report = answers[-6:]
    assert (case["line"]["stage"], case["line"]["satisfaction"]) == ("CLOSED", "SATISFIED")
    assert [event["position"] for event in history["events"]] == [item["position"] for item in trail["items"]]
    assert [verdict["outcome"] for verdict in verdicts["items"]] == ["PASS"]
    assert verdicts["items"][0]["same_day"], "a day without a time counts as before, and says so"
    assert "contact-before-reply" in [attempt["rule"] for attempt in attempts["items"]]
    assert report["figures"][0]["count"] == 29
