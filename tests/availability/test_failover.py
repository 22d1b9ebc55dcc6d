"""Whatever happens to one node of three, nothing that was acknowledged is lost and nothing is applied twice.

The faults run on one cluster, one after the other; each has a ledger of its own and is judged from the tables of
whichever node is primary in the end."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ledger.lane import SILENCE
from tests.availability.cluster import Cluster, Node
from tests.availability.conftest import Costs
from tests.availability.judging import complaints
from tests.availability.writing import Witnesses, writing

pytestmark = pytest.mark.availability

PATIENCE = 90.0
FREEZE = 35.0
CALM = 2.0
STALL = 1.0


async def primary_postgres_killed(cluster: Cluster, _: Witnesses) -> list[Node]:
    struck = cluster.primary()
    struck.kill_postgres()
    return [struck]


async def planned_switchover(cluster: Cluster, _: Witnesses) -> list[Node]:
    await asyncio.to_thread(cluster.walk, "switchover")
    return []


async def primary_stopped(cluster: Cluster, _: Witnesses) -> list[Node]:
    struck = cluster.primary()
    await asyncio.to_thread(struck.stop_database)
    return [struck]


async def primary_node_killed(cluster: Cluster, _: Witnesses) -> list[Node]:
    struck = cluster.primary()
    struck.kill()
    return [struck]


async def primary_node_killed_while_replication_stalls(cluster: Cluster, witnesses: Witnesses) -> list[Node]:
    """The standbys hear nothing for a second, then the primary is gone."""
    struck = cluster.primary()
    struck.signal(signal.SIGSTOP, struck.processes("walsender"))
    await asyncio.sleep(STALL)
    struck.kill()
    return [struck]


async def primary_node_frozen(cluster: Cluster, witnesses: Witnesses) -> list[Node]:
    """It answers nothing and closes nothing; later it goes on as if no time had passed."""
    struck, since = cluster.primary(), time.monotonic()
    struck.signal(signal.SIGSTOP)
    while time.monotonic() < since + FREEZE and not witnesses.wrote_after(since + 5):  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    struck.signal(signal.SIGCONT)
    return [struck]


async def a_standby_killed(cluster: Cluster, _: Witnesses) -> list[Node]:
    struck = cluster.standbys()[0]
    struck.kill()
    return [struck]


async def both_standbys_killed(cluster: Cluster, _: Witnesses) -> list[Node]:
    """Strict: nothing is acknowledged until one is back, for longer than the committer waits for a word."""
    struck = cluster.standbys()
    for node in struck:
        node.kill_database()
    await asyncio.sleep(SILENCE + 3)
    await back(struck)
    return struck


Fault = Callable[[Cluster, Witnesses], Coroutine[Any, Any, list[Node]]]
FAULTS: dict[str, Fault] = {
    "主库进程被杀（kill -9）": primary_postgres_killed,
    "计划内切换": planned_switchover,
    "主节点的 Patroni 正常停止": primary_stopped,
    "主节点断电": primary_node_killed,
    "复制停滞一秒后主节点断电": primary_node_killed_while_replication_stalls,
    "主节点冻结": primary_node_frozen,
    "一个备库断电": a_standby_killed,
    "两个备库都断电十三秒": both_standbys_killed,
}


async def strike(cluster: Cluster, fault: Fault, ledger: str) -> tuple[Witnesses, float]:
    """Let the fault happen under load, wait for writes and for the node to come back; what everybody was told."""
    async with writing(cluster.dsn(), ledger) as witnesses:
        await asyncio.sleep(CALM)
        assert witnesses.acknowledged, witnesses.unclear
        since = time.monotonic()
        struck = await fault(cluster, witnesses)
        struck_until = time.monotonic()
        await wrote(witnesses, struck_until)
        gap = witnesses.gap(since)
        await back(struck)
        await asyncio.to_thread(cluster.wait_whole)
        await asyncio.sleep(CALM / 2)
    return witnesses, gap


async def back(struck: list[Node]) -> None:
    for node in struck:
        await asyncio.to_thread(node.start)


async def wrote(witnesses: Witnesses, since: float) -> None:
    """A command that was sent and acknowledged after a moment: one on its way may be answered by a node that dies."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not witnesses.wrote_after(since + 1):  # noqa: ASYNC110  # the writers make it true
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"no write for {PATIENCE:.0f} s; {witnesses.unclear[-5:]}")


