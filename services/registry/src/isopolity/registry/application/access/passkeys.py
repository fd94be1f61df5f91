"""Passkeys: people add them, sign in with them, and remove them; somebody of the office enrols one as the first second
factor, with an enrolment code.

Invariants: a passkey opens only accounts of its own person, and acts for the office only if it was enrolled with a
second factor. A challenge is valid once. All refused sign-ins look the same. An enrolment code is checked before the
passkey is made, and the answer is valid in that session only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from secrets import token_bytes
from typing import Final

from isopolity.identity.actors import amend_act
from isopolity.registry.application.access.accounts import accounts_of, address_of, need_of, remember_browser
from isopolity.registry.application.access.ports import PasskeyReader
from isopolity.registry.application.access.second_factors import person_of, require_enrolment
from isopolity.registry.application.access.sessions import (
    Begun,
    begin_session,
    enter_sign_in,
    held_session,
    repeated_answer,
    turn_session,
)
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.second_factor import FRESH, MOST, Challenge, FactorNeed, Passkey, Purpose
from isopolity.registry.domain.access.session import Session
from isopolity.registry.domain.errors import NotFound, NotPossible

_BYTES: Final = 32


async def ask_to_sign(
    binding: str, client: str, uow: RegistryUnitOfWork, surroundings: Surroundings, reader: PasskeyReader
) -> str:
    """Options to sign with any passkey, for the browser with this `binding`. Raises LimitReached."""
    await surroundings.sign_in_rules.admit_to_passkeys(uow.counters, client, surroundings.clock())
    return reader.request(await new_challenge(Purpose.SIGN_IN, binding, uow, surroundings))


async def sign_in_with_passkey(
    credential: str,
    binding: str,
    begun_with: str | None,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    reader: PasskeyReader,
    browser: str | None = None,
) -> Begun | None:
    """Begin a session for the person whose passkey has signed; None if it is refused. Commit in either case."""
    challenge = await take_challenge(credential, Purpose.SIGN_IN, binding, uow, surroundings, reader)
    named = reader.id_of(credential)
    if challenge is None or named is None or (found := await uow.passkeys.of_credential(named)) is None:
        return None
    address = await address_of(found.account_id, uow)
    accounts = await accounts_of(address, uow, locked=True) if address is not None else ()
    passkey = await uow.passkeys.lock(found.passkey_id)
    if address is None or passkey is None or passkey.account_id not in {one.account_id for one in accounts}:
        return None
    signed = reader.signed(credential, challenge, passkey)
    if signed is None:
        return None
    now = surroundings.clock()
    await uow.passkeys.save(passkey.used(signed.sign_count, now, is_backed_up=signed.is_backed_up))
    await remember_browser(browser, address, accounts, uow, surroundings)
    begun = await begin_session(accounts, begun_with, uow, surroundings, verified=passkey.is_factor)
    enter_sign_in(begun, "passkey", uow)
    return begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """The holder of a session, and the account for which it acts."""

    session: Session
    account: Account
    accounts: Sequence[Account]

    @property
    def kept(self) -> Sequence[str]:
        """Ids of accounts whose passkeys the holder may see and remove; the office's only after a second factor."""
        return [one.account_id for one in self.accounts if one.kind == "member" or self.session.verified]


async def holder_of(
    account_id: str, session_id: str | None, uow: RegistryRepositories, *, changes: bool = True
) -> Holder:
    """The holder of a session; `changes`: the holder's accounts are locked until the transaction ends.

    Raises NotPossible if there is no session, as for a program.
    """
    address = await address_of(account_id, uow)
    accounts = await accounts_of(address, uow, locked=changes) if address is not None else ()
    account = next((one for one in accounts if one.account_id == account_id), None)
    sessions = await uow.sessions.of_accounts([account_id])
    session = next((one for one in sessions if one.session_id == session_id), None)
    if account is None or session is None:
        raise NotPossible("Passkeys belong to people; sign in at the portal.")
    return Holder(session=session, account=account, accounts=accounts)


async def ask_to_make(
    holder: Holder, uow: RegistryRepositories, surroundings: Surroundings, reader: PasskeyReader
) -> str:
    """Options for a new passkey of the holder's account. Raises NotPossible."""
    if surroundings.clock() >= holder.session.started_at + FRESH:
        raise NotPossible("You signed in more than an hour ago; sign in again to add a passkey.")
    known = await known_credentials(holder.account.account_id, uow)
    challenge = await new_challenge(Purpose.ADDING, holder.session.session_id, uow, surroundings)
    return reader.creation(challenge, holder.account, known)


async def add_passkey(
    credential: str,
    name: str,
    holder: Holder,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    reader: PasskeyReader,
) -> Passkey | None:
    """Store a new passkey of the holder's account; None if the answer is not valid. Commit in either case."""
    binding = holder.session.session_id
    challenge = await take_challenge(credential, Purpose.ADDING, binding, uow, surroundings, reader)
    is_factor = holder.account.kind == "staff" and surroundings.sign_in_rules.second_factor
    return await keep_passkey(
        credential, challenge, name, holder.account, uow, surroundings, reader, is_factor=is_factor
    )


async def own_passkeys(holder: Holder, uow: RegistryRepositories) -> Sequence[Passkey]:
    """The passkeys that the holder may see and remove, the oldest first."""
    return await uow.passkeys.of_accounts(holder.kept)


