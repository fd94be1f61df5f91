"""`/registry/v1/twinnings`: ties between member cities that exist already."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from isopolity.contracts.registry import TwinningState
from isopolity.registry.application.commands import DeclareTwinning, RetractTwinning
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.events import twinning_state
from isopolity.registry.application.twinnings import declare_twinning, retract_twinning
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.twinning import Twinning
from isopolity.registry.entrypoints import fields as f
from isopolity.registry.entrypoints.http.access import Editor, is_own, is_staff, require_own, statuses_for
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.pages import Cursor, Limit, Page, page_json, page_of
from isopolity.registry.entrypoints.http.posting import Posting
from isopolity.registry.entrypoints.http.replies import entry_reply
from isopolity.registry.entrypoints.inputs import TwinningInput
from isopolity.web.security import Caller

router = APIRouter(prefix="/registry/v1/twinnings", tags=["twinnings"])

TwinningId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,300}$"), Path(description="The two city ids, in order, joined by a colon")
]
TwinningStatus = Literal["declared", "retracted", "any"]


class TwinningPage(Page):
    """A page of twinnings."""

    items: list[TwinningState]


def _reply(twinning: Twinning, *, status: int = 200) -> Response:
    location = f"/registry/v1/twinnings/{twinning.identifier}" if status == 201 else None
    return entry_reply(twinning_state(twinning), twinning.version, status=status, location=location)


@router.post("", status_code=201, response_model=TwinningState, summary="Declare a twinning")
async def declare(wanted: TwinningInput, post: Posting, principal: Editor) -> Response:
    """By staff or one of the two cities; declaring it again changes the year only."""
    require_own(principal, wanted.city_a, wanted.city_b)
    command = DeclareTwinning(city_a=wanted.city_a, city_b=wanted.city_b, since=wanted.since)

    async def work(unit: Any) -> Response:
        return _reply(await declare_twinning(command, unit), status=201)

    return await post(work)


@router.get("", response_model=TwinningPage, summary="List twinnings")
async def list_twinnings(
    registry: Registry,
    principal: Caller,
    city_id: Annotated[f.EntryId | None, Query(description="A city that is one of the two")] = None,
    status: Annotated[TwinningStatus | None, Query(description="Other than declared: for staff")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Twinnings between endorsed cities."""
    wanted = Filter(
        statuses=statuses_for(principal, status, "declared"),
        of_city=city_id,
        visible_cities_only=not (is_staff(principal) or (city_id is not None and is_own(principal, city_id))),
    )
    found, following = await page_of(registry.twinnings, wanted, cursor, limit)
    page = TwinningPage(items=[twinning_state(twinning) for twinning in found], next=following)
    return Response(page_json(page), media_type="application/json")


@router.get("/{twinning_id}", response_model=TwinningState, summary="Read a twinning")
async def read(twinning_id: TwinningId, registry: Registry, principal: Caller) -> Response:
    """A twinning between endorsed cities; staff and the two cities see it anyway."""
    found = await registry.twinnings.get(twinning_id)
    if found is None:
        raise NotFound("There is no twinning with this id.")
    if not (is_staff(principal) or is_own(principal, found.city_a, found.city_b)):
        for city_id in (found.city_a, found.city_b):
            city = await registry.cities.get(city_id)
            if city is None or city.status != "endorsed":
                raise NotFound("There is no twinning with this id.")
    return _reply(found)


@router.post("/{twinning_id}/retract", response_model=TwinningState, summary="Take a declaration back")
async def retract(twinning_id: TwinningId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """The declaration was wrong, or the tie has ended."""
    found = await registry.twinnings.get(twinning_id)
    if found is None:
        raise NotFound("There is no twinning with this id.")
    require_own(principal, found.city_a, found.city_b)

    async def work(unit: Any) -> Response:
        return _reply(await retract_twinning(RetractTwinning(twinning_id=twinning_id), unit))

    return await post(work)
