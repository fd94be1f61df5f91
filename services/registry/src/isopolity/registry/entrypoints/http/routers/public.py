"""Routes for everybody: `/registry/v1/figures`, `/countries`, `/cities/places`, `/twinnings/places`; `/seeking`,
subjects with the cities that need and offer them; `/keys`, the public keys that verify the network's tokens, a JSON Web
Key Set.

Invariants: an answer has at most `limit` places or lines, however many cities and ties there are. No private key is in
an answer. Caches may store answers that are counted from many entries.
"""

from typing import Annotated, Final

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from isopolity.registry.application.directory import Filter
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.examples import with_examples
from isopolity.registry.entrypoints.http.city_filter import Wanted
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.replies import Cursor, Page
from isopolity.web.paging import one_page, pair_cursor, pair_in
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1")

_MOST: Final = 1_500
_LEAST: Final = 20
"""The least limit, which the 18 coarsest cells always meet."""

Limit = Annotated[int, Query(description="How many places or lines an answer has at most", ge=_LEAST, le=_MOST)]


class Figures(BaseModel):
    """The network in numbers."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra=with_examples)

    cities: int = Field(description="Endorsed cities.")
    partners: int = Field(description="Endorsed partners.")
    requests: int = Field(description="Open requests.")
    twinnings: int = Field(description="Declared twinnings.")


class Extent(BaseModel):
    """The least and the largest latitude and longitude of several cities, in degrees."""

    south: float
    west: float
    north: float
    east: float


class Place(BaseModel):
    """A city, or the centre of several neighbouring ones."""

    latitude: float
    longitude: float
    count: int = Field(description="How many cities.")
    name: str = Field(description="Of the city, or of the first of them by name.")
    city_id: str | None = Field(description="null for several.")
    extent: Extent | None = Field(default=None, description="null for one city.")


class CityPlaces(BaseModel):
    """Where the cities of a selection lie."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    total: int = Field(description="All cities that fit.")
    placed: int = Field(description="Those of them whose place is known; the counts of all places add up to it.")
    places: list[Place]


class Line(BaseModel):
    """A twinning, or several between neighbouring cities at both ends."""

    start: tuple[float, float] = Field(description="Latitude and longitude.")
    end: tuple[float, float] = Field(description="Latitude and longitude.")
    count: int = Field(description="How many ties.")


class TiePlaces(BaseModel):
    """Where declared twinnings between endorsed cities run."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    total: int = Field(description="All ties between places that are known.")
    lines: list[Line]


@router.get("/cities/places", summary="Count cities and see where they lie")
async def city_places(wanted: Wanted, registry: Registry, response: Response, limit: Limit = _MOST) -> CityPlaces:
    """All cities that fit, those of one page and of all others.

    More than `limit` are counted together by cells of 2 degrees, or of as many more as it takes.
    """
    found = await registry.atlas.cities(wanted, most=limit)
    if wanted.statuses == ("endorsed",):
        let_keep(response, found.among)
    return CityPlaces.model_validate(found, from_attributes=True)


@router.get("/twinnings/places", summary="See where ties run")
async def tie_places(registry: Registry, response: Response, limit: Limit = _MOST) -> TiePlaces:
    """Declared twinnings between endorsed cities whose places are known.

    More than `limit` are put together by cells of 6 degrees, from middle to middle; then those lines stand here that
    stand for the most ties.
    """
    total, lines = await registry.atlas.ties(most=limit)
    let_keep(response, total)
    return TiePlaces(total=total, lines=[Line(start=each.start, end=each.end, count=each.count) for each in lines])


@router.get("/figures", operation_id="figures.read", summary="Count who takes part")
async def figures(registry: Registry, response: Response) -> Figures:
    """Members, requests and ties that stand now, or in a large network up to a minute ago."""
    found = await registry.atlas.figures()
    let_keep(response, found.cities + found.twinnings)
    return Figures.model_validate(found)


class Countries(BaseModel):
    """How many entries each country has, by its ISO code; a country without any is left out."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra=with_examples)

    cities: dict[str, int] = Field(description="Endorsed cities.")
    partners: dict[str, int] = Field(description="Endorsed partners, by their home country.")
    requests: dict[str, int] = Field(description="Open requests of endorsed cities.")


@router.get("/countries", operation_id="countries.read", summary="Count who takes part by country")
async def countries(registry: Registry, response: Response) -> Countries:
    """Members and requests by country, now or up to a minute ago; filters offer these countries."""
    found = await registry.atlas.homes()
    response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
    return Countries.model_validate(found)


_MOST_SUBJECTS: Final = 100
_CODES: Final = r"^[a-z0-9.-]{1,64}(,[a-z0-9.-]{1,64}){0,99}$"


