"""Changes of a partner's desk: its shortlist, notes and selections; desks of merged partners, and entries about merged
cities.

Invariants: a city is on a shortlist once, and names of selections are unique; full lists refuse further entries. In a
merger, entries on the kept partner's desk, or about the kept city, are not overwritten, and no note or selection is
lost, even beyond the limits of a desk. Authors are replaced by their contacts at the kept partner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode

from isopolity.identity.folded_text import fold
from isopolity.registry.application.members import member
from isopolity.registry.application.mergers.record import MergerRecord
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.desk import ENTRIES, NOTES, PARTNER_NOTES, SELECTIONS, Entry, Note, SavedSelection
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible, StaleEntry
from isopolity.registry.domain.member import Partner


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
        raise NotFound("There is no city with this id, or it is not admitted yet.")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """Maps ids of the duplicate's people and programmes to their ids at the kept partner."""

    people: Mapping[str, str]
    programmes: Mapping[str, str]

    @classmethod
    def of(cls, kept: Partner, duplicate: Partner, people: Mapping[str, str]) -> "Renamed":
        """The mapping from the duplicate to the kept partner."""
        return cls(people=people, programmes=same_programmes(kept, duplicate))

    def person(self, contact_id: str) -> str:
        """The contact at the kept partner, or the unchanged id if it has none."""
        return self.people.get(contact_id, contact_id)

    def entry(self, entry: Entry) -> Entry:
        """The entry with the ids of the kept partner."""
        return replace(
            entry,
            programme_id=self.programmes.get(entry.programme_id or ""),
            diligence_by=None if entry.diligence_by is None else self.person(entry.diligence_by),
            changed_by=self.person(entry.changed_by),
        )

    def query(self, query: str) -> str:
        """A selection's query, with programmes of the kept partner."""
        parts = parse_qsl(query, keep_blank_values=True)
        renamed = [(name, self.programmes.get(value, value) if name == "programme" else value) for name, value in parts]
        return query if renamed == parts else urlencode(renamed)


def same_programmes(kept: Partner, duplicate: Partner) -> Mapping[str, str]:
    """Ids of programmes at the kept partner, by those at the duplicate; programmes are matched by name."""
    named = {fold(each.name): each.programme_id for each in kept.profile.programmes}
    old = duplicate.profile.programmes
    return {each.programme_id: named[fold(each.name)] for each in old if fold(each.name) in named}


async def move_desk(kept: Partner, duplicate: Partner, people: Mapping[str, str], uow: RegistryRepositories) -> None:
    """Move shortlist, notes and selections; `people` maps the duplicate's contacts to those of the kept partner."""
    renamed = Renamed.of(kept, duplicate, people)
    await _move_entries(kept.member_id, duplicate.member_id, renamed, uow)
    await _move_selections(kept.member_id, duplicate.member_id, renamed, uow)


async def rename_city(duplicate_id: str, kept_id: str, uow: RegistryRepositories) -> None:
    """Move entries about the duplicate to the kept city, on the desks of all partners; selections name no city."""
    for partner_id in await uow.desk.partners_about(duplicate_id):
        entry, own = [await uow.desk.entry(partner_id, each) for each in (duplicate_id, kept_id)]
        if entry is not None:
            await uow.desk.remove_entry(partner_id, duplicate_id)
            await uow.desk.put_entry(partner_id, _with_more(own, replace(entry, city_id=kept_id)))
            for note in entry.notes or ():
                await uow.desk.add_note(partner_id, replace(note, city_id=kept_id))


async def carry_back_listed(record: MergerRecord, uow: RegistryRepositories) -> None:
    """Let partners have a city on their shortlist again that a merger had replaced; changed entries stay."""
    kept_id, city_id = record.member_id, record.duplicate_id
    for partner_id in record.carried.listed_by:
        entry = await uow.desk.entry(partner_id, kept_id)
        if entry is not None and entry.changed_at <= record.merged_at:
            await uow.desk.remove_entry(partner_id, kept_id)
            await uow.desk.put_entry(partner_id, replace(entry, city_id=city_id))
            for note in entry.notes or ():
                await uow.desk.add_note(partner_id, replace(note, city_id=city_id))


async def carry_back_desk(record: MergerRecord, moved: Mapping[str, str], uow: RegistryRepositories) -> None:
    """Give a partner back what its desk had before a merger; cities that both listed, and what was changed, stay."""
    former = Renamed(
        people={now: before for before, now in record.carried.people.items()},
        programmes={now: before for before, now in moved.items()},
    )
    for city_id in record.carried.shortlist:
        entry = await uow.desk.entry(record.member_id, city_id)
        if entry is not None and entry.changed_at <= record.merged_at:
            await uow.desk.remove_entry(record.member_id, city_id)
            await uow.desk.put_entry(record.duplicate_id, former.entry(entry))
            for note in entry.notes or ():
                await uow.desk.add_note(record.duplicate_id, replace(note, written_by=former.person(note.written_by)))
    for saved in await uow.desk.selections(record.member_id):
        if saved.selection_id in record.carried.selections and saved.saved_at <= record.merged_at:
            await uow.desk.remove_selection(record.member_id, saved.selection_id)
            back = replace(saved, query=former.query(saved.query), saved_by=former.person(saved.saved_by))
            await uow.desk.put_selection(record.duplicate_id, back)


async def _move_entries(kept_id: str, duplicate_id: str, renamed: Renamed, uow: RegistryRepositories) -> None:
    known = {each.city_id: each for each in await uow.desk.entries(kept_id)}
    for entry in await uow.desk.entries(duplicate_id, with_notes=True):
        await uow.desk.remove_entry(duplicate_id, entry.city_id)
        await uow.desk.put_entry(kept_id, _with_more(known.get(entry.city_id), renamed.entry(entry)))
        for note in entry.notes or ():
            await uow.desk.add_note(kept_id, replace(note, written_by=renamed.person(note.written_by)))


def _with_more(own: Entry | None, other: Entry) -> Entry:
    """The own entry, with programme and day of the other one if it lacks them."""
    if own is None:
        return other
    day = other if own.diligence_on is None else own
    programme_id = own.programme_id or other.programme_id
    return replace(own, programme_id=programme_id, diligence_on=day.diligence_on, diligence_by=day.diligence_by)


async def _move_selections(kept_id: str, duplicate_id: str, renamed: Renamed, uow: RegistryRepositories) -> None:
    known = {each.name: each for each in await uow.desk.selections(kept_id)}
    for saved in await uow.desk.selections(duplicate_id):
        await uow.desk.remove_selection(duplicate_id, saved.selection_id)
        moved = replace(saved, query=renamed.query(saved.query), saved_by=renamed.person(saved.saved_by))
        own = known.get(moved.name)
        if own is not None and own.query == moved.query:
            continue
        moved = replace(moved, name=_free_name(moved.name, known))
        await uow.desk.put_selection(kept_id, moved)
        known[moved.name] = moved


def _free_name(name: str, known: Mapping[str, SavedSelection]) -> str:
    """The name, followed by a number if it is taken."""
    number, free = 1, name
    while free in known:
        number += 1
        free = f"{name} ({number})"
    return free
