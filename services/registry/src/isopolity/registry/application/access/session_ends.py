"""Ends sessions: refresh tokens with the row, access tokens by a revocation that every service reads through the
compacted topic within seconds.

With a deleted account, tokens of programs that act as it end too. Invariants: everything happens in the transaction of
the change that ends the sessions; a revocation is published in the transaction that stores it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from isopolity.contracts.event_types import REVOCATION_ISSUED
from isopolity.contracts.registry import RevocationState
from isopolity.identity.actors import of_member, of_session, of_subject
from isopolity.persistence.unit_of_work import Outbox
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.access.session import ACCESS_LIFE, Revocation


async def end_session(session_id: str, uow: RegistryRepositories) -> bool:
    """End the session; returns whether there was one."""
    return bool(await _revoke(await uow.sessions.end(session_id), uow))


async def end_sessions_of_account(account_id: str, uow: RegistryRepositories) -> None:
    """End all sessions of a contact, or of somebody of the office."""
    await _revoke(await uow.sessions.end_of_accounts([account_id]), uow)


async def end_sessions_of_holder(account_id: str, uow: RegistryRepositories) -> None:
    """End the sessions of all accounts of the person who holds this account.

    A session can switch between the accounts of its person and keeps its second factor: one that acts for a member now
    could otherwise switch back to the office.
    """
    contact = await uow.contacts.peek(account_id)
    person = None if contact is not None else await uow.office.get(account_id, locked=False)
    address = contact.person.address if contact is not None else None if person is None else person.address
    others = () if address is None else await uow.contacts.peek_of_address(address)
    office = None if address is None else await uow.office.by_address(address, locked=False)
    ids = {account_id, *(one.contact_id for one in others), *(() if office is None else (office.person_id,))}
    for one in sorted(ids):
        await end_sessions_of_account(one, uow)


async def end_accounts(account_ids: Collection[str], uow: RegistryRepositories) -> None:
    """End the access of contacts, or of people of the office, that are deleted or now stand for another person.

    This deletes their passkeys, known browsers and sessions, and revokes tokens of programs with these ids as subject.
    """
    await uow.passkeys.forget(account_ids)
    await uow.known_browsers.forget(account_ids)
    await _revoke(await uow.sessions.end_of_accounts(account_ids), uow)
    await revoke_all([of_subject(one) for one in account_ids], uow)


async def forget_sign_ins(gone: Mapping[str, str], uow: RegistryRepositories) -> None:
    """Delete the sign-ins of accounts that are gone, given as addresses by id, unless another account has the address.

    Otherwise adding and erasing a contact of one member would end mailed links of other members' people.
    """
    addresses = set(gone.values())
    held = {one.contact_id: one.person.address for one in await uow.contacts.peek_of_addresses(addresses)}
    held |= {one.person_id: one.address for one in await uow.office.all()}
    await uow.sign_ins.forget(addresses - {address for holder, address in held.items() if holder not in gone})


async def end_sessions_of_member(member_id: str, uow: RegistryRepositories) -> None:
    """End all sessions that act for the member."""
    await _revoke(await uow.sessions.end_of_member(member_id), uow)


async def end_all_sessions(uow: RegistryRepositories) -> Sequence[str]:
    """End all sessions and pending sign-ins, and delete all known browsers; returns the ids of the sessions."""
    await uow.sign_ins.forget_all()
    await uow.known_browsers.forget_all()
    return await _revoke(await uow.sessions.end_all(), uow)


async def end_sessions_named(
    uow: RegistryRepositories, *, token_id: str | None, subject: str | None, member_id: str | None
) -> None:
    """End the sessions whose tokens match a revocation by one of the three ids, so that they get no new tokens."""
    if token_id is not None:  # the id of a session's token begins with the session's
        await end_session(token_id.partition(".")[0], uow)
    if subject is not None:
        await end_sessions_of_holder(subject, uow)
    if member_id is not None:
        await end_sessions_of_member(member_id, uow)
        for contact in await uow.contacts.of_members([member_id]):
            await end_sessions_of_holder(contact.contact_id, uow)


async def _revoke(session_ids: Sequence[str], uow: RegistryRepositories) -> Sequence[str]:
    await revoke_all([of_session(one) for one in session_ids], uow, ACCESS_LIFE)
    return session_ids


async def revoke(revocation_id: str, uow: RegistryRepositories, life: timedelta | None = None) -> Revocation:
    """End all existing tokens that match `revocation_id` (see `isopolity.identity.actors`).

    `life` is their longest life; by default that of any token.
    """
    (revocation,) = await revoke_all([revocation_id], uow, life)
    return revocation


async def revoke_all(
    revocation_ids: Collection[str], uow: RegistryRepositories, life: timedelta | None = None
) -> Sequence[Revocation]:
    """End all existing tokens that match one of `revocation_ids`; see `revoke`."""
    revocations = await uow.revocations.revoke(revocation_ids, life)
    for one in revocations:
        publish_revocation(uow.outbox, one)
    return revocations


async def revoke_member(member_id: str, uow: RegistryRepositories) -> None:
    """End all tokens that act for the member, because it leaves; later tokens are valid."""
    await revoke(of_member(member_id), uow)


def publish_revocation(outbox: Outbox, revocation: Revocation) -> None:
    """Publish the revocation for all services."""
    outbox.publish(REVOCATION_ISSUED, revocation_state(revocation))


def revocation_state(revocation: Revocation) -> RevocationState:
    """The revocation's whole state, for its event."""
    return RevocationState(
        revocation_id=revocation.revocation_id,
        version=revocation.version,
        status="issued",
        revoked_at=revocation.revoked_at,
        expires_at=revocation.expires_at,
    )
