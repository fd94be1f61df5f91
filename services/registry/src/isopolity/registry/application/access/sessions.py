"""Sessions: begun by a sign-in, continued by refresh tokens, for one account at a time.

Invariant: each refresh looks the account up again; a deleted account, or one whose member has left, gets no token. A
request repeated with its idempotency key gets the same refresh token, which is derived from that key and never stored.
The audit has sign-ins and second factors, by ids and a word for the way, but no failed tries.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from isopolity.identity.actors import amend_act, holds
from isopolity.registry.application.access.accounts import accounts_of, address_of, digest_of_browser, need_of
from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.access.session_ends import end_session
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import Account
from isopolity.registry.domain.access.second_factor import FactorNeed
from isopolity.registry.domain.access.session import REPEATABLE, Session
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotPossible


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Begun:
    """A session with its next refresh token, its account, and the accounts that its holder may choose."""

    session: Session
    refresh_token: str
    account: Account | None
    """None until the holder has chosen one of several accounts, or passed the second factor of the office."""
    accounts: Sequence[Account]
    need: FactorNeed | None = None
    """The factor that is missing to act for the office; None if nothing is."""


async def begin_session(
    accounts: Sequence[Account],
    begun_with: str | None,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    verified: bool = False,
) -> Begun:
    """Begin a session for the holder of these accounts; if there are several, one must be chosen.

    `verified`: the holder has proved a second factor, so that the session may act for the office at once.
    """
    now, account, family, turn = surroundings.clock(), accounts[0], new_secret(), new_secret()
    session = Session(
        session_id=surroundings.ids(),
        account_id=account.account_id,
        member_id=account.member_id,
        chosen=False,
        family_digest=digest_of_secret(family),
        turn_digest=digest_of_secret(turn),
        started_at=now,
        refreshed_at=now,
        ends_at=now + max(surroundings.sign_in_rules.life(one) for one in accounts),
        verified=verified or not surroundings.sign_in_rules.second_factor,
        begun_with=begun_with,
    )
    session = replace(session, chosen=len(accounts) == 1 and _may_be(account, session))
    await uow.sessions.add(session)
    return await _begun(session, family, turn, accounts, uow, now)


def enter_sign_in(begun: Begun, way: str, uow: RegistryRepositories) -> None:
    """Enter in the audit that a session began by `way`, such as `link`; the actor is its account."""
    session = begun.session
    at_office = (one for one in begun.accounts if one.kind == "staff")
    own = (one for one in begun.accounts if one.account_id == session.account_id)
    _act_for(begun.account or next(at_office, None) or next(own))
    uow.audit.note("session", session.session_id, details={"way": way})


def enter_factor(account: Account, way: str, uow: RegistryRepositories, *, is_enrolled: bool = False) -> None:
    """Enter in the audit that a second factor was used or, with `is_enrolled`, enrolled."""
    _act_for(account)
    uow.audit.note("person", account.account_id, details={"way": way} | ({"enrolled": True} if is_enrolled else {}))


def _act_for(account: Account) -> None:
    """Set the audit's actor to the account, without a network address."""
    kind = account.kind if account.kind == "member" or holds(account.scopes, "staff:read") else "operator"
    amend_act(actor_kind=kind, actor=account.account_id, member_id=account.member_id, address=None)


async def refresh_session(
    refresh_token: str,
    account_id: str | None,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    key: str | None = None,
) -> Begun | None:
    """The session with its next refresh token, for `account_id` if given; None if it has ended.

    Commit in either case: an earlier token ends the session, unless it is repeated within a minute with the `key` of
    the request that used it, which gets the same answer. Raises InvalidProfile for an account of somebody else, and
    NotPossible for one whose sessions would have ended since the sign-in or that needs a second factor; the token then
    stays valid.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=account_id is not None, key=key)
    if held is None:
        return None
    account = held.account(account_id or held.session.account_id)
    if held.is_repeated and account.account_id == held.session.account_id:
        return await repeated_answer(held, uow, surroundings)
    chosen = held.session.chosen or account_id is not None
    if chosen and not _may_be(account, held.session):
        raise NotPossible("Type the code of your app first, to act as the network's office.")
    return await turn_session(held, account, uow, surroundings, chosen=chosen)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Held:
    """A session, locked, whose last refresh token was given, and all accounts of its holder.

    If the request that made that token `is_repeated`, `turn` belongs to that token, which the holder may not have
    received.
    """

    session: Session
    accounts: Sequence[Account]
    family: str
    turn: str
    key: str | None
    is_repeated: bool

    def account(self, account_id: str) -> Account:
        """The account with this id. Raises InvalidProfile if it is not the holder's."""
        for one in self.accounts:
            if one.account_id == account_id:
                return one
        raise InvalidProfile([FieldError(("account_id",), "Choose one of the accounts of your sign-in.")])


