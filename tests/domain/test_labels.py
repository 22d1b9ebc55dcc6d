"""What fields are called, by the class they stand in and by the path to them."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from domain import commands as c
from domain.labels import answer_label, field_label, path_label
from domain.labels.fields import FIELDS_OF

CLASSES = "办理规则 · 分类方法 · 类别"
LATE_ENTRY = "办理规则 · 分事件的补录时限 · 各种事件的小时数"


@pytest.mark.parametrize(
    ("field", "owner", "name"),
    [
        ("unit", "", "承办单位"),
        ("surprise", "", "surprise"),
        ("", "", ""),
        ("finding", "", "情况"),
        ("finding", "RecordRevisit", "回访情况"),
        ("unit", "RecordRevisit", "承办单位"),
    ],
)
def test_a_field_is_called_by_where_it_stands(field: str, owner: str, name: str) -> None:
    assert field_label(field, owner) == name


@pytest.mark.parametrize(
    ("field", "owner", "name"),
    [
        ("closed_on", "SessionAnswer", "闭幕日"),
        ("closed_on", "CaseLine", "办结日期"),
        ("days_left", "CaseLine", "余日"),
        ("replied_on", "CaseLine", "答复日期"),
        ("limit", "Extension", "最长期限"),
        ("surprise", "CaseLine", None),
    ],
)
def test_a_field_of_an_answer_is_called_by_where_it_stands(field: str, owner: str, name: str | None) -> None:
    assert answer_label(field, owner) == name


@pytest.mark.parametrize(
    ("path", "taken", "name"),
    [
        (("notice", "holidays"), c.AnnounceCalendar, "节假日安排 · 放假"),
        (("rulebook", "deadlines", 0, "cap"), c.AdoptRulebook, "办理规则 · 各项期限 · 第 1 项 · 最长期限"),
        (("rulebook", "ladder", "1", "about"), c.AdoptRulebook, "办理规则 · 督办阶梯 · 第 2 项 · 所涉期限"),
        (("rulebook", "class_scheme", "classes", 2, "title"), c.AdoptRulebook, f"{CLASSES} · 第 3 项 · 名称"),
        (("unit_people", 1, "title"), c.RecordMemberContact, "单位人员 · 第 2 项 · 职务"),
        (("finding",), c.RecordRevisit, "回访情况"),
        (("by",), c.RecordMutualReview, "评议方"),
        (("by",), c.RequestCoOpinion, "by"),
        (("notice", "limit"), c.AnnounceCalendar, "节假日安排 · limit"),
        (("rulebook", "late_entry", "hours", "limit"), c.AdoptRulebook, f"{LATE_ENTRY} · limit"),
        (("unit",), None, "unit"),
    ],
)  # fmt: skip
def test_a_path_is_told_step_by_step_in_the_words_of_the_request(path: Any, taken: Any, name: str) -> None:
    assert path_label(path, taken) == name


def test_no_field_of_a_request_is_called_by_what_is_asked_elsewhere() -> None:
    """Of every class a command takes, every field has a name, and none is that of a question's field."""
    asked = {"actor", "after", "cursor", "lang", "limit", "origin", "type", "under"}
    for kind in classes_within(*c.COMMANDS):
        for field in kind.model_fields:
            name = field_label(field, kind.__name__)
            assert name != field, (kind, field)
            assert field not in asked or (kind.__name__, field) in FIELDS_OF, (kind, field)


def classes_within(*kinds: Any) -> set[type[BaseModel]]:
    """Every class that stands in these, and they themselves."""
    found: set[type[BaseModel]] = set()
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = (field.annotation for field in kind.model_fields.values())
            found |= {kind, *classes_within(*inner)}
        else:
            found |= classes_within(*get_args(kind))
    return found
