"""One line of a history file: a fact with what is claimed about it, and how cases are named outside this ledger."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache
from typing import Annotated, Any, get_args
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from api import strict_json
from domain.codes import LetterSeries
from domain.events import EVENT_TYPES, STREAM_KINDS, Event
from domain.messages import message_of
from domain.policy.deadlines import Deadline
from domain.record import Context
from domain.restating import Stated
from domain.session import Session
from domain.streams import (
    NAMESPACE,
    SESSION,
    Stream,
    calendar_stream,
    directory_stream,
    ledger_notes,
    letter_register,
    proposal_stream,
    session_stream,
)
from domain.values import Address, Frozen, Moment, Note, unprintable
from ledger.imported import Told
from ledger.upcasts import UPCASTS

SESSION_PREFIX = "session:"
"""How a payload names the stream of a session: a limit may have begun at its closing."""

Key = Annotated[Address, Field(min_length=1)]
Name = Annotated[Address, Field(min_length=1)]


class NotTaken(Exception):
    """A line that is no event. `code` is stable; the reason is Chinese and tells nothing of what a field holds."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class StreamKey(Frozen):
    """What a fact is about: a case by the source's own key, or a session. Other facts say it themselves."""

    proposal: Annotated[Key | None, Field(description="案件在来源中的编号，任意文字；UUID 则照用")] = None
    session: Annotated[Key | None, Field(description="届次编号，如 15-3")] = None


class Line(BaseModel):
    """One fact. What nobody has told stays out of the line: limits, numbers and rulebooks follow from the rules."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    stream: Annotated[StreamKey, Field(description="属于哪件案、哪个届次；名录、节假日、文号登记簿的事件不写")] = (
        StreamKey()
    )
    event: Annotated[str, Field(description="事件类型，如 UnitAssigned")]
    schema_number: Annotated[int | None, Field(alias="schema", description="事件格式的版本；不写为最新")] = None
    payload: Annotated[dict[str, Any], Field(description="事件的各项")] = {}
    occurred_at: Annotated[Moment, Field(description="发生的日期，或带时区的时间")]
    entered_at: Annotated[AwareDatetime | None, Field(description="在来源中登记的时间，带时区")] = None
    actor: Annotated[Name, Field(description="经办")]
    on_behalf_of: Annotated[Name | None, Field(description="代谁办理")] = None
    unit: Annotated[Name | None, Field(description="经办所在单位")] = None
    late_entry_reason: Annotated[Note | None, Field(description="补录的理由")] = None
    correlation: Annotated[Name | None, Field(description="来源中的关联编号")] = None
    act: Annotated[Key | None, Field(description="相邻而同一 act 的各行是一次办理")] = None
    made_up: Annotated[tuple[Name, ...], Field(description="没有出处的各项")] = ()
    id: Annotated[Key | None, Field(description="来源中的行号或编号，只用于拒收说明")] = None
    origin: Annotated[str | None, Field(description="来源中的 origin，只供阅读")] = None
    flags: Annotated[tuple[str, ...], Field(description="来源中的标记，只供阅读；载入时重新判断")] = ()


class Source(BaseModel):
    """Where keys belong: the same key of the same source is the same case in every file."""

    model_config = ConfigDict(frozen=True)

    ledger: str
    name: str

    def case(self, key: str) -> UUID:
        """The id of a case by its source's key: a UUID as it is, else one that follows from ledger, source and key."""
        return _uuid(key) or uuid5(NAMESPACE, f"{self.ledger}/imported/{self.name}/{key}")

    def session(self, key: str) -> Stream[Session]:
        """A session by its code; one whose code its source does not know, by its stream's id."""
        id = _uuid(key)
        return Stream(id, SESSION) if id else session_stream(self.ledger, key)

    def stream_id(self, name: str) -> str:
        """The id of what a payload names: a case by its key, or `session:` and a session's code."""
        if name.startswith(SESSION_PREFIX):
            return str(self.session(name.removeprefix(SESSION_PREFIX)).id)
        return str(self.case(name))


def read(raw: bytes, source: Source) -> tuple[Line, Told]:
    """What a line says. Raises `NotTaken`."""
    line = _line(_json(raw))
    kind = EVENT_TYPES.get(line.event)
    if kind is None:
        raise NotTaken("import-event-unknown", f"event：没有事件“{line.event[:80]}”")
    fields = _present(kind, line)
    stream = _stream(line, fields, source)
    fields = renamed(kind, fields, source.stream_id)
    context = Context(
        actor=line.actor,
        on_behalf_of=line.on_behalf_of,
        unit=line.unit,
        correlation=line.correlation,
        late_entry_reason=line.late_entry_reason,
    )
    entered_at = line.entered_at.astimezone(UTC) if line.entered_at else None
    fact = Stated(stream, kind, fields, _event(kind, fields))
    return line, Told(fact, context, line.occurred_at, entered_at, line.made_up)


def told(errors: ValidationError, at: str = "") -> str:
    """What is wrong, field by field, without what the fields hold."""
    items = errors.errors(include_url=False, include_input=False)[:5]
    return "；".join(
        f"{'.'.join(map(str, (*([at] if at else []), *item['loc'])))}：{message_of(item)}" for item in items
    )


