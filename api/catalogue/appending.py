"""Which events a command may append: those that its `decide`, or anything it calls, builds.

To build is to call the event's class, or to hand it to `told`. A class that is only asked about (`isinstance`, a key, a
pattern) is not built.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from api.catalogue.syntax import Code, code_of
from domain.commands import Command
from domain.events import Event

TOLD = Command.told.__name__


def appended_by(command: type[Command]) -> tuple[type[Event], ...]:
    """In the order in which the code builds them."""
    built: dict[type[Event], None] = {}
    known: list[Code] = []
    _read(code_of(command.decide), command, built, known)
    return tuple(built)


def _read(code: Code | None, command: type[Command], built: dict[type[Event], None], known: list[Code]) -> None:
    if code is None or code in known:
        return
    known.append(code)
    for node in _in_order(code.tree):
        if isinstance(node, ast.Call):
            built |= dict.fromkeys(_built(code, node))
        if isinstance(node, ast.Name | ast.Attribute):
            _read(code.called(node) or _own(command, node), command, built, known)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def _own(command: type[Command], node: ast.expr) -> Code | None:
    """A method that the command calls on itself."""
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return code_of(getattr(command, name, None))
        case _:
            return None


def _built(code: Code, call: ast.Call) -> Iterator[type[Event]]:
    match call:
        case ast.Call(func=ast.Attribute(attr=name), args=[kind, *_]) if name == TOLD:
            yield from _classes(code, kind, ())
        case _:
            yield from _classes(code, call.func, ())


def _classes(code: Code, expression: ast.expr, seen: tuple[str, ...]) -> Iterator[type[Event]]:
    """Every event class an expression may stand for."""
    match expression:
        case ast.Name(id=name) if name in code.assigned:
            for value in code.assigned[name] if name not in seen else ():
                yield from _classes(code, value, (*seen, name))
        case ast.Name() | ast.Attribute():
            yield from _events(code.named(expression))
        case ast.IfExp(body=one, orelse=other):
            yield from _classes(code, one, seen)
            yield from _classes(code, other, seen)
        case ast.Subscript(value=known) | ast.NamedExpr(value=known):
            yield from _classes(code, known, seen)
        case ast.Tuple(elts=known) | ast.List(elts=known) | ast.Dict(values=known):
            for one in known:
                yield from _classes(code, one, seen)


def _events(found: Any) -> Iterator[type[Event]]:
    """An event class, one that a class method of it is bound to, or those of a table."""
    owner = getattr(found, "__self__", None)
    if isinstance(found, Mapping | tuple | list):
        for one in found.values() if isinstance(found, Mapping) else found:
            yield from _events(one)
    elif isinstance(found, type) and issubclass(found, Event) and found is not Event:
        yield found
    elif isinstance(owner, type):
        yield from _events(owner)
