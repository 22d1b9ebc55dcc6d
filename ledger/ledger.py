"""The only door to history: load, decide, append.

`handle` is the way of every command. It loads the addressed stream, gathers the setting, lets the command decide,
and appends what was decided with a receipt, in one round trip, or adds nothing to history.
"""

import asyncio
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakValueDictionary

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

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
    PROPOSAL,
    SESSION,
    S,
    Stream,
    calendar_stream,
    directory_stream,
    ledger_notes,
    session_stream,
)
from domain.values import Moment, comes_before
from ledger.committer import CLOCK_TOLERANCE_MS, Committer, NewEvent, Request, Written, is_passing
from ledger.keys import Keys, KeysUnusable
from ledger.mapper import Envelope, canonical, from_stored, to_state, type_name
from ledger.patience import within

TRIES = 3
PATIENCE = 10.0
"""Seconds a question may take before the database counts as down."""

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


class Ledger:
    """One jurisdiction's history. `open()` before use, `close()` after.

    `secret` keys the digest by which a reused idempotency key is told from a repeated one. `keys` seal and open
    personal details; a process that handles none needs none.
    """

    def __init__(
        self,
        name: str,
        dsn: str,
        *,
        secret: bytes,
        keys: Keys | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._secret = secret
        self._kept_keys = keys
        self._now = now
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            dsn, min_size=1, max_size=8, open=False, kwargs={"autocommit": True}
        )
        self._committer = Committer(dsn, name, self._clock_stood)
        self._reference: dict[UUID, tuple[Any, int]] = {}
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._clock_stepped = False
        self._noting: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Raises `psycopg_pool.PoolTimeout` where the database does not answer."""
        await self._pool.open(wait=True, timeout=30)
        async with self._pool.connection() as connection:
            await connection.execute("SELECT ledger.open_ledger(%s)", (self.name,))
        self._committer.start()

    async def close(self) -> None:
        await self._committer.close()
        await self._pool.close()

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
        original = await self._receipt(command_id, digest)
        if original is not None:
            return original
        try:
            return await self._decide(
                stream, command, context, expected_version, command_id or uuid4(), digest, provenance
            )
        except (Refused, VersionStale) as refused:
            # a repeat that overtook its original is not refused for what the original did
            original = await self._receipt(command_id, digest)
            if original is not None:
                return original
            if isinstance(refused, Refused) and refused.rule.gate:
                await self.note_attempt(stream, command, context, refused, provenance)
            raise

    async def _decide(
        self,
        stream: Stream[Any],
        command: Command,
        context: Context,
        expected_version: int | None,
        command_id: UUID,
        digest: bytes,
        provenance: Provenance,
    ) -> Receipt:
        """Try, and decide again on what somebody faster has written meanwhile."""
        for _ in range(TRIES):
            answer = await self._try(stream, command, context, expected_version, command_id, digest, provenance)
            if answer is not None:
                return answer
            if expected_version is not None and (current := (await self.load(stream))[1]) != expected_version:
                raise VersionStale(current)
        raise VersionClash("同一案件、案号或文号正被多人同时使用，请重试")

    async def _try(
        self,
        stream: Stream[Any],
        command: Command,
        context: Context,
        expected_version: int | None,
        command_id: UUID,
        digest: bytes,
        provenance: Provenance,
    ) -> Receipt | None:
        """One round of load, decide, append; None where somebody else was faster.

        Commands of this process that write to a stream take turns, so that they clash only with other processes.
        Which other streams a command writes to may itself depend on the state, so it is asked again in turn.
        """
        beside = await self._beside(stream, command, context, provenance)
        while True:
            async with AsyncExitStack() as turns:
                for taken in sorted({stream.id, *(other.id for other in beside)}):
                    await turns.enter_async_context(self._turns.setdefault(taken, asyncio.Lock()))
                state, version = await self.load(stream)
                if expected_version is not None and expected_version != version:
                    raise VersionStale(version)
                setting = await self._setting(command, state, context, provenance)
                wanted = command.beside(state, setting)
                if {other.id for other in wanted} - {other.id for other in beside}:
                    beside = wanted
                    continue
                exact = await self._exact(beside)
                texts = self._texts(command.compared(state))
                setting = setting.besides({other: seen for other, (seen, _) in exact.items()}, texts)
                decision = decided(command, state, setting)
                versions = {stream.id: version, **{other: seen for other, (_, seen) in exact.items()}}
                events = new_events(stream, decision, versions, setting, provenance, self._seal)
                request = Request(command_id, stream.id, digest, versions[stream.id], events)
                return self._answer(command_id, stream.id, await self._committer.append(request))

    async def _beside(
        self, stream: Stream[Any], command: Command, context: Context, provenance: Provenance
    ) -> Sequence[Stream[Any]]:
        """The other streams a command writes to. Most write to none, and need no look at the state to know it."""
        if type(command).beside is Command.beside:
            return ()
        state, _ = await self.load(stream)
        return command.beside(state, await self._setting(command, state, context, provenance))

    async def _exact(self, streams: Sequence[Stream[Any]]) -> dict[UUID, tuple[Any, int]]:
        """States and versions of streams that the caller holds the turns of. Cases are named by whoever asks, so they
        are read and not kept; what is kept comes last, exact until the caller next waits for something."""
        exact = {stream.id: await self.load(stream) for stream in streams if stream.kind is PROPOSAL}
        kept = [stream for stream in streams if stream.kind is not PROPOSAL]
        if kept:
            await self._refresh(kept)
        return exact | {stream.id: self._reference[stream.id] for stream in kept}

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
        known, _ = await self._read({stream.id: 0})
        return _of_kind(stream, known, as_known)

    async def histories(
        self, streams: Sequence[Stream[Any]], as_known: int | None = None
    ) -> list[list[Recorded[AnyEvent]]]:
        """The histories of several streams, in one question."""
        read, _ = await self._read({stream.id: 0 for stream in streams})
        known: dict[UUID, list[Recorded[AnyEvent]]] = defaultdict(list)
        for recorded in read:
            known[recorded.stream].append(recorded)
        return [_of_kind(stream, known[stream.id], as_known) for stream in streams]

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
        """The present state of a directory, calendar or session. It is kept, so that asking costs only what is new:
        not for cases, of which there are too many to keep."""
        await self._refresh([stream])
        known: S = self._reference[stream.id][0]
        return known

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
        """Rows of a question by this ledger's application role. A connection that broke while it lay in the pool
        costs one more try: cheaper than asking every connection before its use whether it still lives."""
        try:
            return await self._ask(sql, parameters)
        except psycopg.Error as error:
            if not is_passing(error):
                raise
            await self._pool.check()
            return await self._ask(sql, parameters)

    async def _ask(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
        return await within(PATIENCE, self._rows(sql, parameters))

    async def _rows(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(sql.encode(), parameters, prepare=True, binary=True)
            return await cursor.fetchall()

    async def _setting(self, command: Command, state: Any, context: Context, provenance: Provenance) -> Setting:
        """Directory, calendar and session, brought up to date, and the position they were read at."""
        directory, calendar = directory_stream(self.name), calendar_stream(self.name)
        key = command.session_key(state)
        streams: list[Stream[Any]] = [directory, calendar]
        if key is not None:
            streams.append(session_stream(self.name, key))
        position = await self._refresh(streams)
        return setting_of(
            command,
            context.model_copy(update={"reference_position": position}),
            ledger=self.name,
            now=provenance.entered_at or self._now(),
            directory=self._reference[directory.id][0],
            session=self._reference[streams[-1].id][0] if key is not None else SESSION.empty,
            calendar=self._reference[calendar.id][0],
            origin=provenance.origin,
        )

    async def _refresh(self, streams: Sequence[Stream[Any]]) -> int:
        """Fold what is new on these streams into the states kept of them. Answers the position they were read at;
        what is kept is exact at that position until the caller next waits for something."""
        kept = {stream.id: self._reference.get(stream.id, (stream.kind.empty, 0)) for stream in streams}
        new, position = await self._read({stream: version for stream, (_, version) in kept.items()})
        for stream in streams:
            state, version = kept[stream.id]
            own = [recorded for recorded in new if recorded.stream == stream.id]
            self._reference[stream.id] = (_fold(stream, state, own), own[-1].version if own else version)
        return position

    async def _read(self, after: Mapping[UUID, int]) -> tuple[list[Recorded[AnyEvent]], int]:
        """Events of streams after the versions given, in order, and the ledger's position at that moment."""
        rows = await self.query(_READ, (list(after), list(after.values()), self.name))
        return [from_stored(*row[1:]) for row in rows if row[1] is not None], rows[0][0] if rows else 0

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
        body = command.model_dump(mode="json", exclude_none=True, exclude=set(personal_fields(type(command))))
        for field, subject, text in details(command):  # a digest of theirs must die with their key
            body[field] = self._keys.digest(self.name, subject, text)
        request = canonical([type(command).__name__, str(stream.id), provenance.origin.value, body])
        return hmac.new(self._secret, request, hashlib.sha256).digest()

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
            written = await self._committer.append(Request(uuid4(), stream.id, b"", version + 1, [new]))
            if written.outcome == "appended":
                return


