"""What the proposers think of a reply, and what comes of it when they are not satisfied."""

from datetime import datetime, timedelta

from api.simulate import figures as f
from api.simulate.place import COMMITTEE, OFFICE, Unit
from api.simulate.story import Act, Case, Story, minutes, morning
from domain import commands as c
from domain.codes import EnteredBy, Heard, MemberPosition, Rating
from domain.proposal import Round
from domain.rules import FEEDBACK_BEFORE_CLOSING, NO_RESPONSE_AFTER_DUE
from domain.values import day_of


def heard_back(case: Case, unit: Unit, at: datetime, officer: str) -> Story:
    """Forms out, answers in; of those who never answer it is noted."""
    dice, number = case.dice, case.task(unit).round.number
    members = case.state.proposers if number == 1 else tuple(sorted(case.task(unit).dissatisfied))
    at = case.later(at, 0, 3)
    yield Act(at, f"official:{officer}", c.IssueFeedbackForm(unit=unit.code, members=members))
    due = case.task(unit).rounds[number].forms[members[0]].due
    silent = [member for member in members if dice.chance(f.SILENT)]
    out = at
    last = max(1, (due - day_of(at)).days - 1) if due else 12
    answers = sorted((case.later(out, 1, last), member) for member in members if member not in silent)
    for when, member in answers:
        at = max(at, when)
        rating = _rating(case, number)
        entered = EnteredBy.OFFICE if dice.chance(f.ENTERED_BY_UNIT) else EnteredBy.MEMBER
        by = f"official:{officer}" if entered is EnteredBy.OFFICE else f"member:{member}"
        yield Act(at, by, _answer(case, unit, number, member, rating, entered))
        if rating is Rating.BASIC and dice.chance(f.REVISED_ANSWER):
            at = minutes(at, 90)
            told = _answer(case, unit, number, member, Rating.SATISFIED, EnteredBy.MEMBER).model_dump()
            changed = c.ReviseSatisfaction.model_validate({**told, "reason": "看到后续进展后更改"})
            yield Act(at, f"member:{member}", changed)
    if silent:
        at = yield from _never_answered(case, unit, number, silent, at)
    return at


def mediated(case: Case, unit: Unit, at: datetime) -> Story:
    """A talk with those whom handling it again has not satisfied (S8)."""
    at = case.later(at, 2, 9)
    ratings = case.task(unit).round.ratings
    members = tuple(sorted(member for member, told in ratings.items() if told.overall is Rating.DISSATISFIED))
    conveners = ({"name": "政府督查室负责人"}, {"name": "政协提案委负责人"})
    told = {"unit": unit.code, "conveners": conveners, "members": members, "outcome": "说明政策限制，委员表示理解"}
    talk = {"occurred_at": at, "member_position": MemberPosition.UNDERSTAND}
    yield Act(minutes(at, 120), OFFICE, c.RecordMediation.model_validate({**told, **talk}))
    return minutes(at, 120)


def _never_answered(case: Case, unit: Unit, number: int, silent: list[str], at: datetime) -> Story:
    dice, rated = case.dice, case.task(unit).rounds[number]
    due = rated.forms[silent[0]].due
    if due is not None and dice.chance(f.NOTED_TOO_EARLY) and day_of(at) < due:
        early = _no_response(unit, number, silent[0])
        yield Act(minutes(at, 10), COMMITTEE, early, refused_by=NO_RESPONSE_AFTER_DUE)
    if dice.chance(f.CLOSED_TOO_EARLY) and _waits_only_for_answers(case):
        early_end = c.CloseHandling(basis="已答复", result_class=case.rulebook.class_scheme.classes[0].code)
        yield Act(minutes(at, 20), OFFICE, early_end, refused_by=FEEDBACK_BEFORE_CLOSING)
    at = minutes(at, 30)
    if due is not None:
        at = max(at, morning(due + timedelta(days=1)))
        yield Act(at, OFFICE, c.NoteFeedbackOverdue(unit=unit.code))
    at = case.later(at, 3, 14)
    for member in silent:
        yield Act(at, COMMITTEE, _no_response(unit, number, member))
    return at


def _waits_only_for_answers(case: Case) -> bool:
    """Whether closing would be refused for the missing answers and for nothing else."""
    answering, rounds = case.state.answering, [task.round for task in case.state.answering]
    return len(answering) == len(case.state.active_tasks) == 1 and all(
        _rated_well(current) and not answering[0].dissatisfied for current in rounds
    )


def _rated_well(current: Round) -> bool:
    return current.issued and all(told.overall is not Rating.DISSATISFIED for told in current.ratings.values())


def _no_response(unit: Unit, number: int, member: str) -> c.RecordSatisfaction:
    none = Rating.NO_RESPONSE
    told = {"attitude": none, "result": none, "overall": none, "entered_by": EnteredBy.COMMITTEE}
    return c.RecordSatisfaction.model_validate({"unit": unit.code, "round": number, "member": member, **told})


def _rating(case: Case, number: int) -> Rating:
    unhappy = (f.DISSATISFIED, f.DISSATISFIED_AGAIN, 0.0)[min(number, 3) - 1]
    weights = {Rating.DISSATISFIED: unhappy, Rating.BASIC: f.BASIC, Rating.SATISFIED: 1 - unhappy - f.BASIC}
    return case.dice.weighted(weights)


def _answer(
    case: Case, unit: Unit, number: int, member: str, rating: Rating, entered: EnteredBy
) -> c.RecordSatisfaction:
    dice = case.dice
    attitude = Rating.SATISFIED if dice.chance(0.8) else rating
    heard = Heard.NOT_CONTACTED if dice.chance(f.NOT_CONTACTED) else dice.choice((Heard.VISITED, Heard.PHONED))
    told = {"attitude": attitude, "result": rating, "overall": rating, "heard": heard, "entered_by": entered}
    comment = "希望继续跟踪落实" if dice.chance(0.2) else None
    return c.RecordSatisfaction.model_validate(
        {"unit": unit.code, "round": number, "member": member, "comment": comment, **told}
    )
