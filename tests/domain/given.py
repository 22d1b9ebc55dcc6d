"""A small world in memory, and cases brought to named states in it.

`World.do` decides a command the way `ledger.Ledger` does: claimed times, beside streams, routing, versions, one row of
positions, flags, the position the reference was read at. There is no database: the same rules, nothing else.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid5

from domain import claims, communication
from domain import commands as c
from domain.codes import AssignmentMode, Countersignature, Defect, Gate, Origin, Rank, Rating, Timing
from domain.communication import Verdict
from domain.deciding import decided, setting_of
from domain.events import STREAM_KINDS, Event
from domain.personal import Place, Sealed, sealed
from domain.policy import working_days
from domain.policy.rulebook import (
    AnchorKind,
    ContactRule,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    Gates,
    Rulebook,
    parse,
)
from domain.proposal import Proposal
from domain.record import Context, Recorded
from domain.rules import Refused, Rule
from domain.setting import Decision, Setting, placed
from domain.streams import (
    CALENDAR,
    DIRECTORY,
    LETTERS,
    NAMESPACE,
    NOTES,
    PROPOSAL,
    SESSION,
    Kind,
    Stream,
    calendar_stream,
    created_by,
    directory_stream,
    proposal_stream,
    session_stream,
)
from domain.values import SHANGHAI

E = TypeVar("E", bound=Event)

LEDGER = "test"
MEETING = "15-3"
BEGIN = datetime(2024, 3, 1, 1, tzinfo=UTC)
TICK = timedelta(minutes=1)
LONG_AFTER = "2024-09-02 09:00"
"""When every form of a case begun in March is overdue."""

EDU, HEALTH, CITY = "jiaoyuju", "weijianju", "zhifaju"
UNITS = {EDU: "市教育局", HEALTH: "市卫生健康局", CITY: "市城市管理综合执法局"}
LEAD, SECOND, STRANGER = "lin-zhe", "liu-yan", "huang-rong"
MEMBERS = {LEAD: "林喆", SECOND: "刘䶮", STRANGER: "黄镕"}
OFFICE, REVIEWER, MAYOR = "official:fu-ban", "official:shen-gao", "mayor-yan"

Modes = Sequence[tuple[str, AssignmentMode]]
ALONE: Modes = ((EDU, AssignmentMode.SOLE),)
LED: Modes = ((EDU, AssignmentMode.LEAD), (HEALTH, AssignmentMode.CO), (CITY, AssignmentMode.CO))
SPLIT: Modes = ((EDU, AssignmentMode.SPLIT), (HEALTH, AssignmentMode.SPLIT))

NOTICES = {
    notice.year: notice
    for notice in (
        working_days.parse(file.read_text(encoding="utf-8")) for file in (files("domain") / "calendars").iterdir()
    )
}
"""The notices that the repository ships, by year."""

SHIPPED_TEXT = (Path(__file__).parent / "dehui-15-3.1.toml").read_text(encoding="utf-8")
SHIPPED = parse(SHIPPED_TEXT)
"""The sample city's rulebook as it was first shipped and adopted: what it says never changes."""


def ruled(
    *, contact: Mapping[str, Any] | None = None, gates: Mapping[str, Gate | None] | None = None, **change: Any
) -> Rulebook:
    """The shipped rulebook with changes; of its contact rule and of its gates only what is named."""
    return Rulebook.model_validate(
        {
            **SHIPPED.model_dump(),
            "contact_before_reply": ContactRule(**{**dict(SHIPPED.contact_before_reply), **(contact or {})}),
            "gates": Gates(**{**dict(SHIPPED.gates), **(gates or {})}),
            **change,
        }
    )


def limit(kind: DeadlineKind, anchor: AnchorKind, counted_in: CountedIn, value: int, **more: Any) -> DeadlineRule:
    """A rule for a limit, named by what it says."""
    named = f"{kind.lower()}-{counted_in.lower()}-{value}"
    usual = {"rule": named, "anchor": anchor, "counted_in": counted_in, "value": value, "source": "S16"}
    return DeadlineRule(kind=kind, **{**usual, **more})


CREATING = (c.SubmitProposal, c.DraftProposal)
"""Commands that begin a stream of their own."""

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in (PROPOSAL, SESSION, DIRECTORY, CALENDAR, LETTERS, NOTES)}


