"""Where each thing of a TOML text stands, whatever way it is laid out."""

import tomllib
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.documents.lines import Path, places
from domain.documents.source import Broken, read
from tests.domain.toml_layouts import written

NASTY = ("", " ] }", "[[deadlines]]\nrule = 1", "# = {", 'say "x" \\ ', "''", '""', "\n\n]", "、｝“")
KEYS = ("day", "deadlines", "a-b", "1", "a.b", 'say "so"', "限", "cap", "")
COUNTED = date(2024, 9, 30)

by_chance = st.integers(0, 2**32).map(Random)
law = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Tree:
    """Random content in which every single value is unlike all others."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.marks = 0

    def mark(self) -> str:
        self.marks += 1
        return f"9{self.marks:05}9"

    def table(self, depth: int) -> dict[str, Any]:
        keys = self.chance.sample(KEYS, self.chance.randint(0 if depth else 1, 4))
        return {key: self.value(depth + 1) for key in keys}

    def value(self, depth: int) -> Any:
        match self.chance.choice(("int", "text", "table", "list", "tables", "mixed") if depth < 4 else ("int", "text")):
            case "int":
                return int(self.mark())
            case "text":
                return self.mark() + self.chance.choice(NASTY)
            case "table":
                return self.table(depth)
            case "tables":
                return [self.table(depth) for _ in range(self.chance.randint(1, 3))]
            case "mixed":
                return [self.value(depth + 1) for _ in range(self.chance.randint(0, 3))]
        return [int(self.mark()) for _ in range(self.chance.randint(0, 4))]


def all_paths(value: Any, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key), item
        yield from all_paths(item, (*at, key))


@law
@given(by_chance)
def test_everything_is_found_on_the_line_it_stands_on(chance: Random) -> None:
    data = Tree(chance).table(0)
    text = written(data, chance)
    assert tomllib.loads(text) == data, "the layout says what it should"
    found = places(text)
    known = dict(all_paths(data))
    assert set(found) == set(known)
    lines = text.split("\n")
    for path, value in known.items():
        if isinstance(value, int | str):
            mark = str(value)[:7]
            assert mark in lines[found[path].line - 1], path
            assert mark in text[found[path].value :].split("\n")[0][:12]


@law
@given(by_chance)
def test_a_day_that_does_not_exist_is_found_wherever_it_stands(chance: Random) -> None:
    data = Tree(chance).table(0)
    numbers = [path for path, value in all_paths(data) if isinstance(value, int)]
    if not numbers:
        return
    path = chance.choice(numbers)
    holder = data
    for key in path[:-1]:
        holder = holder[key]  # type: ignore[index]  # a tree of tables and lists
    holder[path[-1]] = COUNTED  # type: ignore[index]  # the same
    impossible = chance.choice(("2024-09-31", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32"))
    text = written(data, chance).replace(str(COUNTED), impossible)
    source = read(text)
    assert not isinstance(source, Broken), source
    assert source.no_such_day == {path: impossible}
    assert impossible in text.split("\n")[source.places[path].line - 1]


@pytest.mark.parametrize(
    ("toml", "lines"),
    [
        ("", {}),
        ("# nothing", {}),
        ("a = 1", {"a": 1}),
        ("\n\na.b.c = 1\na.b.d = 2", {"a": 3, "a.b": 3, "a.b.c": 3, "a.b.d": 4}),
        ("[a.b]\n[a]\nc = 1", {"a": 2, "a.b": 1, "a.c": 3}),
        ("[[a]]\n[a.b]\nc = 1\n[[a]]\n[[a.d]]\ne = 1\n[[a.d]]", {
            "a": 1, "a.0": 1, "a.0.b": 2, "a.0.b.c": 3, "a.1": 4, "a.1.d": 5, "a.1.d.0": 5, "a.1.d.0.e": 6,
            "a.1.d.1": 7,
        }),
        ("a = [ # ]\n  1,\n\n  [\n2], { b = [\n3 ] }\n]", {
            "a": 1, "a.0": 2, "a.1": 4, "a.1.0": 5, "a.2": 5, "a.2.b": 5, "a.2.b.0": 6,
        }),
        ('a = """\n[[x]]\n\\""" """\nb = 1', {"a": 1, "b": 4}),
        ('a = """x"""""\nb = \'\'\'y\'\'\'\'\'\nc = ["""z""", \'\']', {"a": 1, "b": 2, "c": 3, "c.0": 3, "c.1": 3}),
        ("a = 1979-05-27 07:32:00 # no\r\n\r\nb = 1_000\r\n", {"a": 1, "b": 3}),
        ("a = {}\nb = []\nc = { d = {}, e.f = 'x,}' }", {"a": 1, "b": 2, "c": 3, "c.d": 3, "c.e": 3, "c.e.f": 3}),
    ],
)  # fmt: skip
def test_what_people_write(toml: str, lines: dict[str, int]) -> None:
    source = read(toml)
    assert not isinstance(source, Broken)
    assert {".".join(map(str, path)): place.line for path, place in source.places.items()} == lines


