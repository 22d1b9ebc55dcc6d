"""The event catalogue: nothing is missing in it, nothing in it is untrue, and it can be read in every form."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from rich.console import Console
from starlette.testclient import TestClient

from api.app import create_app
from api.catalogue import Catalogue, Lang, build, pages
from api.catalogue.appending import appended_by
from api.catalogue.folding import Told, told_of
from api.catalogue.reading import words_of
from api.catalogue.value import Use
from api.routes import ROUTERS
from api.routes.routing import on_cases, routes
from api.settings import Addresses, Settings
from domain import commands as c
from domain import labels
from domain.codes import AssignmentMode, Rating, Recipient
from domain.commands import COMMANDS, ProposalCommand
from domain.events import (
    EVENT_TYPES,
    STREAM_KINDS,
    Event,
    HandlingClosed,
    ReplyIssued,
    ReplyPublished,
    ReplySigned,
    SatisfactionRecorded,
    SatisfactionRevised,
    UnitAssigned,
)
from domain.judging import OF_HISTORIES
from domain.policy.rulebook import CountedIn, DeadlineKind
from domain.proposal import Proposal
from domain.record import Recorded
from domain.rules import CASE_OPEN, RULES, Refused, Rule
from domain.setting import Decision, Setting
from projections import READ_MODELS
from projections.readmodel import ReadModel, Reference
from tests.api.test_bad_input import problem
from tests.architecture.golden import GOLDEN, bare
from tests.domain import test_admission as admission
from tests.domain import test_clock as clock
from tests.domain import test_correction as correction
from tests.domain import test_drafting as drafting
from tests.domain import test_feedback as feedback
from tests.domain import test_key_proposal as key_proposal
from tests.domain import test_recomputation as recomputation
from tests.domain import test_reopened as reopened
from tests.domain import test_submission as submission
from tests.domain.given import (
    CITY,
    EDU,
    MAYOR,
    SHIPPED,
    STRANGER,
    Given,
    World,
    assign,
    assigned,
    decide_addition,
    decide_objection,
    dissatisfied,
    drafted,
    escalate,
    form_out,
    hand_back,
    leader_of,
    opened,
    rate,
    reassign,
    registered,
    rehandle,
    returned,
    ruled,
    send_back,
    signed,
    submitted,
)
from tests.domain.test_every_command import HAPPY, Sample, asked_to_add
from tests.domain.walks import Step, histories, walks
from tests.projections.test_laws import reference

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
QUOTED = {
    *("先沟通后答复", "社情民意", "不满意", "不予立案", "立案并案", "撤案", "改办", "领办", "领衔督办"),
    *("转", "发文字号", "集体提案者", "工商联"),
}
"""Terms of the field that docstrings quote, as English readers of it know them."""
TERM = re.compile(r"[\u4e00-\u9fff、]+: ")
"""An event's docstring begins with its term."""
NOTED = {"last_version", "last_position", "origins", "has_made_up"}
"""Columns that every event changes alike: they say nothing about what a board uses."""

law = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def automatic() -> World:
    """A form is out, under rules by which 不满意 is handled again at once."""
    return form_out(opened(ruled(rehandling_automatic=True)))


def content() -> World:
    """The lead proposer is satisfied, under the same rules."""
    world = automatic()
    world.do(rate())
    return world


def sooner() -> World:
    """Another version of the rules has been adopted, which warns earlier."""
    world = registered()
    world.do(c.AdoptRulebook(rulebook=SHIPPED.model_copy(update={"version": 2, "due_soon_days": 30})))
    return world


def went_over_since_more_time() -> World:
    """More time was granted, and then other rules came."""
    world = recomputation.more_time()
    world.do(recomputation.go_over())
    return world


def given_more_time() -> World:
    world = recomputation.assisted()
    until = {"until": "2024-06-11", "reason": "需调研", "signed_by": leader_of(EDU)}
    world.do(c.RequestExtension(unit=EDU, **until))
    return world


def stood_still() -> World:
    world = recomputation.assisted()
    world.do(c.PauseClock(unit=EDU, reason="待上级批复", approver=MAYOR), at="2024-04-01 09:00")
    world.now = world.now.replace(day=11)
    return world


