"""Whether the visitor's member and another one would fit, and why: what speaks for it, and what against.

Where no programme is named and there are several, each is told with its fit. A programme of the visitor's own that is
not open is told by its criteria. Nothing is proposed to anybody by looking.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.client.matching.models import FoundCityView
from isopolity.client.registry.models import CityEntry, PartnerEntry, Programme
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.domain.dealings import first_free
from isopolity.portal.domain.introduction import Wanted, full_of, rooms_of
from isopolity.portal.domain.programmes.criteria import criteria_of
from isopolity.portal.domain.programmes.life import state_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.own.admission import for_members
from isopolity.portal.entrypoints.http.own.dealings import dealings_of
from isopolity.portal.entrypoints.http.programmes.own_programmes import OwnProgrammes
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, today

_NOT_NOW: Final = "not-at-present"
_SCORED: Final = 8
"""Programmes whose fit is asked for at once; further ones are listed without it."""


@for_members
async def fit(request: Request, account: Account) -> Response:
    """The page."""
    wanted = Wanted.of(request.query_params)
    if wanted is None:
        raise HTTPException(404)
    apis = apis_of(request)
    other, own_member, dealings = await asyncio.gather(
        apis.get("registry", f"/{'cities' if wanted.kind == 'city' else 'partners'}/{wanted.member_id}"),
        apis.get("registry", f"/{'cities' if account.member_kind == 'city' else 'partners'}/{account.member_id}"),
        dealings_of(apis, account.member_id),
    )
    partner = own_member if account.member_kind == "partner" else other
    known = OwnProgrammes.of((CityEntry if "city_id" in partner else PartnerEntry).model_validate(partner))
    states = {each.programme_id: state_of(each, known.waiting, known.refused, today(request)) for each in known.all}
    if not wanted.programme_id and len(known.all) == 1:
        wanted = replace(wanted, programme_id=known.all[0].programme_id)
    named = [each for each in known.all if wanted.programme_id == each.programme_id]
    pair_meant = (wanted.member_id, wanted.programme_id)
    holds_place = any(each.takes_place for each in dealings.all if each.pair == pair_meant)
    full = {} if holds_place else full_of(own_member, named, wanted, account, dealings)
    values = {
        "account": account,
        "wanted": wanted,
        "other": other,
        "programmes": {each.programme_id: each.name for each in known.all},
        "dealing": dealings.with_member(wanted.member_id, wanted.programme_id),
        "full": full,
        "rooms": rooms_of(own_member, named, wanted, account),
        "free_after": first_free([taken for each in full.values() for taken in each]),
        "may_ask": not named or states[wanted.programme_id] == "open",
        "choices": (),
        "pair": None,
        "refused": "",
    }
    if len(known.all) > 1 and not wanted.programme_id:
        choices = await _choices(apis, account, wanted, [(each, states[each.programme_id]) for each in known.all])
        return page(request, "own-fit.html", here="me", **values | {"choices": choices})
    if named and account.member_kind == "partner" and states[wanted.programme_id] != "open":
        supposed = await _by_criteria(apis, account, wanted, named[0])
        state = states[wanted.programme_id]
        return page(request, "own-fit.html", here="me", **values, supposed=supposed, programme=named[0], state=state)
    try:
        pair = await _pair(apis, account, wanted, change="true")
    except NotAllowed as refused:
        return page(request, "own-fit.html", here="me", **values | {"refused": str(refused)})
    own, their = ("a", "b") if pair["a"]["member_id"] == account.member_id else ("b", "a")
    sides = [pair[side] for side in (own, their) if pair[side]["member_kind"] == "city"]  # a partner gets nothing
    return page(request, "own-fit.html", here="me", **values | {"pair": _told_once(pair)}, sides=sides)


async def _pair(apis: ServiceApis, account: Account, wanted: Wanted, **more: str) -> Any:
    """The pair as matching tells it to the member. Raises what the API does."""
    asked = more | ({"programme_id": wanted.programme_id} if wanted.programme_id else {})
    return await apis.get("matching", f"/pairs/{account.member_id}/{wanted.member_id}", asked)


def _told_once(pair: Any) -> Any:
    """The pair with each sentence in one place; that the two are not proposed now is why one looks, and no reason."""
    gets = [text for side in ("a", "b") for text in pair[side]["gets"]]
    parts = [each for each in pair["parts"] if each["text"] not in gets]
    listed = [*gets, *(each["text"] for each in (*parts, *pair["blockers"])), pair["connection"] or ""]
    left = pair["paragraph"]
    for text in filter(None, listed):
        left = left.replace(text, "")
    against = [each for each in pair["blockers"] if each["code"] != _NOT_NOW]
    return {**pair, "parts": parts, "blockers": against, "paragraph": " ".join(left.split())}


async def _choices(
    apis: ServiceApis, account: Account, wanted: Wanted, programmes: Sequence[tuple[Programme, str]]
) -> Sequence[tuple[Programme, str, Any]]:
    """Each programme with how it stands and its pair with the city, the best first; None where no fit is told."""

    async def told(programme: Programme, place: int, state: str) -> Any:
        if state != "open" or place >= _SCORED:
            return None
        try:
            return await _pair(apis, account, replace(wanted, programme_id=programme.programme_id))
        except (NotAllowed, NothingThere):
            return None

    pairs = await asyncio.gather(*(told(each, place, state) for place, (each, state) in enumerate(programmes)))
    found = [(each, state, pair) for (each, state), pair in zip(programmes, pairs, strict=True)]
    return sorted(found, key=lambda one: -1.0 if one[2] is None else one[2]["score"], reverse=True)


async def _by_criteria(
    apis: ServiceApis, account: Account, wanted: Wanted, programme: Programme
) -> FoundCityView | None:
    """The city as the criteria of a programme that is not open reach it; None where the network has no such city."""
    found = await apis.send(
        matching.partners.cities(
            account.member, **criteria_of(programme), city_id=wanted.member_id, with_blocked=True, limit=1
        )
    )
    return next(iter(found.items), None)


routes = [Route("/me/fit", fit)]
