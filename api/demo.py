"""The sample year: 德惠市政协十五届三次会议, loaded through the same commands as people use.

What the report states and what is made up stays told apart in every event (`origin`, `made_up`). Command ids follow
from the sample's own keys, so loading again adds nothing.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from domain.codes import Origin
from domain.commands import COMMANDS, Command
from domain.policy import working_days
from domain.policy.rulebook import Rulebook, parse
from domain.record import Context
from domain.streams import (
    NAMESPACE,
    Stream,
    calendar_stream,
    created_by,
    directory_stream,
    proposal_stream,
    session_stream,
)
from domain.values import SHANGHAI
from ledger.ledger import Ledger, Provenance

SAMPLE = "dehui-15-3"
_BY_NAME = {command.__name__: command for command in COMMANDS}
_MARK = "（虚拟）"
_CALENDAR, _OPENED = "calendar", "session/opened"
"""The first two steps; there was a time when the calendar did not come first."""


class SampleRefused(Exception):
    """The sample does not belong into this ledger; nothing was written. `code` is stable."""

    code = "ledger-not-sample"


@dataclass(frozen=True, slots=True)
class Step:
    """One command of the sample. `made_up` names what no source states; all of it where `told` is false."""

    key: str
    stream: Stream[Any] | None
    command: Command
    by: str
    on: date
    told: bool = False
    made_up: tuple[str, ...] = ()


@dataclass(slots=True)
class _Case:
    """Writes the steps of one case in order; the first creates its stream."""

    ledger: str
    key: str
    steps: list[Step] = field(default_factory=list)

    @property
    def stream(self) -> Stream[Any]:
        return proposal_stream(created_by(self.ledger, command_id(self.ledger, f"{self.key}/0/SubmitProposal")))

    def add(
        self, name: str, on: date, by: str, *, told: bool = False, made_up: tuple[str, ...] = (), **body: Any
    ) -> None:
        command = _BY_NAME[name].model_validate({"occurred_at": on.isoformat(), **body})
        key = f"{self.key}/{len(self.steps)}/{name}"
        stream = self.stream if self.steps else None
        self.steps.append(Step(key, stream, command, by, on, told, made_up))


async def load(ledger: Ledger, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Load the sample; answers how many events were added, 0 where it was there already.

    Raises `SampleRefused` where the ledger holds anything else than the sample's own beginning.
    """
    if await finished(ledger):
        return 0
    if not await unfinished(ledger):
        told = f"台账“{ledger.name}”中已有别的事件，不向其中写入虚拟内容；请在 HUIYIN_LEDGERS 中另立空台账"
        raise SampleRefused(told)
    sample, rulebook = read()
    steps = [*_setup(ledger.name, sample, rulebook), *_cases(ledger.name, sample)]
    before = await ledger.position()
    for done, step in enumerate(steps, 1):
        identity = command_id(ledger.name, step.key)
        await ledger.handle(
            step.stream or proposal_stream(created_by(ledger.name, identity)),
            step.command,
            Context(actor="system:demo", on_behalf_of=step.by),
            command_id=identity,
            provenance=Provenance(
                Origin.IMPORTED if step.told else Origin.MADE_UP,
                entered_at=datetime.combine(step.on, time(18), SHANGHAI),
                made_up=step.made_up,
            ),
        )
        progress(done, len(steps))
    return await ledger.position() - before


async def unfinished(ledger: Ledger) -> bool:
    """Whether the ledger is empty, or holds a sample that was not loaded to its end."""
    if await ledger.position() == 0:
        return True
    begun = [await ledger.knows(command_id(ledger.name, first)) for first in (_CALENDAR, _OPENED)]
    return any(begun) and not await finished(ledger)


async def finished(ledger: Ledger) -> bool:
    """Whether the ledger holds the sample whole, by whatever version of this program it was loaded."""
    *_, last = _cases(ledger.name, read()[0])
    return await ledger.knows(command_id(ledger.name, last.key))


def read() -> tuple[dict[str, Any], Rulebook]:
    """The sample's facts and its rulebook, from the package's data files."""
    sample = tomllib.loads((files("api") / "sample" / f"{SAMPLE}.toml").read_text(encoding="utf-8"))
    rulebook = parse((files("domain") / "rulebooks" / f"{SAMPLE}.toml").read_text(encoding="utf-8"))
    return sample, rulebook


def command_id(ledger: str, key: str) -> UUID:
    return uuid5(NAMESPACE, f"{ledger}/demo/{key}")


