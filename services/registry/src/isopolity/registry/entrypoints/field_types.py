"""Types of input fields, for HTTP and imports: bounds, code lists, and sentences for errors.

Invariant: valid values can be stored in PostgreSQL and published in events. Days, currencies and long texts in the
validation context are valid, since they are stored already.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from babel.core import get_global
from pydantic import AfterValidator, BeforeValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from isopolity.contracts import input_limits
from isopolity.contracts.codes import (
    CITY_KINDS,
    CONTACT_ROLES,
    CREATIVE_FIELDS,
    MODES,
    PARTNER_KINDS,
    REGIONS,
    SIDES,
    SUBJECTS,
    SUPPORTS,
)
from isopolity.contracts.validation_sentences import DIGITS, YEAR_FIRST
from isopolity.identity.addresses import MailAddress, UnusableAddress
from isopolity.thesaurus.concepts import MOST_TOPICS, is_topic

_LISTED: Final = 12
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
YEARS: Final = range(1990, 3000)
"""Valid years of days in programmes, requests, pauses and due diligence; others are typing errors."""
_WEB: Final = re.compile(r"https?://[^\s/?#@<>\"]+\.[^\s@<>\"]+")


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """Validator that accepts only the codes of a list."""

    codes: Collection[str]
    noun: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        examples = ", ".join(list(self.codes)[:_LISTED])
        more = f" (and {len(self.codes) - _LISTED} more)" if len(self.codes) > _LISTED else ""
        listed = core_schema.custom_error_schema(
            core_schema.literal_schema(list(self.codes)),
            custom_error_type="unknown_code",
            custom_error_message="Give a {noun} of the code list: {examples}{more}.",
            custom_error_context={"noun": self.noun, "examples": examples, "more": more},
        )
        return core_schema.chain_schema([handler(source), listed])

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "enum": sorted(self.codes), "x-code-list": self.noun}


def _storable(text: str) -> str:
    if not text.isprintable() and _UNSTORABLE.search(text):
        raise PydanticCustomError("control_characters", "Take the control characters out of the text.")
    return text


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise PydanticCustomError("line_break", "Write it on one line.")
    return text


def _matches(pattern: re.Pattern[str], sentence: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise PydanticCustomError("wrong_form", sentence)
        return text

    return check


def _mailable(text: str) -> str:
    """Refuse an address that notify could not mail; a valid one is returned unchanged."""
    try:
        MailAddress.of(text)
    except UnusableAddress:
        sentence = "Give one e-mail address, such as name@city.example, without accents before the @."
        raise PydanticCustomError("wrong_form", sentence) from None
    return text


@cache
def _time_zones() -> Collection[str]:
    return available_timezones()


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        sentence = "Give the time zone by its name in the IANA database, such as Europe/Helsinki."
        raise PydanticCustomError("wrong_form", sentence)
    return name


def _plausible(day: date, info: ValidationInfo) -> date:
    if day.year not in YEARS and day.isoformat() not in (info.context or ()):
        sentence = "Give a day of the years {first} to {last}."
        raise PydanticCustomError("day_out_of_range", sentence, {"first": YEARS[0], "last": YEARS[-1]})
    return day


@cache
def _currencies() -> Collection[str]:
    """The codes of currencies that are legal tender somewhere."""
    entries = (each for territory in get_global("territory_currencies").values() for each in territory)
    return {code for code, _, ended, is_tender in entries if is_tender and ended is None}


def _currency(code: str, info: ValidationInfo) -> str:
    if code not in _currencies() and code not in (info.context or ()):
        sentence = "There is no currency {code}; give the three letters of ISO 4217, such as EUR."
        raise PydanticCustomError("unknown_currency", sentence, {"code": code})
    return code


def _topic(code: str) -> str:
    if not is_topic(code):
        sentence = "There is no topic {code}; choose one of the list of topics."
        raise PydanticCustomError("unknown_topic", sentence, {"code": code})
    return code


def _short(text: str, info: ValidationInfo) -> str:
    if len(text) > input_limits.PARAGRAPH and text not in (info.context or ()):
        raise PydanticKnownError("string_too_long", {"max_length": input_limits.PARAGRAPH})
    return text


def _unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Text = Annotated[str, Field(strict=True), AfterValidator(_storable)]
Name = Annotated[Text, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
Words = Annotated[Text, AfterValidator(_one_line), Field(min_length=1, max_length=input_limits.ABOUT)]
Title = Annotated[Text, AfterValidator(_one_line), Field(min_length=1, max_length=input_limits.TITLE)]
Paragraph = Annotated[Text, AfterValidator(_one_line), Field(min_length=1, max_length=input_limits.PARAGRAPH)]
Description = Annotated[Text, AfterValidator(_short)]
"""Own words, as long as a paragraph. A stored text of an earlier release may be longer until it is edited."""
Message = Annotated[Text, Field(min_length=1, max_length=1000)]
Day = Annotated[date, YEAR_FIRST, AfterValidator(_plausible)]
Year = Annotated[int, Field(ge=1800, le=2100), DIGITS]
Count = Annotated[int, Field(ge=0, le=2_000_000_000), DIGITS]
Amount = Annotated[int, Field(ge=0, le=1_000_000_000_000), DIGITS]
GeoNamesId = Annotated[int, Field(ge=1, le=2_000_000_000), DIGITS]
Country = Annotated[
    str,
    BeforeValidator(_upper),
    Field(pattern="^[A-Z]{2}$", examples=["BR"], json_schema_extra={"x-code-list": "country"}),
]
Currency = Annotated[
    str, BeforeValidator(_upper), Field(pattern="^[A-Z]{3}$", examples=["EUR"]), AfterValidator(_currency)
]
Language = Annotated[
    str,
    Field(
        pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        examples=["pt"],
        json_schema_extra={"x-code-list": "language"},
    ),
]
Languages = Annotated[tuple[Language, ...], AfterValidator(_unique), Field(max_length=20)]
Web = Annotated[
    Text,
    Field(max_length=500, examples=["https://www.example.org"]),
    AfterValidator(_matches(_WEB, "Give the whole address of a web page, beginning with https:// or http://.")),
]
TimeZone = Annotated[Text, Field(max_length=64, examples=["Europe/Helsinki"]), AfterValidator(_time_zone)]
Email = Annotated[Text, Field(max_length=254, examples=["coordinator@city.example"]), AfterValidator(_mailable)]
EntryId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
CityKind = Annotated[str, OneOf(CITY_KINDS, "kind of city")]
PartnerKind = Annotated[str, OneOf(PARTNER_KINDS, "kind of partner")]
CreativeField = Annotated[str, OneOf(CREATIVE_FIELDS, "creative field")]
Subject = Annotated[str, OneOf(SUBJECTS, "subject")]
Mode = Annotated[str, OneOf(MODES, "mode")]
Side = Annotated[str, OneOf(SIDES, "side")]
Support = Annotated[str, OneOf(SUPPORTS, "kind of support")]
Region = Annotated[str, OneOf(REGIONS, "region")]
Topic = Annotated[
    Text,
    Field(max_length=64, examples=["topic.1480"], json_schema_extra={"x-code-list": "topic"}),
    AfterValidator(_topic),
]
Role = Annotated[str, OneOf(CONTACT_ROLES, "role")]
Subjects = Annotated[tuple[Subject, ...], AfterValidator(_unique), Field(max_length=50)]
Topics = Annotated[tuple[Topic, ...], AfterValidator(_unique), Field(max_length=MOST_TOPICS)]
Supports = Annotated[tuple[Support, ...], AfterValidator(_unique), Field(max_length=10)]
Regions = Annotated[tuple[Region, ...], AfterValidator(_unique), Field(max_length=5)]
Countries = Annotated[tuple[Country, ...], AfterValidator(_unique), Field(max_length=250)]
