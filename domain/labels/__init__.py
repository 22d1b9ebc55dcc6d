"""The one catalogue of words: Chinese titles and meanings of events, commands, codes, fields, streams, boards; the
English of what has no English in the code.

The page, the documents, the error messages and the API's descriptions all take their words from here; a test says
that nothing is missing.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel

from domain.labels.answers import ANSWERS, ANSWERS_OF
from domain.labels.codes import CODES
from domain.labels.columns import COLUMNS
from domain.labels.command_meanings import COMMAND_MEANINGS
from domain.labels.commands import COMMANDS
from domain.labels.english import ENGLISH_CODES, ENGLISH_NOTES, ENGLISH_RULES
from domain.labels.event_meanings import EVENT_MEANINGS
from domain.labels.events import EVENTS
from domain.labels.fields import FIELDS, FIELDS_OF
from domain.labels.meanings import BOARD_MEANINGS, CODE_MEANINGS, STAGE_MEANINGS
from domain.labels.streams import STREAMS

CLASSIFIED = "涉密，不在本系统显示"
"""What stands in place of the title of a proposal that was refused as secret."""


def label(code: StrEnum) -> str:
    """A code's Chinese name."""
    return CODES[type(code)][code.value]


def field_label(field: str, owner: str = "") -> str:
    """The Chinese name of a field of a class (`owner`); the field itself where it has none."""
    return FIELDS_OF.get((owner, field)) or FIELDS.get(field, field)


def answer_label(field: str, owner: str) -> str | None:
    """The Chinese name of a field of any class, those of answers included; None where it has none."""
    known = ANSWERS_OF.get((owner, field)) or FIELDS_OF.get((owner, field)) or FIELDS.get(field)
    return known or ANSWERS.get(field) or COLUMNS.get(field)


def path_label(path: Sequence[str | int], taken: Any) -> str:
    """The Chinese name of each step of a path into a request: "分办单位 · 第 1 项 · 承办单位".

    `taken` is the class of the request. A step that no class knows is shown as it is written: it has no name, and that
    of another field would mislead.
    """
    words: list[str] = []
    within: Any = taken
    for part in map(str, path):
        owner = next((kind for kind in _classes(within) if part in kind.model_fields), None)
        if owner:
            words.append(field_label(part, owner.__name__))
            within = owner.model_fields[part].annotation
        else:
            words.append(f"第 {int(part) + 1} 项" if part.isdecimal() else part)
    return " · ".join(words)


def _classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """The classes that a field may hold, alone or in lists."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _classes(inner)


__all__ = [
    "BOARD_MEANINGS",
    "CLASSIFIED",
    "CODES",
    "CODE_MEANINGS",
    "COLUMNS",
    "COMMANDS",
    "COMMAND_MEANINGS",
    "ENGLISH_CODES",
    "ENGLISH_NOTES",
    "ENGLISH_RULES",
    "EVENTS",
    "EVENT_MEANINGS",
    "FIELDS",
    "STAGE_MEANINGS",
    "STREAMS",
    "answer_label",
    "field_label",
    "label",
    "path_label",
]
