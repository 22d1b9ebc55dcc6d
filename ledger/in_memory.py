"""A ledger whose streams are all known to one process: decided in memory, appended many streams a call.

Only for a ledger that nobody else writes to: the simulation's. Every command passes the same rules as in
`Ledger.handle`; what is saved is reading the states back before each of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from domain.codes import Origin
from domain.commands import Command
from domain.deciding import decided, setting_of
from domain.personal import Place, Sealed
from domain.record import Context, Recorded
from domain.setting import Setting
from domain.streams import SESSION, S, Stream, calendar_stream, directory_stream, session_stream
from ledger.committer import NewEvent
from ledger.ledger import Provenance, numbered, to_store


class InMemory:
    """Begins empty, like the ledger of this name that its events are for."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.position = 0
        self._states: dict[UUID, Any] = {}
        self._versions: dict[UUID, int] = {}
        self._new: list[NewEvent] = []
        self._directory = directory_stream(name)
        self._calendar = calendar_stream(name)

    def state(self, stream: Stream[S]) -> S:
        state: S = self._states.get(stream.id, stream.kind.empty)
        return state

    def forget(self, stream: Stream[Any]) -> None:
        """Let go of a state that nothing will ask for again; its history has ended."""
        self._states.pop(stream.id, None)

    def decide(
        self, stream: Stream[Any], command: Command, context: Context, provenance: Provenance
    ) -> list[Recorded[Any]]:
        """What the command adds, folded and waiting to be taken. Raises `Refused`, and is then as before."""
        entered_at = provenance.entered_at
        if provenance.origin is Origin.NATIVE or entered_at is None:
            raise ValueError("only what is not NATIVE, and says when it was entered, is decided in memory")
        state = self.state(stream)
        setting = self._setting(command, state, context, entered_at, provenance.origin)
        decision = decided(command, state, setting)
        versions = {target: self._versions.get(target, 0) for target in (stream.id, *setting.beside)}
        added = []
        for target, own in numbered(stream, decision, versions, setting, provenance, _not_here):
            self.position += 1
            recorded = own.placed(self.position, own.recorded_at)
            self._states[target.id] = target.kind.evolve(self.state(target), recorded)
            self._new.append(to_store(recorded))
            added.append(recorded)
        self._versions.update(versions)
        return added

    def _setting(self, command: Command, state: Any, context: Context, now: datetime, origin: Origin) -> Setting:
        """What the command is decided in, with the streams beside."""
        key = command.session_key(state)
        setting = setting_of(
            command,
            context,
            ledger=self.name,
            now=now,
            position=self.position,
            directory=self.state(self._directory),
            session=SESSION.empty if key is None else self.state(session_stream(self.name, key)),
            calendar=self.state(self._calendar),
            origin=origin,
        )
        beside, texts = command.beside(state, setting), self._texts(command, state)
        return setting.besides({other.id: self.state(other) for other in beside}, texts) if beside or texts else setting

    def _texts(self, command: Command, state: Any) -> dict[Sealed, str]:
        """Personal details that the command compares; there are none here."""
        return {}

    def waiting(self) -> int:
        """How many events have been decided and not yet taken."""
        return len(self._new)

    def take(self) -> Sequence[NewEvent]:
        """The events decided since they were last taken, in the order in which they are to stand in history."""
        taken, self._new = self._new, []
        return taken


def _not_here(place: Place, subject: str, text: str) -> NoReturn:
    raise ValueError(f"{place.field} of {subject}: what is decided in memory holds no personal details")
