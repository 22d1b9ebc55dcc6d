"""Rulebooks as files: whatever is wrong is told by file, line, field and rule, all of it, in Chinese."""

import re
import tomllib
from copy import deepcopy
from datetime import date
from importlib.resources import files
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import commands as c
from domain.codes import Level
from domain.documents.check import NOTICE, RULEBOOK, DocumentKind, Fault, check, check_all
from domain.documents.lines import Path
from domain.policy.rulebook import Rulebook, parse
from tests.domain.test_rulebook_docs import DOC, example
from tests.domain.test_toml_lines import all_paths
from tests.domain.toml_layouts import written

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILE = "xian.toml"
MARK = "此处有误-7c1"

law = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
by_chance = st.integers(0, 2**32).map(Random)


def shipped(folder: str) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in (files("domain") / folder).iterdir()
        if file.name.endswith(".toml")
    }


RULEBOOKS, CALENDARS = shipped("rulebooks"), shipped("calendars")
XIAN, YEAR = RULEBOOKS["xian-2011-like.toml"], CALENDARS["2026.toml"]
WHOLE = tomllib.loads(example("example"))
"""A sound rulebook that says something in every field."""


def faults(toml: str, kind: DocumentKind[Any] = RULEBOOK) -> list[Fault]:
    checked = check(kind, FILE, toml)
    assert (checked.document is None) == bool(checked.faults)
    return list(checked.faults)


def line_of(text: str, part: str) -> int:
    """The one line of a text that holds this part."""
    [line] = [number for number, line in enumerate(text.split("\n"), 1) if part in line]
    return line


def spoiled(old: str, new: str, text: str = XIAN) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


# what a fault tells


def test_a_rulebook_that_names_31_september_is_refused_by_file_line_field_and_rule() -> None:
    toml = spoiled("month = 5\nday = 15", "month = 9\nday = 31")
    [fault] = faults(toml)
    assert fault == Fault(
        file=FILE,
        line=line_of(toml, "day = 31"),
        code="rulebook-consistent",
        message="没有 9 月 31 日这一天",
        field="deadlines[0].day",
        rule="reply-by-15-may",
    )
    assert str(fault) == (
        "xian.toml 第 38 行，deadlines[0].day（规则 reply-by-15-may）：没有 9 月 31 日这一天 [rulebook-consistent]"
    )


