"""What is wrong with a value, in Chinese: pydantic's findings in the words of whoever wrote the value, a request or a
file."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_MESSAGES = {
    "missing": "必填",
    "extra_forbidden": "没有这一字段",
    "unknown_parameter": "没有这一参数",
    "string_type": "应为文字",
    "string_too_long": "最长 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_unicode": "含有不成对的代理字符",
    "enum": "应为 {expected} 之一",
    "decimal_type": '应为数，如 "4.5"',
    "decimal_parsing": '应为数，如 "4.5"',
    "decimal_max_digits": "最多 {max_digits} 位",
    "decimal_max_places": "小数最多 {decimal_places} 位",
    "finite_number": "应为有限的数",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "int_parsing_size": "整数过大",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "uuid_parsing": "不是合法的编号（UUID）",
    "uuid_type": "不是合法的编号（UUID）",
    "date_type": "应为日期，如 2024-03-05",
    "date_parsing": "应为日期，如 2024-03-05",
    "date_from_datetime_parsing": "不是存在的日期，应写作 2024-03-05",
    "date_from_datetime_inexact": "应为日期，如 2024-03-05",
    "datetime_parsing": "应为时间，如 2024-03-05T09:30:00+08:00",
    "datetime_from_date_parsing": "不是存在的时间，应写作 2024-03-05T09:30:00+08:00",
    "datetime_type": "应为时间，如 2024-03-05T09:30:00+08:00",
    "timezone_aware": "时间必须带时区，如 +08:00",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "greater_than": "须大于 {gt}",
    "less_than": "须小于 {lt}",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "dict_type": "应为一组字段",
    "model_type": "应为一组字段",
    "model_attributes_type": "应为 JSON 对象",
    "literal_error": "应为 {expected}",
    "value_error": "取值不当",
}

_WRITTEN = {
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "应为编号：英文字母、数字、点、下划线或连字符，字母数字开头，最长 64 个字符",
    r"^(official:|member:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": (
        "应为名录中的人员或委员的编号，可写作 official:编号 或 member:编号，如 official:zhang"
    ),
    r"^(member|official):[A-Za-z0-9][A-Za-z0-9._-]{0,63}$": "应写作 member:编号 或 official:编号，如 member:weiyuan-05",
    r"^[A-Za-z0-9][A-Za-z0-9:._-]{0,99}$": "应为人员或承办单位的编号，如 official:zhang、zhifaju",
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[0-9]{1,6}$": "应写作 规则编号@版本，如 sichuan-2024-like@2",
    r"^[A-Za-z]{1,64}$": "应为事件类型的英文名，如 ReplyDrafted",
    r"^[0-9a-f]{64}$": "应为文件的 SHA-256 摘要：64 个数字或小写字母 a 至 f",
    r"^\d{1,3}\.\d$": '应为百分数，写一位小数，如 "97.5"',
    r"^[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,99}$": "应为文件类型，如 application/pdf",
    r"^https?://[^\s]+$": "应为网址，以 http:// 或 https:// 开头，其中没有空格",
}
"""What is wanted where a text does not match a pattern; nobody reads a pattern."""


def told_apart(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Pydantic's findings without those that only follow from others: a list is not too short because some of its
    items are wrong, which are told themselves."""
    return [item for item in found if not (item["type"] == "too_short" and _long_enough(item))]


def message_of(item: Mapping[str, Any]) -> str:
    """What is wrong with a value, in Chinese, from a pydantic error."""
    if item["type"] == "string_pattern_mismatch":
        return _WRITTEN.get(item["ctx"]["pattern"], "格式不符")
    template = _MESSAGES.get(item["type"])
    context = {name: _plain(value) for name, value in item.get("ctx", {}).items()}
    if template is None:
        # our own validators speak Chinese already
        return str(item["msg"]) if any("\u4e00" <= letter <= "\u9fff" for letter in item["msg"]) else "取值不当"
    expected = str(context.get("expected", "")).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return template.format(**{**context, "expected": expected})


def _long_enough(item: Mapping[str, Any]) -> bool:
    return isinstance(item["input"], list) and len(item["input"]) >= item["ctx"]["min_length"]


def _plain(value: Any) -> Any:
    """A limit that is a day comes as Python would write it."""
    day = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(value))
    return f"{int(day[1]):04}-{int(day[2]):02}-{int(day[3]):02}" if day else value
