"""Personal details (phone, address): how events declare them, and the sealed form in which they are kept.

An event declares `phone: Annotated[Personal[str] | None, Of("member", "member")]`. A command states the text; the
ledger seals it when it numbers the event, because the place in history is part of the seal. Whatever is read back is
sealed: folds, boards and the audit trail never see the text. Only a sealed field can be written (plain text raises).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, PlainSerializer, PrivateAttr, ValidationInfo

from domain.codes import Disclosure
from domain.values import Frozen

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class Place(NamedTuple):
    """Where a sealed field stands in its ledger, and opens: nowhere else. `field` is its path in the stored payload."""

    stream: UUID
    version: int
    field: str


class Sealed(Frozen):
    """A personal detail as it is kept: encrypted under a key of the person `subject` (`member:…`, `official:…`).
    `nonce` and `ct` (with its tag) are base64. `place` is known of what was read from history; it is not written."""

    subject: str
    key: str
    nonce: str
    ct: str
    _place: Place | None = PrivateAttr(default=None)

    @property
    def place(self) -> Place | None:
        return self._place

    def at(self, place: Place) -> "Sealed":
        """The same, read at a place."""
        placed = self.model_copy()
        placed._place = place
        return placed


@dataclass(frozen=True, slots=True)
class Of:
    """Whose detail a field holds: the one whose code stands in `field`, in the list of members or of officials."""

    kind: Literal["member", "official"]
    field: str

    def subject(self, model: BaseModel) -> str | None:
        code = getattr(model, self.field)
        return None if code is None else f"{self.kind}:{code}"


class Detail(NamedTuple):
    """A personal detail in plain text: field, person, text."""

    field: str
    subject: str
    text: str


class Opening(NamedTuple):
    """What opening a sealed field gave: its text, or why there is none."""

    disclosure: Disclosure
    text: str | None = None


def _where_it_stands(value: T, info: ValidationInfo) -> T | Sealed:
    """History is read with (stream, version) as the context of validation."""
    if isinstance(value, Sealed) and info.context is not None and info.field_name is not None:
        stream, version = info.context
        return value.at(Place(stream, version, info.field_name))
    return value


def _as_kept(value: object) -> Sealed:
    if isinstance(value, Sealed):
        return value
    raise ValueError("a personal field is written sealed or not at all")


Personal: TypeAlias = Annotated[
    T | Sealed,
    AfterValidator(_where_it_stands),
    PlainSerializer(_as_kept, return_type=Sealed, when_used="json"),
]
"""A personal detail: plain until the ledger writes it, sealed ever after."""


@cache
def personal_fields(kind: type[BaseModel]) -> Mapping[str, Of]:
    """The fields of an event or a command that hold personal details, and whose."""
    fields = kind.model_fields.items()
    return {name: of for name, info in fields for of in info.metadata if isinstance(of, Of)}


def details(model: BaseModel) -> Iterator[Detail]:
    """What an event or a command holds in plain text about somebody whom it names."""
    for name, of in personal_fields(type(model)).items():
        text, subject = getattr(model, name), of.subject(model)
        if isinstance(text, str) and subject is not None:
            yield Detail(name, subject, text)


def sealed_in(model: BaseModel | None) -> Iterator[Sealed]:
    """The sealed fields of an event, if there is one."""
    values = (getattr(model, name) for name in personal_fields(type(model))) if model is not None else ()
    return (value for value in values if isinstance(value, Sealed))


def sealed(event: M, stream: UUID, version: int, seal: Callable[[Place, str, str], Sealed]) -> M:
    """The event as it is to be kept at a place; `seal` takes place, person and text. Raises `ValueError` for a field
    that is sealed already: it opens where it was sealed, not here."""
    if any(sealed_in(event)):
        raise ValueError("a sealed field cannot be moved to another event")
    kept = {detail.field: seal(Place(stream, version, detail.field), *detail[1:]) for detail in details(event)}
    return event.model_copy(update=kept) if kept else event


def opened(model: M, texts: Mapping[Sealed, str]) -> M:
    """The same with the text of what could be opened."""
    known: dict[str, Any] = {}
    for name in personal_fields(type(model)):
        value = getattr(model, name)
        if isinstance(value, Sealed) and value in texts:
            known[name] = texts[value]
    return model.model_copy(update=known) if known else model