@pytest.mark.parametrize(
    ("old", "new", "part", "field", "code"),
    [
        ("version = 2", "version = 0", "version = 0", "version", "rulebook-consistent"),
        ("version = 2", 'version = "1"', "version =", "version", "int_type"),
        ("version = 2", "version = true", "version =", "version", "int_type"),
        ("version = 2", "version = 1.0", "version =", "version", "int_type"),
        ("version = 2", "version = 12345678", "version =", "version", "number_too_large"),
        ('id = "xian-2011-like"', 'id = "西安"', 'id = "西', "id", "rulebook-consistent"),
        ('title = "西安', 'titel = "西安', "titel", "titel", "extra_forbidden"),
        ('title = "西安一类的提案办理规则"', "title = 2011-05-15", "title", "title", "string_type"),
        ('title = "西安一类的提案办理规则"', 'title = " "', "title", "title", "text_blank"),
        ('title = "西安一类的提案办理规则"', f'title = "{"长" * 501}"', "title", "title", "text_too_long"),
        ('title = "西安', 'title = "\\u202e西安', "title", "title", "text_forbidden_character"),
        ('level = "CITY"', 'level = "TOWN"', "level", "level", "enum"),
        ("year = 2011", "year = 11", "year", "year", "rulebook-consistent"),
        ('"BASIC", "DISSATISFIED"]', '\n"BASIC",\n"DISATISFIED"]', '"DISATISFIED"', "ratings[2]", "enum"),
        ('"BASIC", "DISSATISFIED"]', '"BASIC"]', "ratings", "ratings", "rulebook-consistent"),
        ('{ code = "A", ', "{ ", "已解决、", "class_scheme.classes[0].code", "missing"),
        ('{ code = "B", ', '{ code = "A", ', "classes = [", "class_scheme.classes", "rulebook-consistent"),
        ('gate = "REFUSE"\n', "", "[contact_before_reply]", "contact_before_reply.gate", "missing"),
        ('before = "SIGNING"', "reach_percent = 101", "reach", "contact_before_reply.reach_percent",
         "rulebook-consistent"),
        ("day = 15", "day = 2011-05-15", "day =", "deadlines[0].day", "int_type"),
        ("day = 15", "day = 2011-05-32", "day =", "deadlines[0].day", "no-such-day"),
        ("day = 15", "", "[[deadlines]]", "deadlines[0].day", "rulebook-consistent"),
        ("month = 5\n", "", "[[deadlines]]", "deadlines[0].month", "rulebook-consistent"),
        ("month = 6, day = 30", "month = 6, day = 31", "limit =", "deadlines[0].extension.limit.day",
         "rulebook-consistent"),
        ("month = 6, day = 30", "month = 6, tag = 30", "limit =", "deadlines[0].extension.limit.tag",
         "extra_forbidden"),
        ('kind = "REPLY"', 'kind = "ANSWER"', '"ANSWER"', "deadlines[0].kind", "enum"),
        ("\n[contact_before_reply]", "\nclasses2 = 1\n[contact_before_reply]", "classes2", "class_scheme.classes2",
         "extra_forbidden"),
        ("[contact_before_reply]", "[late_entry.hours]\nContacted = 1\n[contact_before_reply]", "Contacted = 1",
         "late_entry.hours.Contacted", "rulebook-consistent"),
        ("[contact_before_reply]", '[late_entry.hours]\n"a.b" = 1\n[contact_before_reply]', '"a.b"',
         "late_entry.hours.a.b", "rulebook-consistent"),
        ("[contact_before_reply]", "[late_entry.hours]\nRulebookAdopted = 1\n[contact_before_reply]", "Adopted",
         "late_entry.hours.RulebookAdopted", "rulebook-consistent"),
        ("[contact_before_reply]", "[late_entry]\nhours.MemberContacted = -1\n[contact_before_reply]", "hours.M",
         "late_entry.hours.MemberContacted", "rulebook-consistent"),
        ("[contact_before_reply]", "[[gates]]\n[contact_before_reply]", "[[gates]]", "gates", "model_type"),
        ('rule = "receipt-within-10-working-days"', "rule = 1", "rule = 1", "deadlines[1].rule", "string_type"),
    ],
)  # fmt: skip
def test_a_fault_is_told_where_it_stands(old: str, new: str, part: str, field: str, code: str) -> None:
    toml = XIAN.replace(old, new, 1)
    assert toml != XIAN
    [fault] = [fault for fault in faults(toml) if (fault.field, fault.code) == (field, code)]
    assert CHINESE.search(fault.message)
    near = [number for number, line in enumerate(toml.split("\n"), 1) if part in line]
    assert fault.line == near[0]


def test_a_rule_is_named_by_its_own_id_and_what_stands_outside_names_none() -> None:
    toml = spoiled("day = 15", "day = 32").replace("value = 15", "value = 0").replace("version = 2", "version = 0")
    assert [fault.rule for fault in faults(toml)] == [
        None,
        "reply-by-15-may",
        "contact-within-15-working-days",
        "feedback-within-15-working-days",
    ]


def test_a_file_without_anything_lacks_everything() -> None:
    assert [(fault.line, fault.field, fault.message) for fault in faults("")] == [
        (1, field, "必填")
        for field in (
            *("id", "version", "title", "origin", "source"),
            *("deadlines", "class_scheme", "ratings", "contact_before_reply"),
        )
    ]


@pytest.mark.parametrize("cap", ['counted_in = "DAY", value = 30', 'counted_in = "WORKDAY", value = 20'])
def test_a_cap_shorter_than_its_limit_is_told_in_whatever_unit(cap: str) -> None:
    toml = XIAN.replace('counted_in = "FIXED_DATE"\nmonth = 5\nday = 15', 'counted_in = "MONTH"\nvalue = 5', 1)
    toml = toml.replace("value = 5\n", f"value = 5\ncap = {{ {cap} }}\n", 1)
    [fault] = faults(toml)
    assert (fault.field, fault.rule, fault.code) == ("deadlines[0].cap", "reply-by-15-may", "rulebook-consistent")
    assert fault.line == line_of(toml, "cap = ")
    assert fault.message == "最长期限不得短于期限本身"


