"""A member as registry has it, whichever of the two kinds it is, and a change of it."""

from collections.abc import Mapping

from isopolity.client import registry
from isopolity.client.registry.models import CityEntry, PartnerEntry
from isopolity.portal.adapters.service_apis import ServiceApis

Member = CityEntry | PartnerEntry


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
