"""The library behind HTTP, for `over_http`: one endpoint, no token, no receipt, no header but the body's.

A plain `def` endpoint, as the library is synchronous: FastAPI runs it in its thread pool (40 threads), and the pool
of connections holds one for every request that can be there. Server and start-up freeze as in our own service.
"""

import asyncio
import gc
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks import library
from benchmarks.sample import LEDGER, SECRET, setting
from domain.commands import RecordMemberContact
from domain.setting import Setting
from ledger.ledger import Ledger


class Done(BaseModel):
    stream: UUID
    version: int
    position: int
    added: int


def create_app(cases: library.Cases) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        gc.collect()
        gc.freeze()
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/proposals/{case}/contacts")
    def record_member_contact(case: UUID, command: RecordMemberContact) -> Done:
        version, positions = cases.handle(case, command)
        return Done(stream=case, version=version, position=positions[-1], added=len(positions))

    return app


async def _setting(dsn: str) -> Setting:
    ledger = Ledger(LEDGER, dsn, secret=SECRET)
    await ledger.open()
    try:
        return await setting(ledger)
    finally:
        await ledger.close()


def main() -> None:
    job = json.loads(os.environ["BENCH_JOB"])
    _, recorder = library.recorder(job["settings"], "http")
    uvicorn.run(
        create_app(library.Cases(recorder, asyncio.run(_setting(job["dsn"])))),
        host="127.0.0.1",
        port=int(os.environ["HUIYIN_PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
