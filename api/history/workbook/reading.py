"""A workbook, sheet by sheet and row by row, as windows of acts; each row is a window of its own acts."""

import hashlib
from collections.abc import Generator, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import orjson
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from api.history.line import NotTaken, Source, read
from api.history.reading import WINDOW, Act, Fact, FileRefused, Rejected, Window, receipt_of
from api.history.workbook.cells import Cell, text
from api.history.workbook.mapping import Mapping
from api.history.workbook.rows import BadCell, Row
from domain.directory import Directory

HEADER_WITHIN = 20
"""Rows in which the titles of the columns are looked for."""


def windows(path: Path, mapping: Mapping, source: Source, directory: Directory) -> Generator[Window, None, None]:
    """All cases of a workbook. Formulas count as what they last came to; hidden rows are read like others; of a merged
    cell every row has the value. Raises `FileRefused`, before anything of it was read."""
    book = _loaded(path)
    chain = hashlib.sha256(orjson.dumps(mapping.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS))
    total, size, lines = path.stat().st_size, sum(sheet.max_row for sheet in book.worksheets), 0
    acts: list[Act] = []
    rejected: list[Rejected] = []
    for sheet in _sheets(book, mapping, path):
        for number, values in _rows(sheet, mapping, path):
            row = Row(mapping, directory, values, book.epoch)
            original = _original(sheet.title, number, values)
            told = row.read()
            rejected += [_rejected(sheet.title, number, bad) for bad in row.bad]
            chain.update(original + b"\n")
            for place, act in enumerate(told):
                facts, bad = _facts(number, sheet.title, act, source, original)
                rejected += bad
                if facts:
                    digest = chain.copy()
                    digest.update(str(place).encode())
                    acts.append(Act(tuple(facts), receipt_of(source, digest.digest())))
            lines += 1
            if len(acts) >= WINDOW:
                yield Window(tuple(acts), tuple(rejected), acts[-1].receipt, lines, total * number // max(size, 1))
                acts, rejected = [], []
    last = acts[-1].receipt if acts else receipt_of(source, chain.digest())
    yield Window(tuple(acts), tuple(rejected), last, lines, total)


def _loaded(path: Path) -> Any:
    try:
        return load_workbook(path, data_only=True)
    except (OSError, InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise FileRefused("import-file-unreadable", f"{path}：不是 Excel 工作簿（.xlsx），或已加密、损坏") from error


def _sheets(book: Any, mapping: Mapping, path: Path) -> list[Any]:
    known = {sheet.title: sheet for sheet in book.worksheets}
    for name in mapping.sheets:
        if name not in known:
            raise FileRefused("import-mapping-invalid", f"{path}：没有工作表“{name}”，有的是：{'、'.join(known)}")
    return [known[name] for name in mapping.sheets] or [s for s in book.worksheets if s.sheet_state == "visible"]


def _rows(sheet: Any, mapping: Mapping, path: Path) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Every row that holds anything, by the titles of its columns."""
    merged = _merged(sheet)

    def value(row: int, column: int) -> Cell:
        found: Any = merged.get((row, column), sheet.cell(row, column).value)
        return found if isinstance(found, str | int | float | date | datetime) else None

    header = mapping.header_row or _header(sheet, mapping, value)
    titles = {column: "".join(text(value(header or 1, column)).split()) for column in range(1, sheet.max_column + 1)}
    missing = [name for name in _named(mapping) if "".join(name.split()) not in titles.values()]
    if header is None or missing:
        where = f"{path}：工作表“{sheet.title}”"
        raise FileRefused("import-mapping-invalid", f"{where}没有列{'、'.join(f'“{name}”' for name in missing)}")
    names = {"".join(name.split()): name for name in _named(mapping)}
    for row in range(header + 1, sheet.max_row + 1):
        own = [sheet.cell(row, column).value for column, title in titles.items() if title in names]
        if any(cell is not None and text(cell) for cell in own):
            yield row, {names[title]: value(row, column) for column, title in titles.items() if title in names}


def _header(sheet: Any, mapping: Mapping, value: Any) -> int | None:
    wanted = "".join(mapping.columns.case_no.split())
    for row in range(1, min(sheet.max_row, HEADER_WITHIN) + 1):
        if any("".join(text(value(row, column)).split()) == wanted for column in range(1, sheet.max_column + 1)):
            return row
    return None


def _named(mapping: Mapping) -> list[str]:
    parts = [mapping.columns, *mapping.contacts]
    return [title for part in parts for title in part.model_dump().values() if title is not None]


def _merged(sheet: Any) -> dict[tuple[int, int], Any]:
    return {
        (row, column): sheet.cell(area.min_row, area.min_col).value
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }


def _facts(
    number: int, sheet: str, act: list[dict[str, Any]], source: Source, original: bytes
) -> tuple[list[Fact], list[Rejected]]:
    facts, rejected = [], []
    for line in act:
        try:
            _, told = read(orjson.dumps(line), source)
        except NotTaken as error:
            reason = f"工作表“{sheet}”第 {number} 行，{line['event']}：{error.reason}"
            rejected.append(Rejected(number, error.code, reason, original))
        else:
            facts.append(Fact(number, told, original))
    return facts, rejected


def _rejected(sheet: str, number: int, bad: BadCell) -> Rejected:
    value = f"“{bad.value[:80]}”" if bad.value else "空白"
    reason = f"工作表“{sheet}”第 {number} 行，列“{bad.column}”，{value}：{bad.reason}"
    original = {"sheet": sheet, "row": number, "column": bad.column, "value": bad.value}
    return Rejected(number, bad.code, reason, orjson.dumps(original))


def _original(sheet: str, number: int, values: dict[str, Cell]) -> bytes:
    cells = {column: text(cell) for column, cell in values.items()}
    return orjson.dumps({"sheet": sheet, "row": number, "cells": cells}, option=orjson.OPT_SORT_KEYS)
