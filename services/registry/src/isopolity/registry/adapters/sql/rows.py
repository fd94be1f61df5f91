"""Converts aggregates to rows and back.

Invariant: `from_row(to_row(aggregate)) == aggregate`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic

from pydantic import TypeAdapter
from sqlalchemy import Table

from isopolity.identity.folded_text import fold
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.directory.atlas import cell_of
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.change import PENDING, Change
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.joining.application import Application, Exchange
from isopolity.registry.domain.member import City, Member, Merged, Partner
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.domain.twinning import Twinning

Row = dict[str, Any]

_CITY: Final = TypeAdapter(CityProfile)
_PARTNER: Final = TypeAdapter(PartnerProfile)
_REQUEST: Final = TypeAdapter(RequestDetails)
_MERGED: Final = TypeAdapter(Merged)
_AGREED: Final = "agreed"
_PROFILES: Final[dict[str, TypeAdapter[Any]]] = {"city": _CITY, "partner": _PARTNER}
_PEOPLE: Final = TypeAdapter(tuple[Person, ...])
_EXCHANGES: Final = TypeAdapter(tuple[Exchange, ...])
_PERSON: Final = ("role", "name", "email", "language")
_CONTACT: Final = (
    "version",
    "member_kind",
    "member_id",
    "confirmed_at",
    "asked",
    "secret_digest",
    "valid_until",
    "moved",
)
_TWINNING: Final = ("version", "status", "city_a", "city_b", "since", "claimed_by")
_PROGRESS: Final = (
    *("received_at", "waits_since", "mailable", "secret_digest", "valid_until", "decided_at", "reason", "member_id"),
)


@dataclass(frozen=True, slots=True)
class Mapping(Generic[AggregateT]):
    """One kind of aggregate: its name, table and conversions in both directions."""

    table: Table
    to_row: Callable[[AggregateT], Row]
    from_row: Callable[[Any], AggregateT]
    kind: str


def _member_row(member: Member[Any], document: str) -> Row:
    return {
        "id": member.member_id,
        "natural_key": member.key,
        "version": member.version,
        "unseen_changes": member.unseen_changes,
        "status": member.status,
        "country": member.profile.country,
        "region": member.region,
        "search": member.profile.search,
        "sort_name": member.sort_name,
        "subjects": f" {' '.join(member.profile.subjects)} ",
        "document": document,
        "merged_into": None if member.merged is None or member.merged.undone else member.merged.into,
        "merged": None if member.merged is None else _MERGED.dump_json(member.merged).decode(),
    }


def _city_row(city: City) -> Row:
    profile = city.profile
    latitude, longitude = profile.latitude, profile.longitude
    return _member_row(city, _CITY.dump_json(profile).decode()) | {
        "name": profile.name,
        "modes": f" {' '.join(profile.modes)} ",
        "languages": f" {' '.join(profile.language_tags)} ",
        "population": profile.population,
        "latitude": latitude,
        "longitude": longitude,
        "cell": None if latitude is None or longitude is None else cell_of(latitude, longitude),
    }


def _member(row: Any, profile: Any) -> Member[Any]:
    return Member(
        member_id=row.id,
        version=row.version,
        status=row.status,
        region=row.region,
        profile=profile,
        unseen_changes=row.unseen_changes,
        merged=None if row.merged is None else _MERGED.validate_json(row.merged),
        changed_on=_day(row.changed_at),
    )


def _partner_row(partner: Partner) -> Row:
    profile = partner.profile
    return _member_row(partner, _PARTNER.dump_json(profile).decode()) | {
        "kind": profile.kind,
        "waiting": len(profile.pending),
    }


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


_ASKED: Final = ("amount_min", "amount_max", "currency", "beneficiaries", "starts", "ends")


def _request_row(request: Request) -> Row:
    return {
        "id": request.request_id,
        "natural_key": request.key,
        "version": request.version,
        "status": request.status,
        "city_id": request.city_id,
        "search": fold(f"{request.details.title}\n{request.details.description}"),
        "sort_name": request.sort_name,
        **{name: getattr(request.details, name) for name in _ASKED},
        "payee": fold(request.details.payee or ""),
        "subjects": f" {' '.join(f'need:{subject}' for subject in request.details.subjects)} ",
        "document": _request_document(request),
        "moved_to": request.moved_to,
    }


def _request_document(request: Request) -> str:
    if request.agreed is None:
        return _REQUEST.dump_json(request.details).decode()
    details, agreed = (_REQUEST.dump_python(each, mode="json") for each in (request.details, request.agreed))
    return json.dumps({**details, _AGREED: agreed}, ensure_ascii=False)


def _agreed(document: str) -> RequestDetails | None:
    found = json.loads(document).get(_AGREED) if f'"{_AGREED}":' in document else None  # only few have it
    return None if found is None else _REQUEST.validate_python(found)


def _request(row: Any) -> Request:
    return Request(
        request_id=row.id,
        version=row.version,
        status=row.status,
        city_id=row.city_id,
        details=_REQUEST.validate_json(row.document),
        agreed=_agreed(row.document),
        moved_to=row.moved_to,
        changed_on=_day(row.changed_at),
    )


def _twinning_row(twinning: Twinning) -> Row:
    return {
        "id": twinning.identifier,
        "natural_key": twinning.key,
        **{name: getattr(twinning, name) for name in _TWINNING},
    }


def _twinning(row: Any) -> Twinning:
    return Twinning(**{name: getattr(row, name) for name in _TWINNING})


def _application_row(application: Application) -> Row:
    profile, person = application.profile, application.person
    return {
        "id": application.application_id,
        "version": application.version,
        "status": application.status,
        "member_kind": profile.member_kind,
        "member_key": profile.key,
        "country": profile.country,
        "region": application.region,
        "search": profile.search,
        "document": _PROFILES[profile.member_kind].dump_json(profile).decode(),
        **{name: getattr(person, name, None) for name in _PERSON},
        "others": _PEOPLE.dump_json(application.others).decode() if application.others else None,
        "exchanges": _EXCHANGES.dump_json(application.exchanges).decode() if application.exchanges else None,
        **{name: getattr(application, name) for name in _PROGRESS},
    }


def _application(row: Any) -> Application:
    person = None if row.email is None else Person(**{name: getattr(row, name) for name in _PERSON})
    return Application(
        application_id=row.id,
        version=row.version,
        status=row.status,
        region=row.region,
        profile=_PROFILES[row.member_kind].validate_json(row.document),
        person=person,
        others=_PEOPLE.validate_json(row.others) if row.others else (),
        exchanges=_EXCHANGES.validate_json(row.exchanges) if row.exchanges else (),
        **{name: getattr(row, name) for name in _PROGRESS},
    )


def _change_row(change: Change) -> Row:
    return {
        "id": change.member_id,
        "natural_key": change.key,
        "version": change.version,
        "status": change.status,
        "member_kind": change.member_kind,
        "asked_at": change.asked_at,
        "document": json.dumps({"before": change.before, "wanted": change.wanted}, ensure_ascii=False),
        "reason": change.reason,
    }


def _change(row: Any) -> Change:
    values = {
        side: {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
        for side, fields in json.loads(row.document).items()
    }
    return Change(
        member_id=row.id,
        version=row.version,
        status=row.status,
        member_kind=row.member_kind,
        asked_at=row.asked_at,
        decided_at=None if row.status == PENDING else row.status_since,  # written by the repository
        reason=row.reason,
        **values,
    )


CITIES: Final[Mapping[City]] = Mapping(
    tables.cities, _city_row, lambda row: _member(row, _CITY.validate_json(row.document)), "city"
)
PARTNERS: Final[Mapping[Partner]] = Mapping(
    tables.partners, _partner_row, lambda row: _member(row, _PARTNER.validate_json(row.document)), "partner"
)
REQUESTS: Final[Mapping[Request]] = Mapping(tables.requests, _request_row, _request, "request")
TWINNINGS: Final[Mapping[Twinning]] = Mapping(tables.twinnings, _twinning_row, _twinning, "twinning")
APPLICATIONS: Final[Mapping[Application]] = Mapping(tables.applications, _application_row, _application, "application")
CHANGES: Final[Mapping[Change]] = Mapping(tables.changes, _change_row, _change, "change")


def contact_of(row: Any) -> Contact:
    """The contact in a row."""
    person = Person(**{name: getattr(row, name) for name in _PERSON})
    return Contact(contact_id=row.id, person=person, **{name: getattr(row, name) for name in _CONTACT})


def contact_row(contact: Contact) -> Row:
    """The contact as a row, with derived columns for searches."""
    person = {name: getattr(contact.person, name) for name in _PERSON}
    state = {name: getattr(contact, name) for name in _CONTACT}
    made = {"id": contact.contact_id, "address": contact.person.address, "confirmed": contact.is_confirmed}
    return {**person, **state, **made}
