"""Stored entries in the form of imports: members that have not left, open requests, and declared twinnings.

Invariant: importing these documents changes nothing. Each member has at most one contact, as in imports: a coordinator
or programme officer, if there is one.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.ports import AggregateT
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.partner import INTERNAL_FIELDS, PartnerProfile
from isopolity.registry.domain.request import RequestDetails
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.turns import Turns

Document = dict[str, Any]

_PRESENT: Final = Filter(statuses=("applied", "endorsed"))
_PAGE: Final = 500
_PROFILES: Final[dict[str, TypeAdapter[Any]]] = {
    "cities": TypeAdapter(CityProfile),
    "partners": TypeAdapter(PartnerProfile),
}
_DETAILS: Final = TypeAdapter(RequestDetails)
_FIRST_ROLES: Final = ("coordinator", "programme-officer")


async def documents(kind: str, registry: RegistryContext) -> AsyncIterator[Document]:
    """The documents of one kind of table, in the order of registration."""
    turns = Turns()
    if kind in _PROFILES:
        async for document in _members(kind, registry):
            await turns.over()
            yield document
        return
    cities = {city.member_id: city.profile async for page in _pages(registry.cities, _PRESENT) for city in page}
    if kind == "requests":
        async for requests in _pages(registry.requests, Filter(statuses=("published",))):
            for request in requests:
                await turns.over()
                if (city := cities.get(request.city_id)) is not None:
                    yield _reference("city", city) | _DETAILS.dump_python(request.details, mode="json")
        return
    async for twinnings in _pages(registry.twinnings, Filter(statuses=("declared",))):
        for twinning in twinnings:
            await turns.over()
            a, b = cities.get(twinning.city_a), cities.get(twinning.city_b)
            if a is not None and b is not None:
                yield _reference("a", a) | _reference("b", b) | {"since": twinning.since}


async def _members(kind: str, registry: RegistryContext) -> AsyncIterator[Document]:
    directory: Directory[Any] = registry.cities if kind == "cities" else registry.partners
    async for members in _pages(directory, _PRESENT):
        contacts = _first(await registry.contacts.of_members([one.member_id for one in members]))
        for member in members:
            profile = member.profile if kind == "cities" else member.profile.endorsed()
            document: Document = _PROFILES[kind].dump_python(profile, mode="json")
            for name in INTERNAL_FIELDS:
                document.pop(name, None)
            for programme in document.get("programmes", ()):
                del programme["programme_id"]  # ids differ in other networks, where the name identifies it
            contact = contacts.get(member.member_id)
            yield document if contact is None else document | {"contact": _person(contact)}


def _first(contacts: Iterable[Contact]) -> dict[str, Contact]:
    """The exported contact of each member."""
    ordered = sorted(contacts, key=lambda one: one.person.role not in _FIRST_ROLES, reverse=True)
    return {one.member_id: one for one in ordered}


def _person(contact: Contact) -> Document:
    return {name: getattr(contact.person, name) for name in ("role", "name", "email", "language")}


def _reference(prefix: str, city: CityProfile) -> Document:
    return {f"{prefix}_{name}": getattr(city, name) for name in ("kind", "geonames_id", "country", "name")}


async def _pages(directory: Directory[AggregateT], wanted: Filter) -> AsyncIterator[Sequence[AggregateT]]:
    after = None
    while page := await directory.page(wanted, after=after, limit=_PAGE):
        yield page
        after = page[-1].identifier
