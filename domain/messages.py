"""What is wrong with a value, in Chinese: pydantic's findings in the words of whoever wrote the value, a request or a
file."""

import re
from collections.abc import Mapping
from typing import Any

_MESSAGES = {
    "missing": "必填",
    "extra_forbidden": "没有这一字段",
    "string_type": "应为文字",
    "string_too_long": "最长 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不符，应匹配 {pattern}",
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


def message_of(item: Mapping[str, Any]) -> str:
    """What is wrong with a value, in Chinese, from a pydantic error."""
    template = _MESSAGES.get(item["type"])
    context = {name: _plain(value) for name, value in item.get("ctx", {}).items()}
    if template is None:
        # our own validators speak Chinese already
        return str(item["msg"]) if any("\u4e00" <= letter <= "\u9fff" for letter in item["msg"]) else "取值不当"
    expected = str(context.get("expected", "")).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return template.format(**{**context, "expected": expected})


def _plain(value: Any) -> Any:
    """A limit that is a day comes as Python would write it."""
    day = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(value))
    return f"{int(day[1]):04}-{int(day[2]):02}-{int(day[3]):02}" if day else value