def without_a_lead() -> World:
    world = recomputation.assisted(reply=recomputation.FROM_ASSIGNMENT)
    for command in (hand_back(), decide_objection(upheld=True)):
        world.do(command)
    world.now = world.now.replace(day=20)
    return world


def taken_over() -> World:
    world = recomputation.assisted(reply=recomputation.TAKEN_OVER)
    world.now = world.now.replace(day=11)
    return world


def answered(rating: Rating) -> Given:
    """The lead's reply was rated so, while an opinion on it is still to come."""

    def given() -> World:
        world = recomputation.answered_without_it()
        world.do(rate(rating=rating))
        return world

    return given


def opening_again(name: str) -> Given:
    """What was done has closed a limit; it would be another day by now, as the holidays are announced."""

    def given() -> World:
        kind, closing, _ = reopened.OPENS_AGAIN[name]
        limits = [reopened.usual(known, CountedIn.WORKDAY, 30) for known in (DeadlineKind.REPLY, kind)]
        world = closing(opened(ruled(deadlines=tuple(limits))))
        reopened.MOVES["a notice"](world)
        return world

    return given


ANOTHER_LEAD = ((CITY, AssignmentMode.LEAD),)
FOLLOWING: tuple[Sample, ...] = (
    (given_more_time, lambda world: recomputation.grant()),
    (stood_still, lambda world: c.ResumeClock(unit=EDU, reason="已批复")),
    (without_a_lead, lambda world: assign(ANOTHER_LEAD)),
    (taken_over, lambda world: reassign(ANOTHER_LEAD, EDU)),
    (answered(Rating.BASIC), lambda world: rehandle()),
    (recomputation.answered_without_it, lambda world: rate(rating=Rating.DISSATISFIED)),
    (answered(Rating.SATISFIED), lambda world: feedback.revise(Rating.DISSATISFIED)),
    (answered(Rating.DISSATISFIED), lambda world: correction.retract(correction.last(world, SatisfactionRecorded))),
)
"""An opinion counted back from the reply follows it, whatever moves the reply's last day."""

MORE: tuple[Sample, ...] = (
    (returned, lambda world: decide_objection(upheld=True)),
    (asked_to_add, lambda world: decide_addition(granted=False)),
    (clock.asked, lambda world: clock.answer(granted=False)),
    (automatic, lambda world: rate(rating=Rating.DISSATISFIED)),
    (content, lambda world: feedback.revise(Rating.DISSATISFIED)),
    (sooner, lambda world: admission.change_rules()),
    (assigned, lambda world: admission.withdraw()),
    (recomputation.before_choice, lambda world: c.SelectKeyProposal(basis="主席会议")),
    (recomputation.chosen, lambda world: c.ReleaseKeyProposal(reason="并入专题协商")),
    (recomputation.two_rulebooks, lambda world: recomputation.go_over()),
    (recomputation.objecting, lambda world: decide_objection(upheld=False)),
    (recomputation.opinion_given, lambda world: recomputation.send_back()),
    (assigned, lambda world: key_proposal.appoint("HANDLE", MAYOR)),
    (drafting.inviting, lambda world: drafting.hand_in()),
    (registered, lambda world: c.TransferCase(occasion="交办会", recipient=Recipient.COURT)),
    (signed, lambda world: send_back()),
    (dissatisfied, lambda world: correction.retract(correction.last(world, SatisfactionRecorded))),
    (correction.come_round, lambda world: correction.retract(correction.last(world, SatisfactionRevised))),
    (submitted, lambda world: submission.set_right(lead_proposer=STRANGER)),
    (went_over_since_more_time, recomputation.not_granted),
    (drafted, lambda world: c.ReviewReply(unit=EDU, draft=1, publication={"openness": "PUBLISH_FULL"})),
    (signed, lambda world: send_back()),
    (opening_again("publication"), lambda world: correction.retract(correction.last(world, ReplyPublished))),
    (opening_again("closing"), lambda world: correction.reopen()),
    (opening_again("objection escalated"), lambda world: escalate()),
)
"""What a command can append beside its usual events, and what else a board sees: a sample each."""

PREPARED = {("communication_before_reply", "ProposalAbsorbed")}
"""What a board is ready for and no rule allows: a case with a unit on it is not merged into another."""


@cache
def catalogue(lang: Lang = Lang.ZH) -> Catalogue:
    return build(ROUTERS, lang)


