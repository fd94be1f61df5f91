"""Staff undoes a merger of two entries: both are as they were before, with what was carried over.

Invariant: it is undone only while nothing that registry knows rests on it; matching tells the rest before. A contact
that was erased since does not come back, and each change since then of what is not named here stays where it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from isopolity.identity.actors import of_subject
from isopolity.registry.application.access.session_ends import end_sessions_of_account, revoke
from isopolity.registry.application.commands import DeclareTwinning
from isopolity.registry.application.contacts import add_person
from isopolity.registry.application.desk import carry_back_desk, carry_back_listed
from isopolity.registry.application.events import publish_contact, publish_member, publish_request
from isopolity.registry.application.members import AnyMember, members_of
from isopolity.registry.application.mergers.record import (
    CHANGED,
    CONTACT_CHANGED,
    KEPT,
    REQUEST_CHANGED,
    TOO_LATE,
    TOOK_IN,
    MergerRecord,
)
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.together import mail_parted
from isopolity.registry.application.requests.acts import move_asked_for
from isopolity.registry.application.twinnings import declare_twinning, retract_twinning
from isopolity.registry.domain.contact import Contact
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.twinning import DECLARED

REASONS: Mapping[str, str] = {
    TOO_LATE: "The merger was too long ago to be undone.",
    CHANGED: "One of the two entries was changed since the merger, so that it cannot be undone.",
    REQUEST_CHANGED: "A request that was carried over was changed since the merger, so that it cannot be undone.",
    CONTACT_CHANGED: "A contact that was carried over was changed since the merger, so that it cannot be undone.",
    TOOK_IN: "A third entry had been merged into the one that ended, so that this merger cannot be undone.",
}
"""The sentence for each obstacle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """A merger that was kept, both entries now, and why it cannot be undone; `obstacle` is None where it can."""

    record: MergerRecord
    kept: AnyMember
    duplicate: AnyMember
    obstacle: str | None


