"""What the columns of a 台账 hold and how its values read: a TOML file beside the workbook."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from api.history.line import told
from api.history.reading import FileRefused
from domain.codes import Timing
from domain.values import Code, Frozen

Title = Annotated[str, Field(min_length=1, max_length=200)]


class Columns(Frozen):
    """Titles of the columns, by what they hold; what is not named is not read."""

    case_no: Title
    title: Title
    lead: Title
    co_signers: Title | None = None
    submitted: Title | None = None
    registered: Title | None = None
    transferred: Title | None = None
    lead_unit: Title | None = None
    co_units: Title | None = None
    assigned: Title | None = None
    acknowledged: Title | None = None
    replied: Title | None = None
    letter: Title | None = None
    result_class: Title | None = None
    openness: Title | None = None
    rated: Title | None = None
    attitude: Title | None = None
    result: Title | None = None
    overall: Title | None = None
    closed: Title | None = None


class ContactColumns(Frozen):
    """One contact with the proposers; there may be several in a row."""

    date: Title
    mode: Title | None = None
    people: Title | None = None
    content: Title | None = None
    position: Title | None = None


class Names(Frozen):
    """Names of the 台账 → codes of the directory. A name that is not here is looked for in the directory."""

    units: Annotated[dict[str, Code], Field(default_factory=dict)]
    members: Annotated[dict[str, Code], Field(default_factory=dict)]


class Mapping(Frozen):
    """`values`: words of the 台账 → codes, by the name of the list; words of the catalogue need no entry. `entered`: a
    fact counts as entered on the day it happened, as it was on paper; else at the time of the import."""

    session: Code
    actor: Code
    columns: Columns
    sheets: tuple[Title, ...] = ()
    header_row: Annotated[int | None, Field(ge=1)] = None
    entered: bool = True
    late_entry_reason: Title = "据台账补录"
    timing: Timing = Timing.IN_SESSION
    occasion: Title = "交办"
    basis: Title = "台账"
    contacts: tuple[ContactColumns, ...] = ()
    names: Annotated[Names, Field(default_factory=Names)]
    values: Annotated[dict[str, dict[str, str]], Field(default_factory=dict)]


def read_mapping(path: Path) -> Mapping:
    """Raises `FileRefused`, naming the field."""
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FileRefused("import-mapping-invalid", f"{path}：读不了（{error}）") from error
    except ValidationError as error:
        raise FileRefused("import-mapping-invalid", f"{path}：{told(error)}") from None
