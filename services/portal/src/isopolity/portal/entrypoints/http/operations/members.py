"""Members by their public names: found by a part of one, or told for ids.

Invariant: registry shows everybody the names of endorsed members; of others, and while it is away, there is the id.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere, ServiceAway
from isopolity.portal.entrypoints.http.visitors import apis_of

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_LONGEST_NAME: Final = 100
_OFFERED: Final = 10
"""Members of a name that are offered, of each kind."""
_AT_ONCE: Final = 100
"""Ids in one question."""


async def members_named(request: Request, text: str) -> Sequence[Mapping[str, str]]:
    """Members with `text` in their names: the id, name and country of each; none where `text` is an id."""
    if not 0 < len(text) <= _LONGEST_NAME or _UUID.fullmatch(text):
        return ()
    return await _listed(request, {"text": text, "order": "name", "limit": str(_OFFERED)})


async def names_of_members(request: Request, ids: Iterable[str | None]) -> Mapping[str, str]:
    """The names of the first hundred of these members, by their ids."""
    wanted = list(dict.fromkeys(each for each in ids if each and _ID.fullmatch(each)))[:_AT_ONCE]
    if not wanted:
        return {}
    listed = await _listed(request, {"ids": ",".join(wanted), "limit": str(_AT_ONCE)})
    return {each["id"]: each["name"] for each in listed}


async def _listed(request: Request, asked: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    apis = apis_of(request)
    try:
        cities, partners = await asyncio.gather(
            apis.get("registry", "/cities", asked), apis.get("registry", "/partners", asked)
        )
    except NotForThisVisitor:
        raise
    except (ServiceAway, NotAllowed, NothingThere):
        return ()
    return [
        *({"id": each["city_id"], "name": each["name"], "country": each["country"]} for each in cities["items"]),
        *(
            {"id": each["partner_id"], "name": each["name"], "country": each["home_country"]}
            for each in partners["items"]
        ),
    ]
