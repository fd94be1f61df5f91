"""Lists of cities, partners and requests, by what people choose, and the seeking boards: needs beside the offers that
meet them, requests beside the programmes that could support them; as pages, and as files for spreadsheets.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from isopolity.client import registry
from isopolity.client.call import Call
from isopolity.client.registry.models import CityEntry, PartnerEntry, RequestEntry
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.maps.pictures import PLACES, Picture, picture_of
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.typed_values import count_in, is_currency, is_day
from isopolity.portal.entrypoints.http.files import MOST, wanted_form
from isopolity.portal.entrypoints.http.offered_countries import offered_countries
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, page
from isopolity.portal.entrypoints.http.public import lists
from isopolity.portal.entrypoints.http.public.profiles import names_of
from isopolity.portal.entrypoints.http.public.tables import list_file

RARER: Final = ("mode", "language", "population_min", "population_max")
"""Filters that few use; the form has them once they are asked for, or in use."""
TOPICS: Final = ("need_topic", "offer_topic")
"""Filters that topics on pages of members lead to; the form keeps them."""
PART: Final = "within"
"""The part of the map that is looked at, which a dot of several cities leads to."""
_AMOUNTS: Final = ("asked_min", "asked_max")
_BY_AMOUNT: Final = (("order", "least"), ("order", "most"))
_OF_REQUESTS: Final = ("currency", *_AMOUNTS, "benefits_min", "runs_on", "payee")
_COUNTS: Final = ("population_min", "population_max", *_AMOUNTS, "benefits_min")
_DAY: Final = "runs_on"
_CURRENCY: Final = "currency"
CHOICES: Final = {
    "cities": ("text", "need", "offer", *TOPICS, "region", "country", *RARER, PART),
    "partners": ("text", "kind", "region", "country", "subject"),
    "requests": ("text", "region", "country", "subject", "order", *_OF_REQUESTS),
}
"""Filters of each list, by the names of registry's parameters."""
_CITIES: Final = 24
_LIMIT: Final = 30
"""Entries of a page of cities, and of the other lists."""
CHOICES_OF_BOARDS: Final = ("subject", "region", "country")
"""The names are those of the parameters of both services."""
_ON_A_BOARD: Final = 12


class _Found(NamedTuple):
    """The entries of a page of a list, and what stands beside them."""

    items: Sequence[CityEntry | PartnerEntry | RequestEntry]
    next: str | None
    total: int | None
    map: Picture | None = None
    """The map of all cities that fit; None for the other lists."""
    cities: Mapping[str, CityEntry] = MappingProxyType({})
    """Of requests: whose they are, by id."""


async def listing(request: Request) -> Response:
    """The page of a list, or the file that `form` asks for; what is wrong with a number stands beside its field."""
    kind = request.url.path.strip("/")
    typed = {name: text for name in _COUNTS if (text := request.query_params.get(name, "").strip())}
    counts = {name: count_in(text) for name, text in typed.items()}
    wrong = {name: typed[name] for name, count in counts.items() if not isinstance(count, int)}
    if (day := request.query_params.get(_DAY, "").strip()) and not is_day(day):
        wrong[_DAY] = day
    code = request.query_params.get(_CURRENCY, "").strip()
    by_amount = any(name in typed for name in _AMOUNTS) or ("order", request.query_params.get("order")) in _BY_AMOUNT
    if (code and not is_currency(code)) or (not code and by_amount):
        wrong[_CURRENCY] = code
    query = {**request.query_params, **{name: str(count) for name, count in counts.items()}, **dict.fromkeys(wrong, "")}
    selection = Selection.of(f"/{kind}", query, CHOICES[kind])
    apis = apis_of(request)
    if form := wanted_form(request):
        return await list_file(apis, kind, selection.chosen, form)
    held = Selection(selection.path, _without_amounts(selection)) if _CURRENCY in wrong else selection
    found, countries = await asyncio.gather(
        _LISTS[kind](apis, selection, held), offered_countries(request, kind, selection.chosen)
    )
    return page(
        request,
        f"{kind}.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        here=kind,
        wrong=wrong,
        scripts=("search.js", "map.js") if kind == "cities" else ("search.js",),
        **found._asdict(),
        countries=countries,
        selection=selection,
        held=held,
        following=held.address(found.next) if found.next else None,
        most=MOST,
        rarer=RARER if kind == "cities" else _OF_REQUESTS,
    )


def _without_amounts(selection: Selection) -> dict[str, str]:
    """The filters in use without those of amounts, which mean nothing without a currency."""
    chosen = selection.chosen.items()
    return {name: each for name, each in chosen if name not in _AMOUNTS and (name, each) not in _BY_AMOUNT}


async def _cities(apis: ServiceApis, selection: Selection, held: Selection) -> _Found:
    found, places, ties = await asyncio.gather(
        apis.send(lists.cities(held.chosen, _CITIES, held.cursor)),
        apis.public_answer(lists.places(selection.chosen)),
        apis.public_answer(registry.twinnings.places(limit=PLACES)),
    )
    drawn = picture_of(places, opened=selection.opened, lines=ties.lines)
    return _Found(items=found.items, next=found.next, total=places.total, map=drawn)


async def _partners(apis: ServiceApis, _selection: Selection, held: Selection) -> _Found:
    found = await apis.send(lists.partners(held.chosen, _LIMIT, held.cursor, total=True))
    return _Found(items=found.items, next=found.next, total=found.total)


async def _requests(apis: ServiceApis, _selection: Selection, held: Selection) -> _Found:
    found = await apis.send(lists.requests(held.chosen, _LIMIT, held.cursor, total=True))
    cities = await names_of(apis, [each.city_id for each in found.items])
    return _Found(items=found.items, next=found.next, total=found.total, cities=cities)


_LISTS: Final = {"cities": _cities, "partners": _partners, "requests": _requests}


class _Board(Protocol):
    """A page of a board."""

    @property
    def items(self) -> Sequence[object]: ...

    @property
    def next(self) -> str | None: ...

    @property
    def total(self) -> int: ...


async def needs(request: Request) -> Response:
    """Needs beside offers, by subject."""
    return await _board(request, "seeking", lists.needs)


async def requests(request: Request) -> Response:
    """Requests beside programmes."""
    return await _board(request, "supportable", lists.supportable)


async def _board(
    request: Request, kind: str, listed: Callable[[lists.Chosen, int, str | None], Call[_Board]]
) -> Response:
    selection = Selection.of(request.url.path, request.query_params, CHOICES_OF_BOARDS)
    apis = apis_of(request)
    if form := wanted_form(request):
        return await list_file(apis, kind, selection.chosen, form)
    found, countries = await asyncio.gather(
        apis.public_answer(listed(selection.chosen, _ON_A_BOARD, selection.cursor)),
        offered_countries(request, "requests" if kind == "supportable" else "cities", selection.chosen),
    )
    following = selection.address(found.next) if found.next else None
    return page(
        request,
        f"{kind}.html",
        here="seeking",
        scripts=("search.js",),
        most=MOST,
        items=found.items,
        total=found.total,
        countries=countries,
        selection=selection,
        following=following,
    )


routes = [
    *(Route(f"/{kind}", listing) for kind in CHOICES),
    Route("/seeking", needs),
    Route("/seeking/requests", requests),
]
