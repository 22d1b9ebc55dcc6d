"""What a run found: kept as JSON, and shown as two tables, on the terminal and in the page docs/performance.md."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.goals import Goal, Verdict, judge
from benchmarks.harness import OURS, Line

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
"""Between them stands in the page what is made from the JSON."""

GOAL_COLUMNS = ("须达到", "对照", "倍数", "须为", "结果", "本系统", "极限")
FIGURE_COLUMNS = ("名称", "测量", "一方", "各轮中位数（最低–最高）", "本系统好几倍")
TEXT = {"须达到", "对照", "结果", "名称", "测量", "一方"}
"""Columns that stand to the left; the others are numbers."""

REACHED = {True: "达到", False: "未达到", None: "未测"}


@dataclass(frozen=True, slots=True)
class Run:
    command: str
    machine: Mapping[str, str]
    options: Mapping[str, float]
    lines: Sequence[Line]


def keep(run: Run, file: Path) -> None:
    file.write_bytes(orjson.dumps(asdict(run), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def kept(file: Path) -> Run:
    found = orjson.loads(file.read_bytes())
    return Run(**{**found, "lines": [Line(**line) for line in found["lines"]]})


def show(run: Run, console: Console) -> None:
    for title, columns, rows in _tables(run):
        table = Table(title=title)
        for column in columns:
            table.add_column(column, justify="left" if column in TEXT else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)


def write_page(run: Run, page: Path) -> None:
    """Replace what stands between the two marks. Raises ValueError where the page has none."""
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} 里没有 {BEGIN} 和 {END} 两个标记")
    facts = [f"- {name}：{value}" for name, value in {**run.machine, "命令": f"`{run.command}`"}.items()]
    parts = ["\n".join(facts)]
    for title, columns, rows in _tables(run):
        rule = ["---" if column in TEXT else "---:" for column in columns]
        cells = "\n".join(f"| {' | '.join(row)} |" for row in (columns, rule, *rows))
        parts.append(f"**{title}**\n\n{cells}")
    page.write_text("\n\n".join([before + BEGIN, *parts, END + after]), "utf-8")


def _tables(run: Run) -> list[tuple[str, Sequence[str], list[Sequence[str]]]]:
    goals = [_goal_row(verdict) for verdict in judge(run.lines)]
    figures = [row for line in run.lines for row in _figure_rows(line)]
    return [("须达到的数", GOAL_COLUMNS, goals), ("同一次运行中的各方", FIGURE_COLUMNS, figures)]


def _goal_row(verdict: Verdict) -> Sequence[str]:
    goal, result = verdict.goal, REACHED[verdict.reached]
    if verdict.reached is None:
        return (goal.title, "、".join(goal.over), "—", _bar(goal), result, "—", "—")
    ours = f"{_number(verdict.ours)} {verdict.unit}"
    limit = "—" if verdict.limit is None else f"{_number(verdict.limit)} {verdict.unit}"
    return (goal.title, verdict.over, f"{verdict.ratio:.2f}×", _bar(goal), result, ours, limit)


def _bar(goal: Goal) -> str:
    return f"{'≤' if goal.at_most else '≥'} {goal.ratio:g}×"


def _figure_rows(line: Line) -> list[Sequence[str]]:
    """A row per side, ours first; the line is named once."""
    ours, rows = statistics.median(line.rounds[OURS]), []
    for side, figures in line.rounds.items():
        low, middle, high = min(figures), statistics.median(figures), max(figures)
        ratio = middle / ours if line.lower_is_better else ours / middle
        spread = f"{_number(middle)} ({_number(low)}–{_number(high)})"
        rows.append((side, spread, "—" if side == OURS else f"{ratio:.2f}×"))
    rows += [(side, f"未安装：{how}", "—") for side, how in line.missing.items()]
    title = f"{line.title}（{line.unit}）" + (f"；{line.note}" if line.note else "")
    return [(line.name if not number else "", title if not number else "", *row) for number, row in enumerate(rows)]


def _number(value: float) -> str:
    return f"{value:,.{1 if value < 100 else 0}f}"
