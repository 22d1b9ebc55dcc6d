"""The architecture's rules, asked of the code itself."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from api.routes import ROUTERS
from domain import labels, proposal
from domain.commands import COMMANDS, Command
from domain.events import EVENT_TYPES, STREAM_KINDS, AnyEvent, Event
from domain.personal import Sealed, personal_fields
from domain.rules import RULES
from projections import READ_MODELS

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "ledger", "projections", "api")
SQL_MAY_STAND_IN = re.compile(
    r"(\.sql|/queries\.py|projections/engine\.py|projections/checkpoints\.py|projections/parked\.py"
    r"|projections/daemon\.py|ledger/[a-z_]+\.py|ledger/migrations/.*|api/tokens\.py|api/reactions/checkpoint\.py)$"
)
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+[.]?\w*\s+SET|DELETE FROM|CREATE TABLE|DROP TABLE)\b", re.S
)
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}
PURE = [
    *(ROOT / "domain").rglob("*.py"),
    *(ROOT / "projections").glob("*/board.py"),
]


PERSONAL_WORDS = {
    *("phone", "mobile", "telephone", "tel", "fax", "email", "mail", "wechat", "qq", "address", "home", "contact"),
    *("identity", "id_number", "id_card", "passport", "birth", "birthday", "account", "bank"),
}
"""Words in a field's name that say it holds a personal detail. A `contact_person` is a code: whose detail it is."""


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def types_in(annotation: Any) -> set[Any]:
    """Every type an annotation is made of."""
    return {annotation} | {part for inner in get_args(annotation) for part in types_in(inner) if isinstance(part, type)}


def strings(path: Path) -> Iterator[str]:
    """Every string literal of a module but its docstrings; of an f-string, its literal parts joined."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield " ".join(part.value for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in docstrings:
            yield node.value if isinstance(node.value, str) else node.value.decode()


def test_sql_stands_only_where_a_reader_expects_it() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in modules()
        if not SQL_MAY_STAND_IN.search(str(path)) and any(SQL.search(text) for text in strings(path))
    ]
    assert elsewhere == []


OF_A_LEDGER = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ledger|control)\.(?!append\b|tokens\b)\w+", re.IGNORECASE)
ITS_LEDGER = re.compile(r"(?<![\w.])ledger\b(?!\.)|\b(?!ledger\b)\w+\.ledger\b")


def test_no_statement_touches_history_without_naming_its_ledger() -> None:
    """Tokens are the service's; the append takes its ledger as an argument."""
    told = [
        (str(path.relative_to(ROOT)), text) for path in modules() for text in strings(path) if OF_A_LEDGER.search(text)
    ]
    assert len(told) > 20, "there are such statements"
    assert [where for where, text in told if not ITS_LEDGER.search(OF_A_LEDGER.sub("", text))] == []


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_domain_and_the_folds_read_no_clock_and_no_chance(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(name=node.module or "")])
    }
    assert not imported & {"random", "secrets", "time", "os", "socket", "subprocess", "threading", "asyncio"}
    called = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & CLOCKS
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not named & {"uuid1", "uuid4", "open", "print", "input"}


def test_every_event_belongs_to_one_kind_of_stream_and_has_a_stored_name() -> None:
    assert set(EVENT_TYPES) == {event.__name__ for event in get_args(AnyEvent)}
    assert set(EVENT_TYPES) == set(STREAM_KINDS)


def test_every_event_of_a_proposal_is_folded_by_one_stage() -> None:
    folded = [kind.__name__ for stage, _ in proposal._STAGES for kind in get_args(stage) or (stage,)]
    assert sorted(folded) == sorted(name for name, kind in STREAM_KINDS.items() if kind == "proposal")


def test_every_command_has_a_route_whose_body_is_the_command() -> None:
    routed = {
        parameter.annotation
        for router in ROUTERS
        for route in router.routes
        for parameter in inspect.signature(route.endpoint).parameters.values()
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Command)
    }
    assert set(COMMANDS) == routed


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_has_a_docstring_and_a_test(command: type[Command]) -> None:
    assert command.__doc__
    assert command.__doc__ != Command.__doc__
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "domain").glob("test_*.py"))
    assert re.search(rf"\b{command.__name__}\b", tests)


def test_every_rule_is_used() -> None:
    code = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "domain").rglob("*.py") if p.name != "rules.py")
    names = re.findall(r"^([A-Z_]+) = Rule\(", (ROOT / "domain" / "rules.py").read_text(encoding="utf-8"), re.M)
    assert len(names) == len(RULES)
    assert [name for name in names if not re.search(rf"\b{name}\b", code)] == []