@cache
def listed() -> set[tuple[str, str]]:
    """Every command with every event it may append, as the catalogue has it."""
    return {(command.name, event) for command in catalogue().commands for event in command.events}


@cache
def uses() -> dict[tuple[str, str], Use]:
    return {(read.model, event.name): read.use for event in catalogue().events for read in event.read_models}


def named(added: Iterable[Recorded[Any]]) -> list[str]:
    return [type(recorded.event).__name__ for recorded in added]


# what commands append


@law
@given(walks())
def test_whatever_a_command_appends_is_listed_with_it(walk: tuple[World, list[Step]]) -> None:
    world, path = walk
    for step in path:
        tried = step(world)
        try:
            added = tried.do()
        except Refused:
            continue
        assert {(type(tried.command).__name__, name) for name in named(added)} <= listed()


def test_whatever_is_listed_with_a_command_it_appends() -> None:
    shown = set()
    for given_, when in (*HAPPY.values(), *MORE, *FOLLOWING):
        world = given_()
        command = when(world)
        shown |= {(type(command).__name__, name) for name in named(world.do(command))}
    assert listed() - shown == set(), "give MORE a sample in which it does; or it never does, and builds in vain"


def test_every_event_but_the_ledgers_own_comes_from_a_command() -> None:
    assert {event.kind for event in catalogue().events if not event.commands} == {"ledger"}
    for event in catalogue().events:
        assert {(name, event.name) for name in event.commands} == {pair for pair in listed() if pair[1] == event.name}


# what boards use


def changed(model: ReadModel[Any], world: World) -> Iterable[tuple[Recorded[Any], bool]]:
    """Every event a board follows, and whether the board tells anything else after it."""
    kept: dict[Any, dict[Any, Any]] = {}
    known: Reference = reference(world)
    for recorded in world.history:
        if (model.name, type(recorded.event).__name__) not in uses():
            continue
        own = kept.setdefault(recorded.stream, {})
        before = said(model, own)
        own.update((model.key_of(row), row) for row in list(model.evolve(own, recorded, known)))
        yield recorded, before != said(model, own)


def said(model: ReadModel[Any], rows: dict[Any, Any]) -> dict[Any, Any]:
    """What rows tell beside what every event changes; a row of defaults tells nothing."""
    told = {key: row.model_dump(exclude={*NOTED, *model.key}, exclude_defaults=True) for key, row in rows.items()}
    return {key: row for key, row in told.items() if any(row.values())}


@law
@given(histories())
def test_what_a_board_is_said_to_ignore_changes_none_of_its_rows(world: World) -> None:
    for model in READ_MODELS:
        for recorded, differs in changed(model, world):
            use = uses()[model.name, type(recorded.event).__name__]
            assert not (use is Use.IGNORED and differs), recorded
            assert differs or use is not Use.ALIKE, recorded


def test_what_a_board_is_said_to_use_changes_its_rows() -> None:
    seen = set()
    for given_, when in (*HAPPY.values(), *MORE):
        world = given_()
        world.do(when(world))
        for model in READ_MODELS:
            seen |= {(model.name, *named([recorded])) for recorded, differs in changed(model, world) if differs}
    used = {pair for pair, use in uses().items() if use is Use.USED}
    assert used - seen - PREPARED == set(), "give MORE a sample in which it does; or it never does, and may be ignored"
    assert {pair for pair in seen if uses()[pair] is Use.IGNORED} == set()


def test_every_board_tells_of_every_event_it_follows() -> None:
    for model in catalogue().read_models:
        followed = {event.name for event in catalogue().events if model.kind in (None, event.kind)}
        assert {*model.uses, *model.ignores} == followed
        assert not {*model.uses} & {*model.ignores}
    assert {event.state for event in catalogue().events} == {Use.USED}, "no event is without meaning for the rules"


# code that is written in other ways than ours is today


class Lent(Event):
    unit: str


class Given(Event):
    unit: str


class Kept(Event):
    unit: str


class Mended(Event):
    unit: str


TABLE = {True: Given, False: Kept}


