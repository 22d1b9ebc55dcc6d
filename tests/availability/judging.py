"""What a stranger finds in the tables of the final primary, against what callers and reader were told."""

from collections import Counter, defaultdict
from typing import Any

import orjson
import psycopg

from tests.availability.writing import Witnesses


def complaints(connection: psycopg.Connection[Any], ledger: str, witnesses: Witnesses) -> list[str]:
    """Every broken promise, in words; none where all were kept."""
    rows = connection.execute(
        """SELECT notification_id, originator_id, originator_version, state, recorded_at
           FROM ledger.events WHERE ledger = %s ORDER BY notification_id""",
        (ledger,),
        binary=True,
    ).fetchall()
    receipts = {
        row[0]: row[1:]
        for row in connection.execute(
            """SELECT command_id, first_position, last_position, version, recorded_at
               FROM ledger.receipts WHERE ledger = %s""",
            (ledger,),
            binary=True,
        )
    }
    head = connection.execute("SELECT position FROM ledger.ledger_head WHERE ledger = %s", (ledger,)).fetchone()
    return [
        *_lost(rows, receipts, witnesses),
        *_doubled(rows, receipts, witnesses),
        *_out_of_order(rows, head[0] if head else 0),
        *_misread(rows, witnesses),
        *(f"a caller was not told its outcome: {told}" for told in witnesses.unclear),
    ]


def _lost(rows: list[Any], receipts: dict[Any, Any], witnesses: Witnesses) -> list[str]:
    """Acknowledged, and not there as acknowledged."""
    at = {row[0]: (row[1], row[2], row[3]) for row in rows}
    found = []
    for sent, told in witnesses.acknowledged.values():
        if receipts.get(sent.command) != (told.first_position, told.position, told.version, told.recorded_at):
            found.append(f"acknowledged command {sent.command} has receipt {receipts.get(sent.command)}, not {told}")
        assert told.first_position is not None
        for position, event in enumerate(sent.events, told.first_position):
            if at.get(position) != (event.stream, event.version, event.state):
                found.append(f"acknowledged event {event.version} of {event.stream} is not at position {position}")
    return found


def _doubled(rows: list[Any], receipts: dict[Any, Any], witnesses: Witnesses) -> list[str]:
    """Every caller has asked until it was told, so that nothing may stand there but what was acknowledged."""
    written = Counter(orjson.loads(row[3])["command"] for row in rows)
    wanted = {str(sent.command): len(sent.events) for sent, _ in witnesses.acknowledged.values()}
    doubled = [one for one, many in written.items() if many != wanted.get(one)]
    untold = receipts.keys() - witnesses.acknowledged.keys()
    return [
        *(f"command {one} has {written[one]} events, not {wanted.get(one, 0)}" for one in doubled),
        *(f"receipt {one} of a command that nobody was told of" for one in untold),
    ]


def _out_of_order(rows: list[Any], head: int) -> list[str]:
    found = []
    positions = [row[0] for row in rows]
    if positions != list(range(1, head + 1)):
        found.append(f"{len(positions)} positions up to {positions[-1] if positions else 0} are not 1 to head {head}")
    versions = defaultdict(list)
    for row in rows:
        versions[row[1]].append(row[2])
    found += [
        f"stream {one} has versions {had}" for one, had in versions.items() if had != list(range(1, len(had) + 1))
    ]
    stamps = [row[4] for row in rows]
    return found if stamps == sorted(stamps) else [*found, "recorded_at runs backwards"]


def _misread(rows: list[Any], witnesses: Witnesses) -> list[str]:
    """The tailing reader must have seen the whole of it, once, in order, as it stands now."""
    there = [(row[0], row[1], row[2], bytes(row[3])) for row in rows]
    for number, (stood, seen) in enumerate(zip(there, witnesses.seen, strict=False), 1):
        if stood != seen:
            return [f"the reader's event {number} was {seen}, and there stands {stood}"]
    if len(there) != len(witnesses.seen):
        return [f"the reader saw {len(witnesses.seen)} events of {len(there)}"]
    return []