def test_everything_people_read_has_its_word_in_the_catalogue() -> None:
    assert set(labels.EVENTS) == set(EVENT_TYPES)
    assert set(labels.EVENT_MEANINGS) == set(EVENT_TYPES)
    assert set(labels.COMMANDS) == {command.__name__ for command in COMMANDS}
    assert set(labels.COMMAND_MEANINGS) == {command.__name__ for command in COMMANDS}
    assert set(labels.STAGE_MEANINGS) == {event.__module__.rpartition(".")[2] for event in EVENT_TYPES.values()}
    assert set(labels.BOARD_MEANINGS) == {model.name for model in READ_MODELS}
    assert set(labels.CODE_MEANINGS) == {kind.__name__ for kind in labels.CODES}
    for kind, words in labels.CODES.items():
        assert set(words) == {code.value for code in kind}
    fields = {name for kind in (*COMMANDS, *EVENT_TYPES.values()) for name in kind.model_fields}
    assert fields - set(labels.FIELDS) == set()


def test_every_rule_has_an_english_title_that_says_what_it_asks() -> None:
    assert set(labels.ENGLISH_RULES) == set(RULES)
    for id, title in labels.ENGLISH_RULES.items():
        assert len(title.split()) > 3, id
        assert title.lower() != id.replace("-", " ")
    assert len(set(labels.ENGLISH_RULES.values())) == len(RULES)


def test_every_english_code_is_a_code_of_its_list() -> None:
    codes = {kind.__name__: {code.value for code in kind} for kind in labels.CODES}
    assert {name for name, words in labels.ENGLISH_CODES.items() if not set(words) <= codes.get(name, set())} == set()


def test_every_source_the_code_cites_is_explained() -> None:
    code = re.compile(r"\b(?:S\d{1,2}|P\d|L\d{1,2})\b")
    files = [*modules(), *(ROOT / "domain").rglob("*.toml")]
    cited = {cited for path in files for cited in code.findall(path.read_text(encoding="utf-8"))}
    assert cited - set(code.findall((ROOT / "docs" / "sources.md").read_text(encoding="utf-8"))) == set()


def names_a_detail(field: str) -> bool:
    return any(f"_{word}_" in f"_{field}_" for word in PERSONAL_WORDS)


@pytest.mark.parametrize("event", EVENT_TYPES.values(), ids=lambda event: event.__name__)
def test_a_phone_or_an_address_is_sealed_in_every_event(event: type[Event]) -> None:
    personal = personal_fields(event)
    whose = {of.field for of in personal.values()}
    declared = {name for name, info in event.model_fields.items() if Sealed in types_in(info.annotation)}
    assert declared == set(personal), "Personal[…] says whose it is, by Of(…)"
    assert whose <= set(event.model_fields)
    assert {name for name in event.model_fields if names_a_detail(name)} - whose == set(personal)
    for name, shape in event.model_json_schema().get("$defs", {}).items():
        inner = {field for field in shape.get("properties", {}) if names_a_detail(field)}
        rules = {"contact_before_reply", "contact_before_handling"}
        assert inner <= rules, f"{name}: only fields of the event itself are sealed"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_says_whose_phone_or_address_it_brings(command: type[Command]) -> None:
    personal = personal_fields(command)
    whose = {of.field for of in personal.values()}
    assert {name for name in command.model_fields if names_a_detail(name)} - whose == set(personal)


def test_sealed_details_are_opened_in_one_module_of_the_api() -> None:
    opening = [path.relative_to(ROOT) for path in modules() if ".open_details(" in path.read_text(encoding="utf-8")]
    assert opening == [Path("api/routes/personal.py")]


def test_read_models_do_not_import_each_other() -> None:
    folders = {model.folder.name for model in READ_MODELS}
    for folder in folders:
        for path in (ROOT / "projections" / folder).glob("*.py"):
            code = path.read_text(encoding="utf-8")
            assert not [other for other in folders - {folder} if f"projections.{other}" in code], path


def test_modules_have_their_parts_in_order() -> None:
    """Docstring first, imports before anything else."""
    for path in modules():
        body = ast.parse(path.read_text(encoding="utf-8")).body
        if not body:
            continue
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{path}: no docstring"
        kinds = [isinstance(node, ast.Import | ast.ImportFrom) for node in body[1:]]
        assert kinds == sorted(kinds, reverse=True), f"{path}: imports after code"


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    vague = re.compile(r"(manager|helper|utils?|misc|common)", re.I)
    assert [str(path) for path in modules() if vague.search(path.stem)] == []
    classes = [
        node.name
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and vague.search(node.name)
    ]
    assert classes == []
