"""What a rule says about the facts of one round."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from domain.codes import DecisiveMoment, Gate, Origin, Outcome
from domain.communication.facts import Communication, Contact, Mark, ReplyRound, Waiver
from domain.policy.rulebook import ContactRule
from domain.rules import CONTACT_BEFORE_REPLY
from domain.values import Frozen, comes_before, earlier, end_of, only_by_day

LATEST = 2**62
"""The version of a moment that is only supposed: after everything there is."""


class Proof(Frozen):
    """An event that a verdict rests on, and the part it plays."""

    part: str
    version: int
    position: int
    origin: Origin


class Verdict(Frozen):
    """An answer that can be checked: the outcome, the rule it was judged by, the events that prove it.

    `drafted_first` says that contact came after the first draft, allowed or not; `same_day` that the order rests
    on days alone; `clock` names the clock that told when the contact was entered.
    """

    outcome: Outcome
    rule: str
    source: str
    before: DecisiveMoment
    proof: tuple[Proof, ...] = ()
    drafted_first: bool = False
    same_day: bool = False
    clock: str | None = None


def judge(known: Communication, unit: str, number: int, rule: ContactRule) -> Verdict:
    """Whether contact preceded this round's reply.

    A contact counts when its mode is allowed, the member did not decline it, the answering unit made it after its
    assignment, after the previous round's feedback and before the next round began, and it happened before the
    decisive moment. It backs a plain PASS only if it was also entered before that moment; entered later it gives
    PASS_BACKFILLED. It counts for one round: one that was there when the round's moment came stays with it, whatever
    is learnt later, such as an answer of the same day. A waiver counts if entered before.
    """
    answered = known.round_of(unit, number)
    decisive = answered.decisive(rule.before) if answered else None
    if answered is None or rule.gate is Gate.OFF or (answered.left and decisive is None):
        return _verdict(rule, Outcome.NOT_APPLICABLE, answered, decisive)
    counting, drafted_first = counting_for(known, answered, rule), _drafted_first(known, answered, rule)
    if decisive is None:
        return _verdict(rule, Outcome.PENDING, answered, None, drafted_first, counting)
    timely = [c for c in counting if _entered_before(c.mark, decisive)]
    if _reaches(known, counting, rule):
        outcome = Outcome.PASS if _reaches(known, timely, rule) else Outcome.PASS_BACKFILLED
        claimed = {member for contact in counting for member in contact.members}
        contested = any(denial.member in claimed for denial in answered.denied)
        outcome = Outcome.CONTESTED if contested else outcome
        return _verdict(rule, outcome, answered, decisive, drafted_first, counting)
    waivers = [w for w in known.waivers if (w.unit, w.round) == (unit, number) and _in_time(w.mark, decisive)]
    if waivers:
        return _verdict(rule, Outcome.WAIVED, answered, decisive, drafted_first, waivers=waivers)
    return _verdict(rule, Outcome.FAIL, answered, decisive, drafted_first, counting)


def counting_for(known: Communication, answered: ReplyRound, rule: ContactRule) -> list[Contact]:
    """The contacts that count for a round."""
    return _before(talks_of(known, answered, rule), answered.decisive(rule.before))


def talks_of(known: Communication, answered: ReplyRound, rule: ContactRule) -> list[Contact]:
    """The contacts of a round: those that count, and those that came too late for it."""
    rounds = sorted((r for r in known.rounds if r.unit == answered.unit), key=lambda r: r.round)
    left = [contact for contact in known.contacts if _allowed(contact, answered, rule)]
    for current in rounds:
        decisive = current.decisive(rule.before)
        after = next((r.since for r in rounds if r.round == current.round + 1), None)
        own = [
            contact
            for contact in left
            if (current.since is None or follows(contact.mark, current.since))
            and (after is None or not follows(contact.mark, after) or _was_there(contact.mark, decisive))
        ]
        if current.round == answered.round:
            return own
        counted = _before(own, decisive)
        left = [contact for contact in left if contact not in counted]
    return []


def as_if_now(
    known: Communication, unit: str, number: int, moment: DecisiveMoment, at: datetime | date
) -> Communication:
    """The same facts with the decisive moment set: what a gate asks is what the verdict will say. A second signature
    takes the place of the first; a round is drafted first only once."""
    moments = {DecisiveMoment.DRAFT: "drafted", DecisiveMoment.SIGNING: "signed", DecisiveMoment.ISSUE: "issued"}
    now = Mark(version=LATEST, position=0, at=at, entered_at=end_of(at), clock="recorded_at", origin=Origin.NATIVE)
    answered = known.round_of(unit, number)
    fixed = moment is DecisiveMoment.DRAFT and answered is not None and answered.drafted is not None
    return known if fixed else known.with_round(unit, number, **{moments[moment]: now})


def follows(mark: Mark, other: Mark) -> bool:
    """Whether one fact came after another: by the moments claimed, or where those only share a day, by the order in
    which history took them in."""
    if earlier(other.at, mark.at):
        return True
    return not earlier(mark.at, other.at) and mark.version > other.version


def _before(contacts: list[Contact], decisive: Mark | None) -> list[Contact]:
    return [contact for contact in contacts if decisive is None or comes_before(contact.mark.at, decisive.at)]


def _drafted_first(known: Communication, answered: ReplyRound, rule: ContactRule) -> bool:
    drafted, talks = answered.drafted, talks_of(known, answered, rule)
    return drafted is not None and bool(talks) and all(follows(talk.mark, drafted) for talk in talks)


def _was_there(mark: Mark, decisive: Mark | None) -> bool:
    """Whether a fact stood in history when the decisive one came."""
    return decisive is not None and mark.version < decisive.version


def _allowed(contact: Contact, answered: ReplyRound, rule: ContactRule) -> bool:
    return (
        contact.unit == answered.unit
        and contact.mode in rule.modes
        and not contact.declined
        and follows(contact.mark, answered.assigned)
    )


def _in_time(waiver: Mark, decisive: Mark) -> bool:
    return comes_before(waiver.at, decisive.at) and _entered_before(waiver, decisive)


def _entered_before(mark: Mark, decisive: Mark) -> bool:
    """By the clock of entry; on a day of which no more is known, by the order in which history took them in."""
    if earlier(mark.entered_at, decisive.at):
        return True
    return only_by_day(mark.entered_at, decisive.at) and _was_there(mark, decisive)


def _reaches(known: Communication, contacts: Iterable[Contact], rule: ContactRule) -> bool:
    reached = {member for contact in contacts for member in contact.members}
    if rule.reach_percent == 0:
        return known.lead_proposer in reached
    proposers = {known.lead_proposer, *known.co_signers}
    return len(reached & proposers) * 100 >= rule.reach_percent * len(proposers)


def _verdict(
    rule: ContactRule,
    outcome: Outcome,
    answered: ReplyRound | None,
    decisive: Mark | None,
    drafted_first: bool = False,
    contacts: Iterable[Contact] = (),
    waivers: Iterable[Waiver] = (),
) -> Verdict:
    contacts, waivers = list(contacts), list(waivers)
    relied_on = [contact.mark for contact in contacts] or [waiver.mark for waiver in waivers]
    marks: Mapping[str, Mark | None] = {
        "assigned": answered.assigned if answered else None,
        "since": answered.since if answered else None,
        "drafted": answered.drafted if answered else None,
        "signed": answered.signed if answered else None,
        "issued": answered.issued if answered else None,
    }
    proof = [_proof(part, fixed) for part, fixed in marks.items() if fixed]
    proof += [_proof("contact", contact.mark) for contact in contacts]
    proof += [_proof("waiver", waiver.mark) for waiver in waivers]
    proof += [_proof("denied", denial.mark) for denial in answered.denied] if answered else []
    return Verdict(
        outcome=outcome,
        rule=CONTACT_BEFORE_REPLY.id,
        source=rule.source,
        before=rule.before,
        proof=tuple(sorted(proof, key=lambda p: p.version)),
        drafted_first=drafted_first,
        same_day=bool(decisive and contacts) and all(_by_day(c.mark, decisive) for c in contacts),
        clock=relied_on[0].clock if relied_on else None,
    )


def _proof(part: str, fixed: Mark) -> Proof:
    return Proof(part=part, version=fixed.version, position=fixed.position, origin=fixed.origin)


def _by_day(contact: Mark, decisive: Mark | None) -> bool:
    return decisive is not None and only_by_day(contact.at, decisive.at)
