"""Every line of the field's deadline matrix, as rulebook data, gives its day: month ends, 调休, holidays, caps.

Days of 2026: off are 1–3 January, 15–23 February, 4–6 April, 1–5 May, 19–21 June, 25–27 September, 1–7 October; worked
are 4 January, 14 and 28 February, 9 May, 20 September, 10 October (L10).
"""

from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest

from domain.codes import CollectiveKind, Level, Timing
from domain.explanation import explain
from domain.policy.deadlines import Anchor, derive, farthest
from domain.policy.rulebook import (
    AnchorKind,
    Count,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    Extension,
    Traits,
    When,
    parse,
)
from domain.policy.soundness import problems
from domain.policy.working_days import WorkingDays
from tests.domain.given import NOTICES, ruled

DAYS = WorkingDays()
for _, notice in sorted(NOTICES.items()):
    DAYS = DAYS.with_notice(notice)

K, A = DeadlineKind, AnchorKind
DAY, WORKDAY, MONTH, FIXED = CountedIn.DAY, CountedIn.WORKDAY, CountedIn.MONTH, CountedIn.FIXED_DATE


def rule(kind: DeadlineKind, anchor: AnchorKind, counted_in: CountedIn, source: str, **numbers: Any) -> DeadlineRule:
    named = f"{kind.lower().replace('_', '-')}-{source.lower()}"
    return DeadlineRule(kind=kind, rule=named, anchor=anchor, counted_in=counted_in, source=source, **numbers)


def within(counted_in: CountedIn, **numbers: int) -> Count:
    return Count(counted_in=counted_in, **numbers)


def until(rule_: DeadlineRule, start: str) -> tuple[str, str | None]:
    """When it is due, and how far it may be extended."""
    on = date.fromisoformat(start)
    anchor = Anchor(stream=UUID(int=1), version=3, event="CaseTransferredToGovernment", on=on)
    found = derive(rule_, "a-rulebook", 1, anchor, DAYS)
    assert explain(found, DAYS)
    last = farthest(found, rule_, DAYS) if rule_.extension else None
    return found.due_on.isoformat(), last.isoformat() if last else None


