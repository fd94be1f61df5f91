"""A member as registry has it, of either kind; a change of it; its dealings as matching tells them to it."""

import asyncio
from collections.abc import Mapping
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.registry.models import CityEntry, PartnerEntry
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.dealings import Dealings, dealings

Member = CityEntry | PartnerEntry
_MANY: Final = 100


async def read_member(apis: ServiceApis, kind: str | None, member_id: str) -> Member:
    """The member as this visitor may see it. Raises what the API does."""
    if kind == "city":
        return await apis.send(registry.cities.read(member_id))
    return await apis.send(registry.partners.read(member_id))


async def change_member(
    apis: ServiceApis, kind: str | None, member_id: str, change: Mapping[str, object], version: int
) -> Member:
    """The member with these fields in place of its own; None takes one away. Raises what the API does."""
    if kind == "city":
        return await apis.send(registry.cities.change(member_id, change, version=version))
    return await apis.send(registry.partners.change(member_id, change, version=version))


async def dealings_of(apis: ServiceApis, member_id: str) -> Dealings:
    """The last hundred proposals, interests and standing partnerships of the member."""
    proposals, interests, partnerships = await asyncio.gather(
        apis.send(matching.members.proposals(member_id, limit=_MANY)),
        apis.send(matching.interests.list(member_id, limit=_MANY)),
        apis.send(matching.members.partnerships(member_id, standing=True, limit=_MANY)),
    )
    days, zone = interests.days_to_hear, interests.time_zone
    return dealings(proposals.items, interests.items, partnerships.items, days, zone)
