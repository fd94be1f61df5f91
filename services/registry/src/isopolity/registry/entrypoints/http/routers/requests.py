"""`/registry/v1/requests`: requests of cities to sponsors."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import Path, Query, Response
from pydantic import TypeAdapter

from isopolity.machine.turns import each_in_turns
from isopolity.registry.application.commands import PublishRequest, ReviseRequest
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.requests import acts as handlers
from isopolity.registry.application.requests.acts import ask_to_publish, asked_for, revise_asked_for
from isopolity.registry.domain.change import is_new, new_request
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound
from isopolity.registry.domain.request import Request, RequestDetails
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewRequest, RequestToHide
from isopolity.registry.entrypoints.http.context import (
    Editor,
    Endorser,
    Posting,
    Registry,
    RegistryContext,
    is_own,
    is_staff,
    require_own,
    statuses_for,
)
from isopolity.registry.entrypoints.http.entries import RequestEntry, request_entry
from isopolity.registry.entrypoints.http.merge_patch import (
    IfMatch,
    MergePatch,
    Patch,
    merged,
    patch_body,
    require_match,
    validated,
)
from isopolity.registry.entrypoints.http.replies import (
    CountedPage,
    Cursor,
    Limit,
    WithTotal,
    entry_reply,
    page_in_order,
    page_json,
)
from isopolity.registry.entrypoints.inputs import RequestInput
from isopolity.web.api_documents import Responses
from isopolity.web.paging import number_pair_in, one_page, pair_cursor
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/requests")

_WAITS: Final[Responses] = {202: {"model": RequestEntry, "description": "It waits for staff"}}
RequestId = Annotated[f.EntryId, Path(description="The id that the request got")]
RequestStatus = Literal["published", "closed", "any"]
RequestOrder = Annotated[
    Literal["arrival", "newest", "name", "least", "most"],
    Query(
        description="As cities; or by amount, with currency: the least that would help from small to large (least), "
        "or the most that is asked for from large to small (most)"
    ),
]
_DETAILS = TypeAdapter(RequestDetails)
_AMOUNTS: Final[Mapping[str, Callable[[RequestDetails], int]]] = {
    "least": lambda details: details.amount_min,
    "most": lambda details: details.amount_max,
}
"""The sort keys of the orders by amount."""


class RequestPage(CountedPage):
    """A page of requests."""

    items: list[RequestEntry]


def _reply(request: Request, *, status: int = 200) -> Response:
    folder = {201: "requests", 202: "changes"}.get(status)
    location = f"/registry/v1/{folder}/{request.request_id}" if folder else None
    return entry_reply(request_entry(request), request.version, status=status, location=location)


async def _page(
    registry: RegistryContext, wanted: Filter, cursor: str | None, limit: int
) -> tuple[Sequence[Request], str | None]:
    if (amount := _AMOUNTS.get(wanted.order)) is None:
        return await page_in_order(registry.requests, wanted, cursor, limit)
    found = await registry.requests.page(wanted, after=number_pair_in(cursor), limit=limit + 1)
    return one_page(found, limit, lambda each: pair_cursor(str(amount(each.details)), each.request_id))


async def _existing(registry: RegistryContext, request_id: str, principal: Caller) -> Request:
    found = await registry.requests.get(request_id)
    if found is None:
        change = await registry.changes.get(request_id)
        if change is None or not is_new(change) or not (is_staff(principal) or is_own(principal, str(change.city_id))):
            raise NotFound("There is no request with this id.")
        return new_request(change)
    return found


@router.post("", status_code=201, response_model=RequestEntry, responses=_WAITS, summary="Ask sponsors for something")
async def publish(wanted: NewRequest, post: Posting, registry: Registry, principal: Editor) -> Response:
    """On behalf of a city; others see it once the city is endorsed and, where staff reviews requests, staff agrees."""
    require_own(principal, wanted.city_id)
    command = PublishRequest(city_id=wanted.city_id, details=wanted.details())

    async def work(uow: RegistryUnitOfWork) -> Response:
        if await uow.cities.get(wanted.city_id) is None:
            raise InvalidProfile([FieldError(("city_id",), "There is no city with this id.")])
        is_reviewed = registry.surroundings.reviewed.any_of_requests or await handlers.is_hidden(command, uow)
        if is_reviewed and not is_staff(principal):
            return _reply(await ask_to_publish(command, uow, registry.surroundings), status=202)
        return _reply(await handlers.publish(command, uow, registry.surroundings), status=201)

    return await post(work)


@router.get("", response_model=RequestPage, summary="List requests")
async def list_requests(
    registry: Registry,
    principal: Caller,
    city_id: f.EntryId | None = None,
    country: Annotated[f.Country | None, Query(description="The country of the city")] = None,
    region: Annotated[f.Region | None, Query(description="The region of the city")] = None,
    subject: f.Subject | None = None,
    text: Annotated[
        f.Text | None,
        Query(description="Words of title and description; accents and case do not matter", max_length=200),
    ] = None,
    currency: Annotated[f.Currency | None, Query(description="Requests in this currency alone")] = None,
    asked_min: Annotated[f.Count | None, Query(description="Asks for at least so much; give currency, too")] = None,
    asked_max: Annotated[f.Count | None, Query(description="Asks for at most so much; give currency, too")] = None,
    benefits_min: Annotated[f.Count | None, Query(description="For at least so many people")] = None,
    runs_on: Annotated[date | None, Query(description="A day of its period")] = None,
    payee: Annotated[
        f.Text | None, Query(description="Words of the name of who would receive the money", max_length=200)
    ] = None,
    status: Annotated[
        RequestStatus | None, Query(description="Other than published: for staff, and for city_id itself")
    ] = None,
    order: RequestOrder = "arrival",
    total: WithTotal = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Open requests of endorsed cities; all filters given must fit. A cursor leads on in the order it was given in."""
    if currency is None and not (asked_min is None and asked_max is None and order not in _AMOUNTS):
        raise Problem(422, "Give the currency of the amount. Amounts are not converted.", code="currency-missing")
    own = city_id is not None and is_own(principal, city_id)
    wanted = Filter(
        statuses=statuses_for(principal, status, "published", own=own),
        city_id=city_id,
        country=country,
        region=region,
        subject=subject,
        text=text,
        currency=currency,
        asked_min=asked_min,
        asked_max=asked_max,
        benefits_min=benefits_min,
        runs_on=runs_on,
        payee=payee,
        order=order,
        visible_cities_only=not (is_staff(principal) or own),
    )
    found, following = await _page(registry, wanted, cursor, limit)
    counted = await registry.requests.total(wanted) if total else None
    page = RequestPage(items=await each_in_turns(request_entry, found), next=following, total=counted)
    return Response(page_json(page), media_type="application/json")


