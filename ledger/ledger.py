"""The only door to history: load, decide, append.

`handle` is the way of every command. It loads the addressed stream, gathers the setting, lets the command decide,
and appends what was decided with a receipt, in one round trip, or adds nothing to history.
"""

import asyncio
import hashlib
import hmac
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from domain.codes import Origin
from domain.commands import Command
from domain.deciding import decided, setting_of
from domain.directory import Directory
from domain.events import STREAM_KINDS, AnyEvent, ClockStepped, Event
from domain.personal import Opening, Place, Sealed, details, personal_fields, sealed
from domain.record import Context, Recorded
from domain.rules import Refused
from domain.setting import Decision, Setting, placed
from domain.streams import (
    SESSION,
    S,
    Stream,
    calendar_stream,
    directory_stream,
    ledger_notes,
    session_stream,
)
from domain.values import Moment, comes_before
from ledger.committer import (
    CLOCK_TOLERANCE_MS,
    MOST_WAITING,
    Committer,
    LedgerBusy,
    NewEvent,
    Request,
    Written,
)
from ledger.connections import Connections
from ledger.ids import uuid7
from ledger.keys import Keys, KeysUnusable
from ledger.mapper import Envelope, canonical, from_stored, to_state, type_name
from ledger.states import NEWER, States

TRIES = 3

log = structlog.get_logger()


class VersionStale(Exception):
    """The stream is not at the version the caller expected. `current` is where it is."""

    code = "version-stale"

    def __init__(self, current: int) -> None:
        super().__init__(f"内容已被他人更新，现为第 {current} 版，请重新读取后再提交")
        self.current = current


class VersionClash(Exception):
    """Others kept writing to the same stream; nothing was written. Try again."""

    code = "version-clash"


