"""Codes with the names people know them by, from the directory."""

from pydantic import BaseModel

from domain.directory import Directory


class Named(BaseModel):
    """代码和它的中文名。"""

    code: str
    name: str


class Names:
    """A code that is not listed is its own name."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def unit(self, code: str) -> Named:
        known = self._directory.units.get(code)
        return Named(code=code, name=known.name if known else code)

    def official(self, code: str) -> Named:
        known = self._directory.official(code)
        return Named(code=code, name=known.name if known else code)

    def member(self, code: str) -> Named:
        known = self._directory.members.get(code)
        return Named(code=code, name=known.name if known else code)
