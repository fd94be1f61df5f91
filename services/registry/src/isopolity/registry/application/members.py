"""Cities and partners are registered, revised, endorsed and withdrawn, perhaps with their contacts; waiting programmes
are endorsed or refused; staff chooses the default capacities of new members.

Invariants: each change of a member is published once, in its own transaction; without a change nothing is published.
By withdrawing its member a contact cannot erase a coordinator whom it could not erase directly. A choice replaces only
the one that its author has seen; earlier choices are kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from isopolity.registry.application import events
from isopolity.registry.application.access.session_ends import end_sessions_of_member, revoke_member
from isopolity.registry.application.commands import EndorseMembers, RegisterMember, ReviseMember, WithdrawMember
from isopolity.registry.application.contacts import erase_contacts_of, upsert_person
from isopolity.registry.application.ports import MemberRepository, RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.notices import moving
from isopolity.registry.application.replacement.together import mail_entered, mail_erased, mail_withdrawn
from isopolity.registry.application.revised_profiles import with_internal_fields
from isopolity.registry.domain.change import DROPPED, PENDING
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.contact_rights import Doer, takes_place_of
from isopolity.registry.domain.errors import (
    AlreadyRegistered,
    FieldError,
    InvalidProfile,
    NotFound,
    NotPossible,
    StaleEntry,
)
from isopolity.registry.domain.member import USUAL, CapacityDefaults, Choice, Member, Merged, Partner, ProfileT
from isopolity.registry.domain.partner import PartnerProfile, Refusal

AnyMember = Member[Any]


def members_of(uow: RegistryRepositories, member_kind: str) -> MemberRepository[AnyMember]:
    """The repository of `city` or `partner` members."""
    return uow.cities if member_kind == "city" else uow.partners


async def member(uow: RegistryRepositories, member_kind: str, member_id: str) -> AnyMember:
    """The member with this id. Raises NotFound."""
    found = await members_of(uow, member_kind).get(member_id)
    if found is None:
        raise NotFound(f"There is no {member_kind} with this id.")
    return found


async def register_member(
    command: RegisterMember[Any], uow: RegistryRepositories, surroundings: Surroundings
) -> AnyMember:
    """Register a member for staff; one that had left returns under its old id. Raises AlreadyRegistered."""
    repository = members_of(uow, command.profile.member_kind)
    stored = (await repository.by_keys([command.profile.key])).get(command.profile.key)
    profile = with_internal_fields(command.profile, stored.profile if stored else None, surroundings.ids)
    region = region_of(profile, surroundings)
    if stored is None:
        applied = Member(member_id=surroundings.ids(), version=1, status="applied", region=region, profile=profile)
        repository.add(applied)
    elif stored.status == "withdrawn":
        applied = stored.applied_again(profile, region)
        repository.save(applied)
    else:
        raise AlreadyRegistered(
            f"{profile.name} is registered already, or has applied; change the existing entry instead."
        )
    events.publish_member(uow.outbox, "registered", applied)
    if stored is not None:
        await publish_contacts(stored.member_id, uow, asks_at=surroundings.clock())
        await uow.flush()  # so that a further change of a contact makes its next version
    if command.person is not None:
        before = await uow.contacts.of_members([applied.member_id])
        person = _with_role_kept(before, command.person)
        await upsert_person(applied.profile.member_kind, applied.member_id, person, uow, surroundings)
        if all(one.person.address != person.address for one in before):
            await mail_entered(before, [person], Doer(is_staff=True), uow, surroundings)
    return _endorse(applied, uow) if command.endorse else applied


async def revise_member(command: ReviseMember[Any], uow: RegistryRepositories, surroundings: Surroundings) -> AnyMember:
    """Replace the profile. Raises NotFound, AlreadyRegistered, NotPossible."""
    stored = await member(uow, command.profile.member_kind, command.member_id)
    profile = with_internal_fields(command.profile, stored.profile, surroundings.ids, wait=command.wait)
    if isinstance(profile, PartnerProfile):
        profile = profile.handed_in_since(stored.profile, surroundings.clock().date())
    revised = stored.revised(profile, region_of(profile, surroundings))
    if revised is stored:
        return stored
    repository = members_of(uow, command.profile.member_kind)
    if revised.key != stored.key and await repository.by_keys([revised.key]):
        raise AlreadyRegistered(f"Another member is registered as {profile.name}; change that entry instead.")
    repository.save(revised)
    events.publish_member(uow.outbox, "revised", revised)
    return revised


async def endorse_members(command: EndorseMembers, uow: RegistryRepositories) -> Sequence[AnyMember]:
    """Endorse members in the given order; endorsed ones stay unchanged. Raises InvalidProfile, NotPossible."""
    endorsed: list[AnyMember] = []
    unknown: list[FieldError] = []
    for member_kind, field, wanted in (("city", "cities", command.cities), ("partner", "partners", command.partners)):
        found = await members_of(uow, member_kind).get_many(sorted(set(wanted)))
        for position, member_id in enumerate(wanted):
            if member_id not in found:
                unknown.append(FieldError((field, position), f"There is no {member_kind} with this id; take it out."))
            elif member_id not in wanted[:position]:
                endorsed.append(found[member_id])
    if unknown:
        raise InvalidProfile(unknown)
    return [_endorse(applicant, uow) for applicant in endorsed]


async def withdraw_member(
    command: WithdrawMember, uow: RegistryRepositories, merged: Merged | None = None
) -> AnyMember:
    """Withdraw a member, perhaps `merged` into another entry; a city's open requests close. Raises NotFound.

    Entries that were merged into it are published again, so that their data is removed or moved too.
    """
    stored = await member(uow, command.member_kind, command.member_id)
    gone = stored.withdrawn(merged)
    if gone is not stored:
        repository = members_of(uow, command.member_kind)
        repository.save(gone)
        events.publish_member(uow.outbox, "withdrawn", gone)
        for former in await repository.merged_into(command.member_id):
            if former.status == "withdrawn":
                repository.save(following := former.following(merged))
                events.publish_member(uow.outbox, "withdrawn", following)
        await _close_requests(command, uow, {} if merged is None else merged.moved_ids)
        await _drop_change(command.member_id, uow)
        await revoke_member(command.member_id, uow)
        await end_sessions_of_member(command.member_id, uow)
    if command.erase_contacts:
        await erase_contacts_of(command.member_id, uow)
    elif gone is not stored:
        await publish_contacts(command.member_id, uow)
    return gone


def region_of(profile: Any, surroundings: Surroundings) -> str:
    """The region of the member's country. Raises InvalidProfile for an unknown country."""
    region = surroundings.regions.get(profile.country)
    if region is None:
        field = "country" if profile.member_kind == "city" else "home_country"
        raise InvalidProfile([FieldError((field,), "Give the ISO 3166-1 alpha-2 code of the country, such as BR.")])
    return region


