"""What the catalogue tells, as values."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field


class Lang(StrEnum):
    """用中文（zh）或英文（en）。"""

    ZH = "zh"
    EN = "en"


class Use(StrEnum):
    """怎样对待一种事件：USED 用到；IGNORED 指名不用；ALIKE 与其他事件一样收录，不加区分。"""

    USED = "USED"
    IGNORED = "IGNORED"
    ALIKE = "ALIKE"


class RouteEntry(BaseModel):
    """一个地址。"""

    method: str
    path: str
    title: str


class StageEntry(BaseModel):
    """事件所属的一个阶段。"""

    id: str = Field(description="也是 domain/events、domain/commands 中的文件名")
    title: str
    description: str
    events: list[str]


class StreamEntry(BaseModel):
    """一种历史。"""

    id: str
    title: str


class CommandEntry(BaseModel):
    """一条命令。"""

    name: str
    title: str
    description: str
    stage: str
    kind: str = Field(description="所办的历史的种类")
    routes: list[RouteEntry]
    events: list[str] = Field(description="可能追加的事件")
    rules: list[str] = Field(description="可能据以不予办理的规则；另加每条命令都适用的 general_rules")
    json_schema: dict[str, Any] = Field(description="请求正文的 JSON Schema")


class ReadBy(BaseModel):
    """一个看板怎样对待一种事件。"""

    model: str
    use: Use


class EventEntry(BaseModel):
    """一种事件。"""

    name: str
    title: str
    description: str
    stage: str
    kind: str = Field(description="所在历史的种类")
    commands: list[str] = Field(description="哪些命令可能追加；没有则由台账自己记下")
    rules: list[str] = Field(description="这些命令可能据以不予办理的规则")
    state: Use = Field(description="规则所看的状态怎样对待它")
    read_models: list[ReadBy]
    schema_version: int
    json_schema: dict[str, Any] = Field(description="现行格式的 JSON Schema")


class StoredShape(BaseModel):
    """一种事件曾经或现在的存储格式。"""

    schema_version: int
    current: bool
    json_schema: dict[str, Any]


class EventPage(BaseModel):
    """一种事件，和它历来的存储格式。"""

    event: EventEntry
    shapes: list[StoredShape] = Field(description="由旧到新；旧格式读出时即时升级，历史从不改写")


class SourceEntry(BaseModel):
    """一个规则出处。"""

    code: str
    title: str


class RuleEntry(BaseModel):
    """一条规则。"""

    id: str
    title: str
    sources: list[SourceEntry]
    gate: bool = Field(description="是否关口：被它拦下的办理也留痕")
    commands: list[str] = Field(description="可能据以不予办理的命令")


class CodeValue(BaseModel):
    """代码表中的一项。"""

    code: str
    title: str


class CodeEntry(BaseModel):
    """一个代码表。"""

    name: str
    description: str
    values: list[CodeValue]


class ColumnEntry(BaseModel):
    """看板的一列。"""

    name: str
    title: str
    type: str
    key: bool = Field(description="是否主键的一部分")


class ReadModelEntry(BaseModel):
    """一个看板。"""

    name: str
    title: str
    description: str
    version: int
    kind: str | None = Field(description="跟随哪一种历史；没有则全部")
    columns: list[ColumnEntry]
    uses: list[str] = Field(description="用到的事件")
    ignores: list[str] = Field(description="指名不用的事件")
    routes: list[RouteEntry] = Field(description="从哪里查看")


class Catalogue(BaseModel):
    """事件目录：命令、事件、看板、地址、规则、代码表与出处，全部由程序自身推出。"""

    lang: Lang
    stages: list[StageEntry]
    streams: list[StreamEntry]
    commands: list[CommandEntry]
    events: list[EventEntry]
    read_models: list[ReadModelEntry]
    rules: list[RuleEntry]
    general_rules: list[str] = Field(description="每条命令都适用的规则")
    codes: list[CodeEntry]
    sources: list[SourceEntry]
