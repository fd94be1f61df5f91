"""Sessions: begun by a sign-in, carried on by refresh tokens, for one account at a time.

Invariant: each refresh looks the account up again; one that is gone, or whose member has left, gets no token.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from isopolity.registry.application.access.accounts import accounts_of, address_of
from isopolity.registry.application.access.session_ends import end_session
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.session import Session
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotPossible

_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Begun:
    """A session that goes on: its next refresh token, its account, and all that its holder may choose."""

    session: Session
    refresh_token: str
    account: Account | None
    """None until the holder of several accounts has chosen one."""
    accounts: Sequence[Account]


async def begin_session(
    accounts: Sequence[Account], begun_with: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> Begun:
    """Begin a session for the holder of these accounts: for the account, if there is one; else it is to be chosen."""
    now, account, family, turn = surroundings.clock(), accounts[0], token_urlsafe(_BYTES), token_urlsafe(_BYTES)
    session = Session(
        session_id=surroundings.ids(),
        account_id=account.account_id,
        member_id=account.member_id,
        chosen=len(accounts) == 1,
        family_digest=_digest(family),
        turn_digest=_digest(turn),
        started_at=now,
        refreshed_at=now,
        ends_at=now + max(surroundings.sign_in_rules.life(one) for one in accounts),
        begun_with=begun_with,
    )
    await uow.sessions.add(session)
    return _begun(session, family, turn, accounts)


async def refresh_session(
    refresh_token: str, account_id: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> Begun | None:
    """The session with its next refresh token, for another account if one is named; None: it has ended.

    Commit then, too: an earlier token ends the session. Raises InvalidProfile for an account that is not the holder's,
    NotPossible for one whose sessions would have ended since the sign-in; the token then counts as before.
    """
    family, _, turn = refresh_token.partition(".")
    session, accounts = await _locked(_digest(family), uow, changes=account_id is not None)
    if session is None:
        return None
    now, by_id = surroundings.clock(), {one.account_id: one for one in accounts}
    is_last = hmac.compare_digest(session.turn_digest, _digest(turn))
    if not is_last or session.ends_at <= now or session.account_id not in by_id:
        await end_session(session.session_id, uow)
        return None
    if account_id is not None and account_id not in by_id:
        raise InvalidProfile([FieldError(("account_id",), "Choose one of the accounts of your sign-in.")])
    account = by_id[account_id or session.account_id]
    chosen = session.chosen or account_id is not None
    ends_at = session.started_at + surroundings.sign_in_rules.life(account) if chosen else session.ends_at
    if ends_at <= now:
        raise NotPossible("You signed in too long ago to act as staff; sign in again.")
    next_turn = token_urlsafe(_BYTES)
    turned = session.turned(account, chosen=chosen, turn_digest=_digest(next_turn), ends_at=ends_at, now=now)
    await uow.sessions.save(turned)
    return _begun(turned, family, next_turn, accounts)


async def own_sessions(account_id: str, uow: RegistryRepositories) -> Sequence[Session]:
    """All sessions of the holder of an account, whichever of the accounts they are for; the oldest first."""
    address = await address_of(account_id, uow)
    accounts = await accounts_of(address, uow, locked=False) if address is not None else ()
    return await uow.sessions.of_accounts([one.account_id for one in accounts])


async def end_other_sessions(account_id: str, session_id: str | None, uow: RegistryRepositories) -> None:
    """End all sessions of the holder of an account but this one."""
    for one in await own_sessions(account_id, uow):
        if one.session_id != session_id:
            await end_session(one.session_id, uow)


async def _locked(
    family_digest: str, uow: RegistryRepositories, *, changes: bool
) -> tuple[Session | None, Sequence[Account]]:
    """The session, locked, and the accounts of its holder.

    Where the session `changes` to another account, accounts are locked before it, as where they change. Otherwise its
    own lock suffices: what ends the account waits for it, and then ends the session.
    """
    found = await uow.sessions.by_family(family_digest)
    if found is None:
        return None, ()
    session = None if changes else await uow.sessions.lock(found.session_id)
    address = await address_of((session or found).account_id, uow)
    accounts = await accounts_of(address, uow, locked=changes) if address is not None else ()
    return session or await uow.sessions.lock(found.session_id), accounts


def _begun(session: Session, family: str, turn: str, accounts: Sequence[Account]) -> Begun:
    account = next(one for one in accounts if one.account_id == session.account_id)
    return Begun(
        session=session,
        refresh_token=f"{family}.{turn}",
        account=account if session.chosen else None,
        accounts=accounts,
    )


def _digest(part: str) -> str:
    return sha256(part.encode()).hexdigest()
