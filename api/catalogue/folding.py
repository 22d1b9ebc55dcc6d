"""What a fold does with a kind of event: it uses it, or passes it by.

The fold is followed for one event class at a time: `match`, `isinstance`, a predicate that is `TypeIs` and a table by
type are decided on the event; any other condition may go either way. An arm that gives back what it was given,
unchanged, passes the event by; a function that gets the event speaks for the arm that calls it. What happens to every
event alike (a version noted), or to all that no arm before took away, says nothing.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, get_args

from api.catalogue.syntax import Code, code_of
from domain.events import Event

RECORDED = "Recorded"
"""The annotation by which a fold's parameter is known to carry the event."""


class Told(IntEnum):
    """What the code says of an event: nothing of its own, that it is passed by, that it is used."""

    NOTHING = 0
    PASSED_BY = 1
    USED = 2


def told_of(fold: Callable[..., Any], event: type[Event]) -> Told:
    """What a fold over `Recorded` events does with this kind."""
    code = code_of(fold)
    if code is None:
        return Told.NOTHING
    arguments = (*code.tree.args.posonlyargs, *code.tree.args.args)
    carrying = {one.arg for one in arguments if one.annotation and RECORDED in ast.unparse(one.annotation)}
    return _Path(code, event, carrying).told()


class Reach(IntEnum):
    """Which events come to a statement: all, those that others did not leave before, or these alone by name."""

    ALL = 0
    REST = 1
    OWN = 2


