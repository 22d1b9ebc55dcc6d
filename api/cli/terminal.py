"""What every command needs: settings, database, progress, and a way to say what went wrong."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
from cyclopts import Parameter
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.settings import Addresses, Settings, database
from domain.messages import message_of
from ledger import migrate as schema

FOUND = 1
USAGE = 2
NO_DATABASE = 3
OUTDATED = 4

LedgerName = Annotated[str | None, Parameter(help="台账（行政区划代码）；默认为设置中的第一个")]

console = Console() if sys.stdout.isatty() else Console(width=160)
errors = Console(stderr=True)


def read_settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for item in error.errors():
            failed(USAGE, "setting-invalid", f"设置 {'.'.join(map(str, item['loc']))} 无效：{message_of(item)}")
        sys.exit(USAGE)
    except SettingsError as error:
        name = str(error).partition(chr(34))[2].partition(chr(34))[0]
        sys.exit(failed(USAGE, "setting-invalid", f"设置 {name} 无法读取，应写作 JSON 列表"))


def failed(code: int, name: str, message: str) -> int:
    errors.print(f"[red]{name}[/]：{escape(message)}", highlight=False, soft_wrap=True)
    return code


def unknown_ledger(ledger: str, settings: Settings) -> int:
    return failed(USAGE, "ledger-unknown", f"没有台账“{ledger}”，设置中的台账：{'、'.join(settings.ledgers)}")


@contextmanager
def migrated(settings: Settings) -> Iterator[Addresses]:
    """The database with this program's schema: the embedded one is brought there, an external one must be there."""
    with database(settings) as urls:
        if urls.embedded:
            schema.migrate(urls.owner)
        else:
            schema.check(urls.owner)
        yield urls


@contextmanager
def connected(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def reporting(progress: Progress, task: Any) -> Callable[[str, int, int], None]:
    return lambda _ledger, done, until: progress.update(task, completed=done, total=until)
