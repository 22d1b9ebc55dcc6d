"""Value types that events, commands and states share.

Shapes only: an event must load for ever, so limits that may tighten stand in the commands (`Title`, `Note`,
`LongText`, `Code`), never in an event.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.codes import Rank

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Days are days of this zone; China has had one offset and no summer time since 1992."""

EARLIEST = date(1949, 9, 21)
"""The first plenary session of the CPPCC: nothing the system keeps can lie before it."""

LATEST = date(2199, 12, 31)

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    + _NONCHARACTERS
    + "]"
)
"""Control characters, those that turn the direction of text (what is read is what is written), lone surrogates, and
what Unicode says is no character."""
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point, and the blank braille pattern and note head: nothing to the eye."""
_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff]")
"""What is surely a letter or digit: most texts need no closer look."""
_WIDEST = timedelta(hours=14)
"""No place on earth keeps a clock further from UTC."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Frozen(BaseModel):
    """Base of everything that crosses a border: immutable and without fields nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    if not TYPE_CHECKING:

        def model_copy(self, *, update=None, deep=False):
            """As pydantic's, for what holds no private and no extra fields; it copies these piece by piece."""
            if deep:
                return super().model_copy(update=update, deep=True)
            made, update = object.__new__(type(self)), update or {}
            object.__setattr__(made, "__dict__", {**self.__dict__, **update})
            object.__setattr__(made, "__pydantic_fields_set__", self.__pydantic_fields_set__ | update.keys())
            object.__setattr__(made, "__pydantic_extra__", None)
            object.__setattr__(made, "__pydantic_private__", None)
            return made


def layout(text: str) -> str:
    """A text as it looks on paper: without characters that show nothing; punctuation and white space count."""
    return unicodedata.normalize("NFC", text.translate(_ON_PAPER)).strip()


def visible(text: str) -> str:
    """The words of a text, however they are set: without white space, and with one spelling for what looks alike by
    Unicode's own tables (⾏ is 行, ， is ,). A power is not a digit: 10² is not 102."""
    return layout(text).translate(_AS_WORDS)