@cache
def schema() -> dict[str, Any]:
    """JSON Schema of a line, the payload by its event."""
    line = Line.model_json_schema(by_alias=True)
    kinds = {name: kind.model_json_schema(ref_template=f"#/$defs/{name}/$defs/{{model}}") for name, kind in _known()}
    line["$defs"] = {**line.get("$defs", {}), **kinds}
    line["properties"]["event"]["enum"] = list(kinds)
    # what the rules fill in may be left out, so nothing of a payload is required here
    line["allOf"] = [
        {
            "if": {"properties": {"event": {"const": name}}},
            "then": {"properties": {"payload": {"$ref": f"#/$defs/{name}"}}},
        }
        for name in kinds
    ]
    for kind in kinds.values():
        kind.pop("required", None)
    return line


def _known() -> list[tuple[str, type[Event]]]:
    return list(EVENT_TYPES.items())


def _json(raw: bytes) -> dict[str, Any]:
    try:
        value = strict_json.read(raw)
    except UnicodeDecodeError as error:
        raise NotTaken("import-not-utf8", f"第 {error.start + 1} 个字节起不是 UTF-8") from None
    except strict_json.KeyTwice as error:
        raise NotTaken("import-key-twice", f"字段 {error.key[:80]} 写了两次") from None
    except strict_json.NoNumber as error:
        raise NotTaken("import-not-json", f"不是合法的 JSON：{error.name}") from None
    except (ValueError, RecursionError) as error:
        where = f"，第 {error.colno} 个字符" if isinstance(error, json.JSONDecodeError) else ""
        raise NotTaken("import-not-json", f"不是合法的 JSON{where}") from None
    if not isinstance(value, dict):
        raise NotTaken("import-not-object", "一行应为一个 JSON 对象")
    # what is written out and holds nothing forbidden holds nothing once it is read; an escape may
    if (b"\\" in raw or unprintable(raw.decode()) is not None) and (field := unprintable(value)) is not None:
        raise NotTaken("import-character", f"{field}：不能含有空字符、控制字符、改变文字方向的字符或不成对的代理字符")
    return value


def _line(value: dict[str, Any]) -> Line:
    try:
        return Line.model_validate(value)
    except ValidationError as error:
        raise NotTaken("import-field-invalid", told(error)) from None


def _present(kind: type[Event], line: Line) -> dict[str, Any]:
    """The payload carried up to the present schema."""
    number = line.schema_number if line.schema_number is not None else kind.schema_version
    if not 1 <= number <= kind.schema_version:
        raise NotTaken(
            "import-schema-unknown", f"schema：{line.event} 没有第 {number} 版，最新为 {kind.schema_version}"
        )
    payload = dict(line.payload)
    for step in range(number, kind.schema_version):
        payload = UPCASTS[line.event, step](payload)
    return payload


def _stream(line: Line, fields: Mapping[str, Any], source: Source) -> Stream[Any]:
    """The stream a fact belongs to, by its kind; refused where the line names one of another kind."""
    kind, key = STREAM_KINDS[line.event], line.stream
    named = {name for name in ("proposal", "session") if getattr(key, name) is not None}
    if named - {kind}:
        raise NotTaken("import-stream-kind", f"stream：{line.event} 不属于 {'、'.join(sorted(named))}，属于 {kind}")
    ledger = source.ledger
    match kind:
        case "proposal" if key.proposal is not None:
            return proposal_stream(source.case(key.proposal))
        case "session" if key.session is not None:
            return source.session(key.session)
        case "session" if line.event == "SessionOpened" and isinstance(fields.get("session"), str):
            return session_stream(ledger, fields["session"])
        case "proposal" | "session":
            raise NotTaken("import-stream-missing", f"stream.{kind}：必填")
        case "directory":
            return directory_stream(ledger)
        case "calendar":
            return calendar_stream(ledger)
        case "letters":
            return _register(fields, ledger)
        case _:
            return ledger_notes(ledger)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _register(fields: Mapping[str, Any], ledger: str) -> Stream[Any]:
    unit, year, series = fields.get("unit"), fields.get("year"), fields.get("series") or LetterSeries.REPLY
    if not isinstance(unit, str) or not isinstance(year, int) or series not in list(LetterSeries):
        raise NotTaken("import-field-invalid", "payload：unit、year、series 须写明文号登记簿")
    return letter_register(ledger, unit, year, LetterSeries(series))


def _event(kind: type[Event], fields: Mapping[str, Any]) -> Event | None:
    """The event, or None where something is wanting that a decision may fill in."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = [item for item in error.errors(include_url=False) if item["type"] != "missing" or len(item["loc"]) > 1]
        if wrong:
            raise NotTaken("import-field-invalid", told(error, "payload")) from None
        return None


@cache
def _naming(kind: type[Event]) -> frozenset[str]:
    """The fields of an event that name cases, or hold limits, whose anchors do."""
    fields = kind.model_fields.items()
    return frozenset(name for name, info in fields if {UUID, Deadline} & set(_inner(info.annotation)))


def _inner(annotation: Any) -> list[Any]:
    return [annotation, *(deeper for one in get_args(annotation) for deeper in _inner(one))]


def renamed(kind: type[Event], fields: dict[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    """The payload with every stream in it called by another name."""
    naming = _naming(kind) & fields.keys()
    return {**fields, **{field: _renamed(fields[field], name) for field in naming}} if naming else fields


def _renamed(value: Any, name: Callable[[str], str]) -> Any:
    match value:
        case str():
            return name(value)
        case list():
            return [_renamed(one, name) for one in value]
        case {"anchor": {"stream": str(stream)} as anchor}:
            return {**value, "anchor": {**anchor, "stream": name(stream)}}
        case _:
            return value
