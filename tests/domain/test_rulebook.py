"""The numbers of one place and year as data: what may be adopted, and its digest."""

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain import commands as c
from domain.codes import Gate, Pressure, Rank, Rating, Timing
from domain.policy.deadlines import count
from domain.policy.rulebook import (
    AnchorKind,
    ClassScheme,
    Count,
    CountedIn,
    DeadlineKind,
    DeadlineRule,
    Extension,
    LadderStep,
    ResultClass,
    Rulebook,
    SignerRanks,
    When,
    parse,
)
from domain.policy.soundness import problems
from domain.policy.working_days import WorkingDays
from domain.rules import RULEBOOK_CONSISTENT
from tests.domain.given import NOTICES, SHIPPED, SHIPPED_TEXT, contacted, draft, opened, ruled

ROOT = Path(__file__).parents[2]
SHIPPED_BOOKS = sorted(file.name for file in (files("domain") / "rulebooks").iterdir() if file.name.endswith(".toml"))
REPLY = SHIPPED.deadlines[0]
IN_SESSION = When(timing=Timing.IN_SESSION)
BEFORE_REPLY = DeadlineRule(
    kind=DeadlineKind.CO_OPINION, rule="before-reply", anchor=AnchorKind.REPLY_DUE, counted_in=CountedIn.DAY, value=20,
    backwards=True, source="S36",
)  # fmt: skip


def fixed(month: int | None, day: int | None) -> DeadlineRule:
    return REPLY.model_copy(update={"counted_in": CountedIn.FIXED_DATE, "value": None, "month": month, "day": day})


def changed(**change: Any) -> DeadlineRule:
    return REPLY.model_copy(update=change)


def days(value: int) -> Count:
    return Count(counted_in=CountedIn.DAY, value=value)


def named(rule: str) -> LadderStep:
    return LadderStep(
        rule=rule, pressure=Pressure.REMINDER, about=DeadlineKind.REPLY, counted_in=CountedIn.DAY, value=3, source="S49"
    )


def classes(*codes: str) -> ClassScheme:
    return ClassScheme(id="X", classes=tuple(ResultClass(code=code, title=code) for code in codes))