class _Letters(dict[int, str]):
    """What becomes of each letter, as `str.translate` asks for it; worked out once."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        if len(self) > 50_000:
            self.clear()
        self[code] = letter = self._becomes(chr(code))
        return letter


def _shows_nothing(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cf", "Cc", "Zl", "Zp") or _UNSEEN.match(letter) is not None


def _alike(letter: str) -> str:
    kind = unicodedata.decomposition(letter).partition(" ")[0]
    return unicodedata.normalize("NFKC", letter) if kind in ("<wide>", "<narrow>", "<compat>") else letter


_ON_PAPER = _Letters(lambda letter: "" if letter != "\n" and _shows_nothing(letter) else letter)
_AS_WORDS = _Letters(lambda letter: "" if letter.isspace() else _alike(letter))


def _forbidden(text: str) -> bool:
    return not text.isprintable() and _FORBIDDEN.search(text) is not None  # nothing forbidden is printable


def _printable(text: str) -> str:
    if _forbidden(text):
        raise PydanticCustomError(
            "text_forbidden_character", "不能含有空字符、控制字符、改变文字方向的字符或不成对的代理字符"
        )
    if _PLAIN.search(text) is None and all(  # accents without a letter
        unicodedata.category(letter).startswith("M") for letter in visible(text)
    ):
        raise PydanticCustomError("text_blank", "不能为空白")
    return text


def unprintable(value: Any, at: str = "") -> str | None:
    """The path of the first text or key in a JSON value that holds what no text may hold; None where there is none."""
    if isinstance(value, str):
        return at if _forbidden(value) else None
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str) and _forbidden(key):
                return at
            if (found := unprintable(item, f"{at}.{key}" if at else str(key))) is not None:
                return found
    return None


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise PydanticCustomError("text_one_line", "应写在一行之内")
    return text


def _file_name(text: str) -> str:
    if "/" in text or "\\" in text:
        raise PydanticCustomError("file_name", "应为文件名，不含 / 和 \\")
    return text


Title = Annotated[str, Field(max_length=200), AfterValidator(_printable), AfterValidator(_one_line)]
FileName = Annotated[Title, AfterValidator(_file_name)]
Note = Annotated[str, Field(max_length=2_000), AfterValidator(_printable)]
LongText = Annotated[str, Field(max_length=12_000), AfterValidator(_printable)]
Address = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
ClassCode = Annotated[str, Field(max_length=20), AfterValidator(_printable)]
"""A class of a scheme: a letter in most places, a word (采纳) in some."""
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Code = Annotated[str, Field(pattern=CODE)]
"""The identifier of a unit, official, member or session within one ledger."""


_PHONE = r"^\+?[0-9(][0-9() -]{2,24}(转[0-9]{1,6})?$"


def _dialled(text: str) -> str:
    if not re.fullmatch(_PHONE, text):
        raise PydanticCustomError(
            "phone_invalid", "应为电话号码：数字，可有开头的 +、括号、空格、短横和“转”分机，最长 32 个字符"
        )
    return text


Phone = Annotated[
    str, AfterValidator(_dialled), Field(max_length=32, json_schema_extra={"pattern": _PHONE, "examples": ["+00 0000"]})
]


def is_code(text: str) -> bool:
    """Whether a text may stand where a `Code` is asked for."""
    return re.fullmatch(CODE, text) is not None


def within_limits(model: BaseModel) -> BaseModel:
    """For a document whose type must load for ever: at the door its texts are printable and short, its numbers
    small, its lists not endless."""
    found = beyond_limits(model.model_dump(mode="json"))
    errors = [InitErrorDetails(type=beyond, loc=at, input=None) for at, beyond in found]
    if errors:
        # not the first error as it is: it would not say where in the document it stands
        raise ValidationError.from_exception_data(type(model).__name__, errors)
    return model


def beyond_limits(
    value: Any, at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], PydanticCustomError]]:
    """Everything in such a document that the door would not let pass, and the path it stands at."""
    if isinstance(value, dict | list):
        if len(value) > 200:
            yield at, PydanticCustomError("list_too_long", "列表过长")
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from beyond_limits(item, (*at, key))
    elif isinstance(value, str):
        try:
            _printable(value)
        except PydanticCustomError as unprintable:
            yield at, unprintable
        if len(value) > 500:
            yield at, PydanticCustomError("text_too_long", "文字过长，最长 500 个字符")
    elif isinstance(value, int) and abs(value) > 1_000_000:
        yield at, PydanticCustomError("number_too_large", "数值过大")


def parse_moment(value: Any) -> datetime | date:
    """A day (`2024-03-05`) or an instant with its offset (`2024-03-05T09:30:00+08:00`), kept in UTC."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if _DAY.fullmatch(value) else _instant(value)
        except ValueError:
            raise PydanticCustomError(
                "moment_invalid", "不是存在的日期或时间，应写作 2024-03-05 或 2024-03-05T09:30:00+08:00"
            ) from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise PydanticCustomError("moment_without_zone", "时间必须带时区，如 +08:00")
        if abs(value.utcoffset() or _WIDEST) > _WIDEST:
            raise PydanticCustomError("moment_of_no_zone", "没有这样的时区，与世界时相差不超过 14 小时，如 +08:00")
        try:
            instant: datetime = value.astimezone(UTC)
        except OverflowError:
            raise PydanticCustomError("moment_out_of_range", "时间超出可记录的范围") from None
        return instant
    if isinstance(value, date):
        return value
    raise PydanticCustomError("moment_invalid", "应为日期或时间")


