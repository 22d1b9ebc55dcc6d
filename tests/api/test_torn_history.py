"""A history that lost facts and order stays whole: every fact is kept, with the rule that would have refused it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from api.simulate import run
from api.simulate.place import make
from api.simulate.story import City
from domain.codes import Origin
from domain.commands import Command, ReviseProposalDraft, SubmitDraft
from domain.deciding import decided, setting_of
from domain.judging import Judged
from domain.record import Context, Recorded
from domain.restating import Stated
from domain.rules import KNOWN_PERSON, STATED_ONCE, STATED_WITH_ITS_CAUSE, Refused, Rule
from domain.setting import Decision, placed
from domain.streams import SESSION, Stream, calendar_stream, directory_stream, session_stream
from ledger.imported import Imported, Told
from ledger.in_memory import InMemory
from ledger.ledger import Provenance
from ledger.mapper import from_stored
from tests.domain.given import kind_of

NAME = "torn"
UNEXPECTED = {STATED_ONCE.id, STATED_WITH_ITS_CAUSE.id}
"""What a fact is flagged with that the decision does not have; one of them."""
NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Done(NamedTuple):
    """What the city did: the command, and what it added."""

    stream: Stream[Any]
    command: Command
    added: list[Recorded[Any]]

    @property
    def act(self) -> list[Told]:
        """The same as a file tells it: without flags, and without what only follows."""
        return [
            Told(
                Stated(
                    Stream(one.stream, kind_of(one)),
                    type(one.event),
                    one.event.model_dump(mode="json", exclude_none=True),
                    one.event,
                ),
                one.context,
                one.occurred_at,
                one.entered_at,
            )
            for one in self.added
        ]


class Remembering(InMemory):
    """Decides as the simulation does, and remembers what was asked."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.done: list[Done] = []

    def decide(
        self, stream: Stream[Any], command: Command, context: Context, provenance: Provenance
    ) -> list[Recorded[Any]]:
        added = super().decide(stream, command, context, provenance)
        self.done.append(Done(stream, command, added))
        return added


class ByHand:
    """States folded from what was imported, on which every command is asked as anybody would ask it."""

    def __init__(self) -> None:
        self.states: dict[UUID, Any] = {}

    def state(self, stream: Stream[Any]) -> Any:
        return self.states.get(stream.id, stream.kind.empty)

    def asked(self, done: Done) -> Decision:
        """Raises `Refused`."""
        first, state = done.added[0], self.state(done.stream)
        told: dict[str, Any] = {"occurred_at": first.occurred_at}
        if "round" in type(done.command).model_fields:  # the latest, where nobody names it: not in a torn history
            told["round"] = getattr(first.event, "round", None)
        command = done.command.model_copy(update=told)
        key = command.session_key(state)
        setting = setting_of(
            command,
            first.context,
            ledger=NAME,
            now=first.entry_time,
            position=first.position,
            directory=self.state(directory_stream(NAME)),
            session=SESSION.empty if key is None else self.state(session_stream(NAME, key)),
            calendar=self.state(calendar_stream(NAME)),
            origin=Origin.IMPORTED,
        )
        beside = command.beside(state, setting)
        return decided(command, state, setting.besides({other.id: self.state(other) for other in beside}, {}))

    def answered(self, done: Done) -> tuple[Rule | None, Mapping[str, frozenset[str]]]:
        """The rule that refuses the command, or the flags of the events that follow from it, by event."""
        try:
            items = [placed(done.stream, item) for item in self.asked(done)]
        except Refused as refused:
            return refused.rule, {}
        return None, {type(event).__name__: frozenset(flags) for _, event, flags in items}

    def drafted(self, done: Done) -> bool:
        return "ProposalDraftSaved" in self.state(done.stream).entries

    def fold(self, recorded: Recorded[Any]) -> None:
        stream = Stream(recorded.stream, kind_of(recorded))
        self.states[stream.id] = stream.kind.evolve(self.state(stream), recorded)


def city(proposals: int, seed: int) -> list[Done]:
    states, tally = Remembering(NAME), run.Tally()
    made = City(make(seed, 2), states, proposals)
    for case, act in run._in_order(made, tally):
        run.give(states, case, act, tally)
    return states.done


def torn(done: list[Done], dice: Random) -> Iterator[Done]:
    """Some acts are lost, some come later than they should."""
    order = [(place + (dice.uniform(0, 200) if dice.random() < 0.08 else 0), place) for place in range(len(done))]
    for _, place in sorted(order):
        if dice.random() > 0.06:
            yield done[place]


def agree(by_hand: ByHand, done: Done, told: list[Judged], seen: Counter[str]) -> None:
    """What was imported is flagged as asking by hand would have answered."""
    if isinstance(done.command, ReviseProposalDraft | SubmitDraft) and not by_hand.drafted(done):
        return  # told without what was drafted before, it is read as a first draft, or as handed in without one
    refused, meant = by_hand.answered(done)
    seen["refused" if refused else "passed" if meant else "so already"] += 1
    for one in told:
        name, kept = type(one.event).__name__, set(one.flags) - {KNOWN_PERSON.id}
        if refused:
            assert refused.id in kept, done.command
        elif name in meant:
            assert kept == meant[name], done.command
        else:
            assert len(kept & UNEXPECTED) == 1, done.command


@pytest.mark.parametrize("seed", [1, 2])
def test_every_fact_of_a_torn_history_is_kept_with_the_rule_that_refuses_it_by_hand(seed: int) -> None:
    facts = list(torn(city(60, seed), Random(seed)))
    states, by_hand, seen = Imported(NAME, NOW, lambda stream: (stream.kind.empty, 0), None), ByHand(), Counter[str]()
    for done in facts:
        outcome = states.take_in(done.act)
        assert not outcome.none
        assert outcome.unfit is None
        told = [one for one in outcome.kept if one.told is not None]
        assert [one.event for one in told] == [one.event for one in done.added]
        agree(by_hand, done, told, seen)
        for new in states.take():
            place = (new.stream, new.version, states.position, new.topic, new.state)
            by_hand.fold(from_stored(*place, done.added[0].entry_time))
    assert seen["refused"] > 50
    assert seen["passed"] > 500
