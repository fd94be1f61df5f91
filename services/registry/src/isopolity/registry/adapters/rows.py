"""How each aggregate becomes a row and comes back.

Invariant: `from_row(to_row(aggregate)) == aggregate`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic

from pydantic import TypeAdapter
from sqlalchemy import Table

from isopolity.registry.adapters import tables
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.member import City, Member, Partner
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.domain.text import fold
from isopolity.registry.domain.twinning import Twinning

Row = dict[str, Any]

_CITY: Final = TypeAdapter(CityProfile)
_PARTNER: Final = TypeAdapter(PartnerProfile)
_REQUEST: Final = TypeAdapter(RequestDetails)


@dataclass(frozen=True, slots=True)
class Mapping(Generic[AggregateT]):
    """One kind of aggregate, its name, its table, and both directions."""

    table: Table
    to_row: Callable[[AggregateT], Row]
    from_row: Callable[[Any], AggregateT]
    kind: str


def _member_row(member: Member[Any], document: str) -> Row:
    return {
        "id": member.member_id,
        "natural_key": member.key,
        "version": member.version,
        "status": member.status,
        "country": member.profile.country,
        "region": member.region,
        "search": member.profile.search,
        "subjects": f" {' '.join(member.profile.subjects)} ",
        "document": document,
    }


def _member(row: Any, profile: Any) -> Member[Any]:
    return Member(member_id=row.id, version=row.version, status=row.status, region=row.region, profile=profile)


def _request_row(request: Request) -> Row:
    return {
        "id": request.request_id,
        "natural_key": request.key,
        "version": request.version,
        "status": request.status,
        "city_id": request.city_id,
        "search": fold(request.details.title),
        "subjects": f" {' '.join(f'need:{subject}' for subject in request.details.subjects)} ",
        "document": _REQUEST.dump_json(request.details).decode(),
    }


def _request(row: Any) -> Request:
    details = _REQUEST.validate_json(row.document)
    return Request(request_id=row.id, version=row.version, status=row.status, city_id=row.city_id, details=details)


def _twinning_row(twinning: Twinning) -> Row:
    return {
        "id": twinning.identifier,
        "natural_key": twinning.key,
        "version": twinning.version,
        "status": twinning.status,
        "city_a": twinning.city_a,
        "city_b": twinning.city_b,
        "since": twinning.since,
    }


def _twinning(row: Any) -> Twinning:
    return Twinning(city_a=row.city_a, city_b=row.city_b, version=row.version, status=row.status, since=row.since)


CITIES: Final[Mapping[City]] = Mapping(
    tables.cities,
    lambda city: _member_row(city, _CITY.dump_json(city.profile).decode()),
    lambda row: _member(row, _CITY.validate_json(row.document)),
    "city",
)
PARTNERS: Final[Mapping[Partner]] = Mapping(
    tables.partners,
    lambda partner: _member_row(partner, _PARTNER.dump_json(partner.profile).decode()),
    lambda row: _member(row, _PARTNER.validate_json(row.document)),
    "partner",
)
REQUESTS: Final[Mapping[Request]] = Mapping(tables.requests, _request_row, _request, "request")
TWINNINGS: Final[Mapping[Twinning]] = Mapping(tables.twinnings, _twinning_row, _twinning, "twinning")