@pytest.mark.parametrize("name", SHIPPED_BOOKS)
def test_a_shipped_rulebook_may_be_adopted_and_names_its_sources(name: str) -> None:
    rulebook = parse((files("domain") / "rulebooks" / name).read_text(encoding="utf-8"))
    assert list(problems(rulebook)) == []
    assert name == f"{rulebook.id}.toml"
    known = re.findall(r"[SPL]\d+[a-z]?", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8"))
    assert set(re.findall(r"[SPL]\d+", rulebook.source)) <= set(known)
    for rule in (*rulebook.deadlines, *(rulebook.ladder or ())):
        assert rule.source == "虚拟" or set(rule.source.split(",")) <= set(known)
    assert len(list(opened(rulebook).history)) > 1


def test_the_samples_rulebook_limits_replies_opinions_rounds_and_forms() -> None:
    kinds = {DeadlineKind.REPLY, DeadlineKind.CO_OPINION, DeadlineKind.REHANDLING, DeadlineKind.FEEDBACK}
    assert {rule.kind for rule in SHIPPED.deadlines} == kinds
    assert SHIPPED.contact_before_reply.gate is Gate.REFUSE


def test_the_shipped_rulebook_says_that_its_limits_are_made_up() -> None:
    assert SHIPPED.origin == "MADE_UP"
    assert {rule.source for rule in SHIPPED.deadlines} == {"虚拟"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"deadlines": (fixed(9, 31),)}, "deadlines.0.day"),
        ({"deadlines": (fixed(2, 30),)}, "deadlines.0.day"),
        ({"deadlines": (fixed(9, 0),)}, "deadlines.0.day"),
        ({"deadlines": (fixed(13, 1),)}, "deadlines.0.month"),
        ({"deadlines": (fixed(0, 1),)}, "deadlines.0.month"),
        ({"deadlines": (fixed(None, 1),)}, "deadlines.0.month"),
        ({"deadlines": (fixed(9, None),)}, "deadlines.0.day"),
        ({"deadlines": (*SHIPPED.deadlines, REPLY)}, "deadlines.4"),
        ({"deadlines": (REPLY.model_copy(update={"when": IN_SESSION}),)}, "deadlines"),
        ({"deadlines": (REPLY.model_copy(update={"backwards": True}),)}, "deadlines.0.backwards"),
        ({"deadlines": (REPLY, BEFORE_REPLY.model_copy(update={"backwards": None}))}, "deadlines.1.backwards"),
        ({"deadlines": (REPLY.model_copy(update={"cap": Count(counted_in="MONTH")}),)}, "deadlines.0.cap.value"),
        ({"deadlines": SHIPPED.deadlines[1:]}, "deadlines"),
        ({"deadlines": (*SHIPPED.deadlines[:1], changed(kind=DeadlineKind.FEEDBACK))}, "deadlines.1.anchor"),
        ({"deadlines": (changed(anchor=AnchorKind.FORM),)}, "deadlines.0.anchor"),
        ({"deadlines": (changed(value=0),)}, "deadlines.0.value"),
        ({"deadlines": (changed(value=None),)}, "deadlines.0.value"),
        ({"deadlines": (changed(value=3651),)}, "deadlines.0.value"),
        ({"deadlines": (REPLY.model_copy(update={"when": IN_SESSION}), REPLY)}, "deadlines.1.rule"),
        ({"version": 0}, "version"),
        ({"id": "西安"}, "id"),
        ({"id": "a" * 65}, "id"),
        ({"year": 1948}, "year"),
        ({"year": 2200}, "year"),
        ({"late_entry": {"hours": {"Contacted": 1}}}, "late_entry.hours.Contacted"),
        ({"late_entry": {"hours": {"UnitListed": 1}}}, "late_entry.hours.UnitListed"),
        ({"late_entry": {"hours": {"MemberContacted": -1}}}, "late_entry.hours.MemberContacted"),
        ({"class_scheme": classes()}, "class_scheme.classes"),
        ({"class_scheme": classes("A", "A")}, "class_scheme.classes"),
        ({"topics": ()}, "topics"),
        ({"topics": ({"code": "A", "title": "一"}, {"code": "ａ", "title": "二"})}, "topics.1.code"),
        ({"class_scheme": classes("A", "a")}, "class_scheme.classes"),
        ({"class_scheme": classes("A", "Ａ")}, "class_scheme.classes"),
        ({"deadlines": (changed(cap=Count(counted_in="MONTH", value=1), value=3),)}, "deadlines.0.cap"),
        ({"deadlines": (changed(cap=Count(counted_in="DAY", value=30), value=5),)}, "deadlines.0.cap"),
        ({"deadlines": (changed(cap=Count(counted_in="WORKDAY", value=20), value=5),)}, "deadlines.0.cap"),
        ({"deadlines": (changed(cap=Count(counted_in="FIXED_DATE", month=1, day=5), value=13),)}, "deadlines.0.cap"),
        ({"deadlines": (changed(counted_in=CountedIn.WORKDAY, value=9, cap=days(9)),)}, "deadlines.0.cap"),
        ({"deadlines": (changed(extension=Extension(limit=days(80)), value=3),)}, "deadlines.0.extension.limit"),
        ({"class_scheme": classes("A", "А")}, "class_scheme.classes.1.code"),  # the second is Cyrillic
        ({"class_scheme": classes("Ａ")}, "class_scheme.classes.0.code"),  # a full-width letter
        ({"class_scheme": classes("A ")}, "class_scheme.classes.0.code"),
        ({"ratings": (Rating.SATISFIED,)}, "ratings"),
        ({"contact": {"reach_percent": 101}}, "contact_before_reply.reach_percent"),
        ({"contact": {"reach_percent": -1}}, "contact_before_reply.reach_percent"),
        ({"contact": {"modes": ()}}, "contact_before_reply.modes"),
        ({"late_entry_hours": -1}, "late_entry_hours"),
        ({"key_plan_days": 0}, "key_plan_days"),
        ({"key_plan_days": 3651}, "key_plan_days"),
        ({"ladder": (named("期限前三日"),)}, "ladder.0.rule"),
        ({"ladder": (named("a"), named("a"))}, "ladder.1.rule"),
    ],
)
def test_a_rulebook_with_a_fault_is_not_adopted_and_the_field_is_named(change: dict[str, Any], field: str) -> None:
    faulty = ruled(**{"version": 2, **change})
    refused = opened().refused(c.AdoptRulebook(rulebook=faulty))
    assert (refused.rule, refused.field) == (RULEBOOK_CONSISTENT, f"rulebook.{field}")