def kind_of(recorded: Recorded[Any]) -> Kind[Any]:
    """The kind of stream an event stands on."""
    return KINDS[STREAM_KINDS[type(recorded.event).__name__]]


def moment(text: str | datetime | date) -> datetime | date:
    """`2024-03-05` is a day; `2024-03-05 09:30` an instant of Asia/Shanghai."""
    if not isinstance(text, str):
        return text
    if len(text) == len("2024-03-05"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def turned_round(place: Place, subject: str, text: str) -> Sealed:
    """A seal that stands for the real one: nobody reads it without knowing."""
    return Sealed(subject=subject, key="1", nonce=str(place.version), ct=text[::-1]).at(place)


@dataclass
class World:
    """All streams of one ledger. `now` is the database's clock: it moves on after every command that is allowed."""

    now: datetime = BEGIN
    proposal: UUID = UUID(int=0)
    history: list[Recorded[Any]] = field(default_factory=list)
    streams: dict[UUID, list[Recorded[Any]]] = field(default_factory=dict)
    _states: dict[UUID, Any] = field(default_factory=dict)

    def copy(self) -> "World":
        """A world that goes its own way from here."""
        streams = {stream: list(recorded) for stream, recorded in self.streams.items()}
        return World(self.now, self.proposal, list(self.history), streams, dict(self._states))

    @property
    def case(self) -> Proposal:
        """The state of the case at hand."""
        return self.state(proposal_stream(self.proposal))

    @property
    def story(self) -> list[Recorded[Any]]:
        """The history of the case at hand."""
        return self.streams[self.proposal]

    def state(self, stream: Stream[Any]) -> Any:
        return self._states.get(stream.id, stream.kind.empty)

    def do(self, command: c.Command, **how: Any) -> list[Recorded[Any]]:
        """Decide and append. `by` acts (else whoever usually does), the clock stands `at`; a fact that is not
        NATIVE may claim when it was `entered`. Answers what was added; raises `Refused`."""
        weighed = self.weigh(command, **how)
        added = self._append(weighed, weighed.decide())
        self.now = max(self.now, weighed.recorded_at) + TICK
        if added and isinstance(command, CREATING):
            self.proposal = weighed.stream.id
        return added

    def refused(self, command: c.Command, **how: Any) -> Refused:
        """The refusal of a command that must not be allowed; it leaves no event."""
        known = len(self.history)
        try:
            self.do(command, **how)
        except Refused as refused:
            assert len(self.history) == known
            return refused
        raise AssertionError(f"{type(command).__name__} was allowed")

    def weigh(
        self,
        command: c.Command,
        *,
        by: str | None = None,
        at: str | datetime | None = None,
        entered: str | datetime | None = None,
        origin: Origin = Origin.NATIVE,
        stream: Stream[Any] | None = None,
    ) -> "Weighed":
        """Everything a command would be decided on. Raises `Refused` where its claimed times already say no."""
        recorded_at = moment(at) if at else self.now
        entered_at = moment(entered) if entered else None
        assert isinstance(recorded_at, datetime)
        assert recorded_at >= (self.history[-1].recorded_at if self.history else recorded_at), (
            "the clock never steps back"
        )
        assert entered_at is None or (isinstance(entered_at, datetime) and origin is not Origin.NATIVE)
        stream = stream or self._addressed(command)
        state, now = self.state(stream), entered_at or recorded_at
        key = command.session_key(state)
        setting = setting_of(
            command,
            Context(actor=by or usual_hand(command)),
            ledger=LEDGER,
            now=now,
            position=len(self.history),
            directory=self.state(directory_stream(LEDGER)),
            session=self.state(session_stream(LEDGER, key)) if key is not None else SESSION.empty,
            calendar=self.state(calendar_stream(LEDGER)),
            origin=origin,
        )
        beside = {other.id: self.state(other) for other in command.beside(state, setting)}
        texts = {sealed: sealed.ct[::-1] for sealed in command.compared(state)}
        setting = setting.besides(beside, texts)
        claims.check(setting)
        return Weighed(command, stream, state, setting, recorded_at, entered_at)

    def verdict(self, unit: str = EDU, number: int = 1, rule: ContactRule | None = None) -> Verdict:
        """先沟通后答复 of one round, by the case's own rulebook or another rule."""
        pinned = self.state(session_stream(LEDGER, MEETING)).rulebook(self.case.rulebook)
        return communication.judge(self.case.communication, unit, number, rule or pinned.contact_before_reply)

    def all(self, kind: type[E]) -> list[Recorded[E]]:
        """Every recorded event of a class."""
        return [recorded for recorded in self.history if isinstance(recorded.event, kind)]

    def last(self, kind: type[E]) -> Recorded[E]:
        return self.all(kind)[-1]

    def without(self, *kinds: type[Event]) -> "World":
        """The same world as somebody would see it who had not yet read these events."""
        seen = World(self.now, self.proposal, list(self.history))
        for recorded in self.history:
            if not isinstance(recorded.event, kinds):
                seen._remember(Stream(recorded.stream, kind_of(recorded)), recorded)
        return seen

    def _addressed(self, command: c.Command) -> Stream[Any]:
        if command.kind is DIRECTORY:
            return directory_stream(LEDGER)
        if command.kind is CALENDAR:
            return calendar_stream(LEDGER)
        if command.kind is SESSION:
            return session_stream(LEDGER, command.session if isinstance(command, c.OpenSession) else MEETING)
        if isinstance(command, CREATING):
            return proposal_stream(created_by(LEDGER, uuid5(NAMESPACE, f"command/{len(self.history)}")))
        return proposal_stream(self.proposal)

    def _append(self, weighed: "Weighed", decision: Decision) -> list[Recorded[Any]]:
        added = []
        for item in decision:
            stream, event, flags = placed(weighed.stream, item)
            version = len(self.streams.get(stream.id, ())) + 1
            recorded = Recorded(
                event=sealed(event, stream.id, version, turned_round),
                stream=stream.id,
                version=version,
                position=len(self.history) + 1,
                occurred_at=weighed.setting.occurred_at,
                recorded_at=weighed.recorded_at,
                context=weighed.setting.context,
                origin=weighed.setting.origin,
                entered_at=weighed.entered_at,
                flags=flags,
            )
            self.history.append(recorded)
            self._remember(stream, recorded)
            added.append(recorded)
        return added

    def _remember(self, stream: Stream[Any], recorded: Recorded[Any]) -> None:
        self.streams.setdefault(stream.id, []).append(recorded)
        self._states[stream.id] = stream.kind.evolve(self.state(stream), recorded)


@dataclass(frozen=True)
class Weighed:
    """A command with all it would be decided on."""

    command: c.Command
    stream: Stream[Any]
    state: Any
    setting: Setting
    recorded_at: datetime
    entered_at: datetime | None

    def decide(self) -> Decision:
        return decided(self.command, self.state, self.setting)


@dataclass(frozen=True)
class Attempt:
    """A command that is about to be given in a world."""

    world: World
    command: c.Command
    how: Mapping[str, Any] = field(default_factory=dict)

    def do(self) -> list[Recorded[Any]]:
        return self.world.do(self.command, **self.how)

    def refused(self) -> Refused:
        return self.world.refused(self.command, **self.how)


def attempt(world: World, command: c.Command, **how: Any) -> Attempt:
    return Attempt(world, command, how)


def refuses(command: type[c.Command], rule: Rule, field: str | None = None) -> Callable[..., Callable[..., None]]:
    """A test that answers with an attempt, given and when; then it is refused by this rule, about this field."""

    def told(test: Callable[..., Attempt]) -> Callable[..., None]:
        @wraps(test)
        def then(*given: Any, **named: Any) -> None:
            tried = test(*given, **named)
            assert type(tried.command) is command
            refused = tried.refused()
            assert (refused.rule.id, refused.field) == (rule.id, field), refused
            assert refused.reason

        then.__annotations__ = {**test.__annotations__, "return": None}
        then.refuses = (command, rule)  # type: ignore[attr-defined]  # a mark that test_every_command reads
        return then

    return told


Given = Callable[[], World]
"""What brings a world to a named state."""


# who


def officer_of(unit: str) -> str:
    """Who drafts for a unit."""
    return f"{unit}-ke"


def leader_of(unit: str) -> str:
    """Who signs for a unit."""
    return f"{unit}-fu"


def head_of(unit: str) -> str:
    """Who heads a unit."""
    return f"{unit}-zheng"


def usual_hand(command: c.Command) -> str:
    match command:
        case c.SubmitProposal() | c.DraftProposal():
            return f"member:{command.lead_proposer}"
        case c.ReviewReply() | c.ReturnReply():
            return REVIEWER
        case c.SignReply():
            return f"official:{command.signer}"
        case c.RecordMemberContact(unit=str(unit)) | c.DraftReply(unit=unit) | c.CountersignReply(unit=unit):
            return f"official:{officer_of(unit)}"
        case _:
            return OFFICE


# what is asked, with what is usual filled in


def submit(**change: Any) -> c.SubmitProposal:
    usual = {"session": MEETING, "title": "关于整治城市“牛皮癣”的提案", "lead_proposer": LEAD, "co_signers": (SECOND,)}
    usual["timing"] = Timing.IN_SESSION
    return c.SubmitProposal(**{**usual, **change})


def write(**change: Any) -> c.DraftProposal:
    usual = {
        "session": MEETING,
        "title": "关于增设校园心理教师的提案",
        "body": "情况、分析、建议",
        "timing": Timing.IN_SESSION,
        "lead_proposer": LEAD,
    }
    return c.DraftProposal(**{**usual, **change})


def assign(modes: Modes = ALONE, **change: Any) -> c.AssignUnits:
    wanted = tuple(c.Assignment(unit=unit, mode=mode) for unit, mode in modes)
    return c.AssignUnits(**{"assignments": wanted, "basis": "专题联席会议", **change})


def hand_back(unit: str = EDU, **change: Any) -> c.ReturnAssignment:
    usual = {"reason": "不属本单位职责", "suggested_unit": CITY, "signed_by": leader_of(unit)}
    return c.ReturnAssignment(**{"unit": unit, **usual, **change})


def decide_objection(unit: str = EDU, *, upheld: bool, **change: Any) -> c.DecideObjection:
    return c.DecideObjection(**{"unit": unit, "upheld": upheld, "reason": "职责以三定方案为准", **change})


def escalate(unit: str = EDU, **change: Any) -> c.EscalateObjection:
    usual = {"statement": "本单位无此职责，附三定方案", "signed_by": leader_of(unit), "leader": MAYOR}
    return c.EscalateObjection(**{"unit": unit, **usual, **change})


def ask_to_add(unit: str = EDU, *units: str, **change: Any) -> c.RequestUnitAddition:
    usual = {"units": units or (HEALTH,), "reason": "涉及医疗机构", "signed_by": leader_of(unit)}
    return c.RequestUnitAddition(**{"unit": unit, **usual, **change})


def decide_addition(unit: str = EDU, *, granted: bool, **change: Any) -> c.DecideUnitAddition:
    return c.DecideUnitAddition(**{"unit": unit, "granted": granted, "reason": "职责交叉", **change})


def reassign(modes: Modes, *leaving: str, **change: Any) -> c.ReassignCase:
    wanted = tuple(c.Assignment(unit=unit, mode=mode) for unit, mode in modes)
    return c.ReassignCase(**{"leaving": leaving, "assignments": wanted, "reason": "牵头单位调整", **change})


def responsible(unit: str = EDU, **change: Any) -> c.NameResponsibility:
    people = {"head": head_of(unit), "portfolio_leader": leader_of(unit), "desk_officer": officer_of(unit)}
    return c.NameResponsibility(**{"unit": unit, **people, **change})


def contact(when: str | datetime | date, unit: str | None = EDU, **change: Any) -> c.RecordMemberContact:
    usual: dict[str, Any] = {
        "stage": "BEFORE_REPLY",
        "mode": "VISIT",
        "unit_people": ({"name": "王喆", "title": "科长", "rank": "SECTION_HEAD"},),
        "members": (LEAD,),
        "content": "就提案所提建议当面听取意见",
        "member_position": "AGREE",
    }
    return c.RecordMemberContact(**{"occurred_at": moment(when), "unit": unit, **usual, **change})


def waive(unit: str = EDU, approver: str = MAYOR, **change: Any) -> c.WaiveContact:
    return c.WaiveContact(**{"unit": unit, "approver": approver, "reason": "委员出国，来函表示不需要走访", **change})


def plan(unit: str = EDU, **change: Any) -> c.FileHandlingPlan:
    usual = {"goal": "年内每校配一名心理教师", "measures": ("招聘", "培训")}
    people = {"responsible_leader": leader_of(unit), "desk_officer": officer_of(unit)}
    return c.FileHandlingPlan(**{"unit": unit, **usual, **people, **change})


def opinion(unit: str = HEALTH, text: str = "建议与医院共建心理门诊", **change: Any) -> c.SubmitCoOpinion:
    return c.SubmitCoOpinion(**{"unit": unit, "text": text, "signer": leader_of(unit), **change})


def draft(unit: str = EDU, text: str = "您的建议已采纳，现答复如下。", **change: Any) -> c.DraftReply:
    return c.DraftReply(**{"unit": unit, "text": text, "result_class": "A", **change})


def countersign(unit: str = HEALTH, answering_unit: str = EDU, number: int = 1, **change: Any) -> c.CountersignReply:
    usual = {"unit": unit, "answering_unit": answering_unit, "draft": number}
    return c.CountersignReply(**{**usual, "countersignature": Countersignature.AGREED, **change})


def review(unit: str = EDU, number: int = 1) -> c.ReviewReply:
    return c.ReviewReply(unit=unit, draft=number)


def send_back(unit: str = EDU, number: int = 1, code: Defect = Defect.OFF_TOPIC) -> c.ReturnReply:
    return c.ReturnReply(unit=unit, draft=number, defects=(c.DefectClaim(code=code, note="未回应第二条建议"),))


def sign(unit: str = EDU, number: int = 1, **change: Any) -> c.SignReply:
    return c.SignReply(**{"unit": unit, "draft": number, "signer": leader_of(unit), **change})


def issue(unit: str = EDU, number: int = 1, **change: Any) -> c.IssueReply:
    return c.IssueReply(**{"unit": unit, "draft": number, **change})


def form(unit: str = EDU, **change: Any) -> c.IssueFeedbackForm:
    return c.IssueFeedbackForm(**{"unit": unit, **change})


def rate(unit: str = EDU, member: str = LEAD, rating: Rating = Rating.SATISFIED, **change: Any) -> c.RecordSatisfaction:
    usual = {"unit": unit, "member": member, "attitude": rating, "result": rating, "overall": rating}
    return c.RecordSatisfaction(**{**usual, "entered_by": "MEMBER", **change})


def rehandle(unit: str = EDU) -> c.OrderRehandling:
    return c.OrderRehandling(unit=unit, cause="委员对答复不满意")


def revisit(when: str | datetime | date, stage: str = "AFTER_REPLY", **change: Any) -> c.RecordRevisit:
    usual = {"mode": "PHONE", "members": (LEAD,), "finding": "承诺的教师已到岗", "member_position": "AGREE"}
    return c.RecordRevisit(**{"occurred_at": moment(when), "unit": None, "stage": stage, **usual, **change})


def close(result_class: str = "A") -> c.CloseHandling:
    return c.CloseHandling(basis="已答复，委员满意", result_class=result_class)


# a case in a named state


def opened(rulebook: Rulebook = SHIPPED, closed_on: date | None = date(2024, 1, 11), **session: Any) -> World:
    """A session with its rulebook, units with an officer and a leader each, members; no case yet."""
    world = World()
    world.do(
        c.OpenSession(
            session=MEETING,
            cppcc="德惠市政协",
            term=15,
            meeting=3,
            **{"opened_on": date(2024, 1, 8), "closed_on": closed_on, **session},
        )
    )
    world.do(c.AdoptRulebook(rulebook=rulebook))
    for unit, name in UNITS.items():
        world.do(c.ListUnit(unit=unit, name=name))
        _appoint(world, officer_of(unit), "王喆", "科长", Rank.OFFICER, unit)
        _appoint(world, leader_of(unit), "李镕", "副局长", Rank.UNIT_PORTFOLIO_LEADER, unit)
        _appoint(world, head_of(unit), "孙䶮", "局长", Rank.UNIT_HEAD, unit)
    for person in (OFFICE, REVIEWER):
        _appoint(world, person.partition(":")[2], "周喆", "科长", Rank.OFFICER, None)
    _appoint(world, MAYOR, "赵䶮", "副市长", Rank.VICE_MAYOR, None)
    for member, name in MEMBERS.items():
        world.do(c.ListMember(member=member, name=name))
    return world


def submitted(world: World | None = None) -> World:
    world = world or opened()
    world.do(submit())
    return world


def registered(world: World | None = None) -> World:
    world = submitted(world)
    world.do(c.RegisterProposal())
    return world


def transferred(world: World | None = None) -> World:
    world = registered(world)
    world.do(c.TransferCase(occasion="交办会"))
    return world


def assigned(world: World | None = None, modes: Modes = ALONE) -> World:
    world = transferred(world)
    world.do(assign(modes))
    return world


def acknowledged(world: World | None = None, modes: Modes = ALONE) -> World:
    world = assigned(world, modes)
    for unit, _ in modes:
        world.do(c.AcknowledgeAssignment(unit=unit))
    return world


def contacted(world: World | None = None, modes: Modes = ALONE) -> World:
    """Every answering unit has met the lead proposer."""
    world = acknowledged(world, modes)
    for unit in _answering(modes):
        world.do(contact(world.now, unit))
    return world


def drafted(world: World | None = None, modes: Modes = ALONE) -> World:
    world = contacted(world, modes)
    for unit in _answering(modes):
        world.do(draft(unit))
    return world


def countersigned(world: World | None = None, modes: Modes = ALONE) -> World:
    """Every assisting unit has given its opinion and agreed to the lead's draft."""
    world = drafted(world, modes)
    for unit, mode in modes:
        if mode is AssignmentMode.CO:
            world.do(opinion(unit))
            world.do(countersign(unit))
    return world


def reviewed(world: World | None = None, modes: Modes = ALONE) -> World:
    world = countersigned(world, modes)
    for unit in _answering(modes):
        world.do(review(unit))
    return world


def signed(world: World | None = None, modes: Modes = ALONE) -> World:
    world = reviewed(world, modes)
    for unit in _answering(modes):
        world.do(sign(unit))
    return world


def issued(world: World | None = None, modes: Modes = ALONE) -> World:
    world = signed(world, modes)
    for unit in _answering(modes):
        world.do(issue(unit))
    return world


def form_out(world: World | None = None, modes: Modes = ALONE) -> World:
    world = issued(world, modes)
    for unit in _answering(modes):
        world.do(form(unit))
    return world


def satisfied(world: World | None = None, modes: Modes = ALONE) -> World:
    """Every signer is satisfied with every reply."""
    world = form_out(world, modes)
    for unit in _answering(modes):
        for member in (LEAD, SECOND):
            world.do(rate(unit, member))
    return world


def dissatisfied(world: World | None = None, modes: Modes = ALONE) -> World:
    """The lead proposer is not satisfied with the first unit's reply."""
    world = form_out(world, modes)
    world.do(rate(_answering(modes)[0], rating=Rating.DISSATISFIED))
    return world


def closed(world: World | None = None, modes: Modes = ALONE, result_class: str = "A") -> World:
    world = satisfied(world, modes)
    world.do(close(result_class))
    return world


def left(modes: Modes = SPLIT) -> World:
    """The first unit has handed the case back, and the office agreed."""
    world = assigned(modes=modes)
    world.do(hand_back())
    world.do(decide_objection(upheld=True))
    return world


def returned(modes: Modes = ALONE) -> World:
    """The first unit has handed the case back; nobody has decided yet."""
    world = assigned(modes=modes)
    world.do(hand_back())
    return world


def rejected(modes: Modes = ALONE) -> World:
    """The office has not agreed with the first unit's objection."""
    world = returned(modes)
    world.do(decide_objection(upheld=False))
    return world


def escalated(modes: Modes = ALONE) -> World:
    """The first unit has put its objection to the vice mayor."""
    world = rejected(modes)
    world.do(escalate())
    return world


def _answering(modes: Modes) -> list[str]:
    return [unit for unit, mode in modes if mode.answers]


def _appoint(world: World, official: str, name: str, title: str, rank: Rank, unit: str | None) -> None:
    world.do(c.AppointOfficial(official=official, name=name, title=title, rank=rank, unit=unit))
