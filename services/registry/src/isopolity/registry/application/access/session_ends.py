"""Ends of sessions: refresh tokens end with the row, access tokens by a revocation that every service reads.

Of who is no more, tokens that a program holds in its name end, too. Invariant: all of it happens in the transaction of
what ends them.
"""

from collections.abc import Sequence

from isopolity.contracts.revocations import of_session, of_subject
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.application.revocations import revoke
from isopolity.registry.domain.access.session import ACCESS_LIFE


async def end_session(session_id: str, uow: RegistryRepositories) -> bool:
    """End the session; returns whether there was one."""
    return bool(await _revoke(await uow.sessions.end(session_id), uow))


async def end_sessions_of_account(account_id: str, uow: RegistryRepositories) -> None:
    """End all sessions of a contact, or of somebody of the office."""
    await _revoke(await uow.sessions.end_of_account(account_id), uow)


async def end_sessions_of_holder(account_id: str, uow: RegistryRepositories) -> None:
    """End all sessions of whom an account is, for whichever of the person's accounts.

    A session goes from one account to another and keeps the second factor that it has shown, so that one which acts for
    a member meanwhile would come back as the office.
    """
    contact = await uow.contacts.peek(account_id)
    person = None if contact is not None else await uow.office.get(account_id, locked=False)
    address = contact.person.address if contact is not None else None if person is None else person.address
    others = () if address is None else await uow.contacts.peek_of_address(address)
    office = None if address is None else await uow.office.by_address(address, locked=False)
    ids = {account_id, *(one.contact_id for one in others), *(() if office is None else (office.person_id,))}
    for one in sorted(ids):
        await end_sessions_of_account(one, uow)


async def end_account(account_id: str, uow: RegistryRepositories) -> None:
    """End what acts as a contact, or as somebody of the office, who is no more or another person from now on.

    Beside the sessions these are the passkeys, and the tokens of programs whose subject is this id.
    """
    await uow.passkeys.forget(account_id)
    await end_sessions_of_account(account_id, uow)
    await revoke(of_subject(account_id), uow)


async def forget_sign_ins(address: str, uow: RegistryRepositories, *, of: str) -> None:
    """Forget the sign-ins of an address whose account `of` is no more, unless another account has the address.

    Else anybody who may enter and erase contacts of one member could take the mailed links from people of others.
    """
    contacts = await uow.contacts.peek_of_address(address)
    person = await uow.office.by_address(address, locked=False)
    ids = {one.contact_id for one in contacts} | (set() if person is None else {person.person_id})
    if not ids - {of}:
        await uow.sign_ins.forget(address)


async def end_sessions_of_member(member_id: str, uow: RegistryRepositories) -> None:
    """End all sessions that speak for the member."""
    await _revoke(await uow.sessions.end_of_member(member_id), uow)


async def end_all_sessions(uow: RegistryRepositories) -> Sequence[str]:
    """End every session and every sign-in that waits, and know no browser; returns the ids of the sessions."""
    await uow.sign_ins.forget_all()
    await uow.known_browsers.forget_all()
    return await _revoke(await uow.sessions.end_all(), uow)


async def end_sessions_named(
    uow: RegistryRepositories, *, token_id: str | None, subject: str | None, member_id: str | None
) -> None:
    """End the sessions whose tokens a revocation names by one of the three, so that none gets another."""
    if token_id is not None:  # the id of a session's token begins with the session's
        await end_session(token_id.partition(".")[0], uow)
    if subject is not None:
        await end_sessions_of_holder(subject, uow)
    if member_id is not None:
        await end_sessions_of_member(member_id, uow)
        for contact in await uow.contacts.of_members([member_id]):
            await end_sessions_of_holder(contact.contact_id, uow)


async def _revoke(session_ids: Sequence[str], uow: RegistryRepositories) -> Sequence[str]:
    for session_id in session_ids:
        await revoke(of_session(session_id), uow, ACCESS_LIFE)
    return session_ids
