"""Moments and texts: what passes the door, and that nothing is changed on the way."""

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain import commands as c
from domain.messages import message_of, told_apart
from domain.values import (
    _FORBIDDEN,
    Code,
    Day,
    EvidenceClaim,
    LongText,
    Moment,
    Since,
    Title,
    Until,
    beyond_limits,
    comes_before,
    day_of,
    end_of,
    only_by_day,
    parse_moment,
    visible,
    write_moment,
)
from tests.domain.given import NOTICES, SHIPPED

MOMENT: TypeAdapter[datetime | date] = TypeAdapter(Moment)
TEXTS = [TypeAdapter(Title), TypeAdapter(LongText)]


def fault(adapter: TypeAdapter[Any], value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-03-05", date(2024, 3, 5)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-03-05T09:30:00+08:00", datetime(2024, 3, 5, 1, 30, tzinfo=UTC)),
        ("2024-03-05T09:30:00Z", datetime(2024, 3, 5, 9, 30, tzinfo=UTC)),
        ("2024-03-05T23:30:00-05:00", datetime(2024, 3, 6, 4, 30, tzinfo=UTC)),
        ("2024-03-05T09:30:00.123456+08:00", datetime(2024, 3, 5, 1, 30, 0, 123456, tzinfo=UTC)),
        (date(2024, 3, 5), date(2024, 3, 5)),
        (datetime(2024, 3, 5, 9, 30, tzinfo=timezone(timedelta(hours=8))), datetime(2024, 3, 5, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_day_or_an_instant_kept_in_utc(written: object, meant: datetime | date) -> None:
    read = MOMENT.validate_python(written)
    assert (type(read), read) == (type(meant), meant)
    assert not isinstance(read, datetime) or read.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2024-09-31", "moment_invalid"),
        ("2023-02-29", "moment_invalid"),
        ("2024-13-01", "moment_invalid"),
        ("20240305", "moment_invalid"),
        ("20240305T093000+0800", "moment_invalid"),
        ("2024-03-05T25:00:00+08:00", "moment_invalid"),
        ("2024-09-31T09:00:00+08:00", "moment_invalid"),
        ("５月３日", "moment_invalid"),
        ("２０２４-０３-０５", "moment_invalid"),
        ("", "moment_invalid"),
        ("\ud800", "moment_invalid"),
        ("2024-03-05\x00", "moment_invalid"),
        (1709600000, "moment_invalid"),
        (None, "moment_invalid"),
        (True, "moment_invalid"),
        ("2024-03-05T09:30:00", "moment_without_zone"),
        ("2024-03-05T09:30:00+15:00", "moment_of_no_zone"),
        ("2024-03-05T09:30:00-23:59", "moment_of_no_zone"),
        (datetime(2024, 3, 5, 9, 30), "moment_without_zone"),  # noqa: DTZ001  # without a zone on purpose
        ("0001-01-01T00:00:00+08:00", "moment_out_of_range"),
        ("9999-12-31T23:59:59-08:00", "moment_out_of_range"),
    ],
)
def test_what_is_no_moment_is_refused_with_its_reason(written: object, code: str) -> None:
    assert fault(MOMENT, written) == code


@given(st.one_of(st.dates(), st.datetimes(timezones=st.just(UTC))))
def test_a_moment_written_and_read_is_the_same(moment: datetime | date) -> None:
    assert parse_moment(write_moment(moment)) == moment
    assert MOMENT.validate_json(MOMENT.dump_json(moment)) == moment


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2024-03-05T15:59:59.999999Z", date(2024, 3, 5)),
        ("2024-03-05T16:00:00Z", date(2024, 3, 6)),
        ("2024-03-05", date(2024, 3, 5)),
    ],
)
def test_days_are_shanghai_days(instant: str, day: date) -> None:
    assert day_of(parse_moment(instant)) == day


@given(st.dates(), st.dates())
def test_a_day_lasts_until_the_next_one_begins(one: date, other: date) -> None:
    assert day_of(end_of(one)) == one
    assert (end_of(one) < end_of(other)) == (one < other)


