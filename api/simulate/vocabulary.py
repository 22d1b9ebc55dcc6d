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


def reply(dice: Dice, subject: str, again: int = 0) -> str:
    """A reply of about 200 to 800 characters; `again` counts the drafts before, so that no two are the same."""
    opening = "您提出的提案收悉。经研究，现答复如下：\n"
    if again:
        opening = f"您提出的提案收悉。根据有关意见作了第{again}次修改，现答复如下：\n"
    paragraphs = [_sentences(dice, subject, _SAID["done"], dice.randint(2, 4)) for _ in range(dice.randint(2, 5))]
    numbered = "\n".join(f"{mark}、{text}" for mark, text in zip("一二三四五", paragraphs, strict=False))
    return opening + numbered + "\n" + _sentences(dice, subject, _SAID["will"], 2) + "感谢您对政府工作的关心和支持。"


def place(dice: Dice) -> str:
    return CITY + str(dice.choice(_WORDS["places"]))


def _sentences(dice: Dice, subject: str, words: Sequence[str], number: int) -> str:
    chosen = dice.sample(words, min(number, len(words)))
    said = [text.format(p=dice.choice(_WORDS["places"]), t=subject, n=dice.randint(2, 60)) for text in chosen]
    return "。".join(said) + "。"
