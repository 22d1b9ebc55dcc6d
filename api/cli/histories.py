"""Whole histories in and out of a ledger."""

import asyncio
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Annotated

import orjson
from cyclopts import Parameter

from api import collector
from api.cli.terminal import (
    FOUND,
    USAGE,
    LedgerName,
    connected,
    console,
    errors,
    failed,
    migrated,
    progress_bar,
    read_settings,
)
from api.history import exporting
from api.history import report as reporting
from api.history.importing import Tally, bring_in
from api.history.line import Source
from api.history.line import schema as schema_of_a_line
from api.history.reading import Window, size, windows
from api.history.rejects import Rejects
from api.history.workbook.mapping import Mapping, read_mapping
from api.settings import Addresses, Settings, keys, secret
from domain.personal import Sealed
from domain.values import is_code
from ledger.ledger import one_ledger


def import_(
    *files: Annotated[Path, Parameter(help="历史文件（NDJSON，UTF-8，可用 gzip 压缩）")],
    ledger: LedgerName = None,
    source: Annotated[str, Parameter(help="来源的名称：同一来源的同一编号是同一件案")] = "import",
    apply: Annotated[bool, Parameter(negative="--dry-run", help="写入台账；不写则只试载，不写入")] = False,
    rejects: Annotated[Path | None, Parameter(help="拒收的行写入的文件；默认为首个文件名加 .rejects.ndjson")] = None,
    report: Annotated[Path | None, Parameter(help="结果写入的文件（JSON）")] = None,
    mapping: Annotated[Path | None, Parameter(help="Excel 台账（.xlsx）各列的对照（TOML），见 docs/import.md")] = None,
    schema: Annotated[bool, Parameter(negative="", help="只打印一行的格式（JSON Schema）")] = False,
) -> int:
    """载入以往的办理历史：先试载，看清之后加 --apply 写入；同一文件再次执行只补未载入的。格式见 docs/import.md。"""
    if schema:
        return _print_schema()
    settings = read_settings()
    name = ledger or settings.ledgers[0]
    if (wrong := _wrong(files, name, source, mapping)) is not None:
        return wrong
    columns = read_mapping(mapping) if mapping else None
    into = rejects or files[0].with_name(f"{files[0].name}.rejects.ndjson")
    with migrated(settings) as urls, Rejects(into) as kept:
        tally = asyncio.run(_import(settings, urls, Source(ledger=name, name=source), files, columns, kept, apply))
    return _told(settings, name, tally, into, report, apply)


def export(
    *,
    ledger: LedgerName = None,
    to: Annotated[Path | None, Parameter(help="写入的文件；默认打印到标准输出")] = None,
    flags: Annotated[bool, Parameter(help="是否写明各事件违反的规则（载入时重新判断）")] = True,
    personal: Annotated[bool, Parameter(negative="", help="电话、地址以原文写出；默认不写")] = False,
) -> int:
    """写出台账的全部历史，格式与 huiyin import 所读的相同。"""
    settings = read_settings()
    name = ledger or settings.ledgers[0]
    store = keys(settings) if personal else None

    def opened(sealed: Sealed) -> str | None:
        return store.open(name, sealed).text if store else None

    written = exporting.Written()
    with migrated(settings) as urls, connected(urls.app) as connection, _written_to(to) as file:
        for line in exporting.lines(connection, name, written, flags=flags, opened=opened):
            file.write(line)
    errors.print(f"写出 {written.lines} 行。", highlight=False)
    if written.left_out:
        errors.print(f"{written.left_out} 项个人信息没有写出（--personal 以原文写出）。", highlight=False)
    return 0


async def _import(
    settings: Settings,
    urls: Addresses,
    source: Source,
    files: Sequence[Path],
    mapping: Mapping | None,
    rejects: Rejects,
    apply: bool,
) -> Tally:
    tally, store = Tally(), keys(settings)
    if apply:
        store.check()
    async with one_ledger(source.ledger, urls.app, secret=secret(settings)) as ledger:
        directory = await ledger.directory()

        def opened(path: Path) -> Generator[Window, None, None]:
            if mapping is None:
                return windows(path, source)
            reading = import_module("api.history.workbook.reading")  # slow to load, and seldom needed
            read: Generator[Window, None, None] = reading.windows(path, mapping, source, directory)
            return read

        collector.settle()
        with progress_bar() as progress:
            task = progress.add_task("载入" if apply else "试载", total=sum(map(size, files)))
            await bring_in(
                ledger,
                files,
                opened,
                tally,
                now=datetime.now(UTC),
                keys=store,
                apply=apply,
                rejects=rejects.note,
                progress=lambda done: progress.update(task, completed=done),
            )
    return tally


def _wrong(files: Sequence[Path], ledger: str, source: str, mapping: Path | None) -> int | None:
    """Say what is wrong with what was asked; None where nothing is."""
    if not files:
        return failed(USAGE, "usage", "须写明要载入的文件；用法见 huiyin import --help")
    for file in files:
        if not file.is_file():
            return failed(USAGE, "import-file-unreadable", f"没有文件“{file}”")
        if file.suffix.lower() in (".xlsx", ".xlsm") and mapping is None:
            return failed(USAGE, "import-mapping-missing", f"“{file}”是 Excel 台账，须用 --mapping 写明各列的对照")
        if file.suffix.lower() == ".xls":
            return failed(USAGE, "import-file-unreadable", f"“{file}”是旧式工作簿，请另存为 .xlsx")
    for what, code, name in (("台账", "ledger-invalid", ledger), ("来源", "source-invalid", source)):
        if not is_code(name):
            return failed(USAGE, code, f"“{name}”不能作{what}名：应由英文字母、数字、点、下划线或连字符组成")
    return None


def _told(settings: Settings, ledger: str, tally: Tally, rejects: Path, to: Path | None, apply: bool) -> int:
    for table in reporting.tables(tally, apply):
        console.print(table)
    if to is not None:
        to.write_bytes(orjson.dumps(reporting.as_json(tally, apply), option=orjson.OPT_INDENT_2) + b"\n")
    if tally.rejects:
        console.print(f"拒收的行连同原因写在 {rejects}；改好后另存为一个文件再载入。", highlight=False, soft_wrap=True)
    if not apply:
        console.print("没有写入台账；看清之后加 --apply 再次执行。")
    elif ledger not in settings.ledgers:
        console.print(f"要在看板上看到它，请把“{ledger}”列入设置 HUIYIN_LEDGERS。")
    return FOUND if tally.rejects else 0


def _print_schema() -> int:
    sys.stdout.buffer.write(orjson.dumps(schema_of_a_line(), option=orjson.OPT_INDENT_2) + b"\n")
    return 0


@contextmanager
def _written_to(path: Path | None) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all; or standard output."""
    if path is None:
        yield sys.stdout.buffer
        return
    half = path.with_name(f"{path.name}.part")
    with half.open("wb") as file:
        yield file
    half.replace(path)
