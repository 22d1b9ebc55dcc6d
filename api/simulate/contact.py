"""Talks with proposers, and what these say of them later."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from api.simulate.people import Desk, Person, Unit
from api.simulate.story import Act, Case, Story, minutes
from domain import commands as c
from domain.codes import ContactMode, ContactStage, Heard, MemberPosition, Visit
from domain.communication.facts import Contact
from domain.rules import LATE_ENTRY_NEEDS_REASON
from domain.values import day_of

POSITIONS = {
    MemberPosition.AGREE: 0.62,
    MemberPosition.UNDERSTAND: 0.25,
    MemberPosition.RESERVE: 0.07,
    MemberPosition.NO_COMMENT: 0.05,
    MemberPosition.OBJECT: 0.01,
}
MODES = {
    ContactMode.VISIT: 0.35,
    ContactMode.PHONE: 0.33,
    ContactMode.FORUM: 0.16,
    ContactMode.ONLINE: 0.12,
    ContactMode.LETTER: 0.04,
}
REACH = {ContactMode.VISIT: 1, ContactMode.PHONE: 0, ContactMode.FORUM: 6, ContactMode.ONLINE: 3, ContactMode.LETTER: 9}
"""How many proposers beside the lead such a talk can reach at most."""
ANSWERED_AFTER = (4, 8)
"""Days from the posting of a letter to its answer."""
LASTS = {ContactMode.PHONE: 30, ContactMode.ONLINE: 30}
"""Minutes that a talk takes; others an hour."""
HEARD = (
    (Heard.VISITED, {ContactMode.VISIT}),
    (Heard.PHONED, {ContactMode.PHONE}),
    (Heard.OTHER, {ContactMode.FORUM, ContactMode.ONLINE, ContactMode.LETTER}),
)


def talked(
    case: Case, unit: Unit, on: datetime, stage: ContactStage, late: int = 0, unhappy: Sequence[str] = ()
) -> Story:
    """A talk with proposers at this moment, entered the same day, or late with a reason; `late`: so many days.
    `unhappy`: those for whom the matter is handled again. A letter is posted at this moment; what is entered is that
    it was answered."""
    dice, mode, posted = case.dice, case.dice.weighted(MODES), None
    if not late and mode is ContactMode.VISIT and dice.chance(f.DECLINED_BY_MEMBER):
        on, mode = (yield from _declined(case, unit, on, stage)), ContactMode.PHONE
    if mode is ContactMode.LETTER and late:  # there is no time left for an answer
        mode = ContactMode.PHONE
    elif mode is ContactMode.LETTER:
        on, posted = case.later(on, *ANSWERED_AFTER), day_of(on)
    if not late and dice.chance(f.ENTERED_LATE):
        late = dice.randint(2, 12)
    who, members = _went(dice, mode, case.desk(unit)), _members(case, mode, unhappy)
    if posted is None:
        on = case.met(on, LASTS.get(mode, 60), *members, *(person.code for person in who))
    case.talks.append(on)
    told = {
        "occurred_at": on,
        "unit": unit.code,
        "stage": stage,
        "mode": mode,
        "unit_people": tuple(person.claim for person in who),
        "members": members,
        **_said(case, words.AGAIN if unhappy else stage, mode, posted),
    }
    by = case.desk(unit).by
    if late:
        at = case.later(on, late, late + 1)
        if dice.chance(f.LATE_WITHOUT_REASON):
            yield Act(at, by, c.RecordMemberContact.model_validate(told), refused_by=LATE_ENTRY_NEEDS_REASON)
        reason = dice.choice(("经办人出差，返岗后补录", "系统故障期间发生，现补录", "纸质记录补登"))
        yield Act(at, by, c.RecordMemberContact.model_validate({**told, "late_entry_reason": reason}))
        return at
    at = case.same_day(on, 20, 200)
    slip = dice.chance(f.CORRECTED)
    content = str(told["content"])
    written = {**told, "content": content.replace("委员", "委员委员", 1)} if slip else told
    yield Act(at, by, c.RecordMemberContact.model_validate(written))
    if slip:
        correct = {"version": case.state.version, "field": "content", "correct": content, "reason": "文字重复，更正"}
        at = case.later(at, 0, 2)
        yield Act(at, by, c.CorrectClericalError.model_validate(correct))
    elif dice.chance(f.RETRACTED):
        at = yield from _entered_twice(case, unit, at, told)
    return at


def reached(case: Case, unit: Unit, number: int) -> list[Contact]:
    """The talks of this unit for this round of its reply, whoever declined left out."""
    known = case.state.communication
    current = known.round_of(unit.code, number)
    since = current.since.version if current and current.since else 0
    return [
        talk for talk in known.contacts if talk.unit == unit.code and talk.mark.version > since and not talk.declined
    ]


def heard(case: Case, unit: Unit, number: int, member: str) -> Mapping[str, object]:
    """What a member says of how they were heard: what the talks recorded say, but for a deliberate few."""
    dice = case.dice
    modes = {talk.mode for talk in reached(case, unit, number) if member in talk.members}
    if dice.chance(f.NOT_CONTACTED):
        return {"heard": Heard.NOT_CONTACTED}
    said = next((how for how, meant in HEARD if modes & meant), None)
    if said is None:  # nobody came: most co-signers leave it open, because the lead proposer has told them
        waived = any(waiver.unit == unit.code for waiver in case.state.communication.waivers)
        says_so = dice.chance(f.LEAD_SAYS_SO if member == case.state.lead_proposer else f.CO_SIGNER_SAYS_SO)
        return {"heard": Heard.NOT_CONTACTED} if says_so and not waived else {}
    if ContactMode.VISIT in modes:
        return {"heard": said, "visited": Visit.VISITED}
    return {"heard": said, "visited": Visit.DECLINED} if member in case.declined else {"heard": said}


def _members(case: Case, mode: ContactMode, unhappy: Sequence[str]) -> tuple[str, ...]:
    """Whom such a talk reaches: the lead, those for whom it is, and of the co-signers as many as come."""
    others = case.state.co_signers[: case.dice.randint(0, REACH[mode])]
    return tuple(dict.fromkeys((case.state.lead_proposer, *unhappy, *others)))


def _said(case: Case, about: ContactStage | str, mode: ContactMode, posted: date | None) -> dict[str, object]:
    position = case.dice.weighted(POSITIONS)
    content = words.talk(case.dice, case.matter.named, mode, about, position, posted)
    return {"content": content, "member_position": position}


def _went(dice: Dice, mode: ContactMode, desk: Desk) -> tuple[Person, ...]:
    """Who of the unit talked: one by phone or letter; to a visit or a forum the deputy comes along."""
    if mode in (ContactMode.VISIT, ContactMode.FORUM):
        return (desk.deputy, desk.officer) if dice.chance(0.5) else (desk.deputy, desk.section, desk.officer)
    return (desk.section,) if dice.chance(0.5) else (desk.officer,)


def _declined(case: Case, unit: Unit, on: datetime, stage: ContactStage) -> Story:
    """The lead proposer does not wish to be visited (P1); the unit phones a little later."""
    desk, lead = case.desk(unit), case.state.lead_proposer
    case.declined.add(lead)
    on = case.met(on, 30, lead, desk.officer.code)
    told = {"occurred_at": on, "unit": unit.code, "stage": stage, "mode": ContactMode.VISIT, "members": (lead,)}
    content = "约请登门走访，委员表示不必专程前来。"
    said = {"content": content, "member_position": MemberPosition.NO_COMMENT, "declined_by_member": True}
    at = case.same_day(on, 10, 60)
    people = {"unit_people": (desk.officer.claim,)}
    yield Act(at, desk.by, c.RecordMemberContact.model_validate({**told, **said, **people}))
    at = case.later(at, 0, 2)
    yield Act(at)
    return at


def _entered_twice(case: Case, unit: Unit, at: datetime, told: Mapping[str, object]) -> Story:
    """The same talk, entered once more by mistake and taken back."""
    by, on = case.desk(unit).by, told["occurred_at"]
    if not isinstance(on, datetime):
        return at
    at = case.same_day(at, 1, 5)
    again = {**told, "occurred_at": minutes(on, 1)}
    yield Act(at, by, c.RecordMemberContact.model_validate(again))
    version = case.state.version
    at = case.later(at, 0, 2)
    yield Act(at, by, c.RetractReport(version=version, reason="同一次沟通重复登记"))
    return at
