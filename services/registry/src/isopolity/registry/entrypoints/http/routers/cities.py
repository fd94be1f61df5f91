"""`/registry/v1/cities`: cities, districts, counties and consortia."""

from dataclasses import replace
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field

from isopolity.machine.turns import each_in_turns
from isopolity.registry.application.changes import avoid_countries, hide_words, show_words
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.city import HiddenWords
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.member import City
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import (
    AvoidedCountriesInput,
    CityWords,
    Departure,
    Merger,
    Return,
    WordsToHide,
)
from isopolity.registry.entrypoints.http.city_filter import LookedAfter, Wanted
from isopolity.registry.entrypoints.http.context import Editor, Endorser, Entrant, MayErase, Posting, Registry, is_own
from isopolity.registry.entrypoints.http.entries import CityEntry, city_entry
from isopolity.registry.entrypoints.http.merge_patch import (
    DecidedOn,
    IfMatch,
    MergePatch,
    etag,
    patch_body,
    require_match,
)
from isopolity.registry.entrypoints.http.replies import Cursor, InOrder, Limit, Page, page_in_order, page_json
from isopolity.registry.entrypoints.http.routers import members
from isopolity.registry.entrypoints.http.routers.desk import Reader, Writer
from isopolity.registry.entrypoints.http.routers.members import ANSWERS, client_of
from isopolity.registry.entrypoints.inputs import CityApplication, CityInput
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/cities")

CityId = Annotated[f.EntryId, Path(description="The id of the city")]


class CityPage(Page):
    """A page of cities."""

    items: list[CityEntry]


@router.post("", status_code=201, response_model=CityEntry, responses=ANSWERS, summary="Apply to join as a city")
async def apply(
    application: CityApplication,
    request: Request,
    post: Posting,
    registry: Registry,
    principal: Entrant,
    endorse: Annotated[bool, Query(description="Endorse at once; for staff")] = False,
) -> Response:
    """Anyone may apply (202): the address is confirmed by a mail, then staff decides. Staff enters a member (201)."""
    return await members.enter_or_apply(application, post, registry, principal, client_of(request), endorse=endorse)


