"""What a simulation has come to, as people read it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from rich.table import Table

from api.simulate.run import Tally
from domain.labels import label
from domain.rules import RULES


def tables(tally: Tally) -> Iterator[Table]:
    """The cases and the time, the stages reached, the rules that refused and those that flagged."""
    whole = Table(title="模拟完成")
    for title in ("提案", "事件", "每件事件数", "其中已办结", "新增事件", "用时"):
        whole.add_column(title)
    sizes = list(tally.cases.values())
    whole.add_row(
        str(len(sizes)),
        str(tally.events),
        _spread(sizes),
        f"{len(tally.closed)} 件，{_spread(tally.closed)}",
        str(tally.added),
        _took(tally),
    )
    yield whole
    counted = (
        ("到达的阶段", ("阶段", "提案"), {label(known): number for known, number in tally.reached.most_common()}),
        ("有意违反、被规则拒绝的办理", ("规则", "次数"), _ruled(tally.refused)),
        ("违反而登记的规则", ("规则", "次数"), _ruled(tally.flagged)),
    )
    yield from (_counted(*told) for told in counted if told[2])


def _spread(sizes: Sequence[int]) -> str:
    """Least, middle and most."""
    return f"最少 {min(sizes)}，中位 {median(sizes):g}，最多 {max(sizes)}" if sizes else "—"


def _took(tally: Tally) -> str:
    speed = tally.events / tally.seconds if tally.seconds else 0
    both = f"判定 {tally.deciding:.0f} 秒，写入 {tally.appending:.0f} 秒，两者并行"
    return f"{tally.seconds:.0f} 秒（每秒 {speed:.0f} 个事件；{both}）"


def _ruled(counts: Counter[str]) -> dict[str, int]:
    return {f"{RULES[rule].title}（{rule}）": number for rule, number in counts.most_common()}


def _counted(title: str, columns: tuple[str, str], counts: dict[str, int]) -> Table:
    table = Table(title=title)
    for column in columns:
        table.add_column(column)
    for name, number in counts.items():
        table.add_row(name, str(number))
    return table
