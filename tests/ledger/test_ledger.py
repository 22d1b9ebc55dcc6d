"""The door to history: load, decide, append, and what the caller learns."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from domain import commands as c
from domain.codes import Ending, Origin
from domain.events import ReplyIssued
from domain.record import Context
from domain.rules import Refused
from domain.streams import created_by, directory_stream, ledger_notes, proposal_stream, session_stream
from domain.values import day_of
from ledger.ledger import KeyReused, Ledger, Provenance, VersionStale, one_ledger
from ledger.mapper import EventTooLarge
from tests.cases import MEMBERS, SESSION, UNITS, Office
from tests.conftest import SECRET, Database


@pytest.fixture
async def office(ledger: Ledger) -> Office:
    return await Office(ledger).set_up()


async def test_a_command_is_answered_with_position_and_version(office: Office) -> None:
    before = await office.ledger.position()
    key = uuid4()
    receipt = await office.do(office.submission(), command_id=key)
    assert (receipt.version, receipt.position, receipt.first_position) == (1, before + 1, before + 1)
    assert not receipt.repeated


async def test_the_same_key_and_body_get_the_original_answer(office: Office) -> None:
    await office.assigned()
    key, contact = uuid4(), office.contact()
    first = await office.do(contact, command_id=key)
    await office.do(office.draft())
    again = await office.do(contact, command_id=key)
    assert again.repeated
    assert (again.position, again.version, again.recorded_at) == (first.position, first.version, first.recorded_at)
    assert len(await office.ledger.history(office.stream)) == 6


async def test_the_same_key_with_another_body_is_refused_and_writes_nothing(office: Office) -> None:
    await office.assigned()
    key = uuid4()
    await office.do(office.contact(content="甲"), command_id=key)
    before = await office.ledger.position()
    with pytest.raises(KeyReused):
        await office.do(office.contact(content="乙"), command_id=key)
    assert await office.ledger.position() == before


async def test_a_repeated_creation_finds_itself(office: Office) -> None:
    key = uuid4()
    await office.submitted(key)
    first = office.case
    await office.submitted(key)
    assert office.case == first
    assert len(await office.ledger.history(proposal_stream(first))) == 1


async def test_already_so_gets_a_receipt_and_adds_nothing(office: Office) -> None:
    await office.assigned()
    await office.do(c.AcknowledgeAssignment(unit=UNITS[0]))
    before, key = await office.ledger.position(), uuid4()
    receipt = await office.do(c.AcknowledgeAssignment(unit=UNITS[0]), command_id=key)
    assert receipt.first_position is None
    assert receipt.position == before == await office.ledger.position()
    assert (await office.do(c.AcknowledgeAssignment(unit=UNITS[0]), command_id=key)).repeated


async def test_a_refusal_leaves_no_event_and_no_receipt_but_an_attempt_at_a_gate(
    office: Office, admin: psycopg.Connection
) -> None:
    await office.assigned()
    before, key = await office.ledger.position(), uuid4()
    with pytest.raises(Refused) as refused:
        await office.do(c.DraftReply(unit=UNITS[1], text="越权", result_class="A"), command_id=key)
    assert refused.value.rule.id == "only-assigned-unit-replies"
    assert await office.ledger.position() == before
    assert not await office.ledger.knows(key)
    attempts = admin.execute(
        "SELECT command, on_behalf_of, rule FROM ledger.attempts WHERE ledger = %s", (office.ledger.name,)
    ).fetchall()
    assert attempts == [("DraftReply", "gov-office", "only-assigned-unit-replies")]


async def test_a_stale_version_is_refused_with_the_present_one(office: Office) -> None:
    await office.assigned()
    with pytest.raises(VersionStale) as stale:
        await office.do(office.contact(), expected_version=3)
    assert stale.value.current == 4
    assert (await office.do(office.contact(), expected_version=4)).version == 5


async def test_one_command_writes_to_several_streams_in_one_append(office: Office) -> None:
    await office.submitted()
    receipt = await office.do(c.RegisterProposal())
    assert receipt.first_position is not None
    assert receipt.position - receipt.first_position == 1
    session = await office.ledger.history(session_stream(office.ledger.name, SESSION))
    assert session[-1].position == receipt.position


async def test_cases_registered_at_once_get_numbers_without_gap_or_double(office: Office) -> None:
    cases = [await Office(office.ledger).submitted() for _ in range(24)]
    await asyncio.gather(*(case.do(c.RegisterProposal()) for case in cases))
    histories = [await office.ledger.history(case.stream) for case in cases]
    assert sorted(history[1].event.case_no for history in histories) == list(range(1, 25))


async def test_commands_that_clash_are_decided_again(office: Office, database: Database) -> None:
    await office.assigned()
    start = datetime.now(UTC)
    contacts = [office.contact(content=f"第 {n} 次", at=start + timedelta(milliseconds=n)) for n in range(2)]
    async with one_ledger(office.ledger.name, database.app, secret=SECRET) as other:
        await asyncio.gather(office.do(contacts[0]), Office(other, office.case).do(contacts[1]))
    history = await office.ledger.history(office.stream)
    assert [recorded.version for recorded in history] == list(range(1, 7))
    assert {recorded.event.content for recorded in history[4:]} == {"第 0 次", "第 1 次"}


async def test_the_envelope_says_who_for_whom_and_on_what_knowledge(office: Office) -> None:
    await office.assigned()
    known = await office.ledger.position()
    await office.do(office.contact(), by="zhifaju-officer")
    recorded = (await office.ledger.history(office.stream))[-1]
    assert recorded.context.actor == "admin"
    assert recorded.context.person == "zhifaju-officer"
    assert recorded.context.reference_position == known
    assert recorded.origin is Origin.NATIVE


async def test_only_facts_from_elsewhere_carry_their_own_time_of_entry(office: Office) -> None:
    await office.assigned()
    entered = datetime.now(UTC)
    with pytest.raises(ValueError, match="NATIVE"):
        Provenance(entered_at=entered)
    provenance = Provenance(Origin.IMPORTED, entered_at=entered, made_up=("content",))
    await office.do(office.contact(at=entered), provenance=provenance)
    recorded = (await office.ledger.history(office.stream))[-1]
    assert recorded.entry_time == entered
    assert (recorded.entry_clock, recorded.made_up) == ("entered_at", ("content",))


async def test_an_event_that_does_not_fit_names_its_largest_field(office: Office) -> None:
    await office.assigned()
    before = await office.ledger.position()
    plan = c.FileHandlingPlan(
        unit=UNITS[0], goal="目标", measures=("措" * 2_000,) * 20, responsible_leader="zhifaju-leader",
        desk_officer="zhifaju-leader",
    )  # fmt: skip
    with pytest.raises(EventTooLarge) as large:
        await office.do(plan)
    assert large.value.field == "measures"
    assert await office.ledger.position() == before


async def test_time_travel_reads_a_state_as_known_and_as_of(office: Office) -> None:
    await office.submitted()
    met = datetime.now(UTC)
    await office.handed_over()
    known = await office.ledger.position()
    await office.do(office.contact(at=met))
    stream = proposal_stream(office.case)
    assert len(await office.ledger.history(stream, as_known=known)) == 4
    then = await office.ledger.as_of(stream, met)
    assert [contact.mark.at for contact in then.communication.contacts] == [met]
    assert then.case_no is None


async def test_several_histories_are_those_of_each(office: Office) -> None:
    streams = [(await office.assigned()).stream, (await office.submitted()).stream, directory_stream("elsewhere")]
    known = await office.ledger.position()
    await office.do(c.RegisterProposal())
    for as_known in (None, known, 0):
        each = [await office.ledger.history(stream, as_known) for stream in streams]
        assert await office.ledger.histories(streams, as_known) == each


async def test_events_of_some_types_are_read_between_two_positions(office: Office) -> None:
    await office.assigned()
    last = (await office.ledger.history(office.stream))[-1].position
    wanted = ["UnitAssigned", "ProposalRegistered", "CaseTransferredToGovernment"]
    read = await office.ledger.between(last - 2, last, wanted)
    assert [type(recorded.event).__name__ for recorded in read] == ["CaseTransferredToGovernment", "UnitAssigned"]
    assert await office.ledger.between(last, last, wanted) == []


async def test_a_clock_behind_the_head_is_noted_once_and_time_never_runs_backwards(
    office: Office, admin: psycopg.Connection
) -> None:
    name = office.ledger.name
    admin.execute(
        "UPDATE ledger.ledger_head SET recorded_at = clock_timestamp() + interval '1 minute' WHERE ledger = %s", (name,)
    )
    for number in range(3):
        await office.ledger.handle(
            directory_stream(name), c.ListMember(member=f"late-{number}", name="陈喆"), Context(actor="admin")
        )
    async with asyncio.timeout(5):
        while not await office.ledger.history(ledger_notes(name)):  # noqa: ASYNC110  # noted by another task
            await asyncio.sleep(0.02)
    notes = await office.ledger.history(ledger_notes(name))
    assert [type(note.event).__name__ for note in notes] == ["ClockStepped"]
    assert 50_000 < notes[0].event.behind_ms <= 60_000
    times = [row[0] for row in admin.execute(
        "SELECT recorded_at FROM ledger.events WHERE ledger = %s ORDER BY notification_id", (name,)
    )]  # fmt: skip
    assert times == sorted(times)


async def test_names_are_kept_byte_for_byte(office: Office) -> None:
    name = "喆镕䶮\uf9dc𠮷"
    stream = directory_stream(office.ledger.name)
    await office.ledger.handle(stream, c.ListMember(member="rare", name=name), Context(actor="admin"))
    assert (await office.ledger.directory()).members["rare"].name == name


async def test_a_ledger_sees_only_its_own_history(office: Office, database: Database) -> None:
    await office.submitted()
    async with one_ledger(f"{office.ledger.name}-b", database.app, secret=SECRET) as other:
        assert await other.position() == 0
        assert await other.history(office.stream) == []
        with pytest.raises(Refused, match="known-session"):
            await Office(other, office.case).do(office.submission())


async def test_only_proposers_are_contacted(office: Office) -> None:
    await office.assigned()
    stranger = office.contact().model_copy(update={"members": ("stranger",)})
    with pytest.raises(Refused) as refused:
        await office.do(stranger)
    assert refused.value.rule.id == "contact-is-with-proposers"
    assert MEMBERS[0] in (await office.ledger.load(proposal_stream(office.case)))[0].proposers


async def test_the_same_key_sent_twenty_times_at_once_is_one_command(office: Office) -> None:
    for _ in range(5):
        key = uuid4()
        stream = proposal_stream(created_by(office.ledger.name, key))
        answers = await asyncio.gather(
            *(
                office.ledger.handle(stream, office.submission(), Context(actor="admin"), command_id=key)
                for _ in range(20)
            )
        )
        assert len({(answer.position, answer.version) for answer in answers}) == 1
        assert [answer.repeated for answer in answers].count(False) == 1
        assert len(await office.ledger.history(stream)) == 1


async def test_a_repeat_is_not_refused_for_what_it_did_itself(office: Office) -> None:
    """The rule says no to a second submission; its receipt says that it is the first."""
    key = uuid4()
    await office.submitted(key)
    again = await office.do(office.submission(), MEMBERS[0], command_id=key)
    assert again.repeated
    with pytest.raises(Refused):
        await office.do(office.submission(), MEMBERS[0])


async def test_thirty_commands_at_once_on_one_case_are_all_answered(office: Office) -> None:
    await office.assigned()
    start = datetime.now(UTC)
    contacts = [office.contact(content=f"第 {n} 次", at=start + timedelta(milliseconds=n)) for n in range(30)]
    await asyncio.gather(*(office.do(contact) for contact in contacts))
    history = await office.ledger.history(office.stream)
    assert [recorded.version for recorded in history] == list(range(1, 35))


async def test_an_id_of_another_kind_of_stream_is_no_proposal(office: Office) -> None:
    for other in (directory_stream(office.ledger.name), session_stream(office.ledger.name, SESSION)):
        stray = proposal_stream(other.id)
        assert await office.ledger.history(stray) == []
        with pytest.raises(Refused, match="proposal-exists"):
            await office.ledger.handle(stray, c.TransferCase(occasion="专题联席会议"), Context(actor="admin"))


async def test_a_command_that_overtakes_the_one_before_it_is_decided_on_what_there_is(office: Office) -> None:
    """Submitted and registered at once: which numbers a registration takes is known only once it is submitted."""
    for _ in range(10):
        key = uuid4()
        office.case = created_by(office.ledger.name, key)
        submitted, registered = await asyncio.gather(
            office.do(office.submission(), MEMBERS[0], command_id=key),
            office.do(c.RegisterProposal()),
            return_exceptions=True,
        )
        assert not isinstance(submitted, BaseException)
        if isinstance(registered, BaseException):
            assert isinstance(registered, Refused)
            assert registered.rule.id == "proposal-exists"


async def test_a_reply_issued_as_the_year_turns_takes_a_number_of_one_year(
    database: Database, ledger_name: str
) -> None:
    at, step = datetime(2025, 12, 31, 15, 0, tzinfo=UTC), timedelta(seconds=1)

    def now() -> datetime:
        nonlocal at
        at += step
        return at

    async with one_ledger(ledger_name, database.app, secret=SECRET, now=now) as ledger:
        office = await (await Office(ledger).set_up()).assigned()
        await office.do(office.contact(at=at))
        for command, by in (
            (office.draft(), f"{UNITS[0]}-officer"),
            (c.ReviewReply(unit=UNITS[0], draft=1), "gov-reviewer"),
            (c.SignReply(unit=UNITS[0], draft=1, signer=f"{UNITS[0]}-leader"), f"{UNITS[0]}-leader"),
        ):
            await office.do(command, by)
        at, step = datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), timedelta(milliseconds=800)
        await office.do(c.IssueReply(unit=UNITS[0], draft=1))
        [issued] = [r for r in await ledger.history(office.stream) if isinstance(r.event, ReplyIssued)]
        assert issued.event.letter.year == day_of(issued.occurred_at).year == 2026


async def test_two_services_that_take_case_numbers_at_once_do_not_blame_the_reader(
    office: Office, database: Database
) -> None:
    async with one_ledger(office.ledger.name, database.app, secret=SECRET) as other:
        cases = []
        for _ in range(40):
            cases.append((await office.submitted()).stream)
        registered = await asyncio.gather(
            *(
                (office.ledger, other)[n % 2].handle(
                    case, c.RegisterProposal(), Context(actor="admin"), expected_version=1
                )
                for n, case in enumerate(cases)
            ),
            return_exceptions=True,
        )
        assert not [answer for answer in registered if isinstance(answer, VersionStale)]


async def test_two_proposals_are_merged_in_one_append(office: Office) -> None:
    absorbed = (await office.submitted()).case
    survivor = (await office.submitted()).case
    before = await office.ledger.position()
    receipt = await office.do(c.MergeProposals(absorbed=(absorbed,), reason="内容相近"))
    assert (receipt.first_position, receipt.position) == (before + 1, before + 2)
    other, _ = await office.ledger.load(proposal_stream(absorbed))
    assert (other.ended, other.absorbed_into) == (Ending.MERGED, survivor)


async def test_an_id_of_another_kind_of_stream_is_no_case_to_merge_or_to_handle_jointly(office: Office) -> None:
    """And what is kept of that stream stays what it is."""
    await office.assigned()
    for stray in (directory_stream(office.ledger.name).id, session_stream(office.ledger.name, SESSION).id, uuid4()):
        for command, rule in (
            (c.HandleJointly(unit=UNITS[0], cases=(stray,), reason="同一主题"), "joint-cases-of-one-unit"),
            (c.MergeProposals(absorbed=(stray,), reason="内容相近"), "merged-before-assignment"),
        ):
            with pytest.raises(Refused, match=rule):
                await office.do(command)
    await office.replied()
    assert UNITS[0] in (await office.ledger.directory()).units