def new_events(
    stream: Stream[Any],
    decision: Decision,
    versions: dict[UUID, int],
    setting: Setting,
    provenance: Provenance,
    seal: Callable[[Place, str, str], Sealed],
) -> list[NewEvent]:
    """Number the decided events in their streams and seal them there; raises `versions` to what they will be."""
    new = []
    for item in decision:
        target, event, flags = placed(stream, item)
        own = {*type(event).model_fields, "occurred_at"}
        made_up = tuple(name for name in provenance.made_up if name in own)
        envelope = Envelope(
            setting.context, setting.occurred_at, provenance.origin, provenance.entered_at, made_up, flags
        )
        versions[target.id] += 1
        kept = sealed(event, target.id, versions[target.id], seal)
        new.append(NewEvent(target.id, versions[target.id], type_name(type(event)), to_state(kept, envelope)))
    return new


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


_READ = """
SELECT head.position, e.originator_id, e.originator_version, e.notification_id, e.topic, e.state, e.recorded_at
FROM ledger.ledger_head head LEFT JOIN LATERAL (
    SELECT events.* FROM unnest(%s::uuid[], %s::bigint[]) AS wanted (stream, after)
    JOIN ledger.events ON events.ledger = head.ledger AND events.originator_id = wanted.stream
        AND events.originator_version > wanted.after
) e ON true
WHERE head.ledger = %s ORDER BY e.notification_id
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
