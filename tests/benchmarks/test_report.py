"""What is said of a run: which numbers are reached, who was not there, and the page that is made of it."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.bulk import COPY
from benchmarks.goals import FASTEST, GOALS, Verdict, judge
from benchmarks.harness import LIBRARY, LIMIT, OURS, Line
from benchmarks.over_http import OWN_MEDIAN
from benchmarks.report import BEGIN, END, Run, keep, kept, show, write_page

EMMETT, MESSAGE_DB, UMA = FASTEST
DOCS = Path(__file__).parents[2] / "docs"


def append_of_16(**others: float) -> Line:
    rounds = {OURS: [15_000.0, 16_000.0, 17_000.0], LIBRARY: [900.0, 1_000.0, 9_000.0], LIMIT: [20_000.0]}
    return Line("append-16", "追加", "命令/秒", {**rounds, **{name: [rate] for name, rate in others.items()}})


def verdicts_on(*lines: Line) -> dict[tuple[str, tuple[str, ...]], Verdict]:
    return {(verdict.goal.line, verdict.goal.over): verdict for verdict in judge(lines)}


def a_run(*lines: Line) -> Run:
    return Run("python -m benchmarks", {"处理器": "2 核"}, {"rounds": 3}, lines)


def test_given_rounds_when_judged_then_medians_are_compared():
    verdict = verdicts_on(append_of_16())["append-16", (LIBRARY,)]
    assert (verdict.ratio, verdict.reached, verdict.limit) == (16.0, True, 20_000.0)


def test_given_several_peers_when_judged_then_the_fastest_of_them_counts():
    line = append_of_16(**{EMMETT: 2_000.0, MESSAGE_DB: 1_000.0, UMA: 9_000.0})
    verdict = verdicts_on(line)["append-16", FASTEST]
    assert (verdict.over, round(verdict.ratio, 2), verdict.reached) == (UMA, 1.78, False)


def test_given_a_peer_that_is_not_installed_when_judged_then_nothing_is_claimed_over_it():
    line = append_of_16(**{EMMETT: 2_000.0, MESSAGE_DB: 1_000.0})
    assert verdicts_on(line)["append-16", FASTEST].reached is None


@pytest.mark.parametrize(("p99", "reached"), [(30.0, True), (31.0, False)])
def test_given_a_p99_when_judged_then_it_may_be_at_most_three_times_the_p50(p99: float, reached: bool):
    line = Line("http-p99", "p99", "毫秒", {OURS: [p99], OWN_MEDIAN: [10.0]}, lower_is_better=True)
    assert verdicts_on(line)["http-p99", (OWN_MEDIAN,)].reached is reached


def test_given_a_part_of_the_measures_when_judged_then_every_other_number_stands_as_not_measured():
    found = judge([Line("bulk", "批量导入", "事件/秒", {OURS: [16.0], COPY: [100.0]})])
    assert [verdict.goal for verdict in found] == list(GOALS)
    assert {verdict.goal.line for verdict in found if verdict.reached is not None} == {"bulk"}


def test_given_a_peer_that_is_not_installed_when_shown_then_it_stands_there_with_how_to_install_it():
    line = Line("append-16", "追加", "命令/秒", {OURS: [1.0]}, {UMA: "pip install umadb"})
    console = Console(width=200, record=True, file=StringIO())
    show(a_run(line), console)
    assert "未安装：pip install umadb" in console.export_text()


def test_given_a_run_when_kept_then_it_is_read_back_whole(tmp_path: Path):
    run = a_run(append_of_16())
    keep(run, tmp_path / "run.json")
    found = kept(tmp_path / "run.json")
    assert list(found.lines) == list(run.lines)
    assert (found.command, found.machine) == (run.command, run.machine)


def test_given_a_page_when_written_twice_then_what_is_around_the_marks_stays_and_nothing_doubles(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"上文\n\n{BEGIN}旧{END}\n\n下文\n", "utf-8")
    write_page(a_run(append_of_16()), page)
    once = page.read_text("utf-8")
    write_page(a_run(append_of_16()), page)
    assert page.read_text("utf-8") == once
    assert once.startswith(f"上文\n\n{BEGIN}\n\n- 处理器：2 核\n")
    assert once.endswith(f"{END}\n\n下文\n")
    assert "| 追加，16 个写者 | eventsourcing 库 | 16.00× | ≥ 15× | 达到 |" in once
    assert "旧" not in once


def test_given_a_page_without_marks_when_written_then_it_is_refused_and_left_as_it_is(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("上文\n", "utf-8")
    with pytest.raises(ValueError, match="标记"):
        write_page(a_run(append_of_16()), page)
    assert page.read_text("utf-8") == "上文\n"


def test_given_the_kept_run_when_the_page_is_made_again_then_it_is_the_page_that_is_there(tmp_path: Path):
    made = tmp_path / "performance.md"
    there = (DOCS / "performance.md").read_text("utf-8")
    made.write_text(there, "utf-8")
    write_page(kept(DOCS / "performance.json"), made)
    assert made.read_text("utf-8") == there
