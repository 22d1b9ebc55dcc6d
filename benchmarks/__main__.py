"""`python -m benchmarks`: one run, one table. No speed is asserted; the ratios are for people to read."""

import argparse
import sys
from pathlib import Path

import orjson

from benchmarks import append, cycle, over_http, projection
from benchmarks.harness import DEFAULT, QUICK, Bench, machine, running_server, table

MEASURES = {
    "append": append.measure,
    "cycle": cycle.measure,
    "http": over_http.measure,
    "projection": projection.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="与 eventsourcing 库的同场对照，只看倍数")
    parser.add_argument("--quick", action="store_true", help="一分钟内走一遍，只看能否运行")
    parser.add_argument("--only", action="append", choices=MEASURES, metavar="NAME", help=f"只测 {'、'.join(MEASURES)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="把每一轮的数字写入文件")
    given = parser.parse_args()

    options = QUICK if given.quick else DEFAULT
    command = "python -m benchmarks" + (" --quick" if given.quick else "")
    lines = []
    with running_server() as server:
        bench = Bench(server, options)
        facts = machine(server)
        for name, value in facts.items():
            bench.console.print(f"{name}：{value}", highlight=False)
        for name in given.only or MEASURES:
            lines += MEASURES[name](bench)
    bench.console.print()
    bench.console.print(table(lines, command, options))
    if given.json:
        document = {"command": command, "machine": facts, "options": options, "lines": lines}
        given.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    sys.exit(main())