# all of it


def test_what_is_wrong_in_one_place_hides_nothing_elsewhere() -> None:
    toml = XIAN
    for old, new in (
        ("version = 2", 'version = 0\nlate_entry_hours = "x"\nsurprise = 1'),
        ('"BASIC", "DISSATISFIED"', '"BASIC", "DISATISFIED"'),
        ('{ code = "B", title = "正在解决或已列入计划" }', '{ code = "A" }'),
        ('gate = "REFUSE"', "reach_percent = 101"),
        ("month = 5\nday = 15", "month = 9\nday = 31\nrolls = 1"),
        ('rule = "receipt-within-10-working-days"\n', ""),
        ('rule = "objection-within-10-working-days"', 'rule = "objection"\nvalue = 2024-09-31'),
        ('kind = "FIRST_CONTACT"', 'kind = "CONTACT"'),
        ('kind = "FEEDBACK"', 'kind = "FEEDBACK"\nbackwards = true\ncap = { counted_in = "DAY", value = 0 }'),
    ):
        toml = spoiled(old, new, toml)
    toml = toml.replace("value = 10\n", "value = 0\n", 1).replace("value = 10\n", "", 1)
    assert [(fault.field, fault.code) for fault in faults(toml)] == [
        ("version", "rulebook-consistent"),
        ("late_entry_hours", "int_type"),
        ("surprise", "extra_forbidden"),
        ("ratings[2]", "enum"),
        ("class_scheme.classes[1].title", "missing"),
        ("contact_before_reply.gate", "missing"),
        ("contact_before_reply.reach_percent", "rulebook-consistent"),
        ("deadlines[0].day", "rulebook-consistent"),
        ("deadlines[0].rolls", "bool_type"),
        ("deadlines[1].rule", "missing"),
        ("deadlines[1].value", "rulebook-consistent"),
        ("deadlines[2].value", "no-such-day"),
        ("deadlines[2].value", "int_type"),
        ("deadlines[3].kind", "enum"),
        ("deadlines[4].backwards", "rulebook-consistent"),
        ("deadlines[4].cap.value", "rulebook-consistent"),
    ]


@pytest.mark.parametrize(("when", "field"), [("3", "when"), ('{ timing = "SOON" }', "when.timing")])
def test_a_rule_that_cannot_be_told_for_whom_it_is_casts_no_doubt_on_others(when: str, field: str) -> None:
    toml = spoiled('kind = "ACKNOWLEDGEMENT"', 'kind = "REPLY"')
    [fault] = faults(toml)
    assert (fault.field, fault.rule) == ("deadlines[1]", "receipt-within-10-working-days")
    assert fault.line == line_of(toml, "receipt-within") - 2, "what a whole rule is at fault for is told at its head"
    toml = spoiled("day = 15", "day = 15\nwhen = " + when, toml)
    assert [fault.field for fault in faults(toml)] == [f"deadlines[0].{field}"]


@pytest.mark.parametrize("kind", [RULEBOOK, NOTICE], ids=["rulebook", "notice"])
def test_what_stands_in_for_missing_fields_is_sound_itself(kind: DocumentKind[Any]) -> None:
    whole = {"year": 2027} if kind is NOTICE else {}
    found = [field for field, _ in kind.problems(kind.model.model_validate({**kind.stand_in, **whole}))]
    assert found == (["holidays"] if kind is NOTICE else []), "no stand-in can know a year's holidays"


def test_every_file_is_judged_and_of_two_alike_the_later_is_at_fault() -> None:
    again = "# 副本\n" + XIAN
    first, other, second, broken = check_all(
        RULEBOOK,
        [("a.toml", XIAN), ("b.toml", RULEBOOKS["national-like.toml"]), ("c.toml", again), ("d.toml", "id = ")],
    )
    assert first.document is not None
    assert other.document is not None
    [fault] = second.faults
    assert (second.document, fault.line, fault.field, fault.code) == (None, 7, "id", "rulebook-duplicate")
    assert "a.toml 第 6 行" in fault.message
    assert [fault.code for fault in broken.faults] == ["toml-invalid"]


