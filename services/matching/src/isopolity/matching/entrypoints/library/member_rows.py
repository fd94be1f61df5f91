"""Rows of cities, programmes and requests as states of the contracts, checked as registry checks them.

Invariant: a row becomes a state that registry could have published, or is refused in one sentence that names the row;
no code is ignored.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, ValidationError

from isopolity.contracts.codes import (
    CITY_KINDS,
    CREATIVE_FIELDS,
    MODES,
    PARTNER_KINDS,
    REGIONS,
    SUBJECTS,
    SUPPORTS,
    country_regions,
)
from isopolity.contracts.event import Country, Data, Language
from isopolity.contracts.registry import CityState, PartnerState, Programme, RequestState
from isopolity.contracts.validation_sentences import DIGITS, YEAR_FIRST, sentence
from isopolity.machine.clock import is_zone
from isopolity.matching.entrypoints.library.tables import Id, quoted, require_code
from isopolity.matching.errors import InvalidInput
from isopolity.thesaurus.concepts import is_topic

Fields = Mapping[str, Any]
Size = Annotated[int, Field(ge=0, le=2_000_000_000), DIGITS]
Amount = Annotated[int, Field(ge=0, le=1_000_000_000_000), DIGITS]
Slots = Annotated[int, Field(ge=0, le=1_000_000), DIGITS]
Day = Annotated[date, YEAR_FIRST]
State = TypeVar("State", bound=Data)
_LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""The form that registry accepts; “fr,en” or “french” would never equal another member's language."""
_ENDORSED: Final = {"version": 1, "status": "endorsed"}


class CityRow(CityState):
    """A city's state, with the day `told_on` of the profile's last update."""

    geonames_id: Annotated[int, Field(ge=1, le=2_000_000_000), DIGITS] | None = None
    population: Size | None = None
    learning_city_since: Annotated[int, Field(ge=1800, le=2100), DIGITS] | None = None
    capacity: Slots = 1
    sponsorship_capacity: Slots | None = None
    told_on: Day | None = None


class ProgrammeRow(Programme):
    """A programme's state, with the columns of its row that describe the partner."""

    budget: Amount
    grant_min: Amount
    grant_max: Amount
    population_min: Size | None = None
    population_max: Size | None = None
    opens: Day | None = None
    closes: Day | None = None
    cities: Slots = 1
    country: Country
    languages: tuple[Language, ...] = ()
    partner_name: Annotated[str, Field(min_length=1, max_length=200)]
    partner_kind: str = "foundation"
    told_on: Day | None = None


class RequestRow(RequestState):
    """A request's state, with an upper bound for its amounts."""

    amount_min: Amount
    amount_max: Amount
    starts: Day | None = None
    ends: Day | None = None


def city_row(city_id: Id, key: str, fields: Fields) -> CityRow:
    """Check a city's row; its internal id becomes `key`. Raises InvalidInput."""
    who = f"City {city_id!r}"
    country = _country(who, "country", fields["country"], any_if="region" in fields)
    region = fields.get("region") or country_regions()[country]
    given = {"kind": "city", "name": str(city_id), "region": region, **fields, "country": country}
    row = _state(who, CityRow, {**given, **_ENDORSED, "city_id": key})
    _languages(who, row.languages)
    if row.time_zone is not None and not is_zone(row.time_zone):
        raise InvalidInput(f"{who}, time_zone {quoted(row.time_zone)}: give its IANA name, such as Europe/Helsinki.")
    _require(who, "kind", [row.kind], CITY_KINDS, "kind of city")
    _require(who, "region", [row.region], REGIONS, "region")
    _require(
        who, "creative_field", [row.creative_field] if row.creative_field else [], CREATIVE_FIELDS, "creative field"
    )
    for name, topics in (("needs", row.needs), ("offers", row.offers)):
        _require(who, name, [topic.subject for topic in topics], SUBJECTS, "subject")
        _require(who, name, [topic.mode for topic in topics], MODES, "mode")
        _topics(who, name, [code for topic in topics for code in topic.topics])
        _languages(who, [topic.language for topic in topics if topic.language is not None])
    return row


