"""What an import has come to, as people and programs read it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.markup import escape
from rich.table import Table

from api.history.importing import Tally
from domain.labels import EVENTS
from domain.rules import RULES

SHOWN = 60
"""Characters of a reason in the table; the reject file has all of them."""


def tables(tally: Tally, apply: bool) -> Iterator[Table]:
    """The lines and events, then events by type, flags by rule, rejects by code with the first of each."""
    whole = Table(title="载入完成" if apply else "试载结果（没有写入）")
    columns = {
        "行": tally.lines,
        "成为事件的行": tally.events.total(),
        "台账中已有的行": tally.known,
        "拒收的行": tally.rejects.total(),
        "由规则补上的事件": tally.consequences.total(),
        "新增事件" if apply else "将新增事件": tally.events.total() + tally.consequences.total(),
    }
    for title in columns:
        whole.add_column(title)
    whole.add_row(*map(str, columns.values()))
    yield whole
    if tally.events:
        yield _counted("事件", "事件", {_event(name): number for name, number in tally.events.most_common()})
    if tally.consequences:
        added = {_event(name): number for name, number in tally.consequences.most_common()}
        yield _counted("由规则补上的事件", "事件", added)
    if tally.flags:
        yield _counted("违反而照录的规则（已标记）", "规则", _ruled(tally.flags))
    if tally.rejects:
        yield _rejected(tally)


def as_json(tally: Tally, apply: bool) -> dict[str, Any]:
    """The same for programs; rejects without the lines themselves."""
    return {
        "applied": apply,
        "lines": tally.lines,
        "known": tally.known,
        "events": dict(tally.events.most_common()),
        "consequences": dict(tally.consequences.most_common()),
        "flags": dict(tally.flags.most_common()),
        "rejects": {
            code: {"count": number, "first_line": tally.examples[code].line, "reason": tally.examples[code].reason}
            for code, number in tally.rejects.most_common()
        },
    }


def _event(name: str) -> str:
    return f"{EVENTS[name]}（{name}）"


def _ruled(counts: Counter[str]) -> dict[str, int]:
    return {f"{RULES[rule].title}（{rule}）": number for rule, number in counts.most_common()}


def _rejected(tally: Tally) -> Table:
    table = Table(title="拒收的行")
    for column in ("代码", "行数", "首例", "原因"):
        table.add_column(column)
    for code, number in tally.rejects.most_common():
        first = tally.examples[code]
        table.add_row(code, str(number), f"第 {first.line} 行", escape(first.reason[:SHOWN]))
    return table


def _counted(title: str, column: str, counts: dict[str, int]) -> Table:
    table = Table(title=title)
    table.add_column(column)
    table.add_column("个数")
    for name, number in counts.items():
        table.add_row(name, str(number))
    return table
