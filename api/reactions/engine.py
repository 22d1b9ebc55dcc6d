"""From events and days to commands, each cause once.

The checkpoint moves when every command of a cause has been answered. Whatever dies before, the same causes give the
same commands with the same ids, and the ledger's receipts make each of them once.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import reduce
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from api.reactions import checkpoint
from domain.codes import Origin
from domain.commands import ProposalCommand
from domain.events import AnyEvent, CalendarAnnounced
from domain.policy.rulebook import Rulebook
from domain.policy.working_days import ONE_DAY, WorkingDays
from domain.proposal import Proposal
from domain.reactions import OnDay, OnEvent, Reaction, Today
from domain.reactions.base import actor, command_id, is_real, is_simulated
from domain.record import Context, Recorded
from domain.rules import Refused
from domain.session import Session
from domain.streams import PROPOSAL, calendar_stream, proposal_stream, session_stream
from domain.values import SHANGHAI, comes_before, day_of
from ledger.committer import LedgerBusy
from ledger.ledger import KeyReused, Ledger, Provenance, VersionClash
from ledger.mapper import EventTooLarge
from projections.supervision_board import queries

BATCH = 100
"""Positions, or cases, between two signs of life."""

PAUSES = (0.05, 0.2, 1.0)
"""Seconds to wait while others write to the same stream; after the last one the round ends and begins anew."""

LONGEST_WAIT = 10.0
HOUR = time(8, tzinfo=SHANGHAI)
"""When on its day a simulated command claims to have been entered: before anybody is at their desk."""

_BEING_SWITCHED = (psycopg.errors.UndefinedTable, psycopg.errors.FeatureNotSupported, psycopg.errors.InternalError_)
"""What a question meets while the board it asks is made or rebuilt."""

T = TypeVar("T")

log = structlog.get_logger()


class BoardBehind(Exception):
    """The supervision board has not yet come as far as the day must be judged at. Ask again later."""


class Reacting:
    """Runs reactions of one ledger over one connection (autocommit, the reactions' role)."""

    def __init__(
        self,
        ledger: Ledger,
        connection: AsyncConnection[Any],
        reactions: Sequence[Reaction],
        reached: checkpoint.Checkpoint,
    ) -> None:
        self._ledger = ledger
        self._connection = connection
        self._on_event = [reaction for reaction in reactions if isinstance(reaction, OnEvent)]
        self._on_day = [reaction for reaction in reactions if isinstance(reaction, OnDay)]
        self._reached = reached
        self._asked: UUID | None = None
        self._sessions: dict[str, Session] = {}

    @classmethod
    async def begin(cls, ledger: Ledger, connection: AsyncConnection[Any], reactions: Sequence[Reaction]) -> "Reacting":
        """From where the ledger's checkpoint stands."""
        return cls(ledger, connection, reactions, await checkpoint.begin(connection, ledger.name))

    async def follow(self, limit: int = BATCH) -> int:
        """Answer the events of at most `limit` positions; how many positions that were, 0 at the head.

        Raises `checkpoints.Fenced` where another process was there first, what a reaction raises, and what the ledger
        raises for other reasons than the command itself; the checkpoint is then as before.
        """
        after = self._reached.position
        until = min(await self._ledger.position(), after + limit)
        if until <= after:
            return 0
        names = {reaction.event.__name__ for reaction in self._on_event} | {CalendarAnnounced.__name__}
        for recorded in await self._ledger.between(after, until, names):
            if isinstance(recorded.event, CalendarAnnounced):
                await self._begin_day_anew(recorded)
            elif await self._answer_event(recorded):
                await self._move(position=recorded.position)
        if self._reached.position < until:
            await self._move(position=until)
        return until - after

    async def pass_days(self, today: date, limit: int = BATCH) -> int:
        """Answer at most `limit` cases of the first day not yet answered; how many days are left, 0 when today is done.

        A day is judged throughout at the position at which it began. Raises as `follow`, and `BoardBehind`.
        """
        day = self._reached.day + ONE_DAY
        if day > today:
            return 0
        if self._on_day:
            if self._reached.day_position is None:
                await self._move(day_position=await self._ledger.position())
            cases, working = await self._alive(self._reached.day_position or 0, self._asked, limit)
            for history in cases.values():
                if is_real(history):
                    await self._answer_day(history, day, working, Provenance())
            if len(cases) == limit:
                self._asked = max(cases)
                return (today - day).days + 1
        self._asked = None
        await self._move(day=day, day_position=None)
        return (today - day).days

    async def simulate(self, day: date, limit: int = BATCH) -> int:
        """Let a day pass for simulated cases; how many commands added something. Cases that have already lived
        through that morning are left alone. Raises as `pass_days`."""
        morning = datetime.combine(day, HOUR).astimezone(UTC)
        provenance = Provenance(Origin.SIMULATED, entered_at=morning)
        position = await self._ledger.position()
        asked, added, more = None, 0, bool(self._on_day)
        while more:
            cases, working = await self._alive(position, asked, limit)
            for history in cases.values():
                if is_simulated(history) and all(comes_before(r.occurred_at, morning) for r in history):
                    added += await self._answer_day(history, day, working, provenance)
            asked, more = max(cases, default=None), len(cases) == limit
        await checkpoint.pass_simulated(self._connection, self._ledger.name, day)
        return added

    async def holds_simulated(self) -> bool:
        """Whether simulated days pass for any case of this ledger, or did. Raises `BoardBehind`."""
        position = await self._ledger.position()
        return await self._told(position, queries.holds_simulated(self._ask, self._ledger.name))

    async def last_simulated(self) -> date | None:
        """The day of the last entry in the cases for which simulated days may pass; None where there are none."""
        entered_at = await queries.last_simulated_entry(self._ask, self._ledger.name)
        return day_of(entered_at) if entered_at else None

    async def _answer_event(self, recorded: Recorded[AnyEvent]) -> bool:
        """Give what follows of an event; whether anything was given. Facts that came through another door than the
        people's, from elsewhere or made up, cause nothing."""
        if recorded.origin is not Origin.NATIVE:
            return False
        case = _folded(await self._ledger.history(proposal_stream(recorded.stream), recorded.position))
        rulebook = await self._rulebook(case)
        if rulebook is None:
            return False
        asked = [reaction for reaction in self._on_event if isinstance(recorded.event, reaction.event)]
        following = [
            (reaction, number, command)
            for reaction in asked
            for number, command in enumerate(reaction.react(case, recorded, rulebook))
        ]
        for reaction, number, command in following:
            await _until(recorded.occurred_at)
            context = Context(actor=actor(reaction.name), causation=recorded.position)
            identity = command_id(reaction.name, recorded.stream, f"{recorded.position}/{number}")
            await self._give(recorded.stream, command, context, identity, Provenance())
        return bool(following)

    async def _begin_day_anew(self, recorded: Recorded[AnyEvent]) -> None:
        """A notice changes what is due: the day it came on is asked about once more, from its first case on. What that
        day has done already is done once."""
        answered = self._reached.day == day_of(recorded.recorded_at)
        day = self._reached.day - ONE_DAY if answered else self._reached.day
        self._asked = None
        await self._move(position=recorded.position, day=day, day_position=None)

    async def _answer_day(
        self, history: Sequence[Recorded[Any]], day: date, working: WorkingDays, provenance: Provenance
    ) -> int:
        """What has come due on one case by this day; how many commands added something."""
        case = _folded(history)
        session = await self._session(case)
        rulebook = session.rulebook(case.rulebook) if session else None
        if session is None or rulebook is None or case.stream is None:
            return 0
        today, added = Today(day, rulebook, working, session), 0
        for reaction in self._on_day:
            if case.closed is None or reaction.after_closing:
                for due in reaction.react(case, today):
                    identity = command_id(reaction.name, case.stream, f"{due.due_on}/{due.step}")
                    context = Context(actor=actor(reaction.name))
                    added += await self._give(case.stream, due.command, context, identity, provenance)
        return added

    async def _give(
        self, stream: UUID, command: ProposalCommand, context: Context, identity: UUID, provenance: Provenance
    ) -> bool:
        """Hand a command to the ledger; whether it added something. A no is an answer too: it is noted, and so is that
        the same cause has been answered before in other words."""
        for pause in (*PAUSES, None):
            try:
                receipt = await self._ledger.handle(
                    proposal_stream(stream), command, context, command_id=identity, provenance=provenance
                )
            except (Refused, KeyReused, EventTooLarge) as refused:
                reason = refused.rule.id if isinstance(refused, Refused) else refused.code
                named = {"command": type(command).__name__, "stream": str(stream), "causation": context.causation}
                log.warning("reaction_refused", actor=context.actor, reason=reason, **named)
                return False
            except (VersionClash, LedgerBusy):
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return receipt.first_position is not None and not receipt.repeated
        return False

    async def _alive(
        self, position: int, after: UUID | None, limit: int
    ) -> tuple[dict[UUID, list[Recorded[Any]]], WorkingDays]:
        """The next cases for which days pass, in the order of their ids, with their histories up to the position; and
        the working days."""
        closed = any(reaction.after_closing for reaction in self._on_day)
        asked = queries.alive(self._ask, self._ledger.name, closed=closed, after=after, limit=limit)
        cases = await self._told(position, asked)
        calendar = await self._ledger.kept(calendar_stream(self._ledger.name))
        self._sessions.clear()
        histories = await self._ledger.histories([proposal_stream(case) for case in cases], position)
        return dict(zip(cases, histories, strict=True)), calendar.days

    async def _told(self, position: int, asked: Awaitable[tuple[int | None, T]]) -> T:
        """What the supervision board tells, once it has come to the position."""
        try:
            reached, told = await asked
        except _BEING_SWITCHED as error:
            raise BoardBehind("the supervision board is being made") from error
        if reached is None or reached < position:
            raise BoardBehind(f"the supervision board has come to {reached}, not to {position}")
        return told

    async def _rulebook(self, case: Proposal) -> Rulebook | None:
        """The rulebook the case is judged by: without one, nothing follows of itself."""
        session = await self._session(case)
        return session.rulebook(case.rulebook) if session else None

    async def _session(self, case: Proposal) -> Session | None:
        """The session of the case. A rulebook that is pinned never changes, so a session is asked again only for what
        is not known of it, and before days are let pass, for when it closed."""
        if case.session is None:
            return None
        known = self._sessions.get(case.session)
        if known is None or not case.rulebook or known.rulebook(case.rulebook) is None:
            known = await self._ledger.kept(session_stream(self._ledger.name, case.session))
            self._sessions[case.session] = known
        return known

    async def _move(self, **change: Any) -> None:
        reached = replace(self._reached, **change)
        await checkpoint.move(self._connection, self._ledger.name, self._reached, reached)
        self._reached = reached

    async def _ask(self, sql: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(sql.encode(), values)
            return await cursor.fetchall()


def _folded(history: Sequence[Recorded[Any]]) -> Proposal:
    return reduce(PROPOSAL.evolve, history, PROPOSAL.empty)


async def _until(moment: datetime | date) -> None:
    """Wait until this machine's clock has passed the fact: it may have been stated on another machine, or by somebody
    whose watch is some seconds fast, and nothing may follow a fact before it occurred."""
    if isinstance(moment, datetime):
        ahead = (moment - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(0.0, min(ahead, LONGEST_WAIT)))