def _setup(ledger: str, sample: dict[str, Any], rulebook: Rulebook) -> Iterator[Step]:
    """The working days of the year, session, rulebook, units, officials, members."""
    session = sample["session"]
    stream, directory = session_stream(ledger, session["session"]), directory_stream(ledger)
    on = session["opened_on"]
    by = "gov-office"

    def listed(name: str, key: str, told: bool = False, made_up: tuple[str, ...] = (), /, **body: Any) -> Step:
        command = _BY_NAME[name].model_validate({"occurred_at": on.isoformat(), **body})
        return Step(f"directory/{name}/{key}", directory, command, by, on, told, made_up)

    notice = working_days.parse((files("domain") / "calendars" / f"{on.year}.toml").read_text(encoding="utf-8"))
    announced = _BY_NAME["AnnounceCalendar"].model_validate({"occurred_at": on.isoformat(), "notice": notice})
    yield Step(_CALENDAR, calendar_stream(ledger), announced, by, on, True, ("occurred_at",))
    facts = {name: value for name, value in session.items() if name != "made_up"}
    opened = _BY_NAME["OpenSession"].model_validate({"occurred_at": on.isoformat(), **facts})
    yield Step(_OPENED, stream, opened, by, on, True, ("occurred_at", *session["made_up"]))
    adopted = _BY_NAME["AdoptRulebook"].model_validate({"occurred_at": on.isoformat(), "rulebook": rulebook})
    yield Step("session/rulebook", stream, adopted, by, on)
    units = [(unit["unit"], unit["name"], True) for unit in sample["units"]]
    units += [(code, name, False) for code, name in sample["made_up"]["units"]]
    for code, name, told in units:
        yield listed("ListUnit", code, told, ("occurred_at",) if told else (), unit=code, name=name)
    for code, name, _ in units:
        for role, title, rank in (
            ("leader", "分管领导", "UNIT_PORTFOLIO_LEADER"),
            ("officer", "经办人", "OFFICER"),
        ):
            whole = f"{code}-{role}"
            bare = name.removesuffix(_MARK)
            yield listed(
                "AppointOfficial", whole, official=whole, name=f"{bare}{title}{_MARK}", title=title, rank=rank,
                unit=code,
            )  # fmt: skip
    yield listed(
        "AppointOfficial",
        "reviewer",
        official="gov-reviewer",
        name=f"市政府审核人{_MARK}",
        title="审核人",
        rank="OFFICER",
    )
    for code, name, title, portfolio in sample["made_up"]["leaders"]:
        yield listed(
            "AppointOfficial", code, official=code, name=name, title=title, rank="VICE_MAYOR", portfolio=portfolio
        )
    for member in sample["members"]:
        yield listed(
            "ListMember", member["member"], True, ("occurred_at",), member=member["member"], name=member["name"]
        )
    for number in range(1, len(sample["others"]) + 3):
        code = f"weiyuan-{number:02}"
        yield listed("ListMember", code, member=code, name=f"虚拟委员{number:02}")


def _cases(ledger: str, sample: dict[str, Any]) -> Iterator[Step]:
    session = sample["session"]["session"]
    for told in sample["told"]:
        yield from _told(_Case(ledger, told["key"]), session, told)
    for number, other in enumerate(sample["others"], 4):
        yield from _other(_Case(ledger, f"other-{number:02}"), session, number, other)


def _told(case: _Case, session: str, told: dict[str, Any]) -> list[Step]:
    """One of the three cases that the report tells, in its order."""
    case.add(
        "SubmitProposal", date(2024, 1, 9), told["lead_proposer"], told=True,
        made_up=tuple(told["submitted_made_up"]), session=session, title=told["title"],
        lead_proposer=told["lead_proposer"], co_signers=told["co_signers"],
    )  # fmt: skip
    _register(case, told["topic"])
    for step in told["steps"]:
        if step.get("template") == "reply":
            _reply(
                case, step["on"], step["unit"], told["lead_proposer"], told["co_signers"], told["result_class"],
                countersigned_by=step.get("countersigned_by", []), rating_told=step.get("rating_told", False),
            )  # fmt: skip
        else:
            stated = "made_up" in step
            case.add(
                step["command"], step["on"], step["by"], told=stated, made_up=tuple(step.get("made_up", ())),
                **step["body"],
            )  # fmt: skip
    _close(case, case.steps[-1].on + timedelta(days=7), told["result_class"])
    return case.steps


