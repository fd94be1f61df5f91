"""The dealings of the member as which a visitor acts, as matching tells them to it."""

import asyncio
from typing import Final

from isopolity.client import matching
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.dealings import Dealings, dealings

_MANY: Final = 100


async def dealings_of(apis: ServiceApis, member_id: str) -> Dealings:
    """The last hundred of each kind."""
    proposals, interests, partnerships = await asyncio.gather(
        apis.send(matching.members.proposals(member_id, limit=_MANY)),
        apis.send(matching.interests.list(member_id, limit=_MANY)),
        apis.send(matching.members.partnerships(member_id, standing=True, limit=_MANY)),
    )
    days, zone = interests.days_to_hear, interests.time_zone
    return dealings(proposals.items, interests.items, partnerships.items, days, zone)
