"""Names for ids: of members, by name, kind and country, with their pages at the office; of staff and operators.

Invariant: two members of one name can be told apart wherever they stand. A visitor without the right to read names
reads ids, and so do all visitors while registry is away.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from isopolity.client import registry
from isopolity.client.registry.models import CityEntry
from isopolity.portal.adapters.members import Member
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.admission import MANAGE, WATCH
from isopolity.portal.entrypoints.http.forms.page_form import if_answered, if_known
from isopolity.portal.entrypoints.http.pages import Request, apis_of, session_of

FOLDERS: Final[Mapping[str, str]] = {"city": "cities", "partner": "partners"}
KINDS: Final[Mapping[str, str]] = {folder: kind for kind, folder in FOLDERS.items()}
_AT_ONCE: Final = 100
"""Ids in one question."""
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_NAME: Final = 100
_OFFERED: Final = 10
"""Members of each kind that are offered for a part of a name."""
ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""Texts that may be the id of an entry."""
_MANAGE_ALL: Final = "operator:manage"
"""The right that operators with all rights have, and nobody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member as registry lists it."""

    member_kind: str
    member_id: str
    name: str
    kind: str
    """City, district, foundation and so on."""
    country: str
    status: str
    changed_on: date | None

    @classmethod
    def of(cls, entry: Member) -> Self:
        """The member of an entry in registry's list of cities or partners."""
        return cls(
            member_kind="city" if isinstance(entry, CityEntry) else "partner",
            member_id=entry.city_id if isinstance(entry, CityEntry) else entry.partner_id,
            name=entry.name,
            kind=entry.kind,
            country=country_of(entry),
            status=entry.status,
            changed_on=entry.changed_on,
        )

    @property
    def address(self) -> str:
        """The address of the page with all that the office knows of it."""
        return address_of(self.member_kind, self.member_id)


def address_of(member_kind: str, member_id: str) -> str:
    """The page on which the office reads a member's story."""
    return f"/office/members/{FOLDERS[member_kind]}/{member_id}"


def country_of(entry: Member) -> str:
    """The country of a city, or that of a partner's seat."""
    return entry.country if isinstance(entry, CityEntry) else entry.home_country


async def members_listed(
    apis: ServiceApis, *, limit: int, status: str | None = None, text: str | None = None
) -> tuple[Sequence[KnownMember], bool]:
    """The first cities by name, then the first partners; and whether there are more."""
    cities, partners = await asyncio.gather(
        apis.send(registry.cities.list(status=status, order="name", text=text, limit=limit)),
        apis.send(registry.partners.list(status=status, order="name", text=text, limit=limit)),
    )
    found: list[Member] = [*cities.items, *partners.items]
    return [KnownMember.of(each) for each in found], bool(cities.next or partners.next)


async def members_of(apis: ServiceApis, kinds: Mapping[str, str]) -> Mapping[str, KnownMember]:
    """At most a hundred cities and a hundred partners, by their ids, of which `kinds` tells what they are."""
    cities, partners = ([each for each, of in kinds.items() if of == kind] for kind in FOLDERS)
    return await _of_ids(apis, cities, partners, "any")


async def members_known(apis: ServiceApis, ids: Iterable[str], status: str | None = "any") -> Mapping[str, KnownMember]:
    """The cities and partners with these ids, by id. The first hundred ids are looked up, unknown ones are left out."""
    wanted = list(dict.fromkeys(each for each in ids if ID.fullmatch(each)))[:_AT_ONCE]
    return await _of_ids(apis, wanted, wanted, status)


async def _of_ids(
    apis: ServiceApis, cities: Sequence[str], partners: Sequence[str], status: str | None
) -> Mapping[str, KnownMember]:
    of_cities, of_partners = await asyncio.gather(
        apis.send(registry.cities.list(ids=",".join(cities), status=status, limit=_AT_ONCE)) if cities else _nobody(),
        apis.send(registry.partners.list(ids=",".join(partners), status=status, limit=_AT_ONCE))
        if partners
        else _nobody(),
    )
    found: list[Member] = [*(of_cities.items if of_cities else ()), *(of_partners.items if of_partners else ())]
    known = (KnownMember.of(each) for each in found)
    return {each.member_id: each for each in known}


async def _nobody() -> None:
    """No page of a list of which nobody is asked for."""


async def public_members_named(request: Request, text: str) -> Sequence[KnownMember]:
    """Members with `text` in their public names; none where `text` is an id, or registry is away."""
    if not 0 < len(text) <= _LONGEST_NAME or _UUID.fullmatch(text):
        return ()
    found = await if_known(members_listed(apis_of(request), text=text, limit=_OFFERED))
    return () if found is None else found[0]


async def public_names_of(request: Request, ids: Iterable[str | None]) -> Mapping[str, str]:
    """Public names of the first hundred of these members, by their ids; none while registry is away.

    Registry gives everybody the names of endorsed members, so pages of the console show the ids of others.
    """
    known = await if_known(members_known(apis_of(request), (each for each in ids if each), status=None))
    return {} if known is None else {each.member_id: each.name for each in known.values()}


async def staff_names(request: Request) -> Mapping[str, str]:
    """The names by the ids that acts have; none where the visitor may not read them, or registry does not answer."""
    session, apis = session_of(request), apis_of(request)
    if session is None or session.account is None:
        return {}
    if session.account.may(MANAGE) or session.account.may(_MANAGE_ALL):
        people = await if_answered(apis.send(registry.people.list()))
        return {} if people is None else {one.person_id: one.name for one in people.items}
    if not session.account.may(WATCH):
        return {}
    names = await if_answered(apis.send(registry.people.names()))
    return {} if names is None else {one.person_id: one.name for one in names.items}
