"""A function of ours as its syntax tree, and what the names in it stand for."""

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import FunctionType, ModuleType
from typing import Any

OURS = frozenset({"domain", "ledger", "projections", "api"})
"""The packages whose functions are read; what a library does is its own matter."""


@dataclass(frozen=True)
class Code:
    """A function and its tree. Names are looked up where the function would: its own, then its module's."""

    function: FunctionType
    tree: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def parameters(self) -> tuple[str, ...]:
        """In the order in which arguments fill them; those of `*` and `**` are left out."""
        told = self.tree.args
        return tuple(one.arg for one in (*told.posonlyargs, *told.args, *told.kwonlyargs))

    @cached_property
    def assigned(self) -> dict[str, list[ast.expr]]:
        """By local name, every expression it may stand for: assignments, loops, comprehensions."""
        known: dict[str, list[ast.expr]] = {}
        for target, value in _assignments(self.tree):
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    known.setdefault(name.id, []).append(value)
        return known

    def named(self, expression: ast.expr) -> Any:
        """The object a global name or a chain of attributes stands for; None where only running it would tell."""
        match expression:
            case ast.Name(id=name):
                local = name in self.assigned or name in self.parameters
                return None if local else self.function.__globals__.get(name)
            case ast.Attribute(value=base, attr=name):
                owner = self.named(base)
                return getattr(owner, name, None) if isinstance(owner, ModuleType | type) else None
            case _:
                return None

    def called(self, expression: ast.expr) -> "Code | None":
        """The code behind a name, if it is a function of ours, or of the module this one stands in."""
        known = code_of(self.named(expression))
        if known is None or _is_ours(known.function.__module__):
            return known
        return known if known.function.__module__ == self.function.__module__ else None


def code_of(found: Any) -> Code | None:
    """A plain function's code, decorated or not; None for anything else."""
    function = inspect.unwrap(found) if callable(found) else None
    return _code(function) if isinstance(function, FunctionType) else None


@cache
def _code(function: FunctionType) -> Code | None:
    tree = _definitions(function.__module__).get(function.__qualname__)
    return Code(function, tree) if tree else None


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in OURS


@cache
def _definitions(module: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module by its qualified name. A module is read once: the lines of a running program's files
    may move."""
    return dict(_defined(ast.parse(inspect.getsource(sys.modules[module])), ""))


def _defined(scope: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
            yield from _defined(node, f"{prefix}{node.name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            yield from _defined(node, f"{prefix}{node.name}.")
        else:
            yield from _defined(node, prefix)


def _assignments(tree: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _pairs(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                yield target, value
            case ast.AugAssign(target=target, value=value):
                yield target, value
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                yield target, value


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`a, b = x, y` gives each its own."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value
