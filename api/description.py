"""The API's description (OpenAPI) in the words of the catalogue, so that a stranger can use it."""

import re
from typing import Any

from fastapi import FastAPI

from api.problems import Problem
from domain.labels import CODE_MEANINGS, CODES, COMMAND_MEANINGS, COMMANDS, EVENT_MEANINGS, EVENTS, field_label

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TITLES = COMMANDS | EVENTS
_MEANINGS = COMMAND_MEANINGS | EVENT_MEANINGS
_CODES = {kind.__name__: words for kind, words in CODES.items()}


def install(app: FastAPI) -> None:
    """Describe commands, codes and fields by their Chinese words, and every failure as a problem document."""
    original = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            _describe(original()["components"]["schemas"])
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents


def _describe(schemas: dict[str, Any]) -> None:
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    worded(schemas)


def worded(schemas: dict[str, Any]) -> None:
    """Give JSON Schemas, by the names of their classes, the words of the catalogue."""
    for name, schema in schemas.items():
        words = "：".join(known[name] for known in (_TITLES, _MEANINGS) if name in known)
        if name in _CODES:
            words = CODE_MEANINGS[name] + "；".join(f"{code} {word}" for code, word in _CODES[name].items())
        if words:
            schema["description"] = words
        elif not _CHINESE.search(schema.get("description", "")):
            schema.pop("description", None)
        for field, shape in schema.get("properties", {}).items():
            if (word := field_label(field, name)) != field:
                shape["title"] = word
