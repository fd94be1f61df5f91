"""`/registry/v1/office-notes`: what the office notes about members.

Invariant: nobody but staff reads a note. The audit names the member and who wrote or deleted a note, not its text.
"""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from isopolity.registry.application.members import member
from isopolity.registry.application.office.notes import delete_note, write_note
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.member import OfficeNote
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewOfficeNote
from isopolity.registry.entrypoints.http.context import Endorser, Posting, Registry, Staff
from isopolity.web.idempotent_posts import json_response
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/office-notes")
NoteId = Annotated[f.EntryId, Path(description="The id of the note")]


class OfficeNoteView(BaseModel):
    """A note of the office about a member."""

    note_id: str
    about: str = Field(description="`note`, `left` or `returned`: why a member left or came back.")
    day: date | None = Field(description="When the member left or came back.")
    text: str
    written_at: datetime
    written_by: str = Field(description="The id of who wrote it.")

    @classmethod
    def of(cls, note: OfficeNote) -> Self:
        """The view of a note."""
        return cls(**{name: getattr(note, name) for name in cls.model_fields})


class OfficeNotes(BaseModel):
    """All notes about a member, the newest first."""

    items: list[OfficeNoteView]


class WrittenOfficeNote(BaseModel):
    """The receipt of a note. It is stored for repeated requests and outlives the note, so it holds only the id."""

    note_id: str


@router.get("", response_model=OfficeNotes, summary="List the office's notes about a member")
async def list_notes(
    registry: Registry, _staff: Staff, member_id: Annotated[f.EntryId, Query(description="About this member")]
) -> Response:
    """For staff alone. A person whom a note names can ask the network for it, as for everything kept of a person."""
    async with registry.reading() as uow:
        found = await uow.office_notes.of_member(member_id)
    document = OfficeNotes(items=[OfficeNoteView.of(each) for each in found])
    return Response(document.model_dump_json(), headers={"Cache-Control": "no-store"}, media_type="application/json")


@router.post("", status_code=201, response_model=WrittenOfficeNote, summary="Write a note about a member")
async def write(wanted: NewOfficeNote, post: Posting, registry: Registry, principal: Endorser) -> Response:
    """The member never sees it. It goes with the member, or `ISOPOLITY_WITHDRAWN_MEMBER_DAYS` after the writing."""

    async def work(uow: RegistryUnitOfWork) -> Response:
        about = await member(uow, wanted.member_kind, wanted.member_id)
        note = await write_note(about, wanted.text, principal.subject, uow, registry.surroundings)
        return json_response(WrittenOfficeNote(note_id=note.note_id), status=201)

    return await post(work)


@router.delete("/{note_id}", status_code=204, summary="Delete a note about a member")
async def delete(
    note_id: NoteId,
    registry: Registry,
    _principal: Endorser,
    member_id: Annotated[f.EntryId, Query(description="The member that it is about")],
) -> Response:
    """It is gone at once, for everybody of staff."""
    return await registry.done(lambda uow: delete_note(member_id, note_id, uow))
