"""Merges desks: that of a duplicate partner, and entries about a duplicate city on all desks.

Invariant: entries on the kept partner's desk, or about the kept city, are not overwritten, and no note or selection is
lost, even beyond the limits of a desk. Authors are replaced by their contacts at the kept partner.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from isopolity.folded_text import fold
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.desk import Entry, SavedSelection
from isopolity.registry.domain.member import Partner


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
