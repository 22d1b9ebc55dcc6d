"""`python -m benchmarks`: one run, two tables. No speed is asserted; the ratios are for people to read."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks import append, bulk, cycle, importing, over_http, projection
from benchmarks.harness import DEFAULT, QUICK, Bench, Line, machine, running
from benchmarks.report import Run, keep, kept, show, write_page

MEASURES: Mapping[str, Callable[[Bench], list[Line]]] = {
    "append": append.measure,
    "slow": append.slow_commits,
    "conflicts": append.conflicts,
    "cycle": cycle.measure,
    "http": over_http.measure,
    "bulk": bulk.measure,
    "import": importing.measure,
    "projection": projection.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="与同类同场对照，看倍数")
    parser.add_argument("--quick", action="store_true", help="很快走一遍，只看能否运行")
    parser.add_argument("--only", action="append", choices=MEASURES, help="只测这一项，可重复")
    parser.add_argument("--json", type=Path, metavar="FILE", help="把每一轮的数字写入文件")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="把表写入这一页的两个标记之间")
    parser.add_argument("--from", dest="before", type=Path, metavar="FILE", help="不测，用以前 --json 写的文件")
    given = parser.parse_args()
    run = kept(given.before) if given.before else measured(given.only or list(MEASURES), quick=given.quick)
    console = Console()
    show(run, console if console.is_terminal else Console(width=160))
    if given.json:
        keep(run, given.json)
    if given.markdown:
        write_page(run, given.markdown)


def measured(names: list[str], *, quick: bool) -> Run:
    asked = [*(["--quick"] if quick else []), *(f"--only {name}" for name in names if names != list(MEASURES))]
    with running(QUICK if quick else DEFAULT) as bench:
        facts = machine(bench)
        for name, value in facts.items():
            bench.console.print(f"{name}：{value}", highlight=False)
        lines = [line for name in names for line in MEASURES[name](bench)]
    return Run(" ".join(["python -m benchmarks", *asked]), facts, asdict(bench.options), lines)


if __name__ == "__main__":
    main()