@router.get("/{request_id}", response_model=RequestEntry, summary="Read a request")
async def read(request_id: RequestId, registry: Registry, principal: Caller) -> Response:
    """An open or closed request of an endorsed city; staff and the city itself also see one that waits for staff."""
    request = await _existing(registry, request_id, principal)
    if not (is_staff(principal) or is_own(principal, request.city_id)):
        city = await registry.cities.get(request.city_id)
        if city is None or city.status != "endorsed":
            raise NotFound("There is no request with this id.")
    return _reply(request)


@router.patch(
    "/{request_id}",
    response_model=RequestEntry,
    responses=_WAITS,
    summary="Change a request",
    openapi_extra=patch_body("RequestPatch", RequestInput, {"amount_max": 40000}),
)
async def patch(
    request_id: RequestId, change: MergePatch, if_match: IfMatch, registry: Registry, principal: Editor
) -> Response:
    """JSON Merge Patch of an open request, or of one that waits for staff; a change that staff reviews waits (202)."""
    if not is_staff(principal) and await _is_reviewed(registry, request_id):
        return await _ask(request_id, change, if_match, registry, principal)
    async with registry.unit_of_work() as uow:
        stored = await uow.requests.get(request_id)
        if stored is None:
            raise NotFound("There is no request with this id.")
        _require_own(principal, stored)
        require_match(if_match, stored.version)
        known = _DETAILS.dump_python(stored.details, mode="json")
        details = validated(RequestInput, merged(known, change), known).details(stored.details)
        revised = await handlers.revise_request(ReviseRequest(request_id=request_id, details=details), uow)
        await uow.commit()
    return _reply(revised)


async def _is_reviewed(registry: RegistryContext, request_id: str) -> bool:
    """Whether a city's change of the request is reviewed; changes of a waiting new request always are."""
    if registry.surroundings.reviewed.any_of_requests:
        return True
    stored, change = await registry.requests.get(request_id), await registry.changes.get(request_id)
    if stored is not None and stored.status == "closed":
        return handlers.is_refused(change)
    return stored is None and change is not None and is_new(change)


async def _ask(
    request_id: str, change: Patch, if_match: str, registry: RegistryContext, principal: Principal
) -> Response:
    """Change the request, or submit the change to staff; the patch applies to the city's last wanted details."""
    city_id = str(principal.member_id)
    async with registry.unit_of_work() as uow:
        asked = await asked_for(request_id, city_id, uow)
        _require_own(principal, asked)
        require_match(if_match, asked.version)
        known = _DETAILS.dump_python(asked.details, mode="json")
        details = validated(RequestInput, merged(known, change), known).details(asked.details)
        command = ReviseRequest(request_id=request_id, details=details)
        revised, waits = await revise_asked_for(command, city_id, uow, registry.surroundings)
        await uow.commit()
    return _reply(revised, status=202 if waits else 200)


@router.post("/{request_id}/close", response_model=RequestEntry, summary="Close a request")
async def close(request_id: RequestId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """Closes the request; publishing the same title again reopens it. A waiting change is dropped."""
    _require_own(principal, await _existing(registry, request_id, principal))

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await handlers.close_request(request_id, uow))

    return await post(work)


@router.post("/{request_id}/hide", response_model=RequestEntry, summary="Hide a request from others")
async def hide(
    request_id: RequestId, wanted: RequestToHide, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """Closes it for its words, with a reason that the city reads; the city may change it and hand it in to staff."""
    found = await registry.requests.get(request_id)
    if found is None:
        raise NotFound("There is no request with this id.")

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await handlers.hide_request(request_id, found.city_id, wanted.reason, uow, registry.surroundings))

    return await post(work)


def _require_own(principal: Principal, request: Request) -> None:
    require_own(principal, request.city_id)
