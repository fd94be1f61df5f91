"""`/registry/v1/partners/…/selections`: selections of a partner's explorer, saved under names and shared inside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from fastapi import Path, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.partners.desk import save_selection
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.desk import SavedSelection
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.http.routers.desk.admission import (
    PREFIX,
    PartnerId,
    Reader,
    Writer,
    names_of,
    require_its_own,
)
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix=PREFIX)


class SelectionInput(Input):
    """A selection and its name."""

    name: Annotated[f.Name, Field(max_length=80)]
    query: Annotated[f.Text, Field(max_length=2000)]
    """The part of the selection's address after the question mark."""


class SelectionReceipt(BaseModel):
    """The receipt for a saved selection; without names, since repeated requests get it too."""

    selection_id: str
    name: str
    query: str
    saved_at: datetime

    @classmethod
    def of(cls, saved: SavedSelection) -> Self:
        """The receipt of a selection."""
        return cls(**{name: getattr(saved, name) for name in cls.model_fields})


class SelectionView(SelectionReceipt):
    """A saved selection."""

    saved_by: str | None = Field(description="The name; null for who has left.")

    @classmethod
    def named(cls, saved: SavedSelection, names: Mapping[str, str]) -> Self:
        """The view of a selection, with its author's name."""
        return cls(**dict(SelectionReceipt.of(saved)), saved_by=names.get(saved.saved_by))


class SelectionList(BaseModel):
    """All that the partner has saved, by name."""

    items: list[SelectionView]


@router.get("/{partner_id}/selections", operation_id="selections.list", summary="Read a partner's saved selections")
async def read(partner_id: PartnerId, registry: Registry, principal: Reader) -> SelectionList:
    """All that its contacts have saved, by name; at most 100."""
    require_its_own(principal, partner_id)
    async with registry.reading() as uow:
        names = await names_of(partner_id, uow)
        return SelectionList(items=[SelectionView.named(each, names) for each in await uow.desk.selections(partner_id)])


@router.post("/{partner_id}/selections", status_code=201, response_model=SelectionReceipt, summary="Save a selection")
async def save(
    partner_id: PartnerId, wanted: SelectionInput, post: Posting, registry: Registry, principal: Writer
) -> Response:
    """Replaces an earlier selection with this name. All contacts of the partner see it."""
    require_its_own(principal, partner_id)

    async def work(uow: RegistryUnitOfWork) -> Response:
        by = principal.subject
        saved = await save_selection(partner_id, wanted.name, wanted.query, by, uow, registry.surroundings)
        return Response(SelectionReceipt.of(saved).model_dump_json(), 201, media_type="application/json")

    return await post(work)


@router.delete("/{partner_id}/selections/{selection_id}", status_code=204, summary="Delete a saved selection")
async def remove(
    partner_id: PartnerId,
    selection_id: Annotated[f.EntryId, Path(description="The id of the selection")],
    registry: Registry,
    principal: Writer,
) -> Response:
    """Removes the selection for all contacts of the partner."""
    require_its_own(principal, partner_id)
    async with registry.unit_of_work() as uow:
        if not await uow.desk.remove_selection(partner_id, selection_id):
            raise NotFound("There is no selection with this id.")
        await uow.commit()
    return Response(status_code=204)
