"""What could stand in the place of a pair: other candidates of its two members, or a city that is named.

Invariant: each tells what the whole draft would gain or lose by it and who would lose a pair, or what bars it; what
costs the draft least comes first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, Final

from isopolity.portal.adapters.service_apis import NotAllowed, ServiceApis

_BEST: Final = "4"
"""Candidates of each side that are shown."""
_FOUND: Final = "3"
"""Cities of a name that are shown, each with either side."""


async def tried(
    apis: ServiceApis, path: str, pair: Mapping[str, Any], text: str
) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """What putting a pair in, or leaving it out, would do, and each pair in its place; None and none where it cannot
    be tried now.
    """
    in_place = (
        await (_with_cities(apis, pair, text) if text else _candidates(apis, path, pair)) if pair["chosen"] else []
    )
    own = {"act": "leave-out" if pair["chosen"] else "put-in", "pair": _named(pair)}
    orders = [own, *({"act": "replace", "pair": _named(pair), "by": _named(each)} for each in in_place)]
    try:
        trial, *trials = await apis.post("matching", f"{path}/trial", {"edits": orders}, is_long=True)
    except NotAllowed:  # a city that is found has left meanwhile, or the draft has closed
        return None, []
    return trial, sorted(({**each, **found} for each, found in zip(in_place, trials, strict=True)), key=loss)


def loss(tried_one: Mapping[str, Any]) -> float:
    """What the draft would lose by it; what is barred comes last."""
    return inf if tried_one["edit"] is None else -float(tried_one["edit"]["value"])


async def _candidates(apis: ServiceApis, path: str, pair: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The best candidates of both sides that are not chosen."""
    asked = {"standing": "other", "limit": _BEST}
    found = await asyncio.gather(
        *(apis.get("matching", f"{path}/pairs", {**asked, "member": pair[side]}) for side in "ab")
    )
    return [each for of_side in found for each in of_side["items"]]


async def _with_cities(apis: ServiceApis, pair: Mapping[str, Any], text: str) -> Sequence[Mapping[str, Any]]:
    """Both sides with the cities of a name."""
    cities = (await apis.get("registry", "/cities", {"text": text, "order": "name", "limit": _FOUND}))["items"]
    return [
        {"a": pair[side], "a_name": pair[f"{side}_name"], "b": city["city_id"], "b_name": city["name"]}
        for side in "ab"
        for city in cities
        if city["city_id"] not in (pair["a"], pair["b"])
    ]


def _named(pair: Mapping[str, Any]) -> list[str]:
    return [pair["a"], pair["b"]]
