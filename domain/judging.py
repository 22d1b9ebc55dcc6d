"""What becomes of an act that was done elsewhere: it stands, with the rules it breaks, and with what follows from it.

History is what happened. The command that states the act is decided in the state before: what a rule refuses is kept
and flagged with that rule; what passes takes from the decision the flags, the fields that were left out (limits,
numbers, the pinned rulebook), and the consequences that nobody has told.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from domain import claims
from domain.codes import LetterSeries
from domain.commands import Command
from domain.events import CaseNumberTaken, ClockStepped, Event, LetterNumber, LetterNumberTaken, ProposalRegistered
from domain.proposal import Proposal
from domain.restating import Stated
from domain.rules import STATED_ONCE, STATED_WITH_ITS_CAUSE, STATED_WITHIN_LIMITS, Refused, Rule
from domain.setting import Decision, Setting, placed
from domain.streams import DIRECTORY, Stream, letter_register, session_stream

T = TypeVar("T")

_Item: TypeAlias = tuple[Stream[Any], Event, tuple[str, ...]]

_NUMBERS = (CaseNumberTaken, LetterNumberTaken)

OF_HISTORIES = (STATED_ONCE, STATED_WITHIN_LIMITS, STATED_WITH_ITS_CAUSE)
"""Rules that no command can break: they are asked of a history that is told as a whole, and only flag."""

_SAME = ("unit", "member")
"""Fields by which one of several events of a kind is told from the others."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An event as it is to be kept. `told`: which of the act's facts it is; None for a consequence nobody has told."""

    stream: Stream[Any]
    event: Event
    flags: tuple[str, ...]
    told: int | None


