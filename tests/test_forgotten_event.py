"""An event that a fold forgot is a type error in that fold (docs/decisions/0002)."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

FOLDS = {"domain/proposal/handling.py", "domain/communication/facts.py", "projections/supervision_board/board.py"}
"""Every fold over the events of a stage, here of handling. The audit trail takes all events alike; that each stage is
folded is a test of the architecture."""


def test_a_new_event_shows_as_an_error_in_every_fold_that_does_not_know_it(tmp_path: Path) -> None:
    for package in ("domain", "ledger", "projections"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    events = tmp_path / "domain" / "events" / "handling.py"
    code = events.read_text(encoding="utf-8")
    stage = "\n\nHandlingEvent: TypeAlias = (\n"
    assert stage in code
    thrown_away = f"\n\nclass ThrownAway(Event):\n    pass\n{stage}    ThrownAway |"
    events.write_text(code.replace(stage, thrown_away, 1), encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "domain", "projections"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    forgot = {line.partition(":")[0] for line in checked.stdout.splitlines() if 'expected "Never"' in line}
    assert forgot == FOLDS, checked.stdout