MATRIX: tuple[tuple[DeadlineRule, str, str, str | None], ...] = (
    # object to an assignment
    (rule(K.OBJECTION, A.ASSIGNMENT, WORKDAY, "S11", value=3), "2026-03-02", "2026-03-05", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, DAY, "S12", value=5), "2026-03-02", "2026-03-07", None),
    (rule(K.OBJECTION, A.TRANSFER, WORKDAY, "S21", value=5), "2026-02-11", "2026-02-25", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, DAY, "S1", value=7), "2026-03-02", "2026-03-09", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, WORKDAY, "S18", value=7), "2026-04-01", "2026-04-13", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, DAY, "S10", value=10), "2026-03-02", "2026-03-12", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, WORKDAY, "S16", value=10), "2026-03-02", "2026-03-16", None),
    (rule(K.OBJECTION, A.ASSIGNMENT, WORKDAY, "S20", value=10), "2026-09-18", "2026-10-09", None),
    # the office answers an objection
    (rule(K.OBJECTION_ANSWER, A.RETURN, DAY, "S15", value=7), "2026-03-10", "2026-03-17", None),
    # receipt, first contact
    (rule(K.ACKNOWLEDGEMENT, A.ASSIGNMENT, WORKDAY, "S16", value=10), "2026-02-11", "2026-03-03", None),
    (rule(K.FIRST_CONTACT, A.ASSIGNMENT, WORKDAY, "S22", value=15), "2026-04-20", "2026-05-13", None),
    # opinions of assisting units
    (rule(K.CO_OPINION, A.ASSIGNMENT, MONTH, "S10", value=1), "2026-01-31", "2026-02-28", None),
    (rule(K.CO_OPINION, A.ASSIGNMENT, MONTH, "S14", value=2), "2026-02-28", "2026-04-28", None),
    (rule(K.CO_OPINION, A.REPLY_DUE, DAY, "S36", value=20, backwards=True), "2026-06-30", "2026-06-10", None),
    # the reply
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S9", value=3, cap=within(MONTH, value=6),
             extension=Extension(limit=within(MONTH, value=6))),
        "2026-03-31", "2026-06-30", "2026-09-30",
    ),
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S13", value=3, extension=Extension(limit=within(MONTH, value=6))),
        "2025-11-30", "2026-02-28", "2026-05-30",
    ),
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S10", value=3, cap=within(FIXED, month=9, day=30),
             extension=Extension(limit=within(MONTH, value=4))),
        "2026-04-15", "2026-07-15", "2026-08-15",
    ),
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S10", value=3, cap=within(FIXED, month=9, day=30),
             extension=Extension(limit=within(MONTH, value=4))),
        "2026-07-15", "2026-09-30", "2026-09-30",
    ),
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S8", value=5, rolls=True, cap=within(MONTH, value=6),
             when=When(timing=Timing.IN_SESSION)),
        "2026-03-02", "2026-08-03", None,
    ),
    (rule(K.REPLY, A.ASSIGNMENT, MONTH, "S8", value=3, rolls=True), "2026-07-01", "2026-10-08", None),
    (
        rule(K.REPLY, A.ASSIGNMENT, MONTH, "S47", value=2, rolls=True,
             extension=Extension(limit=within(MONTH, value=3))),
        "2026-03-04", "2026-05-06", "2026-06-04",
    ),
    (
        rule(K.REPLY, A.TRANSFER, FIXED, "S16", month=5, day=15,
             extension=Extension(limit=within(FIXED, month=6, day=30))),
        "2026-03-02", "2026-05-15", "2026-06-30",
    ),
    (rule(K.REPLY, A.TRANSFER, FIXED, "S11", month=6, day=30), "2026-03-02", "2026-06-30", None),
    (
        rule(K.REPLY, A.TRANSFER, FIXED, "S11", month=5, day=10, rolls=True,
             when=When(collective=CollectiveKind.PARTY)),
        "2026-03-02", "2026-05-11", None,
    ),
    (
        rule(K.REPLY, A.TRANSFER, FIXED, "S11", month=4, day=16, when=When(passed_down=Level.PROVINCE)),
        "2026-03-02", "2026-04-16", None,
    ),
    (
        rule(K.REPLY, A.TRANSFER, FIXED, "S27", month=5, day=31, when=When(key_proposal=True)),
        "2026-03-02", "2026-05-31", None,
    ),
    (
        rule(K.REPLY, A.TRANSFER, MONTH, "S11", value=3, when=When(timing=Timing.INTER_SESSION)),
        "2026-09-10", "2026-12-10", None,
    ),
    (rule(K.KEY_SUPERVISION, A.SELECTION, FIXED, "S27", month=5, day=30), "2017-03-01", "2017-05-30", None),
    (rule(K.REPLY, A.TRANSFER, FIXED, "S53", month=8, day=31), "2004-03-18", "2004-08-31", None),
    (
        rule(K.REPLY, A.TRANSFER, FIXED, "S16", month=5, day=15,
             extension=Extension(limit=within(FIXED, month=6, day=30))),
        "2026-06-01", "2027-05-15", "2027-06-30",
    ),
    (rule(K.REPLY, A.SESSION_CLOSE, MONTH, "S37", value=3), "2026-01-31", "2026-04-30", None),
    # forms, handling again, publication
    (rule(K.FEEDBACK, A.FORM, WORKDAY, "S22", value=15), "2026-06-10", "2026-07-02", None),
    (rule(K.REHANDLING, A.ORDER, MONTH, "S8", value=3, rolls=True), "2026-07-10", "2026-10-10", None),
    (rule(K.PUBLICATION, A.ISSUE, WORKDAY, "S44", value=20), "2026-09-10", "2026-10-14", None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule_", "start", "due_on", "farthest"), MATRIX, ids=lambda part: str(getattr(part, "rule", ""))
)
def test_every_line_gives_its_day(rule_: DeadlineRule, start: str, due_on: str, farthest: str | None) -> None:
    assert until(rule_, start) == (due_on, farthest)


