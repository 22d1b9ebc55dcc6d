"""From the first line to the handover: drafted, co-signed, handed in, reviewed, registered, or not."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from api.simulate.place import COMMITTEE
from api.simulate.story import NOW, Act, Case, Story, evening, minutes
from domain import commands as c
from domain.codes import Channel, Conversion, Recipient, RefusalGround, ReviewLevel, ReviewOpinion, Timing
from domain.rules import CO_SIGNED_IN_TIME, IN_SESSION_WINDOW
from domain.values import day_of

TOPICS = ("经济", "民生", "城建", "科教文卫", "生态文明", "农业农村")


def admitted(case: Case) -> Story:
    """Until the case is with the government: then `case.state.transferred` says so and `recipient` is None."""
    at = yield from _handed_in(case)
    at = yield from _reviewed(case, at)
    if case.state.ended is not None or case.state.case_no is None:
        return at
    return (yield from _handed_over(case, at))


def merges(case: Case, index: int) -> bool:
    """Whether the proposal of this number is one that the one before it in its session takes in."""
    return 0 <= index < case.city.proposals and Dice(case.place.seed, "merge", index).chance(f.MERGED)


def _handed_in(case: Case) -> Story:
    dice, place = case.dice, case.place
    lead, *co_signers = dice.some(place.members, 1 + _co_signers(dice))
    drafted = dice.chance(f.DRAFTED_ONLINE)
    late = dice.chance(f.AFTER_THE_LAST_DAY) and not drafted
    on, timing = _day(case)
    at = dice.hour(on)
    written: dict[str, Any] = {
        "session": case.meeting.key,
        "title": words.title(dice, case.subject),
        "body": words.body(dice, case.subject) if dice.chance(f.BODY) else None,
        "lead_proposer": lead,
        "suggested_units": (case.unit.code,) if dice.chance(0.5) else (),
    }
    if drafted:
        return (yield from _co_signed(case, at, timing, co_signers, written))
    written |= {"co_signers": co_signers, "channel": dice.choice((Channel.ONLINE, Channel.PAPER, Channel.STAFF))}
    if dice.chance(f.COLLECTIVE):
        written["collective"] = {**dice.choice(words.COLLECTIVES), "sealed": True, "signed_by": lead}
    if late and timing is Timing.IN_SESSION:
        at, timing = dice.hour(case.meeting.in_session_until + timedelta(days=1)), Timing.INTER_SESSION
        in_time = c.SubmitProposal.model_validate({**written, "timing": Timing.IN_SESSION})
        yield Act(at, f"member:{lead}", in_time, refused_by=IN_SESSION_WINDOW)
        at = minutes(at, 20)
    yield Act(at, f"member:{lead}", c.SubmitProposal.model_validate({**written, "timing": timing}))
    return at


def _co_signed(case: Case, at: datetime, timing: Timing, invited: list[str], written: dict[str, Any]) -> Story:
    """Written in the system, signed by those invited until the day before, and handed in `at`."""
    dice, lead = case.dice, f"member:{written['lead_proposer']}"
    begun = at - timedelta(days=dice.randint(9, 20))
    yield Act(begun, lead, c.DraftProposal.model_validate({**written, "timing": timing}))
    if dice.chance(0.3):
        changed = {"title": f"{written['title']}（修改稿）", "timing": timing}
        kept = {name: written[name] for name in ("body", "suggested_units")}
        begun = minutes(begun, dice.randint(60, 2000))
        yield Act(begun, lead, c.ReviseProposalDraft.model_validate({**kept, **changed}))
    if invited:
        begun = minutes(begun, dice.randint(5, 300))
        sign_by = day_of(at) - timedelta(days=1)
        yield Act(begun, lead, c.InviteCoSigners(members=tuple(invited), sign_by=sign_by))
        days = max(1, (sign_by - day_of(begun)).days)
        answers = sorted((minutes(begun, dice.randint(30, days * 1440 - 600)), member) for member in invited)
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


def _co_signers(dice: Dice) -> int:
    if not dice.chance(f.CO_SIGNED):
        return 0
    number = 1
    while number < f.MOST_CO_SIGNERS and dice.chance(f.MORE_CO_SIGNERS):
        number += 1
    return number


def _day(case: Case) -> tuple[date, Timing]:
    """At the session, most on its last day for proposals; or between sessions, any day."""
    meeting, dice = case.meeting, case.dice
    if dice.chance(f.IN_SESSION):
        return meeting.in_session_until - timedelta(days=int(18 * dice.random() ** 3)), Timing.IN_SESSION
    first = meeting.closed_on + timedelta(days=40)
    last = min(date(meeting.year, 11, 20), day_of(NOW) - timedelta(days=25))
    return first + timedelta(days=dice.randint(0, (last - first).days)), Timing.INTER_SESSION


def _reviewed(case: Case, at: datetime) -> Story:
    """Three levels up to registration; some are changed, merged, withdrawn, or no case at all."""
    dice = case.dice
    fates = {"refused": f.NOT_REGISTERED, "withdrawn": f.WITHDRAWN, "revised": f.REVISED}
    fate = dice.weighted({**fates, "plain": 1 - sum(fates.values())})
    years = len(case.place.meetings)
    joins = merges(case, case.index) and case.index >= years and not merges(case, case.index - years)
    at = case.later(at, 1, 9)
    if fate == "revised":
        at = yield from _sent_back(case, at)
    opinion = ReviewOpinion.MERGE if joins else ReviewOpinion.REFUSE if fate == "refused" else ReviewOpinion.ADMIT
    yield Act(at, COMMITTEE, _opinion(case, ReviewLevel.FIRST, opinion))
    if joins:
        case.city.to_merge.add(case.stream.id)
        at = case.later(at, 18, 24)
        yield Act(at)
        if case.stream.id not in case.city.to_merge:
            return at
        case.city.to_merge.remove(case.stream.id)
        opinion = ReviewOpinion.ADMIT
    at = case.later(at, 1, 5)
    yield Act(at, COMMITTEE, _opinion(case, ReviewLevel.SECOND, opinion))
    if fate == "withdrawn":
        at = case.later(at, 1, 10)
        yield Act(
            at,
            COMMITTEE,
            c.WithdrawProposal(member=case.state.lead_proposer, reason="领衔委员来函，拟补充调研后另行提交"),
        )
        return at
    at = case.later(at, 1, 5)
    yield Act(at, COMMITTEE, _opinion(case, ReviewLevel.FINAL, opinion))
    if fate == "refused" and not joins:
        return (yield from _refused(case, at))
    at = yield from _taking_in(case, at, case.index + years)
    at = case.later(at, 0, 3)
    yield Act(
        at,
        COMMITTEE,
        c.RegisterProposal(topic=dice.choice(("经济", "民生", "城建", "科教文卫", "生态文明", "农业农村"))),
    )
    return at


def _opinion(case: Case, level: ReviewLevel, opinion: ReviewOpinion) -> c.Command:
    lead = case.unit.code if opinion is ReviewOpinion.ADMIT else None
    note = {"ADMIT": "符合立案条件", "MERGE": "与他案同一内容，建议并案", "REFUSE": "不符合立案条件"}[opinion]
    return c.RecordReviewOpinion(level=level, opinion=opinion, note=note, lead_unit=lead)


def _sent_back(case: Case, at: datetime) -> Story:
    reason = case.dice.choice(("一事一案，请拆分或聚焦", "缺少具体建议", "情况分析不够具体"))
    yield Act(at, COMMITTEE, c.ReturnForRevision(reason=reason))
    at = case.later(at, 1, 6)
    body = words.body(case.dice, case.subject)
    again = c.ResubmitProposal(title=case.state.title[:190] + "（修改）", body=body)
    yield Act(at, f"member:{case.state.lead_proposer}", again)
    return case.later(at, 1, 3)


def _refused(case: Case, at: datetime) -> Story:
    dice = case.dice
    at = case.later(at, 0, 3)
    ground = dice.choice(list(RefusalGround))
    yield Act(at, COMMITTEE, c.RefuseRegistration(ground=ground, explanation="经审查，不符合立案条件，依规定不予立案"))
    at = case.later(at, 0, 5)
    yield Act(at, COMMITTEE, c.NotifyRefusal(note="电话并书面说明理由"))
    if dice.chance(f.CONVERTED):
        at = case.later(at, 1, 6)
        way = dice.choice(list(Conversion))
        yield Act(at, COMMITTEE, c.ConvertProposal(conversion=way, sent_to=case.unit.name, reason="供有关单位参考"))
    return at


def _taking_in(case: Case, at: datetime, other: int) -> Story:
    """Take in the proposal that waits to be merged into this one, if it does."""
    if not merges(case, other) or merges(case, case.index):
        return at
    twin: UUID = case.city.stream_of(other).id
    yield Act(at)
    if twin in case.city.to_merge:
        case.city.to_merge.remove(twin)
        yield Act(at, COMMITTEE, c.MergeProposals(absorbed=(twin,), reason="同一内容，并案办理"))
    return at


def _handed_over(case: Case, at: datetime) -> Story:
    """At the meeting, if it was registered by then; alone, if not, or to somebody else than the government."""
    dice, meeting = case.dice, case.meeting
    if dice.chance(f.ELSEWHERE):
        at = case.later(at, 1, 12)
        others = [recipient for recipient in Recipient if recipient is not Recipient.GOVERNMENT]
        yield Act(at, COMMITTEE, c.TransferCase(occasion="个案交办", recipient=dice.choice(others)))
        return at
    if case.state.timing is Timing.IN_SESSION and day_of(at) < meeting.handover_on:
        case.city.to_hand_over.setdefault(meeting.key, []).append(case.stream.id)
        at = evening(meeting.handover_on)
        yield Act(at)
        return at
    at = case.later(at, 1, 5)
    yield Act(at, COMMITTEE, c.TransferCase(occasion="平时提案个案交办"))
    return at
