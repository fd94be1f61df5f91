"""Changes of a partner's desk: its shortlist, notes and selections.

Invariant: a city is on a shortlist once, and names of selections are unique; full lists refuse further entries.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.desk import ENTRIES, NOTES, PARTNER_NOTES, SELECTIONS, Entry, Note, SavedSelection
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible, StaleEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PutEntry:
    """Put a city on a partner's shortlist, or change its entry."""

    partner_id: str
    city_id: str
    status: str
    programme_id: str | None
    diligence_on: date | None
    by: str
    seen_at: datetime | None = None
    has_seen: bool = False
    """Whether `seen_at` is given: the `changed_at` of the entry that the caller saw, or None if there was none."""


async def put_entry(command: PutEntry, uow: RegistryRepositories, surroundings: Surroundings) -> Entry:
    """Store the entry. Raises NotFound for a hidden city, InvalidProfile, NotPossible, StaleEntry."""
    partner = await member(uow, "partner", command.partner_id)
    city = await uow.cities.get(command.city_id)
    old = await uow.desk.entry(command.partner_id, command.city_id)
    _require_seen(command, old)
    is_visible = city is not None and city.status == "endorsed"
    if city is None or (old is None and not is_visible):
        raise NotFound("There is no city with this id, or it is not endorsed yet.")
    if command.programme_id not in (None, *(each.programme_id for each in partner.profile.programmes)):
        raise InvalidProfile([FieldError(("programme_id",), "Name a programme of your own, or none.")])
    if old is None and await uow.desk.count_entries(command.partner_id) >= ENTRIES:
        raise NotPossible(f"A shortlist holds at most {ENTRIES} cities; take some away first.")
    is_same_day = old is not None and old.diligence_on == command.diligence_on
    by = old.diligence_by if old is not None and is_same_day else command.by
    entry = Entry(
        city_id=command.city_id,
        status=command.status,
        programme_id=command.programme_id,
        diligence_on=command.diligence_on,
        diligence_by=by if command.diligence_on else None,
        changed_at=surroundings.clock(),
        changed_by=command.by,
        city_name=city.profile.name if is_visible else None,
        country=city.profile.country if is_visible else None,
        note_count=0 if old is None else old.note_count,
        notes=() if old is None else old.notes,
    )
    await uow.desk.put_entry(command.partner_id, entry)
    return entry


def _require_seen(command: PutEntry, old: Entry | None) -> None:
    """Raise StaleEntry if the entry has changed since it was seen, unless it already equals the wanted one."""
    names = ("status", "programme_id", "diligence_on")
    is_there = old is not None and all(getattr(old, name) == getattr(command, name) for name in names)
    if command.has_seen and not is_there and command.seen_at != (old.changed_at if old is not None else None):
        raise StaleEntry("Somebody has changed this since you read it; read it again and repeat the change.")


async def add_note(
    partner_id: str, city_id: str, text: str, by: str, uow: RegistryRepositories, surroundings: Surroundings
) -> Note:
    """Add a note about a city on the shortlist. Raises NotFound, NotPossible."""
    entry = await uow.desk.entry(partner_id, city_id)
    if entry is None:
        raise NotFound("This city is not on your shortlist; put it there first.")
    if entry.note_count >= NOTES:
        raise NotPossible(f"There are {NOTES} notes about this city already; take some away first.")
    if await uow.desk.count_notes(partner_id) >= PARTNER_NOTES:
        raise NotPossible(f"Your shortlist has {PARTNER_NOTES} notes already; delete some first.")
    now = surroundings.clock()
    note = Note(note_id=surroundings.ids(), city_id=city_id, text=text, written_at=now, written_by=by)
    await uow.desk.add_note(partner_id, note)
    await uow.desk.put_entry(partner_id, replace(entry, changed_at=now, changed_by=by))
    return note


async def save_selection(
    partner_id: str, name: str, query: str, by: str, uow: RegistryRepositories, surroundings: Surroundings
) -> SavedSelection:
    """Store a selection under a name, in place of an earlier one with that name. Raises NotPossible."""
    known = await uow.desk.selections(partner_id)
    same = next((each for each in known if each.name == name), None)
    if same is None and len(known) >= SELECTIONS:
        raise NotPossible(f"You have saved {SELECTIONS} selections already; take some away first.")
    selection_id = surroundings.ids() if same is None else same.selection_id
    saved = SavedSelection(
        selection_id=selection_id, name=name, query=query, saved_at=surroundings.clock(), saved_by=by
    )
    await uow.desk.put_selection(partner_id, saved)
    return saved
