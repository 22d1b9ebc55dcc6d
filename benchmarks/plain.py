"""The physical limit of one commit per command: pgbench, one prepared INSERT per commit into a table of the shape of
ours, without order, check or receipt."""

from collections.abc import Callable

from benchmarks.harness import Bench, Database, Figures

TOPIC = "MemberContacted/1"
STATE = b'{"event":{"content":"' + b"x" * 440 + b'"},"origin":"NATIVE","schema":1}'
"""What every side of an append stores, about 500 bytes."""

_INSERT = f"""INSERT INTO plain VALUES ('plain', nextval('plain_position'), uuidv7(), 1, '{TOPIC}',
              convert_to(:state, 'UTF8'), clock_timestamp());"""


def limit(bench: Bench, database: Database) -> Callable[[int], Figures]:
    with database.connected() as connection:
        connection.execute("CREATE TABLE plain (LIKE ledger.events INCLUDING ALL)")
        connection.execute("CREATE SEQUENCE plain_position")
    return lambda writers: bench.pgbench(database, _INSERT, writers, state=STATE.decode())
