"""Merges two entries of one member: the duplicate's data moves to the kept entry, then the duplicate leaves.

Invariant: of the kept entry only the fields that staff chooses are overwritten, and of data that only the duplicate
has, only its identity is lost. The event of the duplicate's withdrawal names the kept entry, so that other services
move its proposals and other data there.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from isopolity.identity.folded_text import fold
from isopolity.registry.application.commands import (
    TOGETHER,
    DeclareTwinning,
    MergeMembers,
    PublishRequest,
    WithdrawMember,
)
from isopolity.registry.application.contacts import merge_contact, move_contact, same_address
from isopolity.registry.application.desk import move_desk, rename_city, same_programmes
from isopolity.registry.application.events import publish_contact, publish_member
from isopolity.registry.application.members import AnyMember, members_of, withdraw_member
from isopolity.registry.application.mergers.carried import carried_by, keep_merger
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.together import mail_merged
from isopolity.registry.application.requests.acts import move_asked_for, publish_moved
from isopolity.registry.application.requests.invitations import move_invitations, move_programmes
from isopolity.registry.application.revised_profiles import with_internal_fields
from isopolity.registry.application.twinnings import declare_twinning, retract_twinning
from isopolity.registry.domain.change import IDENTITY
from isopolity.registry.domain.city import Interest
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.member import Merged
from isopolity.registry.domain.own_words import INTERESTS, has_words
from isopolity.registry.domain.partner import INTERNAL_FIELDS, PartnerProfile
from isopolity.registry.domain.request import request_key
from isopolity.registry.domain.twinning import DECLARED


async def merge_members(command: MergeMembers, uow: RegistryRepositories, surroundings: Surroundings) -> AnyMember:
    """Merge the duplicate into the member that is kept; returns it. Raises NotFound, InvalidProfile, NotPossible."""
    kept, duplicate = await _both(command, uow)
    merged = _with_more(kept, duplicate, surroundings, _taken(command.take, duplicate))
    if merged is not kept:
        members_of(uow, command.member_kind).save(merged)
        publish_member(uow.outbox, "revised", merged)
    contacts = await uow.contacts.of_members([command.member_id, command.duplicate_id])
    carried = await carried_by(command, contacts, uow)
    people = await _move_contacts(command, contacts, uow)
    await _move_handover(command, people, uow)
    moved_ids, opened = dict[str, str](), list[str]()
    if command.member_kind == "partner":
        moved_ids = dict(same_programmes(merged, duplicate))
        await move_desk(merged, duplicate, people, uow)
        await move_programmes(command.member_id, command.duplicate_id, moved_ids, uow)
    if command.member_kind == "city":
        moved_ids, opened = await _move_requests(command, uow, surroundings)
        await _move_twinnings(command, uow)
        await rename_city(command.duplicate_id, command.member_id, uow)
        await move_invitations(command.member_id, command.duplicate_id, uow)
    await uow.office_notes.move(command.duplicate_id, command.member_id)
    await uow.flush()  # so that moved contacts no longer belong to the duplicate
    leaving = WithdrawMember(member_kind=command.member_kind, member_id=command.duplicate_id)
    into = Merged(into=merged.member_id, version=merged.version, moved_ids=moved_ids)
    here = await uow.contacts.of_members([command.member_id])
    versions = {each.contact_id: each.version for each in here if each.contact_id in people.values()}
    carried = replace(carried, people=people, versions=versions)
    took_in = await members_of(uow, command.member_kind).merged_into(command.duplicate_id)
    left = await withdraw_member(leaving, uow, into)
    await keep_merger(kept, duplicate, left, merged, carried, uow, surroundings, opened=opened, took_in=bool(took_in))
    await mail_merged(command, contacts, people, uow, surroundings)
    return merged


async def _both(command: MergeMembers, uow: RegistryRepositories) -> tuple[AnyMember, AnyMember]:
    if command.member_id == command.duplicate_id:
        raise InvalidProfile([FieldError(("duplicate_id",), "Name another entry than the one that is kept.")])
    found = await members_of(uow, command.member_kind).get_many(sorted({command.member_id, command.duplicate_id}))
    if command.member_id not in found:
        raise NotFound(f"There is no {command.member_kind} with this id.")
    if command.duplicate_id not in found:
        raise InvalidProfile([FieldError(("duplicate_id",), f"There is no {command.member_kind} with this id.")])
    for each in found.values():
        if each.status == "withdrawn":
            raise NotPossible(f"{each.profile.name} ({each.member_id}) has left the network; only members are merged.")
    if not command.confirmed:
        read = f"/matching/v1/members/{command.member_id}/merger?duplicate_id={command.duplicate_id}"
        raise InvalidProfile([FieldError(("confirmed",), f"Read what cannot go on (GET {read}), then send true.")])
    return found[command.member_id], found[command.duplicate_id]


def _taken(take: Collection[str], duplicate: AnyMember) -> Mapping[str, Any]:
    """The values of the duplicate that replace those of the kept entry, with those that depend on them."""
    names = set(take).union(*(together for together in TOGETHER if set(take) & set(together)))
    return {name: getattr(duplicate.profile, name) for name in names if hasattr(duplicate.profile, name)}


def _with_more(
    kept: AnyMember, duplicate: AnyMember, surroundings: Surroundings, taken: Mapping[str, Any]
) -> AnyMember:
    """The kept member with `taken` values, and with data that only the duplicate has: missing values, needs, offers and
    programmes.
    """
    mine, other = kept.profile, duplicate.profile
    values: dict[str, Any] = {}
    for field in fields(mine):
        own, theirs = getattr(mine, field.name), getattr(other, field.name)
        if field.name in IDENTITY[mine.member_kind] or field.name in INTERNAL_FIELDS or field.name in _MEANT_WHEN_EMPTY:
            continue
        if own in (None, ()):
            values[field.name] = theirs
        elif field.name in INTERESTS:
            values[field.name] = (*own, *_adding_to(own, theirs))
        elif field.name in _LISTS:
            known = {_LISTS[field.name](entry) for entry in own}
            if field.name == "programmes":  # names that others see are taken too
                known |= {fold(each.name) for each in mine.admitted}
            values[field.name] = (*own, *(entry for entry in theirs if _LISTS[field.name](entry) not in known))
    if "programmes" in values:
        old = {programme.programme_id for programme in mine.programmes}
        values["programmes"] = tuple(
            programme if programme.programme_id in old else replace(programme, programme_id="")
            for programme in values["programmes"]
        )
    merged = with_internal_fields(replace(mine, **{**values, **taken}), mine, surroundings.ids)
    if mine.member_kind == "city":
        merged = merged.hiding((*mine.hidden, *(each for each in other.hidden if each not in mine.hidden)))
        merged = merged.avoiding({*mine.avoided_countries, *other.avoided_countries} - {mine.country})
    return kept.revised(_still_waiting(merged, mine, other), kept.region)


def _adding_to(own: Sequence[Interest], theirs: Sequence[Interest]) -> list[Interest]:
    """The entries of `theirs` with another subject or mode than all own ones, or with other words about them."""
    codes = {(each.subject, each.mode) for each in own}
    words = {(each.subject, each.mode, each.title, each.text) for each in own}
    return [
        each
        for each in theirs
        if (each.subject, each.mode) not in codes
        or (has_words(each) and (each.subject, each.mode, each.title, each.text) not in words)
    ]


def _still_waiting(merged: Any, mine: Any, other: Any) -> Any:
    """The merged profile, in which waiting and refused programmes of the duplicate keep that state.

    A changed programme waits as a new one if the kept entry has a programme with its admitted name.
    """
    if not isinstance(merged, PartnerProfile) or not (other.waiting or other.admitted):
        return merged
    old = {each.programme_id for each in mine.programmes}
    added = {fold(each.name): each.programme_id for each in merged.programmes if each.programme_id not in old}
    here = {each.programme_id: added[fold(each.name)] for each in other.programmes if fold(each.name) in added}
    waiting = (here[each] for each in other.waiting if each in here)
    days = (
        replace(each, programme_id=here[each.programme_id]) for each in other.handed_in if each.programme_id in here
    )
    refused = [each for each in other.refused if each.programme_id in here]
    moved = (replace(each, programme_id=here[each.programme_id]) for each in refused)
    names = {fold(each.name) for each in (*merged.programmes, *merged.admitted) if each.programme_id in old}
    admitted = (
        replace(each, programme_id=here[each.programme_id])
        for each in other.admitted
        if each.programme_id in here and fold(each.name) not in names
    )
    return replace(
        merged,
        waiting=(*merged.waiting, *waiting),
        handed_in=(*merged.handed_in, *days),
        refused=(*merged.refused, *moved),
        admitted=(*merged.admitted, *admitted),
    )


_MEANT_WHEN_EMPTY: Final = frozenset({"sponsorship_capacity", "paused_until"})
"""Fields whose empty value has a meaning and is kept: as many sponsorships as twinnings, and no pause."""
_LISTS: Final[Mapping[str, Callable[[Any], Hashable]]] = {"programmes": lambda programme: fold(programme.name)}
"""Lists to which missing entries are added, each with a function that identifies its entries."""


async def _move_contacts(
    command: MergeMembers, contacts: Sequence[Contact], uow: RegistryRepositories
) -> dict[str, str]:
    """Move the duplicate's contacts to the kept member; a person of both remains as the kept one's contact.

    Returns, by the id of each contact of the duplicate, the id of the person's contact at the kept member.
    """
    known = [contact for contact in contacts if contact.member_id == command.member_id]
    people = dict[str, str]()
    for contact in contacts:
        if contact.member_id == command.duplicate_id:
            same = next((one for one in known if same_address(contact.person, one.person)), None)
            if same is None:
                known.append(await move_contact(contact, command.member_id, uow, known=len(known)))
            else:
                await _merge_people(contact, same, uow)
            people[contact.contact_id] = contact.contact_id if same is None else same.contact_id
    return people


async def _merge_people(contact: Contact, stays: Contact, uow: RegistryRepositories) -> None:
    """Erase `contact` in favour of `stays`, a contact of the same person; it is confirmed if either of them was."""
    if contact.is_confirmed and not stays.is_confirmed and contact.confirmed_at is not None:
        confirmed = stays.confirmed(contact.confirmed_at)
        uow.contacts.save(confirmed)
        publish_contact(uow.outbox, confirmed)
    await merge_contact(contact, stays, uow)


async def _move_handover(command: MergeMembers, people: Mapping[str, str], uow: RegistryRepositories) -> None:
    """Move a pending handover of the duplicate to the kept member, unless that has one."""
    waiting = await uow.handovers.of_member(command.duplicate_id)
    if waiting is None:
        return
    await uow.handovers.remove(waiting.handover_id)
    if await uow.handovers.of_member(command.member_id) is None:
        predecessor_id = people.get(waiting.predecessor_id or "", waiting.predecessor_id)
        await uow.handovers.put(replace(waiting, member_id=command.member_id, predecessor_id=predecessor_id))


async def _move_requests(
    command: MergeMembers, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[dict[str, str], list[str]]:
    """Publish the duplicate's open requests for the kept city; `withdraw_member` closes the originals.

    Returns new ids by former ids, and those of them that it opened. Of two requests with the same title the kept
    city's remains.
    """
    requests = [one for one in await uow.requests.of_city(command.duplicate_id) if one.status == "published"]
    keys = {one.request_id: request_key(command.member_id, one.details.title) for one in requests}
    known = await uow.requests.by_keys(list(keys.values()))
    moved, same = dict[str, str](), dict[str, str]()
    for request in requests:
        stored = known.get(keys[request.request_id])
        if stored is None or stored.status == "closed":
            wanted = PublishRequest(city_id=command.member_id, details=request.details)
            moved[request.request_id] = (await publish_moved(wanted, uow, surroundings)).request_id
        else:
            same[request.request_id] = stored.request_id
    await move_asked_for(command.member_id, command.duplicate_id, moved, uow, surroundings)
    return moved | same, list(moved.values())


async def _move_twinnings(command: MergeMembers, uow: RegistryRepositories) -> None:
    """Declare the duplicate's twinnings for the kept city, and retract them for the duplicate."""
    known = {one.identifier: one for one in await uow.twinnings.of_city(command.member_id)}
    for twinning in await uow.twinnings.of_city(command.duplicate_id):
        other = twinning.city_b if twinning.city_a == command.duplicate_id else twinning.city_a
        same = known.get(":".join(sorted((command.member_id, other))))
        is_fact = twinning.status == DECLARED and other != command.member_id
        if is_fact and (same is None or same.status != DECLARED):
            declared = DeclareTwinning(city_a=command.member_id, city_b=other, since=twinning.since)
            await declare_twinning(declared, uow)
        await retract_twinning(twinning.identifier, uow)