RECEIPT, HANDOVER = {"S8", "S9", "S14"}, {"S16", "S53"}
"""Where the sources say that a reply's clock starts."""


@pytest.mark.parametrize("file", sorted(f.name for f in (files("domain") / "rulebooks").iterdir()))
def test_a_shipped_rulebook_starts_its_clocks_where_its_sources_do(file: str) -> None:
    rulebook = parse((files("domain") / "rulebooks" / file).read_text(encoding="utf-8"))
    for shipped in rulebook.deadlines:
        if shipped.kind is K.REPLY and shipped.source in RECEIPT | HANDOVER:
            assert shipped.anchor is (A.ASSIGNMENT if shipped.source in RECEIPT else A.TRANSFER), shipped.rule


@pytest.mark.parametrize("rule_", [row[0] for row in MATRIX], ids=lambda rule_: rule_.rule)
def test_every_line_may_stand_in_a_rulebook(rule_: DeadlineRule) -> None:
    rest = rule(K.REPLY, A.TRANSFER, MONTH, "S9", value=3).model_copy(update={"rule": "the-rest"})
    own = [rule_] if rule_.kind is K.REPLY and rule_.when is None else [rule_, rest]
    assert list(problems(ruled(deadlines=tuple(own)))) == []


@pytest.mark.parametrize(
    ("traits", "chosen"),
    [
        (Traits(Timing.IN_SESSION), "the-rest"),
        (Traits(Timing.IN_SESSION, collective=CollectiveKind.PARTY), "parties"),
        (Traits(Timing.IN_SESSION, collective=CollectiveKind.SECTOR), "the-rest"),
        (Traits(Timing.INTER_SESSION, collective=CollectiveKind.PARTY), "parties"),
        (Traits(Timing.IN_SESSION, collective=CollectiveKind.PEOPLE_ORG, body="德惠市工商联"), "federation"),
        (Traits(Timing.IN_SESSION, collective=CollectiveKind.PEOPLE_ORG, body="德惠市妇联"), "the-rest"),
        (Traits(Timing.IN_SESSION, collective=CollectiveKind.PEOPLE_ORG), "the-rest"),
        (Traits(Timing.INTER_SESSION), "between-sessions"),
        (Traits(Timing.IN_SESSION, passed_down=Level.PROVINCE), "from-above"),
        (Traits(Timing.IN_SESSION, key_proposal=True), "the-rest"),
    ],
)
def test_one_notice_has_a_day_for_each_kind_of_case(traits: Traits, chosen: str) -> None:
    """S11: 30 June; parties and 工商联 by 10 May; provincial-level cases by 16 April; inter-session three months."""
    lines = (
        ("from-above", {"month": 4, "day": 16, "when": When(passed_down=Level.PROVINCE)}),
        ("parties", {"month": 5, "day": 10, "when": When(collective=CollectiveKind.PARTY)}),
        ("federation", {"month": 5, "day": 10, "when": When(body="工商联")}),
        ("between-sessions", {"value": 3, "when": When(timing=Timing.INTER_SESSION)}),
        ("the-rest", {"month": 6, "day": 30}),
    )
    deadlines = tuple(
        rule(K.REPLY, A.TRANSFER, MONTH if "value" in numbers else FIXED, "S11", **numbers).model_copy(
            update={"rule": named}
        )
        for named, numbers in lines
    )
    found = ruled(deadlines=deadlines).deadline(K.REPLY, traits)
    assert found is not None
    assert found.rule == chosen