INSTANTS = st.integers(0, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
MOMENTS = st.one_of(st.dates(), INSTANTS)


@given(MOMENTS, MOMENTS)
def test_of_two_moments_one_comes_before_and_both_only_where_a_day_is_all_that_is_known(
    one: datetime | date, other: datetime | date
) -> None:
    both = comes_before(one, other) and comes_before(other, one)
    assert both == only_by_day(one, other)
    assert comes_before(one, other) or comes_before(other, one) or one == other


# texts

RARE = [
    "林喆",
    "朱镕",
    "刘䶮",
    "\uf9dc",
    "隆",
    "𠮷野",
    "葛\U000e0100",
    "e\u0301",
    "\u00e9",
    "Å",
    "王　喆",
    "第一列\t第二列",
]
SEVERAL_LINES = "第一行\n第二行\t完\r\n"


@pytest.mark.parametrize("text", RARE)
@pytest.mark.parametrize("adapter", TEXTS, ids=["title", "long text"])
def test_a_text_is_kept_byte_for_byte(adapter: TypeAdapter[str], text: str) -> None:
    assert adapter.validate_python(text).encode() == text.encode()
    assert adapter.validate_json(adapter.dump_json(text)).encode() == text.encode()


def test_a_long_text_keeps_its_lines_and_a_title_has_but_one() -> None:
    title, long = TEXTS
    assert long.validate_python(SEVERAL_LINES) == SEVERAL_LINES
    with pytest.raises(ValidationError, match="应写在一行之内"):
        title.validate_python(SEVERAL_LINES)


@pytest.mark.parametrize("name", ["../材料.pdf", "文件夹\\材料.pdf"])
def test_a_file_is_named_without_its_path(name: str) -> None:
    with pytest.raises(ValidationError, match="应为文件名"):
        EvidenceClaim(name=name, sha256="0" * 64)


def test_a_compatibility_character_in_a_name_stays_itself() -> None:
    command = c.ListMember.model_validate_json('{"member": "long", "name": "\\uf9dc镕"}')
    assert [ord(character) for character in command.name] == [0xF9DC, 0x9555]


@pytest.mark.parametrize("adapter", TEXTS, ids=["title", "long text"])
@pytest.mark.parametrize("character", [*"\x00\x01\x08\x0b\x0c\x0e\x1b\x1f\x7f"], ids=ascii)
def test_nul_and_control_characters_are_refused(adapter: TypeAdapter[str], character: str) -> None:
    assert fault(adapter, f"提案{character}标题") == "text_forbidden_character"


@pytest.mark.parametrize("adapter", TEXTS, ids=["title", "long text"])
@pytest.mark.parametrize("text", ["\ud800", "提案\udfff标题", "\udc00\ud800"], ids=ascii)
def test_lone_surrogates_are_refused(adapter: TypeAdapter[str], text: str) -> None:
    assert fault(adapter, text) in ("text_forbidden_character", "string_unicode")


@pytest.mark.parametrize("adapter", TEXTS, ids=["title", "long text"])
@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u3000", "\u00a0"], ids=ascii)
def test_blank_texts_are_refused(adapter: TypeAdapter[str], text: str) -> None:
    assert fault(adapter, text) == "text_blank"


@pytest.mark.parametrize(("adapter", "longest"), [(TEXTS[0], 200), (TEXTS[1], 12_000)], ids=["title", "long text"])
def test_a_text_has_its_longest_length_in_characters(adapter: TypeAdapter[str], longest: int) -> None:
    assert adapter.validate_python("䶮" * longest)
    assert fault(adapter, "䶮" * (longest + 1)) == "string_too_long"


@pytest.mark.parametrize("code", ["zhifaju", "15-3", "a.b_c-d", "A" * 64])
def test_a_code_is_plain(code: str) -> None:
    assert TypeAdapter(Code).validate_python(code) == code


@pytest.mark.parametrize("code", ["", "执法局", "-a", "a b", "a\n", "a/b", "a:b", "A" * 65, "a\x00"], ids=ascii)
def test_what_is_no_code_is_refused(code: str) -> None:
    fault(TypeAdapter(Code), code)


@pytest.mark.parametrize("text", ["\u034f", "\u2800 ", "\u180b\ufff1", "\U000e0041", "\u0301" * 30])
def test_a_text_that_shows_nothing_is_blank(text: str) -> None:
    assert fault(TypeAdapter(Title), text) == "text_blank"


@pytest.mark.parametrize("text", ["提案\uffff", "\U0010ffff提案", "提\ufdd0案"])
def test_what_unicode_says_is_no_character_is_refused(text: str) -> None:
    assert fault(TypeAdapter(Title), text) == "text_forbidden_character"


@pytest.mark.parametrize("name", ["喆", "镕", "䶮", "𠮷", "\U00031350"])
def test_rare_characters_of_names_are_seen(name: str) -> None:
    assert visible(name) == name


@pytest.mark.parametrize(
    ("written", "since", "until"),
    [
        ("2024-03-05", "2024-03-04T16:00:00Z", "2024-03-05T15:59:59.999999Z"),
        ("2024-03-05T09:30:00+08:00", "2024-03-05T01:30:00Z", "2024-03-05T01:30:00Z"),
        ("0001-01-01", "1949-09-20T16:00:00Z", None),
    ],
)
def test_a_day_as_a_bound_means_its_beginning_or_its_end(written: str, since: str, until: str | None) -> None:
    assert TypeAdapter(Since).validate_python(written) == datetime.fromisoformat(since)
    if until:
        assert TypeAdapter(Until).validate_python(written) == datetime.fromisoformat(until)


def test_a_document_of_endless_lists_is_beyond_the_limits() -> None:
    assert [code.type for _, code in beyond_limits({"deadlines": list(range(201))})] == ["list_too_long"]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (c.AnnounceCalendar(notice=NOTICES[2026]), {"sources": [" "]}),
        (c.AdoptRulebook(rulebook=SHIPPED), {"source": " "}),
    ],
    ids=["notice", "rulebook"],
)
def test_what_is_beyond_the_limits_of_a_document_is_named_by_its_path(command: c.Command, wrong: Any) -> None:
    [(document, written)] = command.model_dump(mode="json", exclude_unset=True).items()
    with pytest.raises(ValidationError) as beyond:
        type(command).model_validate({document: {**written, **wrong, "title": "长" * 501}})
    [blank] = wrong
    found = {error["loc"][:2]: error["type"] for error in beyond.value.errors()}
    assert found == {(document, "title"): "text_too_long", (document, blank): "text_blank"}


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"type": "strange_type", "msg": "Something odd"}, "取值不当"),
        ({"type": "own_rule", "msg": "不得为空"}, "不得为空"),
    ],
)
def test_whatever_is_wrong_is_said_in_chinese(item: dict[str, str], message: str) -> None:
    assert message_of(item) == message