class KeyReused(Exception):
    """An idempotency key came back with another request; nothing was written."""

    code = "idempotency-key-reused"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a command's facts come from. Anything but NATIVE may carry its own, claimed, time of entry. `made_up`
    names fields that no source states; each event keeps those it has."""

    origin: Origin = Origin.NATIVE
    entered_at: datetime | None = None
    made_up: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.origin is Origin.NATIVE and (self.entered_at or self.made_up):
            raise ValueError("a NATIVE event carries no entered_at and nothing made up")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a command. `position` is the ledger's, `version` the addressed stream's, after it; without
    `first_position` nothing had to be added. `repeated`: this is the original answer to a repeated command."""

    command_id: UUID
    stream: UUID
    version: int
    position: int
    first_position: int | None
    recorded_at: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call of `handle`."""

    stream: Stream[Any]
    command: Command
    context: Context
    expected_version: int | None
    command_id: UUID
    digest: bytes
    provenance: Provenance


class _Turn:
    """Holds locks, taken in their order, for the length of a block."""

    def __init__(self, locks: Sequence[asyncio.Lock]) -> None:
        self._locks = locks
        self._held: list[asyncio.Lock] = []

    async def __aenter__(self) -> None:
        try:
            for lock in self._locks:
                await lock.acquire()
                self._held.append(lock)
        except BaseException:
            self._release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._release()

    def _release(self) -> None:
        for lock in self._held:
            lock.release()


class Ledger:
    """One jurisdiction's history, over connections that other ledgers of the process may share. `open()` before use,
    `close()` after.

    `secret` keys the digest by which a reused idempotency key is told from a repeated one. `keys` seal and open
    personal details; a process that handles none needs none.
    """

    def __init__(
        self,
        name: str,
        connections: Connections,
        *,
        secret: bytes,
        keys: Keys | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._secret = secret
        self._kept_keys = keys
        self._now = now
        self._connections = connections
        self._committer = Committer(connections, name, self._clock_stood)
        self._states = States(name, connections.query)
        self._directory, self._calendar = directory_stream(name), calendar_stream(name)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._under_way = 0
        self._clock_stepped = False
        self._noting: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Raises `psycopg.Error` where the database does not answer."""
        await self.query("SELECT ledger.open_ledger(%s)::text", (self.name,))
        self._committer.start()

    async def close(self) -> None:
        """Answers everybody first."""
        await self._committer.close()

    async def handle(
        self,
        stream: Stream[Any],
        command: Command,
        context: Context,
        *,
        expected_version: int | None = None,
        command_id: UUID | None = None,
        provenance: Provenance = Provenance(),
    ) -> Receipt:
        """Decide the command on the present state and append what follows.

        Raises `Refused` where a rule says no, `VersionStale` where `expected_version` is not the stream's,
        `KeyReused`, `VersionClash`, `EventTooLarge`, `KeysUnusable`, `LedgerBusy` or `OutcomeUnknown`, and what
        reading raises (`Unanswered`, `UnknownEvent`, `psycopg.Error`). After any of them but `OutcomeUnknown`
        history is as before; a refusal by a rule that auditors watch is noted as an attempt. A refusal leaves no
        receipt: a repeat is decided anew.
        """
        await self._provide_keys(command)
        digest = self._digest(stream, command, provenance)
        asked = _Asked(stream, command, context, expected_version, command_id or uuid7(), digest, provenance)
        if self._under_way >= MOST_WAITING:
            raise LedgerBusy("台账繁忙，请稍后再试")
        self._under_way += 1
        try:
            receipt = await self._decide(asked)
        except (Refused, VersionStale) as refused:
            # a repeat is not refused for what the original did
            original = await self._receipt(command_id, digest)
            if original is not None:
                return original
            if isinstance(refused, Refused) and refused.rule.gate:
                await self.note_attempt(stream, command, context, refused, provenance)
            raise
        finally:
            self._under_way -= 1
        if receipt.repeated and command_id is None:
            # an id that nobody else knows is met again only where this very append was sent twice
            return replace(receipt, repeated=False)
        return receipt

    async def _decide(self, asked: "_Asked") -> Receipt:
        """Decide on what is kept, and again on what was just read."""
        for number in range(1 + TRIES):
            if receipt := await self._try(asked, exact=number > 0):
                return receipt
        raise VersionClash("同一案件、案号或文号正被多人同时使用，请重试")

    async def _try(self, asked: "_Asked", *, exact: bool) -> Receipt | None:
        """One round of decide and append; None where somebody else was faster, or may have been: what is kept may be
        old, and only the append tells. What adds nothing to the stream is not told; nobody is turned away for it, and
        nothing is already so, unless it was just read.

        Commands of this process that write to a stream take turns, so that they clash only with other processes.
        Which other streams a command writes to may itself depend on the state, so it is asked again in turn.
        """
        stream, states = asked.stream, self._states
        beside: Sequence[Stream[Any]] = ()
        while True:
            async with self._turn_on({stream.id.int, *[other.id.int for other in beside]}):
                exact = exact or bool(beside) or not states.knows(stream)
                if exact:
                    await states.refresh(stream, *beside)
                state, version = states.of(stream)
                if asked.expected_version not in (None, version):
                    if exact:
                        raise VersionStale(version)
                    return None
                setting = await self._setting(asked, state)
                wanted = asked.command.beside(state, setting)
                if {other.id for other in wanted} <= {other.id for other in beside}:
                    return await self._append_decided(asked, setting, beside, exact=exact)
                beside = wanted

    async def _append_decided(
        self, asked: "_Asked", setting: Setting, beside: Sequence[Stream[Any]], *, exact: bool
    ) -> Receipt | None:
        """Decide on the states that are kept and append what follows. None: as `_try`."""
        stream, command, states = asked.stream, asked.command, self._states
        state, version = states.of(stream)
        seen = {other.id: states.of(other) for other in beside}
        if beside or type(command).compared is not Command.compared:
            known = {other: there for other, (there, _) in seen.items()}
            setting = setting.besides(known, self._texts(command.compared(state)))
        try:
            decision = decided(command, state, setting)
        except Refused:
            if exact:
                raise
            return None
        versions = {stream.id: version, **{other: at for other, (_, at) in seen.items()}}
        new = numbered(stream, decision, versions, setting, asked.provenance, self._seal)
        if versions[stream.id] == version and not exact:
            return None
        events = [to_store(recorded) for _, recorded in new]
        request = Request(asked.command_id, stream.id, asked.digest, versions[stream.id], events)
        written = await self._committer.append(request)
        if written.outcome == "clashed":
            states.forget(stream, *beside)
        elif written.outcome == "appended" and new:
            first = written.first_position or 0
            states.learn([(s, r.placed(at, written.recorded_at)) for at, (s, r) in enumerate(new, first)])
        return self._answer(asked.command_id, stream.id, written)

    def _turn_on(self, streams: set[int]) -> "_Turn":
        return _Turn([self._turns.setdefault(stream, asyncio.Lock()) for stream in sorted(streams)])

    async def append(self, command_id: UUID, events: Sequence[NewEvent]) -> Receipt | None:
        """Append, all or none and in this order, what `ledger.in_memory` has decided on the states of all streams; with
        one receipt, on which the same events come back as a repeat. None where somebody else has written to one of
        them. Raises as `handle`; the receipt of other events under this id is `KeyReused`."""
        digest = hashlib.sha256()
        for event in events:
            digest.update(event.stream.bytes + event.version.to_bytes(8) + event.topic.encode() + b"\0" + event.state)
        stream, version = (events[0].stream, events[0].version) if events else (ledger_notes(self.name).id, 0)
        request = Request(command_id, stream, digest.digest(), version, events)
        return self._answer(command_id, stream, await self._committer.append(request))

    async def note_attempt(
        self,
        stream: Stream[Any],
        command: Command,
        context: Context,
        refused: Refused,
        provenance: Provenance,
        *,
        once: bool = False,
    ) -> None:
        """Note that a gate refused somebody, where auditors see it; `once`: unless the same has been noted before."""
        person, digest = command.on_behalf_of or context.on_behalf_of, self._digest(stream, command, provenance)
        name, rule = type(command).__name__, refused.rule.id
        if once and await self.query(_NOTED, (self.name, stream.id, rule, digest)):
            return
        values = (self.name, stream.id, name, context.actor, person, rule, refused.reason, digest)
        await self.query("SELECT ledger.record_attempt(%s, %s, %s, %s, %s, %s, %s, %s)::text", values)

    def _answer(self, command_id: UUID, stream: UUID, written: Written) -> Receipt | None:
        if written.outcome == "clashed":
            return None
        if written.outcome == "reused":
            raise KeyReused("同一幂等键已用于另一请求")
        return Receipt(
            command_id=command_id,
            stream=stream,
            version=written.version,
            position=written.last_position,
            first_position=written.first_position,
            recorded_at=written.recorded_at,
            repeated=written.outcome == "repeated",
        )

    async def load(self, stream: Stream[S]) -> tuple[S, int]:
        """The stream's present state and version; the empty state and 0 where it does not exist."""
        history = await self.history(stream)
        return _fold(stream, stream.kind.empty, history), history[-1].version if history else 0

    async def history(self, stream: Stream[Any], as_known: int | None = None) -> list[Recorded[AnyEvent]]:
        """The stream's events in order, or those known at ledger position `as_known`. An id that belongs to a stream
        of another kind has no history of this kind."""
        return (await self.histories([stream], as_known))[0]

    async def histories(
        self, streams: Sequence[Stream[Any]], as_known: int | None = None
    ) -> list[list[Recorded[AnyEvent]]]:
        """The histories of several streams, in one question."""
        known: dict[UUID, list[Recorded[AnyEvent]]] = defaultdict(list)
        for row in await self.query(_HISTORIES, (self.name, [stream.id for stream in streams])):
            known[row[0]].append(from_stored(*row))
        return [_of_kind(stream, known[stream.id], as_known) for stream in streams]

    async def newer(self, known: Sequence[tuple[Stream[Any], int]]) -> tuple[int, list[Recorded[AnyEvent]]]:
        """The ledger's position, and what streams have gained up to it behind their versions that are known."""
        streams, versions = [stream.id for stream, _ in known], [version for _, version in known]
        rows = await self.query(NEWER, (streams, versions, self.name))
        return rows[0][0] if rows else 0, [from_stored(*row) for _, *row in rows if row[0] is not None]

    async def as_of(self, stream: Stream[S], moment: Moment, as_known: int | None = None) -> S:
        """The state as it was at a business time: what is said to have occurred up to then, as known at a position.
        Folded in the order of positions, the only one in which the rules have let these facts happen."""
        history = await self.history(stream, as_known)
        return _fold(
            stream,
            stream.kind.empty,
            [r for r in history if comes_before(r.occurred_at, moment) or r.occurred_at == moment],
        )

    async def directory(self) -> Directory:
        """Units, officials and members as they are now."""
        return await self.kept(directory_stream(self.name))

    async def kept(self, stream: Stream[S]) -> S:
        """The present state of a directory, calendar or session, which costs only what is new."""
        await self._states.refresh(stream)
        return self._states.of(stream)[0]

    async def between(self, after: int, until: int, names: Collection[str]) -> list[Recorded[AnyEvent]]:
        """The events of these types after one position and up to another, in order."""
        rows = await self.query(_BETWEEN, (self.name, after, until, list(names)))
        return [from_stored(*row) for row in rows]

    async def open_details(self, sealed_details: Sequence[Sealed]) -> list[Opening]:
        """The texts of sealed fields that were read from this ledger, or why there are none. Asked per request and
        kept by nobody."""
        keys = self._keys
        return await asyncio.to_thread(lambda: [keys.open(self.name, sealed) for sealed in sealed_details])

    async def position(self) -> int:
        """The ledger's last position; 0 where it is empty."""
        rows = await self.query("SELECT position FROM ledger.ledger_head WHERE ledger = %s", (self.name,))
        return rows[0][0] if rows else 0

    async def knows(self, command_id: UUID) -> bool:
        """Whether a command with this id has a receipt."""
        return bool(await self.query(_RECEIPT, (self.name, command_id)))

    async def query(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Rows of a question by this ledger's application role. Raises `Unanswered`, `psycopg.Error`."""
        return await self._connections.query(sql, parameters)

    async def _setting(self, asked: "_Asked", state: Any) -> Setting:
        """Directory, calendar and session as of a moment ago, and the position they are exact at."""
        key = asked.command.session_key(state)
        reference: list[Stream[Any]] = [self._directory, self._calendar]
        if key is not None:
            reference.append(session_stream(self.name, key))
        if not self._states.fresh(*reference):
            await self._states.refresh(*reference)
        known = [self._states.of(stream)[0] for stream in reference]
        return setting_of(
            asked.command,
            asked.context,
            ledger=self.name,
            now=asked.provenance.entered_at or self._now(),
            position=self._states.position,
            directory=known[0],
            session=known[2] if key is not None else SESSION.empty,
            calendar=known[1],
            origin=asked.provenance.origin,
        )

    async def _receipt(self, command_id: UUID | None, digest: bytes) -> Receipt | None:
        """The original answer to a command with this id; None where there is none."""
        if command_id is None:
            return None
        rows = await self.query(_RECEIPT, (self.name, command_id))
        if not rows:
            return None
        stream, known, *written = rows[0]
        return self._answer(command_id, stream, Written("repeated" if known == digest else "reused", *written))

    def _digest(self, stream: Stream[Any], command: Command, provenance: Provenance) -> bytes:
        """What makes two requests with one key the same: command, stream, body, origin. Who asks is part of the key,
        and the version expected is no part of what is asked: a repeat comes after the version has moved."""
        personal = personal_fields(type(command))
        body = command.model_dump(mode="json", exclude_none=True, exclude=set(personal) if personal else None)
        for field, subject, text in details(command) if personal else ():  # their digest must die with their key
            body[field] = self._keys.digest(self.name, subject, text)
        request = canonical([type(command).__name__, str(stream.id), provenance.origin.value, body])
        return hmac.digest(self._secret, request, "sha256")

    @property
    def _keys(self) -> Keys:
        if self._kept_keys is None:
            raise KeysUnusable("keys-unusable", "本进程没有密钥，不能登记或查看个人信息")
        return self._kept_keys

    async def _provide_keys(self, command: Command) -> None:
        """Before anything else, and before the turns: making a key waits for the disk."""
        if subjects := {detail.subject for detail in details(command)}:
            await asyncio.to_thread(self._keys.provide, self.name, subjects)

    def _seal(self, place: Place, subject: str, text: str) -> Sealed:
        return self._keys.seal(self.name, place, subject, text)

    def _texts(self, compared: Iterable[Sealed]) -> dict[Sealed, str]:
        openings = ((sealed, self._keys.open(self.name, sealed)) for sealed in compared)
        return {sealed: opening.text for sealed, opening in openings if opening.text is not None}

    def _clock_stood(self, behind_ms: int) -> None:
        """Note once per episode that the database's clock stands behind the head."""
        if behind_ms <= CLOCK_TOLERANCE_MS:
            self._clock_stepped = False
        elif not self._clock_stepped:
            self._clock_stepped = True
            log.error("clock_stepped", ledger=self.name, behind_ms=behind_ms)
            task = asyncio.create_task(self._note(ClockStepped(behind_ms=behind_ms)))
            self._noting.add(task)
            task.add_done_callback(self._noting.discard)

    async def _note(self, event: Event) -> None:
        stream = ledger_notes(self.name)
        envelope = Envelope(context=Context(actor="system:ledger"), occurred_at=self._now())
        for _ in range(TRIES):
            _, version = await self.load(stream)
            new = NewEvent(stream.id, version + 1, type_name(type(event)), to_state(event, envelope))
            written = await self._committer.append(Request(uuid7(), stream.id, b"", version + 1, [new]))
            if written.outcome == "appended":
                return


@asynccontextmanager
async def one_ledger(
    name: str, dsn: str, *, secret: bytes, keys: Keys | None = None, now: Callable[[], datetime] | None = None
) -> AsyncIterator[Ledger]:
    """An open ledger with connections of its own, for the length of a block."""
    async with Connections(dsn) as connections:
        ledger = Ledger(name, connections, secret=secret, keys=keys, **({"now": now} if now else {}))
        await ledger.open()
        try:
            yield ledger
        finally:
            await ledger.close()


def numbered(
    stream: Stream[Any],
    decision: Decision,
    versions: dict[UUID, int],
    setting: Setting,
    provenance: Provenance,
    seal: Callable[[Place, str, str], Sealed],
) -> list[tuple[Stream[Any], Recorded[Any]]]:
    """The decided events, numbered in their streams and sealed there, as they will be recorded but for position and
    time; raises `versions` to what they will be."""
    new = []
    for item in decision:
        target, event, flags = placed(stream, item)
        own = {*type(event).model_fields, "occurred_at"} if provenance.made_up else ()
        versions[target.id] += 1
        recorded = Recorded(
            event=sealed(event, target.id, versions[target.id], seal),
            stream=target.id,
            version=versions[target.id],
            position=0,
            occurred_at=setting.occurred_at,
            recorded_at=setting.now,
            context=setting.context,
            origin=provenance.origin,
            entered_at=provenance.entered_at,
            made_up=tuple(name for name in provenance.made_up if name in own),
            flags=flags,
        )
        new.append((target, recorded))
    return new


def to_store(recorded: Recorded[Any]) -> NewEvent:
    """What the append takes of it."""
    kind = type(recorded.event)
    return NewEvent(recorded.stream, recorded.version, type_name(kind), to_state(recorded.event, recorded))


def _fold(stream: Stream[S], state: S, history: Sequence[Recorded[Any]]) -> S:
    for recorded in history:
        state = stream.kind.evolve(state, recorded)
    return state


def _of_kind(
    stream: Stream[Any], known: Sequence[Recorded[AnyEvent]], as_known: int | None
) -> list[Recorded[AnyEvent]]:
    """What is known of a stream up to a position; nothing where it is of another kind."""
    if known and STREAM_KINDS[type(known[0].event).__name__] != stream.kind.name:
        return []
    return [recorded for recorded in known if as_known is None or recorded.position <= as_known]


_HISTORIES = """
SELECT originator_id, originator_version, notification_id, topic, state, recorded_at
FROM ledger.events WHERE ledger = %s AND originator_id = ANY (%s::uuid[]) ORDER BY notification_id
"""

_NOTED = """
SELECT 1 FROM ledger.attempts WHERE ledger = %s AND stream = %s AND rule = %s AND body_digest = %s LIMIT 1
"""

_BETWEEN = """
SELECT originator_id, originator_version, notification_id, topic, state, recorded_at
FROM ledger.events
WHERE ledger = %s AND notification_id > %s AND notification_id <= %s AND split_part(topic, '/', 1) = ANY (%s::text[])
ORDER BY notification_id
"""

_RECEIPT = """
SELECT stream, body_digest, first_position, last_position, version, recorded_at
FROM ledger.receipts WHERE ledger = %s AND command_id = %s
"""
