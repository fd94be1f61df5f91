"""Adds, changes and erases contacts, at once or after a wait, as `rights` decides; people concerned get mails.

Invariant: every change of a contact by a person, on pages or through the API, goes through these functions.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from isopolity.registry.application.commands import AddContact, ChangeContact
from isopolity.registry.application.contacts import add_person, change_contact, erase_contact, same_address
from isopolity.registry.application.limits import day_of, digest_of, seconds_left
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.application.replacement.notices import moving, notice_of, recipients_of, write_notices
from isopolity.registry.domain.contact import Contact, Person
from isopolity.registry.domain.contact_change import (
    DONE,
    MADE,
    PERSON,
    REFUSED,
    REPLACED,
    WAITING,
    WAITS,
    ContactChange,
    what_becomes,
)
from isopolity.registry.domain.contact_rights import GUARDED, Doer, Situation, Verdict, verdict
from isopolity.registry.domain.errors import FieldError, InvalidProfile, LimitReached, NotFound, NotPossible

A_DAY: Final = 5
"""Waiting changes that the contacts of one member may start in a day; each sends mails."""
AT_ONCE_A_DAY: Final = 60
"""People whom one contact may add or change at once in a day; each sends mails, also to strangers."""
_REASON: Final = "Say why: this person answers for the member, and the reason is kept in the audit."
_NO_CONTACT: Final = "There is no contact with this id; it may have been erased."
_COORDINATORS_ONLY: Final = (
    "Only a coordinator or programme officer of the member makes somebody one; ask yours, or the network's office."
)
_NOT_MEANWHILE: Final = (
    "A change of another coordinator that you have started waits; until it is decided you cannot name a coordinator."
)
_DISPUTED: Final = (
    "Another contact has asked to change who you are here. Until that is decided you keep your address, and name no "
    "coordinator; tell the network's office if it is wrong."
)
_MOVING: Final = (
    "This person has a new address and has not confirmed it yet; have the mail sent again, or ask the network's office."
)
_REFUSALS: Final = {
    Verdict.COORDINATORS_ONLY: _COORDINATORS_ONLY,
    Verdict.NOT_MEANWHILE: _NOT_MEANWHILE,
    Verdict.DISPUTED: _DISPUTED,
    Verdict.MOVING: _MOVING,
}


async def name_contact(
    command: AddContact, doer: Doer, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> Contact | ContactChange:
    """Add a contact, or change the one with the same address; returns the change instead if it waits."""
    repository = uow.cities if command.member_kind == "city" else uow.partners
    if await repository.get(command.member_id) is None:
        raise NotFound(f"There is no {command.member_kind} with this id.")
    before = await uow.contacts.of_members([command.member_id])
    same = next((one for one in before if same_address(one.person, command.person)), None)
    if same is not None:
        return await _change(same, command.person, doer, before, uow, surroundings)
    _require(await _verdict(doer, None, command.person, before, uow))
    await _require_few(doer, uow, surroundings)
    entered = add_person(command.member_kind, command.member_id, command.person, uow, surroundings, known=len(before))
    change = change_of(entered, None, entered.person, doer, surroundings)
    await _mail_notices(change, None, entered.person, doer, before, uow, surroundings)
    return entered


async def replace_contact(
    command: ChangeContact, doer: Doer, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> Contact | ContactChange:
    """Change a contact's data; returns the change if it waits. Raises NotFound, AlreadyRegistered, NotPossible."""
    target, before = await _found(command.contact_id, uow)
    return await _change(target, command.person, doer, before, uow, surroundings)


