"""Reactions on a real ledger: each cause once, whatever dies, however often, in whatever portions."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from api.reactions import checkpoint, process, simulation
from api.reactions.engine import BoardBehind, Reacting
from api.reactions.simulation import TickRefused, tick
from domain import commands as c
from domain.codes import Origin, Pressure, Rating
from domain.events import (
    EVENT_TYPES,
    AnyEvent,
    DeadlineRecomputed,
    DifficultyRaised,
    FeedbackFormIssued,
    ReminderIssued,
    ReplyIssued,
    SatisfactionRecorded,
    UnitAssigned,
)
from domain.policy.rulebook import CountedIn, DeadlineKind, LadderStep
from domain.policy.working_days import ONE_DAY, Holiday, Notice
from domain.reactions import REACTIONS, Due, OnDay, OnEvent, Reaction
from domain.record import Recorded
from domain.streams import calendar_stream, directory_stream, session_stream
from domain.values import SHANGHAI
from ledger.connections import Connections
from ledger.ledger import Ledger, Provenance
from projections import READ_MODELS, checkpoints, engine
from projections.engine import Engine
from tests.cases import UNITS, Office, rulebook
from tests.conftest import SECRET, Database
from tests.domain.given import LEDGER, MEETING, World
from tests.domain.walks import histories
from tests.projections.test_laws import write

BY_ITSELF = rulebook(feedback_form_automatic=True)
EARLY = datetime(2024, 3, 1, 1, tzinfo=UTC)

few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # a smaller world is no easier to read, and takes minutes to find
)


def struggle(unit: str, text: str) -> c.RaiseDifficulty:
    return c.RaiseDifficulty(unit=unit, text=text, asks="请督办")


SAY_SO = OnEvent(
    name="when_a_unit_is_assigned_then_say_so",
    event=UnitAssigned,
    react=lambda case, recorded, _: [struggle(recorded.event.unit, f"第 {case.version} 版")],
)
OVERSTEP = OnEvent(
    name="when_a_unit_is_assigned_then_a_stranger_drafts",
    event=UnitAssigned,
    react=lambda case, recorded, _: [c.DraftReply(unit=UNITS[2], text="越权", result_class="A")],
)
BREAK = OnEvent(name=SAY_SO.name, event=UnitAssigned, react=lambda *_: [1 // 0])
ASK = OnEvent(
    name="when_a_reply_is_issued_then_ask",
    event=ReplyIssued,
    react=lambda case, recorded, _: [c.IssueFeedbackForm(unit=recorded.event.unit)],
)
FOLLOW_UP = OnEvent(
    name="when_somebody_is_asked_then_say_two_things",
    event=FeedbackFormIssued,
    react=lambda case, recorded, _: [struggle(recorded.event.unit, text) for text in ("已征询", "请催办")],
)
AGAIN = OnEvent(
    name="when_a_member_is_dissatisfied_then_handle_again",
    event=SatisfactionRecorded,
    react=lambda case, recorded, _: [
        c.OrderRehandling(unit=recorded.event.unit, cause="委员不满意")
        for rating in (recorded.event.overall,)
        if rating is Rating.DISSATISFIED
    ],
)
EVERY_DAY = OnDay(
    name="when_a_day_begins_then_say_so",
    react=lambda case, today: [
        Due(today.day, task.unit, struggle(task.unit, f"{today.day}，第 {case.version} 版"))
        for task in case.active_tasks
    ],
)


EVERYTHING = (ASK, OVERSTEP, SAY_SO, FOLLOW_UP, AGAIN, EVERY_DAY)


class Died(Exception):
    """A process has gone."""


class Mortal(Ledger):
    """The door as a process sees it that dies at its n-th command: before it is given, or once it is done and nobody
    has noted that yet."""

    left: int | None = None
    done: bool = False
    deaths: int = 0

    async def handle(self, *what: Any, **how: Any) -> Any:
        if self.left is None:
            return await super().handle(*what, **how)
        self.left -= 1
        if self.left <= 0 and not self.done:
            raise Died
        answer = await super().handle(*what, **how)
        if self.left <= 0:
            raise Died
        return answer


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(database.reactions, autocommit=True) as connection:
        yield connection


@pytest.fixture
def daemon(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.daemon, autocommit=True) as connection:
        engine.prepare(connection, READ_MODELS)
        yield connection


@pytest.fixture
async def mortal(database: Database, ledger: Ledger) -> AsyncIterator[Mortal]:
    async with Connections(database.reactions) as connections:
        opened = Mortal(ledger.name, connections, secret=SECRET)
        await opened.open()
        yield opened
        await opened.close()


@pytest.fixture
async def office(ledger: Ledger) -> Office:
    return await Office(ledger).set_up(BY_ITSELF)


@pytest.fixture
def boards(daemon: psycopg.Connection[Any], ledger: Ledger) -> Any:
    """Bring the boards up to date."""
    return lambda: caught_up(daemon, ledger.name)


def caught_up(daemon: psycopg.Connection[Any], ledger: str) -> None:
    runner = Engine(daemon, ledger, READ_MODELS)
    while runner.advance():
        pass


async def follow(ledger: Ledger, connection: AsyncConnection[Any], *reactions: Reaction, limit: int = 100) -> Reacting:
    """A process that begins at the checkpoint and answers every event there is."""
    begun = await Reacting.begin(ledger, connection, reactions)
    while await begun.follow(limit):
        pass
    return begun


async def of_class(office: Office, kind: type[AnyEvent]) -> list[Recorded[Any]]:
    return [recorded for recorded in await office.ledger.history(office.stream) if isinstance(recorded.event, kind)]


async def tomorrow(ledger: Ledger, connection: AsyncConnection[Any]) -> date:
    """The first day that has not been answered."""
    return (await checkpoint.begin(connection, ledger.name)).day + ONE_DAY


def receipts(admin: psycopg.Connection, ledger: str) -> int:
    [(number,)] = admin.execute("SELECT count(*) FROM ledger.receipts WHERE ledger = %s", (ledger,)).fetchall()
    return int(number)


# events


async def test_what_follows_of_an_event_says_by_whom_and_of_what(
    office: Office, connection: AsyncConnection[Any]
) -> None:
    await (await office.assigned()).replied()
    await follow(office.ledger, connection, *REACTIONS)
    [form] = await of_class(office, FeedbackFormIssued)
    [reply] = await of_class(office, ReplyIssued)
    assert form.context.actor == "system:when_a_reply_is_issued_then_ask_for_feedback"
    assert (form.context.causation, form.origin) == (reply.position, Origin.NATIVE)


async def test_a_process_that_has_forgotten_everything_does_nothing_twice(
    office: Office, connection: AsyncConnection[Any], admin: psycopg.Connection
) -> None:
    await (await office.assigned()).replied()
    await follow(office.ledger, connection, *REACTIONS, SAY_SO)
    await settle(office)
    before = await office.ledger.position(), receipts(admin, office.ledger.name)
    admin.execute("UPDATE control.reactions SET position = 0 WHERE ledger = %s", (office.ledger.name,))
    await follow(office.ledger, connection, *REACTIONS, SAY_SO)
    assert (await office.ledger.position(), receipts(admin, office.ledger.name)) == before


@pytest.mark.parametrize("done", [False, True], ids=["before its command", "after its command"])
async def test_a_process_that_dies_leaves_everything_to_the_next(
    office: Office, mortal: Mortal, connection: AsyncConnection[Any], done: bool
) -> None:
    await office.assigned()
    mortal.left, mortal.done = 1, done
    with pytest.raises(Died):
        await follow(mortal, connection, SAY_SO)
    assert len(await of_class(office, DifficultyRaised)) == done
    if done:  # and somebody settles it, so that doing it again would show
        await settle(office)
    await follow(office.ledger, connection, SAY_SO)
    assert len(await of_class(office, DifficultyRaised)) == 1


async def settle(office: Office) -> None:
    listed = c.AppointOfficial(official="fu-ban", name="周喆", title="科长", rank="SECTION_HEAD")
    await office.ledger.handle(directory_stream(office.ledger.name), listed, office.context("admin"))
    await office.do(c.ResolveDifficulty(number=1, outcome="已协调", coordinated_by="fu-ban"))


async def test_a_refused_command_is_noted_once_and_holds_nothing_up(
    office: Office, connection: AsyncConnection[Any], admin: psycopg.Connection
) -> None:
    await office.assigned()
    begun = await follow(office.ledger, connection, OVERSTEP, SAY_SO)
    assert len(await of_class(office, DifficultyRaised)) == 1
    await office.do(office.contact())
    while await begun.follow():
        pass
    noted = "SELECT actor, rule FROM ledger.attempts WHERE ledger = %s"
    assert admin.execute(noted, (office.ledger.name,)).fetchall() == [
        (f"system:{OVERSTEP.name}", "only-assigned-unit-replies")
    ]
    assert (await checkpoint.begin(connection, office.ledger.name)).position == await office.ledger.position()


async def test_a_reaction_that_fails_stops_the_line_and_loses_nothing(
    office: Office, connection: AsyncConnection[Any]
) -> None:
    await office.assigned()
    with pytest.raises(ZeroDivisionError):
        await follow(office.ledger, connection, BREAK)
    assert await of_class(office, DifficultyRaised) == []
    await follow(office.ledger, connection, SAY_SO)
    assert len(await of_class(office, DifficultyRaised)) == 1


async def test_a_reaction_sees_the_case_as_its_cause_left_it(office: Office, connection: AsyncConnection[Any]) -> None:
    await office.assigned()
    [assigned] = await of_class(office, UnitAssigned)
    await office.do(office.contact())
    await follow(office.ledger, connection, SAY_SO)
    [raised] = await of_class(office, DifficultyRaised)
    assert raised.event.text == f"第 {assigned.version} 版"


async def test_facts_from_elsewhere_cause_nothing(office: Office, connection: AsyncConnection[Any]) -> None:
    await simulated(office)
    await follow(office.ledger, connection, SAY_SO)
    assert await of_class(office, DifficultyRaised) == []


# who runs


async def test_a_second_process_is_fenced_off(office: Office, connection: AsyncConnection[Any]) -> None:
    await office.assigned()
    first, second = [await Reacting.begin(office.ledger, connection, [SAY_SO]) for _ in range(2)]
    assert await first.follow()
    with pytest.raises(checkpoints.Fenced):
        await second.follow()
    assert len(await of_class(office, DifficultyRaised)) == 1


async def test_of_two_processes_one_stands_by_and_takes_over(office: Office, database: Database) -> None:
    async with running(database, office.ledger, SAY_SO) as first:
        await office.assigned()
        await until_raised(office)
        async with running(database, office.ledger, SAY_SO):
            await first()
            await office.assigned()
            await until_raised(office)
    assert len(await of_class(office, DifficultyRaised)) == 1


@asynccontextmanager
async def running(database: Database, ledger: Ledger, *reactions: Reaction) -> AsyncIterator[Any]:
    """The process itself, as a task; what it gives ends it."""
    stopped = asyncio.Event()
    task = asyncio.create_task(
        process.run(database.reactions, [ledger.name], secret=SECRET, reactions=reactions, stopped=stopped.is_set)
    )

    async def stop() -> None:
        stopped.set()
        await task

    yield stop
    await stop()


async def until_raised(office: Office) -> None:
    async with asyncio.timeout(20):
        while not await of_class(office, DifficultyRaised):  # noqa: ASYNC110  # another process is waited for
            await asyncio.sleep(0.05)


# days


async def test_every_day_is_asked_once_in_order_and_missed_ones_too(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    await office.assigned()
    boards()
    first = await tomorrow(office.ledger, connection)
    for today, expected in ((first - ONE_DAY, 0), (first + 2 * ONE_DAY, 3), (first + 2 * ONE_DAY, 3), (first, 3)):
        begun = await Reacting.begin(office.ledger, connection, [EVERY_DAY])
        while await begun.pass_days(today):
            boards()
        assert len(await of_class(office, DifficultyRaised)) == expected
    told = [raised.event.text.partition("，")[0] for raised in await of_class(office, DifficultyRaised)]
    assert told == [str(first + n * ONE_DAY) for n in range(3)]


async def test_a_notice_that_comes_in_the_course_of_a_day_moves_limits_the_same_day(
    ledger: Ledger, connection: AsyncConnection[Any], boards: Any
) -> None:
    [reply] = [rule for rule in rulebook().deadlines if rule.kind is DeadlineKind.REPLY]
    ten_days = reply.model_copy(update={"counted_in": CountedIn.WORKDAY, "value": 10})
    office = await (await Office(ledger).set_up(rulebook(deadlines=(ten_days,)))).assigned()
    boards()
    day = await tomorrow(ledger, connection)
    begun = await follow(ledger, connection, *REACTIONS)
    assert await begun.pass_days(day) == 0
    assert await of_class(office, DeadlineRecomputed) == [], "and the day is over"
    for year in (day.year, day.year + 1):
        await ledger.handle(calendar_stream(ledger.name), c.AnnounceCalendar(notice=notice_of(year)), office.context())
    boards()
    for _ in range(2):
        again = await follow(ledger, connection, *REACTIONS)
        assert await again.pass_days(day) == 0
        [moved] = await of_class(office, DeadlineRecomputed)
        assert moved.event.deadline.calendar.startswith(f"{day.year}@1")


def notice_of(year: int) -> Notice:
    """A notice as it might be."""
    on = {"元旦": (1, 1), "春节": (2, 10), "清明节": (4, 5), "劳动节": (5, 1), "端午节": (6, 10), "中秋节": (9, 20)}
    days = [Holiday(name=name, first=date(year, *day), last=date(year, *day)) for name, day in on.items()]
    days.append(Holiday(name="国庆节", first=date(year, 10, 1), last=date(year, 10, 7)))
    return Notice(year=year, version=1, title="测试", holidays=tuple(days))


async def test_a_day_is_asked_about_every_open_case_in_portions(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    cases = [replace(await office.assigned()) for _ in range(5)]
    boards()
    begun = await Reacting.begin(office.ledger, connection, [EVERY_DAY])
    day = await tomorrow(office.ledger, connection)
    rounds = 1
    while await begun.pass_days(day, 2):
        rounds += 1
    assert rounds == 3
    assert [len(await of_class(case, DifficultyRaised)) for case in cases] == [1] * 5


@pytest.mark.parametrize("done", [False, True], ids=["before a command", "after a command"])
async def test_a_day_that_dies_half_way_is_gone_through_again_and_everything_given_once(
    office: Office, mortal: Mortal, connection: AsyncConnection[Any], boards: Any, admin: psycopg.Connection, done: bool
) -> None:
    cases = [replace(await office.assigned()) for _ in range(3)]
    boards()
    day, before = await tomorrow(office.ledger, connection), receipts(admin, office.ledger.name)
    mortal.left, mortal.done = 2, done
    with pytest.raises(Died):
        await (await Reacting.begin(mortal, connection, [EVERY_DAY])).pass_days(day)
    assert await tomorrow(office.ledger, connection) == day, "it is not over"
    await (await Reacting.begin(office.ledger, connection, [EVERY_DAY])).pass_days(day)
    assert [len(await of_class(case, DifficultyRaised)) for case in cases] == [1] * 3
    assert receipts(admin, office.ledger.name) == before + 3


async def test_a_day_is_judged_by_what_was_known_when_it_began(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    cases = [replace(await office.assigned()) for _ in range(2)]
    boards()
    day = await tomorrow(office.ledger, connection)
    assert await (await Reacting.begin(office.ledger, connection, [EVERY_DAY])).pass_days(day, 1)
    for case in cases:
        await case.do(case.contact())
    cases.append(replace(await office.assigned()))
    boards()
    await (await Reacting.begin(office.ledger, connection, [EVERY_DAY])).pass_days(day)
    told = [[raised.event.text for raised in await of_class(case, DifficultyRaised)] for case in cases]
    assert told == [[f"{day}，第 4 版"], [f"{day}，第 4 版"], []]


async def test_a_day_waits_for_the_board_that_knows_the_cases(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    day = await tomorrow(office.ledger, connection)
    begun = await Reacting.begin(office.ledger, connection, [EVERY_DAY])
    for n in range(2):  # it has not begun; it has not come to the case
        await office.assigned()
        with pytest.raises(BoardBehind):
            await begun.pass_days(day + n * ONE_DAY)
        boards()
        assert await begun.pass_days(day + n * ONE_DAY) == 0
        assert len(await of_class(office, DifficultyRaised)) == 1


async def test_a_closed_case_is_asked_about_only_where_a_reaction_wants_it(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    await (await (await office.assigned()).replied()).closed()
    withdrawn = await Office(office.ledger).submitted()
    await withdrawn.do(c.WithdrawProposal(member="weiyuan-1", reason="另行反映"))
    boards()
    asked: list[tuple[str, UUID]] = []

    def watching(name: str, after_closing: bool) -> OnDay:
        return OnDay(name, lambda case, _: asked.append((name, case.stream)) or [], after_closing=after_closing)

    day = await tomorrow(office.ledger, connection)
    for n, reactions in enumerate(([watching("open", False)], [watching("open", False), watching("closed", True)])):
        begun = await Reacting.begin(office.ledger, connection, reactions)
        await begun.pass_days(day + n * ONE_DAY)
    assert asked == [("closed", office.case)]


async def test_days_press_an_open_case_by_the_ladder_and_a_closed_one_about_its_promise(
    ledger: Ledger, connection: AsyncConnection[Any], boards: Any
) -> None:
    near = {"pressure": Pressure.REMINDER, "about": DeadlineKind.REPLY, "before": True, "source": "S49"}
    step = LadderStep(rule="remind-long-before", counted_in=CountedIn.DAY, value=200, **near)
    [reply] = [rule for rule in rulebook().deadlines if rule.kind is DeadlineKind.REPLY]
    slow = reply.model_copy(update={"counted_in": CountedIn.DAY, "value": 200, "extension": None})
    waiting = await (await Office(ledger).set_up(rulebook(ladder=(step,), deadlines=(slow,)))).assigned()
    done = await (await (await Office(ledger).assigned()).replied()).closed()
    await done.do(c.MakeCommitment(unit=UNITS[0], text="月底前完成", finish_on=datetime.now(SHANGHAI).date()))
    archived = await (await (await Office(ledger).assigned()).replied()).closed()
    await archived.do(c.MakeCommitment(unit=UNITS[0], text="月底前完成", finish_on=datetime.now(SHANGHAI).date()))
    await archived.do(c.BreakCommitment(number=1, reason="编制未批"))
    await archived.do(c.ArchiveCase(files=({"name": "案卷", "sha256": "0" * 64},), retention="PERMANENT"))
    boards()
    day = await tomorrow(ledger, connection)
    for n in range(3):
        begun = await Reacting.begin(ledger, connection, REACTIONS)
        await begun.pass_days(day + n * ONE_DAY)
        boards()
    [reminded] = await of_class(waiting, ReminderIssued)
    [promised] = await of_class(done, ReminderIssued)
    assert (reminded.event.step, reminded.event.about) == ("remind-long-before", DeadlineKind.REPLY)
    assert reminded.context.actor == "system:when_a_limit_nears_or_passes_then_press"
    assert promised.event.commitment == 1
    assert await of_class(archived, ReminderIssued) == []


async def test_no_read_model_that_is_rebuilt_makes_anything_happen_again(
    office: Office, connection: AsyncConnection[Any], daemon: psycopg.Connection[Any], admin: psycopg.Connection
) -> None:
    await (await office.assigned()).replied()
    caught_up(daemon, office.ledger.name)
    day = await tomorrow(office.ledger, connection)
    begun = await follow(office.ledger, connection, *REACTIONS, SAY_SO, EVERY_DAY)
    caught_up(daemon, office.ledger.name)
    await begun.pass_days(day)
    await follow(office.ledger, connection, *REACTIONS, SAY_SO, EVERY_DAY)
    before = await office.ledger.position(), receipts(admin, office.ledger.name)
    for model in READ_MODELS:
        engine.rebuild(daemon, [office.ledger.name], model)
    admin.execute("UPDATE control.checkpoints SET position = 0 WHERE ledger = %s", (office.ledger.name,))
    again = await follow(office.ledger, connection, *REACTIONS, SAY_SO, EVERY_DAY)
    await again.pass_days(day)
    assert (await office.ledger.position(), receipts(admin, office.ledger.name)) == before


# simulated days


async def simulated(office: Office) -> Office:
    """A case assigned on the first of March 2024, all of it simulated."""
    office.case = uuid4()
    steps = (
        office.submission(),
        c.RegisterProposal(),
        c.TransferCase(occasion="专题联席会议"),
        c.AssignUnits(assignments=(c.Assignment(unit=UNITS[0], mode="SOLE"),), basis="联席会议"),
    )
    for minutes, step in enumerate(steps):
        entered = EARLY + timedelta(minutes=minutes)
        await office.do(step, provenance=Provenance(Origin.SIMULATED, entered_at=entered))
    return office


async def test_real_days_pass_for_real_cases_and_simulated_days_for_simulated_ones(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    pretended = await simulated(Office(office.ledger))
    await office.assigned()
    boards()
    begun = await Reacting.begin(office.ledger, connection, [EVERY_DAY])
    await begun.pass_days(await tomorrow(office.ledger, connection))
    assert [len(await of_class(case, DifficultyRaised)) for case in (office, pretended)] == [1, 0]
    boards()
    assert await begun.simulate(date(2024, 3, 2)) == 1
    assert [len(await of_class(case, DifficultyRaised)) for case in (office, pretended)] == [1, 1]
    [raised] = await of_class(pretended, DifficultyRaised)
    morning = datetime(2024, 3, 2, 8, tzinfo=SHANGHAI)
    assert (raised.origin, raised.entered_at, raised.occurred_at) == (Origin.SIMULATED, morning, morning)


async def test_a_simulated_morning_that_a_case_has_lived_through_does_not_come_again(
    office: Office, connection: AsyncConnection[Any], boards: Any
) -> None:
    await simulated(office)
    boards()
    asked: list[date] = []
    watching = OnDay("watching", lambda _, today: asked.append(today.day) or [])
    begun = await Reacting.begin(office.ledger, connection, [watching])
    for day in (1, 2, 3):
        await begun.simulate(date(2024, 3, day))
    assert asked == [date(2024, 3, 2), date(2024, 3, 3)]
    with pytest.raises(checkpoints.Fenced):
        await begun.simulate(date(2024, 3, 3))


async def test_ticks_go_forward_day_by_day(
    office: Office, connection: AsyncConnection[Any], database: Database, daemon: psycopg.Connection[Any]
) -> None:
    await simulated(office)
    caught_up(daemon, office.ledger.name)

    async def ticked(day: date) -> tuple[int, int]:
        return await tick(
            database.reactions, office.ledger, day, [EVERY_DAY], lambda *_: caught_up(daemon, office.ledger.name)
        )

    with pytest.raises(TickRefused) as far:
        await ticked(date(2025, 3, 3))
    assert (far.value.code, "2024-03-01" in str(far.value)) == ("day-too-far", True)
    assert await ticked(date(2024, 3, 3)) == (2, 2), "the first time from the day after the last entry"
    assert await ticked(date(2024, 3, 5)) == (2, 2)
    with pytest.raises(TickRefused) as refused:
        await ticked(date(2024, 3, 5))
    assert refused.value.code == "day-passed"
    assert len(await of_class(office, DifficultyRaised)) == 4


async def test_no_day_can_be_made_to_pass_for_real_cases(
    office: Office, database: Database, boards: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.assigned()
    for day, code in ((date(2999, 1, 1), "day-invalid"), (datetime.now(SHANGHAI).date(), "no-simulated-cases")):
        boards()
        with pytest.raises(TickRefused) as refused:
            await tick(database.reactions, office.ledger, day, [EVERY_DAY])
        assert refused.value.code == code
    await office.do(office.contact())
    monkeypatch.setattr(simulation, "PATIENCE", 0.0)
    with pytest.raises(TickRefused) as behind:
        await tick(database.reactions, office.ledger, date(2024, 3, 2), [EVERY_DAY])
    assert behind.value.code == "board-behind"
    assert await of_class(office, DifficultyRaised) == []


# the law


@few
@given(histories(), st.randoms(use_true_random=False))
async def test_one_by_one_any_portions_and_deaths_anywhere_come_to_the_same(
    database: Database, daemon: psycopg.Connection[Any], admin: psycopg.Connection, world: World, chance: random.Random
) -> None:
    assume(any(recorded.origin is Origin.NATIVE for recorded in world.all(UnitAssigned)))
    one_by_one, whole = f"law-{uuid4().hex[:12]}", f"law-{uuid4().hex[:12]}"
    added = await lived(one_by_one, database, daemon, world, lambda: 1)
    assume(added)
    assert await lived(whole, database, daemon, world, lambda: chance.randint(1, 40), chance) == added
    given_to = "SELECT command_id, stream FROM ledger.receipts WHERE ledger = %s ORDER BY command_id"
    first, second = (admin.execute(given_to, (name,)).fetchall() for name in (one_by_one, whole))
    assert first == second


async def lived(
    name: str,
    database: Database,
    daemon: psycopg.Connection[Any],
    world: World,
    portion: Callable[[], int],
    chance: random.Random | None = None,
) -> list[tuple[object, ...]]:
    """What reactions add to a world in two days, taken in such portions, by processes that die now and then."""
    write(database, name, elsewhere(world, name))
    async with Connections(database.reactions) as connections:
        ledger = Mortal(name, connections, secret=SECRET)
        await ledger.open()
        async with await AsyncConnection.connect(database.reactions, autocommit=True) as connection:
            last = await tomorrow(ledger, connection) + ONE_DAY
            while await tomorrow(ledger, connection) <= last:
                try:
                    await a_day(ledger, connection, daemon, portion, chance)
                except Died:
                    ledger.left, ledger.deaths = None, ledger.deaths + 1
            await a_life(ledger, connection, portion)
        added = await ledger.between(len(world.history), await ledger.position(), EVENT_TYPES)
        await ledger.close()
        return [
            (r.position, r.stream, r.version, r.event, r.context.actor, r.context.causation, r.origin) for r in added
        ]


async def a_day(
    ledger: Mortal,
    connection: AsyncConnection[Any],
    daemon: psycopg.Connection[Any],
    portion: Callable[[], int],
    chance: random.Random | None,
) -> None:
    """Answer all events, then the next day; perhaps die of it."""
    if chance is not None:  # the next one lives longer, so that there is an end to it
        ledger.left, ledger.done = chance.randint(1, 9) + ledger.deaths, chance.random() < 0.5
    day = await tomorrow(ledger, connection)
    begun = await a_life(ledger, connection, portion)
    caught_up(daemon, ledger.name)
    while await begun.pass_days(day, portion()):
        pass


async def a_life(ledger: Ledger, connection: AsyncConnection[Any], portion: Callable[[], int]) -> Reacting:
    begun = await Reacting.begin(ledger, connection, EVERYTHING)
    while await begun.follow(portion()):
        pass
    return begun


def elsewhere(world: World, ledger: str) -> World:
    """The same history on a ledger of another name: its session, directory and calendar have their ids from there."""
    ids = {
        stream(LEDGER).id: stream(ledger).id
        for stream in (directory_stream, calendar_stream, partial(session_stream, key=MEETING))
    }
    return World(
        history=[replace(recorded, stream=ids.get(recorded.stream, recorded.stream)) for recorded in world.history]
    )
