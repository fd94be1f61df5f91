"""`/registry/v1/partners/…/shortlist`: cities on a partner's shortlist, with notes and their authors; `…/selections`:
selections of its explorer, saved under names and shared inside it.

Invariants: only the partner's own contacts read and write them. An author's name is given as long as the contact
exists. The audit, which staff reads, names the partner and the act, but not the city.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Self

from fastapi import Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from isopolity.identity.actors import amend_act
from isopolity.registry.application.desk import PutEntry, add_note, put_entry, save_selection
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork
from isopolity.registry.domain.desk import STATUSES, Entry, Note, SavedSelection
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import MEMBER, Posting, Registry, is_own
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

Reader = Annotated[Principal, Depends(require(MEMBER, approvers=True))]
"""Admits members, including approvers; `require_its_own` then checks whose desk it is."""
Writer = Annotated[Principal, Depends(require(MEMBER))]
PartnerId = Annotated[f.EntryId, Path(description="The id of the partner")]
PREFIX: Final = "/registry/v1/partners"


def require_its_own(principal: Principal, partner_id: str) -> None:
    """Raise Problem 403 unless the caller acts for the partner: a desk is not even for staff."""
    if not is_own(principal, partner_id):
        raise Problem(403, "A partner keeps this for itself; nobody else reads it.", code="not-your-own")
    amend_act(subject_kind="partner", subject_id=partner_id)


async def names_of(partner_id: str, uow: RegistryRepositories) -> dict[str, str]:
    """The names of the partner's present contacts, by id."""
    return {each.contact_id: each.person.name for each in await uow.contacts.of_members([partner_id])}


router = ServiceRouter(prefix=PREFIX)
CityId = Annotated[f.EntryId, Path(description="The id of the city")]
NoteId = Annotated[f.EntryId, Path(description="The id of the note")]


class EntryInput(Input):
    """The entry of a city on the shortlist."""

    status: Annotated[str, f.OneOf(STATUSES, "status")] = STATUSES[0]
    """The status that the partner's people set."""
    programme_id: f.EntryId | None = None
    """The programme for which the city is considered."""
    diligence_on: f.Day | None = None
    """Day on which the partner finished its due diligence; set by its people, never computed."""
    seen_at: AwareDatetime | None = None
    """The `changed_at` that was read, null where the city was not on the list; if given, a newer entry stays (412)."""


class NoteInput(Input):
    """A note about a city."""

    text: Annotated[f.Text, Field(min_length=1, max_length=2000)]


class NoteView(BaseModel):
    """A note with its author."""

    note_id: str
    text: str
    written_at: datetime
    written_by: str | None = Field(description="The name; null for who has left.")

    @classmethod
    def of(cls, note: Note, names: Mapping[str, str]) -> Self:
        """The view of a note."""
        return cls(
            note_id=note.note_id, text=note.text, written_at=note.written_at, written_by=names.get(note.written_by)
        )


class WrittenNote(BaseModel):
    """The receipt of a note. It is stored for repeated requests and outlives the note, so it holds only the id."""

    note_id: str


class EntryView(BaseModel):
    """A city on a shortlist."""

    city_id: str
    city_name: str | None = Field(description="Null where the city has left the network.")
    country: str | None
    status: str
    programme_id: str | None
    diligence_on: date | None
    diligence_by: str | None = Field(description="The name of who recorded it; null for who has left.")
    changed_at: datetime
    changed_by: str | None
    note_count: int
    notes: list[NoteView] | None = Field(description="Null in a list that was not asked for them.")

    @classmethod
    def of(cls, entry: Entry, names: Mapping[str, str]) -> Self:
        """The view of an entry."""
        same = ("city_id", "city_name", "country", "status", "programme_id", "diligence_on", "changed_at", "note_count")
        return cls(
            **{name: getattr(entry, name) for name in same},
            diligence_by=names.get(entry.diligence_by or ""),
            changed_by=names.get(entry.changed_by),
            notes=None if entry.notes is None else [NoteView.of(each, names) for each in entry.notes],
        )


class Shortlist(BaseModel):
    """All cities on the shortlist, what changed last first."""

    items: list[EntryView]


