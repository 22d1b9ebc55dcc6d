"""Words that names, titles and texts of the made-up city are put together from (`words.toml`)."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from api.simulate.dice import Dice

_WORDS: dict[str, Any] = tomllib.loads((files("api") / "simulate" / "words.toml").read_text(encoding="utf-8"))
_SAID: dict[str, list[str]] = {
    "talk": _WORDS["talked"],
    "found": _WORDS["found"],
    "done": _WORDS["done"],
    "will": _WORDS["will"],
}

CITY: str = _WORDS["city"]
UNITS: list[dict[str, Any]] = _WORDS["units"]
"""Code, name and subjects of each unit, the busiest first."""
SECTORS: list[str] = _WORDS["sectors"]
COLLECTIVES: list[dict[str, str]] = _WORDS["collectives"]


def person(dice: Dice) -> str:
    name: str = dice.choice(_WORDS["surnames"]) + dice.choice(_WORDS["given"])
    return name


def title(dice: Dice, subject: str) -> str:
    said: str = dice.choice(_WORDS["titles"]).format(dice.choice((subject, dice.choice(_WORDS["places"]) + subject)))
    return said


def told(dice: Dice, subject: str, kind: str = "talk") -> str:
    """A sentence or two: `talk`, `found`, `done` or `will`."""
    return _sentences(dice, subject, _SAID[kind], dice.randint(1, 2))


def body(dice: Dice, subject: str) -> str:
    """What a proposal says: situation and suggestions, 100 to 300 characters."""
    found = _sentences(dice, subject, _SAID["found"], 3)
    return f"{found}建议：{_sentences(dice, subject, _SAID['done'] + _SAID['will'], dice.randint(2, 4))}"


def reply(dice: Dice, subject: str, mark: str = "") -> str:
    """A reply of some 200 to 500 characters. `mark` tells it from every other of the case."""
    opening = f"{mark}您提出的提案收悉。经研究，现答复如下：\n"
    done = _said(dice, subject, _SAID["done"], dice.randint(7, len(_SAID["done"])))
    paragraphs = [done[first : first + 4] for first in range(0, len(done), 4)]
    numbered = "\n".join(f"{number}、{'。'.join(said)}。" for number, said in zip("一二三四", paragraphs, strict=False))
    return opening + numbered + "\n" + _sentences(dice, subject, _SAID["will"], 2) + "感谢您对政府工作的关心和支持。"


def place(dice: Dice) -> str:
    return CITY + str(dice.choice(_WORDS["places"]))


def _sentences(dice: Dice, subject: str, words: Sequence[str], number: int) -> str:
    return "。".join(_said(dice, subject, words, number)) + "。"


def _said(dice: Dice, subject: str, words: Sequence[str], number: int) -> list[str]:
    """So many different sentences, at most those there are."""
    chosen = dice.some(words, number)
    return [text.format(p=dice.choice(_WORDS["places"]), t=subject, n=dice.randint(2, 60)) for text in chosen]