def _other(case: _Case, session: str, number: int, other: dict[str, Any]) -> list[Step]:
    """One of the cases of which the report gives no more than the count and the result."""
    member = f"weiyuan-{number - 1:02}"
    unit, *rest = other["units"]
    split = other.get("split", False)
    case.add(
        "SubmitProposal", date(2024, 1, 9), member, session=session, title=other["title"] + _MARK, lead_proposer=member
    )
    _register(case, None)
    on = date(2024, 1, 25)
    if wrong := other.get("objection"):
        _assign(case, on, [(wrong, "SOLE")])
        case.add(
            "ReturnAssignment", on + timedelta(days=2), f"{wrong}-leader", unit=wrong, reason="不属本单位职责",
            suggested_unit=unit, signed_by=f"{wrong}-leader",
        )  # fmt: skip
        on += timedelta(days=4)
        case.add("DecideObjection", on, "gov-office", unit=wrong, upheld=True, reason="职责不符，改由建议单位承办")
    modes = (
        [(code, "SPLIT") for code in other["units"]] if split else [(unit, "LEAD"), *((code, "CO") for code in rest)]
    )
    _assign(case, on, modes if split or rest else [(unit, "SOLE")])
    for code in other["units"]:
        case.add("AcknowledgeAssignment", on + timedelta(days=1), f"{code}-officer", unit=code)
    for code in [] if split else rest:
        case.add(
            "SubmitCoOpinion", on + timedelta(days=20), f"{code}-officer", unit=code, text="会办意见（虚拟）",
            signer=f"{code}-leader",
        )  # fmt: skip
    start = date(2024, 2, 20) + timedelta(days=number)
    for code in other["units"] if split else [unit]:
        if other.get("waived"):
            case.add(
                "WaiveContact",
                start,
                f"{code}-officer",
                unit=code,
                reason="委员在外地（虚拟）",
                approver="fushizhang-1",
            )
        else:
            _contact(case, start, code, member, "VISIT" if number % 3 else "PHONE")
        _reply(
            case, start + timedelta(days=5), code, member, [], other["class"],
            countersigned_by=[] if split else rest, returned=other.get("returned", False),
            overall="DISSATISFIED" if other.get("dissatisfied") else "SATISFIED" if number % 4 else "BASIC",
        )  # fmt: skip
        if other.get("dissatisfied"):
            again = start + timedelta(days=20)
            _contact(case, again, code, member, "VISIT")
            _reply(
                case, again + timedelta(days=5), code, member, [], other["class"], text="重新办理后的答复意见（虚拟）"
            )
    _close(case, case.steps[-1].on + timedelta(days=7), other["class"])
    return case.steps


def _register(case: _Case, topic: str | None) -> None:
    told = topic is not None
    made_up = ("occurred_at", "case_no", "topic") if told else ()
    case.add("RegisterProposal", date(2024, 1, 12), "committee", told=told, made_up=made_up, topic=topic)
    transferred = ("occurred_at",) if told else ()
    case.add("TransferCase", date(2024, 1, 20), "committee", told=told, made_up=transferred, occasion="专题联席会议")


def _assign(case: _Case, on: date, modes: list[tuple[str, str]]) -> None:
    wanted = [{"unit": unit, "mode": mode} for unit, mode in modes]
    case.add("AssignUnits", on, "gov-office", basis="专题联席会议（虚拟）", assignments=wanted)


def _contact(case: _Case, on: date, unit: str, member: str, mode: str) -> None:
    case.add(
        "RecordMemberContact", on, f"{unit}-officer", unit=unit, stage="BEFORE_REPLY", mode=mode,
        unit_people=[{"name": "虚拟经办人"}], members=[member], content="听取委员意见（虚拟）", member_position="AGREE",
    )  # fmt: skip


def _reply(
    case: _Case,
    on: date,
    unit: str,
    member: str,
    co_signers: list[str],
    result_class: str,
    *,
    countersigned_by: Sequence[str] = (),
    returned: bool = False,
    overall: str = "SATISFIED",
    rating_told: bool = False,
    text: str = "答复意见（虚拟）",
) -> None:
    """From the draft to the members' answers."""
    draft = 1
    case.add("DraftReply", on, f"{unit}-officer", unit=unit, text=text, result_class=result_class)
    if returned:
        defects = [{"code": "OFF_TOPIC", "note": "未逐条回应建议（虚拟）"}]
        case.add("ReturnReply", on + timedelta(days=1), "gov-reviewer", unit=unit, draft=1, defects=defects)
        case.add(
            "DraftReply", on + timedelta(days=3), f"{unit}-officer", unit=unit, text="答复意见，逐条回应（虚拟）",
            result_class=result_class,
        )  # fmt: skip
        draft, on = 2, on + timedelta(days=3)
    for assisting in countersigned_by:
        case.add(
            "CountersignReply", on + timedelta(days=1), f"{assisting}-leader", unit=assisting, answering_unit=unit,
            draft=draft, countersignature="AGREED",
        )  # fmt: skip
    case.add("ReviewReply", on + timedelta(days=2), "gov-reviewer", unit=unit, draft=draft)
    case.add("SignReply", on + timedelta(days=3), f"{unit}-leader", unit=unit, draft=draft, signer=f"{unit}-leader")
    case.add(
        "IssueReply", on + timedelta(days=4), f"{unit}-officer", unit=unit, draft=draft,
        copied_to=["市政协提案委", "市政府督查室"],
    )  # fmt: skip
    case.add("IssueFeedbackForm", on + timedelta(days=4), f"{unit}-officer", unit=unit)
    for proposer in (member, *co_signers):
        told = rating_told and proposer == member
        case.add(
            "RecordSatisfaction", on + timedelta(days=9), proposer, told=told,
            made_up=("occurred_at", "attitude", "result", "heard", "entered_by") if told else (), unit=unit,
            member=proposer, attitude="SATISFIED", result=overall, overall=overall, heard="VISITED",
            entered_by="MEMBER",
        )  # fmt: skip


def _close(case: _Case, on: date, result_class: str) -> None:
    case.add("CloseHandling", on, "gov-office", basis="答复已办理完毕、委员已反馈（虚拟）", result_class=result_class)