@dataclass(frozen=True, slots=True)
class NoEvent:
    """A fact that is none: fields are wanting that nothing can fill in, or are not what the event has."""

    told: int
    error: ValidationError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say to a command: the decision, or none, and every rule that would have refused it."""

    decision: Decision | None
    broken: tuple[Rule, ...]


def asked(command: Command, state: Any, setting: Setting) -> Verdict:
    """As `domain.deciding.decided`, but each of its questions is asked though an earlier one was answered with no."""
    pinned = state.rulebook if isinstance(state, Proposal) else None
    broken: list[Rule] = []
    _tried(broken, lambda: claims.check(setting))
    if command.kind is not DIRECTORY:  # nobody is listed yet on whose behalf the first are
        _tried(broken, lambda: claims.check_person(setting.context.on_behalf_of, setting))
    decision = _tried(broken, lambda: command.decide(state, setting))
    if decision is not None:
        known = decision
        _tried(broken, lambda: claims.check_entry(setting, known, setting.session.rulebook(pinned)))
    return Verdict(decision, tuple(broken))


def judged(
    act: Sequence[Stated],
    main: Stated | None,
    verdict: Verdict | None,
    ledger: str,
    known: Callable[[Stated], Mapping[str, Any]] = lambda fact: {},
) -> tuple[list[Judged], list[NoEvent]]:
    """The facts of an act in their order, and what follows from them where it belongs; or which of them are no events:
    the act is to be judged again without these. Without a verdict the door would not have taken the command for its
    fields; without `main` nothing states the act. `known`: what the case knows of what a fact leaves out."""
    items = [placed(main.stream, item) for item in verdict.decision or ()] if verdict and main else []
    matches = list(_matched(act, items))
    kept, none = [], []
    for told, (fact, match) in enumerate(zip(act, matches, strict=True)):
        try:
            event = _filled(fact, items[match][1] if match is not None else None, known)
        except ValidationError as error:
            none.append(NoEvent(told, error))
            continue
        own = items[match][2] if match is not None else _unexpected(fact, main, verdict)
        kept.append((match, Judged(fact.stream, event, (*_ids(verdict, main), *own), told)))
    return ([] if none else _with_consequences(kept, items, set(matches), ledger)), none


def _tried(broken: list[Rule], question: Callable[[], T]) -> T | None:
    try:
        return question()
    except Refused as refused:
        broken.append(refused.rule)
        return None


def _matched(act: Sequence[Stated], items: Sequence[_Item]) -> Iterator[int | None]:
    """For each fact of the act, which item of the decision is the same."""
    left = list(enumerate(items))
    for fact in act:
        same = (at for at, item in left if _same(fact, *item[:2]))
        match = next(same, None)
        left = [(at, item) for at, item in left if at != match]
        yield match


def _same(fact: Stated, stream: Stream[Any], event: Event) -> bool:
    if fact.kind is not type(event) or (fact.stream.id != stream.id and not isinstance(event, LetterNumberTaken)):
        return False
    held = vars(event)  # asking a model for what it does not have is slow
    return all(fact.fields.get(name, known) == known for name in _SAME if (known := held.get(name)))


def _filled(fact: Stated, decided: Event | None, known: Callable[[Stated], Mapping[str, Any]]) -> Event:
    """What the fact says, and what it leaves out from the decision, or as the case knows it. Raises `ValidationError`
    where it is no event."""
    event = fact.event
    if event is None:
        wanting = decided.model_dump(mode="json", exclude_none=True) if decided else known(fact)
        return fact.kind.model_validate({**wanting, **fact.fields})
    if decided is None:
        return event
    unsaid = {name: getattr(decided, name) for name in type(event).model_fields.keys() - event.model_fields_set}
    left_out = {name: value for name, value in unsaid.items() if value != getattr(event, name)}
    return event.model_copy(update=left_out) if left_out else event


def _ids(verdict: Verdict | None, main: Stated | None) -> tuple[str, ...]:
    """What every fact of an act is flagged with."""
    if main is None:
        return ()
    rules = verdict.broken if verdict else (STATED_WITHIN_LIMITS,)
    return tuple(rule.id for rule in rules)


def _unexpected(fact: Stated, main: Stated | None, verdict: Verdict | None) -> tuple[str, ...]:
    """The flag of a fact that the decision does not have: it is so already, or nothing calls for it."""
    if main is None:
        return () if fact.kind is ClockStepped else (STATED_WITH_ITS_CAUSE.id,)
    if verdict is None or verdict.decision is None:
        return ()
    return ((STATED_ONCE if fact.kind is main.kind else STATED_WITH_ITS_CAUSE).id,)


def _with_consequences(
    kept: Sequence[tuple[int | None, Judged]], items: Sequence[_Item], told: Collection[int | None], ledger: str
) -> list[Judged]:
    """What was told, in its order; each consequence behind what it follows in the decision; and the numbers that the
    facts have, which need not be those that the decision would have taken."""
    reached, placed_at = -1, []
    for match, one in kept:
        reached = reached if match is None else max(reached, match)
        placed_at.append((reached, one))
    for at, (stream, event, flags) in enumerate(items):
        if at not in told and not isinstance(event, _NUMBERS):
            placed_at.append((at, Judged(stream, event, flags, None)))
    numbered = any(isinstance(one.event, _NUMBERS) for _, one in kept)
    numbers = [number for _, one in kept for number in _numbers(one, ledger)] if not numbered else []
    return [*(one for _, one in sorted(placed_at, key=itemgetter(0))), *numbers]


def _numbers(judged: Judged, ledger: str) -> Iterator[Judged]:
    """The numbers that an event has, taken where they are given out."""
    event, case = judged.event, judged.stream.id
    if isinstance(event, ProposalRegistered):
        taken = CaseNumberTaken(case_no=event.case_no, proposal=case)
        yield Judged(session_stream(ledger, event.session), taken, (), None)
    letter = getattr(event, "letter", None)
    if isinstance(letter, LetterNumber):
        register = letter_register(ledger, letter.unit, letter.year, letter.series or LetterSeries.REPLY)
        taken_letter = LetterNumberTaken(**dict(letter), proposal=case)
        yield Judged(register, taken_letter, (), None)