@dataclass
class _Path:
    """One function on one event's way. `carrying`: names that hold the event or its envelope; `within`: the functions
    it came through."""

    code: Code
    event: type[Event]
    carrying: set[str]
    within: tuple[Code, ...] = ()

    def told(self, reach: Reach = Reach.ALL) -> Told:
        for name, values in self.code.assigned.items():
            if any(self._carries(value) for value in values):
                self.carrying.add(name)
        return self._block(self.code.tree.body, reach)[0]

    def _block(self, statements: list[ast.stmt], reach: Reach) -> tuple[Told, bool]:
        """What the statements say, and whether they always leave the function."""
        said = Told.NOTHING
        for statement in statements:
            match statement:
                case ast.If(test=test):
                    said = max(said, self._handed_on(test))
                    more, ends, reach = self._branches(statement, reach)
                case ast.Match(subject=subject) if self._carries(subject):
                    more, ends = self._arm(statement)
                case ast.Match(cases=cases):
                    arms = [self._block(case.body, reach) for case in cases]
                    more, ends = max(told for told, _ in arms), False
                case ast.For(body=body) | ast.While(body=body) | ast.With(body=body) | ast.Try(body=body):
                    more, ends = self._block(body, reach)[0], False
                case _:
                    more, ends = self._statement(statement, reach), isinstance(statement, ast.Return | ast.Raise)
            said = max(said, more)
            if ends:
                return said, True
        return said, False

    def _branches(self, choice: ast.If, reach: Reach) -> tuple[Told, bool, Reach]:
        """As `_block`; and who gets past it."""
        holds = self._decided(choice.test)
        if holds is None:
            one, one_ends = self._block(choice.body, reach)
            other, other_ends = self._block(choice.orelse, reach)
            return max(one, other), one_ends and other_ends, reach
        taken, left = (choice.body, choice.orelse) if holds else (choice.orelse, choice.body)
        told, ends = self._block(taken, Reach.OWN)
        if not any(isinstance(last, ast.Return | ast.Raise) for last in left[-1:]):
            return told, ends, reach
        guard = isinstance(choice.test, ast.UnaryOp)
        return told, ends, Reach.OWN if guard else max(reach, Reach.REST)

    def _arm(self, choice: ast.Match) -> tuple[Told, bool]:
        for case in choice.cases:
            if case.guard is None and self._matches(case.pattern):
                told, ends = self._block(case.body, Reach.OWN)
                return max(told, Told.PASSED_BY), ends
            if case.guard is not None and self._matches(case.pattern):
                return Told.USED, False  # to look whether it is one of a sort is to use it
        return Told.NOTHING, False

    def _statement(self, statement: ast.stmt, reach: Reach) -> Told:
        handed_on = self._handed_on(statement)
        if reach is Reach.ALL:
            return handed_on
        match statement:
            case ast.Return(value=ast.Name(id=name)) if name in self.code.parameters:
                return Told.PASSED_BY
            case _ if reach is Reach.REST:
                return handed_on
            case ast.Return(value=None) | ast.Pass():
                return Told.PASSED_BY
            case ast.Return() | ast.Expr(value=ast.Yield() | ast.YieldFrom()):
                return handed_on or Told.USED
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
                return handed_on or (Told.USED if name in self.code.parameters else Told.NOTHING)
        return handed_on

    def _handed_on(self, node: ast.AST) -> Told:
        """What functions say that are given the event here."""
        return max((self._of_call(call) for call in ast.walk(node) if isinstance(call, ast.Call)), default=Told.NOTHING)

    def _of_call(self, call: ast.Call) -> Told:
        chosen = self._chosen(call.func)
        called = chosen or self.code.called(call.func)
        if called is None or called in (self.code, *self.within):
            return Told.NOTHING
        names = {name for name, argument in zip(called.parameters, call.args, strict=False) if self._carries(argument)}
        names |= {argument.arg for argument in call.keywords if argument.arg and self._carries(argument.value)}
        if not names:
            return Told.NOTHING
        return _Path(called, self.event, names, (*self.within, self.code)).told(Reach.OWN if chosen else Reach.ALL)

    def _chosen(self, function: ast.expr) -> Code | None:
        """The function that a table has for this event's type: `table[type(event)]`."""
        match function:
            case ast.Subscript(value=table, slice=ast.Call(func=ast.Name(id="type"), args=[subject])) if self._carries(
                subject
            ):
                return code_of((self.code.named(table) or {}).get(self.event))
            case _:
                return None

    def _carries(self, expression: ast.expr) -> bool:
        match expression:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name), attr="event"):
                return name in self.carrying
            case _:
                return False

    def _decided(self, test: ast.expr) -> bool | None:
        """Whether a condition holds for this event; None where it asks about something else."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                holds = self._decided(operand)
                return None if holds is None else not holds
            case ast.Call(func=ast.Name(id="isinstance"), args=[subject, kinds]) if self._carries(subject):
                return issubclass(self.event, tuple(self._kinds(kinds)))
            case ast.Call(func=function, args=[subject]) if self._carries(subject):
                return self._told_apart(function)
            case _:
                return None

    def _told_apart(self, function: ast.expr) -> bool | None:
        """What a function says that tells one sort of events from the others: `-> TypeIs[…]`."""
        called = self.code.called(function)
        match called and called.tree.returns:
            case ast.Subscript(value=ast.Name(id="TypeIs"), slice=kinds) if called is not None:
                return issubclass(self.event, tuple(_flat(called.named(kinds))))
            case _:
                return None

    def _kinds(self, expression: ast.expr) -> Iterator[Any]:
        match expression:
            case ast.Tuple(elts=elements):
                for element in elements:
                    yield from self._kinds(element)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                yield from self._kinds(left)
                yield from self._kinds(right)
            case _:
                yield self.code.named(expression)

    def _matches(self, pattern: ast.pattern) -> bool:
        match pattern:
            case ast.MatchClass(cls=kind):
                return issubclass(self.event, tuple(self._kinds(kind)))
            case ast.MatchOr(patterns=patterns):
                return any(self._matches(one) for one in patterns)
            case ast.MatchAs(pattern=None):
                return True
            case ast.MatchAs(pattern=inner):
                return inner is not None and self._matches(inner)
            case _:
                return False


def _flat(kinds: Any) -> Iterator[type]:
    """The classes of a union, or the one class."""
    yield from get_args(kinds) or (kinds,)