@pytest.mark.parametrize(
    ("toml", "line", "word"),
    [
        ("a = 1\nb =", 2, "值无法识别"),
        ("a = 1\n\nb = “x”", 3, "全角"),
        ("a ＝ 1", 1, "全角"),
        ("a = 'x\nb = 1", 1, "引号没有结束"),
        ('a = "x\nb = 1', 1, "引号没有结束"),
        ("c = 'y'\na = 'x\nb = 'z'", 2, "引号没有结束"),
        ('a = """x\n\n', 1, "引号没有结束"),
        ("c = '''\n1'''\na = '''x\nb = [\n", 3, "引号没有结束"),
        ("a = 1\nb = [\n1,\n]\nb = [\n2,\n]\n", 5, "前面已经写"),
        ("a = { b = 1, b = 2 }", 1, "前面已经写"),
        ("[a]\nb = 1\n\n[a]", 4, "前面已经写"),
        ("a = {}\n[a.b]", 2, "前面已经写"),
        ("a = {}\na.b = 1", 2, "前面已经写"),
        ("[a.b]\n[[a.b]]", 2, "前面已经写"),
        ("a = []\n[[a]]", 2, "前面已经写"),
        ("[a", 1, "方括号"),
        ("[[a]", 1, "方括号"),
        ("a = [1\n2", 2, "数组没有写完"),
        ("a = { b = 1", 1, "行内表没有写完"),
        ("a = { b = 1,\n c = 2 }", 1, "一行内"),
        ("a = { b = 1, }", 1, "逗号"),
        ("键 = 1", 1, "键 = 值"),
        ("a.键 = 1", 1, "键名应由"),
        ("a 1", 1, "等号"),
        ("a = 1 b = 2", 1, "多出了内容"),
        ("a = 1 2024-09-30", 1, "多出了内容"),
        ('a = "\\q"', 1, "反斜线"),
        ('a = "\\uD800"', 1, "转义"),
        ('a = "\\u12"', 1, "转义"),
        ("a = '\x00'", 1, "不允许的字符"),
        ("a = 2024-01-01T25:00:00", 1, "多出了内容"),
        ("a = 2024-09-31\nb = 12:00:61", 2, "多出了内容"),
        ("a = 1\nb = " + "[" * 30 + "]" * 30, 2, "嵌套过深"),
        ("a = " + "[" * 100_000, 1, "嵌套过深"),
        ("a = 1\nb = " + "9" * 5_000, 2, "过长"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_toml_is_told_by_its_line_in_chinese(toml: str, line: int, word: str) -> None:
    broken = read(toml)
    assert isinstance(broken, Broken)
    assert (broken.line, word in broken.message) == (line, True), broken


def test_what_is_no_toml_has_no_places() -> None:
    with pytest.raises(ValueError, match="not valid TOML"):
        places("= 1")
