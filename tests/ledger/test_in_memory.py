"""What is decided in memory is what the ledger would have appended."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain import commands as c
from domain.codes import Origin, Rank
from domain.record import Context
from domain.rules import KNOWN_UNIT, Refused
from domain.streams import Stream, directory_stream, proposal_stream, session_stream
from ledger.in_memory import InMemory
from ledger.ledger import KeyReused, Ledger, Provenance
from tests.cases import MEMBERS, SESSION, UNITS, rulebook

BEGIN = datetime(2024, 3, 1, 1, tzinfo=UTC)
CASE = UUID(int=28)
CLERK = Context(actor="system:simulate", on_behalf_of="official:office")


def year(name: str) -> list[tuple[Stream[Any], c.Command]]:
    """From the opening of a session to a reply: one stream beside another, and a late entry with its reason."""
    session, directory, case = session_stream(name, SESSION), directory_stream(name), proposal_stream(CASE)
    leader = c.AppointOfficial(
        official="leader", name="王䶮", title="副局长", rank="UNIT_PORTFOLIO_LEADER", unit=UNITS[0]
    )
    return [
        (session, c.OpenSession(session=SESSION, cppcc="镕川市政协", term=15, meeting=3)),
        (session, c.AdoptRulebook(rulebook=rulebook())),
        (directory, c.ListUnit(unit=UNITS[0], name="市执法局")),
        (directory, leader),
        (directory, leader.model_copy(update={"official": "officer", "rank": Rank.OFFICER})),
        (directory, c.ListMember(member=MEMBERS[0], name="刘喆")),
        (case, c.SubmitProposal(session=SESSION, title="关于䶮河", timing="IN_SESSION", lead_proposer=MEMBERS[0])),
        (case, c.RegisterProposal()),
        (session, c.RecordHandoverMeeting(occurred_at=BEGIN + timedelta(minutes=7), occasion="交办会", cases=(CASE,))),
        (case, c.AssignUnits(assignments=(c.Assignment(unit=UNITS[0], mode="SOLE"),), basis="职责")),
        (case, c.RecordMemberContact(
            occurred_at=BEGIN + timedelta(minutes=9), late_entry_reason="补录", unit=UNITS[0], stage="BEFORE_REPLY",
            mode="VISIT", unit_people=({"name": "李镕"},), members=(MEMBERS[0],), content="听取意见",
            member_position="AGREE",
        )),
        (case, c.DraftReply(unit=UNITS[0], text="答复", result_class="A", on_behalf_of="official:officer")),
        (case, c.ReviewReply(unit=UNITS[0], draft=1)),
        (case, c.SignReply(unit=UNITS[0], draft=1, signer="leader")),
        (case, c.IssueReply(unit=UNITS[0], draft=1)),
    ]  # fmt: skip


def at(minute: int) -> Provenance:
    return Provenance(Origin.SIMULATED, entered_at=BEGIN + timedelta(minutes=minute))


def decided(name: str) -> InMemory:
    states = InMemory(name)
    for minute, (stream, command) in enumerate(year(name)):
        assert states.decide(stream, command, CLERK, at(minute))
    return states


async def stored(ledger: Ledger) -> list[tuple[Any, ...]]:
    rows = await ledger.query(
        "SELECT originator_id, originator_version, topic, state FROM ledger.events WHERE ledger = %s"
        " ORDER BY notification_id",
        (ledger.name,),
    )
    return [tuple(row) for row in rows]


async def test_it_decides_byte_for_byte_what_the_ledger_would_append(ledger: Ledger) -> None:
    for minute, (stream, command) in enumerate(year(ledger.name)):
        await ledger.handle(stream, command, CLERK, provenance=at(minute))
    states = decided(ledger.name)
    events = [(new.stream, new.version, new.topic, new.state) for new in states.take()]
    assert events == await stored(ledger)
    case, _ = await ledger.load(proposal_stream(CASE))
    assert states.state(proposal_stream(CASE)).tasks == case.tasks
    assert states.waiting() == 0


async def test_a_batch_is_appended_whole_and_once(ledger: Ledger) -> None:
    events, batch = decided(ledger.name).take(), uuid4()
    first = await ledger.append(batch, events)
    assert first
    assert (first.first_position, first.position, first.repeated) == (1, len(events), False)
    again = await ledger.append(batch, events)
    assert again
    assert (again.first_position, again.repeated) == (1, True)
    with pytest.raises(KeyReused):
        await ledger.append(batch, events[:-1])
    assert await ledger.append(uuid4(), events) is None, "the streams have moved on"
    assert await ledger.position() == len(events)


def test_a_refusal_leaves_everything_as_it_was() -> None:
    states = decided("test")
    states.take()
    nowhere = c.AppointOfficial(official="x", name="x", title="x", rank="OFFICER", unit="nowhere")
    with pytest.raises(Refused) as refused:
        states.decide(directory_stream("test"), nowhere, CLERK, at(60))
    assert refused.value.rule is KNOWN_UNIT
    position = states.position
    assert states.waiting() == 0
    states.decide(directory_stream("test"), c.ListUnit(unit="x", name="x"), CLERK, at(61))
    assert (states.waiting(), states.position) == (1, position + 1)


def test_what_is_native_is_never_decided_in_memory() -> None:
    with pytest.raises(ValueError, match="NATIVE"):
        InMemory("test").decide(directory_stream("test"), c.ListUnit(unit="x", name="x"), CLERK, Provenance())


def test_personal_details_are_never_decided_in_memory() -> None:
    with_phone = c.ListMember(member=MEMBERS[0], name="刘喆", phone="000")
    with pytest.raises(ValueError, match="personal"):
        decided("test").decide(directory_stream("test"), with_phone, CLERK, at(60))
