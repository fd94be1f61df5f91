"""`/registry/v1/mergers`: mergers of two entries that staff can undo.

Invariant: staff alone reads them, and no answer names a contact.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.mergers.record import KEPT, OBSTACLES
from isopolity.registry.application.mergers.undone_merger import Undoing, undo_merger, undoing
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import UndoneMerger
from isopolity.registry.entrypoints.http.context import Endorser, Posting, Registry, Staff
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/mergers")
DuplicateId = Annotated[f.EntryId, Path(description="The id of the entry that ended")]


class MergerView(BaseModel):
    """A merger that can be undone, and what comes back then."""

    member_kind: Literal["city", "partner"]
    duplicate_id: str
    member_id: str = Field(description="The entry that stayed.")
    merged_at: datetime
    until: datetime = Field(description="Until when it can be undone.")
    obstacle: Annotated[str, f.OneOf(OBSTACLES, "obstacle")] | None = Field(
        description="Why it cannot be undone: it was too long ago, an entry, or a carried request or contact, was "
        "changed since, or a third entry had been merged into the one that ended. Null where it can, so far as "
        "registry knows."
    )
    contacts: int = Field(description="Contacts that come back, unless one was erased since.")
    requests: int
    twinnings: int
    notes: int = Field(description="Notes of the office.")

    @classmethod
    def of(cls, found: Undoing) -> Self:
        """The view of a merger."""
        record, moved = found.record, found.duplicate.merged
        is_city = record.member_kind == "city"
        return cls(
            member_kind="city" if is_city else "partner",
            duplicate_id=record.duplicate_id,
            member_id=record.member_id,
            merged_at=record.merged_at,
            until=record.merged_at + KEPT,
            obstacle=found.obstacle,
            contacts=len(record.carried.people),
            requests=len(moved.moved_ids) if is_city and moved is not None else 0,
            twinnings=len(record.carried.twinnings),
            notes=len(record.carried.notes),
        )


@router.get("/{duplicate_id}", response_model=MergerView, summary="Read what comes back if a merger is undone")
async def read(duplicate_id: DuplicateId, registry: Registry, _staff: Staff) -> Response:
    """Proposals, partnerships and introductions: `GET /matching/v1/members/{member_id}/undone-merger`."""
    async with registry.unit_of_work() as uow:  # a dry run, which changes nothing
        found = await undoing(duplicate_id, uow, registry.surroundings)
    view = MergerView.of(found)
    return Response(view.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post("/{duplicate_id}/undo", status_code=204, summary="Undo a merger of two entries")
async def undo(
    duplicate_id: DuplicateId, wanted: UndoneMerger, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """Both entries are as they were before, with what was carried over. Contacts that come back are mailed.

    It is refused once one of the entries, or a request or contact that was carried over, was changed.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        await undo_merger(duplicate_id, uow, registry.surroundings, confirmed=wanted.confirmed)
        return Response(status_code=204)

    return await post(work)
