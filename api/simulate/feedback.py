"""What the proposers think of a reply, and what comes of it when they are not satisfied."""

from datetime import date, datetime, timedelta

from api.simulate import figures as f
from api.simulate.contact import heard
from api.simulate.people import Unit
from api.simulate.story import Act, Case, Story
from domain import commands as c
from domain.codes import Addressed, AssignmentMode, EnteredBy, MemberPosition, Rating
from domain.proposal import Round
from domain.rules import FEEDBACK_BEFORE_CLOSING, NO_RESPONSE_AFTER_DUE
from domain.values import day_of

ADDRESSED = {Rating.SATISFIED: Addressed.ADDRESSED, Rating.BASIC: Addressed.BASICALLY}
COMMENTS = {
    Rating.SATISFIED: ("办理认真，感谢", "希望继续跟踪落实"),
    Rating.BASIC: ("希望加快进度", "部分建议还可以再研究"),
    Rating.DISSATISFIED: ("答复没有回应主要建议", "措施不够具体，请重新办理"),
}


def heard_back(case: Case, unit: Unit, at: datetime) -> Story:
    """Forms out, answers in; of those who never answer it is noted."""
    dice, number, by = case.dice, case.task(unit).round.number, case.desk(unit).by
    members = _asked(case, unit) if number == 1 else tuple(sorted(case.task(unit).dissatisfied))
    at = case.later(at, 0, 3)
    yield Act(at, by, c.IssueFeedbackForm(unit=unit.code, members=members))
    due = case.task(unit).rounds[number].forms[members[0]].due
    silent = [member for member in members if dice.chance(f.SILENT)]
    out = at
    last = max(1, (due - day_of(at)).days - 1) if due else 12
    answers = sorted((case.at_home(out, 1, last), member) for member in members if member not in silent)
    for when, member in answers:
        at = max(at, when)
        rating = _rating(case, number)
        entered = EnteredBy.COMMITTEE if dice.chance(f.ENTERED_FOR_MEMBER) else EnteredBy.MEMBER
        at = case.after(at, 0) if entered is EnteredBy.COMMITTEE else at
        answer = _answer(case, unit, number, member, rating, entered)
        yield Act(at, case.clerk if entered is EnteredBy.COMMITTEE else f"member:{member}", answer)
        if rating is Rating.BASIC and dice.chance(f.REVISED_ANSWER):
            at = case.at_home(at, 0, 2)
            better = {"overall": Rating.SATISFIED, "result": Rating.SATISFIED, "addressed": Addressed.ADDRESSED}
            told = {**answer.model_dump(), **better, "entered_by": EnteredBy.MEMBER, "comment": None}
            changed = c.ReviseSatisfaction.model_validate({**told, "reason": "看到后续进展后更改"})
            yield Act(at, f"member:{member}", changed)
    if silent:
        at = yield from _never_answered(case, unit, number, silent, at)
    return at


def _asked(case: Case, unit: Unit) -> tuple[str, ...]:
    """Who gets a form: all who signed (P4); of a divided case, of which every unit asks, the lead and the next two."""
    divided = case.task(unit).mode is AssignmentMode.SPLIT
    return case.state.proposers[:3] if divided else case.state.proposers


def mediated(case: Case, unit: Unit, at: datetime) -> Story:
    """A talk with those whom handling it again has not satisfied (S8)."""
    at = case.later(at, 2, 9)
    ratings = case.task(unit).round.ratings
    members = tuple(sorted(member for member, told in ratings.items() if told.overall is Rating.DISSATISFIED))
    conveners = (case.place.staff.office[0], case.place.staff.committee[1])
    at = case.met(at, 60, *members, *(person.code for person in conveners))
    outcome = case.told("pressed.mediated")
    claims = tuple(person.claim for person in conveners)
    told = {"unit": unit.code, "conveners": claims, "members": members, "outcome": outcome}
    talk = {"occurred_at": at, "member_position": MemberPosition.UNDERSTAND}
    at = case.same_day(at, 60, 120)
    yield Act(at, case.office, c.RecordMediation.model_validate({**told, **talk}))
    return at


def _never_answered(case: Case, unit: Unit, number: int, silent: list[str], at: datetime) -> Story:
    dice, due = case.dice, _due(case, unit, number, silent)
    at = case.after(at, 10)
    if due is not None and dice.chance(f.NOTED_TOO_EARLY) and day_of(at) < due:
        early = _no_response(unit, number, silent[0])
        yield Act(at, case.clerk, early, refused_by=NO_RESPONSE_AFTER_DUE)
    if dice.chance(f.CLOSED_TOO_EARLY) and _waits_only_for_answers(case):
        early_end = c.CloseHandling(basis="已答复", result_class=case.rulebook.class_scheme.classes[0].code)
        at = case.after(at, 10)
        yield Act(at, case.office, early_end, refused_by=FEEDBACK_BEFORE_CLOSING)
    while due is not None and day_of(at) <= due:  # other rules may move it meanwhile
        at = max(at, case.opening(due + timedelta(days=1)))
        yield Act(at)
        due = _due(case, unit, number, silent)
    if due is not None:
        yield Act(at, case.office, c.NoteFeedbackOverdue(unit=unit.code))
    at = case.later(at, 3, 14)
    for member in silent:
        yield Act(at, case.clerk, _no_response(unit, number, member))
    return at


def _due(case: Case, unit: Unit, number: int, silent: list[str]) -> date | None:
    return case.task(unit).rounds[number].forms[silent[0]].due


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
    if case.state.version >= f.MUCH:  # who has gone through so much lets it be
        unhappy = 0.0
    weights = {Rating.DISSATISFIED: unhappy, Rating.BASIC: f.BASIC, Rating.SATISFIED: 1 - unhappy - f.BASIC}
    return case.dice.weighted(weights)


def _answer(
    case: Case, unit: Unit, number: int, member: str, rating: Rating, entered: EnteredBy
) -> c.RecordSatisfaction:
    dice = case.dice
    attitude = Rating.SATISFIED if dice.chance(0.8) else rating
    said = {"attitude": attitude, "result": rating, "overall": rating, "entered_by": entered}
    addressed = ADDRESSED.get(rating, Addressed.NOT_ADDRESSED)
    comment = dice.choice(COMMENTS[rating]) if dice.chance(0.2) else None
    told = {"unit": unit.code, "round": number, "member": member, "comment": comment, "addressed": addressed}
    return c.RecordSatisfaction.model_validate({**told, **said, **heard(case, unit, number, member)})