def _endorse(applicant: AnyMember, uow: RegistryRepositories) -> AnyMember:
    endorsed = applicant.endorsed()
    if endorsed is not applicant:
        members_of(uow, applicant.profile.member_kind).save(endorsed)
        events.publish_member(uow.outbox, "endorsed", endorsed)
    return endorsed


async def publish_contacts(member_id: str, uow: RegistryRepositories, *, asks_at: datetime | None = None) -> None:
    """Publish each contact again, since the status of its member has changed.

    `asks_at`: the time at which the member returns; unconfirmed contacts then get a new confirmation mail.
    """
    for contact in await uow.contacts.of_members([member_id]):
        again = contact.published_again()
        if asks_at is not None:
            again = again.asking()
            events.publish_contact_confirmation(uow.outbox, again, contact, asks_at)
        uow.contacts.save(again)
        events.publish_contact(uow.outbox, again)


def _with_role_kept(before: Sequence[Contact], person: Person) -> Person:
    """The person, with the stored role if a coordinator or programme officer would otherwise lose it."""
    for contact in before:
        if contact.person.address == person.address and takes_place_of(contact, person):
            return replace(person, role=contact.person.role)
    return person


async def _drop_change(member_id: str, uow: RegistryRepositories) -> None:
    change = await uow.changes.get(member_id)
    if change is not None and change.status == PENDING:
        uow.changes.save(change.decided(DROPPED))


async def _close_requests(command: WithdrawMember, uow: RegistryRepositories, moved: Mapping[str, str]) -> None:
    if command.member_kind != "city":
        return
    for request in await uow.requests.of_city(command.member_id):
        if (closed := request.closed(moved.get(request.request_id))) is not request:
            uow.requests.save(closed)
            events.publish_request(uow.outbox, "closed", closed)
    for change in await uow.changes.of_city(command.member_id):
        if change.status == PENDING:
            uow.changes.save(change.decided(DROPPED))


