"""`/registry/v1/saved-lists`: lists of members that staff saved under a name.

Invariant: a list that is not shared is there for its owner alone.
"""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.office import saved_lists as handlers
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain import member as domain
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import ENDORSE, Posting, Registry, Staff
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.idempotent_posts import json_response
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/saved-lists")
ListId = Annotated[f.EntryId, Path(description="The id of the list")]
Keeper = Annotated[Principal, Depends(require(ENDORSE, "staff:publish"))]
"""Admits staff that may act on members: to endorse, or to publish."""
Name = Annotated[f.Text, Field(min_length=1, max_length=80)]


class ListName(Input):
    """The name of a saved list, and whether the office shares it."""

    name: Name
    shared: bool = False


class NewSavedList(ListName):
    """A list to be saved."""

    choices: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z_-]{1,40}$")],
            Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")],
        ],
        Field(max_length=40, description="Filters, columns and order, by name", examples=[{"country": "FI"}]),
    ]


class SavedList(BaseModel):
    """A saved list."""

    list_id: str
    name: str
    choices: dict[str, str]
    shared: bool
    own: bool = Field(description="Whether the caller saved it")
    saved_at: datetime

    @classmethod
    def of(cls, saved: domain.SavedList, subject: str) -> Self:
        """The list as this person reads it."""
        return cls(
            list_id=saved.list_id,
            name=saved.name,
            choices=dict(saved.choices),
            shared=saved.shared,
            own=saved.owner == subject,
            saved_at=saved.saved_at,
        )


class SavedLists(BaseModel):
    """The caller's own lists and those of the office, by name."""

    items: list[SavedList]


@router.get("", response_model=SavedLists, summary="List saved lists")
async def list_saved(registry: Registry, staff: Staff) -> Response:
    """One's own lists, and those that are shared with the office."""
    async with registry.reading() as uow:
        found = await uow.saved_lists.all_for(staff.subject)
    return uncached_reply(SavedLists(items=[SavedList.of(each, staff.subject) for each in found]))


@router.post("", status_code=201, response_model=SavedList, summary="Save a list")
async def save(wanted: NewSavedList, post: Posting, registry: Registry, keeper: Keeper) -> Response:
    """One person keeps at most a hundred lists."""

    async def work(uow: RegistryUnitOfWork) -> Response:
        given = (wanted.name, wanted.choices, keeper.subject)
        saved = await handlers.save_list(*given, uow, registry.surroundings, shared=wanted.shared)
        return json_response(SavedList.of(saved, keeper.subject), status=201)

    return await post(work)


@router.put("/{list_id}", operation_id="saved-lists.change", response_model=SavedList, summary="Rename or share a list")
async def change(list_id: ListId, wanted: ListName, registry: Registry, keeper: Keeper) -> Response:
    """A shared list may be renamed by anybody who may save one; only who saved it stops sharing it."""
    changed = await registry.committed(
        lambda uow: handlers.change_list(list_id, wanted.name, keeper.subject, uow, shared=wanted.shared)
    )
    return uncached_reply(SavedList.of(changed, keeper.subject))


@router.delete("/{list_id}", status_code=204, summary="Delete a saved list")
async def delete(list_id: ListId, registry: Registry, keeper: Keeper) -> Response:
    """It is gone at once; a shared one for everybody of staff."""
    return await registry.done(lambda uow: handlers.delete_list(list_id, keeper.subject, uow))