async def held_session(
    refresh_token: str, uow: RegistryRepositories, surroundings: Surroundings, *, changes: bool, key: str | None = None
) -> Held | None:
    """The session of this refresh token; None if it has ended, or ends now because the token is not its last.

    For a minute, the last but one token is valid with the `key` of the request that made the last one from it.
    """
    family, _, turn = refresh_token.partition(".")
    session, accounts = await _locked(digest_of_secret(family), uow, changes=changes)
    if session is None:
        return None
    now, is_repeated = surroundings.clock(), False
    if key is not None and now < session.refreshed_at + REPEATABLE:
        made = _derived_turn(session.session_id, turn, key, surroundings)
        is_repeated = _is_last(made, session)
        turn = made if is_repeated else turn
    is_account = session.account_id in {one.account_id for one in accounts}
    if not _is_last(turn, session) or session.ends_at <= now or not is_account:
        await end_session(session.session_id, uow)
        return None
    return Held(session=session, accounts=accounts, family=family, turn=turn, key=key, is_repeated=is_repeated)


async def repeated_answer(held: Held, uow: RegistryRepositories, surroundings: Surroundings) -> Begun:
    """The answer to a repeated request: the same refresh token, and the session as the request left it."""
    return await _begun(held.session, held.family, held.turn, held.accounts, uow, surroundings.clock())


async def turn_session(
    held: Held, account: Account, uow: RegistryRepositories, surroundings: Surroundings, *, chosen: bool
) -> Begun:
    """The session with its next refresh token, for this account. Raises NotPossible if it would have ended by now."""
    session, now = held.session, surroundings.clock()
    ends_at = session.started_at + surroundings.sign_in_rules.life(account) if chosen else session.ends_at
    if ends_at <= now:
        raise NotPossible("You signed in too long ago to act as staff; sign in again.")
    next_turn = (
        new_secret() if held.key is None else _derived_turn(session.session_id, held.turn, held.key, surroundings)
    )
    turned = session.turned(account, chosen=chosen, turn_digest=digest_of_secret(next_turn), ends_at=ends_at, now=now)
    await uow.sessions.save(turned)
    return await _begun(turned, held.family, next_turn, held.accounts, uow, now)


async def own_sessions(account_id: str, uow: RegistryRepositories) -> Sequence[Session]:
    """All sessions of the holder of an account, for any of the holder's accounts; the oldest first."""
    address = await address_of(account_id, uow)
    accounts = await accounts_of(address, uow, locked=False) if address is not None else ()
    return await uow.sessions.of_accounts([one.account_id for one in accounts])


async def end_other_sessions(
    account_id: str, session_id: str | None, uow: RegistryRepositories, browser: str | None = None
) -> None:
    """End all other sessions of the holder of an account, and delete the holder's other known browsers."""
    address = await address_of(account_id, uow)
    accounts = [one.account_id for one in await accounts_of(address, uow, locked=False)] if address is not None else []
    for one in await uow.sessions.of_accounts(accounts):
        if one.session_id != session_id:
            await end_session(one.session_id, uow)
    own = digest_of_browser(browser, address) if browser and address is not None else None
    await uow.known_browsers.forget(accounts, but=own)


async def _locked(
    family_digest: str, uow: RegistryRepositories, *, changes: bool
) -> tuple[Session | None, Sequence[Account]]:
    """The session, locked, and the accounts of its holder.

    If the session `changes` to another account, accounts are locked before it, in the order of all changes. Otherwise
    its own lock suffices: a change that ends the account waits for it, and then ends the session.
    """
    found = await uow.sessions.by_family(family_digest)
    if found is None:
        return None, ()
    session = None if changes else await uow.sessions.lock(found.session_id)
    address = await address_of((session or found).account_id, uow)
    accounts = await accounts_of(address, uow, locked=changes) if address is not None else ()
    return session or await uow.sessions.lock(found.session_id), accounts


async def _begun(
    session: Session, family: str, turn: str, accounts: Sequence[Account], uow: RegistryRepositories, now: datetime
) -> Begun:
    account = next(one for one in accounts if one.account_id == session.account_id)
    return Begun(
        session=session,
        refresh_token=f"{family}.{turn}",
        account=account if session.chosen else None,
        accounts=accounts,
        need=await _need(session, accounts, uow, now),
    )


async def _need(
    session: Session, accounts: Sequence[Account], uow: RegistryRepositories, now: datetime
) -> FactorNeed | None:
    office = next((one.account_id for one in accounts if one.kind == "staff"), None)
    person = None if office is None or session.verified else await uow.office.get(office, locked=False)
    return None if person is None else await need_of(person, uow, now)


def _may_be(account: Account, session: Session) -> bool:
    return account.kind != "staff" or session.verified


def _is_last(turn: str, session: Session) -> bool:
    return hmac.compare_digest(session.turn_digest, digest_of_secret(turn))


def _derived_turn(session_id: str, turn: str, key: str, surroundings: Surroundings) -> str:
    """The own part of the refresh token that a request with this key derives from the own part `turn`."""
    text = "\n".join(("isopolity.registry.refresh", session_id, turn, key))
    mac = hmac.new(surroundings.sign_in_rules.key, text.encode(), sha256)
    return urlsafe_b64encode(mac.digest()).decode().rstrip("=")
