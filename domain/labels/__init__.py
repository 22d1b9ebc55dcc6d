"""The one catalogue of Chinese titles and labels: events, commands, codes, fields, streams, boards.

The page, the documents, the error messages and the API's descriptions all take their words from here; a test says
that nothing is missing.
"""

from enum import StrEnum

from domain.labels.codes import CODES
from domain.labels.columns import COLUMNS
from domain.labels.commands import COMMANDS
from domain.labels.events import EVENTS
from domain.labels.fields import FIELDS, FIELDS_OF
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


__all__ = ["CODES", "COLUMNS", "COMMANDS", "EVENTS", "FIELDS", "STREAMS", "field_label", "label"]
