"""How any command is decided, wherever the states it is decided on are kept."""

from datetime import datetime
from typing import Any

from domain import claims
from domain.calendar import Calendar
from domain.codes import Origin
from domain.commands.base import Command
from domain.directory import Directory
from domain.proposal import Proposal
from domain.record import Context
from domain.session import Session
from domain.setting import Decision, Setting


def setting_of(
    command: Command,
    context: Context,
    *,
    ledger: str,
    now: datetime,
    position: int,
    directory: Directory,
    session: Session,
    calendar: Calendar,
    origin: Origin = Origin.NATIVE,
) -> Setting:
    """What a command is decided in, but for the streams beside. `context` says who asks; for whom, and why so late,
    the command may say itself. `position` is where the reference was read."""
    told = {
        "reference_position": position,
        "late_entry_reason": command.late_entry_reason,
        "on_behalf_of": command.on_behalf_of or context.on_behalf_of,
    }
    return Setting(
        ledger=ledger,
        now=now,
        occurred_at=command.occurred_at or now,
        context=context.model_copy(update=told),
        directory=directory,
        session=session,
        calendar=calendar,
        beside={},
        origin=origin,
    )


def decided(command: Command, state: Any, setting: Setting) -> Decision:
    """What the command adds to history; its claimed times are checked before, its time of entry after. Raises
    `Refused`."""
    pinned = state.rulebook if isinstance(state, Proposal) else None
    claims.check(setting)
    claims.check_person(command.on_behalf_of, setting)
    decision = command.decide(state, setting)
    claims.check_entry(setting, decision, setting.session.rulebook(pinned))
    return decision