class NamedCity(BaseModel):
    """A city as the board names it."""

    model_config = ConfigDict(from_attributes=True)

    city_id: str
    name: str
    country: str
    illustrative: bool = Field(description="Whether its needs and offers were made up for a demonstration.")
    title: str | None = Field(default=None, description="What it looks for or offers there, in its own words.")
    language: str | None = Field(default=None, description="The language of the title.")


class SoughtSubject(BaseModel):
    """A subject with the cities that need it and those that offer it."""

    model_config = ConfigDict(from_attributes=True)

    subject: str
    seeking: int = Field(description="How many cities look for it.")
    offering: int = Field(description="How many cities offer it.")
    first_seeking: list[NamedCity] = Field(description="The first of those who look for it, by name.")
    first_offering: list[NamedCity] = Field(description="The first of those who offer it, by name.")


class SeekingPage(Page):
    """A page of subjects, the most sought first."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    items: list[SoughtSubject]
    total: int = Field(description="Subjects on all pages.")


@router.get("/seeking", summary="See what cities look for, and who offers it")
async def seeking(
    registry: Registry,
    response: Response,
    region: f.Region | None = None,
    country: f.Country | None = None,
    subject: Annotated[f.Subject | None, Query(description="This subject alone")] = None,
    first: Annotated[int, Query(description="How many cities of either side are named", ge=0, le=20)] = 3,
    cursor: Cursor = None,
    limit: Annotated[int, Query(description="How many subjects a page has", ge=1, le=_MOST_SUBJECTS)] = 20,
) -> SeekingPage:
    """The subjects of needs and offers of endorsed cities, the most sought first; all filters given must fit.

    A subject whose numbers change meanwhile may move to another page.
    """
    wanted = Filter(statuses=("endorsed",), region=region, country=country, subject=subject)
    counts = await registry.seeking.counts(wanted)
    let_keep(response, sum(map(sum, counts.values())))
    after = pair_in(cursor)
    places = sorted(place for each in counts if (place := _place(each, counts[each][0])) > (after or ("", "")))
    listed, following = one_page(places[: limit + 1], limit, lambda place: pair_cursor(*place))
    found = await registry.seeking.first(wanted, {each: counts[each] for _, each in listed}, most=first)
    return SeekingPage(items=[SoughtSubject.model_validate(each) for each in found], next=following, total=len(counts))


def _place(subject: str, seeking: int) -> tuple[str, str]:
    """The sort key of a subject as text, the most sought first."""
    return f"{10**9 - seeking:010}", subject


class SoughtCode(BaseModel):
    """A subject or a topic with the numbers of cities that need and offer it."""

    code: str
    seeking: int = Field(description="How many cities look for it.")
    offering: int = Field(description="How many cities offer it.")


class SoughtCodes(BaseModel):
    """Subjects and topics in the order in which they were asked for."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    items: list[SoughtCode]


@router.get("/seeking/numbers", operation_id="seeking.count", summary="Count who looks for a subject or topic")
async def seeking_numbers(
    registry: Registry,
    response: Response,
    codes: Annotated[
        str,
        Query(
            pattern=_CODES,
            max_length=4_000,
            description="Codes of subjects and topics, with commas between them",
            examples=["sdg.4,topic.556"],
        ),
    ],
) -> SoughtCodes:
    """Endorsed cities that need, and that offer, each of these; none for an unknown code."""
    found = await registry.seeking.counts_of(Filter(statuses=("endorsed",)), list(dict.fromkeys(codes.split(","))))
    let_keep(response, sum(map(sum, found.values())))
    return SoughtCodes(
        items=[SoughtCode(code=code, seeking=need, offering=offer) for code, (need, offer) in found.items()]
    )


class PublishedKey(BaseModel):
    """A public key (RFC 7517, RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str = Field(description="The name of the key's holder, a dot, and a digest of the key.")
    use: str
    alg: str
    made: str | None = Field(default=None, description="The day on which it was made, if that is known.")


class KeySet(BaseModel):
    """Public keys of valid tokens; the first is the one with which registry signs now."""

    keys: list[PublishedKey]


@router.get("/keys")
async def keys(registry: Registry, response: Response) -> KeySet:
    """The public keys of registry and of others that sign tokens in their own name, such as the command."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySet(keys=[PublishedKey.model_validate(key.document()) for key in registry.public_keys])


_MANY: Final = 5_000
_SECONDS: Final = 60


def let_keep(response: Response, counted: int) -> None:
    """Let caches store the answer for a minute, if many entries were counted for it.

    The answer of a small network is never cached.
    """
    if counted > _MANY:
        response.headers["Cache-Control"] = f"public, max-age={_SECONDS}"
