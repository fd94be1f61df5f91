"""Handovers: started by the predecessor or by staff, confirmed by the successor through a mailed link.

Invariant: roles change only in the transaction of the confirmation, which also ends the predecessor's sessions. Locks
are taken in the order members, contacts, handover.
"""

from dataclasses import dataclass, replace
from typing import Final

from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.commands import StartHandover
from isopolity.registry.application.contacts import change_person, erase_contact, same_address, upsert_person
from isopolity.registry.application.events import publish_handover
from isopolity.registry.application.limits import day_of, digest_of, seconds_left
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.application.replacement.together import mail_entered, mail_handed_over
from isopolity.registry.domain.contact import Contact, require_room
from isopolity.registry.domain.contact_rights import Doer, takes_place_of
from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile, LimitReached, NotFound, NotPossible
from isopolity.registry.domain.handover import DEPUTY, ROLES, Handover, ended

A_DAY: Final = 5
"""Handovers that one member may start in a day; each sends a mail to an address that the member names."""
_OFFICE: Final = "the network's office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A handover as its successor reads it."""

    handover: Handover
    member_name: str
    handed_over_by: str
    """The name of the predecessor, or of the office."""


async def start_handover(command: StartHandover, uow: RegistryUnitOfWork, surroundings: Surroundings) -> Handover:
    """Start a handover, which replaces a pending one. Raises InvalidProfile, LimitReached, NotPossible."""
    now, found = surroundings.clock(), await member(uow, command.member_kind, command.member_id)
    if found.status == "withdrawn":
        raise NotPossible(f"{found.profile.name} has left the network; there is nothing to hand over.")
    predecessor = None
    if command.predecessor_id is not None:
        predecessor = await uow.contacts.get(command.predecessor_id)
        _require_handing(predecessor, command)
        _require_reason(predecessor, command)
        if not command.by_staff:
            await _require_undisputed(predecessor, uow)
    await _require_room(command, uow)
    counted = digest_of(surroundings.sign_in_rules.key, "handover", command.member_id)
    if await uow.counters.count(counted, day_of(now)) > A_DAY:
        raise LimitReached("You have started as many handovers as one may in a day; go on tomorrow.", seconds_left(now))
    role = predecessor.person.role if predecessor is not None else ROLES[0]
    handover = Handover(
        handover_id=surroundings.ids(),
        member_kind=command.member_kind,
        member_id=command.member_id,
        predecessor_id=command.predecessor_id,
        predecessor_becomes=command.predecessor_becomes,
        by_staff=command.by_staff,
        successor=replace(command.successor, role=role),
        started_at=now,
    )
    await uow.handovers.put(handover)
    _note(handover, uow, reason=command.reason)
    publish_handover(uow.outbox, handover)
    return handover


