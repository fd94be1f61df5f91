"""Members as pages of the office name them: by name, kind and country, with the page that tells their story.

Invariant: two members of one name are told apart wherever they stand.
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

FOLDERS: Final[Mapping[str, str]] = {"city": "cities", "partner": "partners"}
KINDS: Final[Mapping[str, str]] = {folder: kind for kind, folder in FOLDERS.items()}
_AT_ONCE: Final = 100
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


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
        """The page of its story."""
        return address_of(self.member_kind, self.member_id)


def address_of(member_kind: str, member_id: str) -> str:
    """The page on which the office reads a member's story."""
    return f"/office/members/{FOLDERS[member_kind]}/{member_id}"


def country_of(entry: Member) -> str:
    """The country of a city, or that of a partner's seat."""
    return entry.country if isinstance(entry, CityEntry) else entry.home_country


async def members_listed(
    apis: ServiceApis, *, status: str, limit: int, text: str | None = None
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
    of_kind = {kind: [each for each, of in kinds.items() if of == kind] for kind in FOLDERS}
    found = await asyncio.gather(_cities(apis, of_kind["city"]), _partners(apis, of_kind["partner"]))
    return {each.member_id: each for some in found for each in some}


async def members_known(apis: ServiceApis, ids: Iterable[str]) -> Mapping[str, KnownMember]:
    """The cities and partners with these ids, by id. The first hundred ids are looked up, unknown ones are left out."""
    wanted = list(dict.fromkeys(each for each in ids if _ID.fullmatch(each)))[:_AT_ONCE]
    found = await asyncio.gather(_cities(apis, wanted), _partners(apis, wanted))
    return {each.member_id: each for some in found for each in some}


async def _cities(apis: ServiceApis, ids: Sequence[str]) -> Sequence[KnownMember]:
    if not ids:
        return ()
    found = await apis.send(registry.cities.list(ids=",".join(ids), status="any", limit=_AT_ONCE))
    return [KnownMember.of(each) for each in found.items]


async def _partners(apis: ServiceApis, ids: Sequence[str]) -> Sequence[KnownMember]:
    if not ids:
        return ()
    found = await apis.send(registry.partners.list(ids=",".join(ids), status="any", limit=_AT_ONCE))
    return [KnownMember.of(each) for each in found.items]
