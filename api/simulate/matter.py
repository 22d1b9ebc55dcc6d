"""What a proposal is about: its place and its points. Whatever is written on the case later is derived from these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.simulate import vocabulary as words
from api.simulate.dice import Dice

NUMERALS = "一二三四五六"


@dataclass(frozen=True, slots=True)
class Point:
    """One suggestion, with the place and the figures that everything about it names (`points.toml`)."""

    texts: Mapping[str, Any]
    named: Mapping[str, object]

    def said(self, kind: str, **more: str) -> str:
        """The sentence of this kind, without its full stop."""
        text: str = self.texts[kind]
        return text.format(**self.named, **more)

    def each(self, kind: str) -> list[str]:
        return [text.format(**self.named) for text in self.texts[kind]]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a letter promises of a point, in the words of the letter."""

    point: Point
    text: str
    finish_on: date


@dataclass(frozen=True, slots=True)
class Matter:
    """A subject in one place, and what is suggested about it."""

    subject: str
    place: str
    points: Sequence[Point]

    @classmethod
    def of(cls, dice: Dice, subject: str) -> "Matter":
        place = words.spot(dice, subject)
        chosen = dice.some(words.fitting(words.POINTS, subject), dice.choice((2, 3, 3, 4)))
        return cls(subject, place, [_point(dice, subject, place, texts) for texts in chosen])

    @property
    def kind(self) -> str:
        return words.SUBJECTS[self.subject].kind

    @property
    def named(self) -> dict[str, str]:
        return {"p": self.place, "t": self.subject}

    def body(self, found: Sequence[str], points: Sequence[Point], more: str = "") -> str:
        """What a proposal says: the situation and numbered suggestions; `more`: another one, without a number."""
        advice = [f"{number}、{point.said('advice')}。" for number, point in zip(NUMERALS, points, strict=False)]
        return "\n".join(("".join(found), "建议：", *advice, *([more] if more else [])))

    def plan(self, points: Iterator[Point] | Sequence[Point]) -> tuple[str, ...]:
        return tuple(f"{point.said('plan')}。" for point in points)


def _point(dice: Dice, subject: str, place: str, texts: Mapping[str, Any]) -> Point:
    number = dice.randint(*texts["range"])
    half = number // 2
    figures = {"n": number, "h": half, "r": number - half, "l": max(1, number // 8)}
    return Point(texts, {"p": place, "t": subject, **figures})
