"""What is read quickly is what is read slowly, and what cannot be read is refused alike."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.strict_json import KeyTwice, NoNumber, read, read_slowly

KEYS = st.sampled_from(["a", "b", "名", ""]) | st.text(max_size=3)


def written(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Arrays and objects as text, so that an object may have a key twice."""
    pair = st.builds(lambda key, value: f"{json.dumps(key, ensure_ascii=False)} : {value}", KEYS, inner)
    arrays = st.lists(inner, max_size=4).map(lambda parts: f"[{','.join(parts)}]")
    return arrays | st.lists(pair, max_size=4).map(lambda parts: f"{{{', '.join(parts)}}}")


VALUES = st.one_of(
    st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
).map(lambda value: json.dumps(value, ensure_ascii=False))
TEXTS = st.recursive(VALUES, written, max_leaves=12)


def came_of(reader: Any, raw: bytes) -> tuple[Any, ...]:
    try:
        return ("read", repr(reader(raw)))
    except (ValueError, RecursionError) as error:
        return (type(error), str(error))


@given(TEXTS.map(str.encode) | st.binary(max_size=12))
@example(b'{"a": 1, "a": 1}')
@example(b'[{"a": {"b": "x", "b": "x"}}]')
@example(b'{"a": 18446744073709551616}')
@example(b"[-0, -0.0, 1e400, 1E5, 0.1e-7, 123456789012345678901234567890]")
@example("\ufeff{}".encode())
@example(b"[NaN]")
@example(b"[Infinity]")
@example(b" \t\n\r[ ]\n")
@example(b"[1,]")
@example(b"01")
@example(b'"\x7f\xc2\x85"')
@example(b"[" * 300 + b"]" * 300)
def test_the_quick_way_reads_what_the_slow_way_reads(raw: bytes) -> None:
    assert came_of(read, raw) == came_of(read_slowly, raw)


def test_a_key_that_comes_twice_is_named() -> None:
    with pytest.raises(KeyTwice) as refused:
        read('{"甲": {"乙": "一", "乙": "一"}}'.encode())
    assert refused.value.key == "乙"


def test_what_is_no_number_is_named() -> None:
    with pytest.raises(NoNumber) as refused:
        read(b"[1, NaN]")
    assert refused.value.name == "NaN"
