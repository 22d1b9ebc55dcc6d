"""The catalogue, read off the code: nothing in it is written a second time, so a new event or command is in it at once.

Chinese words come from `domain.labels`, English ones from names and docstrings, and where those do not say enough from
the labels too; what a command may append and what a fold uses, from their syntax trees; addresses from the routers;
sources from docs/sources.md.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.catalogue.appending import appended_by
from api.catalogue.folding import Told, told_of
from api.catalogue.syntax import code_of
from api.catalogue.value import (
    Catalogue,
    CodeEntry,
    CodeValue,
    ColumnEntry,
    CommandEntry,
    EventEntry,
    EventPage,
    Lang,
    ReadBy,
    ReadModelEntry,
    RouteEntry,
    RuleEntry,
    SourceEntry,
    StageEntry,
    StoredShape,
    StreamEntry,
    Use,
)
from api.description import worded
from api.desk import Reader
from domain import streams
from domain.commands import COMMANDS, Command
from domain.commands.base import CLAIM_RULES
from domain.events import EVENT_TYPES, STREAM_KINDS, Event
from domain.labels import (
    BOARD_MEANINGS,
    CODE_MEANINGS,
    CODES,
    COLUMNS,
    COMMAND_MEANINGS,
    ENGLISH_CODES,
    ENGLISH_NOTES,
    ENGLISH_RULES,
    EVENT_MEANINGS,
    EVENTS,
    FIELDS,
    STAGE_MEANINGS,
    STREAMS,
)
from domain.labels import COMMANDS as COMMAND_TITLES
from domain.rules import RULES
from ledger.shapes import past_shapes
from projections import READ_MODELS
from projections.readmodel import ReadModel

_HERE = Path(__file__).parent
_SOURCES = (_HERE / "sources.md", _HERE.parents[1] / "docs" / "sources.md")
"""Where the sources are explained: in a wheel, in the repository."""
_SOURCE_ROW = re.compile(r"^\| ([A-Z]\w*(?:、[A-Z]\w*)*) \| (.+) \| (.+) \|$", re.M)
_WRITTEN = {
    "co (?=opinion|sign|unit)": "co-",
    "face to face": "face-to-face",
    "follow up": "follow-up",
    "in session": "in-session",
    "inter session": "inter-session",
    "on site": "on-site",
    "cppcc": "CPPCC",
    "url": "URL",
}
"""How words that stand together are written in English."""
_USES = {Told.USED: Use.USED, Told.PASSED_BY: Use.IGNORED, Told.NOTHING: Use.ALIKE}


def build(routers: Iterable[APIRouter], lang: Lang = Lang.ZH) -> Catalogue:
    """Everything there is, with the addresses these routers give it. Takes a good part of a second: keep it."""
    return _Building(
        lang, [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    ).all()


def event_page(event: EventEntry) -> EventPage:
    """An event with every shape it was ever stored in."""
    past = [
        StoredShape(schema_version=number, current=False, json_schema=shape)
        for number, shape in past_shapes(EVENT_TYPES[event.name]).items()
    ]
    now = StoredShape(schema_version=event.schema_version, current=True, json_schema=event.json_schema)
    return EventPage(event=event, shapes=[*past, now])


class _Building:
    """Entries in one language. `_appended` and `_asking` are asked of the code once."""

    def __init__(self, lang: Lang, routes: list[APIRoute]) -> None:
        self._lang = lang
        self._routes = routes
        self._appended = {command: [event.__name__ for event in appended_by(command)] for command in COMMANDS}
        self._asking = {route.path: set(_boards_asked(route)) for route in routes}
        self._sources = dict(_sources(lang))

    def all(self) -> Catalogue:
        return Catalogue(
            lang=self._lang,
            stages=list(self._stages()),
            streams=[StreamEntry(id=kind.name, title=self._title(kind.name, STREAMS)) for kind in _kinds()],
            commands=[self._command(command) for command in COMMANDS],
            events=[self._event(event) for event in EVENT_TYPES.values()],
            read_models=[self._read_model(model) for model in READ_MODELS],
            rules=[self._rule(id) for id in RULES],
            general_rules=[rule.id for rule in CLAIM_RULES],
            codes=[self._code(kind) for kind in CODES],
            sources=[SourceEntry(code=code, title=title) for code, title in self._sources.items()],
        )

    def _title(self, name: str, known: dict[str, str]) -> str:
        return known.get(name, name) if self._lang is Lang.ZH else words_of(name)

    def _module_words(self, name: str, module: str, meanings: dict[str, str]) -> tuple[str, str]:
        """Title and description of a module whose docstring begins with its Chinese name."""
        title, _, description = _paragraph(sys.modules[module].__doc__).partition(": ")
        if self._lang is Lang.EN:
            return words_of(name), description[:1].upper() + description[1:]
        return title, meanings.get(name, description)

    def _description(self, kind: type, meanings: dict[str, str]) -> str:
        """What a class is: in Chinese as the labels say, in English as its docstring does."""
        said = _paragraph(kind.__doc__)
        return meanings.get(kind.__name__, said) if self._lang is Lang.ZH else said

    def _schema(self, kind: type[Command | Event], mode: Any) -> dict[str, Any]:
        schema = kind.model_json_schema(mode=mode)
        if self._lang is Lang.EN:
            return {name: _in_english(value) for name, value in schema.items()}
        worded({kind.__name__: schema, **schema.get("$defs", {})})
        return schema

    def _stages(self) -> Iterator[StageEntry]:
        by_module: dict[str, list[str]] = {}
        for name, event in EVENT_TYPES.items():
            by_module.setdefault(event.__module__, []).append(name)
        for module, names in by_module.items():
            title, description = self._module_words(stage_of(module), module, STAGE_MEANINGS)
            yield StageEntry(id=stage_of(module), title=title, description=description, events=names)

    def _command(self, command: type[Command]) -> CommandEntry:
        return CommandEntry(
            name=command.__name__,
            title=self._title(command.__name__, COMMAND_TITLES),
            description=self._description(command, COMMAND_MEANINGS),
            stage=stage_of(command.__module__),
            kind=command.kind.name,
            routes=[self._route(route) for route in self._routes if command in _taken(route)],
            events=self._appended[command],
            rules=[rule.id for rule in command.rules],
            json_schema=self._schema(command, "validation"),
        )

    def _event(self, event: type[Event]) -> EventEntry:
        name, kind = event.__name__, STREAM_KINDS[event.__name__]
        commands = [command for command in COMMANDS if name in self._appended[command]]
        rules = dict.fromkeys(rule.id for command in commands for rule in command.rules)
        return EventEntry(
            name=name,
            title=self._title(name, EVENTS),
            description=self._description(event, EVENT_MEANINGS),
            stage=stage_of(event.__module__),
            kind=kind,
            commands=[command.__name__ for command in commands],
            rules=list(rules),
            state=next(_USES[told_of(known.evolve, event)] for known in _kinds() if known.name == kind),
            read_models=[ReadBy(model=model.name, use=use) for model in READ_MODELS if (use := use_of(model, event))],
            schema_version=event.schema_version,
            json_schema=self._schema(event, "serialization"),
        )

    def _read_model(self, model: ReadModel[Any]) -> ReadModelEntry:
        uses = {name: use_of(model, event) for name, event in EVENT_TYPES.items()}
        shape = model.row.model_json_schema(mode="serialization")["properties"]
        title, description = self._module_words(model.name, model.evolve.__module__, BOARD_MEANINGS)
        return ReadModelEntry(
            name=model.name,
            title=title,
            description=description,
            version=model.version,
            kind=model.kind,
            columns=[
                ColumnEntry(
                    name=column,
                    title=self._title(column, FIELDS | COLUMNS),
                    type=_type_of(shape[column]),
                    key=column in model.key,
                )
                for column in model.columns
            ],
            uses=[name for name, use in uses.items() if use in (Use.USED, Use.ALIKE)],
            ignores=[name for name, use in uses.items() if use is Use.IGNORED],
            routes=[self._route(route) for route in self._routes if model.name in self._asking[route.path]],
        )

    def _route(self, route: APIRoute) -> RouteEntry:
        method = "/".join(sorted(route.methods or ()))
        title = route.summary or "" if self._lang is Lang.ZH else words_of(route.operation_id or route.name)
        return RouteEntry(method=method, path=route.path, title=title)

    def _rule(self, id: str) -> RuleEntry:
        rule = RULES[id]
        return RuleEntry(
            id=id,
            title=rule.title if self._lang is Lang.ZH else ENGLISH_RULES.get(id, words_of(id)),
            sources=[SourceEntry(code=code, title=self._sources.get(code, code)) for code in rule.source.split(",")],
            gate=rule.gate,
            commands=[command.__name__ for command in COMMANDS if rule in (*command.rules, *CLAIM_RULES)],
        )

    def _code(self, kind: type[StrEnum]) -> CodeEntry:
        words = CODES[kind] if self._lang is Lang.ZH else ENGLISH_CODES.get(kind.__name__, {})
        return CodeEntry(
            name=kind.__name__,
            description=self._description(kind, CODE_MEANINGS),
            values=[CodeValue(code=code.value, title=words.get(code.value, words_of(code.value))) for code in kind],
        )


def use_of(model: ReadModel[Any], event: type[Event]) -> Use | None:
    """What a read model does with a kind of event; None where it stands in histories the model does not follow."""
    if model.kind not in (None, STREAM_KINDS[event.__name__]):
        return None
    return _USES[told_of(model.evolve, event)]


def words_of(name: str) -> str:
    """A name split into its words: `ReplyDrafted` is "Reply drafted", `CO_OPINION` "Co-opinion"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", name).lower()
    for apart, written in _WRITTEN.items():
        words = re.sub(rf"\b{apart}", written, words)
    return words[:1].upper() + words[1:]