class Lend(ProposalCommand):
    """Lend the file to a unit."""

    rules: ClassVar[tuple[Rule, ...]] = (CASE_OPEN,)

    unit: str

    def decide(self, proposal: Proposal, setting: Setting, /) -> Decision:
        if isinstance(proposal.closed, HandlingClosed) or ReplySigned in {type(proposal): 1}:
            return []
        kind = Lent if proposal.case_no else Given
        lent = self.told(kind)
        return [lent, *self._more(), handed(self), TABLE[bool(self.unit)](unit=self.unit)]

    def _more(self) -> list[Event]:
        return [UnitAssigned.model_construct(unit=self.unit)]


def handed(command: Lend) -> Event:
    make = [Mended]
    return next(event(unit=command.unit) for event in make)


def folded(row: int, recorded: Recorded[Any]) -> int:
    event, _ = recorded.event, recorded.version
    if isinstance(event, ReplySigned | ReplyIssued):
        return row
    if not isinstance(event, Lent | Given | Kept | Mended):
        raise TypeError
    row = passed_on(row=row, what=event)
    return row


def boarded(row: int, recorded: Recorded[Any]) -> Iterable[int]:
    if isinstance(recorded.event, Kept):
        return
    yield folded(row, recorded) + recorded.version


def counting(row: int, recorded: Recorded[Any]) -> int:
    return row + recorded.version


def by_condition(row: int, recorded: Recorded[Any]) -> int:
    if isinstance(recorded.event, Lent):
        return row + 1
    return row


def passed_on(row: int, what: Event) -> int:
    match what:
        case Lent() | Given():
            row = row + 1
            return row
        case Kept() as kept if kept.unit:
            return row + 2
        case _:
            return row


def test_what_a_command_builds_is_found_however_it_is_written() -> None:
    assert set(appended_by(Lend)) == {Lent, Given, UnitAssigned, Mended, Kept}


@pytest.mark.parametrize(
    ("fold", "used", "passed_by"),
    [
        (folded, {Lent, Given, Kept}, {ReplySigned, ReplyIssued, Mended}),
        (boarded, {Lent, Given}, {ReplySigned, ReplyIssued, Kept, Mended}),
        (by_condition, {Lent}, {Given, Kept, Mended}),
    ],
)
def test_what_a_fold_does_is_found_however_it_is_written(
    fold: Callable[..., Any], used: set[type[Event]], passed_by: set[type[Event]]
) -> None:
    assert {event: told_of(fold, event) for event in used | passed_by} == {
        **dict.fromkeys(used, Told.USED),
        **dict.fromkeys(passed_by, Told.PASSED_BY),
    }


def test_a_fold_that_takes_all_events_alike_says_nothing_of_any() -> None:
    assert told_of(counting, Lent) is Told.NOTHING


def test_a_new_command_and_a_new_event_are_in_it_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    router = routes("出借")
    monkeypatch.setitem(labels.COMMANDS, "Lend", "出借")
    on_cases(router, {"loans": Lend})
    monkeypatch.setattr("api.catalogue.reading.COMMANDS", (*COMMANDS, Lend))
    for event in (Lent, Given, Kept, Mended):
        monkeypatch.setitem(EVENT_TYPES, event.__name__, event)
        monkeypatch.setitem(STREAM_KINDS, event.__name__, "session")
    told = build([*ROUTERS, router])
    lend = told.commands[-1]
    assert (lend.title, lend.description, lend.rules) == ("出借", "Lend the file to a unit.", ["case-open"])
    assert [(route.method, route.path) for route in lend.routes] == [("POST", "/proposals/{case}/loans")]
    lent = next(event for event in told.events if event.name == "Lent")
    assert (lent.commands, lent.rules) == (["Lend"], ["case-open"])
    assert "`Lent`" in pages.markdown(told)


# words, rules, sources, shapes, addresses


def titles(told: Catalogue) -> list[str]:
    entries = (*told.stages, *told.streams, *told.commands, *told.events, *told.read_models, *told.rules)
    inner = [column for model in told.read_models for column in model.columns]
    values = [value for code in told.codes for value in code.values]
    routes = [route for entry in (*told.commands, *told.read_models) for route in entry.routes]
    return [entry.title for entry in (*entries, *inner, *values, *routes)]


