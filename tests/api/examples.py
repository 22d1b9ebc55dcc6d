"""Writes a body for every command down as api/examples.json; run after a command or its test has changed:
`python -m tests.api.examples`."""

import json
from pathlib import Path
from typing import Any

import api
from domain.commands import Command
from tests.domain.test_every_command import HAPPY

FILE = Path(api.__file__).parent / "examples.json"

_CODES = {
    "lin-zhe": "weiyuan-01",
    "liu-yan": "weiyuan-02",
    "jiaoyuju-zheng": "jiaoyuju-head",
    "jiaoyuju-fu": "jiaoyuju-leader",
    "weijianju-fu": "weijianju-leader",
    "jiaoyuju-ke": "jiaoyuju-officer",
    "mayor-yan": "fushizhang-2",
}
"""Who it is in the sample year, that a reader can try things on."""


def bodies() -> dict[str, Any]:
    return {kind.__name__: body_of(kind) for kind in HAPPY}


def body_of(kind: type[Command]) -> Any:
    """The body of a command that adds something in its state of the tests' world, in the words of the sample year."""
    given, when = HAPPY[kind]
    return _in_sample(when(given()).model_dump(mode="json", exclude_none=True, exclude_unset=True))


def _in_sample(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_sample(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_in_sample(inner) for inner in value]
    return _CODES.get(value, value) if isinstance(value, str) else value


if __name__ == "__main__":
    FILE.write_text(json.dumps(bodies(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
