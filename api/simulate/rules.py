"""By whose rules the sessions of the made-up city are handled."""

from importlib.resources import files
from typing import Any

from api.simulate import figures as f
from domain.codes import Gate, Pressure
from domain.policy.rulebook import (
    AnchorKind,
    Count,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    Extension,
    LadderStep,
    Rulebook,
    ScoreItem,
    parse,
)

REVISED = "sichuan-2024-like-simulated"
"""The rulebook of which a second version is adopted while cases are under way."""


def rulebooks() -> list[Rulebook]:
    """Those that come with the program, with limits, ladder and scoring sheet where they name none: first one that
    lets a missing talk pass with a flag, then two that refuse it."""
    return [_filled(name) for name in ("sichuan-2024-like", "xian-2011-like", "dehui-15-3")]


def revised(rulebook: Rulebook) -> Rulebook:
    """Its next version: proposers get more time to answer. Nothing else changes."""
    kept = [rule for rule in rulebook.deadlines if rule.kind is not DeadlineKind.FEEDBACK]
    more = _limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, 20, CountedIn.DAY)
    title = f"{rulebook.title}（修订）"
    changed = {"version": rulebook.version + 1, "title": title, "deadlines": (*kept, more)}
    return rulebook.model_copy(update=changed)


def _filled(name: str) -> Rulebook:
    shipped = parse((files("domain") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8"))
    known = {rule.kind for rule in shipped.deadlines}
    lenient = shipped.contact_before_reply.gate is Gate.FLAG
    gates: dict[str, Any] = {"ladder_in_order": Gate.FLAG, "publication_before_issue": Gate.FLAG}
    gates["contact_before_handling"] = None  # units of the made-up city file their plans before they talk
    if lenient:
        gates |= {"objection_in_time": Gate.FLAG, "countersigned_before_issue": Gate.FLAG}
    limits = (*map(_extensible, shipped.deadlines), *(rule for rule in _LIMITS if rule.kind not in known))
    return shipped.model_copy(
        update={
            "id": f"{name}-simulated",
            "title": f"{shipped.title}（模拟用，增补）",
            "origin": "SIMULATED",
            "deadlines": limits,
            "gates": shipped.gates.model_copy(update=gates),
            "ladder": _LADDER,
            "scoring": _SCORING,
        }
    )


def _extensible(rule: DeadlineRule) -> DeadlineRule:
    """A reply may be put off by a month where the rulebook does not say."""
    if rule.kind is not DeadlineKind.REPLY or rule.extension is not None or rule.value is None:
        return rule
    limit = Count(counted_in=rule.counted_in, value=rule.value + 1)
    return rule.model_copy(update={"extension": Extension(limit=limit)})


def _limit(
    kind: DeadlineKind, anchor: AnchorKind, value: int, counted_in: CountedIn = CountedIn.WORKDAY
) -> DeadlineRule:
    rule = f"simulated-{kind.lower().replace('_', '-')}"
    return DeadlineRule(kind=kind, rule=rule, anchor=anchor, counted_in=counted_in, value=value, source="模拟")


_LIMITS = (
    _limit(DeadlineKind.ACKNOWLEDGEMENT, AnchorKind.ASSIGNMENT, 10),
    _limit(DeadlineKind.OBJECTION, AnchorKind.ASSIGNMENT, 10),
    _limit(DeadlineKind.FIRST_CONTACT, AnchorKind.ASSIGNMENT, 15),
    _limit(DeadlineKind.CO_OPINION, AnchorKind.ASSIGNMENT, 1, CountedIn.MONTH),
    _limit(DeadlineKind.OBJECTION_ANSWER, AnchorKind.RETURN, 5),
    _limit(DeadlineKind.FEEDBACK, AnchorKind.FORM, 15, CountedIn.DAY),
    _limit(DeadlineKind.REHANDLING, AnchorKind.ORDER, 2, CountedIn.MONTH),
    _limit(DeadlineKind.PUBLICATION, AnchorKind.ISSUE, 20),
)

_LADDER = tuple(
    LadderStep(
        rule=rule,
        pressure=pressure,
        about=DeadlineKind.REPLY,
        before=before,
        counted_in=CountedIn.DAY,
        value=value,
        source="S49",
    )
    for rule, pressure, before, value in (
        ("remind-ten-days-before", Pressure.REMINDER, True, 10),
        ("remind-the-day-after", Pressure.REMINDER, False, 1),
        ("notice-five-days-after", Pressure.NOTICE, False, f.NOTICE_AFTER),
    )
)

_SCORING = (
    ScoreItem.model_validate({"id": "on-time", "title": "按时答复", "most": "10", "source": "S36"}),
    ScoreItem.model_validate({"id": "face-to-face", "title": "当面沟通", "most": "5", "source": "S35"}),
    ScoreItem.model_validate({"id": "late", "title": "逾期扣分", "most": "4", "deducts": True, "source": "S36"}),
)