@pytest.mark.parametrize(
    ("command", "body", "field", "told"),
    [
        (c.RegisterProposal, {"on_behalf_of": "王喆"}, "on_behalf_of", "名录中的人员或委员的编号"),
        (c.PublishReply, {"unit": "市教育局", "url": "https://a.invalid/"}, "unit", "应为编号"),
        (c.PublishReply, {"unit": "jiaoyuju", "url": "某某网"}, "url", "应为网址"),
    ],
)
def test_a_text_of_the_wrong_form_is_told_what_is_wanted(
    command: type[c.Command], body: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        command.model_validate(body)
    found = {item["loc"]: message_of(item) for item in refused.value.errors()}
    assert told in found[(field,)]
    assert message_of({"type": "string_pattern_mismatch", "ctx": {"pattern": "^x$"}}) == "格式不符"


def test_a_list_is_too_short_by_its_items_not_by_those_that_are_wrong() -> None:
    def told(files: list[Any]) -> list[str]:
        with pytest.raises(ValidationError) as refused:
            c.ArchiveCase.model_validate({"files": files, "retention": "YEARS_30"})
        return [item["type"] for item in told_apart(refused.value.errors())]

    assert told([{"name": "卷宗"}]) == ["missing"]
    assert told([]) == ["too_short"]


@pytest.mark.parametrize("written", [20240305, "2024-3-5", None, "五月三日"])
def test_what_is_no_day_is_refused(written: object) -> None:
    assert fault(TypeAdapter(Day), written) == "day_invalid"


def test_nothing_forbidden_is_printable() -> None:
    """So what Python calls printable needs no closer look."""
    assert [code for code in range(sys.maxunicode + 1) if _FORBIDDEN.match(chr(code)) and chr(code).isprintable()] == []
