"""A ledger's history as lines that `api.history.importing` takes: the same facts, in the same order, act by act.

What the ledger notes about itself stays out; so do personal details, which open only in the ledger and the place they
were sealed for, unless whoever holds the keys asks for them in plain text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from api.history.line import SESSION_PREFIX, renamed
from domain.events import STREAM_KINDS, Event, SessionOpened
from domain.personal import Sealed, personal_fields
from domain.record import Recorded
from domain.values import write_moment
from ledger import reader

PAGE = 2_000


@dataclass(slots=True)
class Written:
    """What has been written so far; `left_out`: personal details."""

    lines: int = 0
    left_out: int = 0
    notes: int = 0
    sessions: dict[UUID, str] = field(default_factory=dict)


def lines(
    connection: Connection[Any],
    ledger: str,
    written: Written,
    *,
    flags: bool = True,
    opened: Callable[[Sealed], str | None] = lambda sealed: None,
) -> Iterator[bytes]:
    """Each line with its line end, up to where the ledger is when this begins. `opened` gives the text of a personal
    detail, or None where it stays out."""
    acts = _acts(connection, ledger, reader.head(connection, ledger))
    for act in acts:
        told = [one for one in act if STREAM_KINDS[type(one.event).__name__] != "ledger"]
        written.notes += len(act) - len(told)
        for recorded in told:
            if isinstance(recorded.event, SessionOpened):
                written.sessions.setdefault(recorded.stream, recorded.event.session)
            line = _line(recorded, written, opened)
            if len(told) > 1:
                line["act"] = str(told[0].position)
            if flags and recorded.flags:
                line["flags"] = list(recorded.flags)
            written.lines += 1
            yield orjson.dumps(line) + b"\n"


def _acts(connection: Connection[Any], ledger: str, until: int) -> Iterator[Sequence[Recorded[Any]]]:
    """What was decided at once: appended at once, and told in one envelope."""
    ends = reader.appends(connection, ledger)
    end, act = 0, list[Recorded[Any]]()
    for page in reader.pages(connection, ledger, until, PAGE):
        for recorded in page:
            if act and (recorded.position > end or not _one_envelope(act[-1], recorded)):
                yield act
                act = []
            while recorded.position > end:
                end = next(ends, recorded.position)
            act.append(recorded)
    if act:
        yield act


def _one_envelope(one: Recorded[Any], other: Recorded[Any]) -> bool:
    return (one.context, one.occurred_at, one.entered_at, one.origin) == (
        other.context,
        other.occurred_at,
        other.entered_at,
        other.origin,
    )


def _line(recorded: Recorded[Any], written: Written, opened: Callable[[Sealed], str | None]) -> dict[str, Any]:
    event: Event = recorded.event
    context = recorded.context
    payload = event.model_dump(mode="json", exclude_none=True)
    for name in personal_fields(type(event)):
        sealed = getattr(event, name)
        text = opened(sealed) if isinstance(sealed, Sealed) else None
        written.left_out += isinstance(sealed, Sealed) and text is None
        payload.pop(name, None)
        payload |= {name: text} if text is not None else {}
    sessions = {str(stream): f"{SESSION_PREFIX}{key}" for stream, key in written.sessions.items()}
    line = {
        "stream": _stream(recorded, written),
        "event": type(event).__name__,
        "schema": event.schema_version,
        "payload": renamed(type(event), payload, lambda name: sessions.get(name, name)),
        "occurred_at": write_moment(recorded.occurred_at),
        "entered_at": write_moment(recorded.entry_time),
        "origin": recorded.origin.value,
        **context.model_dump(mode="json", exclude_none=True, exclude={"reference_position", "causation"}),
    }
    if recorded.made_up:
        line["made_up"] = list(recorded.made_up)
    return {name: value for name, value in line.items() if value != {}}


def _stream(recorded: Recorded[Any], written: Written) -> dict[str, str]:
    match STREAM_KINDS[type(recorded.event).__name__]:
        case "proposal":
            return {"proposal": str(recorded.stream)}
        case "session":
            return {"session": written.sessions.get(recorded.stream, str(recorded.stream))}
        case _:
            return {}
