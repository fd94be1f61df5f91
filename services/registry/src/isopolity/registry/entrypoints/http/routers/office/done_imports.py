"""`/registry/v1/done-imports`: imports that were done, and how staff takes one back.

Invariant: what is taken back is what the preview said, or nothing. Registry asks no other service what rests on a
member: the caller says it.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Query
from pydantic import BaseModel, Field

from isopolity.registry.application.imports.done_rows import KEPT, MOST_DONE, DoneImport
from isopolity.registry.application.imports.undo import done_import, undo_import
from isopolity.registry.application.imports.undo_plan import (
    ACTS,
    PlannedRow,
    UndoOrder,
    digest_of_plan,
    planned,
)
from isopolity.registry.application.imports.work import TAKE_BACK, Standing
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Endorser, Registry, Staff
from isopolity.registry.entrypoints.http.prepared_documents import ImportWorkDocument
from isopolity.registry.entrypoints.http.replies import Background, Limit
from isopolity.web.api_documents import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/done-imports")

_LISTED = 50
RunId = Annotated[f.EntryId, Path(description="The id of the import")]
Act = Literal["leave", "restore", "stay"]


class DoneImportDocument(BaseModel):
    """An import that was done."""

    run_id: str
    name: str = Field(description="What the file was called; empty if nobody said.")
    kind: str
    done_at: datetime
    done_by: str = Field(description="The id of who did it.")
    rows: int
    created: int
    revised: int
    can_be_taken_back: bool = Field(description="False for one that changed too many entries.")
    kept_until: datetime = Field(description="Until when it can be taken back.")
    taken_back_at: datetime | None = Field(description="When it was last taken back, whole or in part.")
    taken_back_by: str | None
    taken_back: int = Field(description="How many entries were taken back.")
    work: ImportWorkDocument | None = Field(
        default=None, description="Taking it back in the background, while that goes on or after it has failed"
    )

    @classmethod
    def of(cls, done: DoneImport, standing: Standing | None = None) -> Self:
        """Make the document of an import, which may be being taken back."""
        same = {name: getattr(done, name) for name in cls.model_fields if hasattr(done, name)}
        work = None if standing is None else ImportWorkDocument.of(standing)
        return cls(**same, can_be_taken_back=done.is_kept, kept_until=done.done_at + KEPT, work=work)


class DoneImportList(BaseModel):
    """The newest imports, the last one first."""

    items: list[DoneImportDocument]


class DoneImportMembers(DoneImportDocument):
    """An import, with the members that it created or changed and that are not taken back."""

    member_ids: list[str]


class Resting(BaseModel):
    """A member on which something rests in matching since the import."""

    model_config = {"extra": "forbid"}

    member_id: f.EntryId
    reason: Literal["proposal", "partnership", "introduction"]


class UndoPreviewOrder(BaseModel):
    """What rests on members of the import, as matching tells it."""

    model_config = {"extra": "forbid"}

    resting: Annotated[list[Resting], Field(max_length=MOST_DONE)] = []
    with_mailed: bool = Field(
        default=False, description="Take back contacts, too, that were mailed a link and have not used it"
    )


class UndoTaking(UndoPreviewOrder):
    """The order to take an import back as the preview says."""

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="As the preview gave it")


class PlannedRowDocument(BaseModel):
    """What would become of an entry, or became of it."""

    line: int
    kind: str
    entry_id: str
    member_id: str = Field(description="The member whose entry it is; empty for a twinning.")
    name: str
    act: Act
    reason: str | None = Field(description="Why it stays, or a part of it.")
    back: list[str] = Field(description="Fields that get their earlier values.")
    kept: list[str] = Field(description="Fields that the import changed and that stay.")

    @classmethod
    def of(cls, one: PlannedRow) -> Self:
        """Make the document of a planned row."""
        done = one.done
        return cls(
            line=done.line,
            kind=done.kind,
            entry_id=done.entry_id,
            member_id=done.member_id,
            name=one.name,
            act=one.act,
            reason=one.reason,
            back=list(one.back),
            kept=list(one.kept),
        )


class UndoPreview(BaseModel):
    """What taking an import back would do."""

    shown: str = Field(description="Digest of it; send it back to take the import back.")
    leave: int = Field(description="Entries that go, such as new members.")
    restore: int = Field(description="Entries of which fields get their earlier values.")
    stay: int = Field(description="Entries that stay as they are.")
    mailed: int = Field(description="Entries that stay only because a contact was mailed a link.")
    items: list[PlannedRowDocument]
    next: int | None = Field(description="`after` of the next page; null on the last one.")


@router.get("", response_model=DoneImportList, summary="List imports that were done")
async def list_done(registry: Registry, _: Staff) -> DoneImportList:
    """Those that can still be taken back, and those that were, the last one first; at most 50."""
    async with registry.reading() as uow:
        found = await uow.done_imports.newest(_LISTED)
    works = await registry.imports.standing(*(one.run_id for one in found))
    return DoneImportList(items=[DoneImportDocument.of(one, works.get(one.run_id)) for one in found])


@router.get("/{run_id}", response_model=DoneImportMembers, summary="Read an import that was done")
async def read(run_id: RunId, registry: Registry, _: Staff) -> DoneImportMembers:
    """With its members, for the question at matching what rests on them."""
    async with registry.reading() as uow:
        done = await done_import(run_id, uow, locked=False)
        rows = await uow.done_imports.rows(run_id)
    members = sorted({row.member_id for row in rows if row.member_id})
    works = await registry.imports.standing(run_id)
    return DoneImportMembers(**DoneImportDocument.of(done, works.get(run_id)).model_dump(), member_ids=members)


@router.post("/{run_id}/preview", response_model=UndoPreview, summary="See what taking an import back would do")
async def preview(
    run_id: RunId,
    wanted: UndoPreviewOrder,
    registry: Registry,
    _: Endorser,
    act: Annotated[Act | None, Query(description="Only entries of which this becomes")] = None,
    after: Annotated[int, Query(ge=0, le=MOST_DONE, description="`next` of the page before")] = 0,
    limit: Limit = 50,
) -> UndoPreview:
    """Changes nothing. Say what matching answers to `POST /matching/v1/members/in-use`."""
    async with registry.unit_of_work() as uow:
        done = await done_import(run_id, uow)
        plan = await planned(done, _order(wanted), uow, registry.surroundings)
    some = [one for one in plan if act in (None, one.act)]
    counts = {name: sum(one.act == name for one in plan) for name in ACTS}
    return UndoPreview(
        shown=digest_of_plan(plan),
        **counts,
        mailed=sum(one.reason == "mailed" for one in plan),
        items=[PlannedRowDocument.of(one) for one in some[after : after + limit]],
        next=after + limit if len(some) > after + limit else None,
    )


@router.post(
    "/{run_id}/take-back",
    response_model=DoneImportDocument,
    responses=refusals(409, 412),
    summary="Take an import back",
)
async def take_back(
    run_id: RunId, wanted: UndoTaking, registry: Registry, principal: Endorser, background: Background = False
) -> DoneImportDocument:
    """What nothing rests on goes, or gets its earlier values; the rest stays. An order that is sent twice is done once.

    412 `stale-version` if something else would be done by now: read the preview again, and send the new `shown`. With
    `background`, `work` of the import then fails with `changed-meanwhile`.
    """
    order = _order(wanted)
    if background:
        await registry.imports.order(run_id, TAKE_BACK, {"shown": wanted.shown, **asdict(order)})
        return await read(run_id, registry, principal)
    await registry.imports.require_idle(run_id)

    async def work(uow: RegistryUnitOfWork) -> DoneImport:
        await uow.begin_bulk()
        await uow.import_works.remove(run_id)
        return await undo_import(run_id, wanted.shown, principal.subject, order, uow, registry.surroundings)

    return DoneImportDocument.of(await registry.committed(work))


def _order(wanted: UndoPreviewOrder) -> UndoOrder:
    resting = {each.member_id: each.reason for each in wanted.resting}
    return UndoOrder(resting=resting, with_mailed=wanted.with_mailed)