async def remove_passkey(
    passkey_id: str, holder: Holder, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    """Delete a passkey of the holder. Raises NotFound, and NotPossible for the last second factor of the office."""
    found = next((one for one in await own_passkeys(holder, uow) if one.passkey_id == passkey_id), None)
    if found is None:
        raise NotFound("You have no passkey with this id; it may have been removed.")
    if found.is_factor and surroundings.sign_in_rules.second_factor:
        await _require_another_factor(found, uow)
    await uow.passkeys.remove(passkey_id)
    uow.audit.note("passkey", passkey_id, details={"account_id": found.account_id})


async def _require_another_factor(passkey: Passkey, uow: RegistryRepositories) -> None:
    person = await uow.office.get(passkey.account_id)
    others = await uow.passkeys.of_accounts([passkey.account_id])
    has_app = person is not None and person.second_factor.confirmed
    if not has_app and not any(one.is_factor and one.passkey_id != passkey.passkey_id for one in others):
        raise NotPossible("This is your only second factor; add another passkey first, then remove this one.")


async def new_challenge(purpose: Purpose, binding: str, uow: RegistryRepositories, surroundings: Surroundings) -> bytes:
    """A new challenge, valid once and for some minutes, for the browser or session in `binding`."""
    challenge, now = token_bytes(_BYTES), surroundings.clock()
    await uow.passkeys.keep_challenge(
        Challenge(digest=_digest(challenge), purpose=purpose, binding=binding, made_at=now)
    )
    return challenge


async def take_challenge(
    credential: str,
    purpose: Purpose,
    binding: str,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    reader: PasskeyReader,
) -> bytes | None:
    """The challenge that the answer is for, which this call uses up; None if it is not valid."""
    challenge = reader.challenge_of(credential)
    if challenge is None:
        return None
    kept = await uow.passkeys.take_challenge(_digest(challenge))
    return challenge if kept is not None and kept.counts(purpose, binding, surroundings.clock()) else None


async def known_credentials(account_id: str, uow: RegistryRepositories) -> Sequence[str]:
    """Credential ids of the account's passkeys. Raises NotPossible if the account has `MOST` passkeys."""
    known = await uow.passkeys.of_accounts([account_id])
    if len(known) >= MOST:
        raise NotPossible(f"You have {MOST} passkeys; remove one first.")
    return [one.credential_id for one in known]


async def keep_passkey(
    credential: str,
    challenge: bytes | None,
    name: str,
    account: Account,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    reader: PasskeyReader,
    *,
    is_factor: bool,
) -> Passkey | None:
    """Store the passkey made for this challenge; None if it fails a check or is stored already."""
    made = reader.made(credential, challenge) if challenge is not None else None
    if made is None:
        return None
    await known_credentials(account.account_id, uow)
    passkey = Passkey(
        passkey_id=surroundings.ids(),
        account_id=account.account_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        is_synced=made.is_synced,
        is_backed_up=made.is_backed_up,
        is_factor=is_factor,
        name=name,
        added_at=surroundings.clock(),
    )
    if not await uow.passkeys.add(passkey):
        return None
    uow.audit.note("passkey", passkey.passkey_id, details={"account_id": account.account_id})
    return passkey


def _digest(challenge: bytes) -> str:
    return sha256(challenge).hexdigest()


async def ask_to_enrol(
    refresh_token: str, code: str, uow: RegistryUnitOfWork, surroundings: Surroundings, reader: PasskeyReader
) -> str | None:
    """Options for a passkey of the session's holder; None if the session has ended. Commit in either case.

    `code` is the enrolment code. Raises NotPossible, LimitReached, and WrongCode, after which the caller commits too.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True)
    if held is None:
        return None
    person = await person_of(held.accounts, uow)
    await require_enrolment(person, code, uow, surroundings)
    known = await known_credentials(person.person_id, uow)
    challenge = await new_challenge(Purpose.ENROLMENT, held.session.session_id, uow, surroundings)
    return reader.creation(challenge, held.account(person.person_id), known)


async def enrol_passkey(
    refresh_token: str,
    credential: str,
    name: str,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    reader: PasskeyReader,
    *,
    key: str | None = None,
) -> Begun | None:
    """The session, now for its holder's account of the office; None if the answer is not valid.

    Commit in either case. A request repeated with its idempotency `key` gets the same answer.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True, key=key)
    if held is None or held.is_repeated:
        return None if held is None else await repeated_answer(held, uow, surroundings)
    person = await person_of(held.accounts, uow)
    binding, account = held.session.session_id, held.account(person.person_id)
    challenge = await take_challenge(credential, Purpose.ENROLMENT, binding, uow, surroundings, reader)
    if await need_of(person, uow, surroundings.clock()) is not FactorNeed.ENROLMENT:
        return None
    # the audit names the person, although the session does not act for the office yet
    amend_act(actor_kind="staff", actor=person.person_id)
    made = await keep_passkey(credential, challenge, name, account, uow, surroundings, reader, is_factor=True)
    if made is None:
        return None
    await uow.office.put(replace(person, second_factor=person.second_factor.enrolled_otherwise()))
    passed = replace(held, session=replace(held.session, verified=True))
    return await turn_session(passed, account, uow, surroundings, chosen=True)