@router.get("", response_model=CityPage, summary="List cities")
async def list_cities(
    wanted: Wanted,
    looked_after: LookedAfter,
    registry: Registry,
    principal: Caller,
    order: InOrder = "arrival",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Endorsed cities; all filters given must fit. A cursor leads on in the order in which it was given."""
    wanted = replace(
        wanted,
        order=order,
        without_contact=looked_after.without_contact,
        without_confirmed_contact=looked_after.without_confirmed_contact,
        unchanged_since=looked_after.unchanged_since,
    )
    found, following = await page_in_order(registry.cities, wanted, cursor, limit)
    page = CityPage(items=await each_in_turns(city_entry, members.as_listed(found, principal)), next=following)
    return Response(page_json(page), media_type="application/json")


@router.get("/{city_id}", response_model=CityEntry, summary="Read a city")
async def read(city_id: CityId, registry: Registry, principal: Caller) -> Response:
    """An endorsed city; staff and the city itself also see it with any other status."""
    return members.member_reply(await members.visible_member(registry.cities, city_id, principal))


@router.patch(
    "/{city_id}",
    response_model=CityEntry,
    responses={202: {"model": CityEntry, "description": "A new identity waits for staff"}},
    summary="Change a city",
    openapi_extra=patch_body("CityPatch", CityInput, {"population": 218000}),
)
async def patch(
    city_id: CityId,
    change: MergePatch,
    if_match: IfMatch,
    registry: Registry,
    principal: Editor,
    dry_run: Annotated[
        bool, Query(description="Change nothing, and answer with the city as it would be compared with others")
    ] = False,
) -> Response:
    """JSON Merge Patch: null takes a field's default, lists are replaced whole.

    Changes of name, ids and country wait for staff: 202, and Location is the address of the waiting change.
    """
    return await members.patch_member("city", city_id, change, if_match, registry, principal, dry_run=dry_run)


class AvoidedCountries(BaseModel):
    """The countries with which a city cannot work."""

    version: int = Field(description="The version of the city's entry, for If-Match")
    countries: list[str] = Field(description="Codes of ISO 3166-1, in their order")


@router.get("/{city_id}/avoided-countries", response_model=AvoidedCountries, summary="Read the countries avoided")
async def read_avoided(city_id: CityId, registry: Registry, principal: Reader) -> Response:
    """The countries with which the city cannot work. Only its own contacts read them, not even staff."""
    _require_contact_of(principal, city_id)
    found = await registry.cities.get(city_id)
    if found is None:
        raise NotFound("There is no city with this id.")
    return _avoided_reply(found)


@router.put(
    "/{city_id}/avoided-countries",
    operation_id="cities.avoid-countries",
    response_model=AvoidedCountries,
    summary="State the countries avoided",
)
async def put_avoided(
    city_id: CityId, wanted: AvoidedCountriesInput, if_match: IfMatch, registry: Registry, principal: Writer
) -> Response:
    """From now on no member there is proposed to the city, nor the city to them; what is proposed already stays.

    Nobody else learns of it: what others see of the city, and what they are told would fit, stays as it is.
    """
    _require_contact_of(principal, city_id)
    async with registry.unit_of_work() as uow:
        require_match(if_match, (await member(uow, "city", city_id)).version)
        revised = await avoid_countries(city_id, wanted.countries, uow)
        await uow.commit()
    return _avoided_reply(revised)


def _require_contact_of(principal: Principal, city_id: str) -> None:
    """Raise Problem 403 unless the caller acts for the city: staff does not."""
    if not is_own(principal, city_id):
        raise Problem(403, "A city keeps this for itself; nobody else reads it.", code="not-your-own")


def _avoided_reply(city: City) -> Response:
    document = AvoidedCountries(version=city.version, countries=list(city.profile.avoided_countries))
    headers = {"ETag": etag(city.version), "Cache-Control": "no-store"}
    return Response(document.model_dump_json(), headers=headers, media_type="application/json")


@router.post("/{city_id}/endorse", response_model=CityEntry, summary="Endorse a city")
async def endorse(city_id: CityId, post: Posting, _principal: Endorser, decided_on: DecidedOn = None) -> Response:
    """From now on the city is visible and matched."""
    return await members.endorse_one("city", city_id, post, decided_on)


@router.post("/{city_id}/hidden-words", response_model=CityEntry, summary="Hide what a city says of a need or an offer")
async def hide(
    city_id: CityId, wanted: WordsToHide, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """Others see the need or offer without these words, until the city writes others; the city reads the reason."""
    today = registry.surroundings.clock().date()
    words = HiddenWords(title=wanted.title, text=wanted.text, reason=wanted.reason, hidden_on=today)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return members.member_reply(await hide_words(city_id, words, uow))

    return await post(work)


@router.post("/{city_id}/shown-words", response_model=CityEntry, summary="Show again what was hidden of a city")
async def show(city_id: CityId, wanted: CityWords, post: Posting, _principal: Endorser) -> Response:
    """Others see these words again; nothing changes if they do already."""

    async def work(uow: RegistryUnitOfWork) -> Response:
        return members.member_reply(await show_words(city_id, wanted.title, wanted.text, uow))

    return await post(work)


@router.post("/{city_id}/merge", response_model=CityEntry, summary="Merge a duplicate into a city")
async def merge(city_id: CityId, wanted: Merger, post: Posting, registry: Registry, _principal: Endorser) -> Response:
    """This city gets the duplicate's contacts and the fields it lacks; then the duplicate leaves the network.

    The duplicate's partnerships, proposals and answers go on here. Read first which of them cannot, by
    `GET /matching/v1/members/{member_id}/merger`; `confirmed` says that you agree.
    """
    return await members.merge_one("city", city_id, wanted, post, registry)


@router.post("/{city_id}/withdraw", response_model=CityEntry, summary="Take a city out of the network")
async def withdraw(
    city_id: CityId,
    post: Posting,
    registry: Registry,
    principal: Editor,
    eraser: MayErase,
    erase_contacts: Annotated[bool, Query(description="Erase its contacts too")] = False,
    departure: Departure | None = None,
) -> Response:
    """Its open requests close; its contacts stay unless asked otherwise.

    Its partnerships end at once. A proposal that is out stands for its other side until the days to answer are over;
    `GET /matching/v1/members/{member_id}/departure` has their number and the days.
    Staff says why in the body, which is kept as a note of the office.
    """
    wanted = eraser if erase_contacts else None
    return await members.withdraw_one("city", city_id, post, registry, principal, eraser=wanted, departure=departure)


@router.post("/{city_id}/reinstate", response_model=CityEntry, summary="Take a city back into the network")
async def reinstate(
    city_id: CityId, post: Posting, registry: Registry, principal: Endorser, wanted: Return | None = None
) -> Response:
    """A city that has left is a member again, with its profile and contacts; nothing changes if it is one.

    What ended when it left stays ended: partnerships, proposals and requests.
    """
    return await members.take_back_in("city", city_id, wanted, post, registry, principal)
