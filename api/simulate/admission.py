"""From the first line to the handover: drafted, co-signed, handed in, reviewed, registered, or not."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from api.simulate.people import COMMITTEE
from api.simulate.story import NOW, Act, Case, Story, evening, joins, minutes
from domain import commands as c
from domain.codes import Channel, Recipient, RefusalGround, ReviewLevel, ReviewOpinion, Timing
from domain.rules import CO_SIGNED_IN_TIME, IN_SESSION_WINDOW
from domain.values import day_of

REVIEWED_BY = {ReviewLevel.SECOND: "official:cppcc-committee-deputy", ReviewLevel.FINAL: COMMITTEE}
"""A desk officer looks first, then the deputy, then the head."""
GROUNDS = tuple(ground for ground in RefusalGround if ground is not RefusalGround.SECRET)
"""What is secret never comes into the system."""
NO_ADVICE, TOO_GENERAL, TWO_MATTERS = "缺少具体建议", "情况分析不够具体", "一事一案，请聚焦一个事项"
SENT_BACK = (NO_ADVICE, TOO_GENERAL, TWO_MATTERS)
"""What the committee sends a proposal back for."""


def admitted(case: Case) -> Story:
    """Until the case is with the government: then `case.state.transferred` says so and `recipient` is None."""
    fates = {"refused": f.NOT_REGISTERED, "withdrawn": f.WITHDRAWN, "revised": f.REVISED}
    fate = case.dice.weighted({**fates, "plain": 1 - sum(fates.values())})
    case.lacking = case.dice.choice(SENT_BACK) if fate == "revised" else None
    if fate == "refused" and not joins(case.city, case.index):
        case.refused_for = case.dice.choice(GROUNDS)
    at = yield from _handed_in(case)
    at = yield from _reviewed(case, at, fate)
    if case.state.ended is not None or case.state.case_no is None:
        return at
    return (yield from _handed_over(case, at))


def _handed_in(case: Case) -> Story:
    dice, place = case.dice, case.place
    lead, *co_signers = (member.code for member in dice.some(place.members, 1 + _co_signers(dice)))
    drafted = dice.chance(f.DRAFTED_ONLINE)
    late = dice.chance(f.AFTER_THE_LAST_DAY) and not drafted
    on, timing = _day(case)
    found = words.each(dice, case.matter.named, f"found.{case.matter.kind}", 3)
    written: dict[str, Any] = {
        "session": case.meeting.key,
        "title": words.title(dice, case.subject, case.matter.place),
        "body": _body(case, found, lacking=case.lacking),
        "lead_proposer": lead,
        "suggested_units": (case.unit.code,) if dice.chance(0.5) else (),
    }
    case.mended = _body(case, found, lacking=None)
    if drafted:
        first = _body(case, found, lacking=case.lacking or dice.choice(SENT_BACK))
        return (yield from _co_signed(case, dice.leisure(on), timing, co_signers, written, first))
    channel = dice.choice((Channel.ONLINE, Channel.PAPER, Channel.STAFF))
    by = f"member:{lead}" if channel is Channel.ONLINE else case.clerk
    written |= {"co_signers": co_signers, "channel": channel}
    if dice.chance(f.COLLECTIVE):
        body = dice.choice(words.COLLECTIVES)
        case.collective = body["name"]
        written["collective"] = {**body, "sealed": True, "signed_by": lead}
    at = dice.leisure(on) if channel is Channel.ONLINE else dice.hour(place.workday(on))
    if late and timing is Timing.IN_SESSION:
        at = dice.hour(place.workday(case.meeting.in_session_until + timedelta(days=1)))
        timing = Timing.INTER_SESSION
        in_time = c.SubmitProposal.model_validate({**written, "timing": Timing.IN_SESSION})
        yield Act(at, by, in_time, refused_by=IN_SESSION_WINDOW)
        at = minutes(at, 20)
    yield Act(at, by, c.SubmitProposal.model_validate({**written, "timing": timing}))
    return at


def _co_signed(
    case: Case, at: datetime, timing: Timing, invited: list[str], written: dict[str, Any], first: str
) -> Story:
    """Written in the system, signed by those invited until the day before, and handed in `at`; `first`: what some
    have written at first."""
    dice, lead = case.dice, f"member:{written['lead_proposer']}"
    begun = dice.leisure(day_of(at) - timedelta(days=dice.randint(9, 20)))
    revises = dice.chance(0.3) and first != written["body"]
    begins = {**written, "body": first} if revises else written
    yield Act(begun, lead, c.DraftProposal.model_validate({**begins, "timing": timing}))
    if revises:
        changed = {"title": written["title"], "body": written["body"], "timing": timing}
        begun = case.at_home(begun, 0, 2)
        revised = {**changed, "suggested_units": written["suggested_units"]}
        yield Act(begun, lead, c.ReviseProposalDraft.model_validate(revised))
    if invited:
        begun = case.at_home(begun, 0, 1)
        sign_by = day_of(at) - timedelta(days=1)
        yield Act(begun, lead, c.InviteCoSigners(members=tuple(invited), sign_by=sign_by))
        days = max(0, (sign_by - day_of(begun)).days)
        answers = sorted((case.at_home(begun, 0, days), member) for member in invited)
        for when, member in answers:
            if dice.chance(f.DECLINES):
                yield Act(when, f"member:{member}", c.DeclineCoSignature(member=member))
            elif dice.chance(f.TOO_LATE_TO_SIGN):
                continue
            elif day_of(when) <= sign_by:
                yield Act(when, f"member:{member}", c.CoSign(member=member))
        for member in case.state.drafting.awaited[:1]:
            early = minutes(at, -5)
            yield Act(early, f"member:{member}", c.CoSign(member=member), refused_by=CO_SIGNED_IN_TIME)
    yield Act(at, lead, c.SubmitDraft())
    return at


def _body(case: Case, found: Sequence[str], lacking: str | None) -> str:
    """What the proposal says, or what it says as long as this is lacking."""
    matter = case.matter
    if case.refused_for is not None:
        return case.told(f"refused.{case.refused_for}")
    if lacking == NO_ADVICE:
        return matter.body(found, matter.points[:1])
    if lacking == TOO_GENERAL:
        return matter.body(found[:1], matter.points)
    other = next((subject for subject in case.unit.subjects if subject != case.subject), "") if lacking else ""
    return matter.body(found, matter.points, f"此外，建议一并研究{other}问题。" if other else "")


def _co_signers(dice: Dice) -> int:
    if not dice.chance(f.CO_SIGNED):
        return 0
    number = 1
    while number < f.MOST_CO_SIGNERS and dice.chance(f.MORE_CO_SIGNERS):
        number += 1
    return number


def _day(case: Case) -> tuple[date, Timing]:
    """At the session, most on its last day for proposals; or between sessions, any day. What says the same as another
    comes in within days of it."""
    meeting, twin = case.meeting, joins(case.city, case.index)
    dice = Dice(case.place.seed, "day", case.index - len(case.place.meetings) if twin else case.index)
    apart = timedelta(days=case.dice.randint(-3, 3) if twin else 0)
    if dice.chance(f.IN_SESSION):
        on = meeting.in_session_until - timedelta(days=int(18 * dice.random() ** 3)) + apart
        return min(on, meeting.in_session_until), Timing.IN_SESSION
    first = meeting.closed_on + timedelta(days=40)
    last = min(date(meeting.year, 11, 20), day_of(NOW) - timedelta(days=25))
    on = first + timedelta(days=dice.randint(0, (last - first).days)) + apart
    return min(on, last), Timing.INTER_SESSION


def _reviewed(case: Case, at: datetime, fate: str) -> Story:
    """Three levels up to registration; some are changed, merged, withdrawn, or no case at all."""
    twin = joins(case.city, case.index)
    at = case.later(at, 1, 9)
    if fate == "revised":
        at = yield from _sent_back(case, at)
    opinion = ReviewOpinion.MERGE if twin else ReviewOpinion.REFUSE if case.refused_for else ReviewOpinion.ADMIT
    yield Act(at, *_opinion(case, ReviewLevel.FIRST, opinion))
    if twin:
        case.city.to_merge.add(case.stream.id)
        at = case.later(at, 18, 24)
        yield Act(at)
        if case.stream.id not in case.city.to_merge:
            return at
        case.city.to_merge.remove(case.stream.id)
        opinion = ReviewOpinion.ADMIT
    at = case.later(at, 1, 5)
    yield Act(at, *_opinion(case, ReviewLevel.SECOND, opinion))
    if fate == "withdrawn":
        at = case.later(at, 1, 10)
        yield Act(
            at,
            case.clerk,
            c.WithdrawProposal(member=case.state.lead_proposer, reason="领衔委员来函，拟补充调研后另行提交"),
        )
        return at
    at = case.later(at, 1, 5)
    yield Act(at, *_opinion(case, ReviewLevel.FINAL, opinion))
    if case.refused_for is not None:
        return (yield from _refused(case, case.refused_for, at))
    at = yield from _taking_in(case, at, case.index + len(case.place.meetings))
    at = case.later(at, 0, 3)
    yield Act(at, case.clerk, c.RegisterProposal(topic=case.unit.topic))
    return at


def _opinion(case: Case, level: ReviewLevel, opinion: ReviewOpinion) -> tuple[str, c.Command]:
    """By whom, and what."""
    lead = case.unit.code if opinion is ReviewOpinion.ADMIT else None
    note = {"ADMIT": "符合立案条件", "MERGE": "与他案同一内容，建议并案", "REFUSE": "不符合立案条件"}[opinion]
    given = c.RecordReviewOpinion(level=level, opinion=opinion, note=note, lead_unit=lead)
    return REVIEWED_BY.get(level, case.clerk), given


def _sent_back(case: Case, at: datetime) -> Story:
    """For what is lacking; it comes back with that and otherwise unchanged."""
    yield Act(at, case.clerk, c.ReturnForRevision(reason=case.lacking or NO_ADVICE))
    at = case.at_home(at, 1, 6)
    again = c.ResubmitProposal(title=case.state.title, body=case.mended)
    yield Act(at, f"member:{case.state.lead_proposer}", again)
    return case.later(at, 1, 3)


def _refused(case: Case, ground: RefusalGround, at: datetime) -> Story:
    """The proposers are told why, and the text goes to whom it concerns (S2)."""
    at = case.later(at, 0, 3)
    yield Act(at, COMMITTEE, c.RefuseRegistration(ground=ground, explanation=words.TEXTS["refusal"][ground]))
    at = case.later(at, 0, 5)
    yield Act(at, case.clerk, c.NotifyRefusal(note="电话并书面说明理由"))
    at = case.later(at, 1, 6)
    passed_on = {kind: text.format(unit=case.unit.name) for kind, text in words.TEXTS["passed_on"][ground].items()}
    yield Act(at, case.clerk, c.ConvertProposal.model_validate(passed_on))
    return at


def _taking_in(case: Case, at: datetime, other: int) -> Story:
    """Take in the proposal that waits to be merged into this one, if it does."""
    if not joins(case.city, other):
        return at
    twin: UUID = case.city.stream_of(other).id
    yield Act(at)
    if twin not in case.city.to_merge:  # it may have come in a little later, and its first review is still to be
        at = case.later(at, 5, 9)
        yield Act(at)
    if twin in case.city.to_merge:
        case.city.to_merge.remove(twin)
        yield Act(at, COMMITTEE, c.MergeProposals(absorbed=(twin,), reason="内容相同，合并立案"))
    return at


def _handed_over(case: Case, at: datetime) -> Story:
    """At the meeting, if it was registered by then; alone, if not, or to somebody else than the government."""
    dice, meeting = case.dice, case.meeting
    if dice.chance(f.ELSEWHERE):
        at = case.later(at, 1, 12)
        others = [recipient for recipient in Recipient if recipient is not Recipient.GOVERNMENT]
        yield Act(at, case.clerk, c.TransferCase(occasion="个案交办", recipient=dice.choice(others)))
        return at
    if case.state.timing is Timing.IN_SESSION and day_of(at) < meeting.handover_on:
        case.city.to_hand_over.setdefault(meeting.key, []).append(case.stream.id)
        at = evening(meeting.handover_on)
        yield Act(at)
        return at
    at = case.later(at, 1, 5)
    yield Act(at, case.clerk, c.TransferCase(occasion="平时提案个案交办"))
    return at