def test_a_negative_warning_time_is_reported_under_its_own_name() -> None:
    assert [field for field, _ in problems(ruled(due_soon_days=-1))] == ["due_soon_days"]


def test_all_faults_are_told_not_only_the_first() -> None:
    faulty = ruled(version=0, ratings=(), deadlines=(fixed(9, 31),))
    assert [field for field, _ in problems(faulty)] == ["version", "deadlines.0.day", "ratings"]


@pytest.mark.parametrize(("month", "day"), [(9, 30), (2, 29), (12, 31)])
def test_a_fixed_date_that_exists_may_be_adopted(month: int, day: int) -> None:
    assert list(problems(ruled(deadlines=(fixed(month, day),)))) == []


@pytest.mark.parametrize(
    ("rule", "cap"),
    [
        (changed(value=3), Count(counted_in=CountedIn.FIXED_DATE, month=9, day=30)),  # S10
        (changed(value=5), days(150)),
        (changed(counted_in=CountedIn.DAY, value=60), Count(counted_in=CountedIn.MONTH, value=2)),
        (changed(counted_in=CountedIn.WORKDAY, value=20), Count(counted_in=CountedIn.MONTH, value=1)),
        (fixed(5, 15), Count(counted_in=CountedIn.MONTH, value=6)),
    ],
)
def test_a_cap_in_another_unit_that_may_come_later_is_adopted(rule: DeadlineRule, cap: Count) -> None:
    assert list(problems(ruled(deadlines=(rule.model_copy(update={"cap": cap}),)))) == []


def test_an_extension_to_a_fixed_date_is_never_too_short() -> None:
    until = Extension(limit=Count(counted_in=CountedIn.FIXED_DATE, month=6, day=30))
    assert list(problems(ruled(deadlines=(changed(value=13, extension=until),)))) == []


@pytest.mark.parametrize("short", [{"counted_in": CountedIn.MONTH}, {"counted_in": CountedIn.DAY, "value": 0}])
def test_a_cap_or_an_extension_that_says_nothing_is_told_once(short: dict[str, Any]) -> None:
    for field, change in (("cap", Count(**short)), ("extension.limit", Extension(limit=Count(**short)))):
        [(found, _)] = problems(ruled(deadlines=(changed(**{field.partition(".")[0]: change}),)))
        assert found == f"deadlines.0.{field}.value"


@given(
    st.sampled_from([CountedIn.DAY, CountedIn.WORKDAY, CountedIn.MONTH, CountedIn.FIXED_DATE]),
    st.integers(1, 60),
    st.integers(1, 400),
    st.integers(0, 3000),
)
def test_a_cap_refused_as_too_short_cuts_the_limit_whatever_day_it_counts_from(
    unit: CountedIn, value: int, most: int, begin: int
) -> None:
    date_of = {"month": value % 12 + 1, "day": 5} if unit is CountedIn.FIXED_DATE else {"value": most}
    cap = Count(counted_in=unit, **date_of)
    known = WorkingDays()
    for notice in NOTICES.values():
        known = known.with_notice(notice)
    start = date(2015, 1, 1) + timedelta(days=begin)
    for counted_in in (CountedIn.DAY, CountedIn.WORKDAY, CountedIn.MONTH):
        rule = changed(counted_in=counted_in, value=value, cap=cap)
        if list(problems(ruled(deadlines=(rule,)))):
            assert count(rule, start, known)[0] > count(cap, start, known)[0]