@router.get("/{partner_id}/shortlist", summary="Read a partner's shortlist")
async def read_shortlist(
    partner_id: PartnerId,
    registry: Registry,
    principal: Reader,
    notes: Annotated[bool, Query(description="With the notes, not their number alone")] = False,
) -> Shortlist:
    """For the partner itself: at most 1,000 cities; with notes at most 5,000 of these."""
    require_its_own(principal, partner_id)
    async with registry.reading() as uow:
        names = await names_of(partner_id, uow)
        found = await uow.desk.entries(partner_id, with_notes=notes)
        return Shortlist(items=[EntryView.of(each, names) for each in found])


@router.get("/{partner_id}/shortlist/{city_id}", summary="Read how a city stands on the shortlist")
async def read_city(partner_id: PartnerId, city_id: CityId, registry: Registry, principal: Reader) -> EntryView:
    """For the partner itself: the entry with its notes."""
    require_its_own(principal, partner_id)
    async with registry.reading() as uow:
        entry = await uow.desk.entry(partner_id, city_id)
        if entry is None:
            raise NotFound("This city is not on the shortlist.")
        return EntryView.of(entry, await names_of(partner_id, uow))


@router.put("/{partner_id}/shortlist/{city_id}", summary="Put a city on the shortlist, or change how it stands there")
async def put_city(
    partner_id: PartnerId, city_id: CityId, wanted: EntryInput, registry: Registry, principal: Writer
) -> EntryView:
    """Nobody else is notified, and no suggestion follows."""
    require_its_own(principal, partner_id)
    command = PutEntry(
        partner_id=partner_id,
        city_id=city_id,
        by=principal.subject,
        has_seen="seen_at" in wanted.model_fields_set,
        **dict(wanted),
    )
    async with registry.unit_of_work() as uow:
        entry = await put_entry(command, uow, registry.surroundings)
        view = EntryView.of(entry, await names_of(partner_id, uow))
        await uow.commit()
    return view


@router.delete("/{partner_id}/shortlist/{city_id}", status_code=204, summary="Take a city off the shortlist")
async def remove_city(partner_id: PartnerId, city_id: CityId, registry: Registry, principal: Writer) -> Response:
    """Deletes the entry and its notes."""
    require_its_own(principal, partner_id)
    async with registry.unit_of_work() as uow:
        if not await uow.desk.remove_entry(partner_id, city_id):
            raise NotFound("This city is not on the shortlist.")
        await uow.commit()
    return Response(status_code=204)


@router.post(
    "/{partner_id}/shortlist/{city_id}/notes",
    status_code=201,
    response_model=WrittenNote,
    summary="Write a note about a city",
)
async def write_note(
    partner_id: PartnerId, city_id: CityId, wanted: NoteInput, post: Posting, registry: Registry, principal: Writer
) -> Response:
    """Only the partner's contacts can read it."""
    require_its_own(principal, partner_id)

    async def work(uow: RegistryUnitOfWork) -> Response:
        note = await add_note(partner_id, city_id, wanted.text, principal.subject, uow, registry.surroundings)
        return Response(WrittenNote(note_id=note.note_id).model_dump_json(), 201, media_type="application/json")

    return await post(work)


@router.delete("/{partner_id}/shortlist/{city_id}/notes/{note_id}", status_code=204, summary="Delete a note")
async def erase_note(
    partner_id: PartnerId, city_id: CityId, note_id: NoteId, registry: Registry, principal: Writer
) -> Response:
    """Deletes a note of any contact of the partner."""
    require_its_own(principal, partner_id)
    async with registry.unit_of_work() as uow:
        if not await uow.desk.remove_note(partner_id, note_id):
            raise NotFound("There is no note with this id.")
        await uow.commit()
    return Response(status_code=204)


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
async def read_selections(partner_id: PartnerId, registry: Registry, principal: Reader) -> SelectionList:
    """All that its contacts have saved, by name; at most 100."""
    require_its_own(principal, partner_id)
    async with registry.reading() as uow:
        names = await names_of(partner_id, uow)
        return SelectionList(items=[SelectionView.named(each, names) for each in await uow.desk.selections(partner_id)])


@router.post("/{partner_id}/selections", status_code=201, response_model=SelectionReceipt, summary="Save a selection")
async def save_selection_as(
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
async def remove_selection(
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