def judged(cluster: Cluster, ledger: str, witnesses: Witnesses) -> list[str]:
    with psycopg.connect(cluster.superuser) as connection:
        return complaints(connection, ledger, witnesses)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.__name__)
async def test_nothing_acknowledged_is_lost_or_doubled(cluster: Cluster, costs: Costs, fault: Fault) -> None:
    ledger = f"test-{uuid4().hex[:12]}"
    witnesses, gap = await strike(cluster, fault, ledger)
    found = judged(cluster, ledger, witnesses)
    name = next(name for name, one in FAULTS.items() if one is fault)
    costs.note(name, gap, len(witnesses.acknowledged), witnesses.asked_again, len(found))
    assert not found, found[:10]


TAMPERING = {
    "an acknowledged command is lost": (
        "DELETE FROM ledger.events WHERE ledger = %(ledger)s AND notification_id > %(head)s - 3",
        "DELETE FROM ledger.receipts WHERE ledger = %(ledger)s AND last_position > %(head)s - 3",
        "UPDATE ledger.ledger_head SET position = position - 3 WHERE ledger = %(ledger)s",
    ),
    "a receipt is lost": (
        "DELETE FROM ledger.receipts WHERE ledger = %(ledger)s AND last_position = %(head)s",
    ),
    "a command is applied twice": (
        """INSERT INTO ledger.events
           SELECT ledger, notification_id + 1, originator_id, originator_version + 1, topic, state,
           recorded_at FROM ledger.events WHERE ledger = %(ledger)s AND notification_id = %(head)s""",
        "UPDATE ledger.ledger_head SET position = position + 1 WHERE ledger = %(ledger)s",
    ),
    "a position is left out": (
        "UPDATE ledger.events SET notification_id = notification_id + 1 "
        "WHERE ledger = %(ledger)s AND notification_id = %(head)s",
    ),
}  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_the_judge_complains_when(cluster: Cluster, tampering: str) -> None:
    ledger = f"test-{uuid4().hex[:12]}"
    async with writing(cluster.dsn(), ledger) as witnesses:
        await asyncio.sleep(CALM / 2)
    with psycopg.connect(cluster.superuser) as connection:
        assert complaints(connection, ledger, witnesses) == []
        head = max(receipt.position for _, receipt in witnesses.acknowledged.values())
        for statement in TAMPERING[tampering]:
            connection.execute(statement.encode(), {"ledger": ledger, "head": head})
        assert complaints(connection, ledger, witnesses) != []
        connection.rollback()


async def test_without_synchronous_replication_the_same_fault_loses_what_was_acknowledged(
    cluster: Cluster, costs: Costs
) -> None:
    """The control run, last: it leaves the cluster asynchronous."""
    await asyncio.to_thread(cluster.replicate_asynchronously)
    ledger = f"test-{uuid4().hex[:12]}"
    witnesses, gap = await strike(cluster, primary_node_killed_while_replication_stalls, ledger)
    with psycopg.connect(cluster.superuser) as connection:
        found = connection.execute("SELECT command_id FROM ledger.receipts WHERE ledger = %s", (ledger,))
        kept = {row[0] for row in found}
    lost = len(witnesses.acknowledged.keys() - kept)
    costs.note("对照：异步复制，停滞后断电", gap, len(witnesses.acknowledged), witnesses.asked_again, lost)
    assert lost > 0