@pytest.mark.parametrize(
    "change",
    [{"title": "a\x00b"}, {"title": "\ud800"}, {"source": " "}, {"late_entry_hours": 10**12}, {"title": "长" * 501}],
    ids=["NUL", "lone surrogate", "blank", "number without end", "text without end"],
)
def test_a_rulebook_that_cannot_be_kept_does_not_pass_the_door(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        c.AdoptRulebook.model_validate({"rulebook": {**SHIPPED.model_dump(), **change}})


def test_every_class_of_an_adopted_rulebook_can_be_claimed_by_a_reply() -> None:
    world = contacted(opened(ruled(class_scheme=classes("采纳", "列入计划", "留作参考", "未采纳"))))
    [fact] = world.do(draft(result_class="采纳"))
    assert fact.event.result_class == "采纳"


# the digest


def test_the_digest_is_that_of_the_canonical_form() -> None:
    assert SHIPPED.ref().digest == parse(SHIPPED_TEXT).ref().digest
    assert Rulebook.model_validate_json(SHIPPED.model_dump_json()).ref() == SHIPPED.ref()


def test_the_digest_does_not_depend_on_order_or_on_what_is_left_to_the_default() -> None:
    data = tomllib.loads(SHIPPED_TEXT)
    reordered = dict(reversed(data.items()))
    spelled_out = SHIPPED.model_dump()
    assert {Rulebook.model_validate(form).ref().digest for form in (data, reordered, spelled_out)} == {
        SHIPPED.ref().digest
    }


def test_the_digest_of_the_shipped_rulebook_does_not_drift() -> None:
    assert SHIPPED.ref().digest == "c25e4ba395bdb15df4740d5da11d826fbc4fe97ff18d4813bdd4e628a098b476"


def test_a_rulebook_adopted_before_it_could_say_whose_it_is_keeps_its_digest() -> None:
    before = parse(re.sub(r"^(jurisdiction|level|year) = .*\n", "", SHIPPED_TEXT, flags=re.M))
    assert (before.jurisdiction, before.level, before.year, before.late_entry) == (None, None, None, None)
    assert before.ref().digest == "d5ba1bb4cad0cbc9ba9cef10e24a6f81807b43eb59b942ec67c192ea981ba25a"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "另一规则"},
        {"late_entry_hours": 25},
        {"late_entry": {"hours": {}}},
        {"level": "CITY"},
        {"contact": {"gate": Gate.FLAG}},
        {"deadlines": (REPLY,)},
    ],
)
def test_any_change_changes_the_digest(change: dict[str, Any]) -> None:
    assert ruled(**change).ref().digest != SHIPPED.ref().digest


def test_text_that_is_no_rulebook_is_told_so() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        parse("id = ")
    with pytest.raises(ValidationError):
        parse(SHIPPED_TEXT.replace('kind = "REPLY"', 'kind = "ANSWER"'))
    with pytest.raises(ValidationError):
        parse(SHIPPED_TEXT + '\nunknown = "field"\n')


STEP = LadderStep(
    rule="phone", pressure=Pressure.REMINDER, about=DeadlineKind.REPLY, counted_in=CountedIn.DAY, value=3, source="S49"
)


NOTICE = STEP.model_copy(update={"rule": "notice", "pressure": Pressure.NOTICE})


def later(**change: Any) -> LadderStep:
    """A step that counts from the one before."""
    return NOTICE.model_copy(update={"rule": "criticism", "since": NOTICE.rule, **change})


def by_the_cppcc() -> Extension:
    return Extension(limit=days(300), approver=Rank.CPPCC_CHAIR)