def _instant(text: str) -> datetime:
    """Raises `ValueError`, also for the shorter spellings of ISO 8601: 20240305 is a slip of the pen."""
    if not _DAY.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def write_moment(moment: datetime | date) -> str:
    """The one written form: a day as `YYYY-MM-DD`, an instant in UTC with six digits and `Z`."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    return moment.isoformat()


Moment = Annotated[
    datetime | date,
    BeforeValidator(parse_moment),
    PlainSerializer(write_moment, return_type=str),
    Field(
        description="日期（2024-03-05）或带时区的时间（2024-03-05T09:30:00+08:00）",
        json_schema_extra={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
    ),
]


def _written_day(value: Any) -> Any:
    if (isinstance(value, str) and not _DAY.fullmatch(value)) or not isinstance(value, str | date):
        raise PydanticCustomError("day_invalid", "应为日期，如 2024-03-05")
    return value


def _lower(value: Any) -> datetime:
    moment = parse_moment(value)
    if not isinstance(moment, datetime):
        moment = datetime.combine(max(moment, EARLIEST), time.min, SHANGHAI)
    return moment.astimezone(UTC)


def _upper(value: Any) -> datetime:
    return end_of(parse_moment(value))


Day = Annotated[date, BeforeValidator(_written_day), Field(ge=EARLIEST, le=LATEST)]
"""A day written `YYYY-MM-DD`, never a number of seconds, far enough from the end of time to count from."""

_POINTS = r"^-?\d{1,6}(\.\d{1,2})?$"
_STORED_POINTS = re.compile(r"-?[0-9]+(\.[0-9]+)?(E\+[0-9]+)?")
"""Every way in which an amount has ever been written into an event."""


def _points(value: Any, pattern: re.Pattern[str] = _STORED_POINTS) -> Any:
    if isinstance(value, str) and pattern.fullmatch(value):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value
    raise PydanticCustomError("points_invalid", '应为写作文字的数，至多六位整数、两位小数，如 "4.5"')


Points = Annotated[
    Decimal, BeforeValidator(_points), WithJsonSchema({"type": "string", "pattern": _POINTS, "examples": ["4.5"]})
]
"""An amount of points, written as text so that no digit is lost."""

PointsClaimed = Annotated[
    Points,
    Field(max_digits=8, decimal_places=2, allow_inf_nan=False),
    BeforeValidator(partial(_points, pattern=re.compile(_POINTS, re.ASCII))),
]
"""The same with the limits of the door."""

Since = Annotated[AwareDatetime, BeforeValidator(_lower)]
"""A moment as a lower bound: a day means its beginning."""

Until = Annotated[AwareDatetime, BeforeValidator(_upper)]
"""A moment as an upper bound: a day means its end."""


def day_of(moment: datetime | date) -> date:
    """The Asia/Shanghai day a moment falls on."""
    return moment.astimezone(SHANGHAI).date() if isinstance(moment, datetime) else moment


def end_of(moment: datetime | date) -> datetime:
    """The last instant a moment can mean: itself, or the end of its day."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time.max, SHANGHAI).astimezone(UTC)


def comes_before(earlier: datetime | date, later: datetime | date) -> bool:
    """Whether one moment precedes another; known only to the day, the same day counts as before."""
    if isinstance(earlier, datetime) and isinstance(later, datetime):
        return earlier < later
    return day_of(earlier) <= day_of(later)


def earlier(one: datetime | date, other: datetime | date) -> bool:
    """Whether one moment is surely earlier than another: by time, or by day where only days are known."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return day_of(one) < day_of(other)


def later(one: datetime | date | None, other: datetime | date) -> datetime | date:
    """The later of two moments; of two that share a day, the one known to the minute."""
    if one is None or earlier(one, other):
        return other
    return other if not isinstance(one, datetime) and day_of(one) == day_of(other) else one


def only_by_day(earlier: datetime | date, later: datetime | date) -> bool:
    """Whether `comes_before` rests on the same-day rule, so that a verdict can say so."""
    both_timed = isinstance(earlier, datetime) and isinstance(later, datetime)
    return not both_timed and day_of(earlier) == day_of(later)


class Evidence(Frozen):
    """An attachment, by digest only: the file itself lies in the archive."""

    name: str
    sha256: str


class EvidenceClaim(Frozen):
    """The same with the limits of the door."""

    name: FileName
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Attachment(Evidence):
    """What a proposal comes with, and what kind of file that is, e.g. `application/pdf`."""

    media_type: str


class AttachmentClaim(EvidenceClaim):
    """The same with the limits of the door."""

    media_type: Annotated[str, Field(pattern=r"^[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,99}$", examples=["application/pdf"])]


Attachments = Annotated[tuple[AttachmentClaim, ...], Field(max_length=50)]


class Person(Frozen):
    """Somebody of a unit who took part, as written down at the time; `rank` as they then had it."""

    name: str
    title: str | None = None
    rank: Rank | None = None


class PersonClaim(Frozen):
    """The same with the limits of the door."""

    name: Title
    title: Title | None = None
    rank: Rank | None = None
