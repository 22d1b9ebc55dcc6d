"""What docs/rulebooks.md tells people is what the program takes."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from domain import codes
from domain.documents.check import NOTICE, RULEBOOK, check
from domain.labels import CODES
from domain.policy.rulebook import AnchorKind, CountedIn, DeadlineKind, Rulebook
from domain.policy.soundness import ANCHORS
from domain.policy.working_days import Notice
from tests.domain.test_toml_lines import all_paths

DOC = (Path(__file__).parents[2] / "docs" / "rulebooks.md").read_text(encoding="utf-8")
CODED = (
    *(codes.Level, codes.Timing, codes.Rating, codes.Gate, codes.DecisiveMoment, codes.ContactMode, codes.Rank),
    *(codes.Pressure, DeadlineKind, AnchorKind, CountedIn),
)


def example(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```toml\n(.*?)```", DOC, re.S)
    assert found
    return found[1]


def fields(kind: Any) -> Iterator[str]:
    """The names of a model's fields and of those within."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield name
            yield from fields(field.annotation)
    for part in get_args(kind):
        yield from fields(part)


@pytest.mark.parametrize(("name", "kind"), [("example", RULEBOOK), ("notice", NOTICE)])
def test_the_examples_are_sound(name: str, kind: Any) -> None:
    assert check(kind, name, example(name)).faults == ()


def test_the_example_uses_every_field_there_is() -> None:
    used = {path[-1] for path, _ in all_paths(tomllib.loads(example("example")))}
    assert set(fields(Rulebook)) - used == set()


def test_every_field_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", "\n".join(line for line in DOC.split("\n") if line.startswith("|"))))
    assert {*fields(Rulebook), *fields(Notice)} - explained == set()


@pytest.mark.parametrize("kind", CODED, ids=lambda kind: kind.__name__)
def test_every_code_is_listed_with_its_name(kind: Any) -> None:
    for code, name in CODES[kind].items():
        assert re.search(rf"`{code}` {name}", DOC), f"{code} {name}"


def test_the_table_of_anchors_is_the_programs() -> None:
    rows = re.findall(r"^\| ((?:`[A-Z_]+`、?)+) \| ((?:`[A-Z_]+`、?)+) \|$", DOC, re.M)
    told = {kind: re.findall(r"\w+", anchors) for kinds, anchors in rows for kind in re.findall(r"\w+", kinds)}
    assert {kind: set(anchors) for kind, anchors in told.items()} == {
        kind.value: {anchor.value for anchor in anchors} for kind, anchors in ANCHORS.items()
    }


@pytest.mark.parametrize("code", [RULEBOOK.inconsistent, RULEBOOK.duplicate, NOTICE.inconsistent, NOTICE.duplicate])
def test_every_code_of_a_fault_is_explained(code: str) -> None:
    assert f"`{code}`" in DOC
