"""How long a question to the database may take. A frozen server refuses nothing: it only never answers."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")


class Unanswered(psycopg.OperationalError):
    """The database has not answered in time. Asking the same again would wait as long."""


async def within(seconds: float, asking: Coroutine[Any, Any, T]) -> T:
    """The answer, or `Unanswered` after so many seconds. What was asked is then given up in the background: to cancel
    it, the driver must hear from the server too."""
    task = asyncio.create_task(asking)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    task.cancel()
    raise Unanswered(f"no answer within {seconds:.0f} s")