def test_everything_has_its_name_in_either_language() -> None:
    assert [title for title in titles(catalogue()) if not CHINESE.search(title)] == []
    assert [title for title in titles(catalogue(Lang.EN)) if CHINESE.search(title) or not title] == []
    by_name = {event.name: event.title for event in catalogue(Lang.EN).events}
    assert by_name["ReplyDrafted"] == "Reply drafted"
    assert set(labels.STREAMS) == set(STREAM_KINDS.values())


def described(told: Catalogue) -> dict[str, str]:
    entries = (*told.commands, *told.events, *told.read_models, *told.codes)
    stages = {stage.id: stage.description for stage in told.stages}
    return stages | {entry.name: entry.description for entry in entries}


def test_everything_says_what_it_is_in_chinese() -> None:
    for name, said in described(catalogue()).items():
        assert CHINESE.search(said), name
        assert said.endswith("。"), name
        assert said.count("。") <= 2, name
        assert not re.search(r"[a-z]{2}", said), name


def test_every_field_has_its_name_in_chinese() -> None:
    for entry in (*catalogue().commands, *catalogue().events):
        shapes = {entry.name: entry.json_schema, **entry.json_schema.get("$defs", {})}
        for name, shape in shapes.items():
            for field, told in shape.get("properties", {}).items():
                assert CHINESE.search(told.get("title", "")), f"{name}.{field}"


def strings(told: Any, at: str = "") -> Iterable[tuple[str, str]]:
    """Every text in a document, and the name it stands under."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from strings(value, name)
    elif isinstance(told, list):
        for value in told:
            yield from strings(value, at)
    elif isinstance(told, str):
        yield at, told


def test_in_english_only_terms_are_chinese() -> None:
    told = catalogue(Lang.EN)
    for name, said in described(told).items():
        assert len(TERM.sub("", said, count=1).split()) > 3, name
    for at, text in strings(told.model_dump(mode="json")):
        if at != "pattern":
            assert {*re.findall(r"[\u4e00-\u9fff]+", TERM.sub("", text, count=1))} <= QUOTED, text


def test_a_name_is_written_in_english_as_people_write_it() -> None:
    names = ("ReplyDrafted", "CoSign", "CO_OPINION", "OnSiteCheckRecorded", "CPPCC_CHAIR", "CODE")
    written = ["Reply drafted", "Co-sign", "Co-opinion", "On-site check recorded", "CPPCC chair", "Code"]
    assert [words_of(name) for name in names] == written


def test_the_two_languages_tell_the_same() -> None:
    def bones(told: Any) -> Any:
        if isinstance(told, dict):
            words = ("title", "description", "lang", "json_schema")
            return {name: bones(value) for name, value in told.items() if name not in words}
        return [bones(one) for one in told] if isinstance(told, list) else told

    assert bones(catalogue().model_dump(mode="json")) == bones(catalogue(Lang.EN).model_dump(mode="json"))


def test_every_rule_names_its_commands_and_its_sources_are_explained() -> None:
    told = catalogue()
    explained = {source.code: source.title for source in told.sources}
    assert {rule.id for rule in told.rules} == set(RULES)
    for rule in told.rules:
        assert bool(rule.commands) is (RULES[rule.id] not in OF_HISTORIES)
        assert {source.code: source.title for source in rule.sources}.items() <= explained.items(), rule.id
        assert [source.code for source in rule.sources] == RULES[rule.id].source.split(",")
    of_commands = {(command.name, id) for command in told.commands for id in (*command.rules, *told.general_rules)}
    assert of_commands == {(name, rule.id) for rule in told.rules for name in rule.commands}


def test_an_events_shape_is_the_one_that_is_stored() -> None:
    for lang in Lang:
        for event in catalogue(lang).events:
            golden = GOLDEN / f"{event.name}.{event.schema_version}.json"
            assert bare(event.json_schema) == json.loads(golden.read_text(encoding="utf-8")), event.name


def test_a_commands_address_and_body_are_those_of_the_service(tmp_path: Path) -> None:
    app = create_app(Settings(data=tmp_path), Addresses("", "", "", "", embedded=False))
    described = app.openapi()
    for command in catalogue().commands:
        [route] = command.routes
        operation = described["paths"][route.path][route.method.lower()]
        assert (operation["operationId"], operation["summary"]) == (command.name, route.title)
        own = {name: shape for name, shape in command.json_schema.items() if name != "$defs"}
        written = json.dumps(own).replace("#/$defs/", "#/components/schemas/")
        assert json.loads(written, object_hook=_without_null) == described["components"]["schemas"][command.name]


def _without_null(found: dict[str, Any]) -> dict[str, Any]:
    """The API's description leaves out what is null, such as a default."""
    return {name: value for name, value in found.items() if value is not None}