async def undoing(duplicate_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> Undoing:
    """The merger of this duplicate, and whether it can be undone. Raises NotFound where nothing of it is kept."""
    record = await uow.mergers.get(duplicate_id)
    found: Mapping[str, AnyMember] = {}
    if record is not None:
        ids = sorted((record.member_id, record.duplicate_id))
        found = await members_of(uow, record.member_kind).get_many(ids)
    if record is None or len(found) < 2:
        raise NotFound("No merger of this entry can be undone: it was too long ago, or there was none.")
    kept, duplicate = found[record.member_id], found[record.duplicate_id]
    obstacle = await _obstacle(record, kept, duplicate, uow, surroundings)
    return Undoing(record=record, kept=kept, duplicate=duplicate, obstacle=obstacle)


async def _obstacle(
    record: MergerRecord, kept: AnyMember, duplicate: AnyMember, uow: RegistryRepositories, surroundings: Surroundings
) -> str | None:
    if surroundings.clock() - record.merged_at > KEPT:
        return TOO_LATE
    if record.took_in:
        return TOOK_IN
    if (kept.version, duplicate.version) != (record.kept_version, record.left_version):
        return CHANGED
    if any(each.merged_at > record.merged_at for each in await uow.mergers.of_member(record.member_id)):
        return CHANGED
    requests = await uow.requests.get_many(list(record.carried.requests))
    if {each.request_id: each.version for each in requests.values()} != record.carried.requests:
        return REQUEST_CHANGED
    return CONTACT_CHANGED if await _is_contact_changed(record, uow) else None


async def _is_contact_changed(record: MergerRecord, uow: RegistryRepositories) -> bool:
    """Whether a carried contact was changed since, or a change or handover of it began; erasure is no obstacle."""
    versions, its = record.carried.versions, record.member_id
    contacts = await uow.contacts.of_members([its])
    handover = await uow.handovers.of_member(its)
    began = {
        each.contact_id
        for each in await uow.contact_changes.of_member(its)
        if each.is_open and each.started_at > record.merged_at
    }
    if handover is not None and handover.handover_id != record.carried.handover:
        began.add(handover.predecessor_id)
    here = {each.contact_id: each.version for each in contacts}
    return any(here.get(each, version) != version or each in began for each, version in versions.items())


async def undo_merger(
    duplicate_id: str, uow: RegistryRepositories, surroundings: Surroundings, *, confirmed: bool
) -> AnyMember:
    """Undo the merger; returns the entry that had ended. Raises NotFound, NotPossible, InvalidProfile."""
    found = await undoing(duplicate_id, uow, surroundings)
    if found.obstacle is not None:
        raise NotPossible(REASONS[found.obstacle])
    if not confirmed:
        read = f"/matching/v1/members/{found.kept.member_id}/undone-merger?duplicate_id={duplicate_id}"
        raise InvalidProfile([FieldError(("confirmed",), f"Read what comes back (GET {read}), then send true.")])
    record, moved = found.record, {} if found.duplicate.merged is None else found.duplicate.merged.moved_ids
    back = found.duplicate.parted(record.before.duplicate, record.before.status)
    repository = members_of(uow, record.member_kind)
    repository.save(back)
    publish_member(uow.outbox, "endorsed" if back.status == "endorsed" else "registered", back)
    before = found.kept.revised(record.before.kept, found.kept.region)
    if before is not found.kept:
        repository.save(before)
        publish_member(uow.outbox, "revised", before, gave_back_to=duplicate_id)
    people = await _carry_back_contacts(record, uow, surroundings)
    await _carry_back_handover(record, people, uow)
    if record.member_kind == "city":
        await _carry_back_requests(record, moved, uow, surroundings)
        await _carry_back_twinnings(record, uow)
        await carry_back_listed(record, uow)
    else:
        await carry_back_desk(record, moved, uow)
    await _carry_back_invitations(record, uow)
    await uow.office_notes.move(record.member_id, duplicate_id, only=record.carried.notes)
    await uow.mergers.remove(duplicate_id)
    await mail_parted(record.member_id, list(people.values()), uow, surroundings)
    return back


async def _carry_back_contacts(
    record: MergerRecord, uow: RegistryRepositories, surroundings: Surroundings
) -> Mapping[str, Contact]:
    """Contacts that moved are the duplicate's again; a person of both entries gets one there, with another id.

    Returns the duplicate's contacts by the ids that they had at the entry that stays.
    """
    here = await uow.contacts.of_members([record.member_id])
    known, back = {each.contact_id: each for each in here}, dict[str, Contact]()
    for former, stays in sorted(record.carried.people.items()):
        contact = known.get(stays)
        if contact is None:
            continue  # erased since, or no contact of this entry any more
        if former == stays:
            moved = replace(contact.answering_for(record.duplicate_id), moved=False)
            uow.contacts.save(moved)
            publish_contact(uow.outbox, moved)
            await _move_changes(contact, record, uow)
            await end_sessions_of_account(contact.contact_id, uow)
            await revoke(of_subject(contact.contact_id), uow)
            back[stays] = moved
        else:
            confirmed_at = contact.confirmed_at if former in record.carried.confirmed else None
            again = (record.member_kind, record.duplicate_id, contact.person)
            back[stays] = add_person(*again, uow, surroundings, known=len(back), confirmed_at=confirmed_at)
    return back


async def _move_changes(contact: Contact, record: MergerRecord, uow: RegistryRepositories) -> None:
    for change in await uow.contact_changes.of_member(record.member_id):
        if change.is_open and change.contact_id == contact.contact_id:
            await uow.contact_changes.put(replace(change, member_id=record.duplicate_id))


async def _carry_back_handover(record: MergerRecord, people: Mapping[str, Contact], uow: RegistryRepositories) -> None:
    """Give a pending handover back, unless the contact that hands over was erased since."""
    waiting = None if record.carried.handover is None else await uow.handovers.get(record.carried.handover)
    if waiting is not None and waiting.member_id == record.member_id:
        await uow.handovers.remove(waiting.handover_id)
        predecessor = people.get(waiting.predecessor_id or "")
        if predecessor is not None or waiting.predecessor_id is None:
            predecessor_id = None if predecessor is None else predecessor.contact_id
            await uow.handovers.put(replace(waiting, member_id=record.duplicate_id, predecessor_id=predecessor_id))


async def _carry_back_requests(
    record: MergerRecord, moved: Mapping[str, str], uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Close the requests that the merger opened, and open the duplicate's own again."""
    opened = {now: former for former, now in moved.items() if now in record.carried.requests}
    await move_asked_for(record.duplicate_id, record.member_id, opened, uow, surroundings, with_new=False)
    found = await uow.requests.get_many([*moved, *opened])
    for former, now in sorted(moved.items()):
        if (own := found.get(former)) is not None:
            again = own.published_again(own.details)
            uow.requests.save(again)
            publish_request(uow.outbox, "published", again)
        if now in record.carried.requests:
            closed = found[now].closed(former)
            uow.requests.save(closed)
            publish_request(uow.outbox, "closed", closed)


async def _carry_back_twinnings(record: MergerRecord, uow: RegistryRepositories) -> None:
    """Declare the duplicate's twinnings again, but for those that were retracted since the merger."""
    stands = {each.identifier for each in await uow.twinnings.of_city(record.member_id) if each.status == DECLARED}
    for other, since in record.carried.twinnings.items():
        if ":".join(sorted((record.member_id, other))) not in stands:
            continue
        await declare_twinning(DeclareTwinning(city_a=record.duplicate_id, city_b=other, since=since), uow)
        if other in record.carried.new_twinnings:
            await retract_twinning(":".join(sorted((record.member_id, other))), uow)


async def _carry_back_invitations(record: MergerRecord, uow: RegistryRepositories) -> None:
    for invitation_id, programme_id in record.carried.invitations.items():
        invitation = await uow.invitations.get(invitation_id)
        if invitation is None:
            continue  # both entries had one
        if record.member_kind == "city":
            changed = replace(invitation, city_id=record.duplicate_id)
        else:
            changed = replace(invitation, partner_id=record.duplicate_id, programme_id=programme_id)
        await uow.invitations.save(changed)