def test_another_version_is_another_rulebook_and_a_faulty_one_still_has_its_name() -> None:
    second = spoiled("version = 2", "version = 3")
    assert [checked.faults for checked in check_all(RULEBOOK, [("a", XIAN), ("b", second)])] == [(), ()]
    faulty = spoiled("day = 15", "day = 32")
    _, checked = check_all(RULEBOOK, [("a", XIAN), ("b", faulty)])
    assert [fault.code for fault in checked.faults] == ["rulebook-duplicate", "rulebook-consistent"]


def test_a_scheme_may_mean_something_else_in_another_place() -> None:
    elsewhere = spoiled('"xian-2011-like"', '"elsewhere"').replace("留作参考", "另有含义")
    assert [checked.faults for checked in check_all(RULEBOOK, [("a", XIAN), ("b", elsewhere)])] == [(), ()]


# calendars


def test_a_notice_is_told_in_the_same_form() -> None:
    toml = YEAR
    for old, new in (
        ("last = 2026-06-21", "last = 2026-06-31"),
        ("2026-10-10]", "2026-09-31]"),
        ("2026-01-04", "2026-01-05"),
        ('name = "劳动节"', 'nam = "劳动节"'),
        ("first = 2026-10-01", "first = 2026-10-09"),
    ):
        toml = spoiled(old, new, toml)
    assert [(fault.line, fault.field, fault.code) for fault in faults(toml, NOTICE)] == [
        (line_of(toml, "nam ="), "holidays[3].name", "missing"),
        (line_of(toml, "nam ="), "holidays[3].nam", "extra_forbidden"),
        (line_of(toml, "06-31"), "holidays[4].last", "no-such-day"),
        (line_of(toml, "10-09"), "holidays[6].last", "calendar-consistent"),
        (line_of(toml, "working"), "working[5]", "no-such-day"),
        (line_of(toml, "working"), "working[0]", "calendar-consistent"),
    ]


@pytest.mark.parametrize("hour", ["12:00:00", "2026-01-04T12:00:00", "2026-01-04T12:00:00+08:00"])
def test_an_hour_is_no_day_of_a_notice(hour: str) -> None:
    toml = spoiled("2026-01-04", hour, YEAR)
    [fault] = faults(toml, NOTICE)
    assert (fault.line, fault.field) == (line_of(toml, "working"), "working[0]")
    assert CHINESE.search(fault.message)


def test_a_notice_without_holidays_is_told_once() -> None:
    toml = 'year = 2027\nversion = 1\ntitle = "占位"\n'
    assert [(fault.line, fault.field, fault.code) for fault in faults(toml, NOTICE)] == [(1, "holidays", "missing")]
    empty = toml + "holidays = []\n"
    assert [(fault.line, fault.field, fault.code) for fault in faults(empty, NOTICE)] == [
        (4, "holidays", "calendar-consistent")
    ]


def test_nothing_is_said_about_the_days_of_a_year_nobody_knows() -> None:
    assert [fault.field for fault in faults(spoiled("year = 2026", "year = true", YEAR), NOTICE)] == ["year"]


def test_two_notices_of_one_year_and_version_are_one_too_many() -> None:
    _, second = check_all(NOTICE, [("a", YEAR), ("b", YEAR)])
    assert [(fault.code, fault.field) for fault in second.faults] == [("calendar-duplicate", "year")]


# what is shipped


@pytest.mark.parametrize("name", sorted(RULEBOOKS))
def test_a_shipped_rulebook_is_sound_and_says_whose_it_is_and_of_when(name: str) -> None:
    checked = check(RULEBOOK, name, RULEBOOKS[name])
    assert checked.faults == ()
    assert checked.document == parse(RULEBOOKS[name])
    assert checked.document.jurisdiction
    assert checked.document.level in Level
    assert checked.document.year


@pytest.mark.parametrize("name", sorted(CALENDARS))
def test_a_shipped_notice_is_sound(name: str) -> None:
    assert check(NOTICE, name, CALENDARS[name]).faults == ()


# whatever the layout


@law
@given(by_chance)
def test_the_layout_changes_nothing(chance: Random) -> None:
    checked = check(RULEBOOK, FILE, written(WHOLE, chance))
    assert checked.faults == ()
    assert checked.document == Rulebook.model_validate(WHOLE)


