"""The dealings of the member as which a visitor acts, as matching tells them to it."""

import asyncio
from typing import Final

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.dealings import Dealings, dealings

_MANY: Final = {"limit": "100"}


async def dealings_of(apis: ServiceApis, member_id: str | None) -> Dealings:
    """The last hundred of each kind."""
    of = f"/members/{member_id}"
    proposals, interests, partnerships = await asyncio.gather(
        apis.get("matching", f"{of}/proposals", _MANY),
        apis.get("matching", f"{of}/interests", _MANY),
        apis.get("matching", f"{of}/partnerships", {"standing": "true", **_MANY}),
    )
    return dealings(
        proposals["items"],
        interests["items"],
        partnerships["items"],
        interests.get("days_to_hear"),
        interests.get("time_zone"),
    )