def test_every_question_to_a_board_is_among_its_addresses() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "api" / "routes").glob("*.py"))
    asked = re.findall(r'up_to_date\("(\w+)"\)', code)
    told = [model.name for model in catalogue().read_models for _ in model.routes]
    assert sorted(told) == sorted(asked)
    assert set(told) == {model.name for model in READ_MODELS}


# to be read


@pytest.mark.parametrize("lang", Lang)
def test_as_markdown_it_is_whole_and_every_row_fits_its_table(lang: Lang) -> None:
    told = catalogue(lang)
    text = pages.markdown(told)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        rows = [re.split(r"(?<!\\)\|", line) for line in block.splitlines()]
        assert len({len(row) for row in rows}) == 1, block[:200]
        assert set(rows[1][1:-1]) == {" --- "}
    for name in (*(event.name for event in told.events), *(command.name for command in told.commands), *RULES):
        assert f"`{name}`" in text
    for said in described(told).values():
        assert said.replace("<", "&lt;").replace("|", "\\|") in text
    for stage in told.stages:
        assert f"\n## {stage.title}\n" in text


@pytest.mark.parametrize("lang", Lang)
def test_on_a_terminal_it_is_whole(lang: Lang) -> None:
    told = catalogue(lang)
    with (console := Console(width=160)).capture() as captured:
        for part in pages.for_terminal(told):
            console.print(part)
    text = captured.get()
    assert "`" not in text
    assert "…" not in text
    for event in told.events:
        assert event.name in text


def huiyin(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line where no database answers."""
    nowhere = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "catalogue", *arguments],
        env=nowhere, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_line_prints_every_form_without_a_database() -> None:
    assert "ReplyDrafted" in huiyin().stdout
    assert huiyin("--format", "markdown", "--lang", "en").stdout == pages.markdown(catalogue(Lang.EN))
    assert json.loads(huiyin("--format", "json").stdout) == catalogue().model_dump(mode="json")


def test_the_command_line_says_which_language_or_form_it_does_not_know() -> None:
    for arguments, code in ((("--lang", "fr"), "lang-unknown"), (("--format", "xml"), "format-unknown")):
        ran = huiyin(*arguments)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert code in ran.stderr
        assert CHINESE.search(ran.stderr)


def test_anybody_may_read_it_in_either_language(client: TestClient, api_ledger: str) -> None:
    for path in ("/catalogue", f"/l/{api_ledger}/catalogue"):
        answer = client.get(path, headers={"Authorization": ""})
        assert answer.status_code == 200
        assert answer.json() == catalogue().model_dump(mode="json")
    english = client.get("/catalogue", params={"lang": "en"})
    assert english.json() == catalogue(Lang.EN).model_dump(mode="json")


def test_an_event_is_shown_with_every_shape_it_was_stored_in(client: TestClient) -> None:
    page = client.get("/catalogue/events/SessionOpened").json()
    assert page["event"]["title"] == "设立届次"
    assert [(shape["schema_version"], shape["current"]) for shape in page["shapes"]] == [(1, False), (2, True)]
    before, now = (shape["json_schema"]["properties"] for shape in page["shapes"])
    assert ("body" in before, "cppcc" in before) == (True, False)
    assert ("body" in now, "cppcc" in now) == (False, True)
    english = client.get("/catalogue/events/ReplyDrafted", params={"lang": "en"}).json()
    assert english["event"]["title"] == "Reply drafted"
    assert english["event"]["description"].startswith("拟稿: version")


def test_what_is_not_in_it_is_told_so(client: TestClient) -> None:
    problem(client.get("/catalogue/events/ReplyForgotten"), 404, "not-found", "type")
    problem(client.get("/catalogue/events/" + "x" * 65), 422, "request-invalid", "type")
    for path in ("/catalogue", "/catalogue/events/ReplyDrafted"):
        problem(client.get(path, params={"lang": "fr"}), 422, "request-invalid", "lang")
        problem(client.get(f"/l/elsewhere{path}"), 404, "not-found")