AHEAD = STEP.model_copy(update={"before": True, "value": 300})
TEN_WORKDAYS = changed(counted_in=CountedIn.WORKDAY, value=10)
FIXED_STEP = STEP.model_copy(update={"counted_in": CountedIn.FIXED_DATE, "value": None, "month": 5, "day": 1})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"automatic_rehandlings": -1}, "automatic_rehandlings"),
        ({"rehandling_automatic": False, "automatic_rehandlings": 3}, "automatic_rehandlings"),
        ({"rehandling_automatic": False, "rehandled_ratings": (Rating.DISSATISFIED,)}, "rehandled_ratings"),
        ({"deadlines": (fixed(5, 15).model_copy(update={"value": 3}),)}, "deadlines.0.value"),
        ({"deadlines": (changed(month=5),)}, "deadlines.0.month"),
        ({"deadlines": (changed(day=5),)}, "deadlines.0.day"),
        ({"deadlines": (changed(cap=days(300).model_copy(update={"day": 5})),)}, "deadlines.0.cap.day"),
        ({"deadlines": (changed(extension=by_the_cppcc()),)}, "deadlines.0.extension.approver"),
        ({"deadlines": (TEN_WORKDAYS,), "ladder": (AHEAD,)}, "ladder.0.value"),
        ({"rehandled_ratings": (Rating.DISSATISFIED, Rating.NO_RESPONSE)}, "rehandled_ratings"),
        ({"rehandled_ratings": (Rating.BASIC,)}, "rehandled_ratings"),
        ({"ladder": (FIXED_STEP,)}, "ladder.0.counted_in"),
        ({"ladder": (STEP, STEP)}, "ladder.1.rule"),
        ({"ladder": (STEP.model_copy(update={"about": DeadlineKind.FEEDBACK}),)}, "ladder.0.about"),
        ({"ratings": (Rating.SATISFIED, Rating.SATISFIED, Rating.DISSATISFIED)}, "ratings"),
        ({"ladder": (later(),)}, "ladder"),
        ({"ladder": (NOTICE, later(since="another"))}, "ladder"),
        ({"ladder": (NOTICE, later(about=DeadlineKind.CO_OPINION))}, "ladder"),
        ({"ladder": (STEP, later(since=STEP.rule))}, "ladder"),
        ({"ladder": (NOTICE.model_copy(update={"before": True}), later())}, "ladder"),
        ({"ladder": (NOTICE.model_copy(update={"pressure": Pressure.CIRCULAR}), later())}, "ladder"),
        ({"ladder": (NOTICE, later(before=True))}, "ladder.1.since"),
        ({"ladder": (STEP.model_copy(update={"about": DeadlineKind.PUBLICATION}),)}, "deadlines"),
        ({"signer_rank": Rank.CPPCC_CHAIR}, "signer_rank"),
        ({"signer_ranks": SignerRanks(escalation=Rank.CPPCC_VICE_CHAIR)}, "signer_ranks.escalation"),
        ({"signer_ranks": SignerRanks(committing=Rank.CPPCC_VICE_CHAIR)}, "signer_ranks.committing"),
        ({"ratings": (Rating.AGREED, Rating.DISSATISFIED)}, "ratings"),
        ({"attitude_ratings": (Rating.RESERVED,)}, "attitude_ratings"),
        ({"signer_ranks": SignerRanks(collective=Rank.CPPCC_CHAIR)}, "signer_ranks.collective"),
    ],
)
def test_what_makes_no_sense_is_not_adopted(change: dict[str, Any], field: str) -> None:
    assert [found for found, _ in problems(ruled(**change))] == [field]


@pytest.mark.parametrize(
    "limit",
    [
        changed(counted_in=CountedIn.WORKDAY, value=10, extension=Extension(limit=days(400))),
        changed(counted_in=CountedIn.MONTH, value=10),
        fixed(5, 15),
    ],
    ids=["extended", "as long", "by a date"],
)
def test_a_reminder_may_lie_as_far_ahead_as_its_limit_may_last(limit: DeadlineRule) -> None:
    assert list(problems(ruled(deadlines=(limit,), ladder=(AHEAD,)))) == []


def test_how_far_ahead_of_what_is_counted_backwards_is_not_judged() -> None:
    about_opinion = AHEAD.model_copy(update={"about": DeadlineKind.CO_OPINION})
    assert list(problems(ruled(deadlines=(REPLY, BEFORE_REPLY), ladder=(about_opinion,)))) == []


def test_a_fixed_date_is_not_counted_back_from() -> None:
    wrong = DeadlineRule(
        kind=DeadlineKind.CO_OPINION, rule="x", anchor=AnchorKind.REPLY_DUE, backwards=True,
        counted_in=CountedIn.FIXED_DATE, month=5, day=1, source="S36",
    )  # fmt: skip
    found = problems(ruled(deadlines=(*SHIPPED.deadlines[:1], wrong)))
    assert [field for field, _ in found] == ["deadlines.1.counted_in"]
