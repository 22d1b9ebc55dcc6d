"""Write the JSON Schema of every event's present schema number: `python -m tests.architecture.golden`.

The schema of a former number moves to where the program itself can show it.
"""

import json
from pathlib import Path
from typing import Any

from domain.events import EVENT_TYPES, Event

GOLDEN = Path(__file__).parent / "golden"
PAST = Path(__file__).parents[2] / "ledger" / "past_shapes"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The shape alone: words may change."""
    return bare(event.model_json_schema(mode="serialization"))


def bare(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: bare(value) for name, value in schema.items() if name not in ("description", "title", "examples")}
    return [bare(value) for value in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, kind in EVENT_TYPES.items():
        written = json.dumps(schema_of(kind), ensure_ascii=False, indent=1, sort_keys=True)
        (GOLDEN / f"{name}.{kind.schema_version}.json").write_text(written + "\n", encoding="utf-8")
        for number in range(1, kind.schema_version):
            if (former := GOLDEN / f"{name}.{number}.json").exists():
                former.rename(PAST / former.name)
