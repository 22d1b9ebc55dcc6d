"""One cluster for all faults, and the table of what each of them cost."""

import logging
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import structlog
from rich.console import Console
from rich.table import Table

from tests.availability.cluster import Cluster, Missing

QUIET = structlog.make_filtering_bound_logger(logging.CRITICAL)


@dataclass
class Costs:
    """One line for each fault."""

    lines: list[tuple[str, ...]] = field(default_factory=list)

    def note(self, fault: str, gap: float, commands: int, asked_again: int, lost: int) -> None:
        self.lines.append((fault, f"{gap:.1f} 秒", f"{commands}", f"{asked_again}", f"{lost}"))


@pytest.fixture(scope="session")
def costs() -> Iterator[Costs]:
    noted = Costs()
    yield noted
    table = Table(title="写入间隔：自故障起，相邻两次回执之间最长的时间")
    for title in ("故障", "写入间隔", "已回执的命令", "结果未知而再问", "丢失"):
        table.add_column(title)
    for line in noted.lines:
        table.add_row(*line)
    Console(file=sys.stdout, width=110).print("\n", table)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Three nodes with the product's schema and logins."""
    structlog.configure(wrapper_class=QUIET)  # every broken connection is told of, and here that is all of them
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    if sys.platform != "linux":
        pytest.exit("高可用测试只能在 Linux 上运行", returncode=2)
    try:
        made = Cluster()
    except Missing as missing:
        pytest.exit(str(missing), returncode=2)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever stops us stops the nodes
    try:
        made.start()
        made.walk("roles")
        assert made.walk("list").count("Quorum Standby") == 2
        yield made
    finally:
        made.stop()
