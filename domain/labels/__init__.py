"""The one catalogue of Chinese titles and labels: events, commands, codes, fields, streams, boards.

The page, the documents, the error messages and the API's descriptions all take their words from here; a test says
that nothing is missing.
"""

from enum import StrEnum

from domain.labels.codes import CODES
from domain.labels.columns import COLUMNS
from domain.labels.commands import COMMANDS
from domain.labels.events import EVENTS
from domain.labels.fields import FIELDS
from domain.labels.streams import STREAMS


def label(code: StrEnum) -> str:
    """A code's Chinese name."""
    return CODES[type(code)][code.value]


def field_label(path: str) -> str:
    """The Chinese name of a request field, by its last named part; the path itself where it has none."""
    names = [part for part in path.split(".") if not part.isdigit()]
    return FIELDS.get(names[-1], path) if names else path


__all__ = ["CODES", "COLUMNS", "COMMANDS", "EVENTS", "FIELDS", "STREAMS", "field_label", "label"]
