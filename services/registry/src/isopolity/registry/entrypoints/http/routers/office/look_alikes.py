"""`/registry/v1/look-alikes`: members that may be the one that staff is about to enter."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from isopolity.registry.application.directory import Filter
from isopolity.registry.application.joining.likeness import members_alike
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.partner import PartnerProfile
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry, Staff
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/look-alikes")
MemberKind = Literal["city", "partner"]
_MOST: Final = 10


class LookAlike(BaseModel):
    """A member that may be the one that staff is about to enter."""

    member_id: str
    name: str
    kind: str
    country: str
    status: str
    is_same: bool = Field(description="Whether it has the same identity, so that no second entry can be made.")


class LookAlikes(BaseModel):
    """Members of the same identity first, then those with a similar name in the same country."""

    items: list[LookAlike]


@router.get("", response_model=LookAlikes, summary="List members that one to be entered may be")
async def look_alikes(
    registry: Registry,
    _staff: Staff,
    member_kind: Annotated[MemberKind, Query(description="Whether a city or a partner is to be entered")],
    kind: Annotated[str, Query(max_length=64, description="City, district, foundation and so on")],
    name: Annotated[str, Query(min_length=1, max_length=200)],
    country: Annotated[f.Country, Query(description="The country of a city, or of a partner's seat")],
    number: Annotated[
        str | None, Query(max_length=64, description="Its number at geonames.org, or in a public register")
    ] = None,
) -> LookAlikes:
    """Members for staff to compare before it enters one. All known names are compared within the country."""
    profile = _profile(member_kind, kind, name, country, number)
    directory: Any = registry.cities if member_kind == "city" else registry.partners
    keys = (profile.key, _profile(member_kind, kind, name, country, None).key)
    same, (near,) = await asyncio.gather(
        directory.page(Filter(natural_keys=keys), after=None, limit=_MOST), members_alike(directory, [profile], [()])
    )
    found = {each.member_id: each for each in (*same, *(one.member for one in near or ()))}
    return LookAlikes(items=[_look_alike(each, profile) for each in found.values()])


def _profile(member_kind: str, kind: str, name: str, country: str, number: str | None) -> Any:
    if member_kind == "partner":
        return PartnerProfile(kind=kind, name=name, home_country=country, registration_id=number)
    geonames_id = int(number) if number is not None and number.isdecimal() else None
    return CityProfile(kind=kind, name=name, country=country, geonames_id=geonames_id)


def _look_alike(found: Any, profile: Any) -> LookAlike:
    return LookAlike(
        member_id=found.member_id,
        name=found.profile.name,
        kind=found.profile.kind,
        country=found.profile.country,
        status=found.status,
        is_same=found.key == profile.key,
    )
