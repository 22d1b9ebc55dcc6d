"""Where each thing of a TOML text stands: `tomllib` reads the values and forgets their places.

It follows a text that `tomllib` has accepted, so it needs to know where things end, never whether they are right.
tomlkit keeps no places either, and a compiled grammar of TOML would be two more packages for these few lines.
"""

import re
import tomllib
from bisect import bisect_left
from typing import NamedTuple, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys, and places in arrays counted from 0: `("deadlines", 2, "day")`."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")' + r"|'''.*?'''(?!')" + r'|"(?:\\.|[^"\\])*"' + r"|'[^']*'",
    re.S,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\r\n]+")


class Place(NamedTuple):
    """`line` counts from 1 and is that of the key, of the array's item, or of the table's header; `value` is the
    offset at which the value begins."""

    line: int
    value: int


def places(toml: str) -> dict[Path, Place]:
    """The place of every key, table and item of a valid TOML text whose lines end in a bare newline. A table that no
    header names stands where it is first mentioned. Raises `RecursionError` where values lie in each other without end.
    """
    text = _Text(toml)
    text.read()
    return text.found


def last_statement(toml: str) -> int:
    """The line on which the last pair or header of a text begins, be it cut off behind that or said twice."""
    text = _Text(toml)
    text.read()
    return text.statement


class _Text:
    """Reads once from beginning to end; `at` is how far it has come."""

    def __init__(self, toml: str) -> None:
        self.toml = toml
        self.at = 0
        self.found: dict[Path, Place] = {}
        self.statement = 1
        self._breaks = [match.start() for match in re.finditer("\n", toml)]
        self._lengths: dict[Path, int] = {}

    def read(self) -> None:
        table: Path = ()
        while self._more():
            self.statement = self._here().line
            if self.toml.startswith("[[", self.at):
                table = self._array_item()
            elif self.toml.startswith("[", self.at):
                table = self._table()
            else:
                self._pair(table)

    def _table(self) -> Path:
        here = self._here()
        path = self._named((), self._keys(after="["), here)
        self.at += len("]")
        self.found[path] = here
        return path

    def _array_item(self) -> Path:
        here = self._here()
        array = self._named((), self._keys(after="[["), here)
        self.at += len("]]")
        self.found.setdefault(array, here)
        self._lengths[array] = self._lengths.get(array, 0) + 1
        item = (*array, self._lengths[array] - 1)
        self.found[item] = here
        return item

    def _pair(self, table: Path) -> None:
        here = self._here()
        path = self._named(table, self._keys(), here)
        self.at += len("=")
        self._more()
        self.found[path] = Place(here.line, self.at)
        self._value(path)

    def _value(self, path: Path) -> None:
        opening = self.toml[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            token = _STRING.match(self.toml, self.at) or _BARE_VALUE.match(self.toml, self.at)
            self.at = token.end() if token else len(self.toml)

    def _array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._more() and self.toml[self.at] != "]":
            self.found[*path, number] = self._here()
            self._value((*path, number))
            number += 1
            self._comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._more() and self.toml[self.at] != "}":
            self._pair(path)
            self._comma()
        self.at += 1

    def _keys(self, after: str = "") -> list[str]:
        """A dotted key with what stands around it, up to the `=` or the closing bracket."""
        self.at += len(after)
        keys = [self._key()]
        while self._more() and self.toml[self.at] == ".":
            self.at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        self._more()
        if bare := _BARE_KEY.match(self.toml, self.at):
            self.at = bare.end()
            return bare[0]
        quoted = _STRING.match(self.toml, self.at)
        if quoted is None:
            raise ValueError(f"no key at {self.at}: the text is not valid TOML")
        self.at = quoted.end()
        return str(tomllib.loads(f"key = {quoted[0]}")["key"])

    def _named(self, table: Path, keys: list[str], here: Place) -> Path:
        """The path that keys name from a table on, through the last item of each array of tables on the way."""
        path = table
        for key in keys[:-1]:
            path = (*path, key)
            self.found.setdefault(path, here)
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return (*path, keys[-1])

    def _comma(self) -> None:
        if self._more() and self.toml[self.at] == ",":
            self.at += 1

    def _more(self) -> bool:
        """Whether anything is left after white space and comments."""
        space = _SPACE.match(self.toml, self.at)
        self.at = space.end() if space else self.at
        return self.at < len(self.toml)

    def _here(self) -> Place:
        return Place(bisect_left(self._breaks, self.at) + 1, self.at)