def programme_row(programme_id: Id, key: str, fields: Fields) -> ProgrammeRow:
    """Check a programme's row; its internal id becomes `key`. Raises InvalidInput."""
    who = f"Programme {programme_id!r}"
    country = _country(who, "country", fields["country"], any_if=False)
    partner = str(fields.get("partner", programme_id))
    given = {"name": str(programme_id), "partner_name": partner, **fields, "country": country}
    row = _state(who, ProgrammeRow, {**given, "programme_id": key})
    _in_order(who, "grant", row.grant_min, row.grant_max)
    _in_order(who, "population", row.population_min, row.population_max)
    _languages(who, row.languages)
    _require(who, "partner_kind", [row.partner_kind], PARTNER_KINDS, "kind of partner")
    _require(who, "subjects", row.subjects, SUBJECTS, "subject")
    _topics(who, "topics", row.topics)
    _languages(who, () if row.language is None else [row.language])
    _require(who, "supports", row.supports, SUPPORTS, "kind of support")
    _require(who, "regions", row.regions, REGIONS, "region")
    for each in row.countries:
        _country(who, "countries", each, any_if=False)
    return row


def partner_state(key: str, programmes: Collection[ProgrammeRow]) -> PartnerState:
    """The state of the partner with the internal id `key`, taken from the first of its programmes' rows."""
    first = next(iter(programmes))
    return PartnerState(
        partner_id=key,
        version=1,
        status="endorsed",
        kind=first.partner_kind,
        name=first.partner_name,
        home_country=first.country,
        languages=first.languages,
        programmes=tuple(programmes),
    )


def request_row(request_id: Id, key: str, city_key: str, fields: Fields) -> RequestRow:
    """Check the row of a request of the city `city_key`; its internal id becomes `key`. Raises InvalidInput."""
    who = f"Request {request_id!r}"
    given = {"title": str(request_id), **fields}
    row = _state(
        who, RequestRow, {**given, "request_id": key, "version": 1, "status": "published", "city_id": city_key}
    )
    _in_order(who, "amount", row.amount_min, row.amount_max)
    _require(who, "subjects", row.subjects, SUBJECTS, "subject")
    _topics(who, "topics", row.topics)
    _languages(who, () if row.language is None else [row.language])
    return row


def _state(who: str, model: type[State], fields: Fields) -> State:
    try:
        return model.model_validate(fields)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        where = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in error["loc"]).lstrip(".")
        text = f"{' '.join(sentence(error).split()).rstrip('.')}."
        given = "" if error["type"] == "missing" else f" {quoted(error['input'])}"
        raise InvalidInput(f"{who}, {where}{given}: {text[0].lower()}{text[1:]}") from None


def _in_order(who: str, name: str, least: int | None, most: int | None) -> None:
    if least is not None and most is not None and least > most:
        raise InvalidInput(f"{who}, {name}_min is more than {name}_max; correct one of them.")


def _languages(who: str, codes: Collection[str]) -> None:
    for code in codes:
        if not _LANGUAGE.fullmatch(code):
            raise InvalidInput(f"{who}, languages {quoted(code)}: give codes of ISO 639, such as fr|pt-BR.")


def _topics(who: str, column: str, codes: Collection[str]) -> None:
    for code in codes:
        if not is_topic(code):
            raise InvalidInput(
                f"{who}, {column}: there is no topic {quoted(code)}; give the code of a concept of the UNESCO "
                "Thesaurus, such as topic.556."
            )


def _country(who: str, column: str, code: object, *, any_if: bool) -> str:
    found = code.upper() if isinstance(code, str) else ""
    if found in country_regions() or (any_if and len(found) == 2):
        return found
    raise InvalidInput(f"{who}, {column} {quoted(code)}: give its two letters of ISO 3166-1, such as BR.")


def _require(who: str, column: str, codes: Collection[str], there: Mapping[str, str], what: str) -> None:
    for code in codes:
        try:
            require_code(code, there, what)
        except ValueError as error:
            raise InvalidInput(f"{who}, {column}: {error}") from None