async def issue_handover(
    handover_id: str, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[Offered, str]:
    """Make the secret of the link that is mailed now, which ends earlier ones. Raises NotFound, Gone."""
    stored = await uow.handovers.get(handover_id)
    if stored is None:
        raise NotFound("There is no handover with this id; it has ended.")
    secret = new_secret()
    issued = stored.issued(digest_of_secret(secret), surroundings.clock())
    await uow.handovers.put(issued)
    return await _offered(issued, uow), secret


async def look_at_handover(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Offered:
    """The handover behind the link; nothing changes. Raises Gone."""
    return await _offered(await _waiting(secret, uow, surroundings), uow)


async def confirm_handover(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Contact:
    """Complete the handover; returns the successor's contact. Raises Gone, NotPossible."""
    known = await _waiting(secret, uow, surroundings)
    found = await member(uow, known.member_kind, known.member_id)
    predecessor = None if known.predecessor_id is None else await uow.contacts.get(known.predecessor_id)
    known.require_predecessor(predecessor)
    before = await uow.contacts.of_members([known.member_id])
    if not known.by_staff:
        await _require_undisputed(predecessor, uow)
    if found.status == "withdrawn" or not await uow.handovers.remove(known.handover_id):
        raise ended()
    leaving, now = int(predecessor is not None and known.predecessor_becomes != DEPUTY), surroundings.clock()
    successor = await upsert_person(
        known.member_kind, known.member_id, known.successor, uow, surroundings, confirmed_at=now, leaving=leaving
    )
    if predecessor is not None:
        becomes = replace(predecessor.person, role=DEPUTY) if known.predecessor_becomes == DEPUTY else None
        if becomes is not None:
            await change_person(predecessor, becomes, uow, surroundings)
        else:
            await erase_contact(predecessor.contact_id, uow)
        doer = Doer(is_staff=True) if known.by_staff else Doer(contact_id=predecessor.contact_id)
        await mail_handed_over(before, predecessor, becomes, successor.person, doer, uow, surroundings)
    else:
        await mail_entered(before, [successor.person], Doer(is_staff=True), uow, surroundings)
    _note(known, uow, successor)
    return successor


async def cancel_handover(handover: Handover, doer: Doer, uow: RegistryRepositories) -> None:
    """End a pending handover. Raises NotFound if it has ended, NotPossible for a doer who could not start one."""
    if not doer.is_staff:
        caller = await uow.contacts.peek(doer.contact_id or "")
        if caller is None or caller.person.role not in ROLES:
            raise NotPossible("Only a coordinator or programme officer ends a handover; ask yours to do it.")
    if not await uow.handovers.remove(handover.handover_id):
        raise NotFound("There is no handover with this id; it has ended.")
    uow.audit.note("handover", handover.handover_id, before={"member_id": handover.member_id})


def _require_handing(predecessor: Contact | None, command: StartHandover) -> None:
    if predecessor is None or predecessor.member_id != command.member_id or predecessor.person.role not in ROLES:
        raise NotPossible("Only a coordinator, or a partner's programme officer, hands over; sign in as one.")
    if predecessor.person.address == command.successor.address:
        raise InvalidProfile([FieldError(("email",), "Give the address of another person, who is to follow.")])


async def _require_undisputed(predecessor: Contact | None, uow: RegistryRepositories) -> None:
    """Raise NotPossible while a change of the predecessor is open, which may take the role to be handed over."""
    known = [] if predecessor is None else await uow.contact_changes.of_member(predecessor.member_id)
    if predecessor is not None and any(one.is_open and one.contact_id == predecessor.contact_id for one in known):
        raise NotPossible(
            "Another contact has asked to change who hands over here; until that is decided nothing is handed over."
        )


async def _require_room(command: StartHandover, uow: RegistryRepositories) -> None:
    """Raise NotPossible if the member may not have more contacts, before a mail goes to the successor."""
    contacts = await uow.contacts.of_members([command.member_id])
    if not any(same_address(one.person, command.successor) for one in contacts):
        is_leaving = command.predecessor_id is not None and command.predecessor_becomes != DEPUTY
        require_room(len(contacts) - is_leaving)


def _require_reason(predecessor: Contact | None, command: StartHandover) -> None:
    """Raise InvalidProfile if staff takes the role from somebody without a reason."""
    if command.by_staff and takes_place_of(predecessor, None) and not command.reason:
        raise InvalidProfile([FieldError(("reason",), "Say why this person is replaced; it is kept in the audit.")])


async def _waiting(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Handover:
    found = await uow.handovers.by_secret(digest_of_secret(secret))
    if found is None:
        raise ended()
    found.require_waiting(surroundings.clock())
    return found


async def _offered(handover: Handover, uow: RegistryRepositories) -> Offered:
    members = uow.cities if handover.member_kind == "city" else uow.partners
    found = (await members.peek_many([handover.member_id])).get(handover.member_id)
    predecessor = None if handover.predecessor_id is None else await uow.contacts.peek(handover.predecessor_id)
    handover.require_predecessor(predecessor)
    if found is None or found.status == "withdrawn":
        raise Gone("The member has left the network; send nothing.")
    by = _OFFICE if handover.by_staff or predecessor is None else predecessor.person.name
    return Offered(handover=handover, member_name=found.profile.name, handed_over_by=by)


def _note(
    handover: Handover, uow: RegistryRepositories, successor: Contact | None = None, reason: str | None = None
) -> None:
    """Enter the handover in the audit: ids, roles and staff's reason, without names and addresses."""
    about = {"member_id": handover.member_id, "predecessor_id": handover.predecessor_id}
    about |= {"role": handover.successor.role, "predecessor_becomes": handover.predecessor_becomes}
    if successor is None:
        details = None if reason is None else {"reason": reason}
        uow.audit.note("handover", handover.handover_id, after=about, details=details)
    else:
        uow.audit.note("handover", handover.handover_id, before=about, after={"successor_id": successor.contact_id})
