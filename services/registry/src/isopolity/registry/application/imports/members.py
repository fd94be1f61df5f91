"""Imports rows of cities or partners, with their contacts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from isopolity.identity.folded_text import fold
from isopolity.machine.turns import Turns
from isopolity.registry.application.events import publish_member
from isopolity.registry.application.imports.lookup import ID_FIELDS, MemberLookup, ambiguity
from isopolity.registry.application.imports.name_index import exact_key
from isopolity.registry.application.imports.people import contacts_of, keep_people, require_room_for
from isopolity.registry.application.imports.prepared import NEW
from isopolity.registry.application.imports.rows import ImportRow, Outcome, RowProblem, StatedPerson, overlaid
from isopolity.registry.application.members import members_of, region_of
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.revised_profiles import with_internal_fields
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.own_words import INTERESTS, continued, with_words_kept
from isopolity.registry.domain.partner import PartnerProfile

_TAKEN: Final = (
    "A member of this name, kind and country is there already; choose it, or give the row an id or another name."
)


async def import_members(
    rows: Sequence[ImportRow[Any]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
    lookup: MemberLookup,
    *,
    endorse: bool,
) -> None:
    """Import rows of one kind of member: each is found by natural key, or else by name, or is new."""
    repository = members_of(uow, rows[0].value.member_kind)
    rows = [row for row in rows if outcome.is_first(lookup.about(row.value.key), row.line)]
    if not rows:
        return
    by_key = await repository.by_keys([row.value.key for row in rows])
    unknown = [row for row in rows if not _is_by_itself(row.value, by_key.get(row.value.key))]
    writing_to = await _learn(unknown, uow, outcome, lookup)
    meant = {one.member_id for row in unknown for one in lookup.of_profile(row.value)}
    chosen = {outcome.choices[row.line] for row in rows if row.line in outcome.choices}
    by_id = await repository.get_many(meant | chosen)
    back = await _taken_back((*by_key.values(), *by_id.values()), uow)
    of_member = await contacts_of([one.member_id for one in by_key.values()] + list(by_id), rows, uow)
    people: list[tuple[int, Member[Any], Sequence[StatedPerson]]] = []
    untouched: set[str] = set()
    turns = Turns()
    for each in rows:
        await turns.over()
        row, old = _found(each, by_key, by_id, lookup, writing_to, outcome)
        if row is None:
            continue
        try:
            require_room_for(row, old, of_member)
            if old is None or old.member_id in back:
                new = _created(row, old, surroundings, endorse)
            else:
                new = _changed(row, old, surroundings, outcome, endorse)
        except RegistryError as error:
            outcome.refuse(row.line, error)
            continue
        if old is not None and old.member_id in back:
            repository.save(new)
            lookup.revise(old, new)
            publish_member(uow.outbox, "registered", new, bulk=True)
            outcome.created += 1
            old = None
        elif old is None:
            repository.add(new)
            if outcome.tells_alike:
                outcome.note_alike(row.line, new.profile, lookup.alike(new.profile))
            lookup.enter(new, row.line)
            outcome.is_first(new.member_id, row.line)
            publish_member(uow.outbox, "registered", new, bulk=True)
            outcome.created += 1
        elif new is old:
            untouched.add(new.member_id)
        else:
            repository.save(new)
            lookup.revise(old, new)
            outcome.note_emptied(row.line, old.profile, new.profile)
            publish_member(uow.outbox, "revised" if new.status == old.status else "endorsed", new, bulk=True)
            outcome.revised += 1
        outcome.record(row.line, old, new)
        outcome.note_standing(old, new)
        if row.people:
            people.append((row.line, new, row.people))
    kept = await keep_people(people, of_member, uow, surroundings, outcome)
    outcome.revised += len(untouched & kept)
    outcome.unchanged += len(untouched - kept)


async def _learn(
    unknown: Sequence[ImportRow[Any]], uow: RegistryRepositories, outcome: Outcome, lookup: MemberLookup
) -> Mapping[str, Collection[str]]:
    """Read the members of the countries of these rows; returns the ids of members by the address of a contact.

    Where somebody chooses, applications that are not decided are read, too.
    """
    countries = await lookup.learn({row.value.country for row in unknown})
    if not outcome.asks:
        return {}
    if countries:
        for one in await uow.applications.waiting_in(unknown[0].value.member_kind, countries):
            lookup.enter_application(one.application_id, one.profile)
    writing_to: dict[str, list[str]] = {}
    addresses = {each.person.address for row in unknown for each in row.people}
    for contact in await uow.contacts.peek_of_addresses(addresses):
        if contact.contact_id not in outcome.added_people:  # which a preview does not find
            writing_to.setdefault(contact.person.address, []).append(contact.member_id)
    return writing_to


def _is_by_itself(profile: Any, stored: Member[Any] | None) -> bool:
    """Whether a profile takes the member of its natural key without a choice: by an id, or by the exact name."""
    if stored is None:
        return False
    has_id = getattr(profile, ID_FIELDS[profile.member_kind]) is not None
    return has_id or exact_key(profile.name) == exact_key(stored.profile.name)


def _found(
    row: ImportRow[Any],
    by_key: Mapping[str, Member[Any]],
    by_id: Mapping[str, Member[Any]],
    lookup: MemberLookup,
    writing_to: Mapping[str, Collection[str]],
    outcome: Outcome,
) -> tuple[ImportRow[Any] | None, Member[Any] | None]:
    """The row and its stored member, if any; without a row if it is not imported, which is recorded."""
    choice, profile = outcome.choices.get(row.line), row.value
    stored = by_key.get(profile.key)
    if _is_by_itself(profile, stored) and stored is not None:
        return (row if outcome.is_first(stored.member_id, row.line) else None), stored
    named = lookup.of_profile(profile)
    if choice == NEW:
        if stored is None:
            return row, None
        outcome.note(RowProblem(row.line, "name", _TAKEN))
        return None, None
    member_id = choice or (named[0].member_id if len(named) == 1 else None)
    if member_id is not None:
        return _of_member(row, by_id.get(member_id), outcome) if outcome.is_first(member_id, row.line) else (None, None)
    if not outcome.asks:
        if meant := named or [one for one in lookup.sharing_a_name(profile) if one.kind in ("", profile.kind)]:
            outcome.note(RowProblem(row.line, "name", ambiguity(profile.name, meant, ID_FIELDS[profile.member_kind])))
        return (None, None) if meant else (row, None)
    writing = [one for each in row.people for one in writing_to.get(each.person.address, ())]
    candidates, more = lookup.candidates_and_more(profile, writing)
    if candidates:
        outcome.ask(row.line, candidates, more)
        lookup.enter_row(row.line, profile)
        return None, None
    return row, None


def _of_member(
    row: ImportRow[Any], member: Member[Any] | None, outcome: Outcome
) -> tuple[ImportRow[Any] | None, Member[Any] | None]:
    """The row of a member found by name or chosen; it leaves the stored name, and an id that is stored, unchanged."""
    if member is None:
        outcome.note(RowProblem(row.line, None, "The member that was chosen is not there any more; choose again."))
        return None, None
    id_field = ID_FIELDS[row.value.member_kind]
    has_new_id = getattr(member.profile, id_field) is None and getattr(row.value, id_field) is not None
    return replace(row, given=row.given - ({"name"} if has_new_id else {"name", id_field})), member


async def _taken_back(members: Sequence[Member[Any]], uow: RegistryRepositories) -> Collection[str]:
    """Those of the members that left only because their import was taken back; another import may enter them anew."""
    gone = [one for one in members if one.status == "withdrawn" and one.merged is None]
    if not gone:
        return ()
    return await uow.done_imports.taken_back(gone[0].profile.member_kind, [one.member_id for one in gone])


def _created(row: ImportRow[Any], former: Member[Any] | None, surroundings: Surroundings, endorse: bool) -> Member[Any]:
    """A new member; `former` is its entry from an import that was taken back, whose id it keeps."""
    profile = with_internal_fields(row.value, None, surroundings.ids)
    status = "endorsed" if endorse else "applied"
    region = region_of(profile, surroundings)
    if former is not None:
        return replace(former.applied_again(profile, region), status=status)
    return Member(member_id=surroundings.ids(), version=1, status=status, region=region, profile=profile)


def _changed(
    row: ImportRow[Any], old: Member[Any], surroundings: Surroundings, outcome: Outcome, endorse: bool
) -> Member[Any]:
    spoken = _with_unspoken(overlaid(row.value, old.profile, row.given), old.profile, row.silent)
    if isinstance(spoken, CityProfile) and row.unrated:
        spoken = _with_ratings_kept(spoken, old.profile, row)
    if isinstance(spoken, CityProfile) and (spoken.needs, spoken.offers) != (old.profile.needs, old.profile.offers):
        needs, offers = (with_words_kept(getattr(spoken, side), getattr(old.profile, side)) for side in INTERESTS)
        spoken = replace(spoken, needs=needs, offers=offers)
        if row.is_of_table:
            spoken = outcome.words.kept_beside(row.line, spoken, old.profile, row.open_words)
    wanted, stored = _with_waiting(spoken, old.profile)
    profile = with_internal_fields(wanted, stored, surroundings.ids)
    new = old.revised(profile, region_of(profile, surroundings))
    if endorse and new.status == "applied":
        new = replace(new, status="endorsed", version=old.version + 1)
    return new


def _with_ratings_kept(spoken: CityProfile, stored: CityProfile, row: ImportRow[Any]) -> CityProfile:
    """The profile; needs and offers that the row does not rate have the intensity of those that they continue."""
    rated: dict[str, Any] = {}
    for side in row.unrated.keys() & row.given:
        new: Sequence[Interest] = getattr(spoken, side)
        before, _ = continued(new, getattr(stored, side))
        rated[side] = tuple(
            each if was is None or place not in row.unrated[side] else replace(each, intensity=was.intensity)
            for place, (each, was) in enumerate(zip(new, before, strict=True))
        )
    return replace(spoken, **rated)


def _with_unspoken(profile: Any, stored: Any, silent: Mapping[str, frozenset[str]]) -> Any:
    """The profile; fields of a programme that the row does not give come from the stored programme of its name."""
    if not silent:
        return profile
    known = {fold(each.name): each for each in (*stored.programmes, *stored.endorsed().programmes)}
    programmes = tuple(
        replace(each, **{name: getattr(known[key], name) for name in silent.get(key, ())}) if key in known else each
        for each, key in ((each, fold(each.name)) for each in profile.programmes)
    )
    return replace(profile, programmes=programmes)


def _with_waiting(profile: Any, stored: Any) -> tuple[Any, Any]:
    """The profile with added stored programmes that wait for staff, and the stored profile to compare it with.

    Exports leave out waiting programmes, so no row names them. A row of a programme with a pending change gives its
    admitted state, so the returned stored profile has that state, and the change stays pending.
    """
    if not isinstance(profile, PartnerProfile) or not stored.waiting or profile.programmes == stored.programmes:
        return profile, stored
    programmes, admitted = list(profile.programmes), {each.programme_id: each for each in stored.admitted}
    for each in stored.programmes:
        if each.programme_id not in stored.waiting:
            continue
        seen = stored.standing(each)
        names = {fold(each.name), fold((seen or each).name)}
        place = next((place for place, row in enumerate(programmes) if fold(row.name) in names), None)
        if seen is None and place is None:
            programmes.append(each)
        elif seen is not None and place is not None:
            row = replace(programmes[place], programme_id=each.programme_id)
            if row != seen:
                admitted[each.programme_id] = row
            programmes[place] = each
    wanted = replace(profile, programmes=tuple(programmes))
    return wanted, replace(stored, admitted=tuple(admitted.values()))
