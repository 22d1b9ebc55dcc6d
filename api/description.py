"""The API's description (OpenAPI) in the words of the catalogue, so that a stranger can use it."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from api.examples import BODIES, FITTING
from api.problems import Problem
from domain.labels import (
    CODE_MEANINGS,
    CODES,
    COMMAND_MEANINGS,
    COMMANDS,
    EVENT_MEANINGS,
    EVENTS,
    answer_label,
    field_label,
)
from domain.values import CODE

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TITLES = COMMANDS | EVENTS
_MEANINGS = COMMAND_MEANINGS | EVENT_MEANINGS
_CODES = {kind.__name__: words for kind, words in CODES.items()}


def install(app: FastAPI) -> None:
    """Describe commands, codes and fields by their Chinese words, and every failure as a problem document."""
    original = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            _describe(document["components"]["schemas"])
            for path in document["paths"].values():
                for operation in path.values():
                    _ask(operation)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents


def _describe(schemas: dict[str, Any]) -> None:
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    worded(schemas)


def _ask(operation: dict[str, Any]) -> None:
    """Name what a route is asked with, and give an example of it."""
    for parameter in operation.get("parameters", ()):
        name, shape = parameter["name"], parameter["schema"]
        shape["title"] = field_label(shape.get("title", name)) if parameter["in"] == "header" else field_label(name)
        _exemplify(name, shape)
    if (body := BODIES.get(operation["operationId"])) is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = body


def _exemplify(field: str, shape: dict[str, Any]) -> None:
    for code in _codes(shape) if field in FITTING else ():
        code["examples"] = [FITTING[field]]


def _codes(shape: Any) -> Iterator[dict[str, Any]]:
    """Where in a field's schema a code is asked for: as it is, as one of a list, or not at all."""
    if isinstance(shape, dict):
        if shape.get("pattern") == CODE:
            yield shape
        for inner in shape.values():
            yield from _codes(inner)
    elif isinstance(shape, list):
        for inner in shape:
            yield from _codes(inner)


def worded(schemas: dict[str, Any]) -> None:
    """Give JSON Schemas, by the names of their classes, the words of the catalogue, and their codes examples."""
    for name, schema in schemas.items():
        words = "：".join(known[name] for known in (_TITLES, _MEANINGS) if name in known)
        if name in _CODES:
            words = CODE_MEANINGS[name] + "；".join(f"{code} {word}" for code, word in _CODES[name].items())
        if words:
            schema["description"] = words
        if name in _TITLES:
            schema["title"] = _TITLES[name]
        elif not _CHINESE.search(schema.get("description", "")):
            schema.pop("description", None)
        for field, shape in schema.get("properties", {}).items():
            if word := answer_label(field, name):
                shape["title"] = word
            _exemplify(field, shape)