def stage_of(module: str) -> str:
    return module.rpartition(".")[2]


def _paragraph(text: str | None) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(inspect.cleandoc(text or "").partition("\n\n")[0].split())


def _kinds() -> Iterator[streams.Kind[Any]]:
    return (known for known in vars(streams).values() if isinstance(known, streams.Kind))


def _taken(route: APIRoute) -> list[Any]:
    """What a route takes as its body, among other things."""
    return [parameter.annotation for parameter in inspect.signature(route.endpoint).parameters.values()]


def _boards_asked(route: APIRoute) -> Iterator[str]:
    """The read models whose position a route answers with."""
    code = code_of(route.endpoint)
    for node in ast.walk(code.tree) if code else ():
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(model))]):
                if name == Reader.up_to_date.__name__:
                    yield model


def _sources(lang: Lang) -> Iterator[tuple[str, str]]:
    text = next(path for path in _SOURCES if path.is_file()).read_text(encoding="utf-8")
    for codes, chinese, english in _SOURCE_ROW.findall(text):
        for code in codes.split("、"):
            yield code, chinese if lang is Lang.ZH else english


def _in_english(schema: Any) -> Any:
    """A schema whose notes on fields are English."""
    if isinstance(schema, dict):
        return {name: _in_english(value) for name, value in schema.items()}
    if isinstance(schema, list):
        return [_in_english(value) for value in schema]
    return ENGLISH_NOTES.get(schema, schema) if isinstance(schema, str) else schema


def _type_of(schema: dict[str, Any]) -> str:
    """A column's type as short as it can be told."""
    match schema:
        case {"$ref": str(named)}:
            return named.rpartition("/")[2]
        case {"anyOf": list(choices)}:
            return " | ".join(_type_of(choice) for choice in choices)
        case {"type": "array", "items": items}:
            return f"{_type_of(items)}[]"
        case {"format": str(form)}:
            return form
        case {"type": str(kind)}:
            return kind
        case _:
            return "any"
