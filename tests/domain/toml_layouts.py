"""One content in the many ways TOML lets people write it: the same data, laid out by chance."""

import re
from random import Random
from typing import Any

NOISE = ('# [x] = "', "# ]]", "# deadlines = [ { '''", "#", "", "   ", '\t# """', "# 第 1 行 = 2")
BARE = re.compile(r"[A-Za-z0-9_-]+")


def written(data: dict[str, Any], chance: Random) -> str:
    """A TOML text with this content."""
    lines = _Lines(chance)
    lines.table("", data)
    return "\n".join(lines.written) + chance.choice(("", "\n", "\n# ende"))


class _Lines:
    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.written: list[str] = []

    def table(self, name: str, data: dict[str, Any]) -> None:
        """The pairs of a table, then the tables in it that have a header of their own."""
        later = []
        for key, value in data.items():
            if self.may_have_header(value) and self.chance.random() < 0.6:
                later.append((key, value))
            elif isinstance(value, dict) and value and self.chance.random() < 0.5:
                self.dotted(self.key(key), value)
            else:
                self.statement(f"{self.key(key)}{self.space()}={self.space()}{self.value(value)}")
        self.chance.shuffle(later)
        for key, value in later:
            whole = f"{name}{self.space()}.{self.space()}{self.key(key)}" if name else self.key(key)
            for item in [value] if isinstance(value, dict) else value:
                header = f"{self.space()}{whole}{self.space()}"
                self.statement(f"[{header}]" if isinstance(value, dict) else f"[[{header}]]")
                self.table(whole, item)

    def may_have_header(self, value: Any) -> bool:
        return isinstance(value, dict) or (
            isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
        )

    def dotted(self, name: str, data: dict[str, Any]) -> None:
        for key, value in data.items():
            whole = f"{name}{self.space()}.{self.space()}{self.key(key)}"
            if isinstance(value, dict) and value and self.chance.random() < 0.5:
                self.dotted(whole, value)
            else:
                self.statement(f"{whole} = {self.value(value)}")

    def statement(self, text: str) -> None:
        while self.chance.random() < 0.3:
            self.written.append(self.chance.choice(NOISE))
        self.written.extend(f"{self.space()}{text}{self.chance.choice(('', '', ' # ] } x = 1'))}".split("\n"))

    def key(self, key: str) -> str:
        ways = ["basic"]
        if BARE.fullmatch(key):
            ways += ["bare"] * 4
        if "'" not in key and "\n" not in key:
            ways.append("literal")
        match self.chance.choice(ways):
            case "bare":
                return key
            case "literal":
                return f"'{key}'"
        return self.basic(key)

    def value(self, value: Any) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case str():
                return self.string(value)
            case list():
                return self.array(value)
            case dict():
                inside = ", ".join(f"{self.key(key)} = {self.value(item)}" for key, item in value.items())
                return f"{{{self.space()}{inside}{self.space()}}}"
        return str(value)

    def array(self, value: list[Any]) -> str:
        text = "[" + self.gap()
        for number, item in enumerate(value):
            last = number == len(value) - 1
            text += self.value(item) + self.gap() + ("" if last and self.chance.random() < 0.5 else ",") + self.gap()
        return text + "]"

    def gap(self) -> str:
        return self.chance.choice(("", " ", "", "\n", '\n  # ], } [[ "\n', "# ] '''\n\n"))

    def space(self) -> str:
        return self.chance.choice(("", "", " ", "\t"))

    def string(self, text: str) -> str:
        """In any of the four ways that can hold it; none begins on a later line than its key."""
        ways = [self.basic(text), '"""' + self.escaped(text, keep_lines=True) + '"""']
        if "'" not in text:
            ways.append(f"'''{text}'''")
            ways += [] if "\n" in text else [f"'{text}'"]
        return self.chance.choice(ways)

    def basic(self, text: str) -> str:
        return f'"{self.escaped(text)}"'

    def escaped(self, text: str, *, keep_lines: bool = False) -> str:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
        return text if keep_lines else text.replace("\n", "\\n")
