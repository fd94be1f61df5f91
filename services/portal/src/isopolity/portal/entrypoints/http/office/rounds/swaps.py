"""What could stand in the place of a pair: other candidates of its two members, or a city that is named.

Invariant: each tells what it is worth, as a candidate of the draft, or else how well the two fit and what bars it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis

_BEST: Final = "4"
"""Candidates of each side that are shown."""
_FOUND: Final = "3"
"""Cities of a name that are shown, each with either side."""


async def swaps(apis: ServiceApis, path: str, pair: Mapping[str, Any], text: str) -> list[Mapping[str, Any]]:
    """The best candidates of both sides that are not chosen; or both sides with the cities of a name."""
    if text:
        return await _with_cities(apis, pair, text)
    asked = {"standing": "other", "limit": _BEST}
    found = await asyncio.gather(
        *(apis.get("matching", f"{path}/pairs", {**asked, "member": pair[side]}) for side in "ab")
    )
    return [{**each, "score": None, "blockers": []} for of_side in found for each in of_side["items"]]


async def _with_cities(apis: ServiceApis, pair: Mapping[str, Any], text: str) -> list[Mapping[str, Any]]:
    cities = (await apis.get("registry", "/cities", {"text": text, "order": "name", "limit": _FOUND}))["items"]
    sides = [(pair[side], pair[f"{side}_name"]) for side in "ab"]
    looked = [
        _explained(apis, one, name, city)
        for one, name in sides
        for city in cities
        if city["city_id"] not in (pair["a"], pair["b"])
    ]
    return [each for each in await asyncio.gather(*looked) if each is not None]


async def _explained(apis: ServiceApis, one: str, name: str, city: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How well one side and a city fit; None where the two can be no pair."""
    member_id, _, programme_id = one.partition("/")
    of_programme = {"programme_id": programme_id} if programme_id else {}
    try:
        found = await apis.get("matching", f"/pairs/{member_id}/{city['city_id']}", of_programme)
    except (NothingThere, NotAllowed):
        return None
    return {
        "a": one,
        "b": city["city_id"],
        "a_name": name,
        "b_name": city["name"],
        "value": None,
        "score": found["score"],
        "blockers": [each["text"] for each in found["blockers"]],
    }