@law
@given(by_chance)
def test_a_key_that_is_spoiled_is_told_on_its_line_whatever_the_layout(chance: Random) -> None:
    data = deepcopy(WHOLE)
    path = chance.choice([path for path, value in all_paths(data) if not isinstance(value, dict | list)])
    holder = inside(data, path[:-1])
    holder[path[-1]] = 7770.777  # no field takes it
    toml = written(data, chance)
    [fault] = faults(toml)
    assert (fault.field, fault.line) == (shown(path), line_of(toml, "7770.777"))
    if path[0] in ("deadlines", "ladder") and path[2:] != ("rule",):
        assert fault.rule == data[str(path[0])][path[1]]["rule"]


@law
@given(by_chance)
def test_a_key_that_nobody_knows_is_told_on_its_line_whatever_the_layout(chance: Random) -> None:
    data = deepcopy(WHOLE)
    tables = [(), *(path for path, value in all_paths(data) if isinstance(value, dict))]
    path = chance.choice([path for path in tables if path != ("late_entry", "hours")])
    table = inside(data, path)
    order = [*table.items()]
    order.insert(chance.randint(0, len(order)), (MARK, 1))
    table.clear()
    table.update(order)
    toml = written(data, chance)
    [fault] = faults(toml)
    assert (fault.field, fault.code, fault.line) == (shown((*path, MARK)), "extra_forbidden", line_of(toml, MARK))


@law
@given(by_chance)
def test_31_september_is_told_on_its_line_whatever_the_layout(chance: Random) -> None:
    data = deepcopy(WHOLE)
    fixed = [
        *[(*path, "day") for path, value in all_paths(data) if isinstance(value, dict) and "month" in value],
    ]
    path = chance.choice(fixed)
    inside(data, path[:-1]).update({"month": 9, "day": 31})
    toml = written(data, chance)
    lines = [number for number, line in enumerate(toml.split("\n"), 1) if "31" in line]
    [fault] = faults(toml)
    assert (fault.field, fault.message, fault.line in lines) == (shown(path), "没有 9 月 31 日这一天", True)


@law
@given(by_chance, st.sampled_from([XIAN, YEAR]))
def test_whatever_is_typed_is_judged_and_what_passes_may_be_adopted(chance: Random, text: str) -> None:
    kind: DocumentKind[Any] = RULEBOOK if text == XIAN else NOTICE
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(text)), chance.randrange(len(text))
        match chance.choice(("cut", "copy", "letter", "digit")):
            case "cut":
                text = text[:at] + text[at + chance.randint(1, 12) :]
            case "copy":
                text = text[:at] + text[other : other + chance.randint(1, 60)] + text[at:]
            case "letter":
                text = text[:at] + chance.choice("\"'[]{}=,.#\n\\ -0a限“\x00\r") + text[at:]
            case "digit":
                text = re.sub(r"\d", lambda _: chance.choice("0123456789"), text, count=chance.randint(1, 60))
        text = text or " "
    checked = check(kind, FILE, text)
    for fault in checked.faults:
        assert CHINESE.search(fault.message), fault
        assert fault.line is not None
        assert 1 <= fault.line <= text.count("\n") + 1
    if checked.document is not None:
        assert checked.faults == ()
        assert list(kind.problems(checked.document)) == []
        stored = checked.document.model_dump(mode="json")
        if kind is RULEBOOK:
            assert c.AdoptRulebook.model_validate({"rulebook": stored}).rulebook == parse(text)
        else:
            c.AnnounceCalendar.model_validate({"notice": stored})


def test_every_message_of_the_shape_is_a_chinese_sentence() -> None:
    """One wrong value for every field there is, in each wrong type."""
    for path, value in all_paths(WHOLE):
        for wrong in (7, "x", True, 1.5, date(2024, 1, 1), [], {}, [{}], float("nan"), -(10**30)):
            if type(wrong) is type(value):
                continue
            data = deepcopy(WHOLE)
            inside(data, path[:-1])[path[-1]] = wrong
            for fault in faults(written(data, Random(1))):
                assert CHINESE.search(fault.message), fault
                assert fault.message != "取值不当", fault
                assert f"`{fault.code}`" in DOC, fault


def inside(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def shown(path: Path) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
