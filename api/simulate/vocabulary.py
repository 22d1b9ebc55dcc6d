"""Words that names, titles and texts of the made-up city are put together from (`words.toml`, `texts.toml`)."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from api.simulate.dice import Dice
from domain.codes import ContactMode, ContactStage, MemberPosition


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = tomllib.loads((files("api") / "simulate" / name).read_text(encoding="utf-8"))
    return told


_WORDS, TEXTS = _read("words.toml"), _read("texts.toml")

CITY: str = _WORDS["city"]
UNITS: list[dict[str, Any]] = _WORDS["units"]
"""Code, name and subjects of each unit, the busiest first."""
POSTS: list[dict[str, str]] = _WORDS["posts"]
SECTORS: list[str] = _WORDS["sectors"]
COLLECTIVES: list[dict[str, str]] = _WORDS["collectives"]
AGAIN = "AGAIN"
"""What is talked about when a matter is handled again."""


def person(dice: Dice) -> str:
    name: str = dice.choice(_WORDS["surnames"]) + dice.choice(_WORDS["given"])
    return name


def title(dice: Dice, subject: str) -> str:
    said: str = dice.choice(_WORDS["titles"]).format(dice.choice((subject, dice.choice(_WORDS["places"]) + subject)))
    return said


def spot(dice: Dice) -> str:
    """A part of the city, as `{p}` of a text."""
    known: str = dice.choice(_WORDS["places"])
    return known


def day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def told(dice: Dice, subject: str, kind: str, number: int = 1, **more: str) -> str:
    """So many sentences of a kind, named as in `texts.toml`: `seen`, `promise.kept`."""
    return _sentences(dice, subject, _texts(kind), number, more)


def each(dice: Dice, subject: str, kind: str, number: int) -> tuple[str, ...]:
    """So many different sentences of a kind, one by one."""
    return tuple(f"{said}。" for said in _said(dice, subject, _texts(kind), number))


def talk(dice: Dice, subject: str, mode: ContactMode, stage: ContactStage | str, position: MemberPosition) -> str:
    """What was said, as it befits how people talked and why."""
    how, what = TEXTS["talk"]["mode"][mode], TEXTS["talk"]["stage"][stage]
    said = [dice.choice(how), *_said(dice, subject, what, dice.randint(1, 2), {})]
    return "，".join(said) + "。" + str(dice.choice(TEXTS["talk"]["position"][position])) + "。"


def body(dice: Dice, subject: str) -> str:
    """What a proposal says: situation and suggestions, 100 to 300 characters."""
    found, advice = _sentences(dice, subject, TEXTS["found"], 3), _said(dice, subject, TEXTS["advice"], 3)
    numbered = [f"{number}、{text}。" for number, text in zip("一二三", advice, strict=True)]
    return "\n".join((found, "建议：", *numbered))


def reply(dice: Dice, subject: str, to: str, about: str, result: str, *, again: bool) -> str:
    """A reply of some 200 to 500 characters to the proposal called `about`, as befits its class."""
    opening = str(TEXTS["opening"]["again" if again else "first"]).format(title=about)
    done = _said(dice, subject, TEXTS["done"], dice.randint(6, 10))
    paragraphs = [done[first : first + 4] for first in range(0, len(done), 4)]
    numbered = "\n".join(f"{number}、{'。'.join(said)}。" for number, said in zip("一二三四", paragraphs, strict=False))
    closing = _sentences(dice, subject, TEXTS["closing"][result], 1)
    return f"{to}：\n{opening}\n{numbered}\n{closing}感谢您对政府工作的关心和支持。"


def second_reply(dice: Dice, subject: str, to: str, about: str, promise: str, *, kept: bool) -> str:
    """What has become of a promise."""
    how = "kept" if kept else "broken"
    opening = str(TEXTS["opening"][how]).format(title=about)
    said = _sentences(dice, subject, TEXTS["promise"][how], 2)
    return f"{to}：\n{opening}\n承诺事项：{promise.rstrip('。')}。\n办理结果：{said}感谢您的关心和监督。"


def _texts(kind: str) -> Sequence[str]:
    known: Any = TEXTS
    for part in kind.split("."):
        known = known[part]
    return [known] if isinstance(known, str) else known


def _sentences(
    dice: Dice, subject: str, words: Sequence[str], number: int, more: Mapping[str, str] | None = None
) -> str:
    return "".join(f"{said.rstrip('。')}。" for said in _said(dice, subject, words, number, more or {}))


def _said(
    dice: Dice, subject: str, words: Sequence[str], number: int, more: Mapping[str, str] | None = None
) -> list[str]:
    """So many different sentences, at most those there are."""
    chosen = dice.some(words, number)
    return [
        text.format(**{"p": dice.choice(_WORDS["places"]), "t": subject, "n": dice.randint(2, 60), **(more or {})})
        for text in chosen
    ]
