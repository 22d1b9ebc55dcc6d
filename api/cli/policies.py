"""What the programme goes by: the catalogue of its commands and events, the rulebooks and calendars at hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter
from rich.markup import escape
from rich.table import Table

from api import policy_files
from api.catalogue import Lang, build, pages
from api.cli.terminal import USAGE, console, errors, failed, read_settings
from api.routes import ROUTERS
from domain.documents.check import Fault
from domain.labels import label

_FORMATS = ("text", "markdown", "json")

rulebooks = cyclopts.App(name="rulebooks", help="可以采用的办理规则：随程序附带的，和 HUIYIN_RULEBOOKS 文件夹中的。")
calendars = cyclopts.App(name="calendars", help="可以登记的节假日安排：随程序附带的，和 HUIYIN_CALENDARS 文件夹中的。")


def catalogue(
    *,
    lang: Annotated[str, Parameter(help="标题的语言：zh（中文）、en（英文）")] = "zh",
    form: Annotated[str, Parameter(name="--format", help="text（表格）、markdown、json")] = "text",
) -> int:
    """事件目录：命令、事件、规则、看板、地址、代码表与出处，由程序自身推出；不需数据库。"""
    if lang not in set(Lang):
        return failed(USAGE, "lang-unknown", f"没有语言“{lang}”，可选：{'、'.join(Lang)}")
    if form not in _FORMATS:
        return failed(USAGE, "format-unknown", f"没有格式“{form}”，可选：{'、'.join(_FORMATS)}")
    told = build(ROUTERS, Lang(lang))
    match form:
        case "json":
            console.out(told.model_dump_json(indent=2), highlight=False)
        case "markdown":
            console.out(pages.markdown(told), end="", highlight=False)
        case _:
            for part in pages.for_terminal(told):
                console.print(part)
    return 0


@rulebooks.default
def list_rulebooks() -> int:
    """列出可以采用的办理规则；有文件写错时另行指出，退出码为 2。"""
    found = policy_files.read(read_settings()).rulebooks
    rows = [
        (
            *(r.id, r.version, r.title, r.jurisdiction, r.level and label(r.level), r.year, r.source),
            *(len(r.deadlines), _shelf(path)),
        )
        for path, r in found.documents
    ]
    titles = ("编号", "版本", "名称", "地区", "层级", "年份", "出处", "规则数", "文件")
    return _listed("办理规则", titles, rows, found.faults)


@rulebooks.command(name="check")
def check_rulebooks(*files: Path) -> int:
    """检查办理规则文件（不写文件名则检查全部）；有问题时逐条指出文件、行号和规则，退出码为 2。"""
    settings = read_settings()
    faults = policy_files.rulebook_faults(settings, files) if files else policy_files.read(settings).rulebooks.faults
    return _checked(faults)


@calendars.default
def list_calendars() -> int:
    """列出可以登记的节假日安排；有文件写错时另行指出，退出码为 2。"""
    found = policy_files.read(read_settings()).notices
    rows = [(notice.year, notice.version, notice.title, _shelf(path)) for path, notice in found.documents]
    return _listed("节假日安排", ("年份", "版本", "名称", "文件"), rows, found.faults)


@calendars.command(name="check")
def check_calendars(*files: Path) -> int:
    """检查节假日安排文件（不写文件名则检查全部）；有问题时逐条指出文件和行号，退出码为 2。"""
    settings = read_settings()
    faults = policy_files.notice_faults(settings, files) if files else policy_files.read(settings).notices.faults
    return _checked(faults)


def _shelf(path: Path) -> str:
    return "随程序附带" if policy_files.is_shipped(path) else str(path)


def _listed(name: str, titles: tuple[str, ...], rows: Sequence[tuple[object, ...]], faults: Sequence[Fault]) -> int:
    table = Table(title=f"{name}：{len(rows)} 份")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    console.print(table)
    return _told(faults)


def _checked(faults: Sequence[Fault]) -> int:
    if not faults:
        console.print("没有问题。")
    return _told(faults)


def _told(faults: Sequence[Fault]) -> int:
    for fault in faults:
        errors.print(str(fault), markup=False, highlight=False, soft_wrap=True)
    if faults:
        errors.print(f"共 {len(faults)} 处问题。", highlight=False)
    return USAGE if faults else 0