async def endorse_waiting(partner_id: str, programme_id: str, uow: RegistryRepositories) -> Partner:
    """Endorse a waiting programme; nothing happens if it does not wait. Raises NotFound."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id not in {each.programme_id for each in stored.profile.programmes}:
        raise NotFound("There is no programme with this id of this partner.")
    if programme_id not in stored.profile.waiting:
        return stored
    waiting = tuple(each for each in stored.profile.waiting if each != programme_id)
    admitted = tuple(each for each in stored.profile.admitted if each.programme_id != programme_id)
    handed_in = tuple(each for each in stored.profile.handed_in if each.programme_id in waiting)
    refused = _others(stored, programme_id)
    return save_changes(stored, uow, waiting=waiting, handed_in=handed_in, refused=refused, admitted=admitted)


async def refuse_waiting(
    partner_id: str, programme_id: str, reason: str, uow: RegistryRepositories, surroundings: Surroundings
) -> Partner:
    """Refuse a waiting programme with a reason. Raises NotFound, NotPossible."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id not in {each.programme_id for each in stored.profile.programmes}:
        raise NotFound("There is no programme with this id of this partner.")
    if programme_id not in stored.profile.waiting:
        raise NotPossible("This programme is already admitted. Ask the partner to close it.")
    refusal = Refusal(programme_id=programme_id, reason=reason, refused_on=surroundings.clock().date())
    return save_changes(stored, uow, refused=(*_others(stored, programme_id), refusal))


def _others(stored: Partner, programme_id: str) -> tuple[Refusal, ...]:
    return tuple(each for each in stored.profile.refused if each.programme_id != programme_id)


def save_changes(stored: Member[ProfileT], uow: RegistryRepositories, **changes: Any) -> Member[ProfileT]:
    """Store and publish the member with these fields of its profile changed; unchanged if nothing differs."""
    profile = replace(stored.profile, **changes)  # type: ignore[type-var]  # every profile is a dataclass
    revised = stored.revised(profile, stored.region)
    if revised is not stored:
        members_of(uow, stored.profile.member_kind).save(revised)
        events.publish_member(uow.outbox, "revised", revised)
    return revised


async def withdraw(
    command: WithdrawMember, doer: Doer, uow: RegistryRepositories, surroundings: Surroundings
) -> AnyMember:
    """Withdraw a member, and mail each erased contact except the doer. Raises NotFound, NotPossible.

    Without erasures, and if the doer is not staff, the main contact is mailed: no contact can sign in for the member
    any more, and only the office can readmit it.
    """
    stored = await member(uow, command.member_kind, command.member_id)  # members are locked before their contacts
    before = await uow.contacts.of_members([command.member_id])
    if not command.erase_contacts:
        gone = await withdraw_member(command, uow)
        if gone is not stored and not doer.is_staff:
            await mail_withdrawn(before, doer, uow, surroundings)
        return gone
    moved = moving(before, await uow.contact_changes.of_member(command.member_id))
    _require_erasable(before, doer, moved)
    gone = await withdraw_member(command, uow)
    await mail_erased(before, doer, uow, surroundings)
    return gone


def _require_erasable(contacts: Sequence[Contact], doer: Doer, moved: Collection[str]) -> None:
    """Raise NotPossible if a member erases all its contacts, including another person who is a coordinator."""
    if doer.is_staff:
        return
    others = [one for one in contacts if one.contact_id != doer.contact_id]
    if any(takes_place_of(one, None) or one.contact_id in moved for one in others):
        raise NotPossible(
            "The member has a coordinator who has not agreed to be erased; leave without erasing the contacts, "
            "or ask the network's office."
        )


async def capacity_defaults(uow: RegistryRepositories) -> CapacityDefaults:
    """The present default capacities."""
    last = await uow.choices.last(1)
    return last[0].defaults if last else USUAL


async def choose_defaults(
    wanted: CapacityDefaults, seen: int, by: str, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Store a choice, unless it equals the last one. Raises StaleEntry if `seen` is not the number of the last one."""
    last = next(iter(await uow.choices.last(1)), None)
    if (0 if last is None else last.number) != seen:
        raise StaleEntry("Somebody else has chosen since you looked; look again, then choose.")
    before = USUAL if last is None else last.defaults
    if wanted == before:
        return
    choice = Choice(number=seen + 1, chosen_at=surroundings.clock(), chosen_by=by, defaults=wanted)
    await uow.choices.add(choice)
    uow.audit.note("capacity-defaults", str(choice.number), before=asdict(before), after=asdict(wanted))
