"""`python -m benchmarks`: one run, one table. No speed is asserted; the ratios are for people to read."""

import argparse
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
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="与 eventsourcing 库同场对照，看倍数")
    parser.add_argument("--quick", action="store_true", help="一分钟内走一遍，只看能否运行")
    parser.add_argument("--only", action="append", choices=MEASURES, help="只测这一项，可重复")
    parser.add_argument("--json", type=Path, metavar="FILE", help="把每一轮的数字写入文件")
    given = parser.parse_args()
    command = "python -m benchmarks" + (" --quick" if given.quick else "")
    with running_server() as server:
        bench = Bench(server, QUICK if given.quick else DEFAULT)
        facts = machine(server)
        for name, value in facts.items():
            bench.console.print(f"{name}：{value}", highlight=False)
        lines = [line for name in given.only or MEASURES for line in MEASURES[name](bench)]
    bench.console.print(table(lines, command))
    if given.json:
        document = {"command": command, "machine": facts, "options": bench.options, "lines": lines}
        given.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
