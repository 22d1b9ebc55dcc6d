"""The numbers to reach, each a ratio of ours to somebody else in the same run, as data."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.append import FREE
from benchmarks.bulk import COPY
from benchmarks.harness import LIBRARY, LIMIT, OURS, Line
from benchmarks.over_http import OWN_MEDIAN
from benchmarks.peers import PEERS

FASTEST = tuple(peer.NAME for peer in PEERS)


@dataclass(frozen=True, slots=True)
class Goal:
    """`line`: a line's name. `over`: the sides whose fastest divides ours. `limits`: sides shown beside as what the
    machine can do."""

    line: str
    title: str
    over: tuple[str, ...]
    ratio: float
    at_most: bool = False
    limits: tuple[str, ...] = (LIMIT, COPY)


GOALS = (
    Goal("append-16", "追加，16 个写者", (LIBRARY,), 15),
    Goal("append-16", "追加，16 个写者，对最快的外部同类", FASTEST, 2),
    Goal("cycle-16", "读 20 个事件、判定、追加，16 个并发", (LIBRARY,), 20),
    Goal("http", "HTTP 命令，32 个连接，一个进程", (LIBRARY,), 8),
    Goal("http-p99", "HTTP 命令的 p99，对自己的 p50", (OWN_MEDIAN,), 3, at_most=True),
    Goal("append-1", "追加，1 个写者，带收据和全部检查", (LIBRARY,), 1.5),
    Goal("slow-64", "提交多等 2 毫秒时追加，64 个写者", (LIBRARY,), 30),
    Goal("conflicts-16", "十分之一的命令版本冲突，对无冲突", (FREE,), 0.8),
    Goal("bulk", "批量导入现成事件，对 COPY", (COPY,), 0.15),
    Goal("import", "huiyin import，带规则和标记", (LIBRARY,), 10),
)
"""That no gap, no lost and no doubled command come of faults is no number: `make test` and `make soak` have it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reached` is None where the line, or a side that it is measured by, is not there."""

    goal: Goal
    over: str = ""
    ratio: float = 0.0
    reached: bool | None = None
    unit: str = ""
    ours: float = 0.0
    limit: float | None = None


def judge(lines: Sequence[Line]) -> list[Verdict]:
    """Every goal, in their order, on medians."""
    named = {line.name: line for line in lines}
    return [_judge(goal, named.get(goal.line)) for goal in GOALS]


def _judge(goal: Goal, line: Line | None) -> Verdict:
    if line is None or any(side not in line.rounds for side in goal.over):
        return Verdict(goal)
    medians = {side: statistics.median(figures) for side, figures in line.rounds.items()}
    fastest = max(goal.over, key=medians.__getitem__)
    ratio = medians[OURS] / medians[fastest]
    reached = ratio <= goal.ratio if goal.at_most else ratio >= goal.ratio
    limit = next((medians[side] for side in goal.limits if side in medians), None)
    return Verdict(goal, fastest, ratio, reached, line.unit, medians[OURS], limit)
