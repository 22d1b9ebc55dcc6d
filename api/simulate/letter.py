"""A letter of reply, point by point as the proposal has them, and what may be wrong with its drafts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.simulate import figures as f
from api.simulate import vocabulary as words
from api.simulate.dice import Dice
from api.simulate.matter import NUMERALS, Point, Promise
from api.simulate.people import Unit
from api.simulate.story import Case
from domain.codes import AssignmentMode, Defect

FIGURE = re.compile(r"\d+(?=[个处名件项条万])")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The answer to one point: `own`, where it is this unit's to answer."""

    number: str
    point: Point
    body: str
    own: bool

    @property
    def head(self) -> str:
        return f"关于{self.point.said('name')}的建议"

    @property
    def text(self) -> str:
        return f"{self.number}、{self.head}。{self.body}\n"


@dataclass(frozen=True, slots=True)
class Flaw:
    """What a draft says wrong in place of what is right; `result`: the class it claims meanwhile; `withheld_by`: the
    assisting unit that will not sign beside it."""

    code: Defect
    note: str
    right: str
    wrong: str
    result: str | None = None
    withheld_by: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it should be. `opinions`: what it takes up from the assisting units, by their codes; `you`: what it
    says for 您."""

    you: str
    opening: str
    statute: str | None
    paragraphs: Sequence[Paragraph]
    opinions: Mapping[str, str]
    closing: str
    result: str
    promises: Sequence[Promise]

    @property
    def text(self) -> str:
        answers = "".join(paragraph.text for paragraph in self.paragraphs)
        return f"{self.opening}\n{answers}{''.join(self.opinions.values())}{self.closing}{words.TEXTS['courtesy'][0]}"

    def drafted(self, flaws: Sequence[Flaw]) -> str:
        """The letter with these flaws still in it, as it is sent."""
        return self.flawed(flaws).replace("您", self.you)

    def flawed(self, flaws: Sequence[Flaw]) -> str:
        text = self.text
        for flaw in flaws:
            text = text.replace(flaw.right, flaw.wrong, 1)
        return text


def composed(case: Case, unit: Unit, result: str, on: date, number: int) -> Letter:
    """The unit's answer of this class in its round of this number, to go out about this day: to each point what was
    done, is under way with a promise, or cannot be done."""
    dice, own = case.dice, case.points_of(unit)
    known = [case.promised[which] for which, made in case.state.commitments.items() if made.made.unit == unit.code]
    promises = known if known else _promises(dice, own, on, number) if result == "B" else []
    under_way = {id(promise.point): promise for promise in promises}
    paragraphs = []
    for numeral, point in zip(NUMERALS, case.matter.points, strict=False):
        mine = any(point is each for each in own)
        promise = under_way.get(id(point))
        if not mine:
            others = case.place.unit(next(task.unit for task in case.state.answering if task.unit != unit.code))
            body = f"这一条由{others.name}承办，由其答复您。"
        elif promise is not None:
            body = _on_its_way(promise, on, known=bool(known))
        else:
            body = _answer(dice, point, result, again=number > 1, last=point is own[-1])
        paragraphs.append(Paragraph(numeral, point, body, mine))
    with_whom = [case.place.unit(code) for code in case.opinions] if _leads(case, unit) else []
    statute = f"《{words.CITY}{case.subject}管理办法（{case.meeting.year - 2}年修订）》" if dice.chance(0.5) else None
    how = (f"我们依据{statute}" if statute else "我们") + _together(with_whom)
    opening = f"{case.addressee}：\n" + words.TEXTS["opening"][("first", "again", "third")[min(number, 3) - 1]].format(
        title=case.state.title, how=how
    )
    opinions = {each.code: f"会办单位{each.name}提出：{case.opinions[each.code]}。\n" for each in with_whom}
    closing = f"{dice.choice(words.TEXTS['closing'][result]).format(**case.matter.named)}。"
    return Letter(case.you, opening, statute, paragraphs, opinions, closing, result, () if known else promises)


def flaws(case: Case, letter: Letter) -> list[Flaw]:
    """What the drafts of this letter have wrong, in the order in which it is found: mostly nothing."""
    dice = case.dice
    if case.state.version >= f.MUCH:  # by then everybody has had their say
        return []
    withheld = next((code for code in letter.opinions if dice.chance(f.OBJECTION_WITHHELD)), None)
    found = [_left_out(letter, withheld, by=withheld)] if withheld else []
    while len(found) < f.MOST_DRAFTS - 1 and dice.chance(f.RETURNED):
        possible = [flaw for flaw in _possible(dice, case, letter) if flaw.code not in {had.code for had in found}]
        one = dice.choice(possible)
        if one.right not in letter.flawed(found):
            break
        found.append(one)
    return found


def second(case: Case, promise: Promise, *, kept: bool) -> str:
    """What has become of a promise, in the words in which it was reported."""
    how = "kept" if kept else "broken"
    opening = words.TEXTS["opening"][how].format(title=case.state.title)
    result = f"{promise.point.said(how)}。{case.told(f'promise.{how}')}"
    text = f"{opening}\n承诺事项：{promise.text}。\n办理结果：{result}感谢您的关心和监督。"
    return f"{case.addressee}：\n{text.replace('您', case.you)}"


def _possible(dice: Dice, case: Case, letter: Letter) -> list[Flaw]:
    wrong = words.TEXTS["wrong"]
    first = next(paragraph for paragraph in letter.paragraphs if paragraph.own)
    last = next(paragraph for paragraph in reversed(letter.paragraphs) if paragraph.own)
    found = [
        Flaw(Defect.WORDING, wrong["courtesy"]["note"], words.TEXTS["courtesy"][0], wrong["courtesy"]["text"]),
        Flaw(Defect.WORDING, wrong["head"]["note"].format(n=first.number), first.head, wrong["head"]["text"]),
        Flaw(
            Defect.OFF_TOPIC,
            wrong["empty"]["note"].format(n=last.number, name=last.point.said("name")),
            last.body,
            wrong["empty"]["text"],
        ),
    ]
    told = first.body.partition("。")[0]
    if FIGURE.search(told):
        vague = FIGURE.sub("若干", told)
        found.append(Flaw(Defect.OFF_TOPIC, wrong["figure"]["note"].format(n=first.number), told, vague))
    if letter.statute:
        former = f"《{words.CITY}{case.subject}管理暂行规定》"
        note = wrong["statute"]["note"].format(former=former, now=letter.statute)
        found.append(Flaw(Defect.LAW_OR_POLICY, note, letter.statute, former))
    if letter.opinions:
        found.append(_left_out(letter, dice.choice(list(letter.opinions))))
    if letter.promises:
        claimed = f"{dice.choice(words.TEXTS['closing']['A']).format(**case.matter.named)}。"
        note = wrong["class"]["note"].format(n=_promising(letter))
        found.append(Flaw(Defect.WRONG_CLASS, note, letter.closing, claimed, result="A"))
    return found


def _left_out(letter: Letter, unit: str, by: str | None = None) -> Flaw:
    note = words.TEXTS["wrong"]["opinion"]["note"].format(opinion=letter.opinions[unit].strip("。\n"))
    return Flaw(Defect.CO_OPINION_NOT_MERGED, note, letter.opinions[unit], "", withheld_by=by)


def _promising(letter: Letter) -> str:
    points = [id(promise.point) for promise in letter.promises]
    return next(paragraph.number for paragraph in letter.paragraphs if id(paragraph.point) in points)


def _answer(dice: Dice, point: Point, result: str, *, again: bool, last: bool) -> str:
    if result == "D":
        return f"{point.said('reference')}。"
    if result == "C" and last:
        return f"{point.said('cannot')}。"
    first, *others = point.each("done")
    told = [first, dice.choice(others)]
    if again:
        told = [*point.each("more"), first]
    return "".join(f"{said}。" for said in told)


def _on_its_way(promise: Promise, on: date, *, known: bool) -> str:
    begun = promise.point.said("part")
    if not known:
        return f"{begun}。我们承诺，{promise.text}。"
    if promise.finish_on > on:
        return f"{begun}。前次答复承诺的事项不变，即{promise.text}。"
    return f"{begun}。前次答复承诺的事项正在收尾，办结后再向您书面报告。"


def _promises(dice: Dice, own: Sequence[Point], on: date, number: int) -> list[Promise]:
    """Of the last point; in a first letter now and then of the last two."""
    both = number == 1 and len(own) > 1 and dice.chance(f.SECOND_COMMITMENT)
    found = []
    for later, point in enumerate(own[-2:] if both else own[-1:]):
        by_when = _end_of_month(on, dice.randint(2, 4) + 3 * later)
        found.append(Promise(point, point.said("promise", d=words.day(by_when)), by_when))
    return found


def _end_of_month(on: date, months: int) -> date:
    """The last day of the month so many months on."""
    following = on.month + months
    return date(on.year + following // 12, following % 12 + 1, 1) - timedelta(days=1)


def _leads(case: Case, unit: Unit) -> bool:
    return case.task(unit).mode is AssignmentMode.LEAD


def _together(units: Sequence[Unit]) -> str:
    return f"会同{'、'.join(unit.name for unit in units)}作了研究" if units else "作了研究"
