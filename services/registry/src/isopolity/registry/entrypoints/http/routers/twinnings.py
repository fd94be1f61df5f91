"""`/registry/v1/twinnings`: existing twinnings between member cities."""

from typing import Annotated, Literal

from fastapi import Path, Query, Response
from pydantic import Field

from isopolity.contracts.registry import TwinningState
from isopolity.machine.turns import each_in_turns
from isopolity.registry.application.commands import DeclareTwinning
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.events import twinning_state
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.application.twinnings import decide_twinning, declare_twinning, retract_twinning
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.twinning import CLAIMED, REFUSED, Twinning
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import TwinningInput
from isopolity.registry.entrypoints.http.context import (
    Editor,
    Post,
    Posting,
    Registry,
    RegistryContext,
    is_own,
    is_staff,
    require_own,
    statuses_for,
)
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page, entry_reply, page_json, page_of
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/twinnings")

TwinningId = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,300}$"), Path(description="The two city ids, in order, joined by a colon")
]
TwinningStatus = Literal["declared", "claimed", "refused", "retracted", "any"]


class TwinningDocument(TwinningState):
    """A twinning as its sides and staff see it: also one that is claimed by one side only, or was refused."""

    claimed_by: str | None = None
    """The side that claims it; the other side, or staff, confirms or refuses."""


class TwinningPage(Page):
    """A page of twinnings."""

    items: list[TwinningDocument]


def _reply(twinning: Twinning, *, status: int = 200) -> Response:
    location = f"/registry/v1/twinnings/{twinning.identifier}" if status == 201 else None
    return entry_reply(_document(twinning), twinning.version, status=status, location=location)


def _document(twinning: Twinning) -> TwinningDocument:
    return TwinningDocument(**twinning_state(twinning).model_dump(), claimed_by=twinning.claimed_by)


async def _seen(twinning_id: str, registry: RegistryContext, principal: Principal | None) -> Twinning:
    """The twinning; unless it is declared, only its sides and staff see it. Raises NotFound."""
    found = await registry.twinnings.get(twinning_id)
    own = found is not None and is_own(principal, found.city_a, found.city_b)
    if found is None or (found.status in (CLAIMED, REFUSED) and not (own or is_staff(principal))):
        raise NotFound("There is no twinning with this id.")
    return found


def _side(principal: Principal) -> str | None:
    """The city that the caller acts for; None for staff."""
    return None if is_staff(principal) else principal.member_id


@router.post("", status_code=201, response_model=TwinningDocument, summary="Declare a twinning")
async def declare(wanted: TwinningInput, post: Posting, principal: Editor) -> Response:
    """Staff declares a twinning as a fact; one of the two cities claims it until the other city, or staff, confirms."""
    require_own(principal, wanted.city_a, wanted.city_b)
    side = _side(principal)
    command = DeclareTwinning(city_a=wanted.city_a, city_b=wanted.city_b, since=wanted.since, claimed_by=side)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await declare_twinning(command, uow), status=201)

    return await post(work)


@router.get("", response_model=TwinningPage, summary="List twinnings")
async def list_twinnings(
    registry: Registry,
    principal: Caller,
    city_id: Annotated[f.EntryId | None, Query(description="A city that is one of the two")] = None,
    status: Annotated[
        TwinningStatus | None, Query(description="Other than declared: for staff, and for city_id itself")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Twinnings between endorsed cities."""
    own = city_id is not None and is_own(principal, city_id)
    wanted = Filter(
        statuses=statuses_for(principal, status, "declared", own=own),
        of_city=city_id,
        visible_cities_only=not (is_staff(principal) or own),
    )
    found, following = await page_of(registry.twinnings, wanted, cursor, limit)
    page = TwinningPage(items=await each_in_turns(_document, found), next=following)
    return Response(page_json(page), media_type="application/json")


@router.get("/{twinning_id}", response_model=TwinningDocument, summary="Read a twinning")
async def read(twinning_id: TwinningId, registry: Registry, principal: Caller) -> Response:
    """A twinning between endorsed cities; staff and the two cities see it anyway."""
    found = await _seen(twinning_id, registry, principal)
    if not (is_staff(principal) or is_own(principal, found.city_a, found.city_b)):
        for city_id in (found.city_a, found.city_b):
            city = await registry.cities.get(city_id)
            if city is None or city.status != "endorsed":
                raise NotFound("There is no twinning with this id.")
    return _reply(found)


@router.post("/{twinning_id}/confirm", response_model=TwinningDocument, summary="Confirm a claimed twinning")
async def confirm(twinning_id: TwinningId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """For the city that does not claim it, or for staff: from now on it is a fact."""
    return await _decide(twinning_id, post, registry, principal, confirm=True)


@router.post("/{twinning_id}/refuse", response_model=TwinningDocument, summary="Refuse a claimed twinning")
async def refuse(twinning_id: TwinningId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """For the city that does not claim it, or for staff; the claiming city cannot claim it again."""
    return await _decide(twinning_id, post, registry, principal, confirm=False)


async def _decide(
    twinning_id: str, post: Post, registry: RegistryContext, principal: Principal, *, confirm: bool
) -> Response:
    found = await _seen(twinning_id, registry, principal)
    require_own(principal, found.city_a, found.city_b)
    side = _side(principal)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await decide_twinning(twinning_id, uow, confirm=confirm, side=side))

    return await post(work)


@router.post("/{twinning_id}/retract", response_model=TwinningDocument, summary="Take a declaration or claim back")
async def retract(twinning_id: TwinningId, post: Posting, registry: Registry, principal: Editor) -> Response:
    """For either city or staff: the declaration was wrong, or the twinning has ended."""
    found = await _seen(twinning_id, registry, principal)
    require_own(principal, found.city_a, found.city_b)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await retract_twinning(twinning_id, uow))

    return await post(work)
