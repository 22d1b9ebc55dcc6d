"""The catalogue as people read it: the same tables as Markdown, and for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from api.catalogue.value import Catalogue, CommandEntry, EventEntry, Lang, RouteEntry, RuleEntry, Use

Row = tuple[str, ...]
"""Cells. A new line in a cell is a line of its own; what stands between backticks is a name of the program."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the tables say of themselves in one language."""

    title: str
    counted: str
    derived: str
    general: str
    alike: str
    fact_columns: Row
    command_columns: Row
    rule_columns: Row
    board_columns: Row
    code_columns: Row
    source_columns: Row
    sheets: Row
    ledger_itself: str
    not_used: str
    every_command: str
    yes: str
    seen_at: str
    uses: str
    ignores: str
    every_event: str
    listed: str
    colon: str


_WORDS = {
    Lang.ZH: Words(
        title="事件目录",
        counted="{events} 种事件，{commands} 条命令，{boards} 个看板，{rules} 条规则。",
        derived="由程序自身推出，不需手工维护：`huiyin catalogue`，或 `GET /catalogue`。",
        general="每条命令还受这些规则约束：{}。",
        alike="“{}”收录全部事件，表中不再逐一写出。",
        fact_columns=("事实", "谁能产生", "规则", "看板"),
        command_columns=("命令", "地址", "产生的事实", "规则编号"),
        rule_columns=("编号", "规则", "出处", "关口", "约束的命令"),
        board_columns=("列", "名称", "类型", "主键"),
        code_columns=("代码表", "取值"),
        source_columns=("代码", "出处"),
        sheets=("命令", "规则", "看板：{}", "代码表", "出处"),
        ledger_itself="台账自身",
        not_used="不用：{}",
        every_command="全部命令",
        yes="是",
        seen_at="查看",
        uses="用到的事件",
        ignores="指名不用的事件",
        every_event="全部",
        listed="；",
        colon="：",
    ),
    Lang.EN: Words(
        title="Event catalogue",
        counted="{events} kinds of event, {commands} commands, {boards} read models, {rules} rules.",
        derived="Derived from the code, never kept by hand: `huiyin catalogue --lang en`, or `GET /catalogue?lang=en`.",
        general="Every command is bound by these rules too: {}.",
        alike='"{}" takes in every event; the tables do not repeat it.',
        fact_columns=("Fact", "Who can cause it", "Rules", "Read models"),
        command_columns=("Command", "Address", "Facts", "Rule ids"),
        rule_columns=("Id", "Rule", "Source", "Gate", "Commands"),
        board_columns=("Column", "Name", "Type", "Key"),
        code_columns=("Code list", "Values"),
        source_columns=("Code", "Source"),
        sheets=("Commands", "Rules", "Read model: {}", "Code lists", "Sources"),
        ledger_itself="The ledger itself",
        not_used="Not used: {}",
        every_command="Every command",
        yes="yes",
        seen_at="Seen at",
        uses="Events used",
        ignores="Events ignored by name",
        every_event="all",
        listed="; ",
        colon=": ",
    ),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table under its title."""

    title: str
    notes: Row
    columns: Row
    rows: Sequence[Row]


def markdown(catalogue: Catalogue) -> str:
    """One document, a table per stage first."""
    title, notes = _head(catalogue)
    parts = [f"# {title}", *notes]
    for sheet in _sheets(catalogue):
        parts += [f"## {sheet.title}", *sheet.notes, _table(sheet)]
    return "\n\n".join(parts) + "\n"


def for_terminal(catalogue: Catalogue) -> Iterator[Table | Text]:
    """The same, to be printed one after the other."""
    title, notes = _head(catalogue)
    yield Text(title, style="bold")
    for note in notes:
        yield Text(_plain(note))
    for sheet in _sheets(catalogue):
        yield Text()
        yield Text(sheet.title, style="bold")
        for note in sheet.notes:
            yield Text(_plain(note))
        table = Table(show_lines=True)
        for column in sheet.columns:
            table.add_column(column, overflow="fold")
        for row in sheet.rows:
            table.add_row(*(Text(_plain(cell)) for cell in row))
        yield table


def _plain(text: str) -> str:
    return text.replace("`", "")


def _table(sheet: Sheet) -> str:
    rows = [sheet.columns, tuple("---" for _ in sheet.columns), *sheet.rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")


def _head(catalogue: Catalogue) -> tuple[str, list[str]]:
    words, titles = _WORDS[catalogue.lang], {rule.id: rule.title for rule in catalogue.rules}
    counted = words.counted.format(
        events=len(catalogue.events),
        commands=len(catalogue.commands),
        boards=len(catalogue.read_models),
        rules=len(catalogue.rules),
    )
    general = words.general.format(words.listed.join(titles[id] for id in catalogue.general_rules))
    alike = [model.title for model in catalogue.read_models if model.name in _taking_all(catalogue)]
    return words.title, [counted, words.derived, general, *(words.alike.format(title) for title in alike)]


def _sheets(catalogue: Catalogue) -> Iterator[Sheet]:
    words = _WORDS[catalogue.lang]
    commands, rules, board, codes, sources = words.sheets
    by_name = {event.name: event for event in catalogue.events}
    for stage in catalogue.stages:
        facts = [_fact(catalogue, by_name[name]) for name in stage.events]
        yield Sheet(stage.title, (stage.description,), words.fact_columns, facts)
    yield Sheet(commands, (), words.command_columns, list(_commands(catalogue)))
    for model in catalogue.read_models:
        every = model.name in _taking_all(catalogue)
        told = {
            words.seen_at: words.listed.join(_address(route) for route in model.routes),
            words.uses: words.every_event if every else _names(catalogue, model.uses),
            words.ignores: _names(catalogue, model.ignores),
        }
        notes = (model.description, *(f"{name}{words.colon}{value}" for name, value in told.items() if value))
        rows = [(f"`{c.name}`", c.title, f"`{c.type}`", words.yes if c.key else "") for c in model.columns]
        yield Sheet(board.format(model.title), notes, words.board_columns, rows)
    yield Sheet(rules, (), words.rule_columns, [_rule(catalogue, rule) for rule in catalogue.rules])
    lists = [
        (
            f"`{kind.name}`\n{kind.description}",
            words.listed.join(f"`{value.code}` {value.title}" for value in kind.values),
        )
        for kind in catalogue.codes
    ]
    yield Sheet(codes, (), words.code_columns, lists)
    explained = [(f"`{source.code}`", source.title) for source in catalogue.sources]
    yield Sheet(sources, (), words.source_columns, explained)


def _fact(catalogue: Catalogue, event: EventEntry) -> Row:
    words = _WORDS[catalogue.lang]
    commands = {command.name: command for command in catalogue.commands}
    by = [f"{commands[name].title} `{name}`" for name in event.commands] or [words.ledger_itself]
    titles = {rule.id: rule.title for rule in catalogue.rules}
    boards = {model.name: model.title for model in catalogue.read_models}
    used = [boards[read.model] for read in event.read_models if read.use is Use.USED]
    ignored = [boards[read.model] for read in event.read_models if read.use is Use.IGNORED]
    seen = [words.listed.join(used)] if used else []
    seen += [words.not_used.format(words.listed.join(ignored))] if ignored else []
    return (
        _headed(event),
        "\n".join(by),
        words.listed.join(titles[id] for id in event.rules) or "—",
        "\n".join(seen) or "—",
    )


def _headed(told: EventEntry | CommandEntry) -> str:
    """Title, name and what it is."""
    return f"{told.title}\n`{told.name}`\n{told.description}"


def _commands(catalogue: Catalogue) -> Iterator[Row]:
    for command in catalogue.commands:
        yield (
            _headed(command),
            "\n".join(_address(route) for route in command.routes),
            _names(catalogue, command.events, "\n"),
            " ".join(f"`{id}`" for id in command.rules) or "—",
        )


def _rule(catalogue: Catalogue, rule: RuleEntry) -> Row:
    words = _WORDS[catalogue.lang]
    titles = {command.name: command.title for command in catalogue.commands}
    every = rule.id in catalogue.general_rules
    return (
        f"`{rule.id}`",
        rule.title,
        "\n".join(f"`{source.code}` {source.title}" for source in rule.sources),
        words.yes if rule.gate else "",
        words.every_command if every else words.listed.join(titles[name] for name in rule.commands),
    )


def _names(catalogue: Catalogue, names: Iterable[str], between: str | None = None) -> str:
    """Events by title and name."""
    titles = {event.name: event.title for event in catalogue.events}
    between = between or _WORDS[catalogue.lang].listed
    return between.join(f"{titles[name]} `{name}`" for name in names)


def _address(route: RouteEntry) -> str:
    return f"`{route.method} {route.path}`"


def _taking_all(catalogue: Catalogue) -> set[str]:
    """The read models that tell no event from another."""
    return {read.model for event in catalogue.events for read in event.read_models if read.use is Use.ALIKE}
