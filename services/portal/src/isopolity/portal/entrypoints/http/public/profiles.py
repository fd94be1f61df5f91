"""A page for each city, partner, programme and request: who they are, what they need, offer and ask for; their ties."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_TIES: Final = "100"
"""Ties of each kind that a page shows at most; as many cities can be named in one question."""

_PROGRAMMES: Final = "20"
"""Programmes that the page of a request names at most; matching names no more."""

_PUBLIC_TIES: Final = {"standing": "true", "shown": "true", "limit": _TIES}
"""Partnerships that stand and that both sides chose to show, also where the visitor may see others."""


async def city(request: Request) -> Response:
    """The page of a city."""
    apis, city_id = apis_of(request), request.path_params["city_id"]
    about = {"city_id": city_id, "limit": _TIES}
    known, requests, twinnings, partnerships = await asyncio.gather(
        apis.get("registry", f"/cities/{city_id}"),
        apis.get("registry", "/requests", about),
        apis.get("registry", "/twinnings", about),
        apis.get(
            "matching", "/partnerships", {"member_id": city_id, "standing": "true", "shown": "true", "limit": _TIES}
        ),
    )
    others = [tie["city_b"] if tie["city_a"] == city_id else tie["city_a"] for tie in twinnings["items"]]
    names = await names_of(apis, others)
    ties = [
        {"city": names[other], "since": tie["since"]}
        for other, tie in zip(others, twinnings["items"], strict=True)
        if other in names
    ]
    return page(
        request,
        "city.html",
        here="cities",
        city=known,
        requests=requests["items"],
        ties=sorted(ties, key=lambda tie: tie["city"]["name"]),
        partners=[_other(partnership, city_id) for partnership in partnerships["items"]],
    )


async def partner(request: Request) -> Response:
    """The page of a partner, with its programmes."""
    apis, partner_id = apis_of(request), request.path_params["partner_id"]
    known, partnerships = await asyncio.gather(
        _partner(apis, partner_id),
        apis.get(
            "matching", "/partnerships", {"member_id": partner_id, "standing": "true", "shown": "true", "limit": _TIES}
        ),
    )
    supported = [_other(partnership, partner_id) for partnership in partnerships["items"]]
    return page(request, "partner.html", here="partners", partner=known, supported=supported, hidden=_hidden(known))


async def programme(request: Request) -> Response:
    """The page of a programme."""
    partner_id, programme_id = (request.path_params[name] for name in ("partner_id", "programme_id"))
    known = await _partner(apis_of(request), partner_id)
    for each in known["programmes"]:
        if each["programme_id"] == programme_id:
            return page(
                request, "programme.html", here="partners", partner=known, programme=each, hidden=_hidden(known)
            )
    raise NothingThere(programme_id)


async def asked(request: Request) -> Response:
    """The page of a request."""
    apis = apis_of(request)
    known = await apis.get("registry", f"/requests/{request.path_params['request_id']}")
    of, supportable = await asyncio.gather(
        apis.get("registry", f"/cities/{known['city_id']}"), _supportable(apis, known["request_id"])
    )
    return page(request, "request.html", here="requests", asked=known, city=of, supportable=supportable)


async def _supportable(apis: ServiceApis, request_id: str) -> Any:
    """The request with programmes that could support it, nothing of a closed one; None while matching does not tell."""
    asked = {"request_id": request_id, "programmes": _PROGRAMMES}
    try:
        found = await apis.get("matching", "/requests/programmes", asked)
    except (NothingThere, ServiceAway):
        return None
    return found["items"][0] if found["items"] else {}


async def names_of(apis: ServiceApis, city_ids: Iterable[str]) -> dict[str, Any]:
    """The cities of these ids that can be seen, by id."""
    wanted = sorted(set(city_ids))
    if not wanted:
        return {}
    found = await apis.get("registry", "/cities", {"ids": ",".join(wanted), "limit": _TIES})
    return {each["city_id"]: each for each in found["items"]}


async def _partner(apis: ServiceApis, partner_id: str) -> Any:
    """The partner; a programme of which a change waits is the one that others see, for every visitor."""
    known = await apis.get("registry", f"/partners/{partner_id}")
    seen = {each["programme_id"]: each["standing"] for each in known.get("changed", ())}
    return known | {"programmes": [seen.get(each["programme_id"], each) for each in known["programmes"]]}


def _hidden(partner: Any) -> Collection[str]:
    """The ids of the programmes that registry shows this visitor, and others not: the office has not agreed to them."""
    waiting = {*partner.get("waiting", ()), *(each["programme_id"] for each in partner.get("refused", ()))}
    return waiting - {each["programme_id"] for each in partner.get("changed", ())}


def _other(partnership: Any, member_id: str) -> Any:
    """The side of a partnership that is not this member's, with the year in which it began."""
    (other,) = (side for side in partnership["members"] if side["member_id"] != member_id)
    return {**other, "since": partnership["established_at"][:4]}


routes = [
    Route("/cities/{city_id}", city),
    Route("/partners/{partner_id}", partner),
    Route("/partners/{partner_id}/programmes/{programme_id}", programme),
    Route("/requests/{request_id}", asked),
]
