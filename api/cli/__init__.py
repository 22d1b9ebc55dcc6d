"""The command line. Exit codes: 0 done, 1 a check found something, 2 wrong usage, 3 no database, 4 schema outdated."""

import sys
from importlib.metadata import version

import cyclopts
import psycopg
from cyclopts.exceptions import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)
from psycopg_pool import PoolTimeout

from api import telemetry
from api.cli import caseload, histories, ledgers, policies, service
from api.cli.terminal import FOUND, NO_DATABASE, OUTDATED, USAGE, failed
from api.demo import SampleRefused
from api.history.reading import FileRefused
from api.reactions.simulation import TickRefused
from api.serve import ServeError
from api.simulate.run import SimulationRefused, Unintended
from domain.rules import Refused
from ledger import migrate as schema
from ledger.committer import LedgerBusy, OutcomeUnknown
from ledger.embedded import EmbeddedPostgresError
from ledger.keys import KeysUnusable
from ledger.ledger import KeyReused, VersionClash

app = cyclopts.App(
    name="huiyin",
    help="回音：政协提案办理。设置见环境变量 HUIYIN_DATA、HUIYIN_HOST、HUIYIN_PORT、DATABASE_URL。",
    version=version("huiyin"),
)
for command in (
    service.serve,
    service.migrate,
    service.postgres,
    service.token,
    caseload.demo,
    caseload.simulate,
    caseload.tick,
    ledgers.status,
    ledgers.history,
    ledgers.rebuild,
    ledgers.verify_readmodels,
    histories.export,
    policies.catalogue,
):
    app.command(command)
app.command(histories.import_, name="import")
for process in (service.api, service.daemon, service.reactions):
    app.command(process, show=False)
for shelf in (policies.rulebooks, policies.calendars):
    app.command(shelf)


def main() -> None:
    """Entry point of the command `huiyin`."""
    telemetry.configure()
    try:
        code = app(exit_on_error=False, print_error=False)
    except CycloptsError as error:
        code = failed(USAGE, "usage", f"{_wrong(error)}；用法见 huiyin --help")
    except EmbeddedPostgresError as error:
        code = failed(NO_DATABASE, error.code, str(error))
    except (psycopg.OperationalError, PoolTimeout) as error:
        code = failed(NO_DATABASE, "database-unavailable", f"无法连接数据库：{str(error).strip()}")
    except schema.SchemaOutdated as error:
        code = failed(OUTDATED, error.code, str(error))
    except (ServeError, TickRefused, KeysUnusable, SampleRefused, SimulationRefused, FileRefused) as error:
        code = failed(USAGE, error.code, str(error))
    except (Unintended, KeyReused, VersionClash, LedgerBusy, OutcomeUnknown) as error:
        code = failed(FOUND, error.code, str(error))
    except Refused as refused:
        code = failed(FOUND, refused.rule.id, refused.reason)
    sys.exit(code or 0)


def _wrong(error: CycloptsError) -> str:
    """What is wrong with the words of a command line, in Chinese."""
    names = error.argument.names if error.argument else ()
    which = f"“{names[0]}”" if names else ""
    unused = " ".join(error.unused_tokens or ())
    match error:
        case UnknownCommandError():
            return f"没有命令“{unused}”"
        case UnknownOptionError():
            return f"没有选项“{error.token.keyword or error.token.value}”"
        case UnusedCliTokensError():
            return f"多出了“{unused}”"
        case MissingArgumentError():
            return f"{which}须写明"
        case RepeatArgumentError():
            return f"{which}只能写一次"
        case CoercionError():
            return f"{which}的值“{error.token.value if error.token else ''}”不合要求"
        case _:
            return f"{which}写法不对"