async def remove_contact(
    contact_id: str, doer: Doer, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> ContactChange | None:
    """Erase a contact; returns the change if the erasure waits. Raises NotFound, InvalidProfile, NotPossible."""
    target, before = await _found(contact_id, uow)
    if _require(await _verdict(doer, target, None, before, uow)) is Verdict.WAITS:
        return await _start(target, None, doer, before, uow, surroundings)
    change = change_of(target, target, None, doer, surroundings)
    await erase_contact(contact_id, uow)
    await _mail_notices(change, target, None, doer, before, uow, surroundings)
    return None


async def _change(
    target: Contact,
    wanted: Person,
    doer: Doer,
    before: Sequence[Contact],
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
) -> Contact | ContactChange:
    if wanted == target.person:
        return target
    if _require(await _verdict(doer, target, wanted, before, uow)) is Verdict.WAITS:
        _require_free(wanted, target, before)
        return await _start(target, wanted, doer, before, uow, surroundings)
    if target.contact_id != doer.contact_id:
        await _require_few(doer, uow, surroundings)
    change = change_of(target, target, wanted, doer, surroundings)
    changed = await change_contact(ChangeContact(contact_id=target.contact_id, person=wanted), uow, surroundings)
    await _mail_notices(change, target, wanted, doer, before, uow, surroundings)
    return changed


async def start_waiting(
    target: Contact,
    wanted: Person | None,
    doer: Doer,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> ContactChange | None:
    """Start a waiting change; None if another one is open, or a refused one is still stored."""
    known = await _known_changes(target, uow)
    if any(one.is_open or one.status == REFUSED for one in known):
        return None
    change = change_of(target, target, wanted, doer, surroundings, WAITING)
    await uow.contact_changes.put(change)
    _note(change, doer, uow)
    recipients = recipients_of(before, target, doer.contact_id)
    await write_notices(change, recipients, notice_of(change, target, before, WAITS), uow, surroundings)
    return change


async def _start(
    target: Contact,
    wanted: Person | None,
    doer: Doer,
    before: Sequence[Contact],
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
) -> ContactChange:
    for one in await _known_changes(target, uow):
        if one.status == REFUSED:
            raise NotPossible(_refused_before(one.decided_at or one.stepped_at))
    counted = digest_of(surroundings.sign_in_rules.key, "contact-change", target.member_id)
    now = surroundings.clock()
    if await uow.counters.count(counted, day_of(now)) > A_DAY:
        raise LimitReached("You have started as many such changes as one may in a day.", seconds_left(now))
    started = await start_waiting(target, wanted, doer, before, uow, surroundings)
    if started is None:
        raise NotPossible("A change to this contact is pending. Withdraw it first, or wait until it is decided.")
    return started


async def _known_changes(target: Contact, uow: RegistryRepositories) -> Sequence[ContactChange]:
    changes = await uow.contact_changes.of_member(target.member_id)
    return [one for one in changes if one.contact_id == target.contact_id]


async def _require_few(doer: Doer, uow: RegistryUnitOfWork, surroundings: Surroundings) -> None:
    """Raise LimitReached for a contact that has added or changed more than `AT_ONCE_A_DAY` others in a day.

    Staff and programs are not counted, nor are erasures, so that a contact whose mail box was taken over can be erased
    at any time.
    """
    if doer.contact_id is None:
        return
    now = surroundings.clock()
    counted = digest_of(surroundings.sign_in_rules.key, "contact at once", doer.contact_id)
    if await uow.counters.count(counted, day_of(now)) > AT_ONCE_A_DAY:
        sentence = "You have entered or changed as many contacts as one may in a day; go on tomorrow."
        raise LimitReached(sentence, seconds_left(now))


def _refused_before(day: datetime) -> str:
    written = f"{day.day} {day:%B %Y}"
    return f"The network's office refused on {written} to change this contact; write to it if something is new."


async def _found(contact_id: str, uow: RegistryRepositories) -> tuple[Contact, Sequence[Contact]]:
    """The contact, and all contacts of its member, locked in a fixed order."""
    known = await uow.contacts.peek(contact_id)
    before = [] if known is None else await uow.contacts.of_members([known.member_id])
    found = next((one for one in before if one.contact_id == contact_id), None)
    if found is None:
        raise NotFound(_NO_CONTACT)
    return found, before


async def _verdict(
    doer: Doer, target: Contact | None, wanted: Person | None, before: Sequence[Contact], uow: RegistryRepositories
) -> Verdict:
    roles = {one.contact_id: one.person.role for one in before}
    changes: Sequence[ContactChange] = ()
    if doer.contact_id is not None and before:
        changes = await uow.contact_changes.of_member(before[0].member_id)
    known, moved = [one for one in changes if one.is_open], moving(before, changes)
    situation = Situation(
        doer_role=roles.get(doer.contact_id or ""),
        has_guarded=bool(moved) or any(one.person.role in GUARDED and one.is_confirmed for one in before),
        wish_waits=any(one.by_contact_id == doer.contact_id for one in known),
        is_disputed=any(one.contact_id == doer.contact_id for one in known),
        is_moving=target is not None and target.contact_id in moved,
    )
    return verdict(doer, target, wanted, situation)


def _require(decided: Verdict) -> Verdict:
    if decided is Verdict.NEEDS_REASON:
        raise InvalidProfile([FieldError(("reason",), _REASON)])
    if decided in _REFUSALS:
        raise NotPossible(_REFUSALS[decided])
    return decided


def _require_free(wanted: Person, target: Contact, before: Sequence[Contact]) -> None:
    others = (one for one in before if one.contact_id != target.contact_id)
    if any(same_address(one.person, wanted) for one in others):
        raise NotPossible("The member has another contact with this address; change or erase that one.")


def change_of(
    contact: Contact,
    target: Contact | None,
    wanted: Person | None,
    doer: Doer,
    surroundings: Surroundings,
    status: str = DONE,
) -> ContactChange:
    """The change of `contact` from `target`, None if it is new, to `wanted`, None if it is erased."""
    now = surroundings.clock()
    return ContactChange(
        change_id=surroundings.ids(),
        member_kind=contact.member_kind,
        member_id=contact.member_id,
        contact_id=contact.contact_id,
        what=what_becomes(target, wanted, GUARDED),
        role_before=None if target is None else target.person.role,
        role_after=None if wanted is None else wanted.role,
        by_contact_id=doer.contact_id,
        by_staff=doer.is_staff,
        started_at=now,
        stepped_at=now,
        status=status,
        wanted=wanted,
        reason=doer.reason,
    )


async def _mail_notices(
    change: ContactChange,
    target: Contact | None,
    wanted: Person | None,
    doer: Doer,
    before: Sequence[Contact],
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> None:
    """Mail the people concerned by a change made at once; a change of one's own data only if the address changes."""
    is_own = doer.contact_id is not None and doer.contact_id == change.contact_id
    recipients = recipients_of(before, target, doer.contact_id)
    if is_own:
        recipients = [one for one in recipients if one[0] == PERSON] if change.what == REPLACED else []
    if doer.reason is not None:
        _note(change, doer, uow)
    if not recipients:
        return
    notice = notice_of(change, target, before, MADE)
    if target is None and wanted is not None:
        notice = replace(notice, person=wanted.name)
    await uow.contact_changes.put(change.made(surroundings.clock()))
    await write_notices(change, recipients, notice, uow, surroundings)


def _note(change: ContactChange, doer: Doer, uow: RegistryRepositories) -> None:
    """Enter the change in the audit: ids, roles and staff's reason, without names and addresses."""
    about = {"member_id": change.member_id, "contact_id": change.contact_id, "what": change.what}
    about |= {"role_before": change.role_before, "role_after": change.role_after, "status": change.status}
    details = {"member_id": change.member_id} | ({"reason": doer.reason} if doer.reason else {})
    uow.audit.note("contact-change", change.change_id, after=about, details=details)
