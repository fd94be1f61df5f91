"""Members by their public names: found by a part of one, or told for ids.

Invariant: registry shows everybody the names of endorsed members; of others, and while it is away, there is the id.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.registry.models import CityPage, PartnerPage
from isopolity.portal.entrypoints.http.forms.optional_answers import if_known
from isopolity.portal.entrypoints.http.visitors import apis_of

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_LONGEST_NAME: Final = 100
_OFFERED: Final = 10
"""Members of a name that are offered, of each kind."""
_AT_ONCE: Final = 100
"""Ids in one question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedMember:
    """A city or partner that registry lists."""

    id: str
    name: str
    country: str


async def members_named(request: Request, text: str) -> Sequence[NamedMember]:
    """Members with `text` in their names; none where `text` is an id."""
    if not 0 < len(text) <= _LONGEST_NAME or _UUID.fullmatch(text):
        return ()
    return await _listed(
        request,
        registry.cities.list(text=text, order="name", limit=_OFFERED),
        registry.partners.list(text=text, order="name", limit=_OFFERED),
    )


async def names_of_members(request: Request, ids: Iterable[str | None]) -> Mapping[str, str]:
    """The names of the first hundred of these members, by their ids."""
    wanted = ",".join(list(dict.fromkeys(each for each in ids if each and _ID.fullmatch(each)))[:_AT_ONCE])
    if not wanted:
        return {}
    listed = await _listed(
        request,
        registry.cities.list(ids=wanted, limit=_AT_ONCE),
        registry.partners.list(ids=wanted, limit=_AT_ONCE),
    )
    return {each.id: each.name for each in listed}


async def _listed(request: Request, cities: Call[CityPage], partners: Call[PartnerPage]) -> Sequence[NamedMember]:
    apis = apis_of(request)
    found = await if_known(asyncio.gather(apis.send(cities), apis.send(partners)))
    if found is None:
        return ()
    return [
        *(NamedMember(id=each.city_id, name=each.name, country=each.country) for each in found[0].items),
        *(NamedMember(id=each.partner_id, name=each.name, country=each.home_country) for each in found[1].items),
    ]
