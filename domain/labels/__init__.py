"""The one catalogue of words: Chinese titles and meanings of events, commands, codes, fields, streams, boards; the
English of what has no English in the code.

The page, the documents, the error messages and the API's descriptions all take their words from here; a test says
that nothing is missing.
"""

from enum import StrEnum

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


def label(code: StrEnum) -> str:
    """A code's Chinese name."""
    return CODES[type(code)][code.value]


def field_label(path: str, owner: str = "") -> str:
    """The Chinese name of a field of a class (`owner`), by its last named part; the path itself where it has none."""
    around, *names = [owner, *(part for part in path.split(".") if not part.isdigit())]
    if not names:
        return path
    around = names[-2] if len(names) > 1 else around
    return FIELDS_OF.get((around, names[-1])) or FIELDS.get(names[-1], path)


__all__ = [
    "BOARD_MEANINGS",
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
    "field_label",
    "label",
]
