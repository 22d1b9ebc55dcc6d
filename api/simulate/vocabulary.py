"""Words that names, titles and texts of the made-up city are put together from (`words.toml`, `subjects.toml`,
`texts.toml`)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from api.simulate.dice import Dice
from domain.codes import ContactMode, ContactStage, MemberPosition


@dataclass(frozen=True, slots=True)
class Subject:
    """What kind of matter it is, where it comes up, and whose job it is besides the unit's that is in charge: the first
    of `units` could handle it alone, the others can assist."""

    kind: str
    places: tuple[str, ...]
    units: tuple[str, ...]


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = tomllib.loads((files("api") / "simulate" / name).read_text(encoding="utf-8"))
    return told


def _subjects() -> dict[str, Subject]:
    told = _read("subjects.toml")
    return {
        name: Subject(known["kind"], tuple(told["where"][known["where"]]), tuple(known["units"]))
        for name, known in told["subject"].items()
    }


_WORDS, TEXTS = _read("words.toml"), _read("texts.toml")
POINTS: list[dict[str, Any]] = _read("points.toml")["point"]
"""What may be suggested in a proposal, each with all that is written of it later."""

CITY: str = _WORDS["city"]
PLACES: list[str] = _WORDS["places"]
"""Parts of the city, as `{p}` of a text."""
UNITS: list[dict[str, Any]] = _WORDS["units"]
"""Code, name and subjects of each unit, the busiest first."""
SUBJECTS: dict[str, Subject] = _subjects()
POSTS: list[dict[str, str]] = _WORDS["posts"]
SECTORS: list[str] = _WORDS["sectors"]
COLLECTIVES: list[dict[str, str]] = _WORDS["collectives"]
AGAIN = "AGAIN"
"""What is talked about when a matter is handled again."""


def person(dice: Dice) -> str:
    name: str = dice.choice(_WORDS["surnames"]) + dice.choice(_WORDS["given"])
    return name


def title(dice: Dice, subject: str, place: str) -> str:
    said: str = dice.choice(_WORDS["titles"]).format(dice.choice((subject, place + subject)))
    return said


def spot(dice: Dice, subject: str) -> str:
    """Where this comes up; not a place whose name the subject would only repeat."""
    return dice.choice([place for place in SUBJECTS[subject].places if place[-2:] != subject[:2]])


def fitting(texts: Sequence[dict[str, Any]], subject: str) -> list[dict[str, Any]]:
    """Those that can be said of a subject of this kind."""
    kind = SUBJECTS[subject].kind
    return [text for text in texts if kind in text.get("kinds", (kind,))]


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def told(dice: Dice, named: Mapping[str, str], kind: str, number: int = 1, **more: str) -> str:
    """So many different sentences of a kind, named as in `texts.toml`: `seen`, `revisited.talked`. `named`: the place
    and the subject they are about."""
    return "".join(each(dice, named, kind, number, **more))


def each(dice: Dice, named: Mapping[str, str], kind: str, number: int, **more: str) -> tuple[str, ...]:
    """So many different sentences of a kind, one by one."""
    return tuple(f"{said.rstrip('。')}。" for said in _said(dice, _texts(kind), number, {**named, **more}))


def talk(
    dice: Dice,
    named: Mapping[str, str],
    mode: ContactMode,
    stage: ContactStage | str,
    position: MemberPosition,
    posted: date | None = None,
) -> str:
    """What was said, as it befits how people talked and why; `posted`: of a letter that was answered."""
    how, what = TEXTS["talk"]["mode"][mode], TEXTS["talk"]["stage"][stage]
    said = [dice.choice(how), *_said(dice, what, dice.randint(1, 2), named)]
    answer = str(dice.choice(TEXTS["talk"]["position"][position]))
    if posted is not None:
        said[0], answer = f"{day(posted)}{said[0]}", answer.replace("委员", "委员复函", 1)
    return "，".join(said) + f"。{answer}。"


def _texts(kind: str) -> Sequence[str]:
    known: Any = TEXTS
    for part in kind.split("."):
        known = known[part]
    return [known] if isinstance(known, str) else known


def _said(dice: Dice, texts: Sequence[str], number: int, named: Mapping[str, str]) -> list[str]:
    """So many different sentences, at most those there are."""
    return [text.format(**{"n": dice.randint(2, 60), **named}) for text in dice.some(texts, number)]
