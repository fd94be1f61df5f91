"""A page for each city, partner, programme and request: who they are, what they need, offer and ask for; their ties."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.call import Call
from isopolity.client.matching.models import MemberView, PagePartnershipView, PartnershipView, SupportableRequestView
from isopolity.client.registry.models import CityEntry, PartnerEntry
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.maps.pictures import Kind, Neighbour, Picture, picture_with_twins
from isopolity.portal.entrypoints.http.forms.page_form import unless
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, page

_TIES: Final = 100
"""Ties of each kind that a page shows at most; as many cities can be named in one question."""

_PROGRAMMES: Final = 20
"""Programmes that the page of a request names at most; matching names no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """The other side of a tie, and the year in which it began, if that is known."""

    other: CityEntry | MemberView
    since: int | None

    @property
    def other_id(self) -> str:
        """The id of the other side."""
        return self.other.city_id if isinstance(self.other, CityEntry) else self.other.member_id

    @property
    def kind(self) -> str:
        """“city” or “partner”."""
        return "city" if isinstance(self.other, CityEntry) else self.other.member_kind


async def city(request: Request) -> Response:
    """Show a city with its requests and ties."""
    apis, city_id = apis_of(request), request.path_params["city_id"]
    known, requests, twinnings, partnerships = await asyncio.gather(
        apis.send(registry.cities.read(city_id)),
        apis.send(registry.requests.list(city_id=city_id, limit=_TIES)),
        apis.send(registry.twinnings.list(city_id=city_id, limit=_TIES)),
        apis.send(_partnerships_of(city_id)),
    )
    others = [tie.city_b if tie.city_a == city_id else tie.city_a for tie in twinnings.items]
    partners = [_tie(partnership, city_id) for partnership in partnerships.items]
    sides = (side for each in partnerships.items for side in each.members if side.member_kind == "city")
    allies = [side.member_id for side in sides if side.member_id != city_id]
    names = await names_of(apis, [*allies, *others][:_TIES])
    ties = [
        Tie(other=names[other], since=tie.since)
        for other, tie in zip(others, twinnings.items, strict=True)
        if other in names
    ]
    return page(
        request,
        "city.html",
        here="cities",
        city=known,
        requests=requests.items,
        ties=sorted(ties, key=lambda tie: tie.other.name),
        partners=partners,
        map=_map(known, names, allies),
    )


def _map(city: CityEntry, names: Mapping[str, CityEntry], allies: Collection[str]) -> Picture | None:
    """The picture of the city with the cities that it is tied to; None where its place is not known."""
    own = _neighbour(city, "own")
    others = (_neighbour(each, "ally" if each.city_id in allies else "twin") for each in names.values())
    return None if own is None else picture_with_twins(own, [each for each in others if each is not None])


def _neighbour(city: CityEntry, kind: Kind) -> Neighbour | None:
    if city.latitude is None or city.longitude is None:
        return None
    address = None if kind == "own" else f"/cities/{city.city_id}"
    return Neighbour(name=city.name, href=address, latitude=city.latitude, longitude=city.longitude, kind=kind)


async def partner(request: Request) -> Response:
    """The page of a partner, with its programmes."""
    apis, partner_id = apis_of(request), request.path_params["partner_id"]
    known, partnerships = await asyncio.gather(_partner(apis, partner_id), apis.send(_partnerships_of(partner_id)))
    supported = [_tie(partnership, partner_id) for partnership in partnerships.items]
    return page(request, "partner.html", here="partners", partner=known, supported=supported, hidden=_hidden(known))


async def programme(request: Request) -> Response:
    """Show a programme of a partner."""
    partner_id, programme_id = (request.path_params[name] for name in ("partner_id", "programme_id"))
    known = await _partner(apis_of(request), partner_id)
    for each in known.programmes:
        if each.programme_id == programme_id:
            return page(
                request, "programme.html", here="partners", partner=known, programme=each, hidden=_hidden(known)
            )
    raise NothingThere(programme_id)


async def support_request(request: Request) -> Response:
    """Show a request with programmes that could support it."""
    apis = apis_of(request)
    known = await apis.send(registry.requests.read(request.path_params["request_id"]))
    of, supportable = await asyncio.gather(
        apis.send(registry.cities.read(known.city_id)), _supportable(apis, known.request_id)
    )
    return page(request, "request.html", here="requests", asked=known, city=of, supportable=supportable)


async def _supportable(apis: ServiceApis, request_id: str) -> Sequence[SupportableRequestView] | None:
    """The request with programmes that could support it, nothing of a closed one; None while matching is away."""
    asked = matching.requests.programmes(request_id=request_id, programmes=_PROGRAMMES)
    found = await unless(apis.send(asked), NothingThere, ServiceAway)
    return None if found is None else found.items[:1]


async def names_of(apis: ServiceApis, city_ids: Iterable[str]) -> dict[str, CityEntry]:
    """The cities of these ids that can be seen, by id."""
    wanted = sorted(set(city_ids))
    if not wanted:
        return {}
    found = await apis.send(registry.cities.list(ids=",".join(wanted), limit=_TIES))
    return {each.city_id: each for each in found.items}


async def _partner(apis: ServiceApis, partner_id: str) -> PartnerEntry:
    """The partner; a programme of which a change waits is the one that others see, for every visitor."""
    known = await apis.send(registry.partners.read(partner_id))
    seen = {each.programme_id: each.standing for each in known.changed}
    return known.model_copy(update={"programmes": [seen.get(each.programme_id, each) for each in known.programmes]})


def _hidden(partner: PartnerEntry) -> Collection[str]:
    """The ids of the programmes that registry shows this visitor, and others not: the office has not agreed to them."""
    waiting = {*partner.waiting, *(each.programme_id for each in partner.refused)}
    return waiting - {each.programme_id for each in partner.changed}


def _partnerships_of(member_id: str) -> Call[PagePartnershipView]:
    """Partnerships that stand and that both sides chose to show, also where the visitor may see others."""
    return matching.partnerships.list(member_id=member_id, standing=True, shown=True, limit=_TIES)


def _tie(partnership: PartnershipView, member_id: str) -> Tie:
    """The side of a partnership that is not this member's, with the year in which it began."""
    (other,) = (side for side in partnership.members if side.member_id != member_id)
    return Tie(other=other, since=partnership.established_at.year)


routes = [
    Route("/cities/{city_id}", city),
    Route("/partners/{partner_id}", partner),
    Route("/partners/{partner_id}/programmes/{programme_id}", programme),
    Route("/requests/{request_id}", support_request),
]
